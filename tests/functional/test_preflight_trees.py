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


CASES = [
    case("acl", one_acl_of_many, 403, "logo.png", "PF102|PF108"),
    case("gzip", packed_and_plain, 403, "logo.png", "PF108", "PF115",
         http="gzip_static on;"),
]


@pytest.mark.parametrize(ROW, CASES)
def test_tree(make_site, arrange, status, said, codes, url, headers,
              arguments):
    run_case(make_site, arrange, status, said, codes, url, headers, arguments)
