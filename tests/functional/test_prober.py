# SPDX-License-Identifier: ISC
"""What the prober says against what a real nginx does.

Real users, a real nginx with its own worker user: each case arranges modes,
ACLs or sockets, asks nginx over loopback and the prober the same question, and
both have to agree with what is known (docs/preflight-cases.md).
"""

import contextlib
import grp
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

import supd

ASK = supd.built("preflight_ask")
NGINX = supd.installed("/usr/sbin/nginx")
APP, WORKER = ("pf_%s%d" % (stem, os.getpid()) for stem in ("app", "ngx"))

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make users"),
    pytest.mark.skipif(not supd.has_capability(supd.CAP_SYS_PTRACE),
                       reason="needs CAP_SYS_PTRACE to see what a worker of "
                       "nginx sees"),
    pytest.mark.skipif(ASK is None, reason="preflight_ask is not built"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(shutil.which("useradd") is None,
                       reason="useradd is not installed"),
    pytest.mark.skipif(shutil.which("setfacl") is None,
                       reason="setfacl is not installed"),
]


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)


def remove_users():
    for user in (APP, WORKER):
        subprocess.run(["userdel", user], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def users():
    remove_users()
    for user in (APP, WORKER):
        run("useradd", "-M", "-U", "-s", "/usr/sbin/nologin", user)
    yield
    remove_users()


@contextlib.contextmanager
def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class Site:
    """A home with a static tree, and an nginx that serves it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="pf-site-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.make("home")
        self.make("home/static")
        self.write("home/static/a.css", "css")
        self.make("run")
        with free_port() as port:
            self.port = port
        conf = self.path("nginx.conf")
        with open(conf, "w") as out:
            out.write("""
user %(user)s; daemon off; worker_processes 1; worker_shutdown_timeout 1s;
pid %(dir)s/nginx.pid; error_log %(dir)s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %(dir)s/t1; proxy_temp_path %(dir)s/t2;
    fastcgi_temp_path %(dir)s/t3; uwsgi_temp_path %(dir)s/t4;
    scgi_temp_path %(dir)s/t5;
    server {
        listen 127.0.0.1:%(port)d;
        location /s/ { alias %(dir)s/home/static/; }
        location /tried/ { root %(dir)s/home/static; try_files $uri =404; }
        location /app { proxy_pass http://unix:%(dir)s/run/app.sock; }
    }
}
""" % {"user": WORKER, "dir": self.dir, "port": self.port})
        self.nginx = subprocess.Popen(
            [NGINX, "-p", self.dir, "-e", self.path("error.log"), "-c", conf],
            stderr=subprocess.DEVNULL)
        supd.wait_until(self.worker, "an nginx worker")

    def path(self, name):
        return os.path.join(self.dir, name)

    def own(self, name, user=APP):
        entry = pwd.getpwnam(user)
        os.chown(self.path(name), entry.pw_uid, entry.pw_gid)

    def make(self, name, mode=0o755):
        os.mkdir(self.path(name))
        os.chmod(self.path(name), mode)
        self.own(name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as out:
            out.write(text)
        os.chmod(self.path(name), mode)
        self.own(name)

    def chmod(self, name, mode):
        os.chmod(self.path(name), mode)

    def acl(self, name, entries):
        run("setfacl", "-m", entries, self.path(name))

    def worker(self):
        """Pid of the one worker of the current generation."""
        children = "/proc/%d/task/%d/children" % (self.nginx.pid,
                                                  self.nginx.pid)
        pids = []
        for pid in open(children).read().split():
            with contextlib.suppress(OSError):
                title = open("/proc/%s/cmdline" % pid, "rb").read()
                uid = os.stat("/proc/%s" % pid).st_uid
                if title.strip(b"\0 ") == b"nginx: worker process" and \
                        (uid == pwd.getpwnam(WORKER).pw_uid or
                         open("/proc/%s/status" % pid).read().find(
                             "Uid:\t%d" % pwd.getpwnam(WORKER).pw_uid) > 0):
                    pids.append(int(pid))
        return pids[0] if len(pids) == 1 else None

    def reload(self):
        old = self.worker()
        self.nginx.send_signal(signal.SIGHUP)
        supd.wait_until(lambda: self.worker() not in (None, old) and
                        not os.path.exists("/proc/%d" % old),
                        "a new worker alone")

    def get(self, url):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("GET", url)
        status = client.getresponse().status
        client.close()
        return status

    def ask(self, what, name):
        lines = subprocess.run(
            [ASK, str(self.nginx.pid), what, self.path(name)], check=True,
            stdout=subprocess.PIPE, text=True,
            errors="surrogateescape").stdout.splitlines()
        assert len(lines) == 1, lines
        verdict, why, blocker = lines[0].split(" ", 6)[4:]
        if blocker.startswith(self.dir):
            blocker = blocker[len(self.dir):]
        return "YES" if verdict == "YES" else why + " " + blocker

    def close(self):
        self.nginx.terminate()
        self.nginx.wait(20)
        shutil.rmtree(self.dir)


@pytest.fixture
def site(users):
    made = Site()
    yield made
    made.close()


def arrange_group_of_worker(site):
    os.chown(site.path("home/static/a.css"), pwd.getpwnam(APP).pw_uid,
             grp.getgrnam(WORKER).gr_gid)
    site.chmod("home/static/a.css", 0o604)


def arrange_owner_shadow(site):
    site.own("home/static/a.css", WORKER)
    site.chmod("home/static/a.css", 0o044)


def replace(name, target):
    def arrange(site):
        os.remove(site.path(name))
        os.symlink(target, site.path(name))
    return arrange


def fifo(site):
    os.remove(site.path("home/static/a.css"))
    os.mkfifo(site.path("home/static/a.css"))


def closed_target(site):
    site.make("private", 0o700)
    site.write("private/a.css", "x")
    replace("home/static/a.css", site.path("private/a.css"))(site)


CSS = "/home/static/a.css"
STATIC = [
    ("open", lambda s: None, 200, "YES"),
    ("T01", lambda s: s.chmod("home", 0o700), 403, "SEARCH /home"),
    ("T02", lambda s: s.chmod("home", 0o750), 403, "SEARCH /home"),
    ("T03", lambda s: s.chmod("home", 0o711), 200, "YES"),
    ("T04", lambda s: s.chmod("home/static", 0o700), 403,
     "SEARCH /home/static"),
    ("T05", lambda s: s.chmod("home", 0o744), 403, "SEARCH /home"),
    ("T06", lambda s: s.chmod("home/static/a.css", 0o600), 403, "READ " + CSS),
    ("T10", lambda s: os.remove(s.path("home/static/a.css")), 404,
     "MISSING " + CSS),
    ("T16", arrange_group_of_worker, 403, "READ " + CSS),
    ("T17", arrange_owner_shadow, 403, "READ " + CSS),
    ("T18", lambda s: (s.chmod("home", 0o700),
                       s.acl("home", "u:%s:x" % WORKER)), 200, "YES"),
    ("T19", lambda s: (s.acl("home", "u:%s:x" % WORKER),
                       s.chmod("home", 0o700)), 403, "SEARCH /home"),
    ("T20", lambda s: s.acl("home", "u:%s:---" % WORKER), 403,
     "SEARCH /home"),
    ("T21", lambda s: s.acl("home", "u:%s:---,g:%s:rwx" % (WORKER, WORKER)),
     403, "SEARCH /home"),
    ("T25", closed_target, 403, "SEARCH /private"),
    ("T26", replace("home/static/a.css", "gone"), 404, "DANGLING " + CSS),
    ("T27", replace("home/static/a.css", "a.css"), 403, "LOOP " + CSS),
    ("T31", fifo, 404, "NOT_REGULAR " + CSS),
    ("T44", lambda s: (s.acl("home", "u:%s:---,m::---" % WORKER),
                       s.chmod("home", 0o705)), 200, "YES"),
]


@pytest.mark.parametrize("arrange,status,said",
                         [case[1:] for case in STATIC],
                         ids=[case[0] for case in STATIC])
def test_static(site, arrange, status, said):
    arrange(site)
    assert site.get("/s/a.css") == status
    assert site.ask("read", "home/static/a.css") == said


def test_t12_t13_groups_change_with_the_generation(site):
    site.chmod("home", 0o750)
    try:
        run("usermod", "-a", "-G", APP, WORKER)
        assert site.get("/s/a.css") == 403
        assert site.ask("read", "home/static/a.css") == "SEARCH /home"
        site.reload()
        assert site.get("/s/a.css") == 200
        assert site.ask("read", "home/static/a.css") == "YES"
    finally:
        run("gpasswd", "-d", WORKER, APP)
    assert site.get("/s/a.css") == 200
    assert site.ask("read", "home/static/a.css") == "YES"
    site.reload()
    assert site.get("/s/a.css") == 403
    assert site.ask("read", "home/static/a.css") == "SEARCH /home"


def test_t15_membership_takes_access_away(site):
    site.chmod("home", 0o701)
    assert site.get("/s/a.css") == 200
    try:
        run("usermod", "-a", "-G", APP, WORKER)
        site.reload()
        assert site.get("/s/a.css") == 403
        assert site.ask("read", "home/static/a.css") == "SEARCH /home"
    finally:
        run("gpasswd", "-d", WORKER, APP)


SOCKETS = [
    ("T70", 0o755, 0o755, True, 502, "SOCKET_WRITE /run/app.sock"),
    ("T71", 0o755, 0o722, True, 504, "YES"),
    ("T72", 0o700, 0o777, True, 502, "SEARCH /run"),
    ("T74", 0o755, 0o777, False, 502, "NOBODY_BOUND /run/app.sock"),
]


@pytest.mark.parametrize("dir_mode,mode,bound,status,said",
                         [case[1:] for case in SOCKETS],
                         ids=[case[0] for case in SOCKETS])
def test_socket(site, dir_mode, mode, bound, status, said):
    path = site.path("run/app.sock")
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(5)
    os.chmod(path, mode)
    site.chmod("run", dir_mode)
    if not bound:
        server.close()
    assert site.ask("socket", "run/app.sock") == said
    if status != 504:
        assert site.get("/app") == status
    else:
        # The knock did not connect; nginx does.
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
        client = socket.create_connection(("127.0.0.1", site.port))
        client.sendall(b"GET /app HTTP/1.0\r\n\r\n")
        server.settimeout(20)
        accepted, _ = server.accept()
        assert accepted.recv(3) == b"GET"
        accepted.close()
        client.close()
    server.close()


def test_t73_t75_nothing_and_something_else(site):
    assert site.get("/app") == 502
    assert site.ask("socket", "run/app.sock") == "MISSING /run/app.sock"
    site.write("run/app.sock", "x", 0o777)
    assert site.get("/app") == 502
    assert site.ask("socket", "run/app.sock") == "NOT_SOCKET /run/app.sock"
