# SPDX-License-Identifier: ISC
"""Asking the checker for answers that it may give again."""

import json
import os
import struct
import subprocess

import nginx_site
import supd

# Where struct kept_head has the time of the answer.
TIME_AT = 40


class Keeper:
    """Asks as the daemon's plugin does, with a file in memory as stdin."""

    def __init__(self, site, program="web"):
        self.site, self.program = site, program
        self.file = os.memfd_create("kept")
        self.before = []  # words that start the checker

    def time(self):
        head = os.pread(self.file, TIME_AT + 8, 0)
        if len(head) < TIME_AT + 8:
            return 0
        return struct.unpack("q", head[TIME_AT:])[0]

    def ask(self):
        """The verdict with its sentence."""
        done = subprocess.run(
            self.before + [nginx_site.CHECKER, "-c",
                           self.site.path("supervisord.conf"),
                           "--format=gate", "--program", self.program,
                           "--keep"],
            stdin=self.file, env=supd.environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        assert done.stderr == "", done.stderr
        line, report = done.stdout.split("\n")[:2]
        assert json.loads(report)["programs"][0]["name"] == self.program
        return line

    def settle(self):
        """Asks until the answer is one that was given before: what changed a
        moment ago is not vouched for, and others may be at work on users and
        nginxes of the machine, which are part of it."""
        def kept():
            before = self.time()
            line = self.ask()
            return line if before != 0 and self.time() == before else None
        return supd.wait_until(kept, "an answer that is kept", 60)

    def is_fresh(self):
        """Whether it was found out now, and the answer."""
        before = self.time()
        line = self.ask()
        return self.time() != before, line

    def close(self):
        os.close(self.file)
