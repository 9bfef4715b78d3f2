# SPDX-License-Identifier: ISC
"""What several programs share is looked at once in a run."""

import contextlib
import ctypes
import os
import struct

import pytest

import nginx_site
from nginx_site import users

pytestmark = pytest.mark.skipif(nginx_site.reason_to_skip() is not None,
                                reason=str(nginx_site.reason_to_skip()))

LIBC = ctypes.CDLL(None, use_errno=True)
IN_ACCESS = 0x1
IN_OPEN = 0x20
IN_Q_OVERFLOW = 0x4000
EVENT = struct.Struct("iIII")


class Watch:
    """How often directories are opened, and how often then listed."""

    def __init__(self, *paths):
        self.fd = LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.opened, self.listed, self.fresh = {}, {}, {}
        for path in paths:
            watch = LIBC.inotify_add_watch(
                self.fd, path.encode(), IN_OPEN | IN_ACCESS)
            assert watch != -1, os.strerror(ctypes.get_errno())
            self.opened[watch] = self.listed[watch] = 0

    def take(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                events = os.read(self.fd, 65536)
                at = 0
                while at < len(events):
                    watch, mask, _, length = EVENT.unpack_from(events, at)
                    assert not mask & IN_Q_OVERFLOW
                    at += EVENT.size + length
                    # With a name it is something in the directory.
                    if length == 0:
                        self.note(watch, mask)

    def note(self, watch, mask):
        if mask & IN_OPEN:
            self.opened[watch] += 1
            self.fresh[watch] = True
        if mask & IN_ACCESS and self.fresh[watch]:
            self.listed[watch] += 1
            self.fresh[watch] = False

    def close(self):
        os.close(self.fd)


def program(name, site, socket):
    return """
[program:%s]
command=%s -b unix:%s/run/%s app:app
directory=%s/site
user=%s
preflight_nginx=%s
""" % (name, nginx_site.GUNICORN, site.dir, socket, site.home,
       site.users.app, site.conf)


def watched(site, paths):
    """What a run opens and lists of the paths, and its report."""
    watch = Watch(*paths)
    with contextlib.closing(watch):
        report = site.report().tree
        watch.take()
    return watch, report


def listed_places(site):
    site.make("home/site/static/sub")
    site.write("home/site/static/sub/secret.key", "x", 0o600)
    site.write("home/site/static/sub/a.css", "x", 0o600)
    return [site.path("home/" + name)
            for name in ("", "site", "site/static", "site/static/sub")]


def test_programs_of_one_user_share_the_looking(users):
    """Tree, secrets, prices of repairs: all of it costs what it costs one."""
    with contextlib.closing(nginx_site.Site(users)) as site:
        places = listed_places(site)
        alone, one = watched(site, places)
        site.supervisord_conf(extra="".join(
            program("web%d" % number, site, "app.sock")
            for number in range(6)))
        shared, all_of_them = watched(site, places)
    assert all(alone.opened.values()), alone.opened
    assert shared.opened == alone.opened
    found = [sorted(finding["code"] for finding in one_of_them["findings"])
             for one_of_them in all_of_them["programs"]]
    assert len(found) == 7
    assert "PF108" in found[0]
    assert found == [found[0]] * 7
    assert found[0] == sorted(finding["code"] for finding
                              in one["programs"][0]["findings"])


def test_a_directory_is_listed_once(users):
    """For what it serves, for secrets in it, and for what repairs open."""
    with contextlib.closing(nginx_site.Site(users)) as site:
        places = listed_places(site)
        watch, report = watched(site, places)
    assert list(watch.listed.values()) == [1] * len(places)
    assert report["programs"][0]["result"] == "fail"
