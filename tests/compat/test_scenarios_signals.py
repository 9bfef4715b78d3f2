# SPDX-License-Identifier: ISC
"""Signals to the daemon, and what it is told by calls instead: restart with the
same, another and a broken configuration, reopening logs, shutting down.

Both daemons run the same programs and get the same signals; their whole main
logs and the files of the children must be the same.
"""

import os
import signal

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")


def program(name, command, priority, **options):
    options = {"command": command, "priority": priority,
               "stdout_logfile": "{dir}/%s.out" % name,
               "stderr_logfile": "NONE", **options}
    return twins.sections({name: options})


# No two groups share a priority: those ours stops together.
FATAL = program("fatal", "/bin/sh -c 'exit 1'", 1, startretries=0)
BACKOFF = program("backoff", "/no/such/command", 2, startretries=99)
CAT = program("cat", "/bin/cat", 3)
STUBBORN = program(
    "stubborn", """/bin/sh -c 'trap "" TERM; : >{dir}/up; """
    """exec sleep 1000'""", 4, stopwaitsecs=3, killasgroup="true")
EXITED = program("exited", "/bin/sh -c 'sleep 1.5; exit 0'", 5)
SOCKET = twins.sections({"fcgi-program:socket": {
    "command": "/bin/sleep 1000", "priority": 6, "socket": "unix://{dir}/fcgi.sock",
    "stdout_logfile": "NONE", "stderr_logfile": "NONE"}})
ALL = FATAL + BACKOFF + CAT + STUBBORN + EXITED + SOCKET


def until_settled(daemon):
    for name, state in (("fatal", "FATAL"), ("backoff", "BACKOFF"),
                        ("stubborn", "RUNNING"), ("exited", "EXITED")):
        daemon.wait_state(name, state)
    twins.wait_executed(daemon, "cat")
    twins.wait_executed(daemon, "socket")
    supd.wait_until(lambda: os.path.exists(daemon.path("up")), "trap")
    os.remove(daemon.path("up"))


def same(programs, act, **options):
    """Both logs, which must be the same; returns one of them."""
    oracle, ours = twins.logs(programs, act, **options)
    assert twins.settled(ours) == twins.settled(oracle)
    return ours


def test_a_shutdown():
    def end(daemon):
        until_settled(daemon)
        daemon.signal(signal.SIGTERM)
        life.Log(daemon).wait("killing stubborn ")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(60) == 0
    log = same(ALL, end, loglevel="blather")
    assert log.count("WARN received SIGTERM indicating exit request") == 2
    assert not any("gave up: backoff" in record for record in log)


@pytest.mark.parametrize("name", ["INT", "QUIT", None])
def test_other_ways_to_shut_down(name):
    """None: by a call, which has no line of its own."""
    def end(daemon):
        twins.wait_executed(daemon, "cat")
        if name:
            daemon.signal(getattr(signal, "SIG" + name))
        else:
            assert daemon.rpc.supervisor.shutdown() is True
        assert daemon.process.wait(60) == 0
    log = same(CAT, end, loglevel="blather")
    assert [record for record in log if "received SIG" in record and
            "SIGCHLD" not in record] == (
        ["WARN received SIG%s indicating exit request" % name] if name
        else [])


def test_hup_while_it_ends_is_ignored():
    def end(daemon):
        until_settled(daemon)
        daemon.signal(signal.SIGTERM)
        life.Log(daemon).wait("killing stubborn ")
        daemon.signal(signal.SIGHUP)
        assert daemon.process.wait(60) == 0
    log = same(ALL, end, loglevel="blather")
    assert ("WARN ignored SIGHUP indicating restart request (shutdown in "
            "progress)") in log


def test_term_while_it_restarts_ends_it():
    def end(daemon):
        until_settled(daemon)
        daemon.signal(signal.SIGHUP)
        life.Log(daemon).wait("killing stubborn ")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(60) == 0
    same(ALL, end, loglevel="blather")


def until_restarted(daemon):
    life.Log(daemon).wait("supervisord started with pid", times=2)
    supd.wait_until(daemon.answers, "answer")


def test_a_restart_with_the_same_file():
    def restart(daemon):
        until_settled(daemon)
        pid = daemon.rpc.supervisor.getPID()
        daemon.signal(signal.SIGHUP)
        until_restarted(daemon)
        assert daemon.rpc.supervisor.getPID() == pid
        until_settled(daemon)
    log = same(ALL, restart, loglevel="blather")
    assert log.count("WARN received SIGHUP indicating restart request") == 1


def test_a_restart_by_a_call_has_no_line_of_its_own():
    def restart(daemon):
        twins.wait_executed(daemon, "cat")
        assert daemon.rpc.supervisor.restart() is True
        until_restarted(daemon)
        twins.wait_executed(daemon, "cat")
    log = same(CAT, restart, loglevel="blather")
    assert not any("SIGHUP" in record for record in log)


def test_a_restart_with_another_file():
    """Programs go, come and change; the log has another name and level."""
    added = program("added", "/bin/cat", 7)
    changed = program("cat", "/bin/cat -u", 3, startretries=7)

    def restart(daemon):
        until_settled(daemon)
        daemon.basic = daemon.basic.replace(
            "main.log", "other.log").replace("loglevel=blather",
                                             "loglevel=info")
        daemon.write_config(FATAL + BACKOFF + changed + STUBBORN + added)
        daemon.signal(signal.SIGHUP)
        supd.wait_until(lambda: os.path.exists(daemon.path("other.log")) and
                        "spawned: 'added'" in daemon.file("other.log"),
                        "new log")
        supd.wait_until(daemon.answers, "answer")
        for name, state in (("fatal", "FATAL"), ("stubborn", "RUNNING"),
                            ("added", "RUNNING")):
            daemon.wait_state(name, state)
        twins.wait_executed(daemon, "cat")
        daemon.stop()

    def one(binary):
        daemon = supd.Daemon(programs=ALL, program=binary, loglevel="blather")
        with daemon:
            restart(daemon)
            return [twins.records(daemon.file(name), daemon.dir)
                    for name in ("main.log", "other.log")]
    oracle, ours = twins.both(one)
    for number in 0, 1:
        assert (twins.settled(twins.without_http(ours[number])) ==
                twins.settled(twins.without_http(oracle[number])))


BROKEN = "[program:broken]\ncommand=%(nope)s\n"


def test_a_restart_with_a_broken_file():
    """The reference stops everything and ends with status 2; ours says what
    is wrong and goes on (docs/differences.md).  Up to there they agree."""
    begins = "WARN received SIGHUP indicating restart request"

    def one(binary):
        daemon = supd.Daemon(programs=CAT, program=binary, loglevel="blather")
        with daemon:
            pid = twins.wait_executed(daemon, "cat")
            daemon.write_config(CAT + BROKEN)
            daemon.signal(signal.SIGHUP)
            if binary is None:
                life.Log(daemon).wait("cannot restart: ")
                assert twins.wait_executed(daemon, "cat") == pid
                daemon.stop()
            status = daemon.process.wait(60)
            log = twins.without_http(twins.records(
                daemon.file("main.log"), daemon.dir))
            error = daemon.file("daemon.err").replace(daemon.dir, "DIR")
            return (status, error.split("\n"), log[:log.index(begins)],
                    log[log.index(begins) + 1:])
    oracle, ours = twins.both(one)
    assert ours[2] == oracle[2]
    assert (oracle[0], ours[0]) == (2, 0)
    why = oracle[1][0]
    assert why.startswith("Error: Format string '%(nope)s' for "
                          "'program:broken.command' contains names ('nope') "
                          "which cannot be expanded.")
    assert ours[3][0] == "CRIT cannot restart: %s; going on as before" % (
        why[len("Error: "):])
    # What followed in the reference follows in ours on TERM.
    assert ours[3][1] == "WARN received SIGTERM indicating exit request"
    assert twins.settled(ours[3][2:]) == twins.settled(oracle[3])


# Writes a line for each line that it reads.
TALKS = program("talks", "/bin/cat", 8, stdout_logfile_maxbytes=0)
AUTO = ("[program:auto]\ncommand=/bin/cat\nstderr_logfile=NONE\npriority=9\n")
LISTENER = ("[eventlistener:lis]\nevents=TICK_3600\nstderr_logfile=NONE\n"
            "command=/bin/sh -c 'echo READY; exec cat'\n"
            "stdout_logfile={dir}/lis.out\n")


def moved(daemon, folder):
    """Moves every log away; a later file of that name is another one."""
    os.mkdir(daemon.path(folder))
    for name in os.listdir(daemon.dir):
        if name.endswith((".log", ".out")):
            os.rename(daemon.path(name), daemon.path(folder + "/" + name))


def files(daemon):
    """{name without what is random in it: (mode, text)} of all logs."""
    found = {}
    for top, _, names in os.walk(daemon.dir):
        for name in names:
            path = os.path.join(top, name)
            if not name.endswith((".log", ".out")) or name == "daemon.out":
                continue
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if name == "main.log":
                text = twins.settled(twins.without_http(
                    twins.records(text, daemon.dir)))
            place = os.path.relpath(top, daemon.dir)
            found[place, name.split("---")[0]] = (
                os.stat(path).st_mode & 0o777, text)
    return found


def test_logs_are_opened_anew():
    """First where they have been moved away, then where they are still."""
    def one(binary):
        daemon = supd.Daemon(programs=CAT + TALKS + AUTO + LISTENER + FATAL,
                             program=binary, loglevel="info")
        with daemon:
            log, server = life.Log(daemon), daemon.rpc.supervisor
            for name in ("cat", "talks", "auto"):
                twins.wait_executed(daemon, name)
            daemon.wait_state("fatal", "FATAL")
            daemon.wait_state("lis", "RUNNING")
            server.sendProcessStdin("talks", "before\n")
            supd.wait_until(lambda: "before" in daemon.file("talks.out"),
                            "output")
            moved(daemon, "moved")
            server.sendProcessStdin("talks", "between\n")
            supd.wait_until(
                lambda: "between" in daemon.file("moved/talks.out"),
                "output of the moved file")
            daemon.signal(signal.SIGUSR2)
            supd.wait_until(lambda: os.path.exists(daemon.path("lis.out")),
                            "new files")
            server.sendProcessStdin("talks", "after\n")
            server.sendProcessStdin("auto", "after\n")
            supd.wait_until(lambda: "after" in daemon.file("talks.out"),
                            "output of the new file")
            daemon.signal(signal.SIGUSR2)
            log.wait("supervisord logreopen")
            server.sendProcessStdin("talks", "again\n")
            supd.wait_until(lambda: "again" in daemon.file("talks.out"),
                            "output after the second signal")
            supd.wait_until(
                lambda: any(place == "." and name.startswith("auto-stdout")
                            and text for (place, name), (_, text)
                            in files(daemon).items()), "output of auto")
            daemon.stop()
            return files(daemon)
    oracle, ours = twins.both(one)
    assert ours == oracle
    assert ours["moved", "main.log"][1][-2:] == [
        "INFO received SIGUSR2 indicating log reopen request",
        "INFO supervisord logreopen"]
    assert ours[".", "talks.out"][1] == "after\nagain\n"
    assert ours["moved", "auto-stdout"][0] == 0o600
    assert ours[".", "auto-stdout"][0] == 0o644
