# SPDX-License-Identifier: ISC
"""A file system that never answers costs its time once, and is named."""

import ctypes
import os

import pytest

from preflight_case import make_site, needs_nginx, users

pytestmark = needs_nginx

LIBC = ctypes.CDLL(None, use_errno=True)
TREES = """
location /a/ { alias %(home)s/site/static/silent/a/; }
location /b/ { alias %(home)s/site/static/silent/b/; autoindex on; }
location /static/ { alias %(home)s/site/static/; }
location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
"""


def hang(site, name):
    """A mount whose server never says a word."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse")
    site.make(name)
    place = site.path(name).encode()
    device = os.open("/dev/fuse", os.O_RDWR)
    site.undo.callback(os.close, device)
    if LIBC.mount(b"preflight", place, b"fuse", 6, b"fd=%d,rootmode=40755,"
                  b"user_id=0,group_id=0,allow_other" % device) != 0:
        pytest.skip("no FUSE mount: " + os.strerror(ctypes.get_errno()))
    site.undo.callback(LIBC.umount2, place, 2)
    return place.decode()


def told(report, code):
    return [finding["path"] for finding in report.findings
            if finding["code"] == code]


def arrange(make_site):
    site = make_site(server=TREES, keys="preflight_timeout=3")
    site.write("home/site/static/closed.css", "x", 0o600)
    site.write("home/site/.env", "x", 0o644)
    return site, hang(site, "home/site/static/silent")


def test_what_hangs_is_named_and_the_rest_is_looked_at(make_site):
    site, place = arrange(make_site)
    report = site.report()
    assert told(report, "PF123") == [place]
    assert told(report, "PF108") == [site.home + "/site/static/closed.css"]
    assert told(report, "PF502") == [site.home + "/site/.env"]
    assert report.code == 4
    # Twenty seconds are what a tree has when it is not a gate that asks.
    assert report.tree["duration_ms"] < 10000


def test_it_is_waited_for_once_by_all_programs(make_site):
    site, place = arrange(make_site)
    text = open(site.path("supervisord.conf")).read()
    section = text[text.index("[program:web]"):]
    with open(site.path("supervisord.conf"), "a") as out:
        for number in range(5):
            out.write(section.replace(":web]", ":web%d]" % number))
    report = site.report()
    assert len(report.tree["programs"]) == 6
    for program in report.tree["programs"]:
        assert [f["path"] for f in program["findings"]
                if f["code"] == "PF123"] == [place]
    assert report.tree["duration_ms"] < 10000


def test_a_hung_mount_in_a_tree_is_kept_away_from(make_site):
    """Nobody asks for what is in it: then nobody has to wait for it."""
    site = make_site(keys="preflight_timeout=3")
    hang(site, "home/site/silent")
    report = site.report()
    assert told(report, "PF123") == []
    assert report.code == 0
    assert report.tree["duration_ms"] < 10000
