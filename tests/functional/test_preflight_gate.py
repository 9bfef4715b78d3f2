# SPDX-License-Identifier: ISC
"""The gate under checkers that misbehave, many starts, and shutdowns."""

import contextlib
import http.client
import os
import shutil
import signal
import threading
import time
import xmlrpc.client

import pytest

import supd
from gated_site import serve, users
from nginx_site import needs_nginx

# Called as CHECKER -c FILE --format=gate --program NAME OPTION; what it does
# is in the name.
CHECKER = r"""#!/bin/sh
echo "begin $5 $6 $$" >> "$0.log"
case $5 in
late)     [ "$6" != --running ] || exec sleep 1000; printf 'ok\t\n{}\n' ;;
hang*)    sleep 1000 & echo "begin $5 child $!" >> "$0.log"; wait ;;
crash)    kill -SEGV $$ ;;
status)   exit 64 ;;
nothing)  ;;
flood)    exec yes "fail	everything is wrong" ;;
flood0)   exec cat /dev/zero ;;
binary)   head -c 100000 /dev/urandom ;;
nul)      printf 'fail\0\tno\n' ;;
unknown)  printf 'failure\tno\n{}' ;;
noline)   printf 'fail\tno' ;;
notab)    printf 'fail\n{}\n' ;;
killed)   printf 'fail\tno\n{}\n'; kill -KILL $$ ;;
slow*)    sleep 0.1; printf 'ok\t\n{}\n' ;;
refused*) printf 'fail\tPF101 it is closed\n{}\n' ;;
*)        printf 'ok\t\n{}\n' ;;
esac
echo "end $5 $6 $$" >> "$0.log"
"""


class Stage:
    """Our daemon with another checker beside it."""

    def __init__(self):
        self.dir = supd.short_dir()
        self.program = os.path.join(self.dir, "supervisord-c")
        self.checker = self.program + "-preflight"
        shutil.copy(supd.built("supervisord-c"), self.program)
        os.mkdir(os.path.join(self.dir, ".libs"))
        shutil.copy(os.path.join(os.path.dirname(
            supd.built("supervisord-c")), ".libs", "preflight.so"),
            os.path.join(self.dir, ".libs"))
        with open(self.checker, "w") as out:
            out.write(CHECKER)
        os.chmod(self.checker, 0o755)

    def daemon(self, *programs, keys=""):
        """Programs as (name, mode), none of them started."""
        text = "".join(
            "[program:%s]\ncommand=/bin/sleep 1000\nautostart=false\n"
            "startsecs=0\npreflight=%s\n%s\n" % (name, mode, keys)
            for name, mode in programs)
        return supd.Daemon(programs=text, program=self.program)

    def calls(self):
        """(word, program, option, pid) in the order of the checker's log."""
        try:
            with open(self.checker + ".log") as log:
                return [tuple(line.split()) for line in log]
        except FileNotFoundError:
            return []

    def pids(self, program):
        return [int(call[3]) for call in self.calls()
                if call[0] == "begin" and call[1] == program]


@pytest.fixture
def stage():
    made = Stage()
    yield made
    shutil.rmtree(made.dir)


def is_there(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_gone(pids):
    return not any(is_there(pid) for pid in pids)


@pytest.mark.parametrize("section, asked", [
    ("[preflight:refused1]", {"refused1"}),
    ("[preflight:site]", {"refused1", "refused2"}),
    ("[preflight:x]\nprograms=refused2, more", {"refused2", "refused3"}),
    ("[preflight]", {"refused1", "refused2", "refused3"}),
])
def test_a_section_may_be_about_several_programs(stage, section, asked):
    """Named by program, by group, or in a list."""
    text = "".join("[program:refused%d]\ncommand=/bin/sleep 1000\n"
                   "autostart=false\nstartsecs=0\n" % i for i in (1, 2, 3))
    text += ("[group:site]\nprograms=refused1,refused2\n"
             "[group:more]\nprograms=refused3\n%s\nmode=block\n" % section)
    with supd.Daemon(programs=text, program=stage.program) as daemon:
        for name in ("site:refused1", "site:refused2", "more:refused3"):
            with contextlib.suppress(xmlrpc.client.Fault):
                daemon.rpc.supervisor.startProcess(name, True)
        states = {info["name"]: info["statename"]
                  for info in daemon.rpc.supervisor.getAllProcessInfo()}
        assert {n for n, s in states.items() if s == "FATAL"} == asked
        assert set(states.values()) <= {"FATAL", "RUNNING"}


@pytest.mark.parametrize("how, why", [
    ("crash", "the checker could not be run, or was killed"),
    ("killed", "the checker could not be run, or was killed"),
    ("flood", "the checker could not be run, or was killed"),
    ("flood0", "the checker could not be run, or was killed"),
    ("status", "the checker failed with status 64"),
    ("nothing", "the checker failed with status 0"),
    ("binary", ""), ("nul", ""), ("unknown", ""), ("noline", ""),
    ("notab", ""),
])
def test_a_broken_checker_refuses_nothing(stage, how, why):
    with stage.daemon((how, "block"), ("good", "block")) as daemon:
        assert daemon.ctl("start", how).status == 0, daemon.messages()
        daemon.wait_state(how, "RUNNING")
        line = "preflight of '%s': error, %s" % (how, why)
        supd.wait_until(lambda: line in daemon.messages(), line,
                        show=daemon.messages)
        assert daemon.ctl("start", "good").status == 0
        supd.wait_until(lambda: all_gone(stage.pids(how)), "no checker")


def test_a_checker_that_hangs(stage):
    with stage.daemon(("hang", "block"), keys="preflight_timeout=1") as daemon:
        assert daemon.ctl("start", "hang").status == 0
        assert "preflight of 'hang': error, the check took too long" in \
            daemon.messages()
        daemon.rpc.supervisor.stopProcess("hang")
        # The next one is asked about again, the old one is gone.
        assert all_gone(stage.pids("hang")[:1])


def test_no_checker_at_all(stage):
    with stage.daemon(("good", "block")) as daemon:
        os.unlink(stage.checker)
        assert daemon.ctl("start", "good").status == 0
        assert "preflight of 'good': error" in daemon.messages()


def test_only_the_program_concerned_waits(stage):
    with stage.daemon(("hang", "block"), ("good", "block"),
                      ("free", "off")) as daemon:
        daemon.rpc.supervisor.startProcess("hang", False)
        supd.wait_until(lambda: stage.pids("hang"), "the checker")
        assert daemon.ctl("start", "good", "free").status == 0
        info = daemon.rpc.supervisor.getProcessInfo("hang")
        assert (info["statename"], info["description"], info["pid"]) == (
            "STARTING", "waiting for preflight", 0)
        # Nobody wants to know any more: the program is stopped at once.
        daemon.rpc.supervisor.stopProcess("hang")
        assert daemon.state("hang") == "STOPPED"


def test_who_was_stopped_takes_no_place(stage):
    """Two checks at a time are made; these two would take a minute."""
    names = ["hang0", "hang1", "good"]
    with stage.daemon(*((name, "block") for name in names),
                      keys="preflight_timeout=60") as daemon:
        for name in names:
            daemon.rpc.supervisor.startProcess(name, False)
        supd.wait_until(lambda: stage.pids("hang0") and stage.pids("hang1"),
                        "two checkers")
        daemon.rpc.supervisor.stopProcess("hang0")
        daemon.wait_state("good", "RUNNING")
        supd.wait_until(lambda: all_gone(stage.pids("hang0")), "no checker")
        assert is_there(stage.pids("hang1")[0])
        # One that waits its turn is never made.
        daemon.rpc.supervisor.startProcess("hang0", False)
        supd.wait_until(lambda: len(stage.pids("hang0")) == 4, "the checker",
                        show=stage.calls)
        daemon.rpc.supervisor.stopProcess("good")
        daemon.rpc.supervisor.startProcess("good", False)
        daemon.rpc.supervisor.stopProcess("good")
        daemon.rpc.supervisor.stopProcess("hang0")
        daemon.rpc.supervisor.startProcess("good", False)
        daemon.wait_state("good", "RUNNING")
        assert [call[2] for call in stage.calls() if call[:2] == (
            "begin", "good")].count("--keep") == 2


def test_a_call_that_is_open_at_the_end(stage):
    """Whoever asked is told; nothing of the call is left."""
    with stage.daemon(("hang", "warn")) as daemon:
        answers = []

        def ask():
            try:
                answers.append(daemon.rpc.preflight.check("hang"))
            except xmlrpc.client.Fault as fault:
                answers.append(fault.faultCode)
            except (OSError, http.client.HTTPException) as error:
                answers.append(type(error))
        asker = threading.Thread(target=ask)
        asker.start()
        supd.wait_until(lambda: len(stage.calls()) == 2, "the checker")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        asker.join(20)
        assert answers == [6]


def test_a_start_does_not_wait_for_a_look_at_the_socket(stage):
    """A program that has not bound its socket yet may be started anew."""
    with stage.daemon(("late", "block"), keys="preflight_timeout=60") as daemon:
        assert daemon.ctl("start", "late").status == 0
        supd.wait_until(lambda: ("begin", "late", "--running") in
                        [call[:3] for call in stage.calls()], "the look")
        begun = time.monotonic()
        assert daemon.ctl("restart", "late").status == 0
        assert time.monotonic() - begun < 20
        assert daemon.state("late") == "RUNNING"
    assert all_gone(stage.pids("late"))


def test_warn_never_waits(stage):
    names = [("hang%d" % i, "warn") for i in range(4)]
    with stage.daemon(*names) as daemon:
        begun = time.monotonic()
        for name, _ in names:
            assert daemon.ctl("start", name).status == 0
        assert time.monotonic() - begun < 5
        assert all(daemon.state(name) == "RUNNING" for name, _ in names)
        assert "preflight of" not in daemon.messages()


def most_at_once(calls):
    now = most = 0
    for word, _, option, _ in calls:
        if option != "child":
            now += 1 if word == "begin" else -1
            most = max(most, now)
    return most


@pytest.mark.parametrize("mode", ["block", "warn"])
def test_a_hundred_at_once(stage, mode):
    names = [("slow%02d" % i, mode) for i in range(100)]
    with stage.daemon(*names) as daemon:
        rpc = daemon.rpc
        rpc.supervisor.startAllProcesses(False)
        begun = time.monotonic()
        rpc.supervisor.getState()
        assert time.monotonic() - begun < 10
        supd.wait_until(
            lambda: {info["statename"] for info in
                     rpc.supervisor.getAllProcessInfo()} == {"RUNNING"},
            "all programs", 60)
        supd.wait_until(
            lambda: len(rpc.preflight.reports()) == 100 and
            len([c for c in stage.calls() if c[0] == "end" and
                 c[2] == "--running"]) == 100, "all checks", 60)
        calls = stage.calls()
    assert most_at_once(calls) == 2
    for name, _ in names:
        assert [c[2] for c in calls if c[:2] == ("begin", name)] == [
            "--keep", "--running"]


def test_processes_of_a_program_share_a_check(stage):
    keys = "numprocs=8\nprocess_name=%(process_num)d"
    with stage.daemon(("slow", "block"), keys=keys) as daemon:
        assert daemon.ctl("start", "slow:*").status == 0
        asked = [c for c in stage.calls() if c[0] == "begin" and
                 c[2] == "--keep"]
        # The first one has begun when the others come.
        assert len(asked) == 2
        assert {daemon.state("slow:%d" % i) for i in range(8)} == {"RUNNING"}


def test_all_processes_of_a_program_are_refused(stage):
    keys = "numprocs=4\nprocess_name=%(process_num)d"
    with stage.daemon(("refused", "block"), keys=keys) as daemon:
        daemon.ctl("start", "refused:*")
        infos = daemon.rpc.supervisor.getAllProcessInfo()
        assert {(i["statename"], i["spawnerr"]) for i in infos} == {
            ("FATAL", "preflight: PF101 it is closed")}


@pytest.mark.parametrize("mode", ["block", "warn"])
def test_p18_a_shutdown_leaves_no_checker(stage, mode):
    names = [("hang%d" % i, mode) for i in range(3)]
    with stage.daemon(*names) as daemon:
        for name, _ in names:
            daemon.rpc.supervisor.startProcess(name, False)
        supd.wait_until(lambda: [call[2] for call in stage.calls()]
                        .count("child") == 2, "two checkers",
                        show=stage.calls)
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
    supd.wait_until(lambda: all_gone([int(c[3]) for c in stage.calls()]),
                    "no process", show=stage.calls)


# With the real checker.

def session_of(sid):
    """Everything of the daemon's session: children, probes, whatever."""
    left = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit():
                with open("/proc/%s/stat" % name) as stat:
                    words = stat.read().rpartition(")")[2].split()
                if int(words[3]) == sid and words[0] != "Z":
                    left.append(int(name))
    return left


@needs_nginx
def test_p18_at_any_moment(serve):
    """With the start asked for, the checker there, a probe child there."""
    _, daemon = serve("preflight=block", nginx=True)
    for others in (0, 1, 2) * 5:
        if daemon.process.poll() is not None:
            daemon.start()
        daemon.rpc.supervisor.startProcess("web", False)
        while len(session_of(daemon.pid)) <= others and \
                daemon.state("web") == "STARTING":
            pass
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        supd.wait_until(lambda: session_of(daemon.pid) == [], "nobody left",
                        show=lambda: session_of(daemon.pid))


def switches(daemon):
    with open("/proc/%d/status" % daemon.pid) as status:
        return [int(line.split()[1]) for line in status
                if line.startswith("voluntary_ctxt_switches")][0]


@needs_nginx
def test_a_recheck_lets_it_go(serve):
    """And nobody wakes up meanwhile but for that."""
    site, held = serve("preflight=block\npreflight_static=%(home)s/gone")
    _, idle = serve("preflight=block")
    assert held.ctl("start", "web").status == 7
    assert held.state("web") == "FATAL"
    site.make("home/gone")
    site.write("home/gone/x", "x")
    # Nobody calls them from here on.
    before = switches(idle)
    begun = time.monotonic()
    supd.wait_until(lambda: os.path.exists(site.path("run/app.sock")),
                    "the program's socket", 50, show=held.messages)
    assert time.monotonic() - begun > 20
    assert switches(idle) - before <= 1
    held.wait_state("web", "RUNNING")
    lines = [line.partition("preflight of 'web': ")[2]
             for line in held.messages().splitlines()
             if "preflight of 'web': " in line]
    assert lines[0].startswith("fail, PF103"), lines
    assert lines[1].startswith("ok") or lines[1].startswith("warn"), lines
    # Once it is let go there is nothing to look at again.
    assert held.ctl("stop", "web").status == 0
