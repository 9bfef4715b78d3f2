# SPDX-License-Identifier: ISC
"""The acceptance list of the contract (C11), item by item.

Elsewhere: 2 and 3 in test_ctl_transcripts.py (and 2 with a password in
test_clients_python.py), 5 in test_clients_python.py, 9 in
test_clients_tools.py.  superlance (4) is stood in for by its own protocol on
Supervisor's childutils, in test_clients_python.py.
"""

import http.client
import os
import random
import re
import signal
import socket
import threading
import time
import xmlrpc.client

import life
import pytest
import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")


def post(daemon, body, path="/RPC2"):
    connection = supd._UnixConnection(daemon.sock)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def call(daemon, method, *params):
    body = xmlrpc.client.dumps(params, method, allow_none=True)
    status, text = post(daemon, body.encode())
    assert status == 200
    return text.decode()


# --- 1: the bytes of answers -------------------------------------------------

HEAD = "<?xml version='1.0'?>\n<methodResponse>\n"
VALUE = HEAD + "<params>\n<param>\n%s</param>\n</params>\n</methodResponse>\n"
FAULT = HEAD + ("<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n"
                "<value><int>%d</int></value>\n</member>\n<member>\n"
                "<name>faultString</name>\n<value><string>%s</string></value>"
                "\n</member>\n</struct></value>\n</fault>\n"
                "</methodResponse>\n")


def member(name, kind, text):
    return "<member>\n<name>%s</name>\n<value><%s>%s</%s></value>\n" \
        "</member>\n" % (name, kind, text, kind)


def struct(*members):
    return "<value><struct>\n%s</struct></value>\n" % "".join(
        member(*one) for one in members)


def array(*values):
    return "<value><array><data>\n%s</data></array></value>\n" % "".join(
        values)


EMPTY_PROGRAMS = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n" \
    "stdout_logfile={dir}/cat.out\nstderr_logfile=NONE\n"


@pytest.fixture(scope="module")
def plain():
    with supd.Daemon(programs=EMPTY_PROGRAMS) as daemon:
        yield daemon


def test_item_1_get_state(plain):
    assert call(plain, "supervisor.getState") == VALUE % struct(
        ("statecode", "int", "1"), ("statename", "string", "RUNNING"))


def test_item_1_process_info(plain):
    text = call(plain, "supervisor.getAllProcessInfo")
    info = plain.rpc.supervisor.getProcessInfo("cat")
    text = re.sub(r"(<name>now</name>\n<value><int>)\d+", r"\1NOW", text)
    text = re.sub(r"uptime [\d:]+", "uptime T", text)
    assert text == VALUE % array(struct(
        ("name", "string", "cat"), ("group", "string", "cat"),
        ("start", "int", info["start"]), ("stop", "int", "0"),
        ("now", "int", "NOW"), ("state", "int", "20"),
        ("statename", "string", "RUNNING"), ("spawnerr", "string", ""),
        ("exitstatus", "int", "0"),
        ("logfile", "string", plain.path("cat.out")),
        ("stdout_logfile", "string", plain.path("cat.out")),
        ("stderr_logfile", "string", ""), ("pid", "int", info["pid"]),
        ("description", "string", "pid %d, uptime T" % info["pid"])))


def test_item_1_faults_arrays_and_reload(plain):
    assert call(plain, "supervisor.getProcessInfo", "<nope>") == FAULT % (
        10, "BAD_NAME: &lt;nope&gt;")
    assert call(plain, "supervisor.getProcessInfo") == FAULT % (
        2, "INCORRECT_PARAMETERS")
    assert call(plain, "supervisor.startAllProcesses") == VALUE % array()
    assert call(plain, "supervisor.reloadConfig") == VALUE % array(
        array(array(), array(), array()))
    missing = array("<value><string></string></value>\n",
                    "<value><int>0</int></value>\n",
                    "<value><boolean>0</boolean></value>\n")
    assert call(plain, "supervisor.tailProcessStderrLog", "cat", 0, 9) == (
        VALUE % missing)
    assert call(plain, "system.multicall", [
        {"methodName": "supervisor.getPID"}, {"methodName": "nope.nope"}]) \
        == VALUE % array(
            "<value><int>%d</int></value>\n" % plain.pid,
            struct(("faultCode", "int", "1"),
                   ("faultString", "string", "UNKNOWN_METHOD")))


def test_item_1_the_header(plain):
    connection = supd._UnixConnection(plain.sock)
    connection.connect()
    body = xmlrpc.client.dumps((), "supervisor.getState").encode()
    connection.sock.sendall(b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n"
                            b"Content-Length: %d\r\n\r\n%s" % (
                                len(body), body))
    text = b""
    while b"</methodResponse>\n" not in text:
        text += connection.sock.recv(65536)
    connection.close()
    lines = text.split(b"\r\n\r\n")[0].decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} "
                        r"\d\d:\d\d:\d\d GMT", headers.pop("Date"))
    assert headers == {"Server": "Medusa/1.12", "Content-Type": "text/xml",
                       "Content-Length": "279"}


# --- 6: the tables of reading and tailing ------------------------------------

TEN = "0123456789"
READ_LENGTHS = (0, 1, 4, 10, 100, -1)
READ_TABLE = {
    0: (TEN, "0", "0123", TEN, TEN, 3),
    3: ("3456789", "3", "3456", "3456789", "3456789", 3),
    9: ("9", "9", "9", "9", "9", 3),
    10: ("", "", "", "", "", 3),
    11: ("", "", "", "", "", 3),
    100: ("", "", "", "", "", 3),
    -1: ("9", 3, 3, 3, 3, 3),
    -3: ("789", 3, 3, 3, 3, 3),
    -10: (TEN, 3, 3, 3, 3, 3),
    -11: (TEN, 3, 3, 3, 3, 3),
    -100: (TEN, 3, 3, 3, 3, 3),
}
TAIL_LENGTHS = (0, 1, 4, 7, 10, 11, 100, -1, -5)
T, F = True, False
SIX, SEVEN = "6789", "3456789"
TAIL_TABLE = {
    0: (("", T), ("9", T), (SIX, T), (SEVEN, T), (TEN, F), (TEN, F), (TEN, F),
        ("", T), ("", T)),
    3: (("", T), ("9", T), (SIX, T), (SEVEN, F), (TEN, F), (TEN, F), (TEN, F),
        ("", T), ("", T)),
    9: (("", T), ("9", F), (SIX, F), (SEVEN, F), (TEN, F), (TEN, F), (TEN, F),
        ("", T), ("", T)),
    10: (("", F),) * 7 + (("", T), ("", T)),
    11: (("", F),) * 8 + (("", T),),
    100: (("", F),) * 9,
    -1: (("", T), ("9", T), (SIX, T), (SEVEN, T), (TEN, T), (TEN, F),
         (TEN, F), ("", T), ("", T)),
    -100: (("", T), ("9", T), (SIX, T), (SEVEN, T), (TEN, T), (TEN, T),
           (TEN, T), ("", T), ("", T)),
}
for offset in (-3, -10, -11):
    TAIL_TABLE[offset] = (("", T), ("9", T), (SIX, T), (SEVEN, T), (TEN, T),
                          (TEN, T), (TEN, F), ("", T), ("", T))


@pytest.fixture(scope="module")
def logs():
    programs = ("[program:p]\ncommand=/bin/cat\nautostart=false\n"
                "stdout_logfile={dir}/ten\nstderr_logfile={dir}/empty\n")
    with supd.Daemon(programs=programs) as daemon:
        for name, text in (("ten", TEN), ("empty", "")):
            with open(daemon.path(name), "w", encoding="ascii") as file:
                file.write(text)
        yield daemon


def read(server, method, *params):
    try:
        return getattr(server, method)(*params)
    except xmlrpc.client.Fault as fault:
        return fault.faultCode


@pytest.mark.parametrize("offset", READ_TABLE)
def test_item_6_read(logs, offset):
    server = logs.rpc.supervisor
    row = tuple(read(server, "readProcessStdoutLog", "p", offset, length)
                for length in READ_LENGTHS)
    assert row == READ_TABLE[offset]
    # An empty file: the same faults, no text.
    row = tuple(read(server, "readProcessStderrLog", "p", offset, length)
                for length in READ_LENGTHS)
    assert row == tuple(3 if cell == 3 else "" for cell in
                        READ_TABLE[offset])


@pytest.mark.parametrize("offset", TAIL_TABLE)
def test_item_6_tail(logs, offset):
    server = logs.rpc.supervisor
    row = tuple(tuple(read(server, "tailProcessLog", "p", offset, length))
                for length in TAIL_LENGTHS)
    assert row == tuple((text, 10, overflow)
                        for text, overflow in TAIL_TABLE[offset])


def test_item_6_tail_of_an_empty_file(logs):
    server = logs.rpc.supervisor
    for offset in (-1, 0, 1):
        for length in (-1, 0, 1, 10):
            overflow = (offset, length) in ((0, -1), (-1, 0), (-1, -1))
            assert server.tailProcessStderrLog("p", offset, length) == [
                "", 0, overflow], (offset, length)


def test_item_6_numbers_no_file_has(logs):
    server = logs.rpc.supervisor
    for offset, length in ((1 << 31) - 1, 0), (-(1 << 31), 0):
        assert read(server, "readProcessLog", "p", offset, length) == (
            TEN if offset < 0 else "")
    body = ("<methodCall><methodName>supervisor.readProcessLog</methodName>"
            "<params><param><value>p</value></param><param><value><int>%s"
            "</int></value></param><param><value><i8>%s</i8></value></param>"
            "</params></methodCall>")
    for offset, length in (("9" * 30, "0"), ("0", "9" * 30),
                           ("-" + "9" * 30, "0")):
        assert post(logs, (body % (offset, length)).encode()) == (
            200, (FAULT % (3, "BAD_ARGUMENTS")).encode())


# --- 7: rubbish --------------------------------------------------------------

SEEDS = (
    b"POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 107\r\n\r\n"
    b"<?xml version='1.0'?><methodCall><methodName>supervisor.getState"
    b"</methodName><params></params></methodCall>",
    b"GET /logtail/cat HTTP/1.1\r\nHost: \r\nAccept: */*\r\n\r\n\r\n",
    b"GET /index.html?action=refresh&processname=a%20b HTTP/1.0\r\n\r\n",
    b"POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\n<a/>\n\r\n0\r\n\r\n",
    b"<methodCall><methodName>system.multicall</methodName><params><param>"
    b"<value><array><data><value><struct><member><name>methodName</name>"
    b"<value><string>supervisor.getPID</string></value></member><member>"
    b"<name>params</name><value><array><data><value><i4>3</i4></value>"
    b"<value><double>1e9</double></value><value><base64>YQ==</base64></value>"
    b"<value><nil/></value><value><boolean>1</boolean></value></data></array>"
    b"</value></member></struct></value></data></array></value></param>"
    b"</params></methodCall>",
)
BITS = (b"\0", b"\r\n", b"<", b"</value>", b"\xff", b"%", b"9" * 40, b"-1",
        b"<!DOCTYPE a>", b"&amp;", b"<struct>", b": ", b"RESULT 5\nOK",
        b"READY\n", b"\xc3", b"<![CDATA[", b"<value>" * 50)


def spoil(random_bits, seed):
    data = bytearray(seed)
    for _ in range(random_bits.randint(1, 6)):
        at = random_bits.randrange(len(data) + 1)
        kind = random_bits.randrange(4)
        if kind == 0:
            data[at:at] = random_bits.choice(BITS)
        elif kind == 1:
            del data[at:at + random_bits.randint(1, 20)]
        elif kind == 2 and data:
            data[at % len(data)] = random_bits.randrange(256)
        else:
            data[at:at] = data[:random_bits.randint(0, 60)]
    return bytes(data)


def throw(daemon, data):
    connection = supd._UnixConnection(daemon.sock)
    connection.connect()
    connection.sock.settimeout(20)
    try:
        connection.sock.sendall(data)
        connection.sock.shutdown(socket.SHUT_WR)
        connection.sock.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        pass
    connection.close()


RUBBISH = """#!/usr/bin/python3 -u
import os, random, sys
bits = random.Random(int(sys.argv[1]))
words = (b"READY\\n", b"RESULT 2\\nOK", b"RESULT 0\\n", b"RESULT -3\\n",
         b"RESULT 9999999999999999\\n", b"RESULT 4\\nFAIL", b"\\n", b"x" * 99,
         b"RESULT \\xff\\n", b"READ", b"Y\\n", b"\\0",
         b"<!--XSUPERVISOR:BEGIN-->", b"<!--XSUPERVISOR:END-->", b"\\xc3",
         b"<!--XSUPERVISOR:BEGIN", b"\\x1b[3", b"1m", b"\\xf0\\x9f\\x98")
for _ in range(400):
    os.write(1, b"".join(bits.choices(words, k=bits.randint(1, 5))))
    os.write(2, b"".join(bits.choices(words, k=bits.randint(1, 5))))
"""


def test_item_7_rubbish_harms_nothing(tmp_path):
    script = life.script(tmp_path, "rubbish", RUBBISH)
    programs = EMPTY_PROGRAMS + "".join(
        "[%s:r%d]\ncommand=%s %d\nstartsecs=0\nautorestart=true\n"
        "stderr_capture_maxbytes=50\nstderr_events_enabled=true\n%s" % (
            kind, number, script, number, more)
        for number, (kind, more) in enumerate((
            ("eventlistener", "events=EVENT\n"),
            ("eventlistener", "events=PROCESS_LOG,TICK_5\n"),
            ("program", "stdout_capture_maxbytes=9\nstrip_ansi=true\n"
             "stdout_events_enabled=true\n"))))
    random_bits = random.Random(20261123)
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        daemon.rpc.supervisor.getState()
        for _ in range(400):
            seed = random_bits.choice(SEEDS)
            data = spoil(random_bits, seed)
            if seed is SEEDS[-1]:
                data = (b"POST /RPC2 HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
                        % len(data)) + data
            throw(daemon, data)
        assert daemon.rpc.supervisor.getPID() == daemon.pid
        life.Log(daemon).wait("spawned: 'r2'", times=3)
        assert daemon.stop() == 0
        for word in ("ERROR: ", "runtime error"):
            assert word not in daemon.file("daemon.err")


# --- 8: a listener that stands still -----------------------------------------

LISTENER = """#!/usr/bin/python3 -u
import sys
from_daemon = sys.stdin.buffer
seen = 0
while True:
    sys.stdout.write("READY\\n")
    line = from_daemon.readline()
    if not line:
        break
    body = from_daemon.read(int(line.rsplit(b"len:")[1].split()[0]))
    seen += 1
    with open(sys.argv[1], "w") as out:
        out.write("%d %s\\n" % (seen, body[-5:].decode("ascii", "replace")))
    sys.stdout.write("RESULT 2\\nOK")
"""


def rss(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1])


def test_item_8_a_stopped_listener_is_flooded(tmp_path):
    programs = (
        "[eventlistener:ears]\ncommand=%s {dir}/seen\nevents=EVENT\n"
        "buffer_size=100\nstartsecs=0\n"
        "[eventlistener:others]\ncommand=%s {dir}/others\n"
        "events=REMOTE_COMMUNICATION\nstartsecs=0\n"
        "[program:flood]\ncommand=/bin/sh -c 'while :; do head -c 100000 "
        "/dev/zero; done'\nstdout_logfile=NONE\nstdout_events_enabled=true\n"
        "autostart=false\nstartsecs=0\nkillasgroup=true\nstopasgroup=true\n"
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n" % (
            (life.script(tmp_path, "ears", LISTENER),) * 2))
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        server = daemon.rpc.supervisor
        pid = server.getProcessInfo("ears")["pid"]
        server.sendRemoteCommEvent("t", "first")
        for name in ("seen", "others"):
            supd.wait_until(lambda name=name: os.path.exists(
                daemon.path(name)) and "first" in daemon.file(name), name)
        os.kill(pid, signal.SIGSTOP)
        try:
            server.startProcess("flood")
            log = life.Log(daemon)
            log.wait("pool ears event buffer overflowed", times=50)
            took = []
            for number in range(30):
                begin = time.monotonic()
                server.stopProcess("cat")
                server.startProcess("cat")
                took.append(time.monotonic() - begin)
            server.sendRemoteCommEvent("t", "other")
            supd.wait_until(lambda: "other" in daemon.file("others"),
                            "the other listener's event")
            grown = rss(daemon.pid)
            log.wait("pool ears event buffer overflowed", times=200)
            # At most a hundred events of at most 128 KiB are kept.
            assert rss(daemon.pid) - grown < 40000
            took.sort()
            assert took[len(took) // 2] < 2 and took[-1] < 10, took
            server.stopProcess("flood")
            assert daemon.state("ears") == "RUNNING"
        finally:
            os.kill(pid, signal.SIGCONT)
        server.sendRemoteCommEvent("t", "final")
        supd.wait_until(lambda: "final" in daemon.file("seen"), "the last",
                        show=lambda: daemon.file("seen"))
        assert log.count("ears: has entered the UNKNOWN state") == 0


# --- 10: shutdown with a stop that takes its time ----------------------------

DEAF = """
[program:deaf]
command=/bin/sh -c "trap '' TERM; echo up; while :; do sleep 0.05; done"
startsecs=0
stopwaitsecs=20
stdout_logfile={dir}/deaf.out

[program:cat]
command=/bin/cat
startsecs=0
priority=1

[eventlistener:ears]
command=%s {dir}/seen
events=REMOTE_COMMUNICATION
startsecs=0
"""
EXAMPLES = {"string": "cat", "int": 1, "boolean": True}


@pytest.mark.parametrize("how", ["shutdown", "restart", "SIGTERM", "SIGHUP"])
def test_item_10_every_method_while_it_ends(tmp_path, how):
    script = life.script(tmp_path, "ears", LISTENER)
    with supd.Daemon(programs=DEAF % script) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("deaf.out"), "trap")
        pid = daemon.rpc.supervisor.getProcessInfo("deaf")["pid"]
        pending = PendingStop(daemon)
        signatures = {name: daemon.rpc.system.methodSignature(name)
                      for name in daemon.rpc.system.listMethods()}
        log = life.Log(daemon)
        if how.startswith("SIG"):
            daemon.signal(getattr(signal, how))
            log.wait("received " + how)
        else:
            assert getattr(daemon.rpc.supervisor, how)() is True
        try:
            check_refusals(daemon, signatures)
            check_the_rest(daemon)
        finally:
            os.kill(pid, signal.SIGKILL)
        pending.join(20)
        assert pending.result is True
        if how in ("shutdown", "SIGTERM"):
            assert daemon.process.wait(20) == 0
            assert not os.path.exists(daemon.sock)
        else:
            log.wait("supervisord started with pid", times=2)
            supd.wait_until(daemon.answers, "answer")
            assert daemon.rpc.supervisor.getPID() == daemon.pid
            pid = daemon.wait_state("deaf", "RUNNING")["pid"]
            daemon.signal(signal.SIGTERM)
            log.wait("received SIGTERM")
            os.kill(pid, signal.SIGKILL)
            assert daemon.process.wait(20) == 0


class PendingStop(threading.Thread):
    """A client that waits for the stop of the deaf one."""

    def __init__(self, daemon):
        super().__init__()
        self.proxy = daemon.rpc
        self.result = None
        self.start()
        daemon.wait_state("deaf", "STOPPING")

    def run(self):
        self.result = self.proxy.supervisor.stopProcess("deaf")


def check_refusals(daemon, signatures):
    refused = FAULT % (6, "SHUTDOWN_STATE")
    arity = FAULT % (2, "INCORRECT_PARAMETERS")
    for name, types in signatures.items():
        if not name.startswith("supervisor.") or name.endswith(
                "sendRemoteCommEvent"):
            continue
        params = [EXAMPLES[kind] for kind in types[1:]]
        assert call(daemon, name, *params) == refused, name
        # The number of parameters comes first, their worth does not.
        assert call(daemon, name, *params, 1) == arity, name
        assert call(daemon, name, *([[]] * len(params))) == refused, name
    names = [name for name in signatures if name.startswith("supervisor.g")]
    assert daemon.rpc.system.multicall(
        [{"methodName": name, "params": []} for name in names if
         len(signatures[name]) == 1]) == [
        {"faultCode": 6, "faultString": "SHUTDOWN_STATE"}] * len(
            [name for name in names if len(signatures[name]) == 1])


def check_the_rest(daemon):
    rpc = daemon.rpc
    assert len(rpc.system.listMethods()) >= 41
    assert rpc.system.methodSignature("supervisor.getPID") == ["int"]
    assert "@return" in rpc.system.methodHelp("supervisor.getPID")
    assert rpc.supervisor.sendRemoteCommEvent("t", "after") is True
    # Listeners are stopped last: this one still hears.
    supd.wait_until(lambda: os.path.exists(daemon.path("seen")) and
                    "after" in daemon.file("seen"), "the event")
    connection = supd._UnixConnection(daemon.sock)
    connection.request("GET", "/logtail/deaf")
    answer = connection.getresponse()
    assert (answer.status, answer.read1(65536)) == (200, b"up\n")
    connection.close()
    for path in ("/", "/index.html", "/ok.html", "/mainlogtail",
                 "/tail.html?processname=deaf",
                 "/stylesheets/supervisor.css"):
        connection = supd._UnixConnection(daemon.sock)
        connection.request("GET", path)
        assert connection.getresponse().status == 200, path
        connection.close()
