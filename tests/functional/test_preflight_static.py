# SPDX-License-Identifier: ISC
"""Static files, cases T01 to T44 of docs/preflight-cases.md."""

import os
import shutil
import socket
import subprocess

import pytest

import supd
from preflight_case import (APP, LOGO, MEMBER, ROW, STATIC, case, expect,
                            make_site, needs_nginx, run_case, sysctl, users)

pytestmark = needs_nginx

DENIED = 'open() "%(home)s/site/static/logo.png" failed (13: Permission'
PNG = "home/site/static/logo.png"


def chmod(name, mode):
    return lambda s: s.chmod(name, mode)


def owned_by_worker(s):
    s.own(PNG, s.users.worker)
    s.chmod(PNG, 0o044)


def group_of_worker(s):
    s.give(PNG, 0o604)


def acl_then_chmod(s):
    s.acl("home", "u:%(worker)s:x")
    s.chmod("home", 0o700)


def home_with_acl(s):
    s.chmod("home", 0o700)
    s.acl("home", "u:%(worker)s:x")


def moved_in(s):
    s.acl("home/site/static", "d:u:%(worker)s:r")
    s.write("home/moved.png", "x", 0o600)
    os.rename(s.path("home/moved.png"), s.path("home/site/static/moved.png"))


def temporary_renamed(s):
    s.acl("home/site/static", "d:u:%(worker)s:r")
    os.remove(s.path(PNG))
    os.close(os.open(s.path(PNG), os.O_CREAT | os.O_WRONLY, 0o600))
    s.own(PNG)


def five_hundred_uploads(s):
    for i in range(500):
        s.write("home/site/static/%d.jpg" % i, "x")
    s.write("home/site/static/big.mp4", "x", 0o600)


def private_target(s):
    s.make("home/private", 0o700)
    s.write("home/private/logo.png", "x")
    s.link(PNG, "%(home)s/private/logo.png")


def current(s, user=None):
    s.make("home/r1")
    os.rename(s.path("home/site/static"), s.path("home/r1/static"))
    s.link("home/current", "%(home)s/r1", user)


def socket_file(s):
    os.remove(s.path(PNG))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(s.path(PNG))
    s.own(PNG)
    s.chmod(PNG, 0o666)


def gzip_sibling(s):
    s.write(PNG + ".gz", "x", 0o600)


def hidden_by_mask(s):
    s.chmod("home", 0o705)
    s.acl("home", "u:%(worker)s:--x,m::---")
    s.chmod("home", 0o700)


CASES = [
    case("T01", chmod("home", 0o700), 403, DENIED, "PF101"),
    case("T02", chmod("home", 0o750), 403, DENIED, "PF101"),
    case("T03", chmod("home", 0o711), 200, ""),
    case("T04", chmod("home/site", 0o700), 403, DENIED, "PF101"),
    case("T05", chmod("home/site", 0o744), 403, DENIED, "PF101"),
    case("T06", chmod(PNG, 0o600), 403, DENIED, "PF102"),
    case("T07", chmod("home/site/static", 0o711), 403, "opendir() ", "PF106",
         url="/static/", server=STATIC.replace("}", "autoindex on; }") + APP),
    case("T08", chmod("home", 0o700), 404, 'stat() "%(home)s', "PF101",
         "PF112", server="location /static/ { root %(home)s/site; "
         "try_files $uri =404; }" + APP),
    case("T10", lambda s: shutil.rmtree(s.path("home/site/static")), 404,
         "(2: No such file or directory)", "PF103"),
    case("T11", chmod("home", 0o700), 403, "(13: Permission denied)", "PF101",
         url="/static/missing.png"),
    case("T15", lambda s: (s.chmod("home", 0o701), s.private_code(),
                           s.joined()), 403, DENIED, "PF110"),
    case("T16", group_of_worker, 403, DENIED, "PF110"),
    case("T17", owned_by_worker, 403, DENIED, "PF110"),
    case("T18", home_with_acl, 200, ""),
    case("T19", acl_then_chmod, 403, DENIED, "PF109"),
    case("T20", lambda s: s.acl("home/site", "u:%(worker)s:---"), 403,
         DENIED, "PF101"),
    case("T21", lambda s: s.acl("home/site", "u:%(worker)s:---,"
                                     "g:%(worker)s:x"), 403, DENIED, "PF101"),
    case("T22", moved_in, 403, "moved.png", "PF108",
         url="/static/moved.png"),
    case("T22-alone", lambda s: (os.remove(s.path(PNG)), moved_in(s)), 403,
         "moved.png", "PF102", url="/static/moved.png"),
    case("T23", temporary_renamed, 403, DENIED, "PF109"),
    case("T24", five_hundred_uploads, 403, "big.mp4", "PF108",
         url="/static/big.mp4"),
    case("T25", private_target, 403, DENIED, "PF102"),
    case("T26", lambda s: s.link(PNG, "gone"), 404, "(2: No such", "PF105"),
    case("T27", lambda s: s.link(PNG, "logo.png"), 403,
         "(40: Too many levels", "PF105"),
    case("T28", current, 404, "openat() ", "PF113", server=(
        STATIC + APP).replace("site/static", "current/static"),
         http="disable_symlinks on;"),
    case("T28b", lambda s: (os.rename(s.path(PNG), s.path(PNG) + "1"),
                            s.link(PNG, "logo.png1")), 403,
         "(40: Too many levels", "PF113", http="disable_symlinks on;"),
    case("T28-from", current, 200, "", server=(STATIC + APP).replace(
        "site/static", "current/static"),
         http="disable_symlinks on from=%(home)s/current;"),
    case("T29", lambda s: current(s, "root"), 403, "(40: Too many levels", "PF113",
         server=(STATIC + APP).replace("site/static", "current/static"),
         http="disable_symlinks if_not_owner;"),
    case("T32", socket_file, 500, "(6: No such device", "PF114"),
    case("T33", gzip_sibling, 200, 'logo.png.gz" failed (13', "PF115",
         headers="Accept-Encoding: gzip\r\n", http="gzip_static on;"),
    case("T34", lambda s: s.write("home/site/404.html", "x", 0o600), 403,
         "404.html", "PF116", url="/static/gone", server=STATIC + APP +
         "error_page 404 /404.html;"
         "location = /404.html { root %(home)s/site; }"),
    case("T35", lambda s: s.write("home/users", "x", 0o600), 500, "users",
         "PF117", headers="Authorization: Basic eDp5\r\n", server=STATIC.
         replace("}", "auth_basic x; auth_basic_user_file %(home)s/users; }")
         + APP),
    case("T36", lambda s: (
        s.make("home/paid", 0o700), s.write("home/paid/f", "x"),
        s.serve(headers="X-Accel-Redirect: /paid/f\r\n"),
        s.give("run/app.sock", 0o770)), 403, "paid/f",
         "PF118", url="/buy", server=STATIC + APP +
         "location /paid/ { internal; alias %(home)s/paid/; }"),
    case("T37", None, 404, "site/staticlogo.png", "PF119",
         server="location /static/ { alias %(home)s/site/static; }" + APP),
    case("T38", lambda s: os.rename(s.path("home/site/static"),
                                    s.path("home/site/my static")), 404,
         "my\\ static", "PF103", server=STATIC.replace(
             "/static/; }", "/my\\ static/; }") + APP),
    case("T38-quoted", lambda s: os.rename(s.path("home/site/static"),
                                           s.path("home/site/my static")),
         200, "", server=STATIC.replace(
             "%(home)s/site/static/", '"%(home)s/site/my static/"') + APP),
    case("T39", chmod("home", 0o700), 403, "(13: Permission denied)", "PF101",
         "PF122", url="/u/logo.png", server="location ~ ^/u/(.*)$ "
         "{ alias %(home)s/site/static/$1; }" + APP),
    case("T41", chmod("home/site/static/b", 0o700), 403, "static/b/c",
         "PF101", url="/static/b/c", server=STATIC.replace(
             "}", "location /static/b/ { expires 1d; } }") + APP),
    case("T42", lambda s: s.write("home/site/static/index.html", "", 0o600),
         403, 'index.html" failed (13', "PF102", url="/static/"),
    case("T43", None, 403, "directory index of", "PF106", url="/static/"),
    case("T44", hidden_by_mask, 403, DENIED, "PF109"),
    case("T44-other", lambda s: (s.acl("home/site", "u:%(worker)s:---,m::---"),
                                 s.chmod("home/site", 0o705)), 200, ""),
]


@pytest.mark.parametrize(ROW, CASES)
def test_static(make_site, arrange, status, said, codes, url, headers,
                arguments):
    if "static/b" in url:
        inner, arrange = arrange, lambda s: (
            s.make("home/site/static/b"), s.write("home/site/static/b/c", ""),
            inner(s))
    run_case(make_site, arrange, status, said, codes, url, headers, arguments)


def test_t09_the_app_answers(make_site):
    site = make_site(server="location /static/ { root %(home)s/site; "
                     "try_files $uri @app; }\nlocation @app { proxy_pass "
                     "http://unix:%(dir)s/run/app.sock; }" + APP)
    site.serve()
    site.give("run/app.sock", 0o770)
    site.start_nginx()
    assert site.status(LOGO) == 200 and site.answer.endswith(b"png")
    expect(site.ask())
    site.chmod("home", 0o700)
    assert site.status(LOGO) == 200 and site.answer.endswith(b"app")
    expect(site.ask(), "PF101", "PF112")


def test_t30_protected_symlinks(make_site):
    """A trailing link of a third party in a sticky directory."""
    site = make_site(server="location /static/ { alias %(dir)s/drop/; }" + APP)
    os.mkdir(site.path("drop"))
    os.chmod(site.path("drop"), 0o1777)
    site.link("drop/logo.png", "%(home)s/site/static/logo.png")
    site.start_nginx()
    with sysctl("fs/protected_symlinks", "0"):
        assert site.status(LOGO) == 200
        # Whoever may write there may put a file there, too.
        expect(site.ask(), "PF506")
    with sysctl("fs/protected_symlinks", "1"):
        assert site.status(LOGO) == 403
        assert "(13: Permission denied)" in site.log()
        expect(site.ask(), "PF113", "PF506")


def test_t31_fifo_wakes_no_writer(make_site):
    site = make_site()
    os.remove(site.path(PNG))
    os.mkfifo(site.path(PNG))
    site.own(PNG)
    site.start_nginx()
    assert site.status(LOGO) == 404
    assert "is not a regular file" in site.log()
    writer = subprocess.Popen(["sh", "-c", "echo woken > %s" % site.path(PNG)])
    try:
        supd.wait_until(lambda: "wait_for_partner" in open(
            "/proc/%d/wchan" % writer.pid).read() or "fifo_open" in open(
                "/proc/%d/wchan" % writer.pid).read(), "a waiting writer")
        expect(site.ask(), "PF114")
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()


def test_t40_open_file_cache(make_site):
    """The fix is not seen before the cache's time is over."""
    site = make_site(http="open_file_cache max=99; open_file_cache_errors on;")
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF101", "PF124")
    site.chmod("home", 0o711)
    assert site.status(LOGO) == 403
    expect(site.ask())
    site.reload_all()
    assert site.status(LOGO) == 200


def test_t12_t13_groups_change_with_the_generation(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    site.private_code()
    site.start_nginx()
    site.join()
    try:
        assert site.status(LOGO) == 403
        expect(site.ask(), "PF101", "PF005")
        site.reload_all()
        assert site.status(LOGO) == 200
        expect(site.ask(), may=MEMBER)
    finally:
        site.leave()
    assert site.status(LOGO) == 200
    expect(site.ask(), "PF005", may=MEMBER)
    site.reload_all()
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF101")


def test_t14_two_generations(make_site):
    """A half-sent request keeps an old worker, with its old groups."""
    site = make_site(edit=[("worker_shutdown_timeout 1s;", "")])
    site.chmod("home", 0o750)
    site.private_code()
    site.start_nginx()
    old, = site.workers()
    with socket.create_connection(("127.0.0.1", site.port), 20) as half:
        half.sendall(b"GET /static/logo.png HTTP/1.0\r\n")
        supd.wait_until(lambda: b"" == half.recv(0) or True, "a start")
        site.join()
        try:
            site.signal_and_wait(1, lambda: len(site.workers()) == 2 and
                                 not site.fresh() and b"shutting" in open(
                                     "/proc/%d/cmdline" % old, "rb").read(),
                                 "two generations")
            assert old in site.workers()
            # Of the old one, which is still refused.
            expect(site.ask(), "PF006", "PF101", may=MEMBER)
            assert site.status(LOGO) == 200
            half.sendall(b"Host: site.test\r\n\r\n")
            assert b" 403 " in half.recv(999)
        finally:
            site.leave()
