# SPDX-License-Identifier: ISC
"""The same programs under Supervisor and under ours.

Both daemons run one configuration and get the same requests; then, program by
program, the lines of the main log, the events that a listener got and what
status shows must be the same but for pids and times.
"""

import os
import signal
import xmlrpc.client

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")

STUBBORN = """/bin/sh -c 'trap "" TERM; while :; do sleep 0.2; done'"""
POLITE = """/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'"""
ONCE = """/bin/sh -c 'test -e {dir}/%s.seen && exec sleep 1000; """ \
    """: >{dir}/%s.seen; sleep 1.5; exit %d'"""

# name: options.  All are started by themselves unless they say otherwise.
PROGRAMS = {
    "early": {"command": "/bin/sh -c 'exit 0'", "startretries": 1},
    "early5": {"command": "/bin/sh -c 'exit 5'", "startretries": 0},
    "missing": {"command": "nosuchcommand", "startretries": 1},
    "folder": {"command": "/tmp", "startretries": 0},
    "noexec": {"command": "/etc/passwd", "startretries": 0},
    "unparsable": {"command": "'sh", "startretries": 0},
    "badlog": {"command": "/bin/cat", "startretries": 0,
               "stdout_logfile": "/tmp"},
    "baddir": {"command": "/bin/cat", "startretries": 0,
               "directory": "/no/such/folder"},
    "segv": {"command": "/bin/sh -c 'sleep 1.5; kill -SEGV $$'",
             "autorestart": "false"},
    "planned": {"command": "/bin/sh -c 'sleep 1.5; exit 2'",
                 "exitcodes": "0,2"},
    "surprise": {"command": "/bin/sh -c 'sleep 1.5; exit 3'",
                   "autorestart": "false"},
    "again": {"command": ONCE % ("again", "again", 0), "autorestart": "true"},
    "again3": {"command": ONCE % ("again3", "again3", 3)},
    "cat": {"command": "/bin/cat", "autostart": "false"},
    "polite": {"command": POLITE, "autostart": "false"},
    "polite2": {"command": POLITE, "autostart": "false", "exitcodes": "2"},
    "killed": {"command": STUBBORN, "stopwaitsecs": 1,
               "killasgroup": "true", "autostart": "false"},
    "usr1": {"command": "/bin/cat", "stopsignal": "USR1",
             "autostart": "false"},
    "asgroup": {"command": "/bin/cat", "stopasgroup": "true",
                "autostart": "false"},
    "backoff": {"command": "/no/such", "startretries": 99,
                "autostart": "false"},
    "signalled": {"command": "/bin/cat", "autorestart": "false",
                  "autostart": "false"},
    "startsecs0": {"command": "/bin/cat", "startsecs": 0,
                   "autostart": "false"},
    "slow": {"command": "/bin/cat", "startsecs": 60, "autostart": "false"},
}

REQUESTED = ("cat", "polite", "polite2", "killed", "usr1", "asgroup",
             "startsecs0")

FINAL = {"early": "FATAL", "early5": "FATAL", "missing": "FATAL",
         "folder": "FATAL", "noexec": "FATAL", "unparsable": "FATAL",
         "badlog": "FATAL", "baddir": "FATAL", "segv": "EXITED",
         "planned": "EXITED", "surprise": "EXITED", "again": "RUNNING",
         "again3": "RUNNING", "signalled": "EXITED"}


def requests(daemon):
    """What both daemons are asked to do."""
    server = daemon.rpc.supervisor
    for name in REQUESTED:
        server.startProcess(name)
    for name in REQUESTED:
        server.stopProcess(name)
    for name in ("backoff", "slow"):
        try:
            server.startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            assert fault.faultCode == 20  # looked up before it is tried
    # Before the exec the reference loses signals.
    pid = server.getProcessInfo("slow")["pid"]
    supd.wait_until(lambda: os.path.basename(os.readlink(
        "/proc/%d/exe" % pid)) == "cat", "exec of slow")
    server.stopProcess("slow")
    server.startProcess("signalled")
    server.signalProcess("signalled", "INT")
    for name, state in FINAL.items():
        daemon.wait_state(name, state, seconds=40)
    supd.wait_until(
        lambda: daemon.file("events").count(
            "processname:signalled groupname:signalled "
            "from_state:RUNNING expected") == 1, "last event")


@pytest.fixture(scope="module", name="both")
def fixture_both():
    return twins.run(twins.sections(PROGRAMS), requests)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_main_log_says_the_same(both, name):
    oracle, ours = both
    assert ours.log_of(name) == oracle.log_of(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_listener_hears_the_same(both, name):
    oracle, ours = both
    assert ours.events_of(name) == oracle.events_of(name)
    assert name == "backoff" or ours.events_of(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_status_shows_the_same(both, name):
    oracle, ours = both
    assert ours.status_of(name) == oracle.status_of(name)


def test_groups_are_announced_the_same(both):
    oracle, ours = both
    assert ([event for event in ours.events if "GROUP" in event[0]] ==
            [event for event in oracle.events if "GROUP" in event[0]])


def shutdown_log(program):
    """The lines of a shutdown of groups and members with priorities.

    No two groups share one: those we stop together.
    """
    slow = ("/bin/sh -c 'trap \"sleep 0.2; exit 0\" TERM; "
            "while :; do sleep 0.05; done'")
    programs = "".join(
        "[program:%s]\ncommand=%s\npriority=%d\n" % (name, slow, priority)
        for name, priority in (("a", 5), ("b", 1), ("c", 5), ("d", 20),
                               ("e", 21), ("f", 2)))
    programs += "[group:g]\nprograms=a,b,c\npriority=7\n"
    with supd.Daemon(programs=programs, program=program,
                     loglevel="debug") as daemon:
        for name in ("g:a", "g:b", "g:c", "d", "e", "f"):
            daemon.wait_state(name, "RUNNING")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(60) == 0
        lines = life.Log(daemon).masked()
        begin = [number for number, line in enumerate(lines)
                 if "indicating exit request" in line][0]
        return [line for line in lines[begin:]
                if not line.startswith("DEBG fd ") and "SIGCHLD" not in line]


def test_a_shutdown_goes_the_same_way():
    def grouped(lines):
        # Members that are stopped together may end in any order, and the
        # reference waits a second more here and there.
        order, result = [], []
        for line in lines:
            if "waiting for" in line and result:
                continue
            if line.startswith("INFO stopped"):
                order.append(line)
                continue
            result += sorted(order) + [line]
            order = []
        return result + sorted(order)
    assert grouped(shutdown_log(None)) == grouped(
        shutdown_log(supd.ORACLE_DAEMON))
