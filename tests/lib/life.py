# SPDX-License-Identifier: ISC
"""What the tests of process life share: reading the main log, small children.

    log = life.Log(daemon)
    log.wait("success: web entered RUNNING")
    log.lines("WARN")
"""

import os
import re
import sys

import supd

LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ([A-Z]{4}) (.*)$")
PIDS = re.compile(r"(pid |\()\d+\b")


class Log:
    """The main log of a daemon, as (level, text) without stamps."""

    def __init__(self, daemon):
        self.daemon = daemon

    def entries(self):
        try:
            with open(self.daemon.log, encoding="utf-8",
                      errors="replace") as file:
                found = (LINE.match(line) for line in file.read().split("\n"))
        except FileNotFoundError:
            return []
        return [(one[2], one[3]) for one in found if one]

    def lines(self, *levels):
        return [text for level, text in self.entries()
                if not levels or level in levels]

    def masked(self, *levels):
        """Lines as "LEVL text" with pids as PID."""
        return ["%s %s" % (level, PIDS.sub(r"\1PID", text))
                for level, text in self.entries()
                if not levels or level in levels]

    def count(self, text):
        return sum(text in line for line in self.lines())

    def wait(self, text, times=1, seconds=20.0):
        supd.wait_until(lambda: self.count(text) >= times,
                        "%d x %r in the log" % (times, text),
                        seconds=seconds, show=lambda: self.masked()[-12:])

    def index(self, text):
        """Number of the first line with the text."""
        for number, line in enumerate(self.lines()):
            if text in line:
                return number
        raise AssertionError("%r is not in the log" % text)

    def in_order(self, *texts):
        """Whether lines with these texts come one after the other."""
        lines = iter(self.lines())
        for text in texts:
            if not any(text in line for line in lines):
                raise AssertionError("%r is not in the log in its place; %r"
                                     % (text, self.masked()))
        return True


def python(code):
    """A command line that runs this code."""
    assert "'" not in code
    return "%s -u -c '%s'" % (sys.executable, code.replace("\n", "\n "))


def script(folder, name, text):
    """An executable file with this text; returns its path."""
    path = os.path.join(str(folder), name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)
    return path


def alive(pid):
    """Whether the process exists and is no zombie."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii",
                  errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_other_user(pid):
    """Until a child has become the user of its program: a moment after its
    daemon calls it RUNNING, if startsecs is 0."""
    supd.wait_until(lambda: os.stat("/proc/%d" % pid).st_uid != 0,
                    "another user")
