# SPDX-License-Identifier: ISC
"""Repairs (contract P5.6): what a plan promises is what nginx then does, to
nobody else's advantage, and can be taken back to the bit."""

import http.client
import os
import pwd
import shutil
import subprocess
import urllib.parse

import pytest

from preflight_case import APP, LOGO, make_site, needs_nginx, run, users

pytestmark = needs_nginx


def acls(site):
    return subprocess.run(["getfacl", "-RPnp", site.home],
                          stdout=subprocess.PIPE, check=True).stdout


def apply(site):
    """Applies all first plans; the file that takes them back."""
    done = site.check("--program", "web", "--fix=apply", "--yes")
    undo = [line.split("--restore=")[1] for line in done.stderr.splitlines()
            if line.startswith("undo with:")]
    return undo[0] if undo else None


def restore(path):
    run("setfacl", "--restore=" + path)
    os.remove(path)


def readable_as(user, path):
    entry = pwd.getpwnam(user)
    return subprocess.run(
        ["setpriv", "--reuid", str(entry.pw_uid), "--regid",
         str(entry.pw_gid), "--clear-groups", "cat", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False).returncode == 0


def private_site(make_site):
    """A closed home with private files, as umask 077 and 027 leave them."""
    site = make_site(server="location / { root %(home)s/site; }"
                     "location /app { proxy_pass "
                     "http://unix:%(dir)s/run/app.sock; }")
    os.rename(site.path("home/site/static"), site.path("home/static"))
    site.edit("root %s/site;" % site.home, "root %s/static;" % site.home)
    site.write("home/static/index.html", "x", 0o640)
    site.make("home/static/sub", 0o750)
    site.write("home/static/sub/a.txt", "a", 0o600)
    site.write("home/static/.env", "KEY=1\n", 0o640)
    site.make("home/.ssh", 0o700)
    site.write("home/.ssh/id_rsa", "-----BEGIN RSA PRIVATE KEY-----\n", 0o600)
    site.chmod("home/static/logo.png", 0o640)
    for name in ("home/static", "home/site", "home"):
        site.chmod(name, 0o750)
    return site


def test_closed_home_and_private_files(make_site, users):
    """The plan that was verified by hand, by one run of --fix=apply."""
    site = private_site(make_site)
    stranger = users.add("str", "-U")
    try:
        site.start_nginx()
        names = ("/logo.png", "/sub/a.txt", "/.env")
        assert [site.status(n) for n in names] == [403] * 3
        before = acls(site)
        undo = apply(site)
        assert [site.status(n) for n in names] == [200, 200, 403]
        assert not readable_as(users.worker, site.home + "/.ssh/id_rsa")
        for name in ("static/logo.png", "static/.env", ".ssh/id_rsa"):
            assert not readable_as(stranger, "%s/%s" % (site.home, name))
        # What the program writes tomorrow, whatever its umask.
        subprocess.run(["runuser", "-u", users.app, "--", "sh", "-c",
                        "umask 077; echo b >%s/static/sub/b.txt" % site.home],
                       check=True)
        assert site.status("/sub/b.txt") == 200
        os.remove(site.path("home/static/sub/b.txt"))
        # The second time there is nothing to do.
        after = acls(site)
        assert site.ask().codes("error") == []
        assert apply(site) is None
        assert acls(site) == after
        restore(undo)
        assert acls(site) == before
        assert [site.status(n) for n in names] == [403] * 3
    finally:
        users.drop()


def test_the_plan_tells_what_lies_behind(make_site):
    site = private_site(make_site)
    found = site.ask().find("PF101")
    assert "and, once this is fixed, 4 of 4 files below %s/static/ are " \
        "unreadable as well" % site.home in found["needed_for"]
    names = [fix["id"] for fix in found["fixes"]]
    assert names == ["acl-traverse", "move-tree"]
    plan = found["fixes"][0]
    assert plan["saves"] == [site.home, site.home + "/static"]
    assert plan["saves_below"] == [site.home + "/static/"]
    assert plan["undo"][0] == "setfacl"
    owners = {tuple(command[:4]) for command in plan["commands"]}
    assert owners == {("runuser", "-u", site.users.app, "--")}
    words = [word for command in plan["commands"] for word in command]
    assert site.home + "/static/.env" in words
    assert not {"777", "-R", "o+w", "chown"} & set(words)


def test_files_with_odd_names(make_site):
    """Patterns of find in the names of secrets mean themselves."""
    site = make_site()
    for name in ("a[1]*.key", "a1b.txt", "back\\slash.pem"):
        site.write("home/site/static/" + name, "x", 0o600)
    site.start_nginx()
    assert apply(site)
    worker = site.users.worker
    tree = site.home + "/site/static/"
    assert readable_as(worker, tree + "a1b.txt")
    assert not readable_as(worker, tree + "a[1]*.key")
    assert not readable_as(worker, tree + "back\\slash.pem")


@pytest.fixture
def other(users):
    """A user with an entry of its own in the home's ACL."""
    yield users.add("devs", "-U")
    users.drop()


def test_t116_the_mask_stays(make_site, other):
    """Other entries that the mask holds back stay held back."""
    site = make_site()
    site.acl("home", "u:%s:rwx,m::r-x" % other)
    site.chmod("home", 0o750)
    site.start_nginx()
    assert site.status(LOGO) == 403
    report = site.ask()
    found = report.find("PF507")
    assert found["path"] == site.home
    plan = report.fix("PF101", "acl-traverse")
    assert plan["also_gains"] == []
    assert plan["commands"][0][-3] == "u:%s:--x,m::r-x" % \
        site.users.worker
    undo = apply(site)
    assert site.status(LOGO) == 200
    shown = run("getfacl", "-cp", site.home).stdout
    line, = [l for l in shown.splitlines() if other in l]
    assert line.split() == ["user:%s:rwx" % other, "#effective:r-x"]
    restore(undo)
    # What setfacl does by itself.
    run("setfacl", "-m", "u:%s:--x" % site.users.worker, site.home)
    shown = run("getfacl", "-cp", site.home).stdout
    assert "user:%s:rwx" % other in shown.splitlines()


def test_a_mask_that_has_to_widen_is_told(make_site, other):
    site = make_site()
    site.acl("home", "u:%s:--x" % other)
    site.chmod("home", 0o700)
    plan = site.ask().fix("PF101", "acl-traverse")
    assert sorted(plan["also_gains"]) == [
        "%s gets --x on %s" % (who, site.home)
        for who in ("g:" + site.users.app, "u:" + other)]
    site.start_nginx()
    assert not readable_as(other, site.home + "/site/static/logo.png")
    assert apply(site)
    assert site.status(LOGO) == 200
    assert readable_as(other, site.home + "/site/static/logo.png")


def test_a_file_system_without_acls(make_site):
    """ramfs: the group plan instead."""
    site = make_site()
    os.mkdir(site.path("ram"))
    if subprocess.run(["mount", "-t", "ramfs", "none", site.path("ram")],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("ramfs cannot be mounted here")
    site.undo.callback(run, "umount", "-l", site.path("ram"))
    site.chmod("ram", 0o755)
    site.make("ram/web", 0o700)
    site.make("ram/web/static")
    site.write("ram/web/static/a.txt", "a")
    site.edit("location /static/ {", "location /ram/ { alias "
              "%(dir)s/ram/web/static/; }\nlocation /static/ {")
    site.start_nginx()
    assert site.status("/ram/a.txt") == 403
    report = site.ask()
    found = report.find("PF101")
    assert "acl-traverse" not in [fix["id"] for fix in found["fixes"]]
    plan = report.fix("PF101", "group-traverse")
    assert plan["also_gains"] == ["members of group " + site.users.worker]
    assert not plan["reload"]
    undo = apply(site)
    assert site.status("/ram/a.txt") == 200
    restore(undo)
    assert site.status("/ram/a.txt") == 403


def patched(site, fix, place):
    """nginx.conf after the diff, with another place for /srv/www/web."""
    done = subprocess.run(["patch", "-s", site.conf], input=fix["diff"],
                          stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with open(site.conf) as conf:
        text = conf.read()
    with open(site.conf, "w") as out:
        out.write(text.replace("/srv/www/web", place))


needs_patch = pytest.mark.skipif(shutil.which("patch") is None,
                                 reason="patch is not installed")


@needs_patch
@pytest.mark.parametrize("location,value", [
    ("location /static/ { alias %(home)s/site/static/; }",
     "alias /srv/www/web/;"),
    ("location /static/ {\n\troot %(home)s/site;\n}", "\troot /srv/www/web;"),
])
def test_the_tree_is_moved_by_the_diff(make_site, location, value):
    site = make_site(server=location + "\n" + APP)
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.status(LOGO) == 403
    plan = site.ask().fix("PF101", "move-tree")
    added, = [line for line in plan["diff"].splitlines()[2:]
              if line[0] == "+"]
    assert value in added
    shown = site.check("--program", "web").stdout
    assert all(" " * 14 + line in shown.splitlines()
               for line in plan["diff"].splitlines())
    # As the plan has it: owner, group, mode, and what the diff makes of it.
    patched(site, plan, site.path("www"))
    site.make("www", 0o755)
    moved = "www/static" if "root" in location else "www"
    assert ("/srv/www/web" + moved[3:]) in plan["text"]
    os.makedirs(site.path(moved), exist_ok=True)
    run("cp", "-r", site.home + "/site/static/.", site.path(moved))
    run("chown", "-R", "%s:%s" % (site.users.app, site.users.worker),
        site.path("www"))
    site.chmod(moved, 0o2750)
    site.reload_all()
    assert site.status(LOGO) == 200
    assert site.ask().codes("error") == []


def test_no_diff_where_more_hangs_on_the_line(make_site):
    """A root of the whole server is of every location below it."""
    site = make_site(server="root %(home)s/site;\n"
                     "location /static/ {}\nlocation /other/ {}\n" + APP)
    site.chmod("home", 0o700)
    plan = site.ask().fix("PF101", "move-tree")
    assert plan["diff"] is None
    assert "change the root or alias" in plan["text"]


@needs_patch
def test_the_slash_is_shown_as_a_diff(make_site):
    site = make_site(server="location /static/ { alias %(home)s/site/static; }"
                     "\n" + APP)
    site.start_nginx()
    assert site.status(LOGO) == 404
    plan = site.ask().fix("PF119", "alias-slash")
    assert plan["reload"]
    patched(site, plan, "")
    site.reload_all()
    assert site.status(LOGO) == 200
    assert "PF119" not in site.ask().codes("info")


def open_place(site):
    site.own("run")
    site.chmod("run", 0o755)


SOCKETS = [
    pytest.param(open_place, "-m 022", False, "PF205", 502, id="predicted"),
    pytest.param(open_place, "-m 022", True, "PF202", 502, id="there"),
    pytest.param(open_place, "", False, "PF213", 200, id="open to all"),
]


@pytest.mark.parametrize("arrange,options,runs,code,status", SOCKETS)
def test_a_place_for_the_socket(make_site, users, arrange, options, runs,
                                code, status):
    """The directory by --fix=apply, the mode as the plan says; nobody else
    gets at the socket then, and all of it can be taken back."""
    site = make_site(options=options)
    arrange(site)
    before = os.stat(site.path("run"))
    site.start_nginx()
    site.start_gunicorn()
    assert site.status("/") == status
    if not runs:
        site.stop_gunicorn()
    plan = site.ask().fix(code, "socket-dir")
    assert plan["text"] in (None, "start it with: gunicorn -m 007")
    assert {tuple(command[:6]) for command in plan["commands"]} == {
        ("runuser", "-u", users.app, "-g", users.worker, "--")}
    undo = apply(site)
    site.stop_gunicorn()
    site.command = site.command.replace(options, "-m 007" if plan["text"]
                                        else options)
    site.supervisord_conf()
    site.start_gunicorn()
    assert site.status("/") == 200
    assert site.ask().codes() == []
    stranger = users.add("str", "-U")
    try:
        assert not readable_as(stranger, site.path("run/app.sock"))
        done = subprocess.run(
            ["runuser", "-u", stranger, "--", "/usr/bin/python3", "-c",
             "import socket; socket.socket(socket.AF_UNIX).connect(%r)"
             % site.path("run/app.sock")], stderr=subprocess.PIPE, text=True,
            check=False)
        assert "PermissionError" in done.stderr
    finally:
        users.drop()
    assert apply(site) is None
    restore(undo)
    after = os.stat(site.path("run"))
    assert (after.st_uid, after.st_gid, after.st_mode) == (
        before.st_uid, before.st_gid, before.st_mode)


def test_a_link_in_the_place_of_the_directory_gains_nothing(make_site):
    """Put there by the app between the plan and its commands."""
    site = make_site(options="-m 022")
    open_place(site)
    plan = site.ask().fix("PF205", "socket-dir")
    os.mkdir(site.path("precious"), 0o700)
    os.rename(site.path("run"), site.path("aside"))
    os.symlink(site.path("precious"), site.path("run"))
    for command in plan["commands"]:
        assert subprocess.run(command, stderr=subprocess.DEVNULL,
                              check=False).returncode != 0
    info = os.stat(site.path("precious"))
    assert (info.st_gid, info.st_mode & 0o7777) == (0, 0o700)


def seen(finding):
    """What the command shows that the finding names."""
    command = finding["effect"]["see"]
    assert command[:3] == ["curl", "-sI", "-H"] and len(command) == 5
    name, _, value = command[3].partition(": ")
    url = urllib.parse.urlsplit(command[4])
    client = http.client.HTTPConnection(url.netloc, timeout=20)
    client.request("HEAD", url.path, headers={name: value})
    status = client.getresponse().status
    client.close()
    return status


@pytest.mark.parametrize("name,mode", [("home", 0o700), ("run", 0o700),
                                       ("home/site/static/a b?.css", 0o600)])
def test_how_to_see_that_it_worked(make_site, name, mode):
    """The same command before and after."""
    site = make_site(edit=[("server {", "server { server_name other; return "
                            "500; listen 127.0.0.1:%(port)d; }\nserver {")])
    site.write("home/site/static/a b?.css", "x")
    site.chmod(name, mode)
    site.start_nginx()
    site.start_gunicorn()
    found = [f for f in site.ask().findings if f["severity"] == "error"]
    assert found[0]["code"] in ("PF101", "PF201", "PF102", "PF108")
    status = found[0]["effect"]["status"]
    assert status in (403, 502) and seen(found[0]) == status
    assert "       see it curl -sI " in site.check("--program=web").stdout
    if found[0]["fixes"] and found[0]["fixes"][0]["commands"]:
        apply(site)
    else:
        site.chmod(name, 0o2710 if name == "run" else 0o644)
    assert seen(found[0]) == 200


@pytest.mark.parametrize("owner", ["somebody", 54321])
def test_a_directory_of_somebody_else(make_site, users, owner):
    """Its owner mends it, with a name or without."""
    uid = owner
    if owner == "somebody":
        uid = pwd.getpwnam(users.add("own", "-U")).pw_uid
    try:
        site = make_site()
        os.chown(site.path("home/site"), uid, -1)
        site.chmod("home/site", 0o750)
        site.start_nginx()
        assert site.status(LOGO) == 403
        assert apply(site)
        assert site.status(LOGO) == 200
    finally:
        users.drop()


def test_what_others_own_in_the_tree_is_left_alone(make_site):
    """Something that nobody asks for would end the command before its end."""
    site = make_site(server="location /static/ { alias "
                     "%(home)s/site/static/; }\nlocation ~ /zz { deny all; }\n"
                     + APP)
    for name in ("aa.css", "mm.css"):
        site.write("home/site/static/" + name, "x", 0o600)
    site.write("home/site/static/zz.css", "x", 0o600)
    site.own("home/site/static/zz.css", "root")
    site.start_nginx()
    assert site.status("/static/mm.css") == 403
    assert apply(site)
    assert [site.status("/static/%s.css" % n) for n in ("aa", "mm")] == [200] * 2
