# SPDX-License-Identifier: ISC
"""What a listener is sent, header and payload, byte for byte as Debian's
supervisord sends it: every type of event (contract C7.1, C7.2)."""

import os
import re
import shutil
import xmlrpc.client

import pytest

import life
import supd
from rpc_pair import Pair

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and
         supd.installed(supd.ORACLE_DAEMON)),
    reason="needs supervisord-c and Debian's supervisor")

# Writes down all that it reads; rejects what asks for it, once.
LISTENER = """#!/usr/bin/python3 -u
import io, sys
out = open(sys.argv[1], "ab", buffering=0)
stdin = io.TextIOWrapper(sys.stdin.buffer, "utf-8", "surrogateescape",
                         newline="")
rejected = False
while True:
    sys.stdout.write("READY\\n")
    line = stdin.readline()
    if not line:
        break
    body = stdin.read(int(line.rsplit("len:", 1)[1]))
    out.write((line + body).encode("utf-8", "surrogateescape") + b"|\\n")
    if "reject me" in body and not rejected:
        rejected = True
        sys.stdout.write("RESULT 4\\nFAIL")
    else:
        sys.stdout.write("RESULT 2\\nOK")
"""

TALKS = "stdout_events_enabled=true\nstderr_events_enabled=true\n"
PROGRAMS = """
[eventlistener:ears]
command={dir}/listener {dir}/heard
events=%s
buffer_size=1000
startsecs=0
environment=LC_ALL=C.UTF-8

[program:cat]
command=/bin/cat
autostart=false
startsecs=0
""" + TALKS + """
[program:loud]
command=/bin/sh -c 'exec cat >&2'
autostart=false
startsecs=0
""" + TALKS + """
[program:raw]
command=/bin/sh -c 'printf "\\\\377 \\\\\\\\ \\\\042 \\\\047\\\\n\\\\t"; exec cat'
autostart=false
startsecs=0
""" + TALKS + """
[program:raw2]
command=/bin/sh -c 'printf "\\\\303 \\\\047 \\\\001\\\\r"; exec cat'
autostart=false
startsecs=0
""" + TALKS + """
[program:said]
command=/bin/cat
autostart=false
startsecs=0
stdout_capture_maxbytes=1MB

[program:planned]
command=/bin/sh -c 'sleep 1.2; exit 3'
autostart=false
autorestart=false
exitcodes=3

[program:surprise]
command=/bin/sh -c 'sleep 1.2; exit 4'
autostart=false
autorestart=false

[program:broken]
command=/bin/false
autostart=false
startsecs=30
startretries=1

[program:trying]
command=/bin/sh -c 'sleep 0.1; exit 1'
autostart=false
startsecs=30
startretries=1000

[group:gr\u00fcn]
programs=one
[program:one]
command=/bin/cat
autostart=false
startsecs=0

[program:far]
command=/bin/cat
user=nobody
startsecs=0
autostart=false
autorestart=false
stdout_logfile=NONE
stderr_logfile=NONE
"""
ALL_BUT_TICKS = ("PROCESS_STATE,PROCESS_LOG,PROCESS_COMMUNICATION,"
                 "REMOTE_COMMUNICATION,SUPERVISOR_STATE_CHANGE,PROCESS_GROUP")
# What comes after it is mostly lost.
LAST = b"SUPERVISOR_STATE_CHANGE_STOPPING len:0\n"
BEGIN, END = "<!--XSUPERVISOR:BEGIN-->", "<!--XSUPERVISOR:END-->"


def prepare(daemon):
    life.script(daemon.dir, "listener", LISTENER)


def without_kill(folder):
    """Daemons that cannot signal a child of another user."""
    return [life.script(
        folder, "daemon%d" % number,
        "#!/bin/sh\nexec setpriv --bounding-set=-kill --inh-caps=-kill "
        "%s \"$@\"\n" % program)
        for number, program in enumerate(
            (supd.ORACLE_DAEMON, supd.built("supervisord-c")))]


class Ears:
    """What the listener of one daemon has heard."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.server = daemon.rpc.supervisor

    def heard(self):
        try:
            with open(self.daemon.path("heard"), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def wait(self, text):
        text = text.encode()
        supd.wait_until(lambda: text in self.heard(), text,
                        show=lambda: (self.daemon.program,
                                      self.heard()[-600:]))

    def mark(self, text):
        self.server.sendRemoteCommEvent("mark", text)
        self.wait("type:mark\n" + text)


def talk(ears):
    server = ears.server
    for name in ("cat", "loud", "said"):
        server.startProcess(name)
    for text in ("line\n", "no end", "\u00e9\u20ac\U0001f600\n", "a|b\n\n"):
        for name, channel in (("cat", "stdout"), ("loud", "stderr")):
            server.sendProcessStdin(name, text)
            ears.wait("processname:%s groupname:%s pid:%d channel:%s\n%s" % (
                name, name, server.getProcessInfo(name)["pid"], channel,
                text))
    pid = server.getProcessInfo("said")["pid"]
    for text in ("", "captured", "two\nlines\n", "gr\u00fcn"):
        # Supervisor holds up to 24 bytes back: what follows pushes it on.
        server.sendProcessStdin("said", BEGIN + text + END + "x" * 30)
        ears.wait("processname:said groupname:said pid:%d\n%s|\n" % (
            pid, text))
    for name in ("raw", "raw2"):
        server.startProcess(name)
        ears.wait("groupname:%s pid:%d channel:stdout\nUndecodable: b" % (
            name, server.getProcessInfo(name)["pid"]))


def live(ears):
    daemon, server = ears.daemon, ears.server
    for name, state in (("planned", "EXITED"), ("surprise", "EXITED")):
        server.startProcess(name)
        daemon.wait_state(name, state)
        ears.mark(name)
    with pytest.raises(xmlrpc.client.Fault):
        server.startProcess("broken")
    daemon.wait_state("broken", "FATAL")
    ears.mark("broken")
    server.startProcess("trying", False)
    daemon.wait_state("trying", "BACKOFF")
    server.stopProcess("trying")
    ears.mark("stopped in backoff")
    server.startProcess("gr\u00fcn:*")
    server.stopProcess("gr\u00fcn:one")
    server.removeProcessGroup("gr\u00fcn")
    server.addProcessGroup("gr\u00fcn")
    ears.mark("groups")


def remote(ears):
    for kind, data in (("a", "b"), ("", ""), ("\u00e9", "x\ny\n"),
                       ("with space", "reject me"), ("k:v", "a:b c:d")):
        ears.server.sendRemoteCommEvent(kind, data)
    ears.mark("remote")


def out_of_reach(ears):
    ears.server.startProcess("far")
    life.wait_other_user(ears.server.getProcessInfo("far")["pid"])
    with pytest.raises(xmlrpc.client.Fault):
        ears.server.stopProcess("far")
    ears.mark("unknown")


def events_of(daemon, heard):
    """Pids and the state of a BACKOFF's retries differ by chance."""
    text = re.sub(rb"pid:[1-9]\d*", b"pid:PID", heard)
    # Of which length len then is.
    lengths = [len(one) for one in re.findall(rb"pid:[1-9]\d*", heard)]
    assert lengths
    return re.sub(rb"(len:)\d+(?=\n[^|]*pid:PID)", rb"\1N", text).split(
        b"|\n")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"),
                    reason="needs root and setpriv")
def test_every_type_byte_by_byte(tmp_path):
    heard = []
    with Pair(PROGRAMS % ALL_BUT_TICKS, prepare,
              commands=without_kill(tmp_path)) as pair:
        for daemon in pair.daemons:
            ears = Ears(daemon)
            for step in (remote, talk, live, out_of_reach):
                step(ears)
            ears.server.shutdown()
            ears.wait("SUPERVISOR_STATE_CHANGE_STOPPING")
            text = ears.heard()
            text = text[:text.index(LAST) + len(LAST)]
            heard.append(events_of(daemon, text))
            check_lengths(text)
    theirs, ours = heard
    assert ours == theirs
    types = {re.search(rb"eventname:(\S+)", one)[1].decode()
             for one in ours if one}
    assert types == TYPES


def check_lengths(text):
    """The length is that of the payload, in characters."""
    for one in text.decode("utf-8", "surrogateescape").split("|\n"):
        if "eventname" in one and "a|b" not in one:
            header, body = one.split("\n", 1)
            assert header.endswith(" len:%d" % len(body)), one


TYPES = {
    "PROCESS_GROUP_ADDED", "PROCESS_GROUP_REMOVED", "REMOTE_COMMUNICATION",
    "SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE_STOPPING",
    "PROCESS_LOG_STDOUT", "PROCESS_LOG_STDERR",
    "PROCESS_COMMUNICATION_STDOUT"} | {
    "PROCESS_STATE_" + state for state in
    ("STARTING", "RUNNING", "BACKOFF", "STOPPING", "STOPPED", "EXITED",
     "FATAL", "UNKNOWN")}


def test_ticks_byte_by_byte():
    with Pair(PROGRAMS % "TICK", prepare) as pair:
        ticks = []
        for daemon in pair.daemons:
            ears = Ears(daemon)
            ears.wait("eventname:TICK_5 len:15\nwhen:")
            ticks.append(re.sub(rb"when:\d{9}[05]\|", b"when:WHEN|",
                                ears.heard().split(b"\n\n")[0])[:99])
    assert ticks[0] == ticks[1]
