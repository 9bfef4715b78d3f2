# SPDX-License-Identifier: ISC
"""Who the worker is, cases T50 to T59 of docs/preflight-cases.md."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import sys

import nginx_site
import supd
from preflight_case import (APP, LOGO, MEMBER, STATIC, expect, make_site, needs_nginx, run,
                            users)

pytestmark = needs_nginx


def identity(report):
    one, = report.tree["identities"]
    return one


def user_line(site, line):
    site.edit("user %s;" % site.users.worker, line)


def test_t50_the_group_of_the_same_name(make_site, users):
    """passwd's group of the user counts for nothing."""
    site = make_site()
    other = users.add("same", "-U")
    run("usermod", "-g", users.app, other)
    user_line(site, "user %s;" % other)
    site.chmod("home", 0o750)
    site.hand_socket_to(other)
    try:
        assert subprocess.run(
            ["runuser", "-u", other, "--", "cat",
             site.home + "/site/static/logo.png"],
            stdout=subprocess.DEVNULL, check=False).returncode == 0
        site.start_nginx()
        assert site.status(LOGO) == 403
        report = site.ask()
        expect(report, "PF101")
        assert identity(report)["gid"] == grp.getgrnam(other).gr_gid
        site.stop_nginx()
        report = site.ask()
        expect(report, "PF101", "PF004")
        assert identity(report)["groups"] == [grp.getgrnam(other).gr_gid]
    finally:
        users.drop()
        subprocess.run(["groupdel", other], check=False,
                       stderr=subprocess.DEVNULL)


def test_t51_no_group_of_that_name(make_site, users):
    site = make_site()
    other = users.add("lone", "-N", "-g", "nogroup")
    user_line(site, "user %s;" % other)
    try:
        site.start_nginx(wait=False)
        assert site.nginx.wait(20) != 0
        assert 'getgrnam("%s") failed' % other in site.log()
        report = site.ask()
        expect(report, "PF003")
        assert report.code in (1, 3)
    finally:
        users.drop()


def test_t52_no_user_directive(make_site):
    site = make_site()
    user_line(site, "")
    site.hand_socket_to("nogroup")
    site.start_nginx()
    worker, = site.workers()
    nobody = pwd.getpwnam("nobody").pw_uid
    assert site.uid_of(worker) == nobody
    report = site.ask()
    expect(report)
    assert identity(report)["uid"] == nobody
    site.stop_nginx()
    report = site.ask()
    expect(report, "PF004")
    assert identity(report)["uid"] == nobody
    assert identity(report)["gid"] == grp.getgrnam("nogroup").gr_gid


def test_t53_user_on_the_command_line(make_site, users):
    site = make_site()
    user_line(site, "")
    site.start_nginx("-g", "user %s;" % users.worker)
    worker, = site.workers()
    assert site.uid_of(worker) == pwd.getpwnam(users.worker).pw_uid
    report = site.ask()
    expect(report)
    assert identity(report)["user"] == users.worker
    # Without the process only a person knows what it was started with.
    site.stop_nginx()
    assert identity(site.ask())["user"] == "nobody"
    report = site.ask("--assume-user", users.worker)
    expect(report, "PF004")
    assert identity(report)["user"] == users.worker


def test_t54_groups_of_a_root_master_are_lost(make_site, users):
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx(extra_groups=[grp.getgrnam(users.app).gr_gid])
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF101")


def test_t55_a_master_of_another_user_keeps_groups(make_site, users):
    site = make_site()
    site.chmod("home", 0o750)
    site.private_code()
    for name in ("", "nginx.conf"):
        site.own(name, users.worker)
    site.start_nginx(user=users.worker, group=users.worker,
                     extra_groups=[grp.getgrnam(users.app).gr_gid])
    assert site.status(LOGO) == 200
    report = site.ask()
    expect(report, may=MEMBER)
    assert grp.getgrnam(users.app).gr_gid in identity(report)["groups"]


def test_t56_a_worker_that_is_root(make_site):
    site = make_site()
    user_line(site, "user root;")
    site.names["root_workers"] = True
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.status(LOGO) == 200
    expect(site.ask(), "PF007")


def test_t57_a_killed_worker_has_new_groups(make_site):
    site = make_site(edit=[("worker_processes 1", "worker_processes 2")])
    site.chmod("home", 0o750)
    site.start_nginx()
    supd.wait_until(lambda: len(site.workers()) == 2 and not site.fresh(),
                    "two workers")
    first = site.workers()[0]
    site.private_code()
    site.joined()
    os.kill(first, signal.SIGKILL)
    supd.wait_until(lambda: len(site.workers()) == 2 and
                    first not in site.workers() and not site.fresh(),
                    "another worker")
    report = site.ask()
    # The other one still has the old groups.
    expect(report, "PF006", "PF101", "PF005", may=MEMBER)
    assert len(report.tree["identities"]) == 2


def test_t58_a_refused_reload_keeps_the_groups(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx()
    workers = site.workers()
    site.joined()
    good = open(site.conf).read()
    with open(site.conf, "a") as out:
        out.write("nonsense;")
    site.signal_and_wait(signal.SIGHUP,
                         lambda: "unknown directive" in site.log(),
                         "a refusal")
    with open(site.conf, "w") as out:
        out.write(good)
    assert site.workers() == workers and site.status(LOGO) == 403
    expect(site.ask(), "PF005", "PF101")


TITLED = """
import os, sys
if os.fork() == 0:
    os.execv("/bin/cat", ["nginx: worker process"])
os.execv("/bin/cat", [sys.argv[1]])
"""


def test_t59_a_worker_that_stays_uid_0(make_site):
    """What looks like a worker and is still root is not believed."""
    site = make_site()
    for name in ("t1", "t2", "t3", "t4", "t5"):
        site.make(name)
        site.own(name, site.users.worker)
    title = "nginx: master process nginx -c %s" % site.conf
    fake = subprocess.Popen([sys.executable, "-c", TITLED, title],
                            stdin=subprocess.PIPE)
    try:
        children = "/proc/%d/task/%d/children" % (fake.pid, fake.pid)
        supd.wait_until(lambda: open(children).read() and open(
            "/proc/%d/cmdline" % fake.pid).read().startswith(title) and
            open("/proc/%s/cmdline" % open(children).read().split()[0]).read()
            .startswith("nginx: worker"), "a false worker")
        report = site.ask()
        expect(report, "PF008")
        assert all(one["uid"] != 0 for one in report.tree["identities"])
    finally:
        fake.stdin.close()
        fake.wait(20)


def test_the_nginx_of_a_pid_file(make_site, users):
    site = make_site()
    site.start_nginx()
    report = site.ask("--nginx", "pid:%s/nginx.pid" % site.dir)
    assert identity(report)["user"] == users.worker
    assert identity(report)["source"] == "worker"


def started_from(site, *arguments, binary=None, **options):
    """An nginx started in its own folder, which the checker then finds by
    itself."""
    site.nginx = subprocess.Popen(
        [binary or nginx_site.NGINX, *arguments], cwd=site.dir,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, **options)
    supd.wait_until(site.answers, "an answer of nginx", show=site.log)


def test_a_prefix_counts_from_where_nginx_was_started(make_site, users):
    site = make_site(server=STATIC.replace("%(home)s/", "home/") + APP)
    started_from(site, "-p", ".", "-c", "nginx.conf", "-e", "error.log")
    assert site.status(LOGO) == 200
    report = site.ask()
    expect(report)
    assert identity(report)["source"] == "worker"
    site.chmod("home/site/static/logo.png", 0o600)
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF102")


def test_the_log_of_the_command_line(make_site):
    """-e names the log where no directive does; it is opened again, too."""
    site = make_site()
    site.edit("error_log %(dir)s/error.log;" % site.names, "")
    site.make("logs", 0o700)
    site.start_nginx("-e", site.path("logs/e.log"))
    site.log = lambda: open(site.path("logs/e.log")).read()
    site.signal_and_wait(signal.SIGUSR1,
                         lambda: "(13: Permission denied)" in site.log(),
                         "a log that cannot be opened again")
    report = site.ask()
    expect(report, "PF403")
    assert report.find("PF403")["path"] == site.path("logs")


def test_a_binary_that_was_replaced(make_site):
    """What was compiled in is that of the running one."""
    site = make_site()
    user_line(site, "")
    site.hand_socket_to("nogroup")
    binary = site.path("nginx-own")
    shutil.copy(nginx_site.NGINX, binary)
    started_from(site, "-p", site.dir, "-c", site.conf, "-e",
                 site.path("error.log"), binary=binary)
    os.remove(binary)
    report = site.ask()
    expect(report)
    assert identity(report)["user"] == "nobody"
