# SPDX-License-Identifier: ISC
"""How children end by themselves, and what follows (contract D4)."""

import time

import life
import pytest
import supd

EARLY = "Exited too quickly (process log may have details)"


@pytest.fixture(name="run")
def fixture_run():
    """run(programs) starts a daemon that ends with the test."""
    started = []

    def run(programs, **options):
        daemon = supd.Daemon(programs=programs, **options)
        started.append(daemon)
        return daemon.__enter__()
    yield run
    for daemon in started:
        daemon.__exit__(None, None, None)


def program(name, command, **options):
    lines = ["[program:%s]" % name, "command=%s" % command]
    lines += ["%s=%s" % item for item in options.items()]
    return "\n".join(lines) + "\n"


def test_a_child_that_dies_early_is_fatal_after_its_retries(run):
    daemon = run(program("p", "/bin/sh -c 'exit 0'", startretries=1))
    info = daemon.wait_state("p", "FATAL")
    assert info["spawnerr"] == EARLY
    assert info["description"] == EARLY
    assert info["exitstatus"] == 0
    assert info["stop"] >= info["start"] > 0
    log = life.Log(daemon)
    assert log.masked("INFO", "WARN")[1:] == [
        "INFO supervisord started with pid PID",
        "INFO spawned: 'p' with pid PID",
        "WARN exited: p (exit status 0; not expected)",
        "INFO spawned: 'p' with pid PID",
        "WARN exited: p (exit status 0; not expected)",
        "INFO gave up: p entered FATAL state, too many start retries too "
        "quickly",
    ]


def test_back_off_waits_longer_each_time(run):
    daemon = run(program("p", "/bin/sh -c 'exit 1'", startretries=2))
    begin = time.monotonic()
    daemon.wait_state("p", "FATAL")
    assert 2.5 < time.monotonic() - begin < 15
    assert life.Log(daemon).count("spawned: 'p'") == 3


def test_startretries_0_is_one_attempt(run):
    daemon = run(program("p", "/no/such/file", startretries=0))
    info = daemon.wait_state("p", "FATAL")
    assert info["spawnerr"] == "can't find command '/no/such/file'"
    assert life.Log(daemon).count("spawnerr: can't find command") == 1


@pytest.mark.parametrize("command, text", [
    ("/etc/passwd", "command at '/etc/passwd' is not executable"),
    ("/tmp", "command at '/tmp' is a directory"),
    ("no-such-command x", "can't find command 'no-such-command'"),
    ("\"sh", "can't parse command '\"sh': No closing quotation"),
    ("/bin/true", EARLY),
])
def test_the_reason_of_a_failed_start_is_shown(run, command, text):
    daemon = run(program("p", command, startretries=0))
    assert daemon.wait_state("p", "FATAL")["description"] == text


def test_a_log_that_is_a_folder_costs_no_descriptors(run):
    daemon = run(program("p", "/bin/cat", startretries=3, autostart="false",
                         stdout_logfile="/tmp"))
    fds = "/proc/%d/fd" % daemon.pid
    before = None
    for _ in range(5):
        with pytest.raises(supd.xmlrpc.client.Fault):
            daemon.rpc.supervisor.startProcess("p")
        daemon.rpc.supervisor.stopProcess("p")
        count = len(supd.os.listdir(fds))
        before = before or count
    assert count <= before + 2  # a client's connection may come and go
    assert (daemon.rpc.supervisor.getProcessInfo("p")["spawnerr"] ==
            "unknown error making dispatchers for 'p': EISDIR")


@pytest.mark.parametrize("autorestart, code, state", [
    ("true", 0, "again"), ("true", 7, "again"),
    ("false", 0, "EXITED"), ("false", 7, "EXITED"),
    ("unexpected", 0, "EXITED"), ("unexpected", 2, "EXITED"),
    ("unexpected", 7, "again"),
])
def test_autorestart(run, autorestart, code, state):
    daemon = run(program("p", "/bin/sh -c 'exit %d'" % code, startsecs=0,
                         autorestart=autorestart, exitcodes="0,2"))
    log = life.Log(daemon)
    log.wait("exited: p")
    expected = code in (0, 2)
    assert ("exited: p (exit status %d; %s)" % (
        code, "expected" if expected else "not expected")) in log.lines()
    if state == "again":
        log.wait("spawned: 'p'", times=2)
        return
    info = daemon.wait_state("p", "EXITED")
    assert info["exitstatus"] == code
    assert info["spawnerr"] == ("" if expected else "Bad exit code %d" % code)
    assert log.count("spawned: 'p'") == 1


@pytest.mark.parametrize("autorestart", ["true", "unexpected", "false"])
def test_death_by_signal(run, autorestart):
    daemon = run(program("p", "/bin/cat", startsecs=0,
                         autorestart=autorestart))
    log = life.Log(daemon)
    pid = daemon.wait_state("p", "RUNNING")["pid"]
    supd.os.kill(pid, supd.signal.SIGSEGV)
    if autorestart == "false":
        info = daemon.wait_state("p", "EXITED")
        assert info["exitstatus"] == -1
        assert info["spawnerr"] == "Bad exit code -1"
    else:
        log.wait("spawned: 'p'", times=2)
    assert log.count("exited: p (terminated by SIGSEGV") == 1


def test_respawns_are_a_second_apart(run):
    daemon = run(program("p", "/bin/sh -c 'exit 1'", startsecs=0,
                         autorestart="true") +
                 program("noise", "/bin/sh -c 'while echo x; do :; done'",
                         stdout_logfile="/dev/null"))
    begin = time.monotonic()
    life.Log(daemon).wait("spawned: 'p'", times=4)
    assert time.monotonic() - begin > 2.5


def test_who_dies_at_startsecs_is_not_called_a_success(run):
    # A stopped daemon sees the timer and the death at the same moment.
    daemon = run(program("p", "/bin/sh -c 'sleep 0.3; exit 3'", startsecs=1,
                         startretries=0, autostart="false"))
    daemon.rpc.supervisor.startProcess("p", False)
    daemon.signal(supd.signal.SIGSTOP)
    pid = int(life.Log(daemon).lines()[
        life.Log(daemon).index("spawned: 'p'")].split()[-1])
    begin = time.monotonic()
    supd.wait_until(lambda: not life.alive(pid), "death of the child")
    supd.wait_until(lambda: time.monotonic() > begin + 1.5, "startsecs")
    daemon.signal(supd.signal.SIGCONT)
    daemon.wait_state("p", "FATAL", "EXITED")
    assert life.Log(daemon).count("success: p") == 0


def test_a_user_start_begins_to_count_anew(run):
    daemon = run(program("p", "/bin/sh -c 'exit 1'", startretries=1))
    log = life.Log(daemon)
    daemon.wait_state("p", "FATAL")
    with pytest.raises(supd.xmlrpc.client.Fault):
        daemon.rpc.supervisor.startProcess("p")
    daemon.wait_state("p", "FATAL")
    assert log.count("spawned: 'p'") == 4
