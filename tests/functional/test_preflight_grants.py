# SPDX-License-Identifier: ISC
"""What present and proposed grants open beyond need (contract P4.8, P5.6)."""

import os
import subprocess

from preflight_case import (APP, LOGO, STATIC, expect, make_site, needs_nginx,
                            run, users)

pytestmark = needs_nginx


def private_files(site):
    """As an app under umask 027 leaves them."""
    site.chmod("home", 0o750)
    for name in ("app.py", "wsgi.py", ".env", "tls.key"):
        site.write("home/site/" + name, "x", 0o640)
    site.write("home/site/closed.txt", "x", 0o600)
    site.make("home/shut", 0o700)
    site.write("home/shut/.netrc", "x", 0o640)


def can_read(site, pid, name):
    """Whether a process with the worker's ids can open the file."""
    status = dict(line.split(":\t", 1) for line in
                  open("/proc/%d/status" % pid) if ":\t" in line)
    return subprocess.run(
        ["setpriv", "--reuid", status["Uid"].split()[0],
         "--regid", status["Gid"].split()[0],
         "--groups", ",".join(status["Groups"].split()),
         "cat", site.path(name)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False).returncode == 0


def files_below(site, name):
    for folder, _, names in os.walk(site.path(name)):
        for one in names:
            yield os.path.relpath(os.path.join(folder, one), site.dir)


def test_the_seeds_price_is_what_it_opens(make_site):
    """Counted before it is done, and then done."""
    site = make_site()
    private_files(site)
    site.start_nginx()
    report = site.ask()
    seed = report.fix("PF101", "seed-membership")
    assert not seed["advised"] and seed["simulated"] == "pass"
    assert seed["price"].startswith("4 more files become readable (%s/site/"
                                    % site.home)
    assert seed["price"].endswith(", 2 of them secret by name")
    assert len(seed["also_gains"]) == 4
    assert [line for line in site.check("--program", "web")
            .stdout.splitlines() if "NOT advised: 4 more files" in line]
    before = {n for n in files_below(site, "home")
              if can_read(site, site.workers()[0], n)}
    site.joined()
    site.reload_all()
    after = {n for n in files_below(site, "home")
             if can_read(site, site.workers()[0], n)}
    assert {n for n in after - before if "/static/" not in n} == {
        "home/site/" + n for n in ("app.py", "wsgi.py", ".env", "tls.key")}
    found = site.ask().find("PF507")
    assert "4 more files become readable" in found["message"]
    assert found["opens"] == [site.home + "/site/" + n for n in (
        "tls.key", ".env", "app.py", "wsgi.py")]


def test_a_plan_that_opens_a_secret_is_not_offered(make_site):
    """The home was the only thing in front of a world-readable .env."""
    site = make_site()
    site.chmod("home", 0o750)
    site.write("home/site/.env", "KEY=1\n", 0o644)
    report = site.ask()
    for name in ("acl-traverse", "other-traverse"):
        fix = report.fix("PF101", name)
        assert not fix["advised"]
        assert "%s/site/.env" % site.home in fix["price"]
    assert site.check("--fix=apply", "--yes").returncode == 1
    assert "user:%s" % site.users.worker not in run(
        "getfacl", "-p", site.home).stdout
    site.chmod("home/site/.env", 0o600)
    assert site.ask().fix("PF101", "acl-traverse")["advised"]


def test_a_plan_that_lets_the_worker_write_is_not_offered(make_site, users):
    """The home was the only thing in front of what belongs to the worker."""
    site = make_site()
    site.chmod("home", 0o750)
    site.make("home/site/static/cache")
    site.own("home/site/static/cache", users.worker)
    report = site.ask()
    for name in ("acl-traverse", "other-traverse"):
        fix = report.fix("PF101", name)
        assert not fix["advised"]
        assert "may change files below" in fix["price"]
    run(*fix["commands"][0])
    assert site.ask().find("PF506")["path"] == \
        site.home + "/site/static/cache"


def test_a_secret_that_is_closed_is_as_it_should_be(make_site):
    """No refusal to complain about, and nothing to mend."""
    site = make_site()
    os.rename(site.path("home/site/static/logo.png"),
              site.path("home/site/static/server.key"))
    site.chmod("home/site/static/server.key", 0o600)
    expect(site.ask())
    site.write("home/site/static/b.css", "", 0o600)
    report = site.ask()
    assert report.find("PF108")["path"].endswith("/b.css")
    site.chmod("home/site/static/b.css", 0o644)
    site.chmod("home/site/static/server.key", 0o644)
    site.write("home/site/static/server.key",
               "-----BEGIN RSA PRIVATE KEY-----\nMII")
    expect(site.ask(), "PF501", "PF504")


TWO = """
[program:other]
command=/bin/cat
user=%s
directory=%s
"""


def test_several_tenants(make_site, users):
    """One worker reads for two users: each could publish what it reads of the
    other, and every hole weighs more."""
    server = STATIC + APP + "location /two/ { alias %(dir)s/home2/pub/; }"
    site = make_site(server=server)
    other = users.add("ten", "-U")
    try:
        site.make("home2", 0o750)
        site.make("home2/pub")
        site.write("home2/pub/a.txt", "a")
        site.write("home2/.env", "KEY=2\n", 0o640)
        for name in ("home2", "home2/pub", "home2/pub/a.txt", "home2/.env"):
            site.own(name, other)
        site.write("home/site/.env", "KEY=1\n", 0o644)
        assert site.ask().find("PF502")["severity"] == "warning"
        site.supervisord_conf(extra=TWO % (other, site.path("home2")))
        run("usermod", "-a", "-G", other, users.worker)
        report = site.ask()
        assert report.find("PF502")["severity"] == "error"
        found = report.find("PF514")
        assert found["severity"] == "warning"
        assert found["opens"] == [site.path("home2/.env")]
        assert site.path("home/site/static") in found["message"]
        assert "PF509" not in report.codes()
        # It is what a link would do.
        site.link("home/site/static/x.txt", "%(dir)s/home2/.env")
        site.start_nginx()
        assert site.status("/static/x.txt") == 200
        assert site.answer.endswith(b"KEY=2\n")
        severities = {f["severity"] for f in site.ask().findings
                      if f["code"] == "PF514"}
        assert "critical" in severities
        # Of both groups, each gets at the other's.
        site.joined()
        site.reload_all()
        found = site.ask().find("PF509")
        assert found["severity"] == "error"
        for user in (users.app, other):
            assert user in found["message"]
        # A home that all can list is one step worse, too.
        site.chmod("home", 0o755)
        assert site.ask().find("PF510")["severity"] == "warning"
        site.supervisord_conf()
        assert site.ask().find("PF510")["severity"] == "notice"
        site.supervisord_conf(extra=TWO % (other, site.path("home2")))
        site.chmod("home", 0o711)
        site.leave()
        site.undo.pop_all()
        # Links that nginx does not follow publish nothing.
        site.edit("location /static/ {",
                  "location /static/ { disable_symlinks on;")
        site.reload_all()
        assert site.status("/static/x.txt") == 403
        site.link("home/site/static/x.txt", "logo.png")
        expect(site.ask(), "PF502", "PF113")
    finally:
        users.drop()


def test_a_link_to_what_only_the_worker_may_read(make_site, users):
    site = make_site()
    site.write("reports.csv", "secret", 0o640)
    run("chown", "root:" + users.worker, site.path("reports.csv"))
    site.link("home/site/static/x.csv", "%(dir)s/reports.csv")
    site.start_nginx()
    assert site.status("/static/x.csv") == 200
    found = site.ask().find("PF514")
    assert found["severity"] == "critical"
    assert "asked for as /static/x.csv" in found["message"]
    site.chmod("reports.csv", 0o644)
    assert site.ask().find("PF514")["severity"] == "error"
