# SPDX-License-Identifier: ISC
"""The table of codes, its documentation and the tests cannot drift apart; and
the codes that no other scenario leads to."""

import json
import os
import re
import shutil
import subprocess

import pytest

import nginx_site
import supd
from preflight_case import (APP, STATIC, expect, make_site, mount_memory,
                            needs_nginx, run, users)


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


SHOWN = re.findall(r"^\| (PF\d+) \| `(\w+\.py)` \| `(test_\w+)`( T\d+)? \|$",
                   read("docs/preflight-cases.md"), re.M)


def test_every_code_has_a_test_that_is_named():
    assert [row[0] for row in SHOWN] == [row[0] for row in TABLE]


@pytest.mark.parametrize("code,name,function,case", SHOWN,
                         ids=[row[0] for row in SHOWN])
def test_the_named_test_expects_the_code(code, name, function, case):
    """In its own text, or in the row of the case that it is given."""
    text = read("tests/functional/" + name)
    if case:
        case = case.strip()
        begin = max(text.find('case("%s"' % case),
                    text.find('id="%s"' % case))
        rows = text[begin - 300:begin + 600]
        assert begin != -1 and '"%s"' % code in rows, case
    body = re.search(r"^def %s\(.*?(?=^def |^class |^@|\Z)" % function, text,
                     re.M | re.S)
    assert body, function
    wanted = [line for line in body[0].splitlines()
              if re.search(r'(?:"|\\t)%s\b' % code, line)
              and "not in" not in line]
    assert wanted or case, function


OLD_KERNEL = r"""
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#define ARG(n) offsetof(struct seccomp_data, args[n])
int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARG(1)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 15),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_SEQPACKET, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return 97;
	execv(argv[1], argv + 1);
	return 98;
}
"""


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


@needs_nginx
@pytest.mark.parametrize("change", ["link", "swap", "gone", "none"])
def test_config_that_names_other_files(make_site, change):
    """Sites are switched on and off by links to files that are older."""
    site = make_site(http="include %(dir)s/on/*; include %(dir)s/now/*.conf;")
    for name in ("on", "all", "r1", "r2"):
        os.mkdir(site.path(name))
    for name in ("all/a", "all/b", "r1/x.conf", "r2/x.conf"):
        site.write(name, "")
    os.symlink("../all/a", site.path("on/a"))
    os.symlink("r1", site.path("now"))
    site.start_nginx()
    assert "PF009" not in site.ask().codes("info")
    # By whole seconds nothing is later before two of them.
    supd.wait_until(lambda: is_later_than_worker(site), "a later second")
    if change == "link":
        os.symlink("../all/b", site.path("on/b"))
    elif change == "swap":
        os.symlink("r2", site.path("next"))
        os.rename(site.path("next"), site.path("now"))
    elif change == "gone":
        os.remove(site.path("on/a"))
    found = [f["message"] for f in site.ask().findings
             if f["code"] == "PF009"]
    named = {"link": ["on/"], "gone": ["on/"], "swap": ["now"], "none": []}
    assert [name for name in named[change] if site.path(name) in found[0]] \
        == named[change] and len(found) == len(named[change]), found


def is_later_than_worker(site):
    mark = site.path("mark")
    open(mark, "w").close()
    started = os.stat("/proc/%d" % site.workers()[0]).st_mtime
    return int(os.stat(mark).st_mtime) > int(started) + 2


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
def test_histories_and_keys_to_log_in(make_site, users):
    site = make_site()
    for name in (".bash_history", ".python_history", ".mysql_history",
                 ".psql_history"):
        site.write("home/" + name, "mysql -psecret\n", 0o644)
    site.make("home/.ssh")
    site.write("home/.ssh/authorized_keys", "ssh-ed25519 AAAA\n", 0o644)
    report = site.ask()
    found = [f for f in report.findings if f["code"] == "PF515"]
    assert [(os.path.basename(f["path"]), f["severity"]) for f in found] == [
        (n, "warning") for n in (".bash_history", ".mysql_history",
                                 ".psql_history", ".python_history")]
    # Reading the keys is harmless; adding one is not, without reading.
    run("chgrp", users.worker, site.path("home/.ssh/authorized_keys"))
    site.chmod("home/.ssh/authorized_keys", 0o620)
    found, = [f for f in site.ask().findings if f["code"] == "PF515" and
              f["path"].endswith("authorized_keys")]
    assert "can log in as " + users.app in found["message"]


@needs_nginx
def test_no_nginx_leads_there(make_site):
    site = make_site(server=STATIC)
    os.chown(site.home + "/site/static", 0, 0)
    site.edit(site.home + "/site/static", site.path("elsewhere"))
    os.mkdir(site.path("elsewhere"))
    # Somebody said which nginx it is.
    report = site.ask()
    assert report.find("PF010")["severity"] == "error"
    assert site.path("run/app.sock") in report.find("PF010")["message"]
    assert report.code == 3
    conf = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(conf.replace("preflight_nginx=%s\n" % site.conf, ""))
    report = site.ask("--nginx", site.conf)
    assert report.find("PF010")["severity"] == "info"
    assert report.code == 0


@needs_nginx
def test_a_kernel_that_cannot_answer(make_site, tmp_path):
    """Without SOCK_SEQPACKET nobody can knock: said, and not taken for a
    yes."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "old.c").write_text(OLD_KERNEL)
    subprocess.run([compiler, "-o", tmp_path / "old", tmp_path / "old.c"],
                   check=True)
    site = make_site()
    site.serve(mode=0o770)
    site.give("run/app.sock", 0o770)
    done = subprocess.run(
        [tmp_path / "old", nginx_site.CHECKER, "-c",
         site.path("supervisord.conf"), "--format=json", "--program=web"],
        env=supd.environment(), stdout=subprocess.PIPE, check=False)
    if done.returncode == 97:
        pytest.skip("no seccomp filter can be set here")
    report = nginx_site.Report(json.loads(done.stdout), done.returncode)
    found = report.find("PF903")
    assert found["severity"] == "undecided"
    assert report.code == 2


@needs_nginx
def test_directory_that_a_boot_removes(make_site):
    site = make_site(server=STATIC + APP)
    mount_memory(site, "run")
    site.give("run", 0o2710)
    assert site.ask().find("PF216")["severity"] == "notice"
