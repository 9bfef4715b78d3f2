# SPDX-License-Identifier: ISC
"""Cases of docs/preflight-cases.md: first a real nginx shows what happens, then
the checker is asked what it predicts.

A case is a row: an id, how the site is arranged, what nginx answers and logs,
and the codes the checker has to report.  From a notice on it may report nothing
else; what is only information counts where it is named.
"""

import contextlib
import grp
import os
import pwd
import signal
import socket
import subprocess
import threading

import pytest

import nginx_site
import supd
from nginx_site import needs_nginx, run, users

LOGO = "/static/logo.png"
STATIC = "location /static/ { alias %(home)s/site/static/; }\n"
APP = "location / { proxy_pass http://unix:%(dir)s/run/app.sock; }\n"


class Upstream(threading.Thread):
    """A small HTTP server on a unix socket, in a thread of the test."""

    def __init__(self, path, headers="", body=b"app", drain=0):
        super().__init__(daemon=True)
        self.drain = drain  # bytes of a body to wait for
        self.answer = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" \
            % (len(body), headers.encode(), body)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                seen = b""
                while b"\r\n\r\n" not in seen:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    seen += piece
                self.read_body(client, seen)
                client.sendall(self.answer)

    def read_body(self, client, seen):
        missing = self.drain - len(seen.partition(b"\r\n\r\n")[2])
        while missing > 0:
            piece = client.recv(65536)
            if not piece:
                break
            missing -= len(piece)

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(20)


class Site(nginx_site.Site):
    """A site of which the checker has nothing to say, until it is changed."""

    def __init__(self, users, server=STATIC + APP, edit=(),
                 options="-m 007", before=(), **more):
        super().__init__(users, server=server, options=options, **more)
        self.master = list(before)
        self.is_member = False
        self.undo = contextlib.ExitStack()
        for old, new in edit:
            self.edit(old, new)
        self.give("run", 0o2710)
        self.chmod("home", 0o711)

    def edit(self, old, new):
        text = open(self.conf).read()
        assert old in text, (old, text)
        with open(self.conf, "w") as out:
            out.write(text.replace(old, new % self.names))

    def give(self, name, mode):
        """To the app, and to nginx as a group."""
        os.chown(self.path(name), pwd.getpwnam(self.users.app).pw_uid,
                 grp.getgrnam(self.users.worker).gr_gid)
        self.chmod(name, mode)

    def hand_socket_to(self, group):
        """The directory of the socket is for another group's nginx."""
        os.chown(self.path("run"), -1, grp.getgrnam(group).gr_gid)
        self.chmod("run", 0o2710)

    def private_code(self):
        """Being in the app's group opens nothing but what is served."""
        self.chmod("home/site/app.py", 0o600)

    def acl(self, name, entries):
        run("setfacl", "-m", entries % self.names, self.path(name))

    def link(self, name, target, user=None):
        """A link of the app's, in the place of whatever is there."""
        with contextlib.suppress(OSError):
            os.remove(self.path(name))
        os.symlink(target % self.names, self.path(name))
        entry = pwd.getpwnam(user or self.users.app)
        os.lchown(self.path(name), entry.pw_uid, entry.pw_gid)

    def join(self):
        """The worker's user becomes a member of the app's group."""
        run("usermod", "-a", "-G", self.users.app, self.users.worker)

    def leave(self):
        run("gpasswd", "-d", self.users.worker, self.users.app)

    def joined(self):
        self.join()
        self.is_member = True
        self.undo.callback(self.leave)

    def serve(self, name="run/app.sock", mode=0o770, **arguments):
        upstream = Upstream(self.path(name), **arguments)
        self.undo.callback(upstream.stop)
        self.own(name)
        self.chmod(name, mode)
        return upstream

    def start_nginx(self, *more, wait=True, **options):
        self.nginx = subprocess.Popen(
            self.master + [nginx_site.NGINX, "-p", self.dir, "-e",
                           self.path("error.log"), "-c", self.conf, *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, **options)
        if wait:
            supd.wait_until(self.answers, "an answer of nginx",
                            show=self.log)

    def answers(self):
        """Whether nginx accepts and no worker is still on its way."""
        assert self.nginx.poll() is None, self.log()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return self.workers() and not self.fresh()
        return False

    def fresh(self):
        """Workers that still are what their master is."""
        same = self.uid_of(self.nginx.pid)
        return [pid for pid in self.workers()
                if self.uid_of(pid) == same] if same == 0 and not \
            self.names.get("root_workers") else []

    @staticmethod
    def uid_of(pid):
        with contextlib.suppress(OSError):
            for line in open("/proc/%d/status" % pid):
                if line.startswith("Uid:"):
                    return int(line.split()[1])
        return None

    def workers(self):
        pids = []
        with contextlib.suppress(OSError):
            for pid in open("/proc/%d/task/%d/children" % (
                    self.nginx.pid, self.nginx.pid)).read().split():
                title = open("/proc/%s/cmdline" % pid, "rb").read()
                if title.startswith(b"nginx: worker process"):
                    pids.append(int(pid))
        return pids

    def stop_nginx(self):
        self.nginx.terminate()
        self.nginx.wait(20)
        self.nginx = None

    def status(self, url, headers="", method="GET", body=b""):
        """Status code; the connection is closed by nginx."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as sock:
            sock.sendall(
                os.fsencode("%s %s HTTP/1.1\r\nHost: site.test\r\n"
                            "Connection: close\r\n"
                            "Content-Length: %d\r\n%s\r\n" % (
                                method, url, len(body), headers)) + body)
            answer = b""
            while True:
                with contextlib.suppress(ConnectionResetError):
                    piece = sock.recv(65536)
                    answer += piece
                    if piece:
                        continue
                break
        self.answer = answer
        return int(answer.split()[1]) if answer else 0

    def log(self):
        try:
            with open(self.path("error.log"), errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def ask(self, *options, **more):
        """The checker's report about the one program."""
        return self.report("--program", "web", *options, **more)

    def close(self):
        self.undo.close()
        if self.nginx is not None and self.nginx.poll() is not None:
            self.nginx = None
        super().close()

    def signal_and_wait(self, signo, condition, what):
        self.nginx.send_signal(signo)
        supd.wait_until(condition, what, show=self.log)

    def reload_all(self):
        """Until only workers of the new generation are left."""
        old = set(self.workers())
        self.signal_and_wait(
            signal.SIGHUP,
            lambda: self.workers() and not old & set(self.workers()) and
            not self.fresh(), "new workers alone")


def expect(report, *codes, may=()):
    """Each of the codes, and nothing else from a notice on.  That the socket is
    not there yet is said before every start, so it only counts if named.  What
    may be said besides is a remark on the arrangement itself."""
    missing = set(codes) - set(report.codes("info"))
    assert not missing, (missing, report.findings)
    extra = [f for f in report.findings if f["code"] not in codes and
             f["code"] not in may and f["severity"] != "info" and
             (f["code"], f["severity"]) != ("PF203", "notice")]
    assert not extra, extra


# The worker is in the app's group: that is a remark of its own (T110).
MEMBER = ("PF507",)


def case(name, arrange, status, said, *codes, url=LOGO, headers="", **site):
    """A row of a table for run_case()."""
    return pytest.param(arrange, status, said, codes, url, headers, site,
                        id=name)


ROW = "arrange,status,said,codes,url,headers,arguments"


def run_case(make_site, arrange, status, said, codes, url, headers,
             arguments):
    """nginx first, then the checker with nginx still running."""
    site = make_site(**arguments)
    if arrange is not None:
        arrange(site)
    site.start_nginx()
    assert site.status(url, headers) == status, site.log()
    if said:
        assert said % site.names in site.log(), site.log()
    expect(site.ask(), *codes, may=MEMBER if site.is_member else ())
    return site


make_site = nginx_site.fixture_of(Site)


def needs_unshare(option="-m"):
    """Skips where no such namespace can be made."""
    refused = supd.refusal("unshare", option)
    if refused:
        pytest.skip(refused)


def mount_memory(site, name, *options):
    """Puts a file system in memory over a folder of the site; skips where
    none can be mounted."""
    path = site.path(name)
    refused = supd.run(["mount", "-t", "tmpfs", *options, "none", path])
    if refused.status != 0:
        pytest.skip(refused.stderr.splitlines()[0])
    site.undo.callback(run, "umount", path)


@contextlib.contextmanager
def sysctl(name, value):
    """Switches a kernel setting for a moment."""
    path = "/proc/sys/" + name
    try:
        before = open(path).read()
        with open(path, "w") as out:
            out.write(value)
    except OSError as error:
        pytest.skip("%s cannot be set: %s" % (name, error))
    try:
        yield
    finally:
        with open(path, "w") as out:
            out.write(before)
