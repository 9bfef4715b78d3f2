# SPDX-License-Identifier: ISC
"""Every method that takes a process, with good and bad arguments, for a process
in each of the eight states: the answers of Debian's supervisord and ours are
equal byte by byte (contract C3)."""

import os
import shutil
import signal
import xmlrpc.client

import pytest

import life
import supd
from rpc_pair import Comparison, Pair

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and
         supd.installed(supd.ORACLE_DAEMON)),
    reason="needs supervisord-c and Debian's supervisor")

# name: state, program; what is kept in a group has another namespec.
STATES = {
    "stopped": ("STOPPED", "command=/bin/cat\nautostart=false\nstartsecs=0"),
    "starting": ("STARTING", "command=/bin/cat\nstartsecs=3600"),
    "running": ("RUNNING", "command=/bin/cat\nstartsecs=0"),
    # After so many failures it stays in BACKOFF for a while.
    "backoff": ("BACKOFF", "command=/no/such\nstartretries=100000"),
    "stopping": ("STOPPING", "command={dir}/deaf\nstartsecs=0\n"
                 "stopwaitsecs=3600"),
    "exited": ("EXITED", "command=/bin/sh -c 'echo 0123456789; sleep 0.3; "
               "exit 3'\n"
               "startsecs=0\nautorestart=false\nexitcodes=3"),
    "fatal": ("FATAL", "command=/bin/false\nstartretries=0"),
}
FILES = "stdout_logfile={dir}/%s.out\nstderr_logfile={dir}/%s.err\n"
DEAF = "#!/bin/sh\ntrap '' TERM\necho deaf\nwhile :; do sleep 0.05; done\n"


def section(name, program, group=False):
    text = "[program:%s]\n%s\n%s" % (name, program, FILES % (name, name))
    if group:
        text += "[group:g_%s]\nprograms=%s\n" % (name, name)
    return text


PROGRAMS = "".join(
    section(name, program) + section("m" + name, program, group=True)
    for name, (_, program) in STATES.items())

LOGS = ("readProcessLog", "readProcessStdoutLog", "readProcessStderrLog",
        "tailProcessLog", "tailProcessStdoutLog", "tailProcessStderrLog")
PLACES = ((0, 0), (0, 4), (-3, 0), (-3, 1), (5, -1), (99, 5))
# What leaves the state as it is; the name stands before these.
ASKED = (
    [("getProcessInfo",)]
    + [(method, *place) for method in LOGS for place in PLACES]
    + [("signalProcess", text) for text in ("CONT", 0, "nosuch", "99", "")]
    + [("sendProcessStdin", "\u00e4<&>"), ("sendProcessStdin", 5),
       ("clearProcessLog",), ("clearProcessLogs",), ("clearProcessLogs", 1),
       ("getProcessInfo",)])
GROUPS = (("signalProcessGroup", "CONT"), ("signalProcessGroup", "nosuch"),
          ("signalProcess", "CONT"), ("addProcessGroup",))


def is_startable(state):
    return state in ("STOPPED", "EXITED", "FATAL", "UNKNOWN")


def settle(daemon, names):
    for name in names:
        daemon.wait_state(name, state_of(name))


def state_of(namespec):
    name = namespec.split(":")[-1]
    return STATES.get(name, STATES.get(name[1:]))[0]


def prepare(daemon):
    life.script(daemon.dir, "deaf", DEAF)


def end(daemon):
    """What ignores SIGTERM would hold the end of the daemon up."""
    for name in ("stopping", "g_mstopping:mstopping"):
        info = daemon.rpc.supervisor.getProcessInfo(name)
        if info["statename"] == "RUNNING":
            daemon.rpc.supervisor.stopProcess(name, False)
        if info["pid"]:
            os.kill(info["pid"], signal.SIGKILL)


NAMES = [spec for name in STATES for spec in (name, "g_m%s:m%s" % (name, name))]


@pytest.fixture(scope="module")
def pair():
    with Pair(PROGRAMS, prepare, end) as running:
        for daemon in running.daemons:
            for name in ("stopping", "mstopping"):
                supd.wait_until(
                    lambda d=daemon, n=name: os.path.exists(
                        d.path(n + ".out")) and d.file(n + ".out"), "trap")
            daemon.rpc.supervisor.stopProcess("stopping", False)
            daemon.rpc.supervisor.stopProcess("g_mstopping:*", False)
            settle(daemon, NAMES)
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_in_a_state(pair, name):
    compare = Comparison(pair)
    state = state_of(name)
    for method, *params in ASKED:
        compare.same("supervisor." + method, name, *params)
    for method, *params in GROUPS:
        group = name.split(":")[0]
        if method == "signalProcess":
            group += ":*"
        compare.same("supervisor." + method, group, *params)
    if not is_startable(state):
        compare.same("supervisor.removeProcessGroup", name.split(":")[0])
        compare.same("supervisor.startProcess", name)
        if state != "STOPPING":
            # Supervisor says true, and does nothing.
            compare.same("supervisor.startProcess", name, False)
            compare.same("supervisor.startProcessGroup", name.split(":")[0])
    if is_startable(state) or state == "STOPPING":
        compare.same("supervisor.stopProcess", name)
        compare.same("supervisor.stopProcess", name, False)
        compare.same("supervisor.stopProcessGroup", name.split(":")[0])
    for daemon in pair.daemons:
        settle(daemon, [name])
    compare.check(54)


@pytest.mark.parametrize("name", [n for n in NAMES if "stopping" not in n])
def test_what_changes_a_state(pair, name):
    """After the others: the states are other ones from here on."""
    compare = Comparison(pair)
    group = name.split(":")[0]

    def settled(*states):
        for daemon in pair.daemons:
            daemon.wait_state(name, *states)
        compare.same("supervisor.getProcessInfo", name)

    if not is_startable(state_of(name)):
        compare.same("supervisor.stopProcess", name)
        settled("STOPPED")
    if state_of(name) != "STARTING":
        after = {"EXITED": "EXITED", "FATAL": "FATAL", "BACKOFF": "STOPPED"}
        compare.same("supervisor.startProcess", name)
        settled(after.get(state_of(name), "RUNNING"))
        compare.same("supervisor.stopProcessGroup", group)
        settled("STOPPED", "EXITED", "FATAL")
        compare.same("supervisor.startProcessGroup", group)
        settled(after.get(state_of(name), "RUNNING"))
    else:
        compare.same("supervisor.startProcess", name, False)
        settled("STARTING")
    compare.same("supervisor.stopProcess", name, False)
    settled("STOPPED", "EXITED", "FATAL")
    compare.same("supervisor.removeProcessGroup", group)
    compare.same("supervisor.getProcessInfo", name)
    compare.same("supervisor.addProcessGroup", group)
    compare.same("supervisor.addProcessGroup", group)
    settled(state_of(name))
    compare.check(9)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"),
                    reason="needs root and setpriv")
def test_in_the_state_unknown(tmp_path):
    """Of a child that the daemon may not signal."""
    commands = [life.script(
        tmp_path, "daemon%d" % number,
        "#!/bin/sh\nexec setpriv --bounding-set=-kill --inh-caps=-kill "
        "%s \"$@\"\n" % program)
        for number, program in enumerate(
            (supd.ORACLE_DAEMON, supd.built("supervisord-c")))]
    programs = ("[program:unknown]\ncommand=/bin/cat\nuser=nobody\n"
                "startsecs=0\nautorestart=false\nstdout_logfile=NONE\n"
                "stderr_logfile=NONE\n")
    with Pair(programs, commands=commands) as pair:
        compare = Comparison(pair)
        for daemon in pair.daemons:
            life.wait_other_user(
                daemon.wait_state("unknown", "RUNNING")["pid"])
            with pytest.raises(xmlrpc.client.Fault) as refused:
                daemon.rpc.supervisor.signalProcess("unknown", "USR1")
            assert refused.value.faultCode == 30
            assert refused.value.faultString.startswith(
                "FAILED: unknown problem sending sig unknown (")
            assert daemon.state("unknown") == "UNKNOWN"
        for method, *params in ASKED:
            compare.same("supervisor." + method, "unknown", *params)
        for method in ("startProcess", "stopProcess", "startProcessGroup",
                       "stopProcessGroup"):
            compare.same("supervisor." + method, "unknown")
            compare.same("supervisor." + method, "unknown", False)
        for method in ("startAllProcesses", "stopAllProcesses",
                       "getAllProcessInfo"):
            compare.same("supervisor." + method)
        compare.check(55)
