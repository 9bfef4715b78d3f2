# SPDX-License-Identifier: ISC
"""Trees whose files are not all alike: what random sites have found."""

import os

import pytest

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
