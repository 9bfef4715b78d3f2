# SPDX-License-Identifier: ISC
"""The supervisors that are compared: how each is set up, started and ended.

Each runs in a folder of its own, in the foreground, with one log file a
program.  What counts as the supervisor is every process below it that is not
the supervised program: runit and s6 have two or three a program.
"""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

CHILD = "bench-child"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def wait_until(condition, what, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("no %s within %g s" % (what, seconds))
        time.sleep(0.002)


def stat_of(pid):
    """(name, parent, start time) of a process, None if it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            text = file.read()
    except OSError:
        return None
    end = text.rindex(")")
    fields = text[end + 2:].split()
    if fields[0] == "Z":
        return None
    return text[text.index("(") + 1:end], int(fields[1]), fields[19]


class System:
    """One supervisor with count programs that run child in a mode."""

    name = ""
    needs = ()      # programs that must be installed

    def __init__(self, child, count, mode="idle", restart=False, logdir=None):
        self.dir = tempfile.mkdtemp(prefix="bench-", dir="/tmp")
        self.logs = tempfile.mkdtemp(prefix="bench-log-",
                                     dir=logdir or "/dev/shm")
        self.records = os.path.join(self.dir, "records")
        open(self.records, "w").close()
        self.count, self.restart = count, restart
        self.command = "%s %s %s" % (child, self.records, mode)
        self.process = None
        self.begun = 0

    @classmethod
    def available(cls):
        return all(os.access(path, os.X_OK) for path in cls.needs)

    def prepare(self):
        raise NotImplementedError

    def argv(self):
        raise NotImplementedError

    def status(self):
        """The command that shows the state of all programs."""
        raise NotImplementedError

    def log_of(self, number):
        raise NotImplementedError

    def __enter__(self):
        self.prepare()
        with open(os.path.join(self.dir, "out"), "wb") as out:
            self.begun = time.monotonic_ns()
            self.process = subprocess.Popen(
                self.argv(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=ENVIRONMENT, cwd=self.dir)
        try:
            wait_until(self.all_started,
                       "start of all programs under " + self.name, 300)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        below = {pid: stat_of(pid) for pid in self.tree()}
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid, was in below.items():
            now = stat_of(pid)
            if now and was and now[2] == was[2]:
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.rmtree(self.logs, ignore_errors=True)

    def all_started(self):
        if self.process.poll() is not None:
            raise RuntimeError("%s ended, see %s/out" % (self.name, self.dir))
        return len(self.times("S")) >= self.count

    def times(self, what):
        """When (ns, monotonic) the children noted this, sorted."""
        with open(self.records) as file:
            return sorted(int(line[2:]) for line in file
                          if line[0] == what and line[-1] == "\n")

    def tree(self):
        children = {}
        for entry in os.listdir("/proc"):
            info = stat_of(int(entry)) if entry.isdigit() else None
            if info:
                children.setdefault(info[1], []).append(int(entry))
        found, todo = [], [self.process.pid]
        while todo:
            found.append(todo.pop())
            todo += children.get(found[-1], [])
        return found

    def supervisors(self):
        infos = ((pid, stat_of(pid)) for pid in self.tree())
        return [pid for pid, info in infos if info and info[0] != CHILD]


class SupervisorLike(System):
    """Ours and Supervisor: one file, one process."""

    daemon = client = None
    sections = ""       # more configuration
    keys = ""           # more lines for each program

    def prepare(self):
        self.conf = os.path.join(self.dir, "c.conf")
        self.socket = os.path.join(self.dir, "s.sock")
        with open(self.conf, "w") as file:
            file.write("""
[unix_http_server]
file=%(dir)s/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(dir)s/s.sock
[supervisord]
logfile=%(dir)s/main.log
pidfile=%(dir)s/main.pid
childlogdir=%(dir)s
minfds=%(minfds)d
%(sections)s
""" % {"dir": self.dir, "minfds": 3 * self.count + 1024,
                "sections": self.sections})
            for number in range(self.count):
                file.write("""
[program:p%04d]
command=%s
redirect_stderr=true
stdout_logfile=%s
stdout_logfile_maxbytes=0
autorestart=%s
startretries=1000000
%s
""" % (number, self.command, self.log_of(number),
                    "true" if self.restart else "false", self.keys))

    def argv(self):
        return [self.daemon, "-n", "-c", self.conf]

    def status(self):
        return [self.client, "-c", self.conf, "status"]

    def log_of(self, number):
        return "%s/p%04d.log" % (self.logs, number)


class Supervisor(SupervisorLike):
    name = "supervisord"
    daemon, client = "/usr/bin/supervisord", "/usr/bin/supervisorctl"
    needs = (daemon, client)


class Services(System):
    """runit and s6: a folder a program, with a logger beside each."""

    def logger(self, folder):
        raise NotImplementedError

    def prepare(self):
        self.scan = os.path.join(self.dir, "scan")
        os.mkdir(self.scan)
        for number in range(self.count):
            service = "%s/p%04d" % (self.scan, number)
            folder = "%s/p%04d" % (self.logs, number)
            os.makedirs(service + "/log")
            os.mkdir(folder)
            self.script(service + "/run", "exec 2>&1\nexec " + self.command)
            self.script(service + "/log/run", "exec " + self.logger(folder))
        os.utime(self.scan, (1e9, 1e9))     # a young folder is read later

    @staticmethod
    def script(path, text):
        with open(path, "w") as file:
            file.write("#!/bin/sh\n%s\n" % text)
        os.chmod(path, 0o755)

    def log_of(self, number):
        return "%s/p%04d/current" % (self.logs, number)


class Runit(Services):
    name = "runit"
    needs = ("/usr/bin/runsvdir", "/usr/bin/sv", "/usr/bin/svlogd")

    def logger(self, folder):
        with open(folder + "/config", "w") as file:
            file.write("s0\nn0\n")
        return "svlogd -b 131072 " + shlex.quote(folder)

    def argv(self):
        return ["/usr/bin/runsvdir", self.scan]

    def status(self):
        return ["/usr/bin/sv", "status"] + sorted(
            os.path.join(self.scan, name) for name in os.listdir(self.scan))

    def __exit__(self, *_):
        below = self.tree()
        self.process.send_signal(signal.SIGHUP)     # and tell all runsv
        try:
            wait_until(lambda: not any(stat_of(pid) for pid in below),
                       "end of runit", 10)
        except RuntimeError:
            pass
        super().__exit__()


class S6(Services):
    name = "s6"
    needs = ("/usr/bin/s6-svscan", "/usr/bin/s6-svstat", "/usr/bin/s6-log")

    def logger(self, folder):
        return "s6-log n20 s268435455 " + shlex.quote(folder)

    def argv(self):
        return ["/usr/bin/s6-svscan", "-c", str(2 * self.count + 16),
                self.scan]

    def status(self):
        return ["/bin/sh", "-c", "for s in %s/p*; do s6-svstat $s; done"
                % shlex.quote(self.scan)]


PEERS = (Supervisor, Runit, S6)
