# SPDX-License-Identifier: ISC
"""The pages of a daemon, as a browser without scripts gets them."""

import http.client
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Web:
    def __init__(self, daemon, port):
        self.daemon, self.port = daemon, port

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {
            name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        reply.bytes = reply.read()
        reply.text = reply.bytes.decode(errors="replace")
        connection.close()
        return reply

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def message(self, path, method="GET", body=None, **headers):
        """What the redirect after an action says."""
        reply = self.ask(method, path, body, **headers)
        assert reply.status == 303, reply.text
        url = urllib.parse.urlsplit(reply.getheader("Location"))
        assert url.path in ("/", "./")
        return urllib.parse.parse_qs(url.query)["message"][0]

    def tree(self, path="/"):
        """The page as XML, which it is but for its first line."""
        text = self.get(path).text
        assert text.startswith("<!DOCTYPE html>\n")
        return ElementTree.fromstring(text.split("\n", 1)[1])
