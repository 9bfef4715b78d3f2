# SPDX-License-Identifier: ISC
"""Python's own clients on our daemon: xmlrpc.client, and Supervisor's
transport and childutils, as monitoring agents and listeners use them
(contract C9.1, C9.2)."""

import http.client
import json
import os
import re
import subprocess
import xmlrpc.client

import life
import pytest
import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")

PYTHON = "/usr/bin/python3"
SUPERVISOR = supd.installed(supd.ORACLE_DAEMON)
needs_supervisor = pytest.mark.skipif(
    not SUPERVISOR, reason="needs the module of Debian's supervisor")

PROGRAMS = """
[inet_http_server]
port=127.0.0.1:%(port)d

[unix_http_server:locked]
file={dir}/locked.sock
username=user
password=pa:ss w\u00f6rd

[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile={dir}/cat.out
stderr_logfile={dir}/cat.err

[program:off]
command=/bin/sleep 1000
startsecs=0
autostart=false

[program:n\u00e4me]
command=/bin/cat
startsecs=0
"""


@pytest.fixture(scope="module")
def daemon():
    port = supd.free_port()
    with supd.Daemon(programs=PROGRAMS % {"port": port}) as running:
        running.port = port
        yield running


def tcp(daemon):
    return xmlrpc.client.ServerProxy("http://127.0.0.1:%d/RPC2" % daemon.port)


def test_xmlrpc_client_keeps_one_connection(daemon):
    accepted = []

    class Transport(xmlrpc.client.Transport):
        def make_connection(self, host):
            if not self._connection[1]:
                accepted.append(host)
            return super().make_connection(host)
    proxy = xmlrpc.client.ServerProxy(
        "http://127.0.0.1:%d" % daemon.port, transport=Transport())
    for _ in range(20):
        assert proxy.supervisor.getState() == {
            "statecode": 1, "statename": "RUNNING"}
        assert proxy.supervisor.stopProcess("cat") is True
        assert proxy.supervisor.startProcess("cat") is True
    with pytest.raises(xmlrpc.client.Fault) as fault:
        proxy.supervisor.startProcess("cat")
    assert (fault.value.faultCode, fault.value.faultString) == (
        60, "ALREADY_STARTED: cat")
    assert proxy.supervisor.getPID() == daemon.pid
    assert len(accepted) == 1


def test_xmlrpc_client_gets_text_of_all_kinds(daemon):
    server = tcp(daemon).supervisor
    with open(daemon.path("cat.out"), "wb") as file:
        file.write(b"<&>\r\n\0\x1b[31m\xff \xc3\xa9 \xe2\x82" + b"\xac]]>")
    assert server.readProcessLog("cat", 0, 0) == (
        "<&>\r\n\ufffd\ufffd[31m\ufffd \u00e9 \u20ac]]>")
    # A character cut by the offset.
    assert server.tailProcessLog("cat", 0, 4)[0] == "\ufffd]]>"
    server.clearProcessLogs("cat")
    assert server.getProcessInfo("n\u00e4me")["name"] == "n\u00e4me"
    server.stopProcessGroup("n\u00e4me")
    assert server.startProcess("n\u00e4me:*") == [
        {"name": "n\u00e4me", "group": "n\u00e4me", "status": 80,
         "description": "OK"}]


def test_multicall_results_are_not_wrapped(daemon):
    calls = xmlrpc.client.MultiCall(tcp(daemon))
    calls.supervisor.getPID()
    calls.supervisor.startProcess("nosuch")
    calls.supervisor.stopProcess("off")
    calls.supervisor.startProcess("off")
    results = calls().results
    assert results == [
        daemon.pid, {"faultCode": 10, "faultString": "BAD_NAME: nosuch"},
        {"faultCode": 70, "faultString": "NOT_RUNNING: off"}, True]
    tcp(daemon).supervisor.stopProcess("off")


def loop_timeout(daemon):
    """What the daemon waits for: the timeout of its epoll_wait, as the kernel
    shows it; None while it works."""
    with open("/proc/%d/syscall" % daemon.pid, encoding="ascii") as file:
        words = file.read().split()
    # epoll_wait has a number of its own only on older architectures.
    if words[0] not in ("232", "281", "22", "441"):
        return None
    return int(words[4], 16)


def has_timer(daemon):
    """Whether a timerfd of the daemon runs."""
    folder = "/proc/%d/fdinfo" % daemon.pid
    for name in os.listdir(folder):
        try:
            with open(os.path.join(folder, name), encoding="ascii") as file:
                text = file.read()
        except FileNotFoundError:
            continue
        value = re.search(r"it_value: \((\d+), (\d+)\)", text)
        if value and value.groups() != ("0", "0"):
            return True
    return False


FOREVER = (0xffffffff, 0xffffffffffffffff)


def test_item_5_no_timer_ends_an_idle_connection():
    """Half an hour is not waited for: while connections are idle the daemon
    sleeps without any timeout, so nothing can end them."""
    port = supd.free_port()
    programs = ("[inet_http_server]\nport=127.0.0.1:%d\n"
                "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n" % port)
    with supd.Daemon(programs=programs) as idle:
        idle.port = port
        if loop_timeout_unreadable(idle):
            pytest.skip("/proc/PID/syscall cannot be read here")
        proxies = [tcp(idle), idle.rpc]
        sockets = []
        for proxy in proxies:
            proxy.supervisor.getState()
            sockets.append(
                proxy("transport")._connection[1].sock)
        supd.wait_until(lambda: loop_timeout(idle) in FOREVER and
                        not has_timer(idle), "sleep without end",
                        show=lambda: (loop_timeout(idle), has_timer(idle)))
        for proxy, sock in zip(proxies, sockets):
            assert proxy.supervisor.getPID() == idle.pid
            assert proxy("transport")._connection[1].sock is sock


def loop_timeout_unreadable(daemon):
    try:
        supd.wait_until(lambda: loop_timeout(daemon) is not None, seconds=5)
        return False
    except (OSError, AssertionError):
        return True


TRANSPORT = """
import json, sys
from supervisor.xmlrpc import SupervisorTransport
from supervisor.compat import xmlrpclib
url, user, password = sys.argv[1:4]
transport = SupervisorTransport(user or None, password or None, url)
server = xmlrpclib.ServerProxy("http://127.0.0.1", transport).supervisor
connections = set()
out = []
for line in sys.stdin:
    method, params = json.loads(line)
    try:
        out.append(getattr(server, method)(*params))
    except xmlrpclib.Fault as fault:
        out.append(["fault", fault.faultCode, fault.faultString])
    except xmlrpclib.ProtocolError as error:
        out.append(["http", error.errcode, error.errmsg])
    if transport.connection is not None:
        connections.add(id(transport.connection.sock))
print(json.dumps([out, len(connections)]))
"""


def by_transport(url, calls, user="", password=""):
    done = supd.run(
        [PYTHON, "-c", TRANSPORT, url, user, password],
        stdin="".join(json.dumps(call) + "\n" for call in calls))
    assert done.status == 0, done
    return json.loads(done.stdout)


CALLS = [
    ("getState", []), ("getSupervisorVersion", []), ("getPID", []),
    ("stopProcess", ["cat"]), ("startProcess", ["cat"]),
    ("startProcess", ["cat"]), ("getAllProcessInfo", []),
    ("readProcessLog", ["nosuch", 0, 0]),
    ("getProcessInfo", ["n\u00e4me"]), ("getPID", []),
]


@needs_supervisor
@pytest.mark.parametrize("kind", ["unix", "tcp", "locked"])
def test_supervisor_transport_keeps_one_connection(daemon, kind):
    url = {"unix": "unix://" + daemon.sock,
           "tcp": "http://127.0.0.1:%d" % daemon.port,
           "locked": "unix://" + daemon.path("locked.sock")}[kind]
    user = ("user", "pa:ss w\u00f6rd") if kind == "locked" else ("", "")
    results, connections = by_transport(url, CALLS, *user)
    assert connections == 1
    assert results[0] == {"statecode": 1, "statename": "RUNNING"}
    assert re.match(r"\d+\.\d+\.\d+", results[1])
    assert results[2] == results[9] == daemon.pid
    assert results[3:6] == [True, True, ["fault", 60, "ALREADY_STARTED: cat"]]
    assert results[7] == ["fault", 10, "BAD_NAME: nosuch"]
    # What Datadog's check reads of each process.
    for info in results[6]:
        assert info["statename"] in (
            "STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING",
            "EXITED", "FATAL", "UNKNOWN")
        for key in ("start", "stop", "now", "exitstatus", "state", "pid"):
            assert isinstance(info[key], int), (key, info)
        for key in ("name", "group", "description", "logfile",
                    "stdout_logfile", "stderr_logfile", "spawnerr"):
            assert isinstance(info[key], str), (key, info)


@needs_supervisor
@pytest.mark.parametrize("user", [("", ""), ("user", "wrong"), ("x", "")])
def test_supervisor_transport_learns_that_it_may_not(daemon, user):
    url = "unix://" + daemon.path("locked.sock")
    results, _ = by_transport(url, [("getState", [])] * 2, *user)
    assert results == [["http", 401, "Unauthorized"]] * 2


def test_a_refused_connection_is_really_closed(daemon):
    connection = supd._UnixConnection(daemon.path("locked.sock"))
    connection.request("POST", "/RPC2", b"x")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Connection")) == (401, "close")
    assert answer.getheader("WWW-Authenticate") == 'Basic realm="default"'
    answer.read()
    connection.close()
    raw = supd._UnixConnection(daemon.path("locked.sock"))
    raw.connect()
    raw.sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    text = b""
    while True:
        part = raw.sock.recv(65536)
        if not part:
            break
        text += part
    assert text.startswith(b"HTTP/1.1 401 Unauthorized\r\n")


# Notes each event; says OK, except to the first that asks for a rejection; for
# memmon's sake it asks back by RPC while it is busy.
CHILDUTILS = """#!/usr/bin/python3 -u
import json, os, sys
from supervisor import childutils
out = open(sys.argv[1], "a", encoding="utf-8")
server = childutils.getRPCInterface(os.environ)
seen = []
while True:
    headers, payload = childutils.listener.wait()
    note = {"headers": headers, "payload": payload}
    if headers["eventname"].startswith("PROCESS_") and "\\n" not in payload:
        payload += "\\n"
    if "\\n" in payload:
        note["data"] = childutils.eventdata(payload)
    note["state"] = server.supervisor.getProcessInfo("cat:cat")["state"]
    if "restart" in payload:
        note["stop"] = server.supervisor.stopProcess("cat:cat")
        note["start"] = server.supervisor.startProcess("cat:cat")
    out.write(json.dumps(note) + "\\n")
    out.flush()
    if "reject" in payload and payload not in seen:
        seen.append(payload)
        childutils.listener.fail()
    else:
        childutils.listener.ok()
"""

# Supervisor's tokens are bytes where its pcomm writes them as text.
PCOMM = """#!/usr/bin/python3 -u
import sys
from supervisor import childutils
class Text:
    def __init__(self, file):
        self.file = file
    def write(self, text):
        self.file.write(text if isinstance(text, str) else text.decode())
    def flush(self):
        self.file.flush()
for line in sys.stdin:
    childutils.pcomm.send(line.strip(), Text(sys.stdout))
    childutils.pcomm.send("second " + line.strip(), Text(sys.stderr))
"""

# Reads bytes, as listeners in C, Go, Perl and PHP do.
BYTES = """#!/usr/bin/python3 -u
import os, sys
out = open(sys.argv[1], "ab", buffering=0)
stdin = sys.stdin.buffer
while True:
    os.write(1, b"READY\\n")
    line = stdin.readline()
    if not line:
        break
    body = stdin.read(int(line.rsplit(b"len:")[1].split()[0]))
    out.write(body + b"|")
    os.write(1, b"RESULT 2\\nOK")
"""


class Notes:
    def __init__(self, path):
        self.path = path

    def all(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except (FileNotFoundError, ValueError):
            return []

    def wait(self, text, times=1):
        def find():
            found = [note for note in self.all() if text in note["payload"]]
            return found if len(found) >= times else None
        return supd.wait_until(find, "%d x %r" % (times, text),
                               show=lambda: self.all()[-3:])


@pytest.fixture(scope="module")
def ears(tmp_path_factory):
    if not SUPERVISOR:
        pytest.skip("needs the module of Debian's supervisor")
    folder = tmp_path_factory.mktemp("ears")
    programs = (
        "[eventlistener:utils]\ncommand=%s {dir}/utils\nevents=EVENT\n"
        "buffer_size=500\nenvironment=LC_ALL=C.UTF-8\n"
        "[eventlistener:bytes]\ncommand=%s {dir}/bytes\n"
        "events=REMOTE_COMMUNICATION\nevent_len=bytes\n"
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
        "[program:talker]\ncommand=%s\nstdout_capture_maxbytes=1MB\n"
        "stderr_capture_maxbytes=1MB\nenvironment=LC_ALL=C.UTF-8\n" % (
            life.script(folder, "utils", CHILDUTILS),
            life.script(folder, "bytes", BYTES),
            life.script(folder, "talker", PCOMM)))
    with supd.Daemon(programs=programs, loglevel="info") as running:
        for name in ("utils", "bytes", "talker"):
            running.wait_state(name, "RUNNING")
        yield running


def test_item_4_childutils_and_text_that_is_not_ascii(ears):
    notes = Notes(ears.path("utils"))
    for text in ("caf\u00e9 \u20ac \U0001f600", "", "line\nline", "after"):
        ears.rpc.supervisor.sendRemoteCommEvent("t\u00fcp", text)
    notes.wait("after")
    assert [note["payload"] for note in notes.all()
            if note["headers"]["eventname"] == "REMOTE_COMMUNICATION"] == [
        "type:t\u00fcp\n" + text for text in
        ("caf\u00e9 \u20ac \U0001f600", "", "line\nline", "after")]
    note = notes.wait("caf\u00e9")[0]
    assert note["headers"]["len"] == str(len(note["payload"]))
    assert note["data"][0] == {"type": "t\u00fcp"}


def test_item_4_a_listener_that_reads_bytes(ears):
    text = "type:b\n\u00e9\u20ac\U0001f600".encode()
    ears.rpc.supervisor.sendRemoteCommEvent("b", "\u00e9\u20ac\U0001f600")
    ears.rpc.supervisor.sendRemoteCommEvent("b", "end")

    def seen():
        with open(ears.path("bytes"), "rb") as file:
            return file.read().split(b"|")
    supd.wait_until(lambda: os.path.exists(ears.path("bytes")) and
                    b"type:b\nend" in seen(), "the end", show=seen)
    assert text in seen()


def test_a_listener_that_asks_back_while_it_is_busy(ears):
    """What memmon and httpok do: they restart a program within an event, and
    that makes events for themselves."""
    notes = Notes(ears.path("utils"))
    ears.rpc.supervisor.sendRemoteCommEvent("t", "restart")
    note = notes.wait("restart")[0]
    assert (note["state"], note["stop"], note["start"]) == (20, True, True)
    supd.wait_until(lambda: [
        note["headers"]["eventname"] for note in notes.all()
        if "processname:cat " in note["payload"]][-4:] == [
            "PROCESS_STATE_STOPPING", "PROCESS_STATE_STOPPED",
            "PROCESS_STATE_STARTING", "PROCESS_STATE_RUNNING"],
        "events of the restart", show=lambda: notes.all()[-5:])


def test_a_rejected_event_comes_again(ears):
    notes = Notes(ears.path("utils"))
    ears.rpc.supervisor.sendRemoteCommEvent("t", "reject")
    first, second = notes.wait("type:t\nreject", 2)
    assert first["headers"] == second["headers"]


def test_pcomm_messages_become_events(ears):
    notes = Notes(ears.path("utils"))
    ears.rpc.supervisor.sendProcessStdin("talker", "h\u00ebllo\n")
    note = notes.wait("\nh\u00ebllo")[0]
    assert note["headers"]["eventname"] == "PROCESS_COMMUNICATION_STDOUT"
    headers, data = note["data"]
    assert data == "h\u00ebllo"
    assert (headers["processname"], headers["groupname"]) == (
        "talker", "talker")
    note = notes.wait("second")[0]
    assert note["headers"]["eventname"] == "PROCESS_COMMUNICATION_STDERR"


def test_http_client_sees_lengths_that_are_true(daemon):
    """Ruby's client compares them with the body, also for late answers."""
    for method, params in (("getAllProcessInfo", ()),
                           ("stopProcess", ("n\u00e4me:*",)),
                           ("startProcessGroup", ("n\u00e4me",)),
                           ("getProcessInfo", ("n\u00e4me",)),
                           ("getProcessInfo", ("n\u00e4",))):
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        body = xmlrpc.client.dumps(params, "supervisor." + method)
        connection.request("POST", "/RPC2", body.encode())
        answer = connection.getresponse()
        text = answer.read()
        assert int(answer.getheader("Content-Length")) == len(text)
        assert answer.getheader("Content-Type") == "text/xml"
        connection.close()


def test_two_hundred_proxies_at_once(daemon):
    proxies = [tcp(daemon) for _ in range(200)]
    assert [p.supervisor.getPID() for p in proxies] == [daemon.pid] * 200
    assert [p.supervisor.getPID() for p in proxies] == [daemon.pid] * 200
    for proxy in proxies:
        proxy("close")()


@needs_supervisor
def test_item_2_supervisors_client_by_tcp_and_password(daemon):
    """The transcripts compare everything on the socket; here the other ways
    in: TCP, and a user and password."""
    ways = (["-s", "http://127.0.0.1:%d" % daemon.port],
            ["-s", "unix://" + daemon.path("locked.sock"),
             "-u", "user", "-p", "pa:ss w\u00f6rd"])
    for way in ways:
        def ctl(*words):
            return daemon.ctl(*words, program=supd.ORACLE_CTL, options=way)
        assert ctl("pid").stdout == "%d\n" % daemon.pid
        status = ctl("status")
        assert status.status == 3
        assert re.search(r"^cat {30}RUNNING   pid \d+, uptime 0:\d\d:\d\d$",
                         status.stdout, re.M)
        assert ctl("restart", "cat").stdout == "cat: stopped\ncat: started\n"
        daemon.rpc.supervisor.sendProcessStdin("cat", "some text\n")
        supd.wait_until(lambda: "some text" in daemon.file("cat.out"))
        assert ctl("tail", "cat").stdout.endswith("some text\n\n")
        assert ctl("avail").stdout.startswith("cat   ")
        assert ctl("update").stdout == ""
        follow = subprocess.Popen(
            [supd.ORACLE_CTL, "-c", daemon.conf, *way, "tail", "-f", "cat"],
            stdout=subprocess.PIPE, env=supd.environment(
                PYTHONUNBUFFERED="1"), cwd=daemon.dir)
        try:
            assert follow.stdout.readline().startswith(b"==> Press Ctrl-C")
            assert b"some text\n" in follow.stdout.readline()
        finally:
            follow.terminate()
            follow.wait(20)
            follow.stdout.close()
        daemon.rpc.supervisor.clearProcessLogs("cat")
    refused = daemon.ctl("status", program=supd.ORACLE_CTL, options=[
        "-s", "unix://" + daemon.path("locked.sock"), "-u", "user",
        "-p", "no"])
    assert "Server requires authentication" in refused.stdout
