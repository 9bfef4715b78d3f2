# SPDX-License-Identifier: ISC
"""docs/preflight-cases.md has a test for each of its cases, and what is left
of them: P11, P18, P19 and P20."""

import ctypes
import os
import re
import shutil
import subprocess
import time

import pytest

import nginx_site
import supd
from preflight_case import expect, make_site, needs_nginx, users

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
LIBC = ctypes.CDLL(None, use_errno=True)


# "contract P4.5" is no case.
CASE = r"(?<![A-Za-z0-9])(?<!contract )([TtPp]\d+)(?!\d|\.\d)"


def covered():
    """What the tests say of cases, as in "T42", "t42_" and "P16"."""
    found = set()
    for folder, _, names in os.walk(os.path.join(TOP, "tests")):
        for name in names:
            if "preflight" in folder + name and name.startswith("test_") \
                    and name.endswith((".py", ".c")):
                with open(os.path.join(folder, name)) as text:
                    found |= {one.upper() for one in re.findall(
                        CASE, text.read().replace("_", " "))}
    return found


def test_every_case_has_a_test():
    with open(os.path.join(TOP, "docs", "preflight-cases.md")) as text:
        cases = re.findall(r"^\| ([TP]\d+) \|", text.read(), re.M)
    assert len(cases) == len(set(cases)) and len(cases) > 120
    assert [one for one in cases if one not in covered()] == []


@needs_nginx
def test_p11_a_configuration_is_never_run(make_site):
    """A gunicorn.conf.py that would leave a mark, and computes its bind."""
    site = make_site()
    mark = site.path("mark")
    site.write("home/site/gunicorn.conf.py", "open(%r, 'w')\n"
               "bind = f'unix:{__name__}'\n" % mark)
    site.command = "%s app:app" % nginx_site.GUNICORN
    site.supervisord_conf()
    report = site.ask()
    assert not os.path.exists(mark)
    unsure, = [f for f in report.findings if f["severity"] == "undecided"]
    assert "gunicorn.conf.py" in unsure["message"]


def silent_mount(site):
    """A FUSE mount in the place of the tree whose server never answers."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse")
    place = site.path("home/site/static").encode()
    device = os.open("/dev/fuse", os.O_RDWR)
    site.undo.callback(os.close, device)
    if LIBC.mount(b"preflight", place, b"fuse", 6, b"fd=%d,rootmode=40755,"
                  b"user_id=0,group_id=0,allow_other" % device) != 0:
        pytest.skip("no FUSE mount: " + os.strerror(ctypes.get_errno()))
    site.undo.callback(LIBC.umount2, place, 2)


def processes_of(conf):
    """Pids of all that have the file on their command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as text:
                if conf.encode() in text.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


@needs_nginx
def test_p18_the_daemon_ends_during_a_check(make_site):
    site = make_site()
    silent_mount(site)
    # What has just changed is not remembered; here it shall be.
    supd.wait_until(lambda: time.time() - os.stat(site.home).st_ctime > 0.1,
                    "a site that rests")
    with supd.Daemon(programs="""
[program:web]
command=%s
directory=%s/site
user=%s
autostart=true
preflight=block
preflight_timeout=60
preflight_nginx=%s
""" % (site.command, site.home, site.users.app, site.conf)) as daemon:
        conf = daemon.conf
        supd.wait_until(lambda: len(processes_of(conf)) > 2,
                        "a check with a child")
    supd.wait_until(lambda: not processes_of(conf), "the end of all of them",
                    show=lambda: str(processes_of(conf)))


@needs_nginx
def test_p19_one_worker_for_a_hundred_programs(make_site):
    site = make_site()
    site.start_nginx()
    worker, = site.workers()
    site.supervisord_conf(extra="".join(
        "[program:p%d]\ncommand=%s\ndirectory=%s/site\nuser=%s\n"
        "preflight_nginx=%s\n" % (number, site.command, site.home,
                                  site.users.app, site.conf)
        for number in range(100)))
    report = site.report("--all")
    assert len(report.tree["programs"]) == 101
    one, = report.tree["identities"]
    assert one["pids"] == [worker]


CALENDAR = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <sys/time.h>
static long jumps;
time_t time(time_t *out)
{
	time_t now = 1700000000 + STEP * ++jumps;
	if (out != 0)
		*out = now;
	return now;
}
int gettimeofday(struct timeval *out, void *zone)
{
	(void)zone;
	out->tv_sec = time(0);
	out->tv_usec = 0;
	return 0;
}
int clock_gettime(clockid_t clock, struct timespec *out)
{
	int (*real)(clockid_t, struct timespec *) =
	    dlsym(RTLD_NEXT, "clock_gettime");
	if (clock != CLOCK_REALTIME)
		return real(clock, out);
	out->tv_sec = time(0);
	out->tv_nsec = 0;
	return 0;
}
"""


@needs_nginx
@pytest.mark.parametrize("step", [3600, -3600])
def test_p20_the_calendar_jumps(make_site, tmp_path, monkeypatch, step):
    """By an hour each time anybody asks: no deadline is over early, and a
    silent file system does not hold the check up."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "calendar.c").write_text(CALENDAR)
    subprocess.run([compiler, "-shared", "-fPIC", "-DSTEP=(%d)" % step, "-o",
                    tmp_path / "calendar.so", tmp_path / "calendar.c",
                    "-ldl"], check=True)
    monkeypatch.setattr(supd, "environment", lambda **more: dict(
        os.environ, LD_PRELOAD=str(tmp_path / "calendar.so"),
        ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0", **more))
    site = make_site(keys="preflight_timeout=3")
    report = site.ask()
    assert report.tree["started"] != ""
    expect(report, "PF004")
    silent_mount(site)
    done = site.check("--format=gate", "--program", "web")
    report = nginx_site.Report(
        nginx_site.json.loads(done.stdout.splitlines()[1]), done.returncode)
    expect(report, "PF123", "PF004")
    assert report.tree["duration_ms"] < 10000
