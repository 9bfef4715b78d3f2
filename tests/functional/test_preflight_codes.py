# SPDX-License-Identifier: ISC
"""The table of codes, its documentation and the tests cannot drift apart; and
the codes that no other scenario leads to."""

import os
import re
import subprocess

import pytest

import supd
from preflight_case import (APP, STATIC, expect, make_site, needs_nginx, run,
                            users)


def read(name):
    with open(os.path.join(supd.SRCDIR, name)) as text:
        return text.read()


TABLE = re.findall(r'X\((PF\d+),\s*(\w+),\s*"(.*?)"\)',
                   read("plugins/preflight/report/finding.h"))
SECTION = r"^#### (PF\d+) (\S+), (\w+)\n(.*?)(?=^###|\Z)"
EXPLAINED = re.findall(SECTION, read("docs/preflight.md"), re.M | re.S)


def test_every_code_is_explained_with_its_severity():
    assert len(TABLE) > 80
    assert [(code, name, severity.lower()) for code, severity, name in
            TABLE] == [row[:3] for row in EXPLAINED]


@pytest.mark.parametrize("code,text",
                         [(row[0], " ".join(row[3].split()))
                          for row in EXPLAINED],
                         ids=[row[0] for row in EXPLAINED])
def test_every_code_says_how_to_see_and_to_mend_it(code, text):
    meaning, hand, rest = text.partition("By hand:")
    assert len(meaning.split()) > 2 and hand, code
    assert len(rest.partition("Mend:")[2].split()) > 0, code


def files_that_name(code):
    """Files that claim the code: as a string they compare or expect."""
    for folder in ("tests/functional", "tests/unit/preflight"):
        for name in sorted(os.listdir(os.path.join(supd.SRCDIR, folder))):
            if name.startswith("test_") and name.endswith((".py", ".c")):
                text = read(os.path.join(folder, name))
                if re.search(r'["|(, ]%s\b' % code, text):
                    yield name


@pytest.mark.parametrize("code", [row[0] for row in TABLE])
def test_every_code_is_reached_by_a_test(code):
    assert list(files_that_name(code)), code


@needs_nginx
def test_config_newer_than_workers(make_site):
    site = make_site()
    site.start_nginx()
    supd.wait_until(lambda: touched_later(site), "a later second")
    assert site.ask().find("PF009")["severity"] == "notice"

    def is_settled():
        """A worker of the same second cannot be told from an older one."""
        site.reload_all()
        return "PF009" not in site.ask().codes("info")
    supd.wait_until(is_settled, "a report without PF009")


def touched_later(site):
    """Touches the configuration until it is newer than the worker."""
    os.utime(site.conf)
    started = os.stat("/proc/%d" % site.workers()[0]).st_mtime
    return int(os.stat(site.conf).st_mtime) > int(started) + 1


@needs_nginx
def test_worker_is_the_programs_user(make_site, users):
    site = make_site()
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("user=" + users.app, "user=" + users.worker))
    report = site.ask()
    assert report.find("PF012")["severity"] == "notice"


@needs_nginx
def test_program_cannot_enter_its_directory(make_site):
    site = make_site()
    site.own("home/site", "root")
    site.chmod("home/site", 0o700)
    found = site.ask().find("PF301")
    assert found["path"] == site.home + "/site"
    done = subprocess.run(["runuser", "-u", site.users.app, "--", "ls",
                           site.home + "/site"], stderr=subprocess.PIPE,
                          text=True, check=False)
    assert "Permission denied" in done.stderr


@needs_nginx
@pytest.mark.parametrize("option", ["--access-logfile %s/web.log",
                                    "--log-file=%s/web.log", "-p %s/web.pid",
                                    "--pid=%s/web.pid"])
def test_log_and_pid_file_of_the_program(make_site, option):
    site = make_site(options="-m 007 " + option % "/nonexistent")
    assert site.ask().find("PF302")["severity"] == "error"
    site = make_site(options="-m 007 " + option % "home/logs")
    assert "PF302" in site.ask().codes()
    site.make("home/site/home")
    site.make("home/site/home/logs")
    expect(site.ask())
    site.own("home/site/home/logs", "root")
    found = site.ask().find("PF302")
    assert found["message"].startswith("the program (%s) " % site.users.app)


@needs_nginx
def test_temp_directory_for_answers(make_site):
    site = make_site()
    os.mkdir(site.path("shut"), 0o700)
    site.edit("proxy_temp_path " + site.path("t2"),
              "proxy_temp_path " + site.path("shut/t2"))
    expect(site.ask(), "PF402")


@needs_nginx
def test_databases_and_dumps(make_site):
    site = make_site()
    site.write("home/site/db.sqlite3", "SQLite format 3\0")
    site.write("home/site/dump.sql", "--")
    site.write("home/site/a.db", "something else")
    report = site.ask()
    assert [f["path"] for f in report.findings if f["code"] == "PF505"] == [
        site.home + "/site/" + n for n in ("db.sqlite3", "dump.sql")]
    assert report.find("PF505")["severity"] == "notice"


@needs_nginx
def test_worker_in_a_powerful_group(make_site, users):
    site = make_site()
    run("usermod", "-a", "-G", "adm", users.worker)
    try:
        assert "adm" in site.ask().find("PF509")["message"]
        assert site.ask().find("PF509")["severity"] == "error"
    finally:
        run("gpasswd", "-d", users.worker, "adm")


@needs_nginx
def test_directory_that_a_boot_removes(make_site):
    site = make_site(server=STATIC + APP)
    run("mount", "-t", "tmpfs", "none", site.path("run"))
    try:
        site.give("run", 0o2710)
        assert site.ask().find("PF216")["severity"] == "notice"
    finally:
        run("umount", site.path("run"))
