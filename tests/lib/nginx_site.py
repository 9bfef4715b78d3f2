# SPDX-License-Identifier: ISC
"""A home of an app user, an nginx with its own worker user, a supervisord.conf.

For the tests of the preflight checker: real users, a real nginx and a real
gunicorn, so that what the checker says can be held against what they do.
"""

import contextlib
import grp
import http.client
import json
import os
import pwd
import shutil
import signal
import subprocess

import pytest

import supd

CHECKER = supd.built("supervisord-c-preflight")
NGINX = supd.installed("/usr/sbin/nginx")
GUNICORN = supd.installed("/usr/bin/gunicorn")


def reason_to_skip():
    if os.geteuid() != 0:
        return "needs root to make users"
    if not supd.has_capability(supd.CAP_SYS_PTRACE):
        return "needs CAP_SYS_PTRACE to see what a worker of nginx sees"
    if CHECKER is None:
        return "supervisord-c-preflight is not built"
    if NGINX is None or GUNICORN is None:
        return "nginx or gunicorn is not installed"
    if shutil.which("useradd") is None or shutil.which("setfacl") is None:
        return "useradd or setfacl is not installed"
    return None


needs_nginx = pytest.mark.skipif(reason_to_skip() is not None,
                                 reason=str(reason_to_skip()))


def run(*command):
    """Runs a tool; account tools are tried again while a lock is held."""
    def attempt():
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              check=False)
        if "try again later" in done.stdout:
            return None
        assert done.returncode == 0, (command, done.stdout)
        return done
    return supd.wait_until(attempt, "success of %s" % command[0])


class Users:
    """An app user and a worker user whose names no other run has, each with a
    group of its name."""

    def __init__(self):
        self.app = "pf_app%d" % os.getpid()
        self.worker = "pf_ngx%d" % os.getpid()
        self.others = []
        for user in (self.app, self.worker):
            run("useradd", "-M", "-U", "-s", "/usr/sbin/nologin", user)

    def add(self, stem, *options):
        name = "pf_%s%d" % (stem, os.getpid())
        run("useradd", "-M", "-s", "/usr/sbin/nologin", *options, name)
        self.others.append(name)
        return name

    def drop(self):
        """userdel leaves a group that others are members of."""
        while self.others:
            name = self.others.pop()
            run("userdel", name)
            subprocess.run(["groupdel", name], stderr=subprocess.DEVNULL,
                           check=False)

    def remove(self):
        self.drop()
        for user in (self.app, self.worker):
            run("userdel", user)


@pytest.fixture(scope="module")
def users():
    made = Users()
    yield made
    made.remove()


NGINX_CONF = """
user %(worker)s; daemon off; worker_processes 1; worker_shutdown_timeout 1s;
pid %(dir)s/nginx.pid; error_log %(dir)s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %(dir)s/t1; proxy_temp_path %(dir)s/t2;
    fastcgi_temp_path %(dir)s/t3; uwsgi_temp_path %(dir)s/t4;
    scgi_temp_path %(dir)s/t5;
%(http)s
    server {
        listen 127.0.0.1:%(port)d;
        server_name site.test;
%(server)s
    }
}
"""

SERVER = """
        location /static/ { alias %(home)s/site/static/; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
"""

APP_PY = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""


class Site:
    def __init__(self, users, server=SERVER, http="", keys="",
                 bind="unix:%(dir)s/run/app.sock", options=""):
        self.users = users
        self.dir = supd.short_dir("pf-")
        os.chmod(self.dir, 0o755)
        self.home = self.path("home")
        self.port = supd.free_port()
        self.gunicorn = self.nginx = None
        self.make("home", 0o755)
        run("usermod", "-d", self.home, users.app)
        self.make("home/site")
        self.make("home/site/static")
        self.write("home/site/static/logo.png", "png")
        self.write("home/site/app.py", APP_PY)
        self.make("run")
        self.names = {"worker": users.worker, "app": users.app,
                      "dir": self.dir, "home": self.home, "port": self.port}
        self.command = "%s -b %s %s app:app" % (GUNICORN, bind % self.names,
                                                options)
        self.conf = self.path("nginx.conf")
        with open(self.conf, "w") as out:
            out.write(NGINX_CONF % dict(
                self.names, http=http % self.names,
                server=server % self.names))
        self.supervisord_conf(keys)

    def supervisord_conf(self, keys="", command=None, extra=""):
        with open(self.path("supervisord.conf"), "w") as out:
            out.write("""
[supervisord]
[program:web]
command=%s
directory=%s/site
user=%s
preflight_nginx=%s
%s
%s
""" % (command or self.command, self.home, self.users.app, self.conf,
       keys % self.names, extra % self.names))

    def path(self, name):
        return os.path.join(self.dir, name)

    def own(self, name, user=None):
        entry = pwd.getpwnam(user or self.users.app)
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

    def start_nginx(self):
        self.nginx = subprocess.Popen(
            [NGINX, "-p", self.dir, "-e", self.path("error.log"),
             "-c", self.conf], stderr=subprocess.DEVNULL)
        supd.wait_until(self.worker, "an nginx worker")

    def worker(self):
        """Pid of the one worker that has dropped its privileges."""
        children = "/proc/%d/task/%d/children" % (self.nginx.pid,
                                                  self.nginx.pid)
        uid = "Uid:\t%d" % pwd.getpwnam(self.users.worker).pw_uid
        pids = []
        for pid in open(children).read().split():
            with contextlib.suppress(OSError):
                title = open("/proc/%s/cmdline" % pid, "rb").read()
                if title.strip(b"\0 ") == b"nginx: worker process" and \
                        uid in open("/proc/%s/status" % pid).read():
                    pids.append(int(pid))
        return pids[0] if len(pids) == 1 else None

    def reload(self):
        old = self.worker()
        self.nginx.send_signal(signal.SIGHUP)
        supd.wait_until(lambda: self.worker() not in (None, old) and
                        not os.path.exists("/proc/%d" % old),
                        "a new worker alone")

    def start_gunicorn(self):
        entry = pwd.getpwnam(self.users.app)

        def become():
            os.setgroups([entry.pw_gid])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            os.umask(0o022)
        self.gunicorn = subprocess.Popen(
            self.command.split(), cwd=self.home + "/site", preexec_fn=become,
            env=supd.environment(HOME=self.home), stderr=subprocess.DEVNULL)
        supd.wait_until(lambda: supd.listens(self.path("run/app.sock")),
                        "gunicorn's socket")

    def stop_gunicorn(self):
        if self.gunicorn is not None:
            self.gunicorn.terminate()
            # It waits 30 s for a worker that was still starting.
            self.gunicorn.wait(60)
            self.gunicorn = None

    def get(self, url):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        client.request("GET", url, headers={"Host": "site.test"})
        status = client.getresponse().status
        client.close()
        return status

    def check(self, *options, conf="supervisord.conf"):
        """The finished checker: returncode, stdout, stderr."""
        return subprocess.run(
            [CHECKER, "-c", self.path(conf)] + list(options),
            env=supd.environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)

    def report(self, *options):
        done = self.check("--format", "json", *options)
        assert done.stderr == "", done.stderr
        return Report(json.loads(done.stdout), done.returncode)

    def close(self):
        self.stop_gunicorn()
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(20)
        shutil.rmtree(self.dir)

    def group_of(self, user):
        return grp.getgrnam(user).gr_name


def fixture_of(kind):
    """make_site(...) gives sites of the kind, closed after the test."""
    @pytest.fixture
    def make_site(users):
        with contextlib.ExitStack() as stack:
            def make(**arguments):
                site = kind(users, **arguments)
                stack.callback(site.close)
                return site
            yield make
    return make_site


make_site = fixture_of(Site)


class Report:
    def __init__(self, tree, code):
        self.tree, self.code = tree, code
        self.program = tree["programs"][0]
        self.findings = self.program["findings"] + tree["findings"]

    def codes(self, least="warning"):
        """Codes of findings at least that severe, and undecided ones."""
        order = ["undecided", "info", "notice", "warning", "error",
                 "critical"]
        return sorted({f["code"] for f in self.findings
                       if f["severity"] == "undecided" or
                       order.index(f["severity"]) >= order.index(least)})

    def find(self, code):
        found = [f for f in self.findings if f["code"] == code]
        assert found, (code, self.codes("info"))
        return found[0]

    def fix(self, code, name):
        for fix in self.find(code)["fixes"]:
            if fix["id"] == name:
                return fix
        raise AssertionError("%s has no fix %s: %s" % (
            code, name, self.find(code)["fixes"]))
