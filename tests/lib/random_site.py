# SPDX-License-Identifier: ISC
"""What the random differential test draws: trees with the locations that serve
them, and sockets with the directories they lie in.

Each knows what nginx has to answer for a URL if nothing is in the way, and
which paths have to be passed for it.
"""

import grp
import os
import pwd
import subprocess
import sys
import typing

import supd

DIR_MODES = [0o755, 0o755, 0o755, 0o750, 0o711, 0o700, 0o701, 0o710, 0o744]
FILE_MODES = [0o644, 0o644, 0o644, 0o640, 0o600, 0o604, 0o044, 0o404]
DIR_ACLS = ["u:%(worker)s:rx", "u:%(worker)s:x", "u:%(worker)s:---",
            "g:%(worker)s:rx", "u:%(worker)s:rx,m::---", "m::x",
            "u:%(third)s:rwx", "g:%(app)s:---", "g:%(third)s:x"]
FILE_ACLS = ["u:%(worker)s:r", "u:%(worker)s:---", "g:%(worker)s:r",
             "u:%(worker)s:r,m::---", "g:%(worker)s:---,g:%(third)s:r",
             "u:%(third)s:rw", "m::---"]
EXTRAS = ["", "", "autoindex on;", "index x.css index.html;",
          "gzip_static on;", "disable_symlinks on from=%s;",
          "disable_symlinks if_not_owner from=%s;"]
NAMES = ["x.css", "y.js", "index.html", "z.png"]

SOCKET_DIRS = [0o755, 0o2755, 0o2710, 0o2750, 0o775, 0o700, 0o1777, 0o2770]
SOCKET_MODES = [0o777, 0o770, 0o755, 0o722, 0o660, 0o600, 0o702, 0o077]
SOCKET_ACLS = ["u:%(worker)s:rwx", "d:u:%(worker)s:rwx", "u:%(worker)s:---",
               "d:u:%(worker)s:rw,d:m::r", "d:g:%(worker)s:rwx",
               "d:u:%(third)s:rwx", "u:%(app)s:rx"]


class Wanted(typing.NamedTuple):
    """The answer to a URL if every one of the paths can be used."""
    url: str
    body: bytes
    paths: tuple
    headers: str = ""


class Tree:
    """Files and links below home/rN/tN, and the location that serves them."""

    def __init__(self, rng, site, number):
        self.rng, self.site, self.number = rng, site, number
        site.make("home/r%d" % number)
        self.base = "home/r%d/t%d" % (number, number)
        self.wanted = []
        self.beside = ""  # another location

    def rights(self, name, is_dir):
        """Mostly the app's; the worker, a third user and root own things,
        too.  Whatever directory is not the app's can be listed by all: the
        checker looks at trees as the app."""
        site, rng, kind = self.site, self.rng, self.rng.randrange(12)
        site.chmod(name, rng.choice(DIR_MODES if is_dir else FILE_MODES))
        if kind == 0:
            site.give(name, rng.choice(DIR_MODES if is_dir else FILE_MODES))
        elif kind < 4 and (is_dir or rng.randrange(2)):
            site.own(name, [site.users.worker, "root",
                            site.names["third"]][kind - 1])
            if is_dir:
                site.chmod(name, rng.choice([0o755, 0o775, 0o555]))
                return
        if rng.randrange(5) == 0:
            site.acl(name, rng.choice(DIR_ACLS if is_dir else FILE_ACLS))

    def file(self, name, body):
        self.site.write(self.base + name, body)
        self.rights(self.base + name, False)

    def links(self, names):
        """At most one link to a file, and one to a directory."""
        rng, found = self.rng, []
        if rng.randrange(3) == 0:
            self.site.link(self.base + "/l.css", rng.choice(
                ["gone", "l.css", names[0][1:], "../t%d/%s" % (
                    self.number, names[-1][1:])]),
                rng.choice([None, None, "root"]))
            found.append("/l.css")
        if rng.randrange(4) == 0:
            beside = "home/r%d/d" % self.number
            self.site.make(beside)
            self.site.write(beside + "/x.css", "/d/x.css")
            self.rights(beside + "/x.css", False)
            self.rights(beside, True)
            self.site.link(self.base + "/d", "../d")
            found.append("/d/x.css")
        return found

    def fill(self, gzip):
        """Up to three levels with a few files each; their names."""
        rng, names = self.rng, []
        self.site.make(self.base)
        subs = ["", "/a", "/a/b"][:rng.randint(1, 3)]
        for sub in subs:
            if sub:
                self.site.make(self.base + sub)
            for name in rng.sample(NAMES, rng.randint(1, 4)):
                self.file(sub + "/" + name, sub + "/" + name)
                names.append(sub + "/" + name)
        self.gzipped = [n for n in names if gzip and rng.randrange(2)]
        for name in self.gzipped:
            self.file(name + ".gz", name + ".gz")
        names += self.links(names)
        for sub in reversed(subs):
            self.rights(self.base + sub, True)
        return names

    def path(self, name):
        return self.site.path(self.base + name)

    def want_index(self, url, sub, extra):
        """The directory itself: its index file, or the list of its names."""
        indexes = ["x.css", "index.html"] if "index x" in extra else \
            ["index.html"]
        for name in indexes:
            path = self.path(sub + "/" + name)
            if os.path.lexists(path):
                self.wanted.append(Wanted(url + sub + "/", self.body(path),
                                          (path,)))
                return
        self.wanted.append(Wanted(url + sub + "/", b"</html>",
                                  (self.path(sub),)))

    def error_page(self, url):
        """What is shown for a file that is not there; its own location
        has the server's root."""
        name = "/e%d/page.html" % self.number
        folder = "home/e%d" % self.number
        self.site.make(folder)
        self.site.write(folder + "/page.html", name)
        self.rights(folder + "/page.html", False)
        self.rights(folder, True)
        self.wanted.append(Wanted(url + "/none.css", name.encode(), (
            self.path("/none.css"), self.site.path("home" + name))))
        self.beside = "\nlocation = %s { }" % name
        return "error_page 404 %s;" % name

    def want_generated(self, url, names, extra):
        """HTML is not read but made, also where it is the index file; the
        folder has to be passed to find that, and the file to be opened if
        nginx looks out for links."""
        for number, one in enumerate(self.wanted):
            if one.paths[0].endswith(".html"):
                folder = (os.path.dirname(one.paths[0]),)
                self.wanted[number] = Wanted(
                    one.url, b"MADE",
                    folder + (one.paths if "symlinks" in extra else ()))
        for name in names:
            if name.endswith(".html"):
                self.wanted.append(Wanted(url + name, b"MADE", ()))

    def location(self):
        """A location for the tree; remembers what has to come."""
        rng, number = self.rng, self.number
        root = "%%(home)s/r%d" % number
        tree, url = "%s/t%d" % (root, number), "/t%d" % number
        extra = rng.choice(EXTRAS)
        names = self.fill("gzip" in extra)
        extra = extra.replace("%s", tree)
        form = rng.choice(sorted(FORMS))
        if form.startswith("suffix") and not any(
                name.endswith(".css") for name in names):
            form = "try"
        if form == "alias":
            url = "/u%d" % number
        elif form == "inherited":
            url = "/r%d/t%d" % (number, number)
        elif form in ("exact", "renamed one"):
            names = names[:1]
        elif form in ("renamed", "renamed or nothing", "handed on"):
            url = "/v%d" % number
        elif form == "led away":
            names, self.gzipped = names[:1], []
        if form in ("root", "alias", "nested", "own", "inherited", "by set",
                    "by if", "split", "handed on"):
            self.want_index(url, "", extra)
            for sub in ("/a", "/a/b"):
                if os.path.isdir(self.path(sub)) and (
                        "autoindex" in extra or (form == "split" and any(
                            os.path.lexists(self.path(sub + "/" + name))
                            for name in ("index.html",
                                         "x.css" if "x.css" in extra else
                                         "index.html")))):
                    self.want_index(url, sub, extra)
        if form in ("root", "alias", "nested", "inherited"):
            if rng.randrange(3) == 0 and "symlinks" not in extra:
                extra += self.error_page(url)
        if form == "split":
            self.want_generated(url, names, extra)
        if form == "led away":
            self.wanted.append(Wanted(url + names[0], b"AWAY", ()))
        for name in names:
            if form == "led away" or (form == "split" and
                                      name.endswith(".html")):
                continue
            body = os.path.realpath(self.path(name))
            asked = name
            if form in ("suffix", "suffixes"):
                if not name.endswith(".css"):
                    continue
                asked = name[:-len(".css")]
            self.wanted.append(Wanted(url + asked, self.body(body),
                                      (self.path(name),)))
        if form not in ("regex", "exact", "renamed one", "suffix",
                        "suffixes"):
            for name in self.gzipped:
                if form == "split" and name.endswith(".html"):
                    continue
                self.wanted.append(Wanted(
                    url + name, (name + ".gz").encode(),
                    (self.path(name + ".gz"),),
                    "Accept-Encoding: gzip\r\n"))
        text = FORMS[form] + self.beside
        return text % {"url": url, "root": root, "tree": tree,
                       "extra": extra, "first": names[0],
                       "number": number}

    @staticmethod
    def body(path):
        if not os.path.isfile(path):
            return b"nothing can come"
        with open(path, "rb") as text:
            return text.read()


FORMS = {
    "root": "location %(url)s/ { root %(root)s; %(extra)s }",
    "alias": "location ^~ %(url)s/ { alias %(tree)s/; %(extra)s }",
    "nested": "location %(url)s/ { alias %(tree)s/; %(extra)s "
              "location %(url)s/a/ { expires 1d; } }",
    "own": "location %(url)s/ { root %(root)s; %(extra)s "
           "location %(url)s/a/ { alias %(tree)s/a/; } "
           "location %(url)s/a/b/ { root %(root)s; } }",
    "inherited": "location %(url)s/ { %(extra)s }",
    "regex": "location ~ ^%(url)s/.*\\.(css|js|png|html)$ "
             "{ root %(root)s; %(extra)s }",
    "try": "location %(url)s/ { root %(root)s; %(extra)s "
           "try_files $uri =404; }",
    "fallback": "location %(url)s/ { root %(root)s; %(extra)s "
                "try_files $uri @app; }",
    "exact": "location = %(url)s%(first)s { alias %(tree)s%(first)s; "
             "%(extra)s }",
    "suffix": "location %(url)s/ { root %(root)s; %(extra)s "
              "try_files $uri.css =404; }",
    "suffixes": "location ~ ^%(url)s/[a-z/]*[a-z]$ { root %(root)s; %(extra)s "
                "try_files $uri $uri.css =404; }",
    "rewritten": "location %(url)s/ { %(extra)s "
                 "rewrite ^%(url)s/(.*)$ /r%(number)d%(url)s/$1 break; }",
    "renamed": "location ~ ^%(url)s/ { root %(root)s; %(extra)s "
               "rewrite ^/v\\d+/(.*)$ /t%(number)d/$1 break; }",
    "renamed or nothing": "location ~ ^%(url)s/ { root %(root)s; %(extra)s "
                          "rewrite ^/v\\d+/(.*)$ /t%(number)d/$1 break; "
                          "return 404; }",
    "handed on": "location %(url)s/ { "
                 "rewrite ^/v\\d+/(.*)$ /t%(number)d/$1 last; } "
                 "location /t%(number)d/ { internal; root %(root)s; "
                 "%(extra)s }",
    "named": "location %(url)s/ { root %(root)s/none; "
             "try_files $uri @n%(number)d; } "
             "location @n%(number)d { root %(root)s; %(extra)s }",
    "led away": "rewrite ^%(url)s/ /away last; "
                "location %(url)s/ { root %(root)s; %(extra)s }",
    "by set": "set $r%(number)d %(root)s; "
              "location %(url)s/ { root $r%(number)d; %(extra)s }",
    "by if": "location %(url)s/ { root %(root)s/none; %(extra)s "
             "if ($request_method = GET) { root %(root)s; } }",
    "split": "location %(url)s/ { root %(root)s; %(extra)s } "
             "location ~ ^%(url)s/.*\\.html$ { return 200 MADE; }",
    "renamed one": "location = %(url)s%(first)s { root %(root)s; %(extra)s "
                   "rewrite ^ /t%(number)d%(first)s break; }",
}


LISTENER = r"""
import os, selectors, socket, sys
waiting = selectors.DefaultSelector()
for path in sys.argv[1:]:
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
    except OSError:
        continue
    listener.listen(64)
    waiting.register(listener, selectors.EVENT_READ, path)
print("ready", flush=True)
while True:
    for key, _ in waiting.select():
        client, _ = key.fileobj.accept()
        with client:
            seen = b""
            while b"\r\n\r\n" not in seen:
                piece = client.recv(65536)
                if not piece:
                    break
                seen += piece
            client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                           % (len(key.data), key.data.encode()))
"""


class Sockets:
    """Sockets that the program will bind, each in a directory of its own."""

    def __init__(self, rng, site, count):
        self.rng, self.site, self.app = rng, site, None
        self.umask = rng.choice([0, 0o002, 0o007, 0o022, 0o077, 0o027])
        self.names = ["s%d/s" % number for number in range(count)]
        self.wanted = [
            Wanted("/s%d/" % number, site.path(name).encode(),
                   (site.path(name),))
            for number, name in enumerate(self.names)]
        for number in range(count):
            self.directory("s%d" % number)

    def directory(self, name):
        site, rng = self.site, self.rng
        os.mkdir(site.path(name))
        owner = rng.choice([site.users.app] * 4 + ["root", site.names[
            "third"], site.users.worker])
        group = rng.choice([site.users.app, site.users.worker, "root",
                            site.names["third"]])
        os.chown(site.path(name), pwd.getpwnam(owner).pw_uid,
                 grp.getgrnam(group).gr_gid)
        site.chmod(name, rng.choice(SOCKET_DIRS))
        if rng.randrange(3) == 0:
            site.acl(name, rng.choice(SOCKET_ACLS))

    def locations(self):
        return "\n".join(
            "location /s%d/ { proxy_pass http://unix:%s; }" % (
                number, self.site.path(name))
            for number, name in enumerate(self.names))

    def options(self):
        """The command line that tells the checker of them."""
        return "-m %03o %s" % (self.umask, " ".join(
            "-b unix:" + self.site.path(name) for name in self.names))

    def start(self):
        """Binds what can be bound, as the program would."""
        entry = pwd.getpwnam(self.site.users.app)
        self.app = subprocess.Popen(
            [sys.executable, "-c", LISTENER,
             *map(self.site.path, self.names)],
            user=entry.pw_uid, group=entry.pw_gid, umask=self.umask,
            extra_groups=os.getgrouplist(entry.pw_name, entry.pw_gid),
            stdout=subprocess.PIPE, env=supd.environment(), cwd="/")
        assert self.app.stdout.readline() == b"ready\n"
        self.site.undo.callback(self.stop)

    def stop(self):
        self.app.terminate()
        self.app.wait(20)
        self.app.stdout.close()

    def change(self):
        """Other rights than the program gave, as a chmod afterwards."""
        rng, site = self.rng, self.site
        for name in self.names:
            if not os.path.exists(site.path(name)):
                continue
            site.chmod(name, rng.choice(SOCKET_MODES))
            os.chown(site.path(name), -1, grp.getgrnam(rng.choice(
                [site.users.app, site.users.worker])).gr_gid)
            if rng.randrange(4) == 0:
                site.acl(name, rng.choice(["u:%(worker)s:w",
                                           "u:%(worker)s:r,m::rwx",
                                           "u:%(worker)s:rw,m::r"]))
