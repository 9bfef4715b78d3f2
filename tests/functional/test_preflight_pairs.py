# SPDX-License-Identifier: ISC
"""Which program belongs to which nginx: what nginx really passes on, beside
what the checker pairs."""

import contextlib
import os
import pwd
import subprocess

import pytest

import supd
from nginx_site import make_site, needs_nginx, users

pytestmark = needs_nginx

STATIC = "location /static/ { alias %(home)s/site/static/; }\n"


@contextlib.contextmanager
def gunicorn(site):
    """The program, where it says that it is."""
    entry = pwd.getpwnam(site.users.app)
    process = subprocess.Popen(
        site.command.split(), cwd=site.home + "/site", user=entry.pw_uid,
        group=entry.pw_gid, extra_groups=[], stdin=subprocess.DEVNULL,
        env=supd.environment(HOME=site.home), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("bind, http, passes", [
    ("127.0.0.1", "", "proxy_pass http://127.0.0.1:%d;"),
    ("0.0.0.0", "", "proxy_pass http://localhost:%d/;"),
    ("", "upstream app { server 127.0.0.1:%d; }", "proxy_pass http://app;"),
    ("", "upstream app { server unix:/nowhere/x down; "
     "server localhost:%d weight=2; }", "proxy_pass http://app/;"),
    ("", "map x $to { default 127.0.0.1:%d; }", "proxy_pass http://$to;"),
    ("", "", "set $to 127.0.0.1:%d; proxy_pass http://$to;"),
    ("", "", "if ($args = \"\") { proxy_pass http://127.0.0.1:%d; }"),
])
def test_a_port_pairs(make_site, bind, http, passes):
    port = supd.free_port()
    site = make_site(
        http=http.replace("%d", str(port)),
        server=STATIC + "location / { %s }" % passes.replace("%d", str(port)))
    site.command = "/usr/bin/gunicorn -b %s:%d app:app" % (bind, port)
    site.supervisord_conf()
    site.start_nginx()
    with gunicorn(site):
        supd.wait_until(lambda: site.get("/") == 200, "the program's answer")
    report = site.report()
    assert report.program["paired_by"] == "tcp"
    assert {c["kind"] for c in report.program["checks"]} >= {"static-tree"}
    assert not {c["kind"] for c in report.program["checks"]} & {"socket"}


@pytest.mark.parametrize("http, passes", [
    ("", "proxy_pass http://127.0.0.1:6102;"),
    ("", "proxy_pass http://127.0.0.1:61010;"),
    ("", "proxy_pass http://127.0.0.1:1/:6101;"),
    ("", "proxy_pass http://192.0.2.1:6101;"),
    ("upstream app { server 127.0.0.1:6102; }", "proxy_pass http://app;"),
    ("upstream app { server 127.0.0.1:1; server 127.0.0.1:6101 down; }",
     "proxy_pass http://app;"),
])
def test_another_port_does_not(make_site, http, passes):
    site = make_site(http=http, server=STATIC + "location / { %s }" % passes)
    site.command = "/usr/bin/gunicorn -b 127.0.0.1:6101 app:app"
    site.supervisord_conf()
    assert site.report().program["paired_by"] == "static"


def test_a_tree_of_the_programs_user(make_site):
    """Neither below its directory nor its user's home; closed to nginx."""
    site = make_site(server="location /own/ { alias %(dir)s/out/own/; }\n")
    site.make("out")
    site.make("out/own")
    site.write("out/own/logo.png", "png")
    site.supervisord_conf(command="/usr/bin/python3 app.py")
    site.start_nginx()
    assert site.get("/own/logo.png") == 200
    site.chmod("out", 0o700)
    assert site.get("/own/logo.png") == 403
    report = site.report()
    assert report.program["paired_by"] == "static"
    assert report.find("PF101")["path"] == site.path("out")
    site.own("out", "root")
    site.own("out/own", "root")
    assert site.report().program["paired_by"] is None


def test_several_programs_with_one_socket(make_site):
    """Blue and green, and the processes of one section."""
    site = make_site()
    site.supervisord_conf(extra="""
numprocs=2
process_name=web%%(process_num)d
[program:green]
command={0}
directory=%(home)s/site
user=%(app)s
preflight_nginx=%(dir)s/nginx.conf
""".format(site.command))
    programs = site.report().tree["programs"]
    assert sorted((p["name"], p["paired_by"]) for p in programs) == [
        ("green", "socket"), ("web", "socket")]


@pytest.mark.parametrize("written", [
    "%(dir)s/link/app.sock", "%(dir)s//run/./app.sock",
    "%(dir)s/home/../run/app.sock"])
def test_one_socket_by_two_names(make_site, written):
    site = make_site(server="location / { proxy_pass http://unix:%s; }" %
                     written)
    os.symlink("run", site.path("link"))
    report = site.report()
    assert report.program["paired_by"] == "socket"
    assert "PF208" not in report.codes()
