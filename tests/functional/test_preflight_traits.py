# SPDX-License-Identifier: ISC
"""What unreadable files have in common and no readable one has (contract P1.2,
S2): it leads to their cause, so it is told, and only if it is so."""

import calendar
import os

import pytest

from preflight_case import make_site, needs_nginx, users

pytestmark = needs_nginx

MB = 1024 * 1024
MARCH = calendar.timegm((2026, 3, 1, 13, 0, 5))
DAY = 86400


def put(site, name, mode, size=10, mtime=MARCH, user=None):
    path = "home/site/static/" + name
    site.write(path, "", mode)
    os.truncate(site.path(path), size)
    site.own(path, user)
    os.utime(site.path(path), (mtime, mtime))


def readable(site, count=30, **more):
    os.remove(site.path("home/site/static/logo.png"))
    for number in range(count):
        put(site, "r%d.css" % number, 0o644, **more)


def told(site, code="PF108"):
    """The end of the sentence and the evidence."""
    found = site.ask().find(code)
    sentence = found["message"].partition("; unlike the readable ones")[2]
    return sentence.strip(), found["evidence"]["unlike_readable"]


def nothing():
    return {"written_after": None, "larger_than": None, "owner": None,
            "partial": False}


def test_big_uploads(make_site):
    """T24: above 2.5 MB Django's uploads are files of their own."""
    site = make_site()
    readable(site, size=2 * MB)
    put(site, "big1.mp4", 0o600, 3 * MB)
    put(site, "big2.mp4", 0o600, 4 * MB)
    site.start_nginx()
    assert site.status("/static/big1.mp4") == 403
    assert site.status("/static/r1.css") == 200
    assert told(site) == ("they are all larger than 2.5 MB",
                          dict(nothing(), larger_than=2 * MB))


def test_one_big_upload(make_site):
    """The bound is one that nobody knows: that of the largest other."""
    site = make_site()
    readable(site, size=1500)
    put(site, "big.mp4", 0o600, 2000)
    assert told(site) == ("it is larger than 1.4 KB",
                          dict(nothing(), larger_than=1500))


@pytest.mark.parametrize("later,text", [
    (DAY, "2026-03-01"), (1, "2026-03-01T13:00:05Z")])
def test_a_deploy_under_another_umask(make_site, later, text):
    site = make_site()
    readable(site)
    for number in range(3):
        put(site, "n%d.css" % number, 0o600, mtime=MARCH + later + number)
    site.start_nginx()
    assert site.status("/static/n0.css") == 403
    assert told(site) == (
        "they were all written after " + text,
        dict(nothing(), written_after="2026-03-01T13:00:05Z"))


def test_files_that_were_moved_in(make_site, users):
    other = users.add("mv", "-U")
    try:
        site = make_site()
        readable(site)
        for number in range(3):
            put(site, "m%d.css" % number, 0o600, mtime=MARCH - number,
                user=other)
        assert told(site) == ("they all belong to " + other,
                              dict(nothing(), owner=other))
    finally:
        users.drop()


def test_all_of_it_together(make_site, users):
    other = users.add("mv", "-U")
    try:
        site = make_site()
        readable(site)
        put(site, "m.css", 0o600, 3 * MB, MARCH + DAY, other)
        assert told(site)[0] == (
            "it was written after 2026-03-01, is larger than 2.5 MB, "
            "belongs to " + other)
    finally:
        users.drop()


def test_nothing_in_common(make_site):
    """One file that contradicts is enough, whichever side it is on."""
    site = make_site()
    readable(site)
    put(site, "u1.css", 0o600, 3 * MB, MARCH + DAY)
    put(site, "u2.css", 0o600, 5, MARCH - DAY)
    assert told(site) == ("", None)
    put(site, "u2.css", 0o600, 4 * MB, MARCH + 2 * DAY)
    assert told(site)[0] != ""
    put(site, "r.css", 0o640, 5, MARCH - DAY)
    os.chmod(site.path("home/site/static/r.css"), 0o645)
    os.truncate(site.path("home/site/static/r.css"), 5 * MB)
    os.utime(site.path("home/site/static/r.css"), (MARCH + 3 * DAY,) * 2)
    assert told(site) == ("", None)


@pytest.mark.parametrize("others,says", [(18, False), (19, True)])
def test_what_may_be_chance(make_site, others, says):
    """One of twenty is the newest of them by chance in one case of twenty."""
    site = make_site()
    readable(site, others)
    put(site, "u.css", 0o600, mtime=MARCH + DAY)
    assert (told(site)[1] is not None) == says


def test_as_far_as_it_was_seen(make_site):
    site = make_site(keys="preflight_budget=files=100,opens=50")
    readable(site, 200)
    for number in range(60):
        put(site, "u%d.css" % number, 0o600, 100)
    sentence, evidence = told(site)
    assert sentence == \
        ", as far as they were seen, they are all larger than 10 bytes"
    assert evidence == dict(nothing(), larger_than=10, partial=True)
