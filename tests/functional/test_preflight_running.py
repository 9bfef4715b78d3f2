# SPDX-License-Identifier: ISC
"""Around a start: the runtime directory before, the real socket after it."""

import grp
import json
import os
import pwd
import stat

import pytest

import nginx_site
import supd
from gated_site import serve, users
from nginx_site import needs_nginx

pytestmark = needs_nginx


def row(daemon):
    for one in daemon.rpc.preflight.reports():
        if one["name"] == "web":
            return one["verdict"], one["sentence"]
    return None


# A server of the name and options of gunicorn that makes what it is told.
SERVER = """#!/usr/bin/python3
import os, socket, time
path = %(path)r
os.umask(0)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
os.chmod(path, %(mode)#o)
server.listen(5)
while True:
    time.sleep(1000)
"""


def pretender(site, mode):
    site.write("gunicorn", SERVER % {"path": site.path("run/app.sock"),
                                     "mode": mode}, 0o755)
    return "%s -b unix:%s -m 007 app:app" % (site.path("gunicorn"),
                                             site.path("run/app.sock"))


def configured(site, daemon, command):
    """The daemon with another command for the program."""
    text = open(daemon.conf).read()
    with open(daemon.conf, "w") as out:
        out.write(text.replace("command=" + site.command,
                               "command=" + command))
    daemon.ctl("update")


def test_the_socket_is_as_predicted(serve):
    _, daemon = serve("preflight=block", nginx=True)
    assert daemon.ctl("start", "web").status == 0
    daemon.wait_state("web", "RUNNING")

    def looked_again():
        report = daemon.rpc.preflight.report("web")
        return "running" in json.loads(report)["mode"] and report
    report = supd.wait_until(looked_again, "a second look")
    assert "PF218" not in report
    assert row(daemon) == ("ok", "")


def test_pf218_another_mode(serve):
    site, daemon = serve("preflight=block", nginx=True)
    configured(site, daemon, pretender(site, 0o666))
    assert daemon.ctl("start", "web").status == 0
    supd.wait_until(lambda: row(daemon)[0] == "warn", "a warning",
                    show=lambda: row(daemon))
    verdict, sentence = row(daemon)
    assert sentence.startswith("PF218 the socket %s is srw-rw-rw- " %
                               site.path("run/app.sock")), sentence
    assert "was to be srwxrwx--- " in sentence
    assert "preflight of 'web': warn, PF218" in daemon.messages()


def test_a_socket_that_refuses_the_worker(serve):
    site, daemon = serve("preflight=block", nginx=True)
    configured(site, daemon, pretender(site, 0o600))
    assert daemon.ctl("start", "web").status == 0
    supd.wait_until(lambda: row(daemon)[0] == "fail", "a failure",
                    show=lambda: row(daemon))
    assert row(daemon)[1].startswith("PF202 ")
    codes = [f["code"] for f in json.loads(
        daemon.rpc.preflight.report("web"))["programs"][0]["findings"]]
    assert "PF218" in codes
    # It runs already: nothing is done to it.
    assert daemon.rpc.supervisor.getProcessInfo("web")["statename"] == \
        "RUNNING"
    assert site.get("/") == 502


def test_a_program_that_never_listens(serve):
    site, daemon = serve("preflight=block\npreflight_timeout=3", nginx=True)
    site.write("gunicorn", "#!/bin/sh\nexec sleep 1000\n", 0o755)
    configured(site, daemon, "%s -b unix:%s -m 007 app:app" % (
        site.path("gunicorn"), site.path("run/app.sock")))
    assert daemon.ctl("start", "web").status == 0
    supd.wait_until(lambda: row(daemon)[0] == "fail", "a failure",
                    show=lambda: row(daemon))
    assert row(daemon)[1].startswith("PF203 the socket ")


# The runtime directory

RUNTIME = "preflight=%s\npreflight_runtime_dir=%%(dir)s/rt"
BIND = "unix:%(dir)s/rt/app.sock"
SERVER_CONF = """
        location / { proxy_pass http://unix:%(dir)s/rt/app.sock; }
"""


def facts(path):
    st = os.lstat(path)
    return (pwd.getpwuid(st.st_uid).pw_name, grp.getgrgid(st.st_gid).gr_name,
            oct(stat.S_IMODE(st.st_mode)))


def wanted(users):
    return users.app, users.worker, "0o2710"


def runtime(serve, mode="block"):
    return serve(RUNTIME % mode, nginx=True, bind=BIND, server=SERVER_CONF)


@pytest.mark.parametrize("mode", ["block", "warn", "off"])
def test_the_directory_is_made(serve, users, mode):
    site, daemon = runtime(serve, mode)
    assert not os.path.exists(site.path("rt"))
    assert daemon.ctl("start", "web").status == 0
    daemon.wait_state("web", "RUNNING")
    assert facts(site.path("rt")) == wanted(users)
    supd.wait_until(lambda: supd.listens(site.path("rt/app.sock")),
                    "the socket")
    assert site.get("/") == 200


def test_the_prediction_knows_of_it(serve):
    site, daemon = runtime(serve)
    done = site.check("--format=json", conf=daemon.conf)
    report = nginx_site.Report(json.loads(done.stdout), done.returncode)
    assert not os.path.exists(site.path("rt"))
    assert report.codes() == [], report.findings
    # As long as the program does not take the right away again.
    edited = open(daemon.conf).read().replace("-m 007", "-m 077")
    with open(site.path("other.conf"), "w") as out:
        out.write(edited)
    done = site.check("--format=json", conf="other.conf")
    report = nginx_site.Report(json.loads(done.stdout), done.returncode)
    assert report.codes() == ["PF205"], report.findings


def test_one_that_is_the_programs_is_mended(serve, users):
    site, daemon = runtime(serve)
    site.make("rt", 0o700)
    assert daemon.ctl("start", "web").status == 0
    assert facts(site.path("rt")) == wanted(users)


def left_alone(site, daemon, why):
    daemon.ctl("start", "web")
    supd.wait_until(lambda: "runtime directory of 'web': " in daemon.messages(),
                    "a word about it")
    line, = [line for line in daemon.messages().splitlines()
             if "runtime directory of 'web': " in line]
    assert line.endswith(site.path("rt") + ": " + why), line


def test_one_of_somebody_else_is_left_alone(serve):
    site, daemon = runtime(serve)
    os.mkdir(site.path("rt"), 0o755)
    left_alone(site, daemon, "it belongs to root and is left as it is")
    assert facts(site.path("rt")) == ("root", "root", "0o755")


def test_no_link_is_followed(serve, users):
    site, daemon = runtime(serve)
    site.make("target", 0o700)
    os.symlink(site.path("target"), site.path("rt"))
    left_alone(site, daemon, "something lies there that is no directory")
    assert facts(site.path("target")) == (users.app, users.app, "0o700")


def test_nor_one_on_the_way(serve, users):
    site, daemon = serve(
        "preflight=warn\npreflight_runtime_dir=%(dir)s/way/rt", nginx=True)
    site.make("target", 0o700)
    os.symlink(site.path("target"), site.path("way"))
    daemon.ctl("start", "web")
    supd.wait_until(lambda: "without a link" in daemon.messages(),
                    "a word about it")
    assert os.listdir(site.path("target")) == []


def test_it_is_not_made_among_what_others_write(serve, users):
    site, daemon = serve(
        "preflight=warn\npreflight_runtime_dir=%(home)s/rt", nginx=True)
    daemon.ctl("start", "web")
    supd.wait_until(lambda: "others can write where it would lie" in
                    daemon.messages(), "a word about it")
    assert not os.path.exists(site.path("home/rt"))
