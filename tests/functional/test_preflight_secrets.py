# SPDX-License-Identifier: ISC
"""Security, cases T110 to T116 of docs/preflight-cases.md."""

import subprocess

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


def test_t113_sibling_by_two_missing_slashes(make_site):
    site = make_site(server="location /s { alias %(home)s/site/static; }"
                     + APP)
    site.make("home/site/static_secret")
    site.write("home/site/static_secret/a.txt", "hidden")
    site.start_nginx()
    assert site.status("/s_secret/a.txt") == 200
    expect(site.ask(), "PF508")


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


def test_t116_a_wider_mask_for_another_entry(make_site, users):
    """A fix by setfacl must not widen what the mask had cut."""
    site = make_site()
    other = users.add("devs", "-U")
    try:
        site.acl("home", "u:%s:rwx,m::r-x" % other)
        site.chmod("home", 0o750)
        site.start_nginx()
        assert site.status(LOGO) == 403
        report = site.ask()
        expect(report, "PF101")
        first = [f for f in report.find("PF101")["fixes"] if f["commands"]][0]
        for command in first["commands"]:
            subprocess.run(command, check=True)
        assert site.status(LOGO) == 200
        shown = subprocess.run(["getfacl", "-cp", site.home], text=True,
                               stdout=subprocess.PIPE, check=True).stdout
        line, = [l for l in shown.splitlines() if other in l]
        widened = "effective" not in line
        gains = " ".join(first["also_gains"])
        assert not widened or site.home in gains, (shown, first)
    finally:
        users.drop()
