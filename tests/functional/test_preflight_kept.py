# SPDX-License-Identifier: ISC
"""Answers that are given again: never after anything they rest on changed."""

import contextlib
import os
import socket
import struct
import subprocess

import pytest

import gated_site
import nginx_site
import supd
from gated_site import users
from keeper import TIME_AT, Keeper
from nginx_site import needs_nginx

pytestmark = needs_nginx


@pytest.fixture
def keep(users):
    with contextlib.ExitStack() as stack:
        def make(keys="preflight=block", nginx=True, **more):
            site = nginx_site.Site(users, options="-m 007", keys=keys, **more)
            stack.callback(site.close)
            gated_site.share_run(site)
            site.make("home/site/static/css")
            site.write("home/site/static/css/a.css", "a")
            if nginx:
                site.start_nginx()
            keeper = Keeper(site)
            stack.callback(keeper.close)
            return site, keeper
        yield make


def acl(what, path):
    subprocess.run(["setfacl", "-m", what, path], check=True)


def edit(path, old, new):
    text = open(path).read()
    assert old in text
    with open(path, "w") as out:
        out.write(text.replace(old, new))


def undisturbed(scene):
    """Until the scene was true once: users and every nginx master of the machine
    are part of what an answer rests on, and others may be at work there."""
    supd.wait_until(scene, "an answer that is given again", 60)


def swap_link(site):
    os.symlink(site.path("home/site/private"), site.path("new"))
    os.rename(site.path("new"), site.path("home/site/static/link"))


def stale_socket(site):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(site.path("run/app.sock"))


# What may change, and the code that has to show then; None: only a fresh look.
CHANGES = {
    "a middle directory is closed":
        (lambda s: s.chmod("home", 0o700), "PF101"),
    "the last directory is closed":
        (lambda s: s.chmod("home/site/static/css", 0o700), "PF101"),
    "a file is closed":
        (lambda s: s.chmod("home/site/static/css/a.css", 0o600), "PF10"),
    "an ACL denies a middle directory":
        (lambda s: acl("u:%s:---" % s.users.worker, s.home), "PF101"),
    "an ACL denies a file":
        (lambda s: acl("u:%s:---" % s.users.worker,
                       s.path("home/site/static/css/a.css")), "PF10"),
    "a default ACL on the socket's directory":
        (lambda s: subprocess.run(
            ["setfacl", "-d", "-m", "g::---", s.path("run")], check=True),
         "PF205"),
    "the owner of the socket's directory":
        (lambda s: os.chown(s.path("run"), 0, 0), "PF2"),
    "a directory is moved away":
        (lambda s: os.rename(s.path("home/site/static"),
                             s.path("home/site/old")), "PF103"),
    "a file is new and closed":
        (lambda s: s.write("home/site/static/css/b.css", "b", 0o600), "PF10"),
    "something lies at the socket's path":
        (lambda s: s.write("run/app.sock", "x"), "PF207"),
    "a stale socket": (stale_socket, None),
    "nginx.conf": (
        lambda s: edit(s.conf, "home/site/static/;", "home/site/gone/;"),
        "PF103"),
    "the program's command": (
        lambda s: edit(s.path("supervisord.conf"), "-m 007", "-m 077"),
        "PF205"),
    "a gunicorn.conf.py that was not there": (
        lambda s: s.write("home/site/gunicorn.conf.py", "umask = 0o077\n"),
        None),
    "a reload": (lambda s: s.reload(), None),
    "a killed worker": (
        lambda s: (os.kill(s.worker(), 9),
                   supd.wait_until(s.worker, "a new worker")), None),
    "nginx ends": (lambda s: (s.nginx.terminate(), s.nginx.wait(20)), None),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(keep, what):
    change, code = CHANGES[what]
    site, keeper = keep()
    assert keeper.settle().startswith("ok\t")
    change(site)
    fresh, line = keeper.is_fresh()
    assert fresh, line
    if code is not None:
        assert line.startswith("fail\t" + code), line


def test_the_workers_of_another_nginx(keep):
    """Which masters there are is part of the answer, not their workers."""
    site, keeper = keep()
    other, _ = keep()

    def kill_and_ask():
        keeper.settle()
        os.kill(other.worker(), 9)
        supd.wait_until(other.worker, "a new worker")
        return keeper.is_fresh() == (False, "ok\t")
    undisturbed(kill_and_ask)


def test_the_databases_of_users(keep, users):
    _, keeper = keep()
    keeper.settle()
    nginx_site.run("usermod", "-a", "-G", users.app, users.worker)
    try:
        fresh, line = keeper.is_fresh()
        assert fresh and "PF005" in line, line
        keeper.settle()
    finally:
        nginx_site.run("gpasswd", "-d", users.worker, users.app)
    assert keeper.is_fresh() == (True, "ok\t")
    keeper.settle()
    nginx_site.run("usermod", "-c", "another name", users.app)
    assert keeper.is_fresh() == (True, "ok\t")


def test_a_file_that_an_include_finds(keep):
    site, keeper = keep(http="include %(dir)s/more/*.conf;", nginx=False)
    os.mkdir(site.path("more"))
    keeper.settle()
    site.write("more/a.conf", "root /nowhere;\n")
    assert keeper.is_fresh()[0]
    keeper.settle()
    site.write("more/a.conf", "root /elsewhere;\n")
    assert keeper.is_fresh()[0]


def test_a_program_file_that_an_include_finds(keep):
    site, keeper = keep(nginx=False)
    with open(site.path("supervisord.conf"), "a") as out:
        out.write("[include]\nfiles=%s/conf.d/*.conf\n" % site.dir)
    os.mkdir(site.path("conf.d"))
    keeper.settle()
    site.write("conf.d/a.conf", "[preflight]\nfail_level=critical\n")
    assert keeper.is_fresh()[0]
    keeper.settle()
    site.write("conf.d/a.conf", "[preflight]\nfail_level=warning \n")
    assert keeper.is_fresh()[0]


def test_a_link_that_leads_elsewhere(keep):
    site, keeper = keep()
    site.make("home/site/private")
    site.write("home/site/private/x", "x", 0o600)
    os.symlink(site.path("home/site/static/css"),
               site.path("home/site/static/link"))
    keeper.settle()
    swap_link(site)
    assert keeper.is_fresh()[0]


def test_what_a_start_changes_is_not_looked_at(keep):
    """The socket comes and goes, logs grow: the answer is the same."""
    site, keeper = keep()
    site.write("home/site/app.log", "one\n")
    site.start_gunicorn()
    supd.wait_until(lambda: site.get("/") == 200, "Python's compiled files")
    site.stop_gunicorn()

    def comes_and_goes():
        keeper.settle()
        before = keeper.time()
        site.start_gunicorn()
        site.stop_gunicorn()
        with open(site.path("home/site/app.log"), "a") as log:
            log.write("two\n")
        site.write("run/other", "x")
        os.unlink(site.path("run/other"))
        return (keeper.ask(), keeper.time()) == ("ok\t", before)
    undisturbed(comes_and_goes)


def test_a_failure_is_kept_too(keep):
    site, keeper = keep()
    site.chmod("home", 0o700)
    assert keeper.settle().startswith("fail\tPF101")
    site.chmod("home", 0o755)
    assert keeper.is_fresh() == (True, "ok\t")


@pytest.mark.parametrize("bytes_kept", [
    b"", b"x", b"preflight", b"\0" * 4096, b"\xff" * 4096])
def test_garbage_in_the_file(keep, bytes_kept):
    _, keeper = keep()
    os.pwrite(keeper.file, bytes_kept, 0)
    assert keeper.settle() == "ok\t"


def test_a_file_cut_short_at_every_length(keep):
    _, keeper = keep(nginx=False)
    line = keeper.settle()
    whole = os.pread(keeper.file, 1 << 20, 0)
    for cut in range(1, len(whole), len(whole) // 40):
        os.ftruncate(keeper.file, 0)
        os.pwrite(keeper.file, whole[:cut], 0)
        assert keeper.ask() == line


def test_an_old_answer(keep):
    """Not after five minutes: as if it had been given then."""
    _, keeper = keep()

    def make_older(ms):
        os.pwrite(keeper.file, struct.pack("q", keeper.time() - ms), TIME_AT)

    def just_not_too_old():
        keeper.settle()
        make_older(290000)
        return not keeper.is_fresh()[0]
    undisturbed(just_not_too_old)
    make_older(20000)
    assert keeper.is_fresh()[0]


@pytest.mark.parametrize("older_ms, change", [
    (0, lambda site: site.write("home/site/static/css/new.css", "x")),
    (0, lambda site: site.chmod("home/site/static/css", 0o700)),
    (0, lambda site: site.chmod("home/site/.env", 0o640)),
    (40000, lambda site: site.chmod("home/site/static/css/700.css", 0o600)),
])
def test_a_large_tree(keep, older_ms, change):
    """At first by its directories and what was tried, then by all of it."""
    site, keeper = keep()
    site.write("home/site/.env", "x")
    for number in range(1500):
        site.write("home/site/static/css/%d.css" % number, "x")

    def still_given():
        keeper.settle()
        os.pwrite(keeper.file,
                  struct.pack("q", keeper.time() - older_ms), TIME_AT)
        return not keeper.is_fresh()[0]
    undisturbed(still_given)
    change(site)
    assert keeper.is_fresh()[0]


def test_another_question(keep):
    site, keeper = keep()
    with open(site.path("supervisord.conf"), "a") as out:
        out.write("[program:other]\ncommand=/bin/cat\npreflight=block\n")
    keeper.settle()
    keeper.program = "other"
    assert keeper.is_fresh()[0]
    keeper.program = "web"
    assert keeper.is_fresh()[0]


def test_what_cannot_be_vouched_for(keep):
    """nginx itself was asked: nothing shows when it would answer otherwise."""
    _, keeper = keep(keys="preflight=block\npreflight_confirm=http")
    for _ in range(3):
        keeper.ask()
        assert keeper.time() == 0
