# SPDX-License-Identifier: ISC
"""[preflight] report_dir: reports that are there when the run is over."""

import contextlib
import json
import os
import pwd
import stat
import subprocess

import pytest

import gated_site
import nginx_site
import supd
from gated_site import serve, users
from nginx_site import needs_nginx

pytestmark = needs_nginx

STORE = "\n[preflight]\nreport_dir=%(dir)s/reports\n"


def stored(site, name):
    with open(site.path("reports/" + name)) as file:
        return json.load(file)


def facts(path):
    st = os.lstat(path)
    assert stat.S_ISREG(st.st_mode)
    return pwd.getpwuid(st.st_uid).pw_name, oct(stat.S_IMODE(st.st_mode))


def test_each_check_is_stored(serve):
    site, daemon = serve("preflight=block", more=STORE, nginx=True)
    os.mkdir(site.path("reports"))
    assert daemon.ctl("start", "web").status == 0
    assert facts(site.path("reports/web.json")) == ("root", "0o600")
    report = stored(site, "web.json")
    assert report["mode"] == "start"
    assert [p["name"] for p in report["programs"]] == ["web"]
    site.chmod("home", 0o700)
    assert daemon.ctl("preflight", "web").status == 1
    assert "PF101" in json.dumps(stored(site, "web.json"))
    # The check after the start may be writing still.
    supd.wait_until(lambda: sorted(os.listdir(site.path("reports"))) ==
                    ["web.json", "web.kept"], "two files")


def test_each_program_of_a_run(serve):
    site, daemon = serve("preflight=warn", more=STORE + """
[program:other]
command=/bin/cat
autostart=false
""")
    os.mkdir(site.path("reports"))
    site.chmod("home", 0o700)
    done = site.check("--all", "--format=json", conf=daemon.conf)
    whole = json.loads(done.stdout)
    assert [p["name"] for p in whole["programs"]] == ["other", "web"]
    assert whole["summary"]["error"] > 0
    web, other = stored(site, "web.json"), stored(site, "other.json")
    assert [p["name"] for p in other["programs"]] == ["other"]
    assert web["programs"] == whole["programs"][1:]
    assert web["summary"]["error"] > other["summary"]["error"] == 0


@pytest.mark.parametrize("options", [
    ("--assume-user=root",), ("--nginx=none",), ("--root=/",)])
def test_a_run_under_other_conditions_is_not_stored(serve, options):
    site, daemon = serve("preflight=warn", more=STORE)
    os.mkdir(site.path("reports"))
    site.check("--all", "--format=json", *options, conf=daemon.conf)
    assert os.listdir(site.path("reports")) == []


def test_no_link_is_followed(serve):
    site, daemon = serve("preflight=block", more=STORE)
    os.mkdir(site.path("reports"))
    site.write("target", "as it was")
    for name in ("web.json", "web.kept"):
        os.symlink(site.path("target"), site.path("reports/" + name))
    site.check("--all", "--format=json", conf=daemon.conf)
    assert open(site.path("target")).read() == "as it was"
    assert facts(site.path("reports/web.json")) == ("root", "0o600")


def test_a_directory_that_is_not_there(serve):
    """The verdict does not depend on it."""
    site, daemon = serve("preflight=block", more=STORE, nginx=True)
    assert daemon.ctl("start", "web").status == 0
    assert not os.path.exists(site.path("reports"))


# A manager that is not root shows what root found out.

UNPRIVILEGED = """
[supervisord]
logfile=%(dir)s/m/main.log
pidfile=%(dir)s/m/main.pid
childlogdir=%(dir)s/m
[unix_http_server]
file=%(dir)s/m/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[preflight]
report_dir=%(dir)s/m/reports
[program:web]
command=%(command)s
directory=%(home)s/site
user=%(app)s
autostart=false
preflight=warn
preflight_nginx=%(conf)s
"""


@contextlib.contextmanager
def unprivileged(site, conf):
    entry = pwd.getpwnam(site.users.app)

    def become():
        os.setgroups([entry.pw_gid])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    daemon = subprocess.Popen(
        [supd.built("supervisord-c"), "-n", "-c", conf],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=supd.environment(HOME=site.home), preexec_fn=become)
    try:
        supd.wait_until(lambda: supd.listens(site.path("m/s.sock")),
                        "the daemon's socket")
        yield supd.unix_proxy(site.path("m/s.sock"))
    finally:
        daemon.terminate()
        daemon.wait(20)


def test_a_manager_that_is_not_root(users):
    if not os.access(nginx_site.CHECKER, os.X_OK) or subprocess.run(
            ["runuser", "-u", users.app, "--", "test", "-x",
             nginx_site.CHECKER], check=False).returncode != 0:
        pytest.skip("the build folder is closed to other users")
    with contextlib.ExitStack() as stack:
        site = nginx_site.Site(users, options="-m 007")
        stack.callback(site.close)
        gated_site.share_run(site)
        site.make("m")
        site.make("m/reports")
        site.start_nginx()
        conf = site.path("m/supervisord.conf")
        with open(conf, "w") as out:
            out.write(UNPRIVILEGED % dict(site.names, command=site.command,
                                          conf=site.conf))
        rpc = stack.enter_context(unprivileged(site, conf))
        assert rpc.preflight.report("web") == ""
        assert rpc.preflight.check("web")["verdict"] == "undecided"
        own = rpc.preflight.report("web")
        assert "PF016" in own

        def by_root():
            """Anew until it holds: others may make users and nginx."""
            site.check("--all", "--format=json", conf=conf)
            assert facts(site.path("m/reports/web.kept")) == (users.app,
                                                              "0o600")
            report = rpc.preflight.report("web")
            return "PF016" not in report and report
        report = json.loads(supd.wait_until(by_root, "root's report", 60))
        assert report["mode"] == "provision"
        assert report["programs"][0]["findings"] != []
        # It holds no longer, so what the manager found out is shown.
        site.chmod("home/site/static", 0o711)
        assert "PF016" in rpc.preflight.report("web")
