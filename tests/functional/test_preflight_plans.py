# SPDX-License-Identifier: ISC
"""One plan for all that lies behind a closed directory (contract P4.3, P5.6):
several trees, single files and a socket, all of them by one --fix=apply."""

import os

import pytest

from preflight_case import APP, make_site, needs_nginx, run, users
from test_preflight_fixes import acls, apply, readable_as, restore

pytestmark = needs_nginx

STATIC = "location /static/ { alias %(home)s/site/static/; }\n"
MEDIA = "location /media/ { alias %(home)s/media/; }\n"
TWO = STATIC + MEDIA + APP


def mended_at_once(site, urls, headers="", program="web"):
    """All refused before; one --fix=apply; all answered after it, nothing left
    to find or to apply; and back to what it was."""
    site.start_nginx()
    first = [site.status(url, headers) for url in urls]
    assert not set(first) & {200}, first
    before = acls(site)
    undo = apply(site)
    assert undo is not None
    assert [site.status(url, headers) for url in urls] == [200] * len(urls), \
        site.log()
    left = [f for f in site.ask().findings
            if f["severity"] in ("error", "critical")]
    assert left == []
    after = acls(site)
    assert apply(site) is None
    assert acls(site) == after
    restore(undo)
    assert acls(site) == before
    assert [site.status(url, headers) for url in urls] == first


def media(site, mode=0o750, file_mode=0o640):
    site.make("home/media")
    site.write("home/media/m.txt", "m", file_mode)
    site.chmod("home/media", mode)


def two_trees(site):
    media(site)
    site.chmod("home/site/static/logo.png", 0o640)


def one_open_one_private(site):
    media(site, 0o700, 0o600)


def nested(site):
    """Each level closed, and another tree beside the innermost."""
    two_trees(site)
    site.chmod("home/site/static", 0o750)
    site.make("home/site/up")
    site.make("home/site/up/deep", 0o700)
    site.write("home/site/up/deep/u.txt", "u", 0o600)
    site.chmod("home/site/up", 0o700)
    site.chmod("home/site", 0o700)


def masks(site):
    """Entries that are there, and cut by a later chmod."""
    two_trees(site)
    site.acl("home/site", "u:%(worker)s:x")
    site.acl("home/media", "u:%(worker)s:rx")
    site.acl("home/media/m.txt", "u:%(worker)s:r")
    for name in ("home/site", "home/media"):
        site.chmod(name, 0o700)
    site.chmod("home/media/m.txt", 0o600)


def links(site):
    """A link of a tree to a file, and one to a directory, elsewhere."""
    two_trees(site)
    site.make("home/else")
    site.make("home/else/sub", 0o700)
    site.write("home/else/e.txt", "e", 0o600)
    site.write("home/else/sub/f.txt", "f", 0o600)
    site.link("home/site/static/e.txt", "%(home)s/else/e.txt")
    site.link("home/site/static/sub", "../../else/sub")
    site.chmod("home/else", 0o700)


UP = "location /up/ { alias %(home)s/site/up/; }\n"
CASES = [
    pytest.param(TWO, two_trees, ("/static/logo.png", "/media/m.txt"),
                 id="two trees"),
    pytest.param(TWO, one_open_one_private,
                 ("/static/logo.png", "/media/m.txt"),
                 id="one of them private"),
    pytest.param(UP + TWO, nested,
                 ("/static/logo.png", "/media/m.txt", "/up/deep/u.txt"),
                 id="nested"),
    pytest.param(TWO, masks, ("/static/logo.png", "/media/m.txt"),
                 id="masks"),
    pytest.param(TWO, links,
                 ("/static/logo.png", "/media/m.txt", "/static/e.txt",
                  "/static/sub/f.txt"), id="links"),
    pytest.param("location = /robots.txt { alias %(home)s/media/m.txt; }\n"
                 "location = /logo { alias %(home)s/site/static/logo.png; }\n"
                 + APP, two_trees, ("/robots.txt", "/logo"), id="files"),
    pytest.param("location /list/ { alias %(home)s/media/; autoindex on; }\n"
                 "location /static/ { alias %(home)s/site/static/; }\n"
                 + APP, two_trees,
                 ("/list/", "/list/m.txt", "/static/logo.png"), id="list"),
]


@pytest.mark.parametrize("server,arrange,urls", CASES)
def test_one_plan_for_all(make_site, server, arrange, urls):
    site = make_site(server=server)
    arrange(site)
    site.chmod("home", 0o700)
    mended_at_once(site, urls)


def test_a_tree_a_socket_and_a_password_file(make_site):
    """All three behind one home, each closed in its own way as well."""
    site = make_site(
        server="location /static/ { alias %(home)s/site/static/; "
        "auth_basic x; auth_basic_user_file %(home)s/conf/passwd; }\n"
        "location / { proxy_pass http://unix:%(home)s/run/app.sock; }",
        bind="unix:%(dir)s/home/run/app.sock", options="")
    site.make("home/run", 0o755)
    site.make("home/conf")
    site.write("home/conf/passwd", "u:{PLAIN}p\n", 0o600)
    site.chmod("home/conf", 0o700)
    site.serve("home/run/app.sock", mode=0o777)
    site.chmod("home/run", 0o700)
    site.chmod("home/site/static/logo.png", 0o640)
    site.chmod("home", 0o700)
    mended_at_once(site, ("/static/logo.png", "/"),
                   "Authorization: Basic dTpw\r\n")


def test_a_socket_to_come_behind_a_closed_home(make_site):
    """Its directory is judged as it is, not as what hides it from nginx."""
    site = make_site(
        server="location / { proxy_pass http://unix:%(home)s/run/app.sock; }",
        bind="unix:%(dir)s/home/run/app.sock", options="-m 022")
    site.make("home/run", 0o755)
    site.chmod("home", 0o700)
    site.start_nginx()
    plan = site.ask().fix("PF205", "socket-dir")
    assert [command[-2:] for command in plan["commands"]] == [
        [what, site.home + "/run"] for what in (site.users.worker, "2710")]
    assert apply(site)
    site.serve("home/run/app.sock", mode=0o770)
    os.chown(site.path("home/run/app.sock"), -1,
             os.stat(site.path("home/run")).st_gid)
    assert site.status("/") == 200
    # Nobody's own: the plan is another directory, in words.
    site = make_site(
        server="location / { proxy_pass http://unix:%(home)s/run/app.sock; }",
        bind="unix:%(dir)s/home/run/app.sock", options="-m 022")
    site.make("home/run", 0o1777)
    site.own("home/run", "root")
    site.chmod("home/run", 0o1777)
    site.chmod("home", 0o700)
    assert [fix["id"] for fix in site.ask().find("PF205")["fixes"]] == [
        "runtime-dir"]


def test_the_plan_names_everything(make_site):
    """Least privilege: passing for what is passed, reading for the trees."""
    site = make_site(server=TWO)
    two_trees(site)
    site.chmod("home", 0o700)
    found = site.ask().find("PF101")
    plan, = [f for f in found["fixes"] if f["id"] == "acl-traverse"]
    worker = site.users.worker
    commands = [" ".join(c[4:]) for c in plan["commands"]]
    assert commands == [
        "setfacl -m u:%s:--x -- %s" % (worker, site.home),
        "setfacl -m u:%s:--x -- %s/media" % (worker, site.home)] + [
        "setfacl -R -P %s u:%s:rX -- %s/%s/" % (option, worker, site.home,
                                                tree)
        for tree in ("site/static", "media") for option in ("-m", "-dm")]
    assert sorted(plan["saves_below"]) == [
        site.home + "/media/", site.home + "/site/static/"]
    assert "and, once this is fixed, %s/media is in the way as well" % \
        site.home in found["needed_for"]


def test_what_cannot_be_mended_is_left_and_told(make_site):
    """One tree holds files of root: the other is mended all the same."""
    site = make_site(server=MEDIA + STATIC + APP)
    two_trees(site)
    site.own("home/media/m.txt", "root")
    site.chmod("home", 0o700)
    site.start_nginx()
    plan = site.ask().fix("PF101", "acl-traverse")
    assert "%s/media/" % site.home in plan["text"]
    assert apply(site)
    assert site.status("/static/logo.png") == 200
    assert site.status("/media/m.txt") == 403
    assert apply(site) is None


def test_two_programs_below_one_home(make_site):
    site = make_site(server=TWO)
    two_trees(site)
    site.supervisord_conf(extra="""
preflight_static=%(home)s/site/static=/static/
[program:media]
command=/bin/sleep 1
directory=%(home)s/media
user=%(app)s
preflight_static=%(home)s/media=/media/
preflight_nginx=""" + site.conf)
    site.chmod("home", 0o700)
    site.start_nginx()
    urls = ("/static/logo.png", "/media/m.txt")
    assert [site.status(url) for url in urls] == [403] * 2
    before = acls(site)
    done = site.check("--fix=apply", "--yes")
    undo, = [line.split("--restore=")[1] for line in done.stderr.splitlines()
             if line.startswith("undo with:")]
    assert [site.status(url) for url in urls] == [200] * 2
    again = site.check("--fix=apply", "--yes")
    assert "undo" not in again.stderr and again.returncode == 0, again.stdout
    restore(undo)
    assert acls(site) == before


def test_a_secret_beside_one_tree_does_not_stop_the_other(make_site):
    """What opens a closed folder with a readable key in it is not applied."""
    site = make_site(server=MEDIA + "location /p/ { alias %(home)s/p/pub/; }\n"
                     + APP)
    media(site)
    site.make("home/p")
    site.make("home/p/pub")
    site.write("home/p/pub/x.txt", "x")
    site.write("home/p/server.key", "-----BEGIN PRIVATE KEY-----\n")
    site.chmod("home/p", 0o700)
    site.chmod("home", 0o700)
    site.start_nginx()
    assert apply(site)
    assert site.status("/media/m.txt") == 200
    assert site.status("/p/x.txt") == 403
    assert not readable_as(site.users.worker, site.home + "/p/server.key")


def test_a_link_gains_nothing(make_site):
    """What the program's user may not read itself is not opened for nginx
    because a link of its own leads there, however root is asked to."""
    site = make_site(server=TWO)
    two_trees(site)
    os.mkdir(site.path("root"))
    for name in ("precious", "root/deep"):
        with open(site.path(name), "w") as out:
            out.write("root's")
        site.chmod(name, 0o600)
    site.chmod("root", 0o700)
    site.link("home/site/static/file.css", "%(dir)s/precious")
    site.link("home/media/dir", "%(dir)s/root")
    site.start_nginx()
    before = [acls(site), os.stat(site.path("root")).st_mode]
    for mode, urls in ((0o711, ()), (0o700, ("/static/logo.png",
                                             "/media/m.txt"))):
        site.chmod("home", mode)
        undo = apply(site)
        assert [site.status(u) for u in urls] == [200] * len(urls)
        assert site.status("/static/file.css") == 403
        assert site.status("/media/dir/deep") == 403
        for name in ("precious", "root"):
            acl = run("getfacl", "-cp", site.path(name)).stdout
            assert site.users.worker not in acl
        if undo:
            restore(undo)
    site.chmod("home", 0o711)
    assert [acls(site), os.stat(site.path("root")).st_mode] == before


@pytest.mark.parametrize("owner", ["root", "other"])
def test_no_command_where_the_program_could_swap(make_site, users, owner):
    """Root would follow a link that is put in the place of its file."""
    site = make_site()
    if owner == "other":
        owner = users.add("own", "-U")
    try:
        site.write("home/site/static/r.css", "x", 0o600)
        site.own("home/site/static/r.css", owner)
        site.start_nginx()
        assert site.status("/static/r.css") == 403
        assert "PF108" in site.ask().codes()
        assert apply(site) is None
        # In a place of root's nobody can do that.
        os.rename(site.path("home/site/static"), site.path("static"))
        site.own("static", "root")
        site.edit("alias %s/site/static/" % site.home,
                  "alias %s/" % site.path("static"))
        if owner == "root":
            site.reload_all()
            assert site.status("/static/r.css") == 403
            assert apply(site)
            assert site.status("/static/r.css") == 200
    finally:
        users.drop()


def test_a_linked_directory_of_an_open_tree(make_site):
    """find and setfacl do not follow the link, so the plan names its end."""
    site = make_site()
    site.make("home/else")
    for name in ("a.css", "b.css"):
        site.write("home/else/" + name, "x", 0o600)
    site.link("home/site/static/else", "../../else")
    site.start_nginx()
    urls = ["/static/else/%s.css" % name for name in "ab"]
    assert [site.status(url) for url in urls] == [403] * 2
    undo = apply(site)
    assert [site.status(url) for url in urls] == [200] * 2
    assert apply(site) is None
    restore(undo)
    assert [site.status(url) for url in urls] == [403] * 2


def test_what_any_request_wants_of_a_place(make_site):
    """As it is, /t/d leads through the link; with .css, /t/x to a file."""
    site = make_site(server="location ~ ^/t/[a-z/]*[a-z]$ { root %(home)s/r; "
                     "try_files $uri $uri.css =404; }\n" + APP)
    for name in ("home/r", "home/r/t", "home/r/d"):
        site.make(name)
    site.write("home/r/t/x.css", "x", 0o600)
    site.write("home/r/d/y.css", "y", 0o644)
    site.link("home/r/t/d", "../d")
    site.chmod("home", 0o700)
    mended_at_once(site, ["/t/x", "/t/d/y"])
