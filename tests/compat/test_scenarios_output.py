# SPDX-License-Identifier: ISC
"""What children write and how they were started, under Supervisor and ours.

The same as test_scenarios.py for output (rotation, capture, descendants,
closed pipes), options of a start, fcgi-programs and groups; here the lines of
debug level and the log files are compared too.
"""

import os
import re
import xmlrpc.client
import signal

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")

# Writes a piece once the one before it is in a log, so that each piece is a
# read of its own however slow the machine is.
PIECES = r'''#!/usr/bin/python3
import glob, os, sys, time
def holds(path, text):
    try:
        return text in open(path).read()
    except FileNotFoundError: # just renamed
        return False
def write(fd, text):
    os.write(fd, text.encode())
    while not any(holds(path, text)
                  for path in glob.glob(sys.argv[1] + "*")):
        time.sleep(0.01)
for number in range(int(sys.argv[2])):
    write(1, "%03d %s\n" % (number, int(sys.argv[3]) * "x"))
os.write(1, b"end\n")
time.sleep(1000)
'''

CAPTURE = r'''#!/usr/bin/python3
import os, time
os.write(1, b"a text that is longer than a token is\n"
            b"<!--XSUPERVISOR:BEGIN-->the message<!--XSUPERVISOR:END-->"
            b"another text that is longer than a token is\n")
os.write(2, b"not captured, as stderr_capture_maxbytes is not set\n")
time.sleep(1000)
'''

# A descendant that lives on without a pipe of its parent.
FORKS = "/bin/sh -c 'sleep 1000 <&- >&- 2>&- & echo $! > {dir}/%s.pid; %s'"
ENVIRONMENT = ("/bin/sh -c 'env | grep -e SUPERVISOR -e ^MINE | sort; umask; "
               "pwd; exec sleep 1000'")
FD0 = "/bin/sh -c 'readlink /proc/self/fd/0 | cut -c1-7; exec sleep 1000'"
LOGGED = {"stdout_logfile": "{dir}/%(program_name)s.log"}
# Each process of several its own: ours warns of one that they share.
NUMBERED = "{dir}/%(program_name)s%(process_num)d.log"

PROGRAMS = {
    "rotated": {"command": "{dir}/pieces {dir}/rotated.log 7 36",
                "stdout_logfile_maxbytes": 80, "stdout_logfile_backups": 2},
    "exactly": {"command": "{dir}/pieces {dir}/exactly.log 3 35",
                "stdout_logfile_maxbytes": 40, "stdout_logfile_backups": 9},
    "unrotated": {"command": "{dir}/pieces {dir}/unrotated.log 5 36",
                  "stdout_logfile_maxbytes": 0},
    "capture": {"command": "{dir}/captured", "stdout_capture_maxbytes": "1KB",
                "stdout_events_enabled": "true",
                "stderr_events_enabled": "true",
                "stderr_logfile": "{dir}/capture-err.log"},
    "ansi": {"command": "/bin/sh -c 'printf \"\\033[31mred\\033[0m\\n\"; "
             "exec sleep 1000'"},
    "redirected": {"command": "/bin/sh -c 'echo err >&2; exec sleep 1000'",
                   "redirect_stderr": "true",
                   "stderr_logfile": "{dir}/ignored.log"},
    "unlogged": {"command": "/bin/sh -c 'echo lost; exec sleep 1000'",
                 "stdout_logfile": "NONE", "stdout_events_enabled": "true"},
    "closes": {"command": "/bin/sh -c 'exec >&- 2>&-; exec sleep 1000'"},
    "flood": {"command": "/bin/sh -c 'head -c 3000000 /dev/zero; "
              "exec sleep 1000'", "stdout_logfile_maxbytes": "100MB"},
    "background": {"command": FORKS % ("background", "exit 0"),
                   "startretries": 0},
    "background0": {"command": FORKS % ("background0", "exit 0"),
                    "startsecs": 0, "autorestart": "false"},
    "leaves3": {"command": FORKS % ("leaves3", "exit 3"), "startsecs": 0,
                "autorestart": "unexpected", "exitcodes": "3"},
    "environ": {"command": ENVIRONMENT, "umask": "077", "directory": "/usr",
                "environment": 'MINE="a b",MINE2=%(ENV_TZ)s,'
                               'SUPERVISOR_GROUP_NAME=own',
                "serverurl": "http://elsewhere:1"},
    "environ2": {"command": ENVIRONMENT},
    "fdzero": {"command": FD0},
    "fcgi-program:socket": {"command": FD0, "socket":
                            "unix://{dir}/socket.sock", "numprocs": 2,
                            "stdout_logfile": NUMBERED,
                            "process_name": "socket_%(process_num)d"},
    "fcgi-program:nosocket": {"command": "nosuchcommand", "startretries": 1,
                              "socket": "unix://{dir}/nosocket.sock"},
    "many": {"command": "/bin/sh -c 'exec sleep 1000'", "numprocs": 3,
             "numprocs_start": 9, "stdout_logfile": NUMBERED,
             "process_name": "%(program_name)s_%(process_num)d"},
    "early": {"command": "/bin/sh -c 'exec sleep 1000'", "priority": 9},
    "late": {"command": "/bin/sh -c 'exec sleep 1000'", "priority": 1},
    "group:mixed": {"programs": "early,late"},
    "clean": {"command": "/bin/sh -c 'exit 0'", "startsecs": 0,
              "autorestart": "unexpected"},
    "unclean": {"command": "/bin/sh -c 'sleep 1.3; exit 0'",
                "exitcodes": "7", "autorestart": "false"},
    "tree": {"command": "/bin/sh -c 'sleep 1000 & echo up; wait'",
             "stopasgroup": "true", "autostart": "false", "startsecs": 0},
    "usr1": {"command": "/bin/sh -c 'trap \"echo heard\" USR1; echo up; "
             "while :; do sleep 0.05; done'"},
}
for _name, _options in PROGRAMS.items():
    if "command" in _options:
        for _item in LOGGED.items():
            _options.setdefault(*_item)

NAMES = [name.split(":")[-1] for name in PROGRAMS
         if name not in ("group:mixed", "fcgi-program:socket", "many")]
NAMES += ["many_9", "many_10", "many_11", "socket_0", "socket_1"]

# Their pipes are also held by others, or are closed while nobody looks.
FINAL = {"background": "FATAL", "background0": "EXITED", "leaves3": "EXITED",
         "nosocket:nosocket": "FATAL", "clean": "EXITED",
         "unclean": "EXITED"}
UP = ("rotated", "exactly", "unrotated", "capture", "ansi", "redirected",
      "unlogged", "closes", "flood", "environ", "environ2", "fdzero",
      "socket:socket_0", "socket:socket_1", "many:many_9", "many:many_10",
      "many:many_11", "mixed:early", "mixed:late", "usr1")


def act(daemon):
    server = daemon.rpc.supervisor
    for name in UP:
        daemon.wait_state(name, "RUNNING", seconds=40)
    for name, state in FINAL.items():
        daemon.wait_state(name, state, seconds=40)
    for name in ("rotated", "exactly", "unrotated"):
        supd.wait_until(lambda name=name: "end\n" in daemon.file(
            name + ".log"), "end of " + name)
    supd.wait_until(lambda: len(daemon.file("flood.log")) == 3000000, "flood")
    supd.wait_until(lambda: "up" in daemon.file("usr1.log"), "trap")
    server.signalProcess("usr1", "USR1")
    supd.wait_until(lambda: "heard" in daemon.file("usr1.log"), "signal")
    server.startProcess("tree")
    supd.wait_until(lambda: "up" in daemon.file("tree.log"), "tree")
    for name in ("tree", "closes", "ansi", "socket:socket_1", "late"):
        server.stopProcess("mixed:late" if name == "late" else name)
    supd.wait_until(lambda: "processname:late groupname:mixed from_state:"
                    "STOPPING" in daemon.file("events"), "last event")
    for name in ("background", "background0", "leaves3"):
        supd.run(["/bin/kill", daemon.file(name + ".pid").strip()])


@pytest.fixture(scope="module", name="both")
def fixture_both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("children")
    text = twins.sections(PROGRAMS)
    for name, code in (("pieces", PIECES), ("captured", CAPTURE)):
        path = life.script(folder, name, code)
        text = text.replace("command={dir}/" + name, "command=" + path)
    return twins.run(text, act, loglevel="debug",
                     supervisord="strip_ansi=true")


# What one of them says and the other does not: our hint (docs/differences.md),
# the stdin pipe of an fcgi-program that nobody was to have, and the success of
# a child whose end the reference may see in the same pass as its start.
UNEQUAL = re.compile("exited with status 0 while |"
                     "PInputDispatcher .* socket_|"
                     "success: (background0|leaves3|clean) ")
# Whose pipes close around a change of the state: before it or after it.
CLOSE = ("background0", "leaves3", "clean", "tree")


def debug_lines(outcome, name):
    """Lines in their order, and sorted those of pipes, which are as poll
    found them."""
    lines = [re.sub(r"fd \d+ closed|(?<= at )\d+|PID(?= with name)", "N", line)
             for line in outcome.log_of(name, "DEBG", "INFO", "WARN", "ERRO",
                                        "CRIT")
             if not UNEQUAL.search(line)]
    pipes = [line for line in lines if "stopped monitoring" in line]
    if name in CLOSE:
        pipes = [re.sub(r"in state \w+", "", line) for line in pipes]
    return ([line for line in lines if "stopped monitoring" not in line and
             " output:" not in line], sorted(pipes))


@pytest.mark.parametrize("name", NAMES)
def test_the_main_log_says_the_same(both, name):
    oracle, ours = both
    assert debug_lines(ours, name) == debug_lines(oracle, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_listener_hears_the_same(both, name):
    oracle, ours = both
    assert ours.events_of(name) == oracle.events_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_status_shows_the_same(both, name):
    oracle, ours = both
    assert ours.status_of(name) == oracle.status_of(name)


def test_the_files_are_the_same(both):
    oracle, ours = both

    def logs(outcome):
        # AUTO logs end in random characters.
        return {re.sub("---supervisor-.*", "", name): content
                for name, content in outcome.files.items()
                if name != "main.log" and not name.startswith("lis-")}
    assert sorted(logs(oracle)) == sorted(logs(ours))
    for name, content in logs(oracle).items():
        assert logs(ours)[name] == content, name
    assert ours.files["rotated.log.2"] and ours.files["environ.log"]


def test_starts_come_in_the_same_order(both):
    oracle, ours = both

    def starts(outcome):
        seen = []
        for line in outcome.lines:
            if "INFO spawned: " in line and line not in seen:
                seen.append(line)
        return seen
    assert starts(ours) == starts(oracle)


def test_blather_tells_of_pipes_in_the_same_words():
    program = {"talks": {
        "command": "/bin/sh -c 'read a; echo $a; exec <&-; exec sleep 1000'",
        "stdout_logfile": "{dir}/talks.log"}}

    def talk(daemon):
        server = daemon.rpc.supervisor
        daemon.wait_state("talks", "RUNNING")
        server.sendProcessStdin("talks", "word\n")
        supd.wait_until(lambda: "word" in daemon.file("talks.log"), "word")
        pid = server.getProcessInfo("talks")["pid"]
        supd.wait_until(lambda: os.path.basename(os.readlink(
            "/proc/%d/exe" % pid)) == "sleep", "closed stdin")
        with pytest.raises(xmlrpc.client.Fault):
            for _ in range(1000):
                server.sendProcessStdin("talks", "lost\n")

    def pipes(outcome):
        lines = outcome.log_of("talks", "BLAT", "DEBG")
        return {re.sub(r"fd \d+ closed|(?<= at )\d+", "N", line)
                for line in lines if "Dispatcher" in line}
    oracle, ours = twins.run(twins.sections(program), talk, "blather")
    assert len(pipes(oracle)) == 3
    assert pipes(ours) == pipes(oracle)
