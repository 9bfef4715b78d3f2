# SPDX-License-Identifier: ISC
"""Raw HTTP connections, and the http room as a server of its own (http_probe):
what its paths do is told at the top of tests/functional/http_probe.c."""

import os
import shutil
import signal
import socket
import subprocess

import supd

HELLO = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"


class Reply:
    def __init__(self, status, version, headers, body, raw):
        self.status, self.version = status, version
        self.headers, self.body, self.raw = headers, body, raw


class Client:
    """One connection, read answer by answer."""

    def __init__(self, address, **options):
        family = (socket.AF_UNIX if isinstance(address, str)
                  else socket.AF_INET)
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        for name, value in options.items():
            self.sock.setsockopt(socket.SOL_SOCKET,
                                 getattr(socket, name), value)
        self.sock.settimeout(20)
        self.sock.connect(address)
        self.data = b""

    def send(self, data):
        self.sock.sendall(data)
        return self

    def more(self):
        try:
            part = self.sock.recv(65536)
        except ConnectionResetError:
            part = b""
        self.data += part
        return part != b""

    def until(self, end):
        while end not in self.data:
            assert self.more(), "closed after %r" % self.data
        text, self.data = self.data.split(end, 1)
        return text

    def exactly(self, size):
        while len(self.data) < size:
            assert self.more(), "closed after %r" % self.data
        text, self.data = self.data[:size], self.data[size:]
        return text

    def header(self):
        raw = self.until(b"\r\n\r\n")
        first, *rest = raw.decode().split("\r\n")
        version, status, reason = first.split(" ", 2)
        assert reason, "a reason phrase must be present"
        headers = dict(line.split(": ", 1) for line in rest)
        return Reply(int(status), version, headers, b"", raw)

    def reply(self, head=False):
        reply = self.header()
        if not head:
            reply.body = self.exactly(
                int(reply.headers.get("Content-Length", "0")))
        return reply

    def chunk(self):
        size = int(self.until(b"\r\n"), 16)
        data = self.exactly(size)
        assert self.exactly(2) == b"\r\n"
        return data

    def is_closed(self):
        """Whether the server closes the connection."""
        while self.more():
            pass
        return True

    def is_open(self):
        """Whether the connection still serves."""
        return self.send(HELLO).reply().body == b"hello"

    def close(self):
        self.sock.close()


class Probe:
    def __init__(self, *credentials, under=(), **env):
        self.dir = supd.short_dir()
        self.path = os.path.join(self.dir, "s")
        self.port = supd.free_port()
        self.clients = []
        self.process = subprocess.Popen(
            [*under, supd.built("http_probe"), self.path, str(self.port),
             *credentials], stderr=subprocess.PIPE,
            env=supd.environment(**env))
        supd.wait_until(self.serves, "listener")

    def serves(self):
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, unix=False, **options):
        client = Client(self.path if unix else ("127.0.0.1", self.port),
                        **options)
        self.clients.append(client)
        return client

    def ask(self, data, **options):
        return self.client(**options).send(data).reply()

    def get(self, path):
        return self.ask(("GET %s HTTP/1.0\r\n\r\n" % path).encode()).body

    def stop(self):
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        stderr = self.process.communicate(timeout=20)[1].decode()
        shutil.rmtree(self.dir)
        assert self.process.returncode == 0, stderr
        return stderr
