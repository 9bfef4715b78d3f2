# SPDX-License-Identifier: ISC
"""The prober itself, cases T120 to T125 of docs/preflight-cases.md."""

import contextlib
import os
import pwd
import signal
import subprocess

import pytest

import nginx_site
import supd
from preflight_case import (LOGO, expect, make_site, mount_memory,
                            needs_nginx, needs_unshare, users)

pytestmark = needs_nginx


def wrapped(site, *before):
    """The checker behind another program, as a report."""
    done = subprocess.run(
        [*before, nginx_site.CHECKER, "-c", site.path("supervisord.conf"),
         "--format", "json", "--program", "web"], env=supd.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=120, check=False)
    assert done.stdout, done.stderr
    return nginx_site.Report(nginx_site.json.loads(done.stdout),
                             done.returncode)


def test_t120_capabilities_that_survive(make_site):
    """Every answer would be yes: the prober has to refuse."""
    site = make_site()
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.status(LOGO) == 403
    report = wrapped(site, "setpriv", "--securebits", "+no_setuid_fixup")
    expect(report, "PF902")
    assert report.code == 4
    # That it could not be asked is no reason to hold the program back.
    done = subprocess.run(
        ["setpriv", "--securebits", "+no_setuid_fixup", nginx_site.CHECKER,
         "-c", site.path("supervisord.conf"), "--format=gate",
         "--program=web"], env=supd.environment(), stdout=subprocess.PIPE,
        text=True, check=False)
    assert done.stdout.startswith("undecided\tPF902 ")


def without(*names):
    lost = ",".join("-" + name for name in names)
    return ["setpriv", "--bounding-set", lost, "--inh-caps", lost]


def test_t121_no_right_to_enter_the_namespace(make_site):
    needs_unshare()
    site = make_site()
    site.master = ["unshare", "-m"]
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.status(LOGO) == 403
    # Through /proc/PID/root the worker's view can still be had ...
    report = wrapped(site, *without("sys_admin"))
    expect(report, "PF101")
    # ... and without the right to look there it cannot.
    report = wrapped(site, *without("sys_admin", "sys_ptrace", "sys_chroot"))
    expect(report, "PF015")
    assert report.code != 0


def test_t122_not_root(make_site, users):
    site = make_site()
    site.start_nginx()
    for name in ("", "supervisord.conf", "nginx.conf"):
        site.own(name)
    report = wrapped(site, "setpriv", "--reuid", users.app, "--regid",
                     users.app, "--clear-groups")
    expect(report, "PF016")


NAMES = [b"new\nline.png", b"esc\x1b[31m.png", b"bad\xff.png"]


@pytest.mark.parametrize("name", NAMES)
def test_t123_names_of_any_bytes(make_site, name):
    site = make_site()
    old = site.path("home/site/static/logo.png").encode()
    path = os.path.join(os.path.dirname(old), name)
    os.rename(old, path)
    os.chmod(path, 0o600)
    site.start_nginx()
    url = "/static/" + "".join("%%%02X" % byte for byte in name)
    assert site.status(url) == 403
    expect(site.ask(), "PF102")
    text = site.check().stdout
    assert "\x1b" not in text and "new\nline" not in text


def test_t124_many_entries(make_site):
    """The listing of one huge directory stays within its budget."""
    site = make_site()
    # In memory: making so many on a disk takes minutes.
    mount_memory(site, "home/site/static", "-o", "mode=755")
    folder = os.open(site.path("home/site/static"), os.O_RDONLY)
    for i in range(200000):
        os.mknod("f%d" % i, 0o644, dir_fd=folder)
    os.close(folder)
    done = site.check("--format=gate", "--program", "web")
    found = nginx_site.json.loads(done.stdout.splitlines()[1])
    expect(nginx_site.Report(found, done.returncode), "PF121", "PF004",
           "PF106")
    assert found["duration_ms"] < 20000


def is_probing(pid, path):
    """Whether the process has the path open, and a child at work."""
    with contextlib.suppress(OSError):
        return path in [os.readlink("/proc/%d/fd/%s" % (pid, fd))
                        for fd in os.listdir("/proc/%d/fd" % pid)] and \
            open("/proc/%d/task/%d/children" % (pid, pid)).read() != ""
    return False


def test_t125_the_worker_is_gone_when_it_is_asked(make_site):
    """It dies while the checker holds its directory in /proc.  What was
    tried before is told; nobody else's identity is taken for the rest."""
    site = make_site()
    site.chmod("home", 0o700)
    site.start_nginx()
    worker, = site.workers()
    checker = subprocess.Popen(
        [nginx_site.CHECKER, "-c", site.path("supervisord.conf"),
         "--format", "json", "--program", "web"], env=supd.environment(),
        stdout=subprocess.PIPE, text=True)
    while not is_probing(checker.pid, "/proc/%d" % worker):
        assert checker.poll() is None, "the checker was too quick"
    checker.send_signal(signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    supd.wait_until(lambda: not os.path.exists("/proc/%d" % worker),
                    "the end of the worker")
    checker.send_signal(signal.SIGCONT)
    output = checker.communicate(timeout=60)[0]
    report = nginx_site.Report(nginx_site.json.loads(output),
                               checker.returncode)
    expect(report, "PF901", may=("PF101",))
    assert report.code == 4
    one, = report.tree["identities"]
    assert one["pids"] == [worker]


def test_t125_workers_that_die(make_site, users):
    """Whatever happens to workers, no identity but theirs is taken."""
    site = make_site()
    site.start_nginx()
    uid = pwd.getpwnam(users.worker).pw_uid
    for _ in range(5):
        checker = subprocess.Popen(
            [nginx_site.CHECKER, "-c", site.path("supervisord.conf"),
             "--format", "json"], env=supd.environment(),
            stdout=subprocess.PIPE, text=True)
        while checker.poll() is None:
            for pid in site.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            supd.wait_until(lambda: site.workers() or
                            checker.poll() is not None, "workers")
        report = nginx_site.json.loads(checker.stdout.read())
        assert {one["uid"] for one in report["identities"]} <= {uid}
