# SPDX-License-Identifier: ISC
"""The checker by itself: 20 programs behind one nginx with 100 000 files."""

import os
import pwd
import shutil
import statistics
import subprocess
import tempfile
import time

PROGRAMS = 20
FILES = 100000
A_DIRECTORY = 250
WORKER = "pfbench_ngx"
ROUNDS = 5

ROWS = {
    "report_users": ("preflight report: 20 programs of 20 users, 100 000 "
                     "files", "ms", 0),
    "report_shared": ("the same of one user with one home", "ms", 0),
    "check_cold": ("gate's check of one of 20 users, all is looked at", "ms",
                   1),
    "check_warm": ("the same, nothing has changed", "ms", 1),
    "check_warm_shared": ("gate's check with 100 000 files in the home, "
                          "nothing has changed", "ms", 1),
}


class Accounts:
    """Users of the benchmark's own, gone when it is over."""

    def __init__(self):
        self.names = []

    def add(self, name, home):
        subprocess.run(["useradd", "-M", "-U", "-d", home, "-s",
                        "/usr/sbin/nologin", name], check=True)
        self.names.append(name)
        return pwd.getpwnam(name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["userdel", name], stderr=subprocess.DEVNULL,
                           check=False)


def make_dir(path, owner):
    os.makedirs(path, exist_ok=True)
    os.chown(path, owner.pw_uid, owner.pw_gid)


def make_files(path, owner, count):
    for first in range(0, count, A_DIRECTORY):
        folder = "%s/%d" % (path, first)
        make_dir(folder, owner)
        for number in range(A_DIRECTORY):
            fd = os.open("%s/%d.js" % (folder, number),
                         os.O_CREAT | os.O_WRONLY, 0o644)
            os.fchown(fd, owner.pw_uid, owner.pw_gid)
            os.close(fd)


class Site:
    """Programs that each serve a part of the files; in homes of their own, or
    all in one."""

    def __init__(self, accounts, shared):
        self.dir = tempfile.mkdtemp(prefix="bench-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.conf = self.dir + "/supervisord.conf"
        servers, sections, owner = "", "[supervisord]\n", None
        for number in range(PROGRAMS):
            home = self.dir + ("/home" if shared else "/home%d" % number)
            if owner is None or not shared:
                owner = accounts.add("pfbench_%s%d" % (
                    "one" if shared else "app", number), home)
            names = {"dir": self.dir, "number": number,
                     "site": "%s/site%d" % (home, number),
                     "user": owner.pw_name}
            for path in (home, names["site"], names["site"] + "/static",
                         "%(dir)s/run%(number)d" % names):
                make_dir(path, owner)
            make_files(names["site"] + "/static", owner, FILES // PROGRAMS)
            servers += """
server {
    server_name s%(number)d.test;
    location /static/ { alias %(site)s/static/; }
    location / { proxy_pass http://unix:%(dir)s/run%(number)d/app.sock; }
}""" % names
            sections += """
[program:p%(number)d]
command=gunicorn -m 007 -b unix:%(dir)s/run%(number)d/app.sock app:app
directory=%(site)s
user=%(user)s
preflight_nginx=%(dir)s/nginx.conf
""" % names
        with open(self.dir + "/nginx.conf", "w") as out:
            out.write("user %s; events {} http { access_log off; %s }\n" % (
                WORKER, servers))
        with open(self.conf, "w") as out:
            out.write(sections)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)


def take_time(argv, stdin=subprocess.DEVNULL):
    begun = time.monotonic_ns()
    done = subprocess.run(argv, stdin=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    taken = (time.monotonic_ns() - begun) / 1e6
    if done.stderr or not done.stdout:
        raise RuntimeError("the checker: %r" % done.stderr)
    return taken


def report_time(checker, site):
    return statistics.median(
        take_time([checker, "-c", site.conf, "--format=json"])
        for _ in range(ROUNDS))


def check_time(checker, site, kept):
    """As the daemon's plugin asks, with a file in memory that keeps the
    answer, or a new one each time."""
    argv = [checker, "-c", site.conf, "--format=gate", "--program", "p3",
            "--keep"]
    taken, file = [], os.memfd_create("kept")
    # What has changed just now is not vouched for.
    time.sleep(0.1)
    for number in range(ROUNDS + 1):
        if not kept:
            os.ftruncate(file, 0)
        one = take_time(argv, file)
        if number > 0:
            taken.append(one)
    os.close(file)
    return statistics.median(taken)


def measure_preflight(make):
    """Ours only; needs root, for users of its own."""
    checker = os.path.join(os.path.dirname(make.func.daemon),
                           "supervisord-c-preflight")
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        return {}
    found = {}
    with Accounts() as accounts:
        accounts.add(WORKER, "/nonexistent")
        with Site(accounts, shared=False) as site:
            found["report_users"] = report_time(checker, site)
            found["check_cold"] = check_time(checker, site, False)
            found["check_warm"] = check_time(checker, site, True)
        with Site(accounts, shared=True) as site:
            found["report_shared"] = report_time(checker, site)
            found["check_warm_shared"] = check_time(checker, site, True)
    return found
