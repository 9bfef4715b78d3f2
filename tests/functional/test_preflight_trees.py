# SPDX-License-Identifier: ISC
"""Trees whose files are not all alike: what random sites have found."""

import json
import os
import shutil
import subprocess

import pytest

import supd
from nginx_site import CHECKER
from preflight_case import (APP, STATIC, case, expect, make_site, needs_nginx,
                            run_case, ROW, users)

pytestmark = needs_nginx

TREE = "home/site/static"
PNG = TREE + "/logo.png"


def one_acl_of_many(s):
    """Neither the newest nor the largest; its neighbours have no ACL."""
    s.acl(PNG, "u:%(worker)s:---")
    for number in range(400):
        s.write(TREE + "/%d.png" % number, "larger")


def packed_and_plain(s):
    """Both are 0600, and one is the packed sibling of a readable file."""
    s.write(TREE + "/a.css", "x")
    s.write(TREE + "/a.css.gz", "x", 0o600)
    s.chmod(PNG, 0o600)


def linked(directory, file):
    """A link in the tree to a directory of the app beside it."""
    def arrange(s):
        s.make("home/site/admin")
        s.write("home/site/admin/a.css", "x", file)
        s.write("home/site/admin/b.css", "x")
        s.chmod("home/site/admin", directory)
        s.link(TREE + "/admin", "../admin")
    return arrange


CASES = [
    case("acl", one_acl_of_many, 403, "logo.png", "PF108"),
    case("gzip", packed_and_plain, 403, "logo.png", "PF108", "PF115",
         http="gzip_static on;"),
    case("listing-not-needed", lambda s: (
        s.write(TREE + "/index.html", "x"), s.chmod(TREE, 0o711)), 200, "",
         url="/static/", server=STATIC.replace("}", "autoindex on; }") + APP),
    case("linked", linked(0o755, 0o644), 200, "", url="/static/admin/a.css"),
    case("linked-closed", linked(0o700, 0o644), 403, "admin/a.css", "PF101",
         url="/static/admin/a.css"),
    case("linked-file", linked(0o755, 0o600), 403, "admin/a.css", "PF108",
         url="/static/admin/a.css"),
]


@pytest.mark.parametrize(ROW, CASES)
def test_tree(make_site, arrange, status, said, codes, url, headers,
              arguments):
    run_case(make_site, arrange, status, said, codes, url, headers, arguments)


def many_trees(site, count=5):
    """Locations for trees with files of several kinds and sizes."""
    for number in range(count):
        tree = "home/site/t%d" % number
        site.make(tree)
        for part in range(number + 1):
            site.make("%s/d%d" % (tree, part))
            for name in range(20):
                site.write("%s/d%d/f%d.css" % (tree, part, name), "x" * name,
                           0o600 if name == 3 + part else 0o644)
        site.write(tree + "/.env", "KEY=1\n", 0o640)
        site.link(tree + "/out", "%(home)s/site/static")
    return "".join("location /t%d/ { alias %%(home)s/site/t%d/; }\n" % (n, n)
                   for n in range(count))


def test_two_trees_at_a_time_are_the_same_report(make_site):
    site = make_site(edit=[("server_name site.test;",
                            "server_name site.test;\nTREES")])
    site.edit("TREES", many_trees(site))
    found = []
    for number in "1", "2", "2":
        tree = site.ask("--trees-at-once=" + number).tree
        for name in ("started", "duration_ms"):
            del tree[name]
        found.append(json.dumps(tree))
    assert found[0] == found[1] == found[2]
    seen = [c["seen"]["files"] for c in json.loads(found[0])["programs"][0][
        "checks"] if c.get("seen")]
    assert sorted(seen)[-5:] == [21, 41, 61, 81, 101]
    assert site.check("--trees-at-once=3").returncode == 64


@pytest.mark.skipif(shutil.which("strace") is None,
                    reason="strace is not installed")
def test_at_most_two_children_list(make_site):
    """Each kills itself with the checker; none is more than two."""
    site = make_site(edit=[("server_name site.test;",
                            "server_name site.test;\nTREES")])
    site.edit("TREES", many_trees(site))
    log = site.path("trace")
    done = subprocess.run(
        ["strace", "-f", "-o", log, "-e",
         "trace=clone,clone3,fork,vfork,exit_group,prctl", CHECKER, "-c",
         site.path("supervisord.conf"), "--program", "web", "--fix=none"],
        env=supd.environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False)
    assert done.returncode in (0, 1, 2)
    alive, most = set(), 0
    for line in open(log):
        pid, _, call = line.partition(" ")
        if "PR_SET_PDEATHSIG, SIGKILL" in call:
            alive.add(pid)
        if "+++" in call or "exit_group" in call:
            alive.discard(pid)
        most = max(most, len(alive))
    assert most == 2
