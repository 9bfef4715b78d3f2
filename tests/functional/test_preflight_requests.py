# SPDX-License-Identifier: ISC
"""Which files of a tree a request can lead to (contract P2.7).

A file that nginx is never asked for from this root may be as closed as it
likes; one that a regex leads to counts, wherever it lies.
"""

import contextlib
import os
import random
import re

import pytest

import preflight_case
from preflight_case import APP, LOGO, case, needs_nginx, run_case

users, make_site = preflight_case.users, preflight_case.make_site
pytestmark = needs_nginx

DENIED = "failed (13: Permission denied)"
ROOT = "root %(home)s/site/static;\n"
PNG_ONLY = "location ~ \\.png$ { " + ROOT + " }\n" + APP
DOTS = ROOT + "location / { index logo.png; }\n" \
    "location ~ /\\. { deny all; }\n"


def closed(*names, mode=0o600):
    def arrange(site):
        for name in names:
            site.write("home/site/static/" + name, "x", mode)
    return arrange


def folder(name, *files, mode=0o700):
    def arrange(site):
        site.make("home/site/static/" + name)
        closed(*(name + "/" + file for file in files), mode=0o644)(site)
        site.chmod("home/site/static/" + name, mode)
    return arrange


def chmod(name, mode):
    def arrange(site):
        site.make(name)
        site.chmod(name, mode)
    return arrange


CASES = [
    case("regex, another file", closed("notes.txt"), 200, "",
         url="/logo.png", server=PNG_ONLY),
    case("regex, its file", closed("a.png"), 403, DENIED, "PF108",
         url="/a.png", server=PNG_ONLY),
    case("regex, caseless", closed("A.PNG"), 403, DENIED, "PF108",
         url="/A.PNG", server=PNG_ONLY.replace("~", "~*")),
    case("regex, case counts", closed("A.PNG"), 200, "", url="/logo.png",
         server=PNG_ONLY.replace(APP, "location / { return 200; }\n") +
         APP.replace("/ {", "/app {")),
    case("regex, closed folder", folder("deep", "a.txt"), 200, "",
         url="/logo.png", server=PNG_ONLY),
    case("regex, closed folder before its file", folder("deep", "a.png"),
         403, DENIED, "PF101", url="/deep/a.png", server=PNG_ONLY),
    case("regex, root closed to the app too", lambda s: (
        s.chmod("home/site/static", 0o700),
        s.own("home/site/static", "root")), 403, DENIED, "PF101",
         url="/logo.png", server=PNG_ONLY),
    case("regex that never gets its turn", chmod("x", 0o700), 204, "",
         url="/x/y", server=ROOT + "index logo.png; location /x/ { root %(dir)s; }\n"
         "location ~ x { return 204; }\n" + APP.replace("/ {", "/app {")),
    case("regex, link", lambda s: (
        s.make("home/private", 0o700), s.write("home/private/x", "x"),
        s.link("home/site/static/a.txt", "%(home)s/private/x")), 200, "",
         url="/logo.png", server=PNG_ONLY),
    case("dot files are denied", closed(".htaccess"), 403,
         "access forbidden by rule", url="/.htaccess",
         server=DOTS + APP.replace("/ {", "/app {")),
    case("dot folders are denied", folder(".cache", "x"), 403,
         "access forbidden by rule", url="/.cache/x",
         server=DOTS + APP.replace("/ {", "/app {")),
    case("prefix inside goes to the app", folder("api", "x"), 200, "",
         url="/logo.png",
         server=ROOT + "location / { index logo.png; }\n" +
         APP.replace("/ {", "/api/ {")),
    case("prefix wins over regex", closed("a.txt"), 403, DENIED, "PF108",
         url="/static/a.txt",
         server="location ^~ /static/ { root %(home)s/site; }\n"
         "location ~ \\.txt$ { return 200; }\n" + APP),
    case("regex wins over prefix", closed("a.txt"), 200, "",
         url="/static/a.txt",
         server="location /static/ { root %(home)s/site; }\n"
         "location ~ \\.txt$ { return 200; }\n" + APP),
    case("nested regex under an alias", closed("a.txt"), 403, DENIED,
         "PF108", url="/static/a.txt",
         server="location /static/ { alias %(home)s/site/static/;\n"
         "location ~ \\.txt$ { expires 1h; } }\n" + APP),
    case("nested regex of the app's", closed("a.php"), 502, "",
         url="/static/a.php",
         server="location /static/ { alias %(home)s/site/static/;\n"
         "location ~ \\.php$ { fastcgi_pass unix:%(dir)s/run/app.sock; } }\n" +
         APP),
]


@pytest.mark.parametrize(preflight_case.ROW, CASES)
def test_what_is_asked_for(make_site, arrange, status, said, codes, url,
                           headers, arguments):
    run_case(make_site, arrange, status, said, codes, url, headers, arguments)


def test_a_part_says_of_how_much(make_site):
    """PF121: what was seen, of how much, and where nobody could look."""
    site = make_site(keys="preflight_budget = files=300")
    for number in range(20):
        folder("d%02d" % number, *map(str, range(40)), mode=0o755)(site)
    said = site.ask().find("PF121")["message"]
    assert re.search(r"seen: 300 of about [4-9]\d\d entries", said), said
    site = make_site()
    site.make("home/site/static/own", 0o711)
    site.own("home/site/static/own", "root")
    said = site.ask().find("PF121")["message"]
    assert said.endswith("/static/own cannot be listed by the program"), said


SEED = 1914
SITES = 40
NAMES = ["a.png", "b.txt", "c.png", ".d", "E.PNG", "f"]
FOLDERS = ["", "x/", "x/y/", "img/", ".git/"]
WHOLE = ["", "x/", "x/y/", "img/"]
REGEXES = [r"\.png$", r"/\.", r"^/x/", r"^/(x|img)/.*\.txt$", r"[a-c]\.",
           r"y", r'"^/[a-z]{1}/y"']
BODIES = ["", "", "root %(dir)s/tree;", "return 204;", "deny all;",
          "proxy_pass http://unix:%(dir)s/run/app.sock;"]


def random_server(rng):
    """Locations of all sorts over one tree."""
    text, used = ROOT.replace("home)s/site/static", "dir)s/tree"), set()
    for _ in range(rng.randint(1, 5)):
        if rng.random() < 0.5:
            modifier, name = rng.choice(["~", "~*"]), rng.choice(REGEXES)
        else:
            modifier = rng.choice(["", "", "^~"])
            name = "/" + rng.choice(WHOLE)
        if (modifier[:1] == "~", name) in used:
            continue
        used.add((modifier[:1] == "~", name))
        text += "location %s %s { %s }\n" % (modifier, name,
                                             rng.choice(BODIES))
    return text + "location = /app { proxy_pass http://unix:%(dir)s" \
        "/run/app.sock; }\n"


def random_tree(rng, site):
    """Most files are open; one or two things are closed."""
    site.make("tree")
    for name in FOLDERS[1:]:
        site.make("tree/" + name)
    files = [f + n for f in FOLDERS for n in NAMES if rng.random() < 0.7]
    for name in files:
        site.write("tree/" + name, "x")
    for name in rng.sample(files, rng.randint(0, 2)):
        site.chmod("tree/" + name, 0o600)
    if rng.random() < 0.4:
        site.chmod("tree/" + rng.choice(FOLDERS[1:]), 0o700)
    return files


def compare(rng, site):
    """Whether nginx refuses any file of the tree; we must say the same."""
    files = random_tree(rng, site)
    site.start_nginx()
    for name in files + FOLDERS:
        site.status("/" + name)
    tree = os.path.join(site.dir, "tree") + "/"
    refused = any(tree in line and "(13: " in line
                  for line in site.log().splitlines())
    said = [f for f in site.ask().findings if f["severity"] == "error"]
    assert bool(said) == refused, (open(site.conf).read(), said, site.log())
    return refused


def test_random_servers_refuse_what_is_said(users):
    rng = random.Random(SEED)
    refused = 0
    for _ in range(SITES):
        site = preflight_case.Site(users, server=random_server(rng))
        with contextlib.closing(site):
            refused += compare(rng, site)
    assert SITES // 8 < refused < SITES * 7 // 8
