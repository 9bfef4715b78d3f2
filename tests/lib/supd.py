# SPDX-License-Identifier: ISC
"""What the functional and compatibility tests share.

Daemons run in a temporary folder and in the foreground, so that each test
owns its processes and ends exactly those.  Nothing here sleeps for a fixed
time: wait_until() looks again until a deadline and then says what it last saw.

    import supd
    with supd.Daemon(tmp_path, programs, program=supd.ORACLE_DAEMON) as d:
        d.ctl("status").stdout
        d.rpc.supervisor.getState()

The programs under test are looked for in the build folder, which the
environment names: SUPD_BUILDDIR.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import xmlrpc.client

ORACLE_DAEMON = "/usr/bin/supervisord"
ORACLE_CTL = "/usr/bin/supervisorctl"
SRCDIR = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def built(name):
    """Path of a program of the build folder, None if it is not built."""
    builddir = os.environ.get("SUPD_BUILDDIR")
    if builddir is None:
        return None
    path = os.path.join(builddir, name)
    return path if os.access(path, os.X_OK) else None


def installed(path):
    """The path if it can be run, else None: for oracle and tools."""
    return path if os.access(path, os.X_OK) else None


def environment(**extra):
    """A small, equal environment for both sides of a comparison."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"),
           "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(extra)
    return env


def wait_until(condition, what="condition", seconds=20.0, show=None):
    """Calls condition() until its result is true and returns that result.

    After the deadline an AssertionError says what was waited for and, if
    show is given, what show() saw last.
    """
    deadline = time.monotonic() + seconds
    pause = 0.002
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            seen = "" if show is None else "; last seen: %r" % (show(),)
            raise AssertionError(
                "no %s within %g s%s" % (what, seconds, seen))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


MASKS = (
    (re.compile(r"\bpid \d+\b"), "pid PID"),
    (re.compile(r"\buptime (?:\d+ days?, )?\d+:\d\d:\d\d\b"), "uptime TIME"),
    (re.compile(r"\b[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M\b"), "DATE"),
    (re.compile(r"^\d{2,}$", re.M), "NUMBER"),
    (re.compile(r": file: .* line: \d+$", re.M), ""),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"), "STAMP"),
)


def mask(text, **names):
    """Text without what differs between two equal runs: pids, times and, by
    keyword, strings such as the temporary folder (mask(out, DIR=path))."""
    for name, value in sorted(
            names.items(), key=lambda item: -len(str(item[1]))):
        text = text.replace(str(value), name)
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def listens(path):
    """Whether the unix socket takes connections; bound alone is not enough."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


def free_port():
    """A port of the loopback interface that nobody listened on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


CAP_SYS_PTRACE = 19 # <linux/capability.h>


def has_capability(number):
    """Whether this process has it: root in a container may not."""
    with open("/proc/self/status", encoding="ascii") as file:
        effective = re.search(r"CapEff:\s*(\S+)", file.read())[1]
    return int(effective, 16) >> number & 1 == 1


def refusal(*command):
    """What a tool says that does not work here, None if it does: namespaces
    in a chroot, for example, or in a container."""
    if shutil.which(command[0]) is None:
        return command[0] + " is not installed"
    done = subprocess.run([*command, "true"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def short_dir(prefix="supd-"):
    """A new folder whose path is short enough for unix sockets; the caller
    removes it (pytest's tmp_path can be too long)."""
    return tempfile.mkdtemp(prefix=prefix, dir="/tmp")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class UnixTransport(xmlrpc.client.Transport):
    """XML-RPC over a unix socket, one connection kept."""

    def __init__(self, path, headers=()):
        super().__init__(headers=headers)
        self._path = path

    def make_connection(self, host):
        if self._connection[1] is None:
            self._connection = host, _UnixConnection(self._path)
        return self._connection[1]


def unix_proxy(path, headers=()):
    return xmlrpc.client.ServerProxy(
        "http://localhost", transport=UnixTransport(path, headers))


class Result:
    """What one run of a program left behind."""

    def __init__(self, stdout, stderr, status):
        self.stdout = stdout
        self.stderr = stderr
        self.status = status

    def __repr__(self):
        return "exit %d\nstdout: %r\nstderr: %r" % (
            self.status, self.stdout, self.stderr)


def run(argv, stdin="", seconds=60, env=None, cwd=None):
    """Runs a program to its end; output as text, undecodable bytes kept."""
    done = subprocess.run(
        [str(word) for word in argv], input=stdin, capture_output=True,
        timeout=seconds, env=env or environment(), cwd=cwd, check=False,
        encoding="utf-8", errors="surrogateescape")
    return Result(done.stdout, done.stderr, done.returncode)


CONFIG = """\
[supervisord]
logfile=%(dir)s/main.log
pidfile=%(dir)s/main.pid
childlogdir=%(dir)s
loglevel=%(loglevel)s
%(supervisord)s

[unix_http_server]
file=%(dir)s/s.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://%(dir)s/s.sock

"""


class Daemon:
    """A daemon in the foreground, in its own folder.

    programs: configuration text added behind the basic sections; {dir} in it
        becomes the folder.
    program: the executable; by default ours, built as supervisord-c.
    config: replaces the basic sections too.
    supervisord: lines added to [supervisord].
    """

    def __init__(self, folder=None, programs="", program=None, config=None,
                 supervisord="", loglevel="debug", args=(), env=None,
                 ctl=None, wait=True):
        self.own_folder = folder is None
        self.dir = short_dir() if folder is None else str(folder)
        self.program = program or built("supervisord-c")
        assert self.program, "supervisord-c is not built (SUPD_BUILDDIR)"
        self.ctl_program = ctl or (
            ORACLE_CTL if self.program == ORACLE_DAEMON
            else built("supervisorctl-c"))
        self.conf = os.path.join(self.dir, "supervisord.conf")
        self.sock = os.path.join(self.dir, "s.sock")
        self.log = os.path.join(self.dir, "main.log")
        self.args = list(args)
        self.env = env or environment()
        self.process = None
        basic = CONFIG % {"dir": self.dir, "supervisord": supervisord,
                          "loglevel": loglevel}
        self.basic = basic if config is None else config
        self.write_config(programs)
        self.wait = wait

    def write_config(self, programs):
        """Replaces the programs' part of the file; nothing is reloaded."""
        text = self.basic + programs
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(text.replace("{dir}", self.dir))

    def start(self):
        with open(self.path("daemon.out"), "ab") as out, \
                open(self.path("daemon.err"), "ab") as err:
            self.process = subprocess.Popen(
                [self.program, "-n", "-c", self.conf] + self.args,
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=self.dir, env=self.env, start_new_session=True)
        if self.wait:
            wait_until(self.answers, "answer of the daemon",
                       show=self.messages)
        return self

    def answers(self):
        """Whether the daemon answers; an error if it has ended."""
        assert self.process.poll() is None, (
            "the daemon ended with status %d: %s" % (
                self.process.returncode, self.messages()))
        try:
            unix_proxy(self.sock).supervisor.getState()
            return True
        except (OSError, http.client.HTTPException, xmlrpc.client.Fault):
            return False

    def messages(self):
        """What the daemon wrote to its log and to stderr."""
        text = ""
        for name in ("main.log", "daemon.err"):
            try:
                with open(os.path.join(self.dir, name), encoding="utf-8",
                          errors="replace") as file:
                    text += file.read()
            except FileNotFoundError:
                pass
        return text

    @property
    def pid(self):
        return self.process.pid

    @property
    def rpc(self):
        """A new proxy, with a connection of its own."""
        return unix_proxy(self.sock)

    def state(self, name):
        return self.rpc.supervisor.getProcessInfo(name)["statename"]

    def wait_state(self, name, *states, seconds=20.0):
        """Until the process is in one of the states; returns its info."""
        def look():
            info = self.rpc.supervisor.getProcessInfo(name)
            return info if info["statename"] in states else None
        return wait_until(look, "%s in %s" % (name, "/".join(states)),
                          seconds=seconds, show=lambda: self.state(name))

    def ctl(self, *words, program=None, stdin="", seconds=60, options=()):
        """Runs the client on this daemon's configuration."""
        return run([program or self.ctl_program, "-c", self.conf, *options,
                    *words], stdin=stdin, seconds=seconds, env=self.env,
                   cwd=self.dir)

    def file(self, name):
        """The bytes of a file of the folder as text."""
        with open(os.path.join(self.dir, name), encoding="utf-8",
                  errors="surrogateescape") as file:
            return file.read()

    def path(self, name):
        return os.path.join(self.dir, name)

    def signal(self, signo):
        self.process.send_signal(signo)

    def stop(self, seconds=30):
        """Ends the daemon with SIGTERM; SIGKILL and an error if it stays."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                "the daemon did not end: " + self.messages()) from None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(self, kind, error, trace):
        try:
            self.stop()
        finally:
            if self.own_folder:
                shutil.rmtree(self.dir, ignore_errors=True)
