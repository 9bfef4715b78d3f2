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


RENAMED = "location /v1/ { root %(home)s/site; rewrite RULE break; }\n" + APP
KEPT = RENAMED.replace("RULE", "^/v1/(.*)$ /static/$1")
NUMBERED = KEPT.replace("/v1/ {", "~ ^/v[0-9]+/ {").replace(
    "^/v1/", "^/v[0-9]+/")
ONE = RENAMED.replace("/v1/ {", "= /v1 {").replace("RULE", "^ /static/logo.png")
SHORT = "location / { " + ROOT + "try_files $uri.png =404; }\n" + \
    APP.replace("/ {", "/app {")
LISTED = "location / { " + ROOT + "index logo.png; autoindex on; }\n" + \
    APP.replace("/ {", "/app {")


def linked(site):
    """What only a link leads to is no file that can be asked for itself."""
    closed("hidden.txt")(site)
    site.link("home/site/static/l.png", "hidden.txt")


PNG_BELOW = "location ~ ^/static/.*\\.png$ { root %(home)s/site; }\n" + APP


def inside(site):
    site.make("home/site/other")
    site.write("home/site/other/x.png", "x", 0o600)
    site.link("home/site/static/d", "../other")


def beside(site):
    site.make("home/beside")
    site.write("home/beside/x.png", "x", 0o600)
    site.link("home/site/static/d", "../../beside")


IN_VAIN = ROOT + "HIDE\nlocation / { index logo.png; }\n" + \
    APP.replace("/ {", "/app {")
SPLIT = ROOT + "location / { index i.html; }\nlocation EXACT " \
    "{ root %(home)s/site/other; }\n" + APP.replace("/ {", "/app {")


def two_indexes(here, there):
    """nginx looks for the index file in one place and reads it in another."""
    def arrange(site):
        site.make("home/site/other")
        site.write("home/site/static/i.html", "here", here)
        site.write("home/site/other/i.html", "there", there)
    return arrange


def closed_index(site):
    two_indexes(0o644, 0o644)(site)
    site.make("home/site/static/d")
    closed("d/i.html")(site)


NAMED = "location / { root %(home)s/site/static; try_files $uri @a; }\n" \
    "location @a { root %(home)s/site/other; try_files $uri @b; }\n" + \
    APP.replace("/ {", "@b {")


def beyond(site):
    site.make("home/site/other")
    site.write("home/site/other/o.html", "x", 0o600)


AUTHED = ROOT + "location / { index logo.png; auth_request /ok; }\n" \
    "location = /ok { internal; alias %(home)s/site/ok; }\n" + \
    APP.replace("/ {", "/app {")


def asked_first(mode):
    return lambda site: site.write("home/site/ok", "x", mode)


def empty(site):
    site.make("home/site/media", 0o700)


MEDIA = "location /media/ { root %(home)s/site; }\n" + APP

CASES = [
    case("nothing there yet", empty, 403, DENIED, "PF101",
         url="/media/1.png", server=MEDIA),
    case("nothing there yet and never asked for", empty, 200, "",
         url="/logo.png",
         server=ROOT + "location / { index logo.png; }\n"
         "location ~ [.]png$ { root %(home)s/site/static; }\n"
         "location ~ [.]gif$ { root %(home)s/site/media; }\n" +
         APP.replace("/ {", "/app {")),
    case("renamed, the rest is nobody's", closed("a.png"), 403, DENIED,
         "PF108", url="/v1/a.png",
         server=KEPT.replace("break;", "break; return 404;")),
    case("renamed, listed", folder("d", mode=0o711), 403, "opendir() ",
         "PF106", url="/v1/d/",
         server=KEPT.replace("break;", "break; autoindex on;")),
    case("renamed, its index is another request", folder(
        "d", "index.html", mode=0o711), 502, "", url="/v1/d/",
         server=KEPT.replace("break;", "break; autoindex on;")),
    case("a return that is never reached", closed("a.png"), 403, DENIED,
         "PF108", url="/static/a.png",
         server="location /static/ { root %(home)s/site; break; return 404; "
         "}\n" + APP),
    case("the server leads elsewhere", folder("priv", "x"), 200, "",
         url="/priv/x", server=IN_VAIN.replace(
             "HIDE", "rewrite ^/priv/ /logo.png last;")),
    case("the server leads back", folder("priv", "x"), 403, DENIED, "PF101",
         url="/pub/x", server=IN_VAIN.replace(
             "HIDE", "rewrite ^/priv/ /logo.png last; "
             "rewrite ^/pub/(.*)$ /priv/$1 last;")),
    case("the server leads some elsewhere", folder("priv", "x"), 403,
         DENIED, "PF101", url="/priv/x", server=IN_VAIN.replace(
             "HIDE", "if ($arg_x) { rewrite ^/priv/ /logo.png last; }")),
    case("the server leads not all elsewhere", folder("priv", "x"), 403,
         DENIED, "PF101", url="/priv/x?x=1", server=IN_VAIN.replace(
             "HIDE", "if ($arg_x) { break; } rewrite ^/priv/ /logo.png;")),
    case("refused to all, though any will do", closed("a.png"), 403,
         "access forbidden by rule", url="/a.png", server=ROOT +
         "location / { satisfy any; deny all; }\n" +
         APP.replace("/ {", "/app {")),
    case("a password lets in who is refused", closed("a.png"), 401, "",
         "PF108", "PF117", url="/a.png", server=ROOT + "location / { index logo.png; "
         "satisfy any; deny all; auth_basic x; auth_basic_user_file none; }\n" +
         APP.replace("/ {", "/app {")),
    case("behind a named location", beyond, 403, DENIED, "PF102",
         url="/o.html", server=NAMED),
    case("behind a named location, gone on", beyond, 502, "", "PF102",
         url="/none", server=NAMED),
    case("error page of some requests", asked_first(0o600), 403, DENIED,
         "PF116", url="/none?x=1", server=AUTHED.replace(
             "auth_request /ok;", "if ($arg_x) { error_page 404 /ok; }")),
    case("returned by the server", folder(".d", "x"), 404, "", url="/.d/x",
         server=ROOT + "if ($uri ~ /\\.) { return 404; }\n"
         "location / { index logo.png; }\n" + APP.replace("/ {", "/app {")),
    case("returned by the location", folder(".d", "x"), 404, "",
         url="/.d/x", server=ROOT + "location / { index logo.png; "
         "if ($uri ~ /\\.) { return 404; } }\n" +
         APP.replace("/ {", "/app {")),
    case("index of the whole site", lambda s: s.make("home/site/static/d"),
         200, "", url="/d/", server=ROOT + "location / { index none.html "
         "/logo.png; }\n" + APP.replace("/ {", "/app {")),
    case("a folder that try_files finds", lambda s: s.make(
        "home/site/static/d", 0o711), 403, "opendir() ", "PF106", url="/d/",
         server=LISTED.replace("autoindex on;", "autoindex on; "
                               "try_files $uri $uri/ =404;")),
    case("a file for nginx itself", asked_first(0o644), 200, "",
         url="/logo.png", server=AUTHED),
    case("a file for nginx itself, closed", asked_first(0o600), 403, DENIED,
         "PF118", url="/logo.png", server=AUTHED),
    case("error page of a location", asked_first(0o600), 403, DENIED,
         "PF116", url="/none", server=AUTHED.replace(
             "auth_request", "error_page 404")),
    case("no root but the prefix", lambda s: s.make("z", 0o700), 403, DENIED,
         "PF101", url="/z/a", server='location /z/ { root ""; }\n' + APP),
    case("index of another location", two_indexes(0o600, 0o644), 200, "",
         url="/", server=SPLIT.replace("EXACT", "= /i.html")),
    case("index of another location, closed", two_indexes(0o644, 0o600), 403,
         DENIED, "PF102", url="/", server=SPLIT.replace("EXACT", "= /i.html")),
    case("index of another location, opened to be found",
         two_indexes(0o600, 0o644), 403,
         "is forbidden (13: Permission denied)", "PF102", url="/",
         server=SPLIT.replace("EXACT", "= /i.html").replace(
             "index i.html;", "index i.html; disable_symlinks on "
             "from=%(home)s/site/static;")),
    case("index of a folder, sent by a regex, opened to be found",
         closed_index, 403,
         "is forbidden (13: Permission denied)", "PF108", url="/d/",
         server=SPLIT.replace("EXACT", "~ html$").replace(
             "index i.html;", "index i.html; disable_symlinks on "
             "from=%(home)s/site/static;")),
    case("shorter, its file, opened to be found", closed("a.png"), 404,
         DENIED, "PF108", "PF112", url="/a", server=SHORT.replace(
             "try_files", "disable_symlinks on from=%(home)s/site/static; "
             "try_files")),
    case("index of a regex", two_indexes(0o600, 0o644), 200, "", url="/",
         server=SPLIT.replace("EXACT", "~ html$")),
    case("index of an exact location", two_indexes(0o644, 0o600), 200, "",
         url="/", server="location = / { root %(home)s/site/other; index "
         "i.html; }\nlocation / { " + ROOT + "index logo.png; }\n" +
         APP.replace("/ {", "/app {")),
    case("renamed", None, 200, "", url="/v1/logo.png", server=KEPT),
    case("renamed, a file", closed("a.png"), 403, DENIED, "PF108",
         url="/v1/a.png", server=KEPT),
    case("renamed, its folder", chmod("home/site/static/d", 0o700), 403,
         DENIED, "PF101", url="/v1/d/x", server=KEPT),
    case("renamed, others", lambda s: s.write(
        "home/site/other.txt", "", 0o600), 200, "", url="/v1/logo.png",
        server=KEPT),
    case("renamed by number", closed("a.png"), 403, DENIED, "PF108",
         url="/v12/a.png", server=NUMBERED),
    case("renamed one", None, 200, "", url="/v1", server=ONE),
    case("renamed one, closed", lambda s: s.chmod(
        "home/site/static/logo.png", 0o600), 403, DENIED, "PF102", url="/v1",
        server=ONE),
    case("renamed one, others", closed("a.png"), 200, "", url="/v1",
         server=ONE),
    case("renamed in part", None, 200, "", "PF122", url="/v1/logo.7.png",
         server=RENAMED.replace("RULE",
                               "^/v1/(.*)\\.7\\.png$ /static/$1.png")),
    case("tried in a folder that is not there", None, 200, "",
         url="/logo.png", server=SHORT.replace("$uri.png",
                                               "/cache$uri $uri")),
    case("shorter", None, 200, "", url="/logo", server=SHORT),
    case("shorter, others", closed("notes.txt", "a.css"), 200, "",
         url="/logo", server=SHORT),
    case("shorter, its file", closed("a.png"), 403, DENIED, "PF108",
         url="/a", server=SHORT),
    case("shorter, its folder", folder("d", "a.png"), 404, DENIED, "PF101",
         "PF112", url="/d/a", server=SHORT),
    case("folder below is listed", chmod("home/site/static/d", 0o711), 403,
         "opendir() ", "PF106", url="/d/", server=LISTED),
    case("no folder is tried, so none is listed",
         lambda s: s.chmod("home/site/static", 0o711), 404, "", url="/",
         server=LISTED.replace("autoindex on;",
                               "autoindex on; try_files $uri.png =404;")),
    case("folder below has an index", folder("d", "logo.png", mode=0o711),
         200, "", url="/d/", server=LISTED),
    case("folder below is not listed", chmod("home/site/static/d", 0o711),
         403, "directory index of", url="/d/",
         server=LISTED.replace("autoindex on; ", "")),
    case("regex, a link to a folder", inside, 403, DENIED, "PF102",
         url="/static/d/x.png", server=PNG_BELOW),
    case("regex, a link out of it", beside, 403, DENIED, "PF102",
         url="/static/d/x.png", server=PNG_BELOW),
    case("renamed, a link to a folder", beside, 403, DENIED, "PF102",
         url="/v1/d/x.png", server=KEPT),
    case("shorter, a link to a folder", beside, 403, DENIED, "PF102",
         url="/d/x", server=SHORT),
    case("link to what is not asked for", linked, 403, DENIED, "PF102",
         url="/l.png", server=PNG_ONLY),
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


@pytest.mark.parametrize("second", ["root", "alias"])
def test_two_roots_in_one_block(make_site, second):
    site = make_site(server="location /static/ { " + ROOT + second +
                     " %(home)s/site; }\n" + APP)
    site.start_nginx(wait=False)
    assert site.nginx.wait(20) == 1
    found = site.ask().find("PF002")
    assert (found["severity"], found["at"]) == ("error", site.conf + ":15")
    assert found["message"] + " in " + found["at"] in site.log()


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
