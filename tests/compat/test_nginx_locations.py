# SPDX-License-Identifier: ISC
"""Where a URI leads: the nginx reader against nginx itself.

Random servers with random locations, nested ones too, are asked for random
URIs.  Each location adds a header with the line it stands at and the file name
that nginx makes of the URI; both must be what the reader says.
"""

import os
import random
import re
import subprocess

import pytest

import private_nginx
import supd

READER = supd.built("nginx_reader")
SEED = 4711
SERVERS = 500
URIS = 40

pytestmark = pytest.mark.skipif(
    READER is None or private_nginx.NGINX is None,
    reason="needs nginx and the test program nginx_reader")

PARTS = ["a", "ab", "b", "c.x", "d.y", "A"]
REGEXES = [r"\.x$", r"^/a", r"^/a/b", r"b", r"^/([ab]+)/(.*)$", r"/[ab]/",
           r'"^/a{1,2}"', r"\.Y$"]


class Writer:
    """Writes servers line by line and knows the number of the next line."""

    def __init__(self, rng, head):
        self.rng, self.lines = rng, head.splitlines()

    def add(self, text):
        self.lines.append(text)

    def headers(self):
        return 'add_header X-At "%d $request_filename|" always;' % (
            len(self.lines) + 1)

    def content(self, modifier, location):
        """A root, an alias or neither; and sometimes an application."""
        choice = self.rng.random()
        slash = self.rng.choice(["", "/"])
        if choice < 0.25:
            return "root /r%d%s;" % (len(self.lines), slash)
        if choice < 0.5:
            if "(" in location:
                return "alias /q%d/$1/x/$2%s;" % (len(self.lines), slash)
            return "alias /q%d%s;" % (len(self.lines), slash)
        if choice < 0.6 and modifier in ("", "^~"):
            return "proxy_pass http://127.0.0.1:9;"
        return ""

    def location(self, prefix, depth, used):
        """prefix None: inside a regex, where only regexes may stand."""
        rng = self.rng
        if prefix is None or rng.random() < 0.35:
            modifier, name = rng.choice(["~", "~*"]), rng.choice(REGEXES)
            key = (modifier, name)
        else:
            modifier = rng.choice(["", "", "", "^~", "="])
            name = prefix.rstrip("/") + "/" + "/".join(
                rng.choice(PARTS) for _ in range(rng.randint(0, 2)))
            name += rng.choice(["", "/"]) if not name.endswith("/") else ""
            key = (modifier == "=", name)
        if key in used:
            return
        used.add(key)
        if rng.random() < 0.3 and not name.startswith('"'):
            written = modifier + name
        else:
            written = modifier + " " + name
        self.add("location %s { %s %s" % (
            written, self.headers(), self.content(modifier, name)))
        if depth < 2 and modifier != "=":
            inner = set()
            below = None if modifier.startswith("~") else name
            for _ in range(rng.randint(0, 3)):
                self.location(below, depth + 1, inner)
        self.add("}")

    def server(self, number, port):
        self.add("server { listen 127.0.0.1:%d; server_name s%d;" % (
            port, number))
        self.add('root /root; add_header X-At "0 $request_filename|" always;')
        used = set()
        for _ in range(self.rng.randint(1, 8)):
            self.location("/", 0, used)
        self.add("}")


def head(folder):
    return (private_nginx.HEAD.format(folder) + "http {\n" +
            private_nginx.HTTP_HEAD.format(folder))


def random_uri(rng):
    uri = "".join(rng.choice(["/", "/", "//", "/./"]) + rng.choice(PARTS)
                  for _ in range(rng.randint(0, 3)))
    if rng.random() < 0.1:
        uri += "/../b"
    return (uri or "/") + rng.choice(["", "", "/"])


def clean(path):
    """Doubled slashes and single dots are the same file."""
    path = re.sub(r"/+", "/", path)
    while "/./" in path:
        path = path.replace("/./", "/")
    return path


def our_routes(conf, requests):
    done = subprocess.run(
        [READER, "routes", str(conf)], check=True, stdout=subprocess.PIPE,
        text=True, env=supd.environment(), timeout=60,
        input="".join("%d %s\n" % request for request in requests))
    return [line.split(" ", 2) for line in done.stdout.splitlines()]


def compare(nginx, request, route):
    number, uri = request
    answer = nginx.get("s%d" % number, uri).decode()
    status = int(answer.split(" ", 2)[1])
    shown = re.search(r"\r\nX-At: (\d+) (.*?)\|", answer)
    assert shown, (request, answer)
    line, file = shown.groups()
    if route[1] != "0":
        assert int(route[1]) == status, (request, route, answer)
        return
    assert route[0] == line, (request, route, answer)
    if route[2] != "-":
        # An index file is nginx's second thought.
        wanted = route[2]
        if uri.endswith("/"):
            file += "index.html"
        assert wanted == clean(file), (request, route, answer)


def test_random_servers_are_routed_alike(tmp_path):
    rng = random.Random(SEED)
    port = private_nginx.free_port()
    writer = Writer(rng, head(tmp_path))
    for number in range(SERVERS):
        writer.server(number, port)
    writer.add("}")
    conf = tmp_path / "n.conf"
    conf.write_text("\n".join(writer.lines) + "\n")
    assert private_nginx.test_config(tmp_path, conf) is None
    requests = [(number, random_uri(rng)) for number in range(SERVERS)
                for _ in range(URIS)]
    routes = our_routes(conf, requests)
    assert len(routes) == len(requests)
    with private_nginx.Nginx(tmp_path, conf, port) as nginx:
        for request, route in zip(requests, routes):
            compare(nginx, request, route)


SOCKETS = [
    # directive, path that nginx connects to
    ("proxy_pass http://unix:{0}/p;", "/p"),
    ("proxy_pass http://unix:{0}/p:/uri;", "/p"),
    ("proxy_pass http://UNIX:{0}/p;", "/p"),
    ("set $s {0}/p; proxy_pass http://unix:$s:/uri;", "/p"),
    ("uwsgi_pass unix:{0}/p;", "/p"),
    ("uwsgi_pass uwsgi://unix:{0}/p;", "/p"),
    ("uwsgi_pass unix:{0}/p:x;", "/p:x"),
    ("fastcgi_pass unix:{0}/p:x;", "/p:x"),
    ("scgi_pass unix:{0}/p;", "/p"),
    ("memcached_pass unix:{0}/p;", "/p"),
    ("proxy_pass http://up;", "/u:v"),
]


def test_sockets_end_where_nginx_ends_them(tmp_path):
    """The same table as the unit test of the needs, asked of nginx."""
    port = private_nginx.free_port()
    conf = tmp_path / "n.conf"
    conf.write_text(
        head(tmp_path) + "upstream up { server unix:%s/u:v; }\n" % tmp_path +
        "server { listen 127.0.0.1:%d;\n" % port + "".join(
            "location /%d { set $memcached_key k; %s }\n" %
            (number, text.format(tmp_path))
            for number, (text, _) in enumerate(SOCKETS)) + "} }\n")
    with private_nginx.Nginx(tmp_path, conf, port) as nginx:
        for number, (text, path) in enumerate(SOCKETS):
            before = len(nginx.log())
            answer = nginx.get("x", "/%d" % number)
            assert b" 502 " in answer.partition(b"\r\n")[0], (text, answer)
            said = re.search(r"connect\(\) to unix:(\S*) failed",
                             nginx.log()[before:])
            assert said and said.group(1) == os.path.join(
                str(tmp_path), path[1:]), (text, nginx.log()[before:])


def test_set_of_an_outer_location_does_not_run(tmp_path):
    """What the folding of variables relies on."""
    port = private_nginx.free_port()
    conf = tmp_path / "n.conf"
    conf.write_text(
        head(tmp_path) + "server { listen 127.0.0.1:%d; set $w s;\n" % port +
        "location /a { set $v x; location /a/b { return 200 [$v$w]; }\n"
        "if ($w) { return 200 [$v$w]; } } } }\n")
    with private_nginx.Nginx(tmp_path, conf, port) as nginx:
        assert nginx.get("x", "/a/b").endswith(b"[s]")
        assert nginx.get("x", "/a").endswith(b"[xs]")
