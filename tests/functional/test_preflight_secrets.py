# SPDX-License-Identifier: ISC
"""Security, cases T110 to T116 of docs/preflight-cases.md."""

import os
import subprocess

import pytest

from preflight_case import (APP, LOGO, expect, make_site, needs_nginx, run,
                            users)

pytestmark = needs_nginx


def secret(s, mode=0o644):
    s.write("home/site/.env", "KEY=1\n", mode)


def test_t110_membership_opens_env(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    secret(site, 0o640)
    site.start_nginx()
    assert "PF502" not in site.ask().codes()
    site.joined()
    site.reload_all()
    assert site.status(LOGO) == 200
    expect(site.ask(), "PF502", "PF507")


def test_t111_a_tenant_publishes_what_another_hides(make_site, users):
    """Both homes are open for nginx by membership."""
    site = make_site()
    other = users.add("ten", "-U")
    try:
        site.make("home2", 0o750)
        site.write("home2/.env", "KEY=2\n", 0o640)
        for name in ("home2", "home2/.env"):
            site.own(name, other)
        run("usermod", "-a", "-G", other, users.worker)
        site.joined()
        site.link("home/site/static/x.txt", "%(dir)s/home2/.env")
        site.start_nginx()
        assert site.status("/static/x.txt") == 200
        assert site.answer.endswith(b"KEY=2\n")
        expect(site.ask(), "PF514", "PF507")
    finally:
        users.drop()


def test_t112_traversal_by_a_missing_slash(make_site):
    site = make_site(server="location /s { alias %(home)s/site/static/; }"
                     + APP)
    secret(site)
    site.start_nginx()
    assert site.status("/s../.env") == 200
    assert site.answer.endswith(b"KEY=1\n")
    report = site.ask()
    expect(report, "PF508", "PF504", "PF502")
    assert report.find("PF508")["severity"] == "critical"


@pytest.mark.parametrize("name,codes,severity", [
    ("a.txt", ["PF508"], "warning"),
    (".env", ["PF508", "PF504", "PF502"], "critical"),
])
def test_t113_sibling_by_two_missing_slashes(make_site, name, codes, severity):
    site = make_site(server="location /s { alias %(home)s/site/static; }"
                     + APP)
    site.make("home/site/static_secret")
    site.write("home/site/static_secret/" + name, "hidden")
    site.start_nginx()
    assert site.status("/s_secret/" + name) == 200
    report = site.ask()
    expect(report, *codes)
    assert report.find("PF508")["severity"] == severity
    if "PF504" in codes:
        assert "can be asked for as /s_secret/" + name in \
            report.find("PF504")["message"]


def test_t114_root_is_the_project(make_site):
    site = make_site(server="location / { root %(home)s/site; }"
                     "location /app { proxy_pass "
                     "http://unix:%(dir)s/run/app.sock; }")
    site.make("home/site/.git")
    site.write("home/site/.git/config", "[core]\n")
    site.write("home/site/index.html", "")
    site.start_nginx()
    assert site.status("/.git/config") == 200
    expect(site.ask(), "PF503", "PF504")


def test_t114_denied_by_a_location(make_site):
    """What an earlier rule refuses is not exposed."""
    site = make_site(server="location / { root %(home)s/site; }"
                     "location ~ /\\. { deny all; }"
                     "location ~ \\.py$ { return 404; }"
                     "location /app { proxy_pass "
                     "http://unix:%(dir)s/run/app.sock; }")
    site.make("home/site/.git")
    site.write("home/site/.git/config", "[core]\n")
    site.write("home/site/index.html", "")
    site.start_nginx()
    assert site.status("/.git/config") == 403
    expect(site.ask(), "PF503")


APP_BELOW = "location /app { proxy_pass http://unix:%(dir)s/run/app.sock; }"
INSIDE = "location / { root %(home)s/site/static; index logo.png; HOW }" + \
    APP_BELOW + "location @x { root %(home)s/site; }"


@pytest.mark.parametrize("how", [
    "try_files $uri @x;", "error_page 403 404 = @x;", "try_files $uri @y; }"
    "location @y { root %(home)s/site/static; try_files $uri @x;"])
def test_t114_behind_a_named_location(make_site, how):
    """What is missing in one tree is looked for in another."""
    site = make_site(server=INSIDE.replace("HOW", how))
    site.write("home/site/.env", "KEY=1")
    site.start_nginx()
    assert site.status("/.env") == 200
    expect(site.ask(), "PF502", "PF504")


def test_t114_a_named_location_that_nobody_comes_to(make_site):
    site = make_site(server=INSIDE.replace("HOW", "error_page 500 @x;"))
    site.write("home/site/.env", "KEY=1")
    site.start_nginx()
    assert site.status("/.env") == 404
    expect(site.ask(), "PF502")


@pytest.mark.parametrize("merge", [True, False])
def test_t114_two_slashes_pass_by_a_prefix(make_site, merge):
    site = make_site(server=("" if merge else "merge_slashes off;") +
                     "location / { root %(home)s/site/static; index "
                     "logo.png; } location /.env { deny all; }" + APP_BELOW)
    site.write("home/site/static/.env", "KEY=1")
    site.start_nginx()
    assert site.status("/.env") == 403
    assert site.status("//.env") == (403 if merge else 200)
    report = site.ask()
    if merge:
        expect(report, "PF502")
    else:
        expect(report, "PF502", "PF504")
        assert report.find("PF504")["message"].endswith(" as //.env")


def test_t115_worker_can_change_the_code(make_site):
    site = make_site()
    site.chmod("home/site/app.py", 0o664)
    expect(site.ask())
    site.joined()
    site.start_nginx()
    worker, = site.workers()
    groups = open("/proc/%d/status" % worker).read()
    assert subprocess.run(
        ["setpriv", "--reuid", str(site.uid_of(worker)), "--regid",
         str(site.uid_of(worker)), "--groups", groups.partition("Groups:")[2]
         .split("\n")[0].strip().replace(" ", ","), "test", "-w",
         site.home + "/site/app.py"], check=False).returncode == 0
    expect(site.ask(), "PF506", "PF507")


def test_t112_a_rule_that_stops_the_traversal(make_site):
    """nginx's own matching order decides: a regex sees the escaped URL."""
    site = make_site(server="location /s { alias %(home)s/site/static/; }"
                     "location ~ /\\. { deny all; }" + APP)
    secret(site)
    site.start_nginx()
    assert site.status("/s../.env") == 403
    assert site.status("/s../app.py") == 200
    report = site.ask()
    expect(report, "PF508", "PF502")
    assert report.find("PF508")["severity"] == "warning"


RSA = "-----BEGIN RSA PRIVATE KEY-----\n"
HARMLESS = {
    "ca.pem": "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
    "certifi/cacert.pem": "-----BEGIN CERTIFICATE-----\n",
    "id_rsa.pub": "ssh-rsa AAAA",
    ".env.example": "KEY=\n",
    ".env.sample": "KEY=\n",
    ".env.dist": "KEY=\n",
    ".env.template": "KEY=\n",
    "lib/site-packages/m/tests/server.key": RSA,
    "lib/site-packages/m/test/fixture.sqlite3": "SQLite format 3\0",
    ".well-known/acme.key": RSA,
    "notes.key": "where is my key?\n",
    "htpasswd.key": RSA,
}


def test_what_only_looks_like_a_secret(make_site):
    """The false positives of contract P4.8, all at once."""
    site = make_site(server="location / { root %(home)s/site/static; "
                     "auth_basic x; auth_basic_user_file "
                     "%(home)s/site/htpasswd.key; }"
                     "location /app { proxy_pass "
                     "http://unix:%(dir)s/run/app.sock; }")
    for name, text in HARMLESS.items():
        folder = "home/site"
        for part in name.split("/")[:-1]:
            folder += "/" + part
            if not os.path.isdir(site.path(folder)):
                site.make(folder)
        site.write("home/site/" + name, text)
    expect(site.ask(), "PF106")
    # What is one, one step less severe: encrypted, or a pointer.
    site.write("home/site/a.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert site.ask().find("PF501")["severity"] == "warning"
    site.write("home/site/.git", "gitdir: ../x/.git/worktrees/y\n")
    assert site.ask().find("PF503")["severity"] == "info"
