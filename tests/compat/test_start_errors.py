# SPDX-License-Identifier: ISC
"""What keeps the daemon from starting, or does not, once its file is read: the
same words, status, log and files as Supervisor's (contract D3.1 to D3.6)."""

import os
import re
import signal
import socket
import stat
import subprocess

import pytest

import life
import supd

NOBODY = 65534
BASIC = """\
[supervisord]
logfile={dir}/main.log
pidfile={dir}/main.pid
childlogdir={dir}
%s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
%s
[program:mark]
command=/bin/cat
startsecs=60
stdout_logfile=NONE
stderr_logfile=NONE
"""
SERVER = "[unix_http_server]\nfile={dir}/%s\n"
INET = "[inet_http_server]\nport=%s\n"
FCGI = "[fcgi-program:f]\ncommand=/bin/cat\nautostart=false\nsocket=%s\n"

# Lines of [supervisord], other sections, and who starts it.
CASES = {
    "nothing": ("", "", 0),
    "as another user": ("user=root", "", NOBODY),
    "as the same user": ("user=nobody", "", NOBODY),
    "a directory that is none": ("directory=/none", "", 0),
    "the pid file cannot be made": ("pidfile={dir}/ro/x", "", NOBODY),
    "the pid file has no name": ("pidfile=", "", 0),
    "the pid file is /dev/null": ("pidfile=/dev/null", "", NOBODY),
    "negative limits": ("minfds=-1\nminprocs=-5", "", 0),
    "negative sizes": ("logfile_maxbytes=-1\nlogfile_backups=-1", "", 0),
    "no backups": ("logfile_maxbytes=60\nlogfile_backups=-1", "", 0),
    "backups": ("logfile_maxbytes=60\nlogfile_backups=2", "", 0),
    "a socket in no folder": ("", SERVER % "none/s", 0),
    "a socket of a long name": ("", SERVER % ("s" * 100), 0),
    "a socket for another": ("", SERVER % "s" + "chown=root:root", NOBODY),
    "a socket for all": ("", SERVER % "s" + "chmod=0777", 0),
    "a socket of an odd mode": ("", SERVER % "s" + "chmod=1777", 0),
    "servers of similar names": (
        "", SERVER % "s" + SERVER.replace("r]", "rX]") % "t", 0),
    "half a password": ("", SERVER % "s" + "username=u", 0),
    "an empty user": ("", SERVER % "s" + "username=\npassword=p", 0),
    "two interfaces": (
        "", SERVER % "s" + "[rpcinterface:b]\nsupervisor.rpcinterface_factory"
        "=supervisor.rpcinterface:make_main_rpcinterface", 0),
    "an interface with an option": ("", "x=1\n" + SERVER % "s", 0),
    "an interface with a default": ("", "[DEFAULT]\nx=1\n" + SERVER % "s", 0),
    "an option, but no server": ("", "x=1", 0),
    "an address of others": ("", INET % "192.0.2.1:9", 0),
    "a name that is none": ("", INET % "no.such.invalid:9", 0),
    "a port that is taken": ("", INET % "127.0.0.1:{port}", 0),
    "a port of the mighty": ("", INET % "127.0.0.1:1", NOBODY),
}

# Where Supervisor has a traceback and status 1: the last line of it is ours.
TRACEBACKS = {
    "an fcgi socket in no folder": ("", FCGI % "unix://{dir}/none/f", 0),
    "an fcgi socket for another": (
        "", FCGI % "unix://{dir}/f" + "socket_owner=root", NOBODY),
    "an fcgi port that is taken": ("", FCGI % "tcp://127.0.0.1:{port}", 0),
}

STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", re.M)


class Start:
    """What came of a start: status, stderr, lines of the log, files."""

    def __init__(self, program, case, port):
        own, sections, uid = case
        self.folder = supd.short_dir()
        os.chmod(self.folder, 0o777)
        os.mkdir(self.path("ro"))
        with open(self.path("c.conf"), "w", encoding="utf-8") as file:
            file.write((BASIC % (own, sections)).replace(
                "{dir}", self.folder).replace("{port}", str(port)))
        try:
            self.run(program, uid)
        finally:
            supd.shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, program, uid):
        with open(self.path("err"), "wb") as err, \
                open(self.path("out"), "wb") as out:
            process = subprocess.Popen(
                [program, "-n", "-c", self.path("c.conf")], stdout=out,
                stderr=err, cwd=self.folder, env=supd.environment(),
                user=uid, group=uid, extra_groups=[])
            try:
                supd.wait_until(lambda: process.poll() is not None or
                                self.is_up(), "start")
                self.files = self.modes()
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                self.status = process.wait(20)
            finally:
                process.kill()
        self.stderr = self.read("err").replace(program, "PROGRAM").replace(
            self.folder, "DIR")
        self.log = STAMP.sub("", life.PIDS.sub(r"\1PID", self.read("out"))) \
            .replace(self.folder, "DIR").splitlines()
        self.left = self.modes()

    def is_up(self):
        """Its program executes: before, the reference loses signals."""
        spawned = re.search(r"spawned: 'mark' with pid (\d+)",
                            self.read("out"))
        if spawned is None:
            return False
        with open("/proc/%s/cmdline" % spawned[1], "rb") as file:
            return self.path("c.conf").encode() not in file.read()

    def modes(self):
        """Modes of the files by name, that of AUTO logs without its end."""
        return {re.sub(r"-\w{8}\.log$", "", name):
                stat.S_IMODE(os.stat(self.path(name)).st_mode)
                for name in os.listdir(self.folder)}

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


@pytest.fixture(name="pair")
def both_programs():
    ours = supd.built("supervisord-c")
    if ours is None or supd.installed(supd.ORACLE_DAEMON) is None:
        pytest.skip("needs supervisord-c and the package supervisor")
    if os.getuid() != 0:
        pytest.skip("needs root, to be somebody else")
    return supd.ORACLE_DAEMON, ours


def both(pair, case):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        return [Start(program, case, taken.getsockname()[1])
                for program in pair]


@pytest.mark.parametrize("name", CASES)
def test_the_same(pair, name):
    theirs, ours = both(pair, CASES[name])
    assert ours.stderr == theirs.stderr
    assert ours.status == theirs.status
    # A traceback of Python is one line here.
    assert [line for line in ours.log if "got an unexpected" not in line] == \
        [line for line in theirs.log if line and line[0] != " " and
         "Traceback" not in line and "TypeError" not in line]
    # A server that could not be opened leaves nothing behind.
    if ours.status == 2:
        theirs.files.pop("s", None)
        theirs.left.pop("s", None)
    assert ours.files == theirs.files
    assert ours.left == theirs.left


@pytest.mark.parametrize("name", TRACEBACKS)
def test_an_error_instead_of_a_traceback(pair, name):
    theirs, ours = both(pair, TRACEBACKS[name])
    last = theirs.stderr.splitlines()[-1]
    assert ours.stderr == last.replace("ValueError:", "Error:") + \
        "\nFor help, use PROGRAM -h\n"
    assert (theirs.status, ours.status) == (1, 2)
    assert ours.log == theirs.log
