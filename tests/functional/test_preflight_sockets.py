# SPDX-License-Identifier: ISC
"""Sockets, cases T70 to T94 of docs/preflight-cases.md."""

import contextlib
import os
import socket
import subprocess

import pytest

import supd
from preflight_case import (APP, ROW, STATIC, case, expect, make_site,
                            needs_nginx, needs_unshare, run_case, users)

pytestmark = needs_nginx

SOCK = "run/app.sock"


def bound(s, kind=socket.SOCK_STREAM, mode=0o777, listen=4, name=SOCK,
          owner=None):
    """A socket of the app's; who it belongs to is given last."""
    sock = socket.socket(socket.AF_UNIX, kind)
    s.undo.callback(sock.close)
    sock.bind(s.path(name))
    s.own(name, owner)
    s.chmod(name, mode)
    if kind != socket.SOCK_DGRAM and listen:
        sock.listen(listen)
    return sock


def served(mode, dir_mode=0o755):
    def arrange(s):
        s.chmod("run", dir_mode)
        s.serve(SOCK, mode)
    return arrange


def stale(s):
    bound(s).close()


def full_backlog(s):
    bound(s, listen=0).listen(0)
    for _ in range(2):
        client = socket.socket(socket.AF_UNIX)
        s.undo.callback(client.close)
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(s.path(SOCK))


PERMISSION = "(13: Permission denied) while connecting to upstream"
REFUSED = "(111: Connection refused)"
ABSENT = "(2: No such file or directory)"

CASES = [
    case("T70", served(0o755), 502, PERMISSION, "PF202", url="/"),
    case("T71", lambda s: s.serve(SOCK, 0o722), 200, "", url="/"),
    case("T72", served(0o777, 0o700), 502, PERMISSION, "PF201", url="/",
         options=""),
    case("T73", None, 502, ABSENT, "PF203", url="/"),
    case("T74", stale, 502, REFUSED, "PF212", url="/"),
    case("T75", lambda s: s.write(SOCK, "", 0o666), 502, REFUSED, "PF207",
         url="/"),
    case("T76", lambda s: bound(s, socket.SOCK_DGRAM), 502,
         "(91: Protocol wrong type", "PF211", url="/"),
    case("T78", lambda s: s.link(SOCK, "/nonexistent/app.sock"), 502, ABSENT,
         "PF203", url="/"),
    case("T88", None, 502, ABSENT, "PF122", url="/v/app/", server=STATIC +
         APP + "location ~ ^/v/(.*)/ "
         "{ proxy_pass http://unix:%(dir)s/run/$1.sock; }"),
    case("T93", lambda s: (bound(s), s.own(SOCK), s.chmod(SOCK, 0o700),
                           s.serve("run/b.sock", 0o777)), 200, PERMISSION,
         "PF202", url="/", server=STATIC +
         "location / { proxy_pass http://up; }",
         http="upstream up { server unix:%(dir)s/run/app.sock; "
         "server unix:%(dir)s/run/b.sock backup; }"),
    *[case("URI " + address, lambda s: s.serve(SOCK, 0o700), 502, PERMISSION,
           "PF202", url="/", server=STATIC + "location ~ ^/(.*) "
           "{ proxy_pass %s; }" % address,
           http="upstream app { server unix:%(dir)s/run/app.sock; }")
      for address in ("http://app$request_uri", "$scheme://app/x/$1",
                      "http://unix:%(dir)s/run/app.sock:$uri",
                      "http://unix:%(dir)s/run/app.sock:/x/$1$is_args$args")],
    case("three slashes", lambda s: s.serve(SOCK, 0o700), 502, PERMISSION,
         "PF202", url="/", server=STATIC +
         "location / { uwsgi_pass unix://%(dir)s/run/app.sock; }"),
    case("T94", None, 502, ABSENT, "PF217", url="/", bind="unix:@abstract",
         server=STATIC + "location / { proxy_pass http://unix:@abstract; }"),
]


@pytest.mark.parametrize(ROW, CASES)
def test_present(make_site, arrange, status, said, codes, url, headers,
                 arguments):
    run_case(make_site, arrange, status, said, codes, url, headers, arguments)


def test_t77_full_backlog(make_site):
    site = make_site()
    full_backlog(site)
    site.start_nginx()
    assert site.status("/") == 502
    assert "(11: Resource temporarily unavailable)" in site.log()
    # Only a real connect sees it, and the checker makes none unasked.
    expect(site.ask())
    expect(site.ask("--confirm", "http"), "PF212")


def gunicorn(site):
    """What the predicted program really makes: its socket's status."""
    site.start_gunicorn()
    answer = site.status("/")
    site.stop_gunicorn()
    with contextlib.suppress(FileNotFoundError):
        os.remove(site.path(SOCK))
    return answer


def default_acl(s):
    s.own("run")
    s.chmod("run", 0o755)
    s.acl("run", "d:u:%(worker)s:rw")


PREDICTED = [
    pytest.param(lambda s: s.chmod("run", 0o755), "", 200, ["PF213"],
                 id="T80"),
    pytest.param(lambda s: (s.own("run"), s.chmod("run", 0o755)), "-m 007",
                 502, ["PF205"], id="T81"),
    pytest.param(default_acl, "-m 022", 502, ["PF214"], id="T82"),
    pytest.param(default_acl, "-m 007", 200, [], id="T83"),
    pytest.param(lambda s: None, "-m 007", 200, [], id="T84"),
]


@pytest.mark.parametrize("arrange,options,status,codes", PREDICTED)
def test_predicted(make_site, arrange, options, status, codes):
    """Before the program starts; then it starts and nginx shows it."""
    site = make_site(options=options)
    arrange(site)
    site.start_nginx()
    expect(site.ask(), *codes)
    assert gunicorn(site) == status, site.log()


def gunicorn_complains(site, what):
    """It tries again for some seconds; meanwhile and after that nginx finds
    nobody there."""
    with open(site.path("gunicorn.log"), "w") as log:
        process = subprocess.Popen(
            ["runuser", "-u", site.users.app, "--", *site.command.split()],
            cwd=site.home + "/site", env=supd.environment(HOME=site.home),
            stdout=log, stderr=log)
    try:
        supd.wait_until(
            lambda: what in open(site.path("gunicorn.log")).read(), what,
            show=lambda: open(site.path("gunicorn.log")).read())
        return site.status("/")
    finally:
        process.terminate()
        process.wait(60)


def test_t84_another_user_cannot_connect(make_site, users):
    site = make_site()
    other = users.add("third", "-U")
    try:
        site.start_gunicorn()
        connect = ("import socket; socket.socket(socket.AF_UNIX).connect(%r)"
                   % site.path(SOCK))
        done = subprocess.run(
            ["runuser", "-u", other, "--", "/usr/bin/python3", "-c", connect],
            stderr=subprocess.PIPE, text=True, check=False)
        assert "PermissionError" in done.stderr
    finally:
        site.stop_gunicorn()
        users.drop()


def test_t85_stale_socket_of_root_in_a_sticky_directory(make_site):
    site = make_site()
    site.own("run", "root")
    site.chmod("run", 0o1777)
    bound(site, owner="root", mode=0o755).close()
    site.start_nginx()
    assert gunicorn_complains(site, "Can't connect to") == 502
    expect(site.ask(), "PF206")


def test_t86_directory_not_writable_for_the_app(make_site):
    site = make_site()
    os.chown(site.path("run"), 0, -1)
    site.chmod("run", 0o2755)
    site.start_nginx()
    assert gunicorn_complains(site, "Can't connect to") == 502
    assert ABSENT in site.log()
    expect(site.ask(), "PF204")


def test_t87_path_too_long(make_site):
    site = make_site()
    long = "run/" + "x" * 108
    site.edit("run/app.sock", long)
    site.command = site.command.replace("run/app.sock", long)
    site.supervisord_conf()
    site.start_nginx(wait=False)
    assert site.nginx.wait(20) != 0
    assert "too long path in the unix domain socket" in site.log()
    expect(site.ask(), "PF210")


def test_t89_private_tmp_hides_the_socket(make_site):
    needs_unshare()
    site = make_site(before=["unshare", "-m", "sh", "-c",
                             'mount -t tmpfs none "$0"; exec "$@"'])
    site.master.append(site.path("run"))
    site.start_nginx()
    site.serve(SOCK, 0o770)
    assert site.status("/") == 502
    assert ABSENT in site.log()
    expect(site.ask(), "PF209")


def test_t79_read_only_mount_stops_nobody(make_site):
    needs_unshare()
    site = make_site(before=[
        "unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && '
        'mount -o remount,ro,bind "$0"; exec "$@"'])
    site.master.append(site.path("run"))
    site.serve(SOCK, 0o770)
    site.give(SOCK, 0o770)
    site.start_nginx()
    assert site.status("/") == 200
    expect(site.ask())


FCGI = """
[fcgi-program:web]
socket=unix://%(dir)s/run/app.sock
command=/bin/sleep 1000
directory=%(home)s/site
user=%(app)s
startsecs=0
preflight=warn
preflight_nginx=%(conf)s
"""


def test_t90_fcgi_program_default(make_site):
    """Owner is the user, mode 0700: nginx is nobody there.  The program never
    accepts, so that nginx waits where it may connect."""
    site = make_site(server=STATIC + "location / { fastcgi_read_timeout 1s; "
                     "fastcgi_pass unix:%(dir)s/run/app.sock; }")
    site.start_nginx()
    text = FCGI % dict(site.names, conf=site.conf)

    def answer(more=""):
        """What nginx then answers; and what was said before."""
        with open(site.path("supervisord.conf"), "w") as out:
            out.write("[supervisord]\n" + text + more)
        report = site.ask()
        with supd.Daemon(programs=text + more) as daemon:
            daemon.wait_state("web:web", "RUNNING")
            return report, site.status("/")
    report, status = answer()
    assert status == 502 and PERMISSION in site.log()
    expect(report, "PF205")
    report, status = answer("socket_mode=0770\nsocket_owner=%s:%s\n" % (
        site.users.app, site.users.worker))
    assert status == 504, site.log()
    expect(report)


def test_t91_relative_path(make_site):
    site = make_site(edit=[("unix:", "unix:")])
    site.edit("http://unix:" + site.path(SOCK), "http://unix:run/app.sock")
    site.serve(SOCK, 0o770)
    site.give(SOCK, 0o770)
    site.start_nginx(cwd=site.dir)
    assert site.status("/") == 200
    site.stop_nginx()
    site.start_nginx(cwd="/")
    assert site.status("/") == 502
    report = site.ask()
    expect(report, "PF215")


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_SEQPACKET])
def test_t92_the_knock_is_not_heard(make_site, kind):
    site = make_site()
    listener = bound(site, kind)
    site.give(SOCK, 0o770)
    site.start_nginx()
    expect(site.ask(), *(["PF211"] if kind == socket.SOCK_SEQPACKET else []))
    if kind == socket.SOCK_STREAM:
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
