# SPDX-License-Identifier: ISC
"""Tools that run a server as somebody else: the identity that each really
takes, beside the one with which the checker lets it make its socket."""

import grp
import json
import os
import pwd
import shutil
import subprocess

import pytest

import supd
from preflight_case import make_site, needs_nginx, users
from nginx_site import run

pytestmark = needs_nginx

# {app} is in a group of its own name and in {more}, not in {other}.
TOOLS = [
    "sudo -u {app}", "sudo -u {app} -g {other}", "sudo -Hu {app}",
    "sudo -P -u {app}", "sudo -g {other}",
    "setuidgid {app}",
    "s6-setuidgid {app}", "s6-setuidgid {uid}:{gid}",
    "chpst -u {app}", "chpst -u {app}:{other}",
    "chpst -P -u {app}:{other}:{more}", "chpst -u :{uid}:{gid}",
    "gosu {app}", "gosu {app}:{other}", "gosu {uid}", "gosu 64999",
    "runuser -u {app} --", "runuser -u {app} -g {other} --",
    "runuser -u {app} -G {other} -G {more} --",
    "setpriv --reuid {app} --init-groups",
    "setpriv --reuid {app} --regid {other} --init-groups",
    "setpriv --reuid={app} --regid={app} --clear-groups",
    "setpriv --reuid {app} --keep-groups",
    "setpriv --reuid {app} --regid {app} --groups {more},{other}",
    "start-stop-daemon -S -q -p {none} -c {app} -x",
    "start-stop-daemon -S -q -p {none} -c {app}:{other} -x",
    "start-stop-daemon -S -q -p {none} -g {other} --startas",
    "su -s /bin/sh {app} -c", "su -s /bin/sh -g {other} {app} -c",
    "su {app} -s /bin/sh -G {more} -c", "runuser -s /bin/sh {app} -c",
]
LINES = ("su ", "runuser -s")
IDENTITY = "import os, json; print(json.dumps([os.geteuid(), os.getegid(), " \
    "os.getgroups()]))"


@pytest.fixture(scope="module")
def groups(users):
    """The names that stand in TOOLS."""
    names = {"app": users.app, "more": users.add("more", "-U"),
             "other": users.add("other", "-U"),
             "none": "/run/pf_none%d" % os.getpid()}
    run("usermod", "-a", "-G", names["more"], users.app)
    entry = pwd.getpwnam(users.app)
    names.update(uid=entry.pw_uid, gid=entry.pw_gid)
    yield names
    run("gpasswd", "-d", users.app, names["more"])


def command_of(tool, program, *arguments):
    """The words; a shell's line is one of them."""
    if tool.startswith(LINES):
        return tool.split() + [" ".join([program, *arguments])]
    dashes = ["--"] if tool.startswith("start-stop") else []
    return [*tool.split(), program, *dashes, *arguments]


def real_identity(tool):
    done = subprocess.run(
        command_of(tool, "/usr/bin/python3", "-c",
                   "'%s'" % IDENTITY if tool.startswith(LINES) else IDENTITY),
        cwd="/", stdout=subprocess.PIPE, check=True, timeout=60,
        env=supd.environment(), extra_groups=[0])
    uid, gid, others = json.loads(done.stdout)
    return uid, gid, {gid, *others}


def supervise(site, words):
    site.command = " ".join('"%s"' % w if " " in w else w for w in words)
    site.supervisord_conf()
    conf = site.path("supervisord.conf")
    text = open(conf).read().replace("user=%s" % site.users.app, "user=root")
    with open(conf, "w") as out:
        out.write(text)


def name_of(find, number):
    try:
        return find(number)[0]
    except KeyError:
        return str(number)


@pytest.mark.parametrize("tool", TOOLS)
def test_whom_a_tool_becomes(make_site, groups, tool):
    if shutil.which(tool.split()[0]) is None:
        pytest.skip("not installed: " + tool.split()[0])
    tool = tool.format(**groups)
    uid, gid, everything = real_identity(tool)
    site = make_site()
    supervise(site, command_of(
        tool, "/usr/bin/gunicorn", "-m", "077", "-b",
        "unix:" + site.path("run/app.sock"), "app:app"))
    os.chmod(site.path("run"), 0o777)
    os.chown(site.path("run"), 0, 0)
    # Who makes it is who owns it.
    assert "srwx------ %s:%s (" % (
        name_of(pwd.getpwuid, uid), name_of(grp.getgrgid, gid)) in \
        site.report().find("PF205")["message"]
    os.chmod(site.path("run"), 0o775)
    for name in ("app", "more", "other"):
        allowed = grp.getgrnam(groups[name]).gr_gid
        os.chown(site.path("run"), 0, allowed)
        assert ("PF204" in site.report().codes()) == \
            (uid != 0 and allowed not in everything), name
