# SPDX-License-Identifier: ISC
"""Application servers that are installed: the socket each really makes, beside
what the checker said before the start and says of it afterwards."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess

import pytest

import supd
from preflight_case import make_site, needs_nginx, users

pytestmark = needs_nginx

APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200,
                    "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})


def aio(argv):
    from aiohttp import web

    async def hello(request):
        return web.Response(text="hello")
    made = web.Application()
    made.router.add_get("/", hello)
    return made
"""

# A program of its own: no command line says what it binds.
OWN_PROGRAM = """
import asyncio
import sys


async def with_asyncio(path):
    async def answer(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
        writer.close()
    async with await asyncio.start_unix_server(answer, path) as server:
        await server.serve_forever()


async def with_tornado(path, *mode):
    from tornado import httpserver, netutil, web

    class Hello(web.RequestHandler):
        def get(self):
            self.write("hello")
    server = httpserver.HTTPServer(web.Application([("/", Hello)]))
    server.add_socket(netutil.bind_unix_socket(
        path, *(int(m, 8) for m in mode)))
    await asyncio.Event().wait()

asyncio.run({"asyncio": with_asyncio, "tornado": with_tornado}[
    sys.argv[1]](*sys.argv[2:]))
"""
SOCKET = "run/app.sock"

# Command, and the mode that was measured with umask 022.
OWN = [
    ("gunicorn -b unix:%s app:app", 0o777),
    ("gunicorn -m 027 -b unix:%s app:app", 0o750),
    ("uvicorn --uds %s app:asgi", 0o666),
    ("uvicorn --workers 2 --uds %s app:asgi", 0o666),
    ("hypercorn -b unix:%s app:asgi", 0o755),
    ("hypercorn -m 27 -b unix:%s app:asgi", 0o744),
    ("waitress-serve --unix-socket=%s app:app", 0o600),
    ("waitress-serve --unix-socket=%s --unix-socket-perms=660 app:app",
     0o660),
    ("daphne -u %s app:asgi", 0o666),
    ("uwsgi --socket %s", 0o755),
    ("uwsgi --socket %s --chmod-socket=660", 0o660),
    ("uwsgi --socket %s --chmod-socket", 0o666),
    ("uwsgi --socket %s --umask 077", 0o700),
    ("/usr/bin/python3 -m aiohttp.web -U %s app:aio", 0o755),
]

# What the program does, the umask it has, the key that says the mode, and the
# mode that was measured.
PROGRAMS = [
    ("asyncio %s", "022", None, 0o755),
    ("asyncio %s", "007", None, 0o770),
    ("tornado %s", "022", "0600", 0o600),
    ("tornado %s", "007", "0600", 0o600),
    ("tornado %s 660", "022", "0660", 0o660),
]

# The same for root: user and group of the socket as well; None: that of the
# directory.  {app} and {worker} are replaced by names, +{app} by the uid.
ROOT = [
    ("gunicorn -u {app} -g {worker} -m 007 -b unix:%s app:app", "app",
     "worker"),
    ("gunicorn -u {app} -m 007 -b unix:%s app:app", "app", "root"),
    ("gunicorn -g {worker} -m 007 -b unix:%s app:app", "root", "worker"),
    ("hypercorn -u {uid} -g {gid} -b unix:%s app:asgi", "app", "worker"),
    ("hypercorn -u {uid} -b unix:%s app:asgi", "root", None),
    ("uwsgi --uid {app} --gid {worker} --socket %s", "app", "worker"),
    ("uwsgi --uid {app} --socket %s", "app", "root"),
    ("uwsgi --uid {app} --gid {app} --chown-socket {worker} --socket %s",
     "worker", None),
    ("runuser -u {app} -- gunicorn -m 007 -b unix:%s app:app", "app", "app"),
]


def need_server(command):
    server = next(word for word in command.split() if word in (
        "gunicorn", "uvicorn", "hypercorn", "waitress-serve", "daphne",
        "uwsgi", "aiohttp.web"))
    if server == "aiohttp.web":
        need_module("aiohttp")
    elif shutil.which(server) is None:
        pytest.skip("%s is not installed" % server)


def need_module(name):
    """The tests are run by the Python that the programs get."""
    if importlib.util.find_spec(name) is None:
        pytest.skip("%s is not installed" % name)


def program(site, command, user=None):
    """A site whose program is this command; skipped without the server."""
    need_server(command)
    site.write("home/site/app.py", APP)
    site.command = command % site.path(SOCKET)
    site.supervisord_conf()
    if user is not None:
        conf = site.path("supervisord.conf")
        text = open(conf).read().replace("user=%s" % site.users.app,
                                         "user=%s" % user)
        with open(conf, "w") as out:
            out.write(text)


@contextlib.contextmanager
def running(site, user=None, umask=0o022):
    """The server, as the daemon would start it."""
    entry = pwd.getpwnam(user or site.users.app)
    process = subprocess.Popen(
        site.command.split(), cwd=site.home + "/site", umask=umask,
        user=entry.pw_uid, group=entry.pw_gid,
        extra_groups=os.getgrouplist(entry.pw_name, entry.pw_gid),
        env=supd.environment(HOME=site.home, PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def listens(path):
    with socket.socket(socket.AF_UNIX) as client:
        with contextlib.suppress(OSError):
            client.connect(path)
            return True
    return False


def stale(path, user):
    """A socket that nobody is bound to any more."""
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(path)
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    os.chmod(path, 0o777)


@pytest.mark.parametrize("command, mode", OWN)
def test_a_servers_own_mode(make_site, command, mode):
    site = make_site()
    program(site, command)
    said = set(site.ask().codes())
    group = os.stat(site.path("run")).st_gid
    with running(site):
        supd.wait_until(lambda: listens(site.path(SOCKET)), "its socket")
        made = os.lstat(site.path(SOCKET))
        assert made.st_mode & 0o7777 == mode
        assert made.st_gid == group
        after = site.ask("--running")
    assert "PF218" not in after.codes("info")
    # Worker and directory have one group: w for it decides.
    assert ("PF205" in said) == (mode & 0o020 == 0), said
    assert ("PF202" in after.codes()) == (mode & 0o020 == 0), after.codes()


@pytest.mark.parametrize("does, umask, says, mode", PROGRAMS)
def test_a_program_that_says_its_socket(make_site, does, umask, says, mode):
    need_module(does.split()[0])
    site = make_site()
    site.write("home/site/own.py", OWN_PROGRAM)
    site.command = "/usr/bin/python3 own.py " + does % site.path(SOCKET)
    keys = "umask=%s\npreflight_socket=%s\n" % (umask, site.path(SOCKET))
    if says is not None:
        keys += "preflight_socket_mode=%s\n" % says
    site.supervisord_conf(keys)
    said = site.ask().codes()
    with running(site, umask=int(umask, 8)):
        supd.wait_until(lambda: listens(site.path(SOCKET)), "its socket")
        assert os.lstat(site.path(SOCKET)).st_mode & 0o7777 == mode
        after = site.ask("--running")
        # A program that does not say it is not what was predicted.
        site.supervisord_conf("umask=022\npreflight_socket=%s\n" %
                              site.path(SOCKET))
        assert ("PF218" in site.ask("--running").codes()) == (mode != 0o755)
    assert "PF218" not in after.codes("info")
    assert ("PF205" in said) == (mode & 0o020 == 0), said
    # None of them removes it, none is hindered by it.
    assert os.path.exists(site.path(SOCKET))
    with running(site, umask=int(umask, 8)):
        supd.wait_until(lambda: listens(site.path(SOCKET)), "its socket")


@pytest.mark.parametrize("command, user, group", ROOT)
def test_a_socket_of_root(make_site, command, user, group):
    """Root gives it away, or becomes somebody else before."""
    site = make_site()
    worker = pwd.getpwnam(site.users.worker)
    program(site, command.format(
        app=site.users.app, worker=site.users.worker,
        uid=pwd.getpwnam(site.users.app).pw_uid, gid=worker.pw_gid), "root")
    names = {"app": site.users.app, "worker": site.users.worker,
             "root": "root"}
    os.chmod(site.path("run"), 0o777)
    os.chown(site.path("run"), -1, 4)
    if group is None:
        os.chmod(site.path("run"), 0o2777)
    with running(site, "root"):
        supd.wait_until(lambda: listens(site.path(SOCKET)), "its socket")
        made = os.lstat(site.path(SOCKET))
        assert made.st_uid == pwd.getpwnam(names[user]).pw_uid
        assert made.st_gid == (4 if group is None else
                               pwd.getpwnam(names[group]).pw_gid)
        report = site.ask("--running")
    assert "PF218" not in report.codes("info"), report.find("PF218")


@pytest.mark.parametrize("options, creates", [
    ("--uid {app} --gid {app}", False),
    ("--uid {app} --gid {app} --chown-socket {worker}", True),
])
def test_uwsgi_becomes_its_user_first(make_site, options, creates):
    """Unless it has to give the socket away, root's rights are gone when the
    socket is made."""
    site = make_site()
    program(site, "uwsgi --socket %s " + options.format(
        app=site.users.app, worker=site.users.worker), "root")
    os.chown(site.path("run"), 0, 0)
    site.chmod("run", 0o755)
    report = site.ask()
    with running(site, "root") as process:
        supd.wait_until(lambda: listens(site.path(SOCKET)) or
                        process.poll() is not None, "its socket or its end")
        assert listens(site.path(SOCKET)) == creates
    assert ("PF204" in report.codes()) == (not creates)
    if not creates:
        assert site.users.app in report.find("PF204")["message"]


@pytest.mark.parametrize("command, starts", [
    ("daphne -u %s app:asgi", False),
    ("uvicorn --workers 2 --uds %s app:asgi", False),
    ("uvicorn --reload --uds %s app:asgi", False),
    ("uvicorn --uds %s app:asgi", True),
    ("gunicorn -m 007 -b unix:%s app:app", True),
    ("hypercorn -b unix:%s app:asgi", True),
    ("waitress-serve --unix-socket=%s app:app", True),
    ("uwsgi --socket %s", True),
    ("/usr/bin/python3 -m aiohttp.web -U %s app:aio", True),
])
def test_an_old_socket(make_site, command, starts):
    """Some servers remove it, some do not start any more."""
    site = make_site()
    program(site, command)
    stale(site.path(SOCKET), site.users.app)
    report = site.ask()
    with running(site) as process:
        supd.wait_until(lambda: listens(site.path(SOCKET)) or
                        process.poll() is not None, "its socket or its end")
        assert listens(site.path(SOCKET)) == starts
    assert ("PF206" in report.codes()) == (not starts), report.codes()
