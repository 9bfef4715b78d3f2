# SPDX-License-Identifier: ISC
"""What reaches syslog from Supervisor and from ours.

Both run in a mount namespace of their own, in which /dev/log is a socket of the
test; the messages must be the same but for times.
"""

import os
import re
import shutil
import socket
import threading

import life
import pytest
import supd
import twins

pytestmark = [
    pytest.mark.skipif(not supd.installed(supd.ORACLE_DAEMON),
                       reason="no supervisor here"),
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"),
                       reason="needs root and unshare")]

# A /dev of its own, as there need not be a /dev/log to bind on.
STARTER = """#!/bin/sh
exec unshare --mount --propagation private /bin/sh -ec '
mount -t tmpfs none {dir}/dev
for name in null zero full random urandom; do
	: >{dir}/dev/$name
	mount --bind /dev/$name {dir}/dev/$name
done
ln -s /proc/self/fd {dir}/dev/fd
: >{dir}/dev/log
mount --bind {dir}/log {dir}/dev/log
mount --move {dir}/dev /dev
exec {dir}/bin/supervisord "$@"' sh "$@"
"""


# Each printf is one write, and so one message or more of its own.
WRITES = r"""#!/bin/sh
pause() { while ! test -e "$1/go$2"; do sleep 0.02; done; }
printf 'one line\n'
pause "$1" 1
printf 'two\n\nand after an empty one: \303\244\n\n\n'
pause "$1" 2
printf 'no end'
pause "$1" 3
printf ' of a line\n' >&2
exec sleep 1000
"""


class Syslog:
    """A socket that keeps what comes."""

    def __init__(self, path):
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while True:
            message = self.socket.recv(65536)
            if not message:
                break
            self.messages.append(message)

    def close(self):
        self.socket.shutdown(socket.SHUT_RD) # once all is read
        self.thread.join()
        self.socket.close()


STAMPS = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}|"
                    rb"(?<=>)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")


def heard(programs, act, **options):
    """[(messages, {file: text}) of both], times and pids masked."""
    def one(binary):
        daemon = supd.Daemon(programs=programs, program=binary, **options)
        for name in "dev", "bin":
            os.mkdir(daemon.path(name))
        # The name that messages carry is that of the program.
        os.symlink(daemon.program, daemon.path("bin/supervisord"))
        life.script(daemon.dir, "writes", WRITES)
        syslog = Syslog(daemon.path("log"))
        daemon.program = life.script(daemon.dir, "starter",
                                     STARTER.replace("{dir}", daemon.dir))
        try:
            with daemon:
                act(daemon, syslog)
                daemon.stop()
                files = {name: daemon.file(name)
                         for name in os.listdir(daemon.dir)
                         if name.endswith(".out") and name != "daemon.out"}
        finally:
            syslog.close()
        return [life.PIDS.sub(r"\1PID", STAMPS.sub(b"STAMP", message).replace(
            daemon.dir.encode(), b"DIR").decode())
                for message in syslog.messages], files
    return twins.both(one)


def until(syslog, text):
    supd.wait_until(lambda: any(text in one for one in syslog.messages),
                    repr(text), show=lambda: syslog.messages[-5:])


def test_output_of_children():
    program = ("[program:writes]\ncommand=/bin/sh {dir}/writes {dir}\n"
               "stdout_syslog=true\nstderr_syslog=true\n"
               "stdout_logfile={dir}/writes.out\nstderr_logfile=NONE\n"
               "[program:old]\ncommand=/bin/sh -c 'echo old; echo err >&2; "
               "exec sleep 1000'\nstdout_logfile=syslog\n"
               "stderr_logfile={dir}/old.out\n"
               "[program:one]\nredirect_stderr=true\nstdout_syslog=true\n"
               "command=/bin/sh -c 'echo both >&2; exec sleep 1000'\n"
               "stdout_logfile=NONE\n")

    def act(daemon, syslog):
        for number, text in enumerate((b"one line", b"an empty one: ",
                                       b"no end"), 1):
            until(syslog, text)
            open(daemon.path("go%d" % number), "w").close()
        until(syslog, b"of a line")
        until(syslog, b"old old")
        until(syslog, b"one both")
        for name in "writes", "old", "one":
            daemon.wait_state(name, "RUNNING")

    def of(messages, name):
        return [one for one in messages if ": %s " % name in one]
    oracle, ours = heard(program, act, loglevel="info")
    for name in "writes", "old", "one":
        assert of(ours[0], name) == of(oracle[0], name)
    assert of(ours[0], "writes") == [
        "<14>STAMP supervisord: writes " + text
        for text in ("one line", "two", "", "and after an empty one: \u00e4",
                     "no end", " of a line")]
    assert len(ours[0]) == len(oracle[0])
    assert ours[1] == oracle[1]
    assert ours[1]["writes.out"].startswith("one line\ntwo\n\nand")


def test_the_main_log():
    def act(daemon, syslog):
        twins.wait_executed(daemon, "cat")
        until(syslog, b"success: cat")

    oracle, ours = heard("[program:cat]\ncommand=/bin/cat\n"
                         "stdout_logfile=NONE\nstderr_logfile=NONE\n", act,
                         loglevel="info", supervisord="logfile=syslog")
    assert ours[0] == oracle[0]
    assert ("<14>STAMP supervisord: STAMP INFO spawned: 'cat' with pid "
            "PID\n") in ours[0]
