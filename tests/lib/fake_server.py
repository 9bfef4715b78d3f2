# SPDX-License-Identifier: ISC
"""A daemon that answers whatever a test wants: for faults and states that a
real one reaches only by accident.

    with FakeServer({"getVersion": "3.0", "getPID": Fault(6, "X")}) as server:
        run(client, "-s", server.url, "pid")
        server.calls        # [("getVersion", ()), ("getPID", ())]
"""

import http.server
import threading
import xmlrpc.client


class FakeServer:
    """methods: name without "supervisor." to a value, a Fault, a function of
    the arguments, or an int HTTP status wrapped in Status."""

    class Status:
        def __init__(self, code, reason="Reason"):
            self.code = code
            self.reason = reason

    def __init__(self, methods, streams=None, protocol="HTTP/1.1",
                 keep_alive=True):
        self.methods = {"getVersion": "3.0"}
        self.methods.update(methods)
        self.streams = streams or {}
        self.calls = []
        self.connections = 0
        self.requests = []
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), self._handler(protocol, keep_alive))
        self.server.daemon_threads = True
        # A client may hang up at any time; that is no news.
        self.server.handle_error = lambda *args: None
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]

    def answer(self, body):
        params, name = xmlrpc.client.loads(body)
        name = name.removeprefix("supervisor.")
        self.calls.append((name, params))
        result = self.methods.get(
            name, xmlrpc.client.Fault(1, "UNKNOWN_METHOD"))
        if callable(result):
            result = result(*params)
        if isinstance(result, FakeServer.Status):
            return result
        if isinstance(result, xmlrpc.client.Fault):
            return xmlrpc.client.dumps(result).encode()
        return xmlrpc.client.dumps((result,), methodresponse=True).encode()

    def _handler(fake, protocol, keep_alive):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = protocol
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                fake.connections += 1

            def log_message(self, *args):
                pass

            def send(self, status, reason, body, kind="text/xml"):
                self.send_response(status, reason)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if not keep_alive:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                fake.requests.append((self.requestline, dict(self.headers)))
                length = int(self.headers["Content-Length"])
                result = fake.answer(self.rfile.read(length))
                if isinstance(result, FakeServer.Status):
                    self.send(result.code, result.reason, b"x", "text/html")
                else:
                    self.send(200, "OK", result)

            def do_GET(self):
                fake.requests.append((self.requestline, dict(self.headers)))
                chunks = fake.streams.get(self.path)
                if chunks is None:
                    self.send(404, "Not Found", b"x", "text/html")
                    return
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for chunk in list(chunks) + [b""]:
                    self.wfile.write(
                        b"%x\r\n%s\r\n" % (len(chunk), chunk))

        return Handler

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
