# SPDX-License-Identifier: ISC
"""What the HTTP server makes of bytes, good and bad (contract C1.2, C1.3,
C1.4, C4): raw sockets against the http room alone (http_probe)."""

import base64
import errno
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import time

import pytest

import supd
from http_raw import HELLO, Probe

ERROR_BODY = ("<head>\r\n<title>Error response</title>\r\n</head>\r\n"
              "<body>\r\n<h1>Error response</h1>\r\n<p>Error code %d.\r\n"
              "<p>Message: %s.\r\n</body>\r\n")


@pytest.fixture(scope="module")
def shared():
    probe = Probe()
    yield probe
    probe.stop()


@pytest.fixture
def probe(shared):
    yield shared
    for client in shared.clients:
        client.close()
    shared.clients.clear()
    supd.wait_until(lambda: shared.get("/counts").startswith(b"held 0"),
                    "end of what was held")


@pytest.fixture
def own():
    probe = Probe()
    yield probe
    probe.stop()


def post(body, *headers, path="/echo", version="1.1"):
    lines = ["POST %s HTTP/%s" % (path, version), *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# Requests

@pytest.mark.parametrize("unix", [False, True])
def test_an_answer_byte_by_byte(probe, unix):
    reply = probe.ask(HELLO, unix=unix)
    assert re.fullmatch(
        rb"HTTP/1\.1 200 OK\r\nServer: Medusa/1\.12\r\n"
        rb"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"
        rb"Content-Type: text/plain\r\nContent-Length: 5", reply.raw)
    assert reply.body == b"hello"


def test_line_ends_around_requests_mean_nothing(probe):
    client = probe.client()
    client.send(b"\r\n\r\n" + HELLO + b"\r\n" + HELLO + b"\r\n")
    assert client.reply().body == b"hello"
    assert client.reply().body == b"hello"
    client.send(b"\r\n").send(b"\n")
    assert client.is_open()


def test_a_request_in_single_bytes(probe):
    client = probe.client()
    for byte in b"\r\n" + HELLO:
        client.send(bytes([byte]))
    assert client.reply().body == b"hello"
    assert client.is_open()


@pytest.mark.parametrize("line", [
    b"garbage", b"GET  /hello HTTP/1.1", b"GET /hello http/1.1",
    b"GET /hello HTTP/1.1x", b"GET /hel lo HTTP/1.1", b"GET /%00 HTTP/1.1",
    b"GET hello", b" GET /hello HTTP/1.1", b"\0\0\0"])
def test_a_bad_request_line_gets_400_and_is_closed(probe, line):
    client = probe.client().send(line + b"\r\n\r\n")
    assert client.reply().status == 400
    assert client.is_closed()


def test_http_0_9_is_answered_as_1_0(probe):
    client = probe.client().send(b"GET /hello\r\n\r\n")
    reply = client.reply()
    assert (reply.version, reply.status, reply.body) == (
        "HTTP/1.0", 200, b"hello")
    assert client.is_closed()


@pytest.mark.parametrize("version,status", [
    (b"1.2", 200), (b"1.9", 200), (b"2.0", 505), (b"12.34", 505),
    (b"0.9", 200), (b"2", 400), (b"2.x", 400), (b"2.0 ", 400)])
def test_other_versions(probe, version, status):
    client = probe.client()
    client.send(b"GET /hello HTTP/" + version + b"\r\n\r\n")
    reply = client.reply()
    assert reply.status == status
    assert reply.version in ("HTTP/1.0", "HTTP/1.1")
    if status >= 400:
        assert client.is_closed()


def test_a_version_behind_another_request_is_its_own(probe):
    client = probe.client().send(
        HELLO + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert client.reply().body == b"hello"
    assert client.reply().status == 505
    assert client.is_closed()


def test_bare_line_feeds_are_accepted(probe):
    assert probe.ask(b"GET /hello HTTP/1.1\nHost: x\n\n").body == b"hello"


@pytest.mark.parametrize("header,status", [
    (b"X: \xff", 400), (b"nocolon", 400), (b" folded: first", 400),
    (b"X: gr\xc3\xbcn", 200), (b"X:5", 200), (b"X:  \t 5", 200),
    (b"X: a\r\n folded", 200), (b"Host:", 200), (b"Host: ", 200),
    (b"Host: example.com/supervisor/index.html", 200),
    (b"Content-Length: 1\r\nContent-Length: 2", 400)])
def test_headers(probe, header, status):
    reply = probe.ask(b"GET /hello HTTP/1.1\r\n" + header + b"\r\n\r\nxx")
    assert reply.status == status


def test_large_headers(probe):
    def ask(size):
        return probe.ask(b"GET /hello HTTP/1.1\r\nX: " + b"x" * size
                         + b"\r\n\r\n").status
    assert ask(100_000) == 200
    assert ask(200_000) in (400, 413, 431)


@pytest.mark.parametrize("uri,status", [
    ("/hello?x=%00", 200), ("/h%65llo", 200), ("http://h:1/hello", 200),
    ("http://h/hello?x", 200), ("/hello#x", 200), ("/hello;x", 404),
    ("/Hello", 404), ("//hello", 404), ("/hello/", 404), ("/", 404),
    ("/nope%20%5b|[\u00fc", 404), ("http://h", 404), ("*", 404)])
def test_uris(probe, uri, status):
    request = "GET %s HTTP/1.1\r\n\r\n" % uri
    assert probe.ask(request.encode()).status == status


@pytest.mark.parametrize("method,path,status", [
    ("HEAD", "/nope", 404), ("POST", "/nope", 400), ("POST", "/hello", 400),
    ("PUT", "/hello", 400), ("DELETE", "/nope", 400), ("FOO", "/hello", 400),
    ("OPTIONS", "*", 400), ("TRACE", "/hello", 400), ("GET", "/echoes", 200)])
def test_methods_and_routes(probe, method, path, status):
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    client = probe.client().send(
        ("%s %s HTTP/1.1\r\n%s\r\n" % (method, path, length)).encode())
    assert client.reply(head=method == "HEAD").status == status
    assert client.is_open()


def test_head_sends_no_body(probe):
    client = probe.client().send(HELLO.replace(b"GET", b"HEAD"))
    assert client.reply(head=True).headers["Content-Length"] == "5"
    assert client.is_open()


# Bodies

def test_bodies_of_known_length(probe):
    body = os.urandom(3_000_000)
    client = probe.client().send(
        post(body, "content-length: %d" % len(body)) + HELLO)
    assert client.reply().body == body
    assert client.reply().body == b"hello"


def test_expect_100_continue(probe):
    client = probe.client().send(
        post(b"", "Content-Length: 5", "Expect: 100-continue"))
    assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
    assert client.send(b"abcde").reply().body == b"abcde"


def test_chunked_bodies(probe):
    client = probe.client().send(
        post(b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
             "Transfer-Encoding: chunked") + HELLO)
    assert client.reply().body == b"abc0123456789"
    assert client.reply().body == b"hello"


def test_a_chunked_body_in_single_bytes(probe):
    client = probe.client()
    for byte in post(b"3\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked"):
        client.send(bytes([byte]))
    assert client.reply().body == b"abc"


def test_chunk_extensions_are_refused_not_misread(probe):
    client = probe.client().send(
        post(b"3;x=y\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))
    assert client.reply().status in (400, 413)
    assert client.is_closed()


def test_post_without_a_length_gets_411(probe):
    client = probe.client().send(post(b"abcde"))
    reply = client.reply()
    assert reply.status == 411
    assert reply.body.decode() == ERROR_BODY % (411, "Length Required")
    assert client.is_closed()


@pytest.mark.parametrize("length", ["abc", "-5", "5x", "5 5", ""])
def test_bad_lengths_get_400(probe, length):
    client = probe.client().send(post(b"ab", "Content-Length: " + length))
    assert client.reply().status == 400
    assert client.is_closed()


def test_length_and_chunks_together_get_400(probe):
    client = probe.client().send(
        post(b"0\r\n\r\n", "Content-Length: 5", "Transfer-Encoding: chunked"))
    assert client.reply().status == 400
    assert client.is_closed()


def test_a_body_too_large_gets_413(probe):
    for length in ("9000000", "1073741824", "99999999999999999999"):
        client = probe.client().send(post(b"", "Content-Length: " + length))
        assert client.reply().status in (400, 413)
        assert client.is_closed()


def test_chunks_too_large_are_refused(probe):
    client = probe.client()
    client.send(post(b"", "Transfer-Encoding: chunked"))
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with pytest.raises(OSError):
        for _ in range(64):
            client.send(chunk)
    assert probe.get("/hello") == b"hello"


# Connections

@pytest.mark.parametrize("version,header,stays", [
    ("1.1", "", True), ("1.1", "Connection: close\r\n", False),
    ("1.1", "connection: CLOSE\r\n", False), ("1.0", "", False),
    ("1.0", "Connection: keep-alive\r\n", True),
    ("1.0", "Connection: Keep-Alive\r\n", True)])
def test_keep_alive(probe, version, header, stays):
    for path in ("/hello", "/nope", "http://h/hello"):
        client = probe.client().send(
            ("GET %s HTTP/%s\r\n%s\r\n" % (path, version, header)).encode())
        reply = client.reply()
        connection = reply.headers.get("Connection", "").lower()
        if stays:
            assert connection == ("keep-alive" if version == "1.0" else "")
            assert client.is_open()
        else:
            assert connection == ("close" if version == "1.1" else "")
            assert client.is_closed()


def test_pipelining(probe):
    client = probe.client().send(
        (HELLO + post(b"one", "Content-Length: 3")) * 50)
    for _ in range(50):
        assert client.reply().body == b"hello"
        assert client.reply().body == b"one"


def test_pipelining_behind_an_answer_that_comes_later(probe):
    client = probe.client().send(
        b"GET /hold HTTP/1.1\r\n\r\n\r\n" + HELLO
        + post(b"two", "Content-Length: 3"))
    supd.wait_until(lambda: probe.get("/counts").startswith(b"held 1"))
    client.send(HELLO)
    assert probe.get("/release") == b"released"
    assert [client.reply().body for _ in range(4)] == [
        b"held", b"hello", b"two", b"hello"]


def test_a_client_that_leaves_before_its_answer_is_noticed(own):
    for n in range(3):
        client = own.client(unix=n == 1).send(b"GET /hold HTTP/1.1\r\n\r\n")
        supd.wait_until(lambda: own.get("/counts").startswith(b"held 1"))
        client.close()
        supd.wait_until(
            lambda: own.get("/counts") == b"held 0 gone %d" % (n + 1))
    assert own.get("/release") == b"released"


def test_a_held_request_does_not_survive_the_server():
    own = Probe()
    client = own.client().send(b"GET /hold HTTP/1.1\r\n\r\n")
    supd.wait_until(lambda: own.get("/counts").startswith(b"held 1"))
    own.process.send_signal(signal.SIGTERM)
    assert client.is_closed()
    own.process.wait(20)
    own.stop()


def test_half_closed_clients_get_immediate_answers(probe):
    client = probe.client().send(HELLO)
    client.sock.shutdown(socket.SHUT_WR)
    assert client.reply().body == b"hello"
    assert client.is_closed()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("unix", [False, True])
def test_half_closed_clients_get_answers_that_come_later(own, unix, version):
    client = own.client(unix=unix).send(
        b"GET /hold HTTP/%s\r\n\r\n" % version.encode())
    supd.wait_until(lambda: own.get("/counts") == b"held 1 gone 0")
    client.sock.shutdown(socket.SHUT_WR)
    if not unix and version == "1.1":
        # On TCP only sending tells whether the client is still there.
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
    assert own.get("/counts") == b"held 1 gone 0"
    assert own.get("/release") == b"released"
    assert client.reply().body == b"held"
    assert client.is_closed()


@pytest.mark.parametrize("unix", [False, True])
def test_a_client_that_goes_after_half_closing_is_noticed(own, unix):
    client = own.client(unix=unix).send(b"GET /hold HTTP/1.1\r\n\r\n")
    supd.wait_until(lambda: own.get("/counts") == b"held 1 gone 0")
    client.sock.shutdown(socket.SHUT_WR)
    assert own.get("/counts") == b"held 1 gone 0"
    client.close()
    supd.wait_until(lambda: own.get("/counts") == b"held 0 gone 1")


def test_slow_clients_disturb_nobody(own):
    slow = [own.client() for _ in range(60)]
    for i, client in enumerate(slow):
        client.send(post(b"x" * i, "Content-Length: 1000")[:i + 3])
    stalled = own.client(SO_RCVBUF=65536)
    stalled.send(b"GET /big?size=8000000 HTTP/1.1\r\n\r\n")
    started = time.monotonic()
    for _ in range(50):
        assert own.get("/hello") == b"hello"
    assert time.monotonic() - started < 10
    assert len(stalled.reply().body) == 8_000_000


def test_answers_that_nobody_takes_are_bounded(own):
    def status(**options):
        return own.ask(b"GET /big?size=70000 HTTP/1.1\r\n\r\n",
                       **options).status

    def stall(**options):
        client = own.client(**options)
        client.send(b"GET /big?size=100000000 HTTP/1.1\r\n\r\n")
        client.until(b"\r\n\r\n")
        return client

    first = stall()
    assert (status(), status(unix=True)) == (503, 200)
    assert own.get("/hello") == b"hello"
    assert len(own.get("/big?size=60000")) == 60000
    second = stall(unix=True)
    assert (status(), status(unix=True)) == (503, 503)
    first.close()
    second.close()
    supd.wait_until(lambda: status() == 200, "an end of what is unsent")


def test_requests_that_never_end_are_given_up():
    own = Probe(PROBE_REQUEST_MS="300")
    used = own.client()
    assert used.is_open()
    idle = own.client(unix=True)
    pipelined = own.client().send(b"GET /hold HTTP/1.1\r\n\r\nGET /")
    slow = [own.client().send(part) for part in (
        b"", b"\r\n", b"G", HELLO[:-2], post(b"x", "Content-Length: 2"),
        HELLO + b"GET /he")]
    for client in slow:
        assert client.is_closed()
    assert slow[-1].data.endswith(b"hello")
    # A client that waits for its answer, or for its next request, may.
    assert own.get("/release") == b"released"
    assert pipelined.reply().body == b"held"
    assert pipelined.is_closed()
    assert used.is_open() and idle.is_open()
    own.stop()


@pytest.fixture
def small():
    """A server that has 64 descriptors, and takes 32 connections."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        pytest.skip("prlimit is not installed")
    probe = Probe(under=(prlimit, "--nofile=64:64"))
    yield probe
    if probe.process.returncode is None:
        probe.stop()


def test_connections_are_limited_and_taken_up_again(small):
    first = small.client()
    assert first.is_open()
    for _ in range(200):
        small.client(unix=True)
    assert first.is_open(), "what was open goes on"
    for client in small.clients[1:]:
        client.close()
    assert supd.wait_until(lambda: small.get("/hello") == b"hello")
    assert small.stop().count(" connections are open") == 1


def test_a_crowd_from_the_network_leaves_room_on_the_socket(small):
    first = small.client()
    assert first.is_open()
    for _ in range(200):
        small.client()
    assert first.is_open()
    assert small.client(unix=True).is_open()
    # The others have not been forgotten.
    for client in small.clients[1:190]:
        client.close()
    assert small.clients[199].is_open()
    assert small.stop().count("24 connections are open") == 1


def test_ten_thousand_connections(own):
    """As many as this machine lets one program have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(10000, hard - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = []
    try:
        first = own.client()
        assert first.is_open()
        for _ in range(count):
            sock = socket.socket()
            sock.setblocking(False)
            crowd.append(sock)
            assert sock.connect_ex(("127.0.0.1", own.port)) in (
                0, errno.EINPROGRESS)
        started = time.monotonic()
        for _ in range(20):
            assert first.is_open()
            assert own.client(unix=True).is_open()
        assert time.monotonic() - started < 10
    finally:
        for sock in crowd:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    supd.wait_until(lambda: own.get("/hello") == b"hello", "room again")


# Streams

def counted(probe, start):
    supd.wait_until(lambda: probe.get("/counts").startswith(start))


def test_a_chunked_stream(probe):
    client = probe.client().send(b"GET /stream HTTP/1.1\r\n\r\n\r\n")
    reply = client.header()
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in reply.headers
    probe.get("/push?p=abc")
    assert client.chunk() == b"abc"
    probe.get("/push?p=defg")
    assert client.chunk() == b"defg"
    probe.get("/end")
    assert client.chunk() == b""
    assert client.is_open()


@pytest.mark.parametrize("version,header", [
    ("1.0", ""), ("1.0", "Connection: keep-alive\r\n"),
    ("1.1", "Connection: close\r\n")])
def test_a_plain_stream_ends_by_close(probe, version, header):
    client = probe.client().send(
        ("GET /stream HTTP/%s\r\n%s\r\n" % (version, header)).encode())
    reply = client.header()
    assert "Transfer-Encoding" not in reply.headers
    probe.get("/push?p=abc")
    assert client.exactly(3) == b"abc"
    probe.get("/end")
    assert client.is_closed() and client.data == b""


def test_the_end_of_a_streams_client_is_noticed(probe):
    client = probe.client().send(b"GET /stream HTTP/1.1\r\n\r\n\r\n")
    client.header()
    counted(probe, b"held 1")
    client.close()
    counted(probe, b"held 0")


def test_a_stalled_stream_tells_how_much_waits(probe):
    client = probe.client(SO_RCVBUF=4096)
    client.send(b"GET /stream HTTP/1.1\r\n\r\n").header()
    body = b"p=" + b"s" * 4_000_000
    answer = probe.ask(post(body, "Content-Length: %d" % len(body),
                            path="/push"))
    assert int(answer.body) > 1_000_000
    assert client.chunk() == b"s" * 4_000_000
    assert probe.get("/push?p=x") == b"6"
    client.close()


# Parameters

@pytest.mark.parametrize("query,body,value", [
    ("p=1", "", b"1"), ("p=1&p=2", "", b"1"), ("p=", "", b"none"),
    ("", "p=a%26+b", b"a& b"), ("p=1", "p=2&p=3", b"3"), ("p=1", "p=", b"1"),
    ("q=1", "", b"none"), ("P=1", "", b"none")])
def test_parameters(probe, query, body, value):
    request = post(body.encode(), "Content-Length: %d" % len(body),
                   path="/param?" + query)
    assert probe.ask(request).body == value


# Errors and authentication

@pytest.mark.parametrize("path,status,reason", [
    ("/nope", 404, "Not Found")])
def test_error_pages(probe, path, status, reason):
    reply = probe.ask(("GET %s HTTP/1.1\r\n\r\n" % path).encode())
    assert reply.status == status
    assert reply.body.decode() == ERROR_BODY % (status, reason)
    assert reply.headers["Content-Type"] == "text/html"


@pytest.fixture(scope="module")
def locked():
    probe = Probe("user", "p:w" * 30)
    yield probe
    probe.stop()


def basic(text, scheme="Basic"):
    return "Authorization: %s %s\r\n" % (
        scheme, base64.b64encode(text.encode()).decode())


@pytest.mark.parametrize("header,status", [
    ("", 401), (basic("user:" + "p:w" * 30), 200),
    (basic("user:" + "p:w" * 30, "bAsIc"), 200),
    (basic("user:p"), 401), (basic("x:" + "p:w" * 30), 401),
    (basic("nocolon"), 401), (basic("u:p", "Digest"), 401),
    ("Authorization: Basic\r\n", 401), ("Authorization: Basic x\r\n", 400)])
@pytest.mark.parametrize("path", ["/hello", "/nope"])
def test_authentication(locked, header, status, path):
    if status == 200 and path == "/nope":
        status = 404
    client = locked.client().send(
        ("GET %s HTTP/1.1\r\n%s\r\n" % (path, header)).encode())
    reply = client.reply()
    assert reply.status == status
    if status in (400, 401):
        assert reply.headers["Connection"] == "close"
        assert client.is_closed()
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == 'Basic realm="default"'
        assert reply.body.decode() == ERROR_BODY % (401, "Unauthorized")


def test_an_open_server_ignores_credentials(probe):
    assert probe.ask(("GET /hello HTTP/1.1\r\n" + basic(":")
                      + "\r\n").encode()).status == 200


# Sockets

def test_the_socket_has_its_mode_and_is_removed(own):
    assert stat.S_IMODE(os.lstat(own.path).st_mode) == 0o700
    assert os.listdir(own.dir) == ["s"]
    own.process.send_signal(signal.SIGTERM)
    own.process.wait(20)
    assert os.listdir(own.dir) == []


def listen_error(path, port):
    done = supd.run([supd.built("http_probe"), path, port])
    assert done.status == 2
    return done.stderr


@pytest.mark.parametrize("unix", [False, True])
def test_without_descriptors_clients_wait(own, unix):
    """Also when the limit is not one that was known at the start."""
    pid, limit = own.process.pid, resource.RLIMIT_NOFILE
    before = resource.prlimit(pid, limit)
    own.ask(HELLO)  # behind the connection that looked whether it serves
    resource.prlimit(pid, limit, (3, before[1]))
    try:
        client = own.client(unix=unix).send(HELLO)
        said(own, "cannot accept on '%s_http_server', trying again in 1 s: "
             % ("unix" if unix else "inet"))
    finally:
        resource.prlimit(pid, limit, before)
    assert client.reply().body == b"hello"


def test_a_connection_that_cannot_be_watched_is_closed(own):
    """The kernel limits the watches of a user."""
    other = own.client()
    for _ in range(3):
        assert other.is_open()
        assert own.get("/refuse") == b"refusing"
        assert own.client().send(HELLO).is_closed()
        assert other.is_open()
    assert own.get("/counts").startswith(b"held 0")


def test_a_listening_socket_that_cannot_be_watched_is_tried_again():
    probe = Probe(PROBE_REFUSE_LISTENERS="5")
    try:
        assert probe.ask(HELLO).body == b"hello"
        assert probe.ask(HELLO, unix=True).body == b"hello"
    finally:
        assert "Epoll ADD" in probe.stop()


def test_a_second_server_harms_nothing(own):
    port = supd.free_port()
    assert ("Another program is already listening on a port that one of our "
            "HTTP servers is configured to use.  Shut this program down "
            "first before starting supervisord.") in listen_error(
                own.path, port)
    assert "Another program" in listen_error(own.path + "2", own.port)
    assert own.ask(HELLO, unix=True).status == 200
    assert os.listdir(own.dir) == ["s"]


def test_a_stale_socket_is_replaced(own):
    own.process.kill()
    own.process.wait()
    assert os.path.exists(own.path)
    own.process.stderr.close()
    own.process = subprocess.Popen(
        [supd.built("http_probe"), own.path, str(own.port)],
        stderr=subprocess.PIPE, env=supd.environment())
    supd.wait_until(own.serves, "listener")
    assert own.ask(HELLO, unix=True).status == 200
    own.process.send_signal(signal.SIGTERM)
    assert ("Unlinking stale socket %s\n" % own.path
            in own.process.stderr.read().decode())
    own.process.wait(20)


def said(probe, text):
    line = probe.process.stderr.readline().decode()
    assert text in line
    return line


def test_a_socket_that_is_removed_is_made_anew(own):
    first = own.client(unix=True).send(HELLO)
    assert first.reply().body == b"hello"
    before = os.stat(own.path)
    for remove in (os.unlink, lambda path: os.rename(path, path + "2")):
        remove(own.path)
        said(own, "the socket %s was removed and is made anew" % own.path)
        after = os.stat(own.path)
        assert (after.st_mode, after.st_uid, after.st_gid) == \
            (before.st_mode, before.st_uid, before.st_gid)
        assert own.ask(HELLO, unix=True).body == b"hello"
    assert first.is_open()


def test_a_socket_whose_folder_is_removed_comes_back_with_it(own):
    shutil.rmtree(own.dir)
    said(own, "the socket %s is gone and clients cannot reach it: Cannot open "
         "an HTTP server: socket.error reported errno.ENOENT (2)" % own.path)
    os.mkdir(own.dir)
    said(own, "the socket %s was removed and is made anew" % own.path)
    assert own.ask(HELLO, unix=True).body == b"hello"


def test_who_took_the_name_of_a_socket_keeps_it(own):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(own.path + ".new")
        other.listen()
        os.rename(own.path + ".new", own.path)
        said(own, "clients cannot reach it: another file has its name")
        assert own.ask(HELLO).body == b"hello"
        own.process.send_signal(signal.SIGTERM)
        own.process.wait(20)
        assert os.path.exists(own.path)


def test_other_rights_of_a_socket_are_left_as_they_are(own):
    os.chmod(own.path, 0o666)
    assert own.ask(HELLO, unix=True).body == b"hello"
    assert stat.S_IMODE(os.stat(own.path).st_mode) == 0o666


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_socket_is_left_alone(own, kind):
    path = os.path.join(own.dir, "other")
    if kind == "file":
        with open(path, "w", encoding="utf-8") as file:
            file.write("precious")
    else:
        os.mkdir(path)
    assert "exists and is not a socket" in listen_error(path, 1)
    assert sorted(os.listdir(own.dir)) == ["other", "s"]


@pytest.mark.parametrize("path,text", [
    ("/nonexistent/s", "socket.error reported errno.ENOENT (2)"),
    ("/tmp/" + "x" * 104, "AF_UNIX path too long")])
def test_socket_errors(path, text):
    assert "Cannot open an HTTP server: " in listen_error(path, 1)
    assert text in listen_error(path, 1)
