# SPDX-License-Identifier: ISC
"""A program on a pseudo terminal: type, and wait for what it shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import supd


class Terminal:
    """with Terminal([program, word]) as t: t.expect("> "); t.type("status\\n")"""

    def __init__(self, argv, env=None, cwd=None, columns=200):
        self.argv = [str(word) for word in argv]
        self.env = env or supd.environment(TERM="xterm")
        self.cwd = cwd
        self.columns = columns
        self.seen = ""
        self.used = 0
        self.status = None

    def __enter__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if self.cwd:
                os.chdir(self.cwd)
            os.execve(self.argv[0], self.argv, self.env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 50, self.columns, 0, 0))
        return self

    def __exit__(self, kind, error, trace):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def _read(self, deadline):
        left = max(0, deadline - time.monotonic())
        if not select.select([self.fd], [], [], left)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            data = b""
        self.seen += data.decode("utf-8", "surrogateescape")
        return data != b""

    def expect(self, pattern, seconds=20.0):
        """Until the pattern shows up behind what was expected before; returns
        what stands in front of it."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.compile(pattern).search(self.seen, self.used)
            if found:
                before = self.seen[self.used:found.start()]
                self.used = found.end()
                return before
            if not self._read(deadline):
                raise AssertionError("no %r in %r" % (
                    pattern, self.seen[self.used:]))

    def expect_editor(self, pattern, seconds=20.0):
        """expect(), and until the program edits lines itself: keys that come
        before are the terminal's to handle."""
        before = self.expect(pattern, seconds)
        supd.wait_until(
            lambda: not termios.tcgetattr(self.fd)[3] & termios.ICANON,
            "line editor", show=lambda: self.seen)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def interrupt(self):
        """Ctrl-C."""
        self.type("\x03")

    def wait(self, seconds=20.0):
        """Until the program has ended: its exit status, -signal if killed."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        def ended():
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == 0:
                return False
            self.status = os.waitstatus_to_exitcode(status)
            return True
        supd.wait_until(ended, "end of %s" % self.argv[0], seconds,
                        show=lambda: self.seen)
        return self.status

    def rest(self):
        """What was shown and not expected."""
        return self.seen[self.used:]
