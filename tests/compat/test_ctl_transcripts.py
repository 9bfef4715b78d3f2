# SPDX-License-Identifier: ISC
"""The same commands, with Supervisor's client and ours, on Supervisor's daemon
and ours: what they print and how they exit must be equal.

A scenario is a function that runs commands through a recorder; what it records
with Supervisor's own pair is what every other pair is compared with.
"""

import concurrent.futures
import difflib
import os
import re

import pytest

import supd

PROGRAMS = {
    "cat": "command=/bin/cat",
    "echo": "command=/bin/sh -c 'echo hello; echo world; exec cat'\n"
            "stdout_logfile={dir}/echo.out\nstderr_logfile={dir}/echo.err",
    "manual": "command=/bin/cat\nautostart=false",
    "nolog": "command=/bin/cat\nstdout_logfile=NONE\nstderr_logfile=NONE",
    # It does not end at once: whether Supervisor sees that while it starts the
    # child or afterwards is a race, and decides where in the answer to "start
    # all" it stands, and with that on the exit status.  Nor is it to start for
    # one second only: its end may be noticed a second late, and who has ended
    # after startsecs has been RUNNING and is started again.
    "badexit": "command=/bin/sh -c 'sleep 0.5; exit 3'\nstartsecs=10\n"
               "startretries=0",
    # Supervisor notices up to a second late that startsecs are over, and
    # tells the client up to a second later: if it has ended by then, the start
    # was an "abnormal termination".
    "exit0": "command=/bin/sleep 5\nautorestart=false",
    "notfound": "command=/no/such/cmd\nautostart=false",
    "noexec": "command={dir}/noexec\nautostart=false",
    "slow": "command=/bin/cat\nstartsecs=3600",
    "a_program_whose_name_is_longer_than_thirty": "command=/bin/cat",
}
GROUP = """
[group:grp]
programs=pa,pb
priority=50
[program:pa]
command=/bin/cat
[program:pb]
command=/bin/cat
[program:num]
command=/bin/cat
process_name=num_%(process_num)s
numprocs=2
"""


def config(names=("cat", "manual"), group=False, **changed):
    text = GROUP if group else ""
    for name in names:
        text += "\n[program:%s]\n%s\n" % (
            name, changed.get(name, PROGRAMS.get(name)))
    return text


def is_of_many(line):
    """Whether it is one call for many processes, and waits for them."""
    command, _, names = line.partition(" ")
    return command in ("start", "stop", "restart") and (
        "all" in names.split() or re.fullmatch(r"\S+:\*?", names))


def without_chance(lines):
    """Processes that one call waits for are reported as Supervisor notices
    them, in any order and behind any error; errors keep their order.  That the
    client keeps the order it was given is seen in test_ctl_answers.py."""
    awaited = [line for line in lines
               if line.endswith((": started\n", ": stopped\n"))]
    return [line for line in lines if line not in awaited] + sorted(awaited)


def calls_without_chance(text):
    """The same for the lines of two calls if it was a restart."""
    lines = text.splitlines(True)
    starts = 1 + max((number for number, line in enumerate(lines)
                      if line.endswith(": stopped\n")), default=-1)
    return "".join(without_chance(lines[:starts]) +
                   without_chance(lines[starts:]))


class Recorder:
    """Runs the client and writes down what it says."""

    def __init__(self, daemon, client):
        self.daemon = daemon
        self.client = client
        self.lines = []

    def note(self, words, result, stdout):
        text = supd.mask(stdout, DIR=self.daemon.dir)
        text = re.sub(r"(?m)(^|> )\d+\.\d+\.\d+$", r"\1VERSION", text)
        errors = supd.mask(result.stderr, DIR=self.daemon.dir,
                           PROG=self.client)
        self.lines.append("$ %s\n%s%s[exit %d]\n" % (
            words, text, "".join("stderr: %s\n" % line
                                 for line in errors.splitlines()),
            result.status))

    def __call__(self, line, stdin="", options=()):
        result = self.daemon.ctl(*line.split(" "), program=self.client,
                                 stdin=stdin, seconds=180,
                                 options=options)
        text = result.stdout
        if is_of_many(line):
            text = calls_without_chance(text)
        self.note(line, result, text)

    def head(self, line):
        """Without what follows the first line: help is worded freely."""
        result = self.daemon.ctl(*line.split(" "), program=self.client)
        self.note(line, result, result.stdout.partition("\n")[0] + "\n")

    def shell(self, stdin):
        result = self.daemon.ctl(program=self.client, stdin=stdin)
        self.note("<<" + repr(stdin), result, result.stdout)


# What each scenario needs and does.
SCENARIOS = {}


def scenario(names=("cat", "manual"), group=False, settled=()):
    def add(function):
        SCENARIOS[function.__name__] = (function, names, group, settled)
        return function
    return add


@scenario(tuple(PROGRAMS), group=True,
          settled=(("cat", "RUNNING"), ("echo", "RUNNING"),
                   ("badexit", "FATAL"), ("exit0", "EXITED"),
                   ("grp:pb", "RUNNING"), ("num:num_1", "RUNNING"),
                   ("nolog", "RUNNING"),
                   ("a_program_whose_name_is_longer_than_thirty", "RUNNING")))
def reading(ctl):
    """What does not change anything, in every state."""
    for names in ("", " cat", " grp:*", " grp:", " grp", " grp:pa", " all",
                  " nope cat", " nope manual", " nope:*", " all nope",
                  " manual:manual", " cat cat", " grp:nope", " nope:nope",
                  " cat exit0", " slow", " badexit", " num:*", " ;x",
                  " grp:* grp:"):
        ctl("status" + names)
    for names in ("", " cat grp:pa nope", " exit0", " all", " all nope",
                  " grp:*", " manual:manual", " exit0 nope", " nope exit0"):
        ctl("pid" + names)
    for words in ("tail echo", "tail -6 echo", "tail -0 echo", "tail --6 echo",
                  "tail echo stderr", "tail echo STDOUT", "tail nope",
                  "tail nolog", "tail echo foo", "tail echo Foo",
                  "tail -x echo", "tail - echo", "tail -f", "tail -5",
                  "tail echo stdout extra", "tail stdout echo", "tail grp:*",
                  "tail grp:pa", "tail -f echo foo", "tail a b stderr",
                  "tail -f nope", "tail -f echo bad", "tail -1_0 echo",
                  "maintail x", "maintail -x", "maintail -0 ", "maintail --9",
                  "maintail -60 ", "version", "avail", "help bogus", "help EOF",
                  "help add remove", "bogus arg", "bogus", "STATUS", "quit",
                  "exit", "EOF", "exit x", "status;pid", "!ls",
                  "fg cat manual", "fg manual", "fg nope", "fg grp:*",
                  "open foo", "open", "reread", "update", "update all",
                  "add", "remove", "clear nope", "stop nope", "start nope",
                  "stop nope:*", "start nope:*", "signal cont nope:*",
                  "signal cont", "signal bogus cat", "signal cont notfound",
                  "start slow cat", "start grp:pa grp:nope"):
        if words.startswith("maintail -"):
            continue  # the two main logs differ
        if words == "signal cont":
            ctl.head(words)
        else:
            ctl(words)
    for words in ("tail", "tail a b c d", "maintail a b", "version x",
                  "reread x", "avail x", "shutdown x", "reload x", "start",
                  "stop", "restart", "clear", "signal", "fg"):
        ctl.head(words)


@scenario(settled=(("cat", "RUNNING"),))
def words(ctl):
    """How words become a command."""
    for line in ([], ["status cat"], ["status", "cat manual"], [""], [" "],
                 ["  status   cat "], ["signal CONT", "cat"],
                 ["?", "bogus"], ["signal", " cont  cat"], ["status", "cat "],
                 ["-i", "pid", "x"]):
        result = supd.run([ctl.client, "-c", ctl.daemon.conf] + line,
                          env=ctl.daemon.env, cwd=ctl.daemon.dir)
        ctl.note(repr(line), result, result.stdout)


@scenario(("cat", "echo", "manual", "notfound", "noexec", "badexit"),
          group=True,
          settled=(("cat", "RUNNING"), ("badexit", "FATAL"),
                   ("grp:pb", "RUNNING"), ("echo", "RUNNING")))
def control(ctl):
    for line in ("start manual nope cat", "start manual nope cat",
                 "start badexit", "start notfound", "start noexec",
                 "start grp:*", "stop manual", "stop manual", "stop grp:pa",
                 "stop grp:*", "start grp:", "stop grp:pa nope:x cat",
                 "restart cat nope manual", "stop manual", "restart manual",
                 "stop grp:pa", "restart grp:*", "restart nope:*",
                 "signal cont cat nope", "signal BOGUS cat",
                 "signal CONT notfound", "signal hup manual grp:*",
                 "signal 18 cat", "clear cat nope", "clear echo",
                 "tail echo", "stop cat cat", "start cat:cat",
                 "start badexit cat", "start notfound badexit"):
        ctl(line)
    ctl("stop cat echo manual grp:pa grp:pb num:num_0")
    ctl("start all")
    ctl("status")


@scenario(settled=(("cat", "RUNNING"),))
def everything(ctl):
    for line in ("signal cont all", "clear all", "stop all x", "stop all",
                 "status", "start all", "start all", "restart all",
                 "start cat all", "signal bogus all"):
        ctl(line)


@scenario(("cat", "manual", "spew"), settled=(("cat", "RUNNING"),))
def updating(ctl):
    daemon = ctl.daemon
    daemon.write_config(config(("cat", "manual", "newone", "newtwo"),
                               cat="command=/bin/cat\npriority=5",
                               newone="command=/bin/cat",
                               newtwo="command=/bin/cat\nautostart=false"))
    for line in ("reread", "reread", "avail", "update nope", "update newone",
                 "add newtwo newtwo nope", "reread", "update cat", "update",
                 "update", "status newtwo", "remove newone newtwo nope",
                 "stop newone", "remove newone", "update", "reread"):
        ctl(line)
    daemon.write_config(config(("cat", "manual", "spare"),
                               spare="command=/bin/cat"))
    for line in ("update spare newone", "update all"):
        ctl(line)
    for process in ("cat", "spare"):
        daemon.wait_state(process, "RUNNING")
    ctl("status")
    daemon.write_config("[program:cat]\ncommand=/bin/cat %(zzz\n")
    for line in ("reread", "avail"):
        ctl(line)
    os.rename(daemon.conf, daemon.conf + ".gone")
    result = supd.run([ctl.client, "-s", "unix://" + daemon.sock, "reread"],
                      env=daemon.env, cwd="/")
    ctl.note("reread", result, result.stdout)


updating.programs = {"spew": "command=/bin/cat"}


@scenario(settled=(("cat", "RUNNING"),))
def shell(ctl):
    for lines in ("pid manual\nbogus\nversion\n", "", "\n\n  \n",
                  "pid manual\n quit x\nversion\n", "EOF\n", "exit\n",
                  "shutdown\nn\nreload\nno\n", "pid manual",
                  "open unix:///nonexistent\nstatus\npid\nversion\n",
                  "status nope\nstart nope\n", "help bogus\n? bogus\n",
                  "restart cat\nstop cat\nstop cat\n", "fg\xa0nope\n"):
        ctl.shell(lines)


@scenario()
def shutting_down(ctl):
    ctl("shutdown")
    supd.wait_until(lambda: ctl.daemon.process.poll() is not None,
                    "end of the daemon")
    for line in ("status", "status cat", "pid", "version", "start cat",
                 "start", "tail", "fg", "signal", "shutdown", "shutdown",
                 "clear"):
        if line in ("start", "tail", "fg", "signal", "clear"):
            ctl.head(line)
        else:
            ctl(line)
    ctl("status", options=("-s", "http://127.0.0.1:1"))
    ctl("pid", options=("-s", "http://127.0.0.1:1"))
    ctl("shutdown", options=("-s", "http://127.0.0.1:1"))
    ctl("bogus")
    ctl.shell("pid\nversion\n")


@scenario(("cat", "stubborn"), settled=(("cat", "RUNNING"),))
def while_shutting_down(ctl):
    """Every command while a child delays the end, which SIGKILL must not
    bring about before the last of them."""
    supd.wait_until(lambda: os.path.exists(ctl.daemon.path("trapped")),
                    "stubborn child")
    ctl("shutdown")
    for line in ("shutdown", "status", "pid", "start cat", "stop cat",
                 "restart cat", "reread", "avail", "add cat", "reload",
                 "remove cat", "tail cat", "version", "clear cat", "fg cat",
                 "signal cont cat", "maintail", "update"):
        ctl(line)
    os.unlink(ctl.daemon.path("trapped"))


while_shutting_down.programs = {
    "stubborn": "command=/bin/sh -c 'trap \"\" TERM; : > trapped; "
                "while [ -e trapped ]; do sleep 0.1; done'\n"
                "directory={dir}\npriority=1000\nstopwaitsecs=600"}


STATES = ("manual", "slow", "cat", "trying", "stubborn", "exit0", "badexit")


@scenario(STATES, settled=(
    ("cat", "RUNNING"), ("badexit", "FATAL"), ("exit0", "EXITED"),
    ("trying", "BACKOFF")))
def every_state(ctl):
    """Each command, for a process in each state that can be had."""
    daemon = ctl.daemon
    supd.wait_until(lambda: os.path.exists(daemon.path("trapped")),
                    "stubborn child")
    daemon.rpc.supervisor.stopProcess("stubborn", False)
    every = " ".join(STATES)
    groups = " ".join(name + ":*" for name in STATES)
    for command in ("status", "pid", "signal cont", "signal bogus", "clear",
                    "add", "update"):
        ctl("%s %s" % (command, every))
    for name in STATES:
        ctl("tail " + name)
        if name != "cat":
            ctl("fg " + name)
    for command in ("status", "pid", "signal cont", "signal bogus", "start"):
        ctl("%s %s" % (command, groups.replace("exit0:* ", "")))
    for line in ("start " + every, "remove slow cat trying stubborn",
                 "stop " + every, "stop " + groups, "status"):
        ctl(line)
        daemon.wait_state("badexit", "FATAL")
        daemon.wait_state("exit0", "EXITED")
    os.unlink(daemon.path("trapped"))
    daemon.wait_state("stubborn", "STOPPED")
    # The end of a start that takes an hour is not awaited.
    for line in ("restart manual cat trying badexit", "status",
                 "restart manual:* cat:* trying:*", "remove " + every,
                 "stop manual cat", "remove manual cat", "status",
                 "start slow manual", "stop " + every, "pid " + every,
                 "add manual cat badexit trying", "status manual"):
        ctl(line)


every_state.programs = {
    "manual": "command=/bin/cat\nautostart=false\nstartsecs=0",
    "cat": "command=/bin/cat\nstartsecs=0",
    "trying": "command=/no/such/cmd\nstartretries=100000",
    "stubborn": "command=/bin/sh -c 'trap \"\" TERM; : > trapped; "
                "while [ -e trapped ]; do sleep 0.1; done'\n"
                "directory={dir}\nstopwaitsecs=600"}


@scenario(settled=(("cat", "RUNNING"),))
def options(ctl):
    daemon = ctl.daemon
    for line in (["-Z"], ["--bogus"], ["-c"], ["-s"], ["--conf"],
                 ["--user"], ["-s", "foo", "pid"], ["-s", "http://", "pid"],
                 ["-u", "a", "-u", "b"], ["-i", "-i"], ["--help=x"],
                 ["-c", "/no/such", "pid"], ["-c", "/tmp", "pid"],
                 ["-c", "{dir}/empty.conf", "pid"],
                 ["-c", daemon.conf, "--serverurl", "unix://{dir}/s.sock",
                  "status"],
                 ["-c", daemon.conf, "-sunix://{dir}/other.sock", "status"],
                 ["-c", daemon.conf, "-iupid", "-p", "x", "pid", "nope"],
                 ["--configuration=" + daemon.conf, "pid", "nope"],
                 ["-c" + daemon.conf, "pid", "-x"],
                 ["-c", daemon.conf, "-c", daemon.conf, "pid"],
                 ["-h", "-Z"], ["-s", "x:y", "-s", "z:w"],
                 ["--serverurl=nope"], ["-c", "{dir}/undefined.conf", "pid"]):
        line = [word.replace("{dir}", daemon.dir) for word in line]
        result = supd.run([ctl.client] + line, env=daemon.env, cwd=daemon.dir)
        ctl.note(supd.mask(repr(line), DIR=daemon.dir), result, result.stdout)
    result = supd.run([ctl.client, "pid", "nope"], env=daemon.env,
                      cwd=daemon.dir)
    ctl.note("found in the working directory", result, result.stdout)


def prepare(daemon):
    """Files that scenarios refer to."""
    with open(daemon.path("noexec"), "w", encoding="ascii") as file:
        file.write("not a program\n")
    with open(daemon.path("empty.conf"), "w", encoding="ascii") as file:
        file.write("[supervisord]\n")
    with open(daemon.path("undefined.conf"), "w", encoding="ascii") as file:
        file.write("[supervisorctl]\nserverurl=unix://%(zzz\n")


def record(name, daemon_program, client):
    function, names, group, settled = SCENARIOS[name]
    programs = config(names, group, **getattr(function, "programs", {}))
    with supd.Daemon(programs=programs, program=daemon_program) as daemon:
        prepare(daemon)
        for process, state in settled:
            daemon.wait_state(process, state)
        recorder = Recorder(daemon, client)
        function(recorder)
        return recorder.lines


DAEMONS = {"oracle": supd.installed(supd.ORACLE_DAEMON),
           "ours": supd.built("supervisord-c")}
CLIENTS = {"oracle": supd.installed(supd.ORACLE_CTL),
           "ours": supd.built("supervisorctl-c")}
REFERENCE = ("oracle", "oracle")
PAIRS = (("oracle", "ours"), ("ours", "oracle"), ("ours", "ours"))
AT_A_TIME = 8


@pytest.fixture(name="transcripts", scope="module")
def record_side_by_side(request):
    """The transcripts that the chosen tests compare, by (name, daemon,
    client).  Most of a recording is waiting for Supervisor, which looks at its
    processes once a second."""
    wanted = []
    for item in request.session.items:
        if item.module is request.module and hasattr(item, "callspec"):
            values = item.callspec.params
            for pair in (REFERENCE, (values["daemon"], values["client"])):
                wanted.append((values["name"], *pair))
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        futures = {(name, daemon, client): pool.submit(
            record, name, DAEMONS[daemon], CLIENTS[client])
            for name, daemon, client in dict.fromkeys(wanted)}
        yield futures
        pool.shutdown(cancel_futures=True)


@pytest.mark.skipif(not (DAEMONS["oracle"] and CLIENTS["oracle"]),
                    reason="Supervisor is not installed")
@pytest.mark.skipif(not DAEMONS["ours"], reason="our daemon is not built")
@pytest.mark.parametrize("daemon,client", PAIRS)
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_transcript(transcripts, name, daemon, client):
    expected = transcripts[name, *REFERENCE].result()
    seen = transcripts[name, daemon, client].result()
    assert seen == expected, "".join(difflib.unified_diff(
        "".join(expected).splitlines(True), "".join(seen).splitlines(True),
        "supervisor", "ours", n=1))
