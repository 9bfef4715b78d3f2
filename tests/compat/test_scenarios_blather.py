# SPDX-License-Identifier: ISC
"""The whole main log at blather level, under Supervisor and under ours.

One configuration has a bit of everything; both get the same requests, each
when what the one before it led to has come to rest.  Then every record must be
the same: for each program its own in their order, and those of nobody in
theirs.  Between programs the order is that in which the loop found them.
"""

import os
import re
import signal
import xmlrpc.client

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")

# Each write is a read of its own: what follows waits for a file.
STEPS = r"""#!/bin/sh
pause() { while ! test -e "$0.$1"; do sleep 0.02; done; }
"""

CODE = {
    "outputs": r"""
printf 'a line\n'
pause 1
printf 'no end'
pause 2
printf '\377\376 no text\n'
pause 3
printf 'an error\n' >&2
exec sleep 1000
""",
    "captured": r"""
printf 'longer than a token, %s' \
    '<!--XSUPERVISOR:BEGIN-->what is captured<!--XSUPERVISOR:END-->'
exec sleep 1000
""",
    "merged": r"""
printf 'out\n'
pause 1
printf 'err\n' >&2
exec sleep 1000
""",
    "closes": r"""
pause 1
exec >&-
pause 2
exec 2>&-
exec sleep 1000
""",
    "forks": r"""
sleep 1000 >&- 2>&- <&- &
echo $! >"$0.pid"
exec sleep 1000
""",
    "listens": r"""
printf 'READY\n'
while read -r line; do
	head -c "$(expr "$line" : '.*len:\(.*\)')" >/dev/null
	printf 'RESULT 2\nOKREADY\n'
done
""",
}

# By priority; no two groups share one: those ours stops together.
PROGRAMS = {
    "eventlistener:listens": {"events": "REMOTE_COMMUNICATION"},
    "early": {"command": "/bin/sh -c 'exit 3'", "startretries": 1},
    "missing": {"command": "nosuchcommand", "startretries": 0},
    "outputs": {"stdout_logfile_maxbytes": "1KB"},
    "captured": {"stdout_capture_maxbytes": "1KB"},
    "merged": {"redirect_stderr": "true"},
    "closes": {},
    "forks": {},
    # Twice forked and in a session of its own, as daemons do; without pipes.
    "doubles": {"command": "/bin/sh -c '(setsid sh -c \"sleep 1000 & "
                "echo \\$! >{dir}/doubles.pid\" <&- >&- 2>&- &); exit 0'",
                "startretries": 0},
    "deaf": {"command": "/bin/sh -c 'trap \"\" TERM; : >{dir}/deaf.up; "
             "exec sleep 1000'", "stopwaitsecs": 2, "killasgroup": "true"},
    "polite": {"command": "/bin/sh -c 'trap \"exit 0\" TERM; "
               ": >{dir}/polite.up; while :; do sleep 0.05; done'"},
    "ended": {"command": "/bin/sh -c 'sleep 1.5; exit 0'"},
    "again": {"command": "/bin/sh -c 'test -e {dir}/again.up && "
              "exec sleep 1000; : >{dir}/again.up; sleep 1.5; exit 4'"},
    "echoes": {"command": "/bin/cat"},
    "backoff": {"command": "/no/such/command", "startretries": 99},
    "many": {"command": "/bin/sleep 1000", "numprocs": 3,
             "process_name": "many%(process_num)d"},
    "first": {"command": "/bin/sleep 1000"},
    "second": {"command": "/bin/sleep 1000", "priority": 9},
    "group:mixed": {"programs": "first,second"},
    "fcgi-program:socket": {"command": "/bin/sleep 1000",
                            "socket": "unix://{dir}/fcgi.sock"},
    "nobodys": {"command": "/bin/sleep 1000", "autostart": "false",
                "user": "nobody"},
}
for _number, (_name, _options) in enumerate(PROGRAMS.items(), 1):
    _options.setdefault("priority", _number)
    if not _name.startswith("group:"):
        _short = _name.split(":")[-1]
        _options.setdefault("command", "{dir}/" + _short)
        _options.setdefault("stdout_logfile",
                            "{dir}/%(program_name)s%(process_num)d.out")
        _options.setdefault("stderr_logfile",
                            "{dir}/%(program_name)s%(process_num)d.err")

NAMES = [name for name in PROGRAMS if ":" not in name and name != "many"]
NAMES += ["listens", "many0", "many1", "many2", "socket"]

UP = ("listens", "outputs", "captured", "merged", "closes", "forks", "deaf",
      "polite", "echoes", "many:many0", "many:many1", "many:many2",
      "mixed:first", "mixed:second", "socket")


def step(daemon, name, number, text=None):
    """Lets a program go on once its text is in its log."""
    if text is not None:
        supd.wait_until(lambda: any(
            text in daemon.file(name + "0" + ending)
            for ending in (".out", ".err")), text + " of " + name)
    open(daemon.path("%s.%d" % (name, number)), "w").close()


def outputs(daemon, log):
    step(daemon, "outputs", 1, "a line")
    step(daemon, "outputs", 2, "no end")
    step(daemon, "outputs", 3, "no text")
    step(daemon, "outputs", 4, "an error")
    step(daemon, "merged", 1, "out")
    step(daemon, "closes", 1)
    log.wait("with name closes in state RUNNING> (stdout)>")
    step(daemon, "closes", 2)
    log.wait("with name closes in state RUNNING> (stderr)>")
    log.wait("'captured' stdout emitted a comm event")


def calls(daemon, log):
    server = daemon.rpc.supervisor
    twins.wait_executed(daemon, "echoes")
    for number, text in enumerate(("eins\n", "zwei\n", "\u4e09\n"), 1):
        server.sendProcessStdin("echoes", text)
        supd.wait_until(
            lambda text=text: text in daemon.file("echoes0.out"), text)
        server.sendRemoteCommEvent("kind", "event%d" % number)
        log.wait("listens: event was processed", times=number)
    server.signalProcess("echoes", "CONT")
    server.signalProcess("polite", "CONT")
    server.stopProcess("polite")
    server.stopProcess("echoes")
    server.startProcess("echoes")
    twins.wait_executed(daemon, "echoes")
    server.startProcess("nobodys")
    life.wait_other_user(server.getProcessInfo("nobodys")["pid"])
    server.stopProcess("backoff")
    for name in "missing", "nosuch":
        with pytest.raises(xmlrpc.client.Fault):
            server.startProcess(name)
    server.stopProcessGroup("many")
    server.startProcessGroup("many")


def act(daemon):
    log = life.Log(daemon)
    for name in UP:
        daemon.wait_state(name, "RUNNING")
    for name, state in (("early", "FATAL"), ("missing", "FATAL"),
                        ("doubles", "FATAL"), ("ended", "EXITED"),
                        ("backoff", "BACKOFF")):
        daemon.wait_state(name, state)
    log.wait("success: again ", times=2)
    for name in "deaf", "polite":
        supd.wait_until(lambda name=name: os.path.exists(
            daemon.path(name + ".up")), "trap of " + name)
    outputs(daemon, log)
    calls(daemon, log)
    daemon.signal(signal.SIGUSR2)
    log.wait("supervisord logreopen")
    for name in ("forks", "closes", "captured", "outputs", "merged", "again",
                 "mixed:first", "mixed:second", "many:many0", "many:many1",
                 "many:many2", "socket"):
        twins.wait_executed(daemon, name)
    for name in "forks", "doubles":
        os.kill(int(daemon.file(name + ".pid")), signal.SIGKILL)
    daemon.signal(signal.SIGTERM)
    assert daemon.process.wait(90) == 0


def prepare(daemon):
    for name, code in CODE.items():
        life.script(daemon.dir, name, STEPS + code)


@pytest.fixture(scope="module", name="both")
def fixture_both():
    logs = twins.logs(twins.sections(PROGRAMS), act, prepare,
                      loglevel="blather")
    for log in logs: # how often is a matter of time
        assert "DEBG received SIGCHLD indicating a child quit" in log
    return [twins.settled(log) for log in logs]


ANY = re.compile(r"(?<![\w/.])(%s)(?![\w/.])" % "|".join(NAMES))
SEVERAL = re.compile("INFO waiting for .* to die$")


def of(log, name):
    """The records about the program, None: about none, or about all."""
    found = []
    for record in log:
        who = None if SEVERAL.match(record) else ANY.search(record)
        if (who.group() if who else None) == name:
            found.append(record)
    return twins.pipes_settled(found)


@pytest.mark.parametrize("name", NAMES + [None])
def test_it_says_the_same(both, name):
    oracle, ours = both
    assert of(ours, name) == of(oracle, name)
    assert of(ours, name)


def test_nothing_else_is_said(both):
    oracle, ours = both
    assert sorted(ours) == sorted(oracle)


def test_only_a_write_that_had_to_wait_is_an_event_of_the_pipe():
    program = twins.sections({"slow": {
        "command": "/bin/sh -c 'read -r line; "
                   "while ! test -e {dir}/go; do sleep 0.05; done; "
                   "cat >{dir}/all; exec sleep 1000'",
        "stdout_logfile": "NONE", "stderr_logfile": "NONE"}})

    def write(daemon):
        server, log = daemon.rpc.supervisor, life.Log(daemon)
        daemon.wait_state("slow", "RUNNING")
        server.sendProcessStdin("slow", "line\n")
        seen.append(log.count("write event caused by <PInputDispatcher"))
        # More than a pipe holds.
        server.sendProcessStdin("slow", "x" * 200000)
        open(daemon.path("go"), "w").close()
        supd.wait_until(
            lambda: os.path.exists(daemon.path("all")) and
            os.path.getsize(daemon.path("all")) == 200000, "all of it")
    seen = []
    oracle, ours = (
        {record for record in twins.pipes_settled(log)
         if "PInputDispatcher" in record}
        for log in twins.logs(program, write, loglevel="blather"))
    assert seen == [0, 0]
    assert ours == oracle
    assert ours == {"BLAT write event caused by <PInputDispatcher at N for "
                    "<Subprocess at N with name slow in state RUNNING> "
                    "(stdin)>"}
