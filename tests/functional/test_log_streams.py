# SPDX-License-Identifier: ISC
"""/logtail and /mainlogtail (contract C5.6)."""

import os
import socket

import pytest

import supd

PROGRAMS = """
[inet_http_server]
port=127.0.0.1:%d

[program:cat]
command=/bin/cat
stdout_logfile={dir}/cat.out
stderr_logfile={dir}/cat.err

[program:silent]
command=/bin/cat
stdout_logfile=NONE
redirect_stderr=true

[group:grp]
programs=member

[program:member]
command=/bin/cat
autostart=false
stdout_logfile={dir}/member.out
"""


@pytest.fixture(scope="module")
def daemon():
    port = supd.free_port()
    with supd.Daemon(programs=PROGRAMS % port) as running:
        running.port = port
        yield running


class Stream:
    def __init__(self, daemon, path, version="1.1", header="", **options):
        self.sock = socket.socket()
        for name, value in options.items():
            self.sock.setsockopt(socket.SOL_SOCKET,
                                 getattr(socket, name), value)
        self.sock.settimeout(20)
        self.sock.connect(("127.0.0.1", daemon.port))
        self.sock.sendall(("GET %s HTTP/%s\r\nHost: \r\n%s\r\n\r\n" % (
            path, version, header)).encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        self.chunked = "Transfer-Encoding" in self.headers

    def more(self):
        part = self.sock.recv(65536)
        assert part, "the stream ended after %r" % self.data
        self.data += part

    def take(self, size):
        """So many bytes of the log."""
        if self.chunked:
            text = b""
            while len(text) < size:
                while b"\r\n" not in self.data:
                    self.more()
                length, rest = self.data.split(b"\r\n", 1)
                length = int(length, 16)
                while len(rest) < length + 2:
                    self.more()
                    rest = self.data.split(b"\r\n", 1)[1]
                assert rest[length:length + 2] == b"\r\n"
                text += rest[:length]
                self.data = rest[length + 2:]
            assert len(text) == size
            return text
        while len(self.data) < size:
            self.more()
        text, self.data = self.data[:size], self.data[size:]
        return text

    def close(self):
        self.sock.close()


@pytest.fixture
def log(daemon):
    """The log of cat, made anew for each test."""
    path = daemon.path("cat.err")
    with open(path, "wb"):
        pass
    return path


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)


def test_headers_come_at_once_also_without_data(daemon, log):
    stream = Stream(daemon, "/logtail/cat/stderr")
    assert stream.status == 200
    assert stream.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert stream.headers["X-Accel-Buffering"] == "no"
    assert stream.headers["Transfer-Encoding"] == "chunked"
    assert stream.headers["Last-Modified"].endswith(" GMT")
    assert stream.data == b""


@pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 5000])
def test_the_last_1024_bytes_first(daemon, log, size):
    text = os.urandom(size)
    append(log, text)
    stream = Stream(daemon, "/logtail/cat/stderr")
    assert stream.take(min(size, 1024)) == text[-1024:]
    append(log, b"more")
    assert stream.take(4) == b"more"


@pytest.mark.parametrize("version,header", [
    ("1.0", ""), ("1.1", "Connection: close\r\n"),
    ("1.0", "Connection: keep-alive\r\n")])
def test_plain_streams(daemon, log, version, header):
    append(log, b"begin")
    stream = Stream(daemon, "/logtail/cat/stderr", version, header)
    assert not stream.chunked
    assert stream.take(5) == b"begin"
    append(log, b"more")
    assert stream.take(4) == b"more"


def test_a_replaced_file_is_sent_from_its_beginning(daemon, log):
    append(log, b"old")
    stream = Stream(daemon, "/logtail/cat/stderr")
    assert stream.take(3) == b"old"
    for _ in range(3):
        append(log, b"last words")
        os.rename(log, log + ".1")
        append(log, b"new" * 1000)
        assert stream.take(3010) == b"last words" + b"new" * 1000


def test_an_unlinked_file_is_followed_until_there_is_another(daemon, log):
    append(log, b"old")
    stream = Stream(daemon, "/logtail/cat/stderr")
    assert stream.take(3) == b"old"
    with open(log, "ab") as file:
        os.unlink(log)
        file.write(b"unseen but there")
    assert stream.take(16) == b"unseen but there"
    append(log, b"again")
    assert stream.take(5) == b"again"


def test_truncation_is_told(daemon, log):
    append(log, b"x" * 2000)
    stream = Stream(daemon, "/logtail/cat/stderr")
    stream.take(1024)
    os.truncate(log, 0)
    assert stream.take(23) == b"==> File truncated <==\n"
    append(log, b"short")
    assert stream.take(5) == b"short"


def test_a_slow_reader_gets_everything_and_costs_no_memory(daemon, log):
    stream = Stream(daemon, "/logtail/cat/stderr", SO_RCVBUF=8192)
    piece = os.urandom(1 << 20)
    before = resident(daemon.pid)
    for _ in range(32):
        append(log, piece)
        daemon.rpc.supervisor.getState()
    assert resident(daemon.pid) - before < 16 << 20
    received = 0
    while received < 32 << 20:
        while b"\r\n" not in stream.data:
            stream.more()
        size, rest = stream.data.split(b"\r\n", 1)
        size = int(size, 16)
        while len(rest) < size + 2:
            part = stream.sock.recv(1 << 20)
            assert part
            rest += part
        start = received % len(piece)
        assert rest[:size] == (piece + piece)[start:start + size]
        received += size
        stream.data = rest[size + 2:]


def test_two_hundred_tails_of_which_some_do_not_read(daemon, log):
    before = resident(daemon.pid)
    tails = [Stream(daemon, "/logtail/cat/stderr", SO_RCVBUF=8192)
             for _ in range(200)]
    piece = os.urandom(4 << 20)
    append(log, piece)
    # Four read, one byte by byte, the others not at all.
    for stream in tails[-4:]:
        assert stream.take(len(piece)) == piece
    for _ in range(50):
        assert len(tails[0].sock.recv(1)) == 1
    append(log, b"more")
    for stream in tails[-4:]:
        assert stream.take(4) == b"more"
    assert daemon.rpc.supervisor.getState()["statecode"] == 1
    # Nearly 800 MB have been written for those that do not read.
    assert resident(daemon.pid) - before < 200 << 20
    descriptors = "/proc/%d/fd" % daemon.pid
    many = len(os.listdir(descriptors))
    for stream in tails:
        stream.close()
    supd.wait_until(lambda: len(os.listdir(descriptors)) <= many - 200,
                    "their end", show=lambda: len(os.listdir(descriptors)))


def resident(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
    return 0


def test_what_a_program_writes(daemon):
    stream = Stream(daemon, "/logtail/cat")
    daemon.rpc.supervisor.sendProcessStdin("cat", "h\u00e4llo\n")
    assert stream.take(7).decode() == "h\u00e4llo\n"
    os.close(os.open(daemon.path("member.out"), os.O_CREAT | os.O_WRONLY))
    assert Stream(daemon, "/logtail/grp%3Amember/stdout?x=1").status == 200


def test_streams_outlive_restarts_and_clears(daemon):
    rpc = daemon.rpc.supervisor
    rpc.clearProcessLogs("cat")
    stream = Stream(daemon, "/logtail/cat/stdout")
    rpc.sendProcessStdin("cat", "one\n")
    assert stream.take(4) == b"one\n"
    rpc.stopProcess("cat")
    rpc.startProcess("cat")
    rpc.sendProcessStdin("cat", "two\n")
    assert stream.take(4) == b"two\n"
    rpc.clearProcessLogs("cat")
    rpc.sendProcessStdin("cat", "three\n")
    assert stream.take(6) == b"three\n"


def test_the_main_log(daemon):
    for path in ("/mainlogtail", "/mainlogtailxyz"):
        stream = Stream(daemon, path)
        size = min(1024, os.path.getsize(daemon.log))
        assert stream.status == 200
        assert len(stream.take(size)) == size
        assert stream.headers["X-Accel-Buffering"] == "no"


@pytest.mark.parametrize("path", [
    "/logtail", "/logtail/", "/logtailx", "/logtail/nope", "/logtail/grp",
    "/logtail/grp:*", "/logtail/cat/stdin", "/logtail/cat/stdout/x",
    "/logtail/silent", "/logtail/silent/stderr", "/logtail/../main.log"])
def test_what_is_no_log_gets_404(daemon, path):
    assert Stream(daemon, path).status == 404


def test_a_missing_file_gets_404(daemon):
    rpc = daemon.rpc.supervisor
    os.unlink(daemon.path("cat.out"))
    assert Stream(daemon, "/logtail/cat").status == 404
    rpc.stopProcess("cat")
    rpc.startProcess("cat")


def test_other_methods_get_400(daemon):
    for method in ("HEAD", "POST", "PUT"):
        sock = socket.create_connection(("127.0.0.1", daemon.port))
        sock.settimeout(20)
        sock.sendall(("%s /logtail/cat HTTP/1.0\r\nContent-Length: 0\r\n\r\n"
                      % method).encode())
        assert sock.recv(65536).startswith(b"HTTP/1.0 400 ")
        sock.close()


def test_the_reference_client_follows(daemon, log):
    """supervisorctl's own streaming client, one blank line too many and all."""
    if supd.installed(supd.ORACLE_CTL) is None:
        pytest.skip("supervisor is not installed")
    append(log, b"from the log\n")
    script = (
        "from supervisor import http_client\n"
        "class L(http_client.Listener):\n"
        "    def feed(self, url, data):\n"
        "        print(repr(data)); raise SystemExit\n"
        "    def status(self, url, s): pass\n"
        "h = http_client.HTTPHandler(L(), '', '')\n"
        "h.get('unix://%s', '/logtail/cat/stderr')\n"
        "from supervisor.medusa import asyncore_25 as asyncore\n"
        "asyncore.loop()\n" % daemon.sock)
    done = supd.run(["/usr/bin/python3", "-W", "ignore", "-c", script])
    assert "from the log" in done.stdout, done


def test_the_end_leaves_no_descriptor(daemon, log):
    def descriptors():
        return len(os.listdir("/proc/%d/fd" % daemon.pid))
    daemon.rpc.supervisor.getState()
    streams = [Stream(daemon, "/logtail/cat/stderr") for _ in range(20)]
    many = descriptors()
    for stream in streams:
        stream.close()
    supd.wait_until(lambda: descriptors() <= many - 40, show=descriptors)
