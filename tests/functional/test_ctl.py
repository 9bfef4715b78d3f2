# SPDX-License-Identifier: ISC
"""What our client does better than Supervisor's, or at all: JSON, patterns,
friendlier failures, credentials.  A real daemon is Supervisor's or ours,
whichever is there; most of this needs only a server that answers."""

import base64
import json
import os
import socket
import threading
from xmlrpc.client import Fault

import pytest

import supd
from fake_server import FakeServer

CTL = supd.built("supervisorctl-c")
DAEMON = supd.built("supervisord-c") or supd.installed(supd.ORACLE_DAEMON)
NEWS = "==> Press Ctrl-C to exit <==\n"


def ctl(*words, stdin="", env=None):
    return supd.run([CTL] + list(words), stdin=stdin, cwd="/", env=env)


def info(name, group=None, state=20, statename="RUNNING", pid=7):
    return {"name": name, "group": group or name, "state": state,
            "statename": statename, "pid": pid, "description": "d",
            "start": 1, "spawnerr": "a\"b", "exitstatus": 0}


INFOS = [info("web-1"), info("web-2", None, 0, "STOPPED", 0),
         info("a", "grp"), info("b", "grp", 40, "STOPPING", 9)]


# --- JSON ---------------------------------------------------------------

def test_json_status():
    with FakeServer({"getAllProcessInfo": INFOS}) as server:
        every = ctl("-s", server.url, "status", "--format=json")
        some = ctl("-s", server.url, "--format=json", "status", "grp:a",
                   "nope", "nope:*")
    assert every.status == 3
    assert json.loads(every.stdout) == {"processes": INFOS, "errors": []}
    assert some.status == 4
    assert json.loads(some.stdout) == {
        "processes": [INFOS[2]],
        "errors": ["nope: ERROR (no such process)",
                   "nope: ERROR (no such group)"]}


def test_json_of_the_other_commands():
    methods = {
        "getPID": 5, "getSupervisorVersion": "4\"é",
        "getProcessInfo": lambda name: info(name),
        "getAllConfigInfo": [{"name": "a", "autostart": True}],
        "getAllProcessInfo": INFOS,
        "reloadConfig": [[["n"], ["c"], ["r"]]]}
    expected = {
        "pid": {"pid": 5}, "pid x": {"name": "x", "pid": 7},
        "version": {"version": "4\"é"},
        "avail": {"processes": [{"name": "a", "autostart": True}]},
        "reread": {"available": ["n"], "changed": ["c"],
                   "disappeared": ["r"]},
        "update --dry-run": {"added": ["n"], "changed": ["c"],
                             "removed": ["r"]},
        "update --dry-run n grp": {"added": ["n"], "changed": [],
                                   "removed": []}}
    with FakeServer(methods) as server:
        for words, value in expected.items():
            done = ctl("-s", server.url, words + " --format=json")
            assert (done.status, json.loads(done.stdout)) == (0, value)
        every = ctl("-s", server.url, "pid all --format=json")
        called = {name for name, params in server.calls}
    assert [json.loads(line) for line in every.stdout.splitlines()] == [
        {"name": "web-1", "pid": 7}, {"name": "web-2", "pid": 0},
        {"name": "grp:a", "pid": 7}, {"name": "grp:b", "pid": 9}]
    assert not called & {"addProcessGroup", "stopProcessGroup",
                         "removeProcessGroup"}


def test_json_failures():
    with FakeServer({"getPID": Fault(6, "SHUTDOWN_STATE")}) as server:
        fault = ctl("-s", server.url, "pid", "--format=json")
        bad = ctl("-s", server.url, "pid", "--format=yaml")
        apply = ctl("-s", server.url, "update", "--format=json")
    assert fault.status == bad.status == apply.status == 1
    assert "SHUTDOWN_STATE" in json.loads(fault.stdout)["error"]
    assert bad.stdout == (
        "Error: unknown format 'yaml': it is text or json\n")
    assert "--dry-run" in json.loads(apply.stdout)["error"]


def test_dry_run_as_text():
    with FakeServer({"reloadConfig": [[["n"], ["c"], ["r"]]]}) as server:
        done = ctl("-s", server.url, "update", "--dry-run")
    assert (done.status, done.stdout) == (0, "r: would be stopped and removed"
                                          "\nc: would be stopped and updated"
                                          "\nn: would be added\n")


# --- patterns -----------------------------------------------------------

@pytest.mark.parametrize("words,calls,status", [
    ("mstart web-*", [("startProcess", ("web-2",))], 0),
    ("mstart *", [("startProcess", ("web-2",)),
                  ("startProcess", ("grp:b",))], 0),
    ("mstop web-* grp:a", [("stopProcess", ("web-1",)),
                           ("stopProcess", ("grp:a",))], 0),
    ("mstop web-1 web-*", [("stopProcess", ("web-1",))], 0),
    ("mrestart web-?", [("stopProcess", ("web-1",)),
                        ("startProcess", ("web-1",)),
                        ("startProcess", ("web-2",))], 0),
    ("msignal hup grp:*", [("signalProcess", ("grp:a", "hup")),
                           ("signalProcess", ("grp:b", "hup"))], 0),
    ("mstop al?", [("stopProcess", ("all:all",))], 0),
    ("mstop x*", [], 1),
    ("mstop x* web-*", [("stopProcess", ("web-1",))], 1),
])
def test_patterns(words, calls, status):
    infos = INFOS + [info("all")]
    methods = {"getAllProcessInfo": infos, "startProcess": True,
               "stopProcess": True, "signalProcess": True}
    with FakeServer(methods) as server:
        done = ctl("-s", server.url, words)
    assert [call for call in server.calls
            if call[0] not in ("getVersion", "getAllProcessInfo")] == calls
    assert done.status == status, done
    assert ("x*: ERROR (no matching process)\n" in done.stdout) == (
        "x*" in words)


def test_pattern_status_and_usage():
    with FakeServer({"getAllProcessInfo": INFOS}) as server:
        done = ctl("-s", server.url, "mstatus web-1 nope*")
        bare = ctl("-s", server.url, "mstart")
        signal = ctl("-s", server.url, "msignal hup")
    assert done.status == 4
    assert done.stdout.splitlines()[0] == (
        "nope*: ERROR (no matching process)")
    assert done.stdout.splitlines()[1].split() == ["web-1", "RUNNING", "d"]
    assert (bare.status, signal.status) == (2, 2)
    assert bare.stdout.startswith("Error: mstart requires a pattern\n")


def test_columns_of_preflight_count_characters():
    rows = [{"name": name, "verdict": verdict, "sentence": sentence}
            for name, verdict, sentence in (
                ("é" * 9, "fail", "x"), ("web", "ok", ""))]
    with FakeServer({"preflight.reports": rows}) as server:
        done = ctl("-s", server.url, "preflight")
    assert done.status == 1
    assert done.stdout == ("PROGRAM    VERDICT    WHY\n"
                           "ééééééééé  fail       x\n"
                           "web        ok         -\n")


@pytest.mark.parametrize("words,method", [
    ("version", "getSupervisorVersion"), ("tail x", "readProcessStdoutLog"),
    ("maintail", "readLog")])
def test_an_answer_of_another_type_is_no_success(words, method):
    with FakeServer({method: ["text"]}) as server:
        done = ctl("-s", server.url, words)
    assert done.status == 1
    assert done.stdout == (
        "error: <class 'TypeError'>, the answer is no text: %s\n"
        % server.url)


# --- failures in friendlier words ---------------------------------------

@pytest.mark.parametrize("command", ["reload", "reread", "update", "avail",
                                     "add x", "remove x"])
def test_dead_server(command, tmp_path):
    path = str(tmp_path / "s")
    gone = ctl("-s", "unix://" + path, command)
    assert (gone.status, gone.stdout) == (1, "unix://%s no such file\n" % path)
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    sock.close()
    refused = ctl("-s", "unix://" + path, command)
    assert (refused.status, refused.stdout) == (
        1, "unix://%s refused connection\n" % path)


def test_up_check(tmp_path):
    with FakeServer({"getVersion": Fault(1, "UNKNOWN_METHOD")}) as server:
        assert ctl("-s", server.url, "version").status == 3
        assert "[rpcinterface:supervisor]" in ctl(
            "-s", server.url, "version").stdout
        assert ctl("-s", server.url, "status").status == 4
    with FakeServer({"getVersion": "2.0"}) as server:
        assert ctl("-s", server.url, "pid").status == 5
        assert ctl("-s", server.url, "status").status == 4


def test_update_reports_a_broken_file_as_reread_does():
    fault = Fault(92, "CANT_REREAD: no\nway")
    with FakeServer({"reloadConfig": fault}) as server:
        for command in ("update", "reread"):
            done = ctl("-s", server.url, command)
            assert (done.status, done.stdout) == (
                1, "ERROR: CANT_REREAD: no\nway\n")


def test_failed_stop_keeps_the_group():
    stop = [{"name": "a", "group": "g", "status": 30, "description": "x"}]
    with FakeServer({"reloadConfig": [[[], [], ["g"]]],
                     "stopProcessGroup": stop}) as server:
        done = ctl("-s", server.url, "update")
    assert done.status == 1
    assert done.stdout == "g: stopped\ng: has problems; not removing\n"


def test_clear_knows_groups():
    with FakeServer({"getAllProcessInfo": INFOS,
                     "clearProcessLogs": True}) as server:
        done = ctl("-s", server.url, "clear grp:*")
        none = ctl("-s", server.url, "clear nope:*")
    assert (done.status, done.stdout) == (
        0, "grp:a: cleared\ngrp:b: cleared\n")
    assert (none.status, none.stdout) == (
        1, "nope: ERROR (no such group)\n")


@pytest.mark.parametrize("words,line", [
    (["-s", "https://h", "pid"], "Error: https is not supported "),
    (["-c", "/etc/passwd", "pid"], "Error: "),
])
def test_usage_errors(words, line):
    done = ctl(*words)
    assert done.status == 2 and done.stdout == ""
    assert done.stderr.startswith(line)
    assert done.stderr.endswith("For help, use %s -h\n" % CTL)


def test_unknown_protocol():
    done = ctl("-s", "x:y", "pid")
    assert done.status == 1
    assert done.stdout.startswith(
        "error: <class 'ValueError'>, Unknown protocol for serverurl x:y: ")


def test_names_that_cannot_be_resolved_or_reached(tmp_path):
    done = ctl("-s", "http://no-such-host.invalid:1", "pid")
    assert done.status == 1
    assert done.stdout.startswith("error: <class 'socket.gaierror'>, ")
    long = ctl("-s", "unix://" + "/x" * 100, "pid")
    assert long.status == 1
    assert long.stdout.startswith("error: <class 'OSError'>, [Errno 36] ")


# --- HTTP ---------------------------------------------------------------

class Raw:
    """A server that sends prepared bytes to whoever connects."""

    def __init__(self, answer, family=socket.AF_INET, address="127.0.0.1"):
        self.answer = answer
        self.heard = b""
        self.sock = socket.socket(family)
        self.sock.bind((address, 0))
        self.sock.listen()
        self.port = self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        try:
            while True:
                peer, _ = self.sock.accept()
                with peer:
                    head = b""
                    while b"</methodCall>" not in head:
                        data = peer.recv(65536)
                        if not data:
                            break
                        head += data
                    self.heard = head
                    peer.sendall(self.answer)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


VERSION = (b"<?xml version='1.0'?>\n<methodResponse><params><param><value>"
           b"<string>3.0</string></value></param></params></methodResponse>")


@pytest.mark.parametrize("head,body", [
    (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
     % len(VERSION), VERSION),
    (b"HTTP/1.0 200 OK\r\n\r\n", VERSION),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
     b"Connection: close\r\n\r\n",
     b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (
         VERSION[:5], len(VERSION) - 5, VERSION[5:])),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\n\n", VERSION),
])
def test_bodies_of_every_kind(head, body):
    with Raw(head + body) as server:
        done = ctl("-s", "http://127.0.0.1:%d" % server.port, "version")
    assert (done.status, done.stdout) == (0, "3.0\n")


@pytest.mark.parametrize("answer,start", [
    (b"", "error: <class 'http.client.RemoteDisconnected'>, "),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort",
     "error: <class 'http.client.RemoteDisconnected'>, "),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
     "error: <class 'http.client.BadStatusLine'>, "),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey",
     "error: <class 'xml.parsers.expat.ExpatError'>, "),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
     "error: <class 'ValueError'>, "),
])
def test_bad_answers(answer, start):
    with Raw(answer) as server:
        done = ctl("-s", "http://127.0.0.1:%d" % server.port, "version")
    assert done.status == 1 and done.stdout.startswith(start), done


def test_ipv6():
    try:
        server = Raw(b"HTTP/1.0 200 OK\r\n\r\n" + VERSION, socket.AF_INET6,
                     "::1")
    except OSError:
        pytest.skip("no IPv6 loopback")
    with server:
        done = ctl("-s", "http://[::1]:%d" % server.port, "version")
        assert b"Host: [::1]:%d\r\n" % server.port in server.heard
    assert done.stdout == "3.0\n"


def test_one_connection_is_kept():
    methods = {"startProcess": True}
    with FakeServer(methods) as server:
        ctl("-s", server.url, "start a b c")
        assert server.connections == 1
    with FakeServer(methods, keep_alive=False) as server:
        done = ctl("-s", server.url, "start a b c")
        assert server.connections == 4
    assert done.stdout == "a: started\nb: started\nc: started\n"


def test_request_headers():
    with FakeServer({}) as server:
        ctl("-s", server.url, "-u", "u", "-p", "pässword:x", "version")
        ctl("-s", server.url, "-u", "u", "version")
        ctl("-s", server.url.replace("//", "//a:b@"), "version")
        heads = [headers for line, headers in server.requests
                 if line == "POST /RPC2 HTTP/1.1"]
    assert heads[0]["Host"] == server.url[7:]
    assert heads[0]["Content-Type"] == "text/xml"
    plain = base64.b64encode("u:pässword:x".encode()).decode()
    authorizations = [head.get("Authorization") for head in heads]
    assert authorizations[0] == "Basic " + plain
    assert None in authorizations
    assert authorizations[-1] == "Basic " + base64.b64encode(
        b"a:b").decode()


def test_unauthorized_without_a_terminal():
    with FakeServer({"getVersion": FakeServer.Status(401)}) as server:
        done = ctl("-s", server.url, "status")
    assert (done.status, done.stdout, done.stderr) == (
        1, "Server requires authentication\n", "")


# --- streams ------------------------------------------------------------

def test_follow_writes_bytes_through():
    text = "grün\n".encode()
    chunks = [text[:3], text[3:], b"\xff\x00\n"]
    with FakeServer({}, streams={"/logtail/a%25%3F:1/stdout": chunks,
                                 "/mainlogtail": [b"main\n"]}) as server:
        done = ctl("-s", server.url, "tail -f a%?:1")
        main = ctl("-s", server.url, "maintail -f")
        none = ctl("-s", server.url, "tail -f nope stderr")
    assert done.stdout.encode(errors="surrogateescape") == (
        NEWS.encode() + b"".join(chunks))
    assert main.stdout == NEWS + "main\n"
    assert (none.status, none.stdout) == (0, NEWS)
    assert none.stderr == (
        server.url + "/logtail/nope/stderr Cannot read, status code 404\n")


def test_follow_needs_a_connection(tmp_path):
    """The server vanishes between the look for it and the stream."""
    answer = (b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
              b"Content-Length: %d\r\n\r\n" % len(VERSION)) + VERSION
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    url = "http://127.0.0.1:%d" % listener.getsockname()[1]

    def serve_one():
        peer, _ = listener.accept()
        listener.close()
        with peer:
            data = b""
            while b"</methodCall>" not in data:
                data += peer.recv(65536)
            peer.sendall(answer)

    thread = threading.Thread(target=serve_one)
    thread.start()
    done = ctl("-s", url, "tail -f x")
    thread.join()
    assert (done.status, done.stdout) == (0, NEWS)
    assert done.stderr.startswith(
        url + "/logtail/x/stdout Cannot connect, error: ")


# --- a real daemon ------------------------------------------------------

@pytest.fixture(scope="module")
def daemon():
    if DAEMON is None:
        pytest.skip("no daemon")
    with supd.Daemon(programs="[program:web-1]\ncommand=/bin/cat\n"
                     "[program:web-2]\ncommand=/bin/cat\nautostart=false\n",
                     program=DAEMON, ctl=CTL) as running:
        running.wait_state("web-1", "RUNNING")
        yield running


def test_patterns_on_a_daemon(daemon):
    assert daemon.ctl("mstart web-*").stdout == "web-2: started\n"
    assert daemon.ctl("mstop *-2").stdout == "web-2: stopped\n"
    assert daemon.ctl("mstatus *-2").status == 3


def test_called_by_supervisors_name(daemon, tmp_path):
    link = tmp_path / "supervisorctl"
    os.symlink(CTL, link)
    assert daemon.ctl("pid", program=link).stdout == "%d\n" % daemon.pid
    done = supd.run([link, "-x"])
    assert done.stderr.endswith("For help, use %s -h\n" % link)


def test_large_answers(daemon):
    text = "0123456789abcde\n" * 65536
    with open(daemon.log, "a", encoding="ascii") as file:
        file.write(text)
    assert daemon.ctl("maintail --0").stdout.count("0123456789abcde\n") == (
        65536)


def test_help_and_version_options():
    usage = ctl("-h")
    assert usage.status == 0 and "\nusage: %s " % CTL in usage.stdout
    for command in ("status", "mstart", "update"):
        assert "  %s\n" % command in usage.stdout
    assert "EOF" not in usage.stdout
    assert ctl("--version").stdout[0].isdigit()


def test_help_lists_supervisors_commands_first():
    done = ctl("help")
    assert done.stdout.startswith("""
default commands (type help <topic>):
=====================================
add    exit      open  reload  restart   start   tail   
avail  fg        pid   remove  shutdown  status  update 
clear  maintail  quit  reread  signal    stop    version

more commands (type help <topic>):
==================================
""")
    assert "mstart" in done.stdout
    for command in done.stdout.split():
        if command.isalpha() and command.islower() and len(command) > 2:
            ctl("help", command)


def test_confirmation():
    with FakeServer({"shutdown": True, "restart": True}) as server:
        no = ctl("-i", "-s", server.url, "shutdown", stdin="n\n")
        end = ctl("-i", "-s", server.url, "reload", stdin="")
        yes = ctl("-i", "-s", server.url, "shutdown", stdin="Yes\n")
        plain = ctl("-s", server.url, "reload")
    question = "Really shut the remote supervisord process down y/N? "
    assert no.stdout == question
    assert end.stdout == "Really restart the remote supervisord process y/N? "
    assert yes.stdout == question + "Shut down\n"
    assert plain.stdout == "Restarted supervisord\n"
    assert [name for name, params in server.calls] == ["shutdown", "restart"]


# --- Its names ----------------------------------------------------------

def test_one_client_by_three_names(tmp_path):
    programs = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
    link = tmp_path / "supervisorctl"
    link.symlink_to(supd.built("supervisord-c"))
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("cat", "RUNNING")
        words = ["-c", daemon.conf, "pid", "cat"]
        pids = [supd.run(name + words).stdout for name in (
            [CTL], [supd.built("supervisord-c"), "ctl"], [str(link)])]
        assert len(set(pids)) == 1 and int(pids[0]) > 0
