# SPDX-License-Identifier: ISC
"""Stopping: signals, patience, groups, and what must not go wrong."""

import concurrent.futures
import os
import shutil
import signal
import time
import xmlrpc.client

import life
import pytest
import supd

STUBBORN = """/bin/sh -c 'trap "" TERM; echo up; while :; do sleep 1; done'"""


def stubborn(name, **options):
    lines = ["[program:%s]" % name, "command=" + STUBBORN, "startsecs=0",
             "killasgroup=true", "stdout_logfile={dir}/%s.out" % name]
    lines += ["%s=%s" % item for item in options.items()]
    return "\n".join(lines) + "\n"


def wait_up(daemon, name):
    supd.wait_until(lambda: "up" in daemon.file(name + ".out"),
                    "%s to set its trap" % name)


def test_what_ignores_term_is_killed_after_stopwaitsecs():
    with supd.Daemon(programs=stubborn("p", stopwaitsecs=1)) as daemon:
        wait_up(daemon, "p")
        begin = time.monotonic()
        assert daemon.rpc.supervisor.stopProcess("p") is True
        # And not 10 s, which is the default.
        assert 0.9 < time.monotonic() - begin < 8
        life.Log(daemon).in_order(
            "killing p (pid ", "waiting for p to stop",
            "killing 'p' (", "process group with signal SIGKILL",
            "stopped: p (terminated by SIGKILL)")


@pytest.mark.parametrize("patience", [0, -3])
def test_without_patience_it_is_killed_once(patience):
    programs = stubborn("p", stopwaitsecs=patience)
    with supd.Daemon(programs=programs) as daemon:
        wait_up(daemon, "p")
        assert daemon.rpc.supervisor.stopProcess("p") is True
        log = life.Log(daemon)
        log.wait("stopped: p (terminated by SIGKILL)")
        assert log.count("killing 'p' (") == 1


def test_a_slow_stop_ends_when_the_child_does():
    command = ("""/bin/sh -c 'trap "sleep 0.5; exit 0" TERM; echo up; """
               """while :; do sleep 0.1; done'""")
    programs = ("[program:p]\ncommand=%s\nstartsecs=0\nstopwaitsecs=20\n"
                "stdout_logfile={dir}/p.out\n" % command)
    with supd.Daemon(programs=programs) as daemon:
        wait_up(daemon, "p")
        begin = time.monotonic()
        daemon.rpc.supervisor.stopProcess("p")
        assert time.monotonic() - begin < 10
        assert "INFO stopped: p (exit status 0)" in (
            life.Log(daemon).masked())
        info = daemon.rpc.supervisor.getProcessInfo("p")
        assert info["statename"] == "STOPPED"
        assert info["exitstatus"] == 0


def test_a_stop_takes_no_longer_than_the_child():
    programs = ("[program:p]\ncommand=/bin/cat\nautostart=false\n"
                "startsecs=0\n")
    with supd.Daemon(programs=programs) as daemon:
        server = daemon.rpc.supervisor
        took = []
        for _ in range(5):
            server.startProcess("p")
            begin = time.monotonic()
            server.stopProcess("p")
            took.append(time.monotonic() - begin)
        assert sorted(took)[2] < 0.5, took
        assert ("WARN stopped: p (terminated by SIGTERM)" in
                life.Log(daemon).masked())


def test_backoff_and_starting_stop_at_once():
    programs = ("[program:b]\ncommand=/no/such\nstartretries=50\n"
                "[program:s]\ncommand=/bin/cat\nstartsecs=100\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("b", "BACKOFF")
        daemon.wait_state("s", "STARTING")
        for name in "bs":
            begin = time.monotonic()
            assert daemon.rpc.supervisor.stopProcess(name) is True
            # A stop that waits for something has 10 s for it.
            assert time.monotonic() - begin < 5
            assert daemon.state(name) == "STOPPED"
        assert life.Log(daemon).count(
            "Attempted to kill b, which is in BACKOFF state.") == 1
        daemon.rpc.supervisor.startProcess("s", False)
        assert daemon.state("s") == "STARTING"


def test_no_stop_right_after_a_start_is_lost():
    programs = ("[program:p]\ncommand=/bin/sleep 1000\nautostart=false\n"
                "stopwaitsecs=20\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        server = daemon.rpc.supervisor
        for _ in range(200):
            server.startProcess("p", False)
            assert server.stopProcess("p") is True
        assert life.Log(daemon).count("SIGKILL") == 0


def test_the_group_is_signalled_as_a_whole_if_asked():
    command = ("""/bin/sh -c 'sh -c "echo \\$\\$ >>{dir}/deep; """
               """exec sleep 1000" & wait'""")
    programs = "".join(
        "[program:%s]\ncommand=%s\nstartsecs=0\nstopasgroup=%s\n" % (
            name, command.replace("/deep", "/" + name), asgroup)
        for name, asgroup in (("all", "true"), ("one", "false")))
    with supd.Daemon(programs=programs) as daemon:
        deep = {}
        for name in ("all", "one"):
            supd.wait_until(
                lambda name=name: os.path.exists(daemon.path(name)) and
                daemon.file(name).endswith("\n"), "grandchild")
            deep[name] = int(daemon.file(name))
            daemon.rpc.supervisor.stopProcess(name)
        try:
            supd.wait_until(lambda: not life.alive(deep["all"]),
                            "end of the grandchild")
            assert life.alive(deep["one"])
        finally:
            os.kill(deep["one"], signal.SIGKILL)


def test_signals_reach_the_process_and_change_no_wish():
    command = ("""/bin/sh -c 'trap "echo hup" HUP; echo up; """
               """while :; do sleep 0.05; done'""")
    programs = ("[program:p]\ncommand=%s\nstartsecs=0\nstopsignal=KILL\n"
                "stdout_logfile={dir}/p.out\n" % command)
    with supd.Daemon(programs=programs) as daemon:
        wait_up(daemon, "p")
        assert daemon.rpc.supervisor.signalProcess("p", "HUP") is True
        supd.wait_until(lambda: "hup" in daemon.file("p.out"), "hup")
        pid = daemon.rpc.supervisor.getProcessInfo("p")["pid"]
        assert life.Log(daemon).count(
            "sending p (pid %d) sig SIGHUP" % pid) == 1
        daemon.rpc.supervisor.signalProcess("p", "KILL")
        life.Log(daemon).wait("exited: p (terminated by SIGKILL; not "
                              "expected)")
        life.Log(daemon).wait("spawned: 'p'", times=2)


def out_of_reach(folder):
    """Makes a daemon without CAP_KILL and a child of another user."""
    starter = life.script(
        folder, "daemon", "#!/bin/sh\nexec setpriv --bounding-set=-kill "
        "--inh-caps=-kill %s \"$@\"\n" % supd.built("supervisord-c"))
    programs = ("[program:p]\ncommand=/bin/cat\nuser=nobody\nstartsecs=0\n"
                "autorestart=false\nstdout_logfile=NONE\n"
                "stderr_logfile=NONE\n")
    return supd.Daemon(programs=programs, program=starter,
                       ctl=supd.ORACLE_CTL)


def running_as_nobody(daemon):
    """Pid of p once it is out of reach: a child begins as the daemon's user."""
    pid = daemon.wait_state("p", "RUNNING")["pid"]
    supd.wait_until(lambda: os.stat("/proc/%d" % pid).st_uid != 0, "nobody")
    return pid


needs_setpriv = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="needs root and setpriv")


@needs_setpriv
def test_a_child_that_cannot_be_signalled_does_not_end_the_daemon(tmp_path):
    with out_of_reach(tmp_path) as daemon:
        pid = running_as_nobody(daemon)
        with pytest.raises(xmlrpc.client.Fault) as error:
            daemon.rpc.supervisor.stopProcess("p")
        assert error.value.faultCode == 30
        assert daemon.state("p") == "UNKNOWN"
        assert life.Log(daemon).count(
            "unknown problem killing p (%d):" % pid) == 1
        os.kill(pid, signal.SIGKILL)
        daemon.wait_state("p", "STOPPED")
        assert daemon.rpc.supervisor.startProcess("p") is True
        os.kill(daemon.rpc.supervisor.getProcessInfo("p")["pid"],
                signal.SIGKILL)
        daemon.wait_state("p", "EXITED")


@needs_setpriv
def test_a_child_that_cannot_be_signalled_is_left_behind(tmp_path):
    with out_of_reach(tmp_path) as daemon:
        log = life.Log(daemon)
        pid = running_as_nobody(daemon)
        with pytest.raises(xmlrpc.client.Fault):
            daemon.rpc.supervisor.stopProcess("p")
        assert daemon.rpc.supervisor.removeProcessGroup("p") is True
        log.wait("leaving 'p' (%d) behind, it can't be signalled" % pid)
        # Its stdin has come to an end, and so has it.
        log.wait("reaped unknown pid %d" % pid)
        daemon.rpc.supervisor.addProcessGroup("p")
        running_as_nobody(daemon)
        assert daemon.stop() == 0
        log.wait("leaving 'p' (", times=2)


def test_two_clients_that_restart_never_make_two():
    programs = ("[program:p]\ncommand=/bin/sh -c 'echo $$ >>{dir}/pids; "
                "exec sleep 1000'\nstartsecs=0\nautostart=false\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        def restart(_):
            server = daemon.rpc.supervisor
            for _ in range(40):
                for call in (server.stopProcess, server.startProcess):
                    try:
                        call("p")
                    except xmlrpc.client.Fault:
                        pass
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(restart, range(2)))
        log = life.Log(daemon)
        running = 0
        for line in log.lines():
            running += line.startswith("spawned: 'p'")
            running -= line.startswith(("stopped: p", "exited: p"))
            assert running in (0, 1)
        # The last child may not have written its pid yet.
        supd.wait_until(
            lambda: sum(life.alive(int(pid)) for pid in
                        daemon.file("pids").split()) == running,
            "%d living children" % running)


def test_a_flapping_child_and_impatient_clients():
    programs = ("[program:p]\ncommand=/bin/sh -c 'exit 1'\nstartsecs=0\n"
                "stopsignal=KILL\nautorestart=true\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        server = daemon.rpc.supervisor
        for _ in range(150):
            for call in (server.stopProcess, server.startProcess):
                try:
                    call("p", False)
                except xmlrpc.client.Fault as fault:
                    assert fault.faultCode in (50, 60, 70, 40)
        assert daemon.process.poll() is None
        assert life.Log(daemon).count("unknown problem") == 0
