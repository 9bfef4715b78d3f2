# SPDX-License-Identifier: ISC
"""What is measured, each as a function of one supervisor class.

A function returns {row: value}; rows are described in ROWS.  A figure counts
only if the work was done: the children's records and the bytes in the log
files are looked at.
"""

import glob
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import time

import systems

# key: (what the table says, unit, digits); lower is better but for "MB/s".
ROWS = {
    "pss10": ("memory (PSS) of the supervisor, 10 programs", "KiB", 0),
    "pss100": ("memory (PSS) of the supervisor, 100 programs", "KiB", 0),
    "switches": ("idle, 100 programs: context switches in 10 s", "", 0),
    "idle": ("idle, 100 programs: CPU in 10 s", "ms", 2),
    "start1": ("start of 1 program, from the supervisor's exec", "ms", 2),
    "start100": ("start of 100 programs", "ms", 1),
    "start100cpu": ("start of 100 programs: supervisor's CPU", "ms", 1),
    "status10": ("status of 10 programs: the command", "ms", 2),
    "status100": ("status of 100 programs: the command", "ms", 2),
    "restart": ("from a program's exit to its next start", "ms", 2),
    "log": ("log of one program, 65536 bytes a write", "MB/s", 0),
    "logcpu": ("log of one program: CPU", "ms/GB", 0),
    "logs": ("logs of 50 programs, 65536 bytes a write", "MB/s", 0),
    "logscpu": ("logs of 50 programs: CPU", "ms/GB", 0),
    "lines": ("log of one program, 100 bytes a write", "MB/s", 0),
    "linescpu": ("log of one program, 100 bytes a write: CPU", "ms/GB", 0),
    "plain": ("start by RPC, without preflight", "ms", 2),
    "gate_cold": ("start by RPC, preflight=block, all is looked at", "ms", 2),
    "gate_warm": ("start by RPC, preflight=block, nothing has changed",
                  "ms", 2),
}


def pss(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            total += sum(int(line.split()[1]) for line in file
                         if line.startswith("Pss:"))
    return total


def ticks_ms(pid):
    """CPU time with that of threads which have ended, to a tick."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def cpu_ms(pids):
    """CPU time of processes that live, all their threads."""
    total = 0
    for pid in pids:
        exact = 0
        for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
            with open(path) as file:
                exact += int(file.read().split()[0])
        total += max(exact / 1e6, ticks_ms(pid))
    return total


def switches(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/status" % pid) as file:
            total += sum(int(line.split()[1]) for line in file
                         if "ctxt_switches" in line)
    return total


def settle():
    """Every program has been up for the second of startsecs."""
    time.sleep(2)


def start(make, count):
    """Wall and CPU milliseconds of a start, and the PSS when it is over."""
    with make(count) as system:
        wall = (system.times("S")[count - 1] - system.begun) / 1e6
        cpu = cpu_ms(system.supervisors())
        settle()
        return wall, cpu, pss(system.supervisors())


def measure_start(make):
    one, hundred = start(make, 1), start(make, 100)
    return {"start1": one[0], "start100": hundred[0],
            "start100cpu": hundred[1], "pss100": hundred[2],
            "pss10": start(make, 10)[2]}


def measure_idle(make):
    with make(100) as system:
        settle()
        settle()
        pids = system.supervisors()
        before = switches(pids), cpu_ms(pids)
        time.sleep(10)
        return {"switches": switches(pids) - before[0],
                "idle": cpu_ms(pids) - before[1]}


def time_status(system):
    taken = []
    for _ in range(7):
        begun = time.monotonic()
        done = subprocess.run(system.status(), capture_output=True, text=True,
                              env=systems.ENVIRONMENT)
        taken.append(1e3 * (time.monotonic() - begun))
        shown = done.stdout.count("\n")
        if done.returncode != 0 or shown < system.count:
            raise RuntimeError("status shows %d programs" % shown)
    return statistics.median(taken)


def measure_status(make):
    found = {}
    for count in (10, 100):
        with make(count) as system:
            settle()
            found["status%d" % count] = time_status(system)
    return found


def measure_restart(make):
    """Programs end after 1.2 s: one that ends at once is held back for a
    second by every supervisor here."""
    with make(10, mode="exit 1200", restart=True) as system:
        systems.wait_until(lambda: len(system.times("S")) >= 50, "restarts")
        ends, starts = system.times("X"), system.times("S")[10:]
        return {"restart": statistics.median(
            min(after - end for after in starts if after > end)
            for end in ends if end < starts[-1]) / 1e6}


def measure_writers(make, writers, count, chunk):
    """MB/s of all together, and ms of the loggers' CPU for a GB."""
    size = count * chunk    # s6-log holds back what is no whole line
    with make(writers, mode="write %d %d" % (size, chunk)) as system:
        pids = system.supervisors()
        systems.wait_until(lambda: len(system.times("E")) == writers,
                           "end of writing")
        systems.wait_until(lambda: all(
            os.path.getsize(system.log_of(number)) >= size
            for number in range(writers)), "all bytes")
        taken = (max(system.times("E")) - min(system.times("S"))) / 1e9
        return size * writers / taken / 1e6, \
            cpu_ms(pids) / (size * writers / 1e9)


def measure_log(make):
    found = {}
    for row, writers, count, chunk in (("log", 1, 3000, 65536),
                                       ("logs", 50, 300, 65536),
                                       ("lines", 1, 500_000, 100)):
        found[row], found[row + "cpu"] = measure_writers(
            make, writers, count, chunk)
    return found


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def call(connection, method, *texts):
    """An XML-RPC call whose answer is only looked at for a fault."""
    body = "<?xml version='1.0'?><methodCall><methodName>%s</methodName>" \
        "<params>%s</params></methodCall>" % (method, "".join(
            "<param><value>%s</value></param>" % text for text in texts))
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
    answer = connection.getresponse().read()
    if b"<fault>" in answer:
        raise RuntimeError(answer.decode())


NGINX_CONF = """
user root; daemon off; worker_processes 1; pid %(dir)s/nginx.pid;
events {}
http {
    access_log off;
    server { listen unix:%(dir)s/nginx.sock;
             location / { root %(dir)s/www; } }
}
"""


def restart_times(system, before=lambda: None, rounds=15):
    """Milliseconds from the call of a start to the program's beginning."""
    connection = Unix(system.socket)
    taken = []
    for _ in range(rounds):
        call(connection, "supervisor.stopProcess", "p0000")
        before()
        known = len(system.times("S"))
        begun = time.monotonic_ns()
        call(connection, "supervisor.startProcess", "p0000")
        systems.wait_until(lambda: len(system.times("S")) > known, "a start")
        taken.append((system.times("S")[-1] - begun) / 1e6)
    connection.close()
    return statistics.median(taken)


def measure_gate(make):
    """The price of asking before a start, with a real nginx that serves a
    folder of the program; ours only."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    keys = "startsecs=0\n"
    with make(1, keys=keys) as system:
        found = {"plain": restart_times(system)}
    if nginx is None:
        return found
    with make(1, keys=keys) as system:
        conf = os.path.join(system.dir, "nginx.conf")
        with open(conf, "w") as file:
            file.write(NGINX_CONF % {"dir": system.dir})
        www = os.path.join(system.dir, "www")
        os.mkdir(www)
        for number in range(100):
            open(os.path.join(www, "%d.js" % number), "w").close()
        server = subprocess.Popen(
            [nginx, "-e", "/dev/null", "-c", conf], stderr=subprocess.DEVNULL)
        try:
            with open(system.conf, "a") as file:
                file.write("directory=%s\npreflight=block\n"
                           "preflight_nginx=%s\n" % (www, conf))
            systems.wait_until(
                lambda: os.path.exists(system.dir + "/nginx.sock"), "nginx")
            system.process.send_signal(signal.SIGHUP)
            systems.wait_until(lambda: len(system.times("S")) == 2,
                               "start under preflight")
            found["gate_cold"] = restart_times(
                system, before=lambda: os.utime(conf))
            found["gate_warm"] = restart_times(system)
        finally:
            server.terminate()
            server.wait()
    return found


def measure_growth(make, count):
    """What one program costs when there are count of them."""
    with make(count) as system:
        wall = (system.times("S")[count - 1] - system.begun) / 1e6
        settle()
        memory = pss(system.supervisors())
        return {"count": count, "pss": memory, "start": wall,
                "status": time_status(system)}
