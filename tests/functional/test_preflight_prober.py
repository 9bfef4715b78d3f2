# SPDX-License-Identifier: ISC
"""The prober itself, cases T120 to T125 of contract P7."""

import contextlib
import os
import pwd
import signal
import subprocess

import pytest

import nginx_site
import supd
from preflight_case import LOGO, expect, make_site, needs_nginx, users

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
    assert "PF902" in report.codes("info"), report.findings
    assert report.code == 4


def test_t121_no_right_to_enter_the_namespace(make_site):
    site = make_site()
    site.master = ["unshare", "-m"]
    site.chmod("home", 0o700)
    site.start_nginx()
    report = wrapped(site, "setpriv", "--bounding-set", "-sys_admin",
                     "--inh-caps", "-sys_admin")
    assert report.code != 0
    assert {"PF015", "PF101"} & set(report.codes()), report.findings


def test_t122_not_root(make_site, users):
    site = make_site()
    site.start_nginx()
    for name in ("", "supervisord.conf", "nginx.conf"):
        site.own(name)
    report = wrapped(site, "setpriv", "--reuid", users.app, "--regid",
                     users.app, "--clear-groups")
    assert "PF016" in report.codes("info"), report.findings


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
    folder = os.open(site.path("home/site/static"), os.O_RDONLY)
    for i in range(60000):
        os.mknod("f%d" % i, 0o644, dir_fd=folder)
    os.close(folder)
    done = site.check("--format=gate", "--program", "web")
    found = nginx_site.json.loads(done.stdout.splitlines()[1])
    codes = [f["code"] for f in found["programs"][0]["findings"]]
    assert "PF121" in codes
    assert found["duration_ms"] < 20000


def test_t125_a_worker_that_dies(make_site, users):
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
