# SPDX-License-Identifier: ISC
"""Event listeners, as old and as badly behaved as they come (contract C7)."""

import json
import os
import signal
import time

import life
import pytest
import supd

# Appends each event as a line of JSON to the file named first; the other
# arguments say how to answer.
LISTENER = '''#!/usr/bin/python3
import json, os, sys, time
out = open(sys.argv[1], "a")
mode = sys.argv[2] if len(sys.argv) > 2 else "ok"
if mode == "chatty":
    print("hello", flush=True)
seen = 0
while True:
    sys.stdout.write("READY\\n")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        break
    header = dict(pair.split(":", 1) for pair in line.split())
    body = sys.stdin.read(int(header["len"]))
    out.write(json.dumps([header, body]) + "\\n")
    out.flush()
    seen += 1
    if mode == "reject" and seen <= 2:
        sys.stdout.write("RESULT 4\\nFAIL")
    elif mode == "garbage" and seen == 1:
        sys.stdout.write("RESULT what\\n")
    elif mode == "slow":
        time.sleep(0.15)
        out.write(json.dumps([{"eventname": "done"}, ""]) + "\\n")
        out.flush()
        sys.stdout.write("RESULT 2\\nOK")
    elif mode == "stuck" and "STOPPING" in header["eventname"]:
        time.sleep(1000)
    elif mode == "die" and seen == 1:
        os._exit(1)
    elif mode == "noisy":
        sys.stderr.write("noise\\n")
        sys.stderr.flush()
        sys.stdout.write("RESULT 2\\nOK")
    else:
        sys.stdout.write("RESULT 2\\nOK")
    sys.stdout.flush()
'''


def listener(daemon_dir, name="lis", events="EVENT", mode="ok", **options):
    path = life.script(daemon_dir, "listener", LISTENER)
    lines = ["[eventlistener:%s]" % name,
             "command=%s {dir}/%s.json %s" % (path, name, mode),
             "events=" + events, "environment=LC_ALL=C.UTF-8"]
    lines += ["%s=%s" % item for item in options.items()]
    return "\n".join(lines) + "\n"


class Events:
    """What a listener has written down."""

    def __init__(self, daemon, name="lis"):
        self.daemon = daemon
        self.file = name + ".json"

    def all(self):
        try:
            lines = self.daemon.file(self.file).splitlines(True)
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def names(self):
        return [header["eventname"] for header, _ in self.all()]

    def wait(self, condition, what="event"):
        supd.wait_until(lambda: any(condition(header, body)
                                    for header, body in self.all()),
                        what, show=self.all)

    def wait_name(self, name):
        self.wait(lambda header, _: header["eventname"] == name, name)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP"])
def test_the_last_events_are_dealt_with(tmp_path, how):
    """Each takes it a while, and all that it is told at the end comes at
    once."""
    programs = listener(tmp_path, mode="slow", events="SUPERVISOR_STATE_CHANGE,"
                        "PROCESS_STATE_STOPPING,PROCESS_STATE_STOPPED")
    with supd.Daemon(programs=programs + "[program:p]\ncommand=/bin/cat\n"
                     "startsecs=0\n") as daemon:
        daemon.wait_state("lis", "RUNNING")
        events = Events(daemon)
        events.wait_name("SUPERVISOR_STATE_CHANGE_RUNNING")
        daemon.signal(getattr(signal, how))
        log = life.Log(daemon)
        log.wait("stopped: lis (terminated by SIGTERM)")
        assert events.names()[1:8] == [
            "done", "SUPERVISOR_STATE_CHANGE_STOPPING", "done",
            "PROCESS_STATE_STOPPING", "done", "PROCESS_STATE_STOPPED", "done"]
        log.in_order("stopped: p (", "stopped: lis (")


def test_who_never_answers_is_waited_for_a_second(tmp_path):
    programs = listener(tmp_path, mode="stuck",
                        events="SUPERVISOR_STATE_CHANGE")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        Events(daemon).wait_name("SUPERVISOR_STATE_CHANGE_RUNNING")
        begun = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        assert 0.9 < time.monotonic() - begun < 10
        assert Events(daemon).names()[1:] == [
            "SUPERVISOR_STATE_CHANGE_STOPPING"]


def remote(daemon, data, kind="t"):
    daemon.rpc.supervisor.sendRemoteCommEvent(kind, data)


def test_a_life_in_events(tmp_path):
    programs = listener(tmp_path, buffer_size=100) + (
        "[program:p]\ncommand=/bin/cat\nstartsecs=0\nautostart=false\n"
        "[program:q]\ncommand=/bin/sh -c 'exit 3'\nautostart=false\n"
        "startsecs=0\nautorestart=false\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        events = Events(daemon)
        events.wait_name("SUPERVISOR_STATE_CHANGE_RUNNING")
        server = daemon.rpc.supervisor
        server.startProcess("p")
        pid = server.getProcessInfo("p")["pid"]
        server.stopProcess("p")
        server.startProcess("q", False)
        events.wait_name("PROCESS_STATE_EXITED")
        own = [(header["eventname"], body) for header, body in events.all()
               if not header["eventname"].startswith("TICK") and
               "processname:lis" not in body]
        # The pool hears of its own group and those behind it.
        assert own == [
            ("PROCESS_GROUP_ADDED", "groupname:lis\n"),
            ("PROCESS_GROUP_ADDED", "groupname:p\n"),
            ("PROCESS_GROUP_ADDED", "groupname:q\n"),
            ("SUPERVISOR_STATE_CHANGE_RUNNING", ""),
        ] + [("PROCESS_STATE_" + name, "processname:p groupname:p " + rest)
             for name, rest in (
                 ("STARTING", "from_state:STOPPED tries:0"),
                 ("RUNNING", "from_state:STARTING pid:%d" % pid),
                 ("STOPPING", "from_state:RUNNING pid:%d" % pid),
                 ("STOPPED", "from_state:STOPPING pid:%d" % pid))
             ] + own[-3:]
        assert [name for name, _ in own[-3:]] == [
            "PROCESS_STATE_STARTING", "PROCESS_STATE_RUNNING",
            "PROCESS_STATE_EXITED"]
        assert own[-1][1].startswith(
            "processname:q groupname:q from_state:RUNNING expected:0 pid:")
        header = events.all()[0][0]
        assert list(header) == ["ver", "server", "serial", "pool",
                                "poolserial", "eventname", "len"]
        assert (header["ver"], header["server"], header["pool"]) == (
            "3.0", "supervisor", "lis")
        serials = [int(one[0]["serial"]) for one in events.all()]
        assert serials == sorted(set(serials))


def test_serials_go_on_over_a_restart_and_pool_serials_do_not(tmp_path):
    programs = listener(tmp_path, events="REMOTE_COMMUNICATION")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        for data in "abc":
            remote(daemon, data)
        events = Events(daemon)
        events.wait(lambda _, body: body == "type:t\nc")
        last = int(events.all()[-1][0]["serial"])
        daemon.rpc.supervisor.restart()
        life.Log(daemon).wait("supervisord started with pid", times=2)
        supd.wait_until(daemon.answers, "answer")
        daemon.wait_state("lis", "RUNNING")
        remote(daemon, "d")
        events.wait(lambda _, body: body == "type:t\nd")
        header = events.all()[-1][0]
        assert int(header["serial"]) == last + 1
        assert header["poolserial"] == "0"


def test_length_counts_characters_or_bytes_on_request(tmp_path):
    programs = (listener(tmp_path, events="REMOTE_COMMUNICATION") +
                "[eventlistener:raw]\ncommand=/bin/sh -c 'echo READY; "
                "read line; echo $line >{dir}/raw; exec sleep 1000'\n"
                "events=REMOTE_COMMUNICATION\nevent_len=bytes\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        daemon.wait_state("raw", "RUNNING")
        remote(daemon, "\u00e9\u20ac")
        Events(daemon).wait(lambda header, body:
                            header["len"] == "9" and
                            body == "type:t\n\u00e9\u20ac")
        supd.wait_until(lambda: os.path.exists(daemon.path("raw")) and
                        daemon.file("raw").endswith("len:12\n"), "bytes")


def test_an_overlapping_subscription_is_heard_once(tmp_path):
    programs = listener(tmp_path, events="EVENT,REMOTE_COMMUNICATION")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        remote(daemon, "a")
        remote(daemon, "b")
        events = Events(daemon)
        events.wait(lambda _, body: body == "type:t\nb")
        assert events.names().count("REMOTE_COMMUNICATION") == 2


def test_rejected_events_return_to_their_own_pool_only(tmp_path):
    programs = (listener(tmp_path, "a", "REMOTE_COMMUNICATION", "reject") +
                listener(tmp_path, "b", "REMOTE_COMMUNICATION"))
    with supd.Daemon(programs=programs) as daemon:
        for name in "ab":
            daemon.wait_state(name, "RUNNING")
        remote(daemon, "x")
        supd.wait_until(lambda: len(Events(daemon, "a").all()) == 3,
                        "three deliveries")
        remote(daemon, "y")
        Events(daemon, "b").wait(lambda _, body: body == "type:t\ny")
        assert len(Events(daemon, "b").all()) == 2
        first = Events(daemon, "a").all()[:3]
        assert first[0] == first[1] == first[2]
        assert life.Log(daemon).count("a: event was rejected") == 2


@pytest.mark.parametrize("mode, line", [
    ("chatty", "lis: unexpected output: b'hello\\n"),
    ("garbage", "lis: bad result line: 'RESULT what'")])
def test_who_breaks_the_protocol_is_left_alone_until_a_restart(
        tmp_path, mode, line):
    programs = listener(tmp_path, events="REMOTE_COMMUNICATION", mode=mode)
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        log = life.Log(daemon)
        remote(daemon, "x")
        log.wait("lis: has entered the UNKNOWN state and will no longer "
                 "receive events, this usually indicates the process "
                 "violated the eventlistener protocol")
        assert log.count(line) == 1
        if mode == "garbage":
            server = daemon.rpc.supervisor
            assert daemon.state("lis") == "RUNNING"
            server.stopProcess("lis")
            server.startProcess("lis")
            supd.wait_until(lambda: len(Events(daemon).all()) == 2, "again")
            one, two = Events(daemon).all()
            assert one == two


def test_a_listener_that_dies_gets_its_event_again(tmp_path):
    programs = listener(tmp_path, events="REMOTE_COMMUNICATION", mode="die",
                        autorestart="true")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        remote(daemon, "x")
        supd.wait_until(lambda: len(Events(daemon).all()) >= 2, "again")
        one, two = Events(daemon).all()[:2]
        assert one == two


def test_the_oldest_events_go_when_the_buffer_is_full(tmp_path):
    programs = ("[eventlistener:lis]\ncommand=/bin/sleep 1000\n"
                "events=REMOTE_COMMUNICATION\nbuffer_size=2\n")
    with supd.Daemon(programs=programs) as daemon:
        for data in "abcd":
            remote(daemon, data)
        assert [line for line in life.Log(daemon).lines("ERRO")] == [
            "pool lis event buffer overflowed, discarding event 0",
            "pool lis event buffer overflowed, discarding event 1"]


def test_a_stopped_listener_holds_up_nobody(tmp_path):
    programs = listener(tmp_path, buffer_size=1000,
                        events="REMOTE_COMMUNICATION") + (
        "[program:p]\ncommand=/bin/cat\nstartsecs=0\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        pid = daemon.wait_state("lis", "RUNNING")["pid"]
        remote(daemon, "first")
        Events(daemon).wait(lambda _, body: "first" in body)
        os.kill(pid, signal.SIGSTOP)
        big = "x" * 500000
        begin = time.monotonic()
        for _ in range(6):
            remote(daemon, big)
        daemon.rpc.supervisor.stopProcess("p")
        daemon.rpc.supervisor.startProcess("p")
        assert time.monotonic() - begin < 10
        os.kill(pid, signal.SIGCONT)
        supd.wait_until(lambda: len(Events(daemon).all()) == 7, "all",
                        show=lambda: len(Events(daemon).all()))
        assert Events(daemon).all()[-1][1] == "type:t\n" + big


def test_output_becomes_events_whole_characters_at_a_time(tmp_path):
    program = life.script(
        tmp_path, "talker", "#!/bin/sh\nread x\nprintf 'a\\303'\nread x\n"
        "printf '\\251b\\n'\nread x\nprintf '\\377\\n'\nread x\n"
        "printf '<!--XSUPERVISOR:BEGIN-->msg<!--XSUPERVISOR:END-->'\n"
        "exec cat\n")
    programs = listener(
        tmp_path, events="PROCESS_LOG,PROCESS_COMMUNICATION",
        buffer_size=50) + (
        "[program:p]\ncommand=%s\nstartsecs=0\nstdout_events_enabled=true\n"
        "stdout_capture_maxbytes=1MB\n" % program)
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        pid = daemon.rpc.supervisor.getProcessInfo("p")["pid"]
        head = "processname:p groupname:p pid:%d" % pid
        events = Events(daemon)
        for step, text in enumerate(("a", "\u00e9b\n",
                                     "Undecodable: b'\\xff\\n'")):
            daemon.rpc.supervisor.sendProcessStdin("p", "\n")
            supd.wait_until(lambda step=step: len(events.all()) == step + 1,
                            "event %d" % step, show=events.all)
            header, body = events.all()[-1]
            assert header["eventname"] == "PROCESS_LOG_STDOUT"
            assert body == head + " channel:stdout\n" + text
        daemon.rpc.supervisor.sendProcessStdin("p", "\n")
        events.wait_name("PROCESS_COMMUNICATION_STDOUT")
        assert events.all()[-1][1] == head + "\nmsg"


def test_a_listener_that_hears_itself_is_no_avalanche(tmp_path):
    programs = listener(tmp_path, events="PROCESS_LOG", mode="noisy",
                        stderr_events_enabled="true") + (
        "[program:p]\ncommand=/bin/cat\nstartsecs=0\n"
        "stdout_events_enabled=true\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        daemon.wait_state("lis", "RUNNING")
        daemon.rpc.supervisor.sendProcessStdin("p", "spark\n")
        supd.wait_until(lambda: len(Events(daemon).all()) > 20, "echoes")
        begin = time.monotonic()
        assert daemon.state("p") == "RUNNING"
        assert time.monotonic() - begin < 5
        assert life.Log(daemon).count("overflowed") == 0


def test_ticks_come_at_multiples_of_five_seconds(tmp_path):
    programs = listener(tmp_path, events="TICK_5")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        events = Events(daemon)
        supd.wait_until(events.all, "a tick")
        now = time.time()
        header, body = events.all()[0]
        assert header["eventname"] == "TICK_5"
        when = int(body[len("when:"):])
        assert when % 5 == 0
        assert 0 <= now - when < 5


def test_listeners_are_stopped_last_and_hear_the_end(tmp_path):
    programs = listener(tmp_path, buffer_size=50) + (
        "[program:p]\ncommand=/bin/cat\nstartsecs=0\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("lis", "RUNNING")
        daemon.wait_state("p", "RUNNING")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        life.Log(daemon).in_order("stopped: p", "killing lis ",
                                  "stopped: lis")
        assert "SUPERVISOR_STATE_CHANGE_STOPPING" in Events(daemon).names()


def test_a_storm_of_events_is_survived(tmp_path):
    programs = listener(tmp_path, buffer_size=5, numprocs=3,
                        process_name="%(program_name)s_%(process_num)s") + (
        "[program:p]\ncommand=/bin/sh -c 'exit 1'\nstartsecs=0\n"
        "autorestart=true\nnumprocs=50\n"
        "process_name=p_%(process_num)s\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        log = life.Log(daemon)
        log.wait("spawned: 'p_0'", times=4)
        assert daemon.rpc.supervisor.getState()["statename"] == "RUNNING"
        names = [("lis:lis_%d" % n) for n in range(3)]
        assert {daemon.state(name) for name in names} == {"RUNNING"}
