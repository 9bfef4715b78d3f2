# SPDX-License-Identifier: ISC
"""A real nginx in a folder of its own, on loopback, for comparisons.

Nothing of the system's nginx is read or written: prefix, pid file, logs and
temporary folders all lie in the folder that the test gives.
"""

import os
import signal
import socket
import subprocess

import supd

NGINX = supd.installed("/usr/sbin/nginx")

HEAD = """daemon off;
master_process off;
pid {0}/pid;
error_log {0}/error.log info;
events {{ worker_connections 64; }}
"""

HTTP_HEAD = """access_log off;
client_body_temp_path {0}/body;
proxy_temp_path {0}/proxy;
fastcgi_temp_path {0}/fastcgi;
uwsgi_temp_path {0}/uwsgi;
scgi_temp_path {0}/scgi;
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(folder, conf, *more):
    return [NGINX, "-p", str(folder), "-c", str(conf),
            "-e", os.path.join(str(folder), "error.log"), *more]


def test_config(folder, conf):
    """What nginx -t says about the file: its first emerg line, or None."""
    done = subprocess.run(command(folder, conf, "-t"), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          errors="surrogateescape",
                          env=supd.environment(), timeout=20)
    if done.returncode == 0:
        return None
    return done.stdout.partition("[emerg] ")[2] or done.stdout


class Nginx:
    """One process in the foreground; with ... as n: n.get(host, uri)."""

    def __init__(self, folder, conf, port):
        self.folder, self.conf, self.port = str(folder), str(conf), port

    def __enter__(self):
        self.process = subprocess.Popen(
            command(self.folder, self.conf), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=supd.environment())
        supd.wait_until(self._answers, "nginx")
        return self

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)

    def _answers(self):
        assert self.process.poll() is None, self.process.stdout.read()
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except ConnectionRefusedError:
            return False

    def get(self, host, uri):
        """The whole answer as bytes; uri is sent as it is."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as s:
            s.sendall(b"GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" %
                      (uri.encode(), host.encode()))
            answer = b""
            while True:
                piece = s.recv(65536)
                if not piece:
                    return answer
                answer += piece

    def log(self):
        with open(os.path.join(self.folder, "error.log"),
                  errors="replace") as log:
            return log.read()
