# SPDX-License-Identifier: ISC
"""Policies, waivers, baselines, applied fixes and asking nginx itself."""

import datetime
import json
import os
import subprocess
import xml.etree.ElementTree

import pytest

from nginx_site import make_site, needs_nginx, users

pytestmark = needs_nginx


def day(offset):
    return (datetime.date.today() + datetime.timedelta(offset)).isoformat()


def write_policy(site, text):
    with open(site.path("policy.yaml"), "w", errors="surrogateescape") as out:
        out.write("version: 1\n" + text)
    return "--policy=" + site.path("policy.yaml")


WAIVER = """waivers:
  - {code: %s, program: web, path: "%s", reason: "%s", until: %s, by: anna}
"""


def test_waived_findings_do_not_count(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    policy = write_policy(site, WAIVER % (
        "PF101", site.home, "known to operations", day(30)))
    report = site.report(policy)
    assert report.code == 0
    assert report.find("PF101")["waived"]
    assert report.find("PF101")["waiver"] == "known to operations (anna)"
    assert report.tree["summary"]["waived"] == 1
    assert report.tree["summary"]["error"] == 0


def test_p13_a_waiver_that_is_over_no_longer_holds(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    policy = write_policy(site, WAIVER % (
        "PF101", site.home, "known to operations", day(-1)))
    report = site.report(policy)
    assert report.code == 1
    assert not report.find("PF101")["waived"]
    assert report.find("PF920")["at"].endswith("policy.yaml:3")


def test_an_unused_waiver_is_told(make_site):
    site = make_site()
    policy = write_policy(site, WAIVER % (
        "PF101", site.home, "known to operations", day(30)))
    assert site.report(policy).find("PF921")["severity"] == "notice"
    assert site.report(policy).find("PF921")["fingerprint"] == \
        "PF921::PF101 web %s:0" % site.home


def test_a_waiver_for_all_covers_nothing_critical(make_site):
    """PF508 is a warning, until a secret lies where it leads."""
    site = make_site(server="""
        location /t { alias %(home)s/site/static/; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    policy = write_policy(site, """waivers:
  - {code: PF508, program: "*", path: "*", reason: "known to operations", until: %s,
     by: anna}
""" % day(30))
    assert site.report(policy).find("PF508")["waived"]
    site.write("home/site/.env", "KEY=1\n")
    found = site.report(policy).find("PF508")
    assert found["severity"] == "critical" and not found["waived"]


@pytest.mark.parametrize("text,where", [
    ("waiver: []\n", ":2:1: unknown key 'waiver', did you mean 'waivers'?"),
    (WAIVER % ("PF999", "/x", "known to operations", day(3)),
     ":3:12: there is no code 'PF999'"),
    (WAIVER % ("PF101", "/x", "because", day(3)),
     "a reason has at least 10 characters"),
    (WAIVER % ("PF101", "/x", "known to operations", day(800)),
     "one year ahead"),
    (WAIVER % ("PF101", "/x", "known to operations", "soon"),
     "'soon' is no date"),
    # Case P14.
    ("waivers: [{code: PF101, program: web}]\n", "the waiver has no 'reason'"),
    ("waivers: [{code: PF019, program: '*', path: '*', reason: '0123456789', "
     "until: %s, by: a}]\n" % day(3), "cannot be waived for all programs"),
    ("waivers: [{code: PF101, program: web, reason: '0123456789', "
     "until: %s, by: a}]\n" % day(3), "the waiver has no 'path'"),
    ("codes: {PF902: ignore}\n", "PF902 cannot be ignored for all programs"),
    ("codes: {PF504: ignore}\n", "PF504 cannot be ignored for all programs"),
    ("codes: {PF101: maybe}\n", ":2:16: 'maybe' is no value for this"),
    ("codes: [\n", ":3:1: "),
    ("codes: {PF101: warn}\ncodes: {}\n", "'codes' is there twice"),
    ("pairs: [{socket: {mode: '999', path: /x}}]\n", "no mode of a socket"),
    ("---\nversion: 1\n", ":2:1: a policy is one document"),
    ("pairs: [{program: 'w\udce9b'}]\n", ":2:22: invalid trailing"),
    ("codes: {PF213: fail, PF213: warn}\n", ":2:22: 'PF213' is there twice"),
    ("defaults: {fail_level: error, fail_level: info}\n",
     ":2:31: 'fail_level' is there twice"),
    ("pairs: [{program: web}, {program: web}]\n",
     ":2:25: program 'web' is there twice"),
    ("pairs: [{program: ''}]\n", ":2:9: a pair needs a program"),
    ("pairs: [{program: web, static: [{path: x}]}]\n",
     ":2:33: static needs an absolute path"),
    ("pairs: [{program: web, static: [{path: /x, url: x}]}]\n",
     ":2:49: 'x' does not begin with '/'"),
    ("pairs: [{program: web, uploads: [media]}]\n",
     ":2:34: 'media' is not an absolute path"),
    ("pairs: [{program: web, socket: {path: run/x}}]\n",
     ":2:39: 'run/x' is not an absolute path"),
    ("pairs: [{program: web, socket: {exclusive: maybe}}]\n",
     ":2:44: 'maybe' is no value"),
    ("nginx: [{container: web}]\n",
     ":2:9: an nginx has either conf or pid_file"),
    ("nginx: [{conf: /a, pid_file: /b}]\n",
     ":2:9: an nginx has either conf or pid_file"),
    ("nginx: [{container: web, pid_file: run/nginx.pid}]\n",
     ":2:36: 'run/nginx.pid' is not an absolute path"),
    ("waivers: [{code: PF101, program: web, path: '*', reason: '0123456789', "
     "until: %s}]\n" % day(3), ":2:11: the waiver has no 'by'"),
    ("pairs: &a [{program: web, servers: *a}]\n",
     ":2:12: a single value is expected here"),
    ("defaults: {<<: {fail_level: error}}\n", ":2:12: unknown key '<<'"),
    ("secrets: {add: '*.x'}\n", ":2:16: a list is expected here"),
    ("\tx: 1\n", ":2:1: found a tab"),
])
def test_a_policy_says_where_it_is_wrong(make_site, text, where):
    site = make_site()
    done = site.check(write_policy(site, text))
    assert done.returncode == 3
    assert where in done.stderr
    assert "policy.yaml:" in done.stderr


def test_codes_and_levels(make_site):
    site = make_site()
    assert site.report().codes() == ["PF213"]
    ignored = site.report(write_policy(site, "codes: {PF213: ignore}\n"))
    assert (ignored.code, ignored.codes()) == (0, [])
    failed = site.report(write_policy(site, "codes: {PF213: fail}\n"))
    assert failed.code == 1
    other = site.report(write_policy(
        site, "codes: {PF213: fail}\n"
        "pairs: [{program: web, codes: {PF213: warn}}]\n"))
    assert other.code == 0
    strict = site.report(write_policy(
        site, "defaults: {fail_level: warning}\n"))
    assert strict.code == 1


def test_an_alias_is_what_it_stands_for(make_site):
    site = make_site()
    report = site.report(write_policy(
        site, "codes: &all {PF213: fail}\n"
        "pairs: [{program: web, codes: *all}]\n"))
    assert (report.code, report.find("PF213")["severity"]) == (1, "error")


def test_pairs_say_what_the_command_does_not(make_site):
    site = make_site()
    site.supervisord_conf(command="/usr/bin/python3 app.py")
    assert site.report().program["paired_by"] == "static"
    report = site.report(write_policy(site, """
pairs:
  - program: web
    socket: {path: %s/run/app.sock, mode: "0666", exclusive: true}
    static: [{path: %s/site/static, url: /static/, max_unreadable: 1}]
""" % (site.dir, site.home)))
    assert report.program["paired_by"] == "socket"
    assert report.find("PF213")["severity"] == "error"


def test_secrets_can_be_named_and_excused(make_site):
    site = make_site()
    site.write("home/site/.env", "A=1\n")
    site.write("home/site/app.vault", "A=1\n")
    report = site.report(write_policy(
        site, "secrets: {add: ['*.vault'], ignore: ['*/site/.env']}\n"))
    assert [f["path"] for f in report.findings if f["code"] == "PF502"] == [
        site.home + "/site/app.vault"]


def test_policy_key(make_site):
    site = make_site()
    write_policy(site, "codes: {PF213: fail}\n")
    site.supervisord_conf("preflight_policy=%(dir)s/policy.yaml")
    assert site.report().code == 1


def test_baseline_leaves_only_what_is_new(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    old = site.path("old.json")
    assert site.check("--format=json", "--out", old).returncode == 1
    report = site.report("--baseline", old)
    assert (report.code, report.codes()) == (0, [])
    site.chmod("run", 0o700)
    report = site.report("--baseline", old)
    assert report.codes() == ["PF201"]
    assert site.check("--baseline", site.conf).returncode == 3


def test_fix_apply_and_undo(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx()
    before = subprocess.run(["getfacl", "-p", site.home],
                            stdout=subprocess.PIPE).stdout
    asked = site.check("--fix=apply")
    assert asked.returncode == 5 and "needs a terminal" in asked.stderr
    assert site.get("/static/logo.png") == 403
    done = site.check("--fix=apply", "--yes")
    assert site.get("/static/logo.png") == 200
    undo, = [line.split("undo with: ")[1]
             for line in done.stderr.splitlines() if "undo with" in line]
    assert "PF101" not in site.report().codes()
    subprocess.run(undo.split(), check=True)
    after = subprocess.run(["getfacl", "-p", site.home],
                           stdout=subprocess.PIPE).stdout
    assert before == after
    os.remove(undo.split("=")[1])


def test_nginx_itself_is_asked(make_site):
    """The file is readable, but this nginx was started before the location
    was written: only asking it shows that."""
    site = make_site(server="""
        location /static/ { return 404; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    site.start_nginx()
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("return 404;", "alias %s/site/static/;" %
                               site.home))
    report = site.report()
    assert "PF019" not in report.codes()
    report = site.report("--confirm=http")
    assert report.find("PF019")["effect"]["url"] == "/static/logo.png"
    site.reload()
    assert "PF019" not in site.report("--confirm=http").codes()


CONFIRMED = """
        access_log %%(dir)s/access.log combined;
        %s
        location /static/ { alias %%(home)s/site/static/; %s }
        location / { proxy_pass http://unix:%%(dir)s/run/app.sock; }
"""


@pytest.mark.parametrize("rule", [
    "deny all;", "allow 127.0.0.1; deny all;",
    "auth_basic x; auth_basic_user_file %(dir)s/nobody;", "internal;",
    "limit_req zone=z;", "limit_conn c 1;", "return 403;",
    "auth_request /auth;", "satisfy any; deny all;",
    "if ($http_user_agent = preflight) { return 403; }"])
@pytest.mark.parametrize("around", [False, True],
                         ids=["in the location", "around it"])
def test_requests_that_a_rule_decides_are_not_made(make_site, rule, around):
    """nginx's own log of requests has none of the checker's."""
    if around and rule == "internal;":
        pytest.skip("internal is for locations")
    site = make_site(server=CONFIRMED % (
        (rule, "") if around else ("", rule)),
        http="limit_req_zone $uri zone=z:1m rate=1r/s;"
        "limit_conn_zone $uri zone=c:1m;")
    site.start_nginx()
    assert "PF019" not in site.report("--confirm=http").codes()
    assert requests(site) == []


def requests(site):
    """Of the checker; nginx writes its log before the next answer."""
    site.get("/last")
    with open(site.path("access.log")) as log:
        return [line.split('"')[1] for line in log
                if line.endswith('"preflight"\n')]


def test_requests_are_few_and_marked(make_site):
    site = make_site(server=CONFIRMED % ("", ""))
    for i in range(9):
        site.write("home/site/static/%d.css" % i, "", 0o444 + (i % 4) * 8)
    site.start_nginx()
    assert "PF019" not in site.report("--confirm=http").codes()
    made = requests(site)
    assert 0 < len(made) <= 3
    assert all(line.startswith("HEAD /static/") for line in made)


def test_yaml_and_junit(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    site.make("home/site/static/a\x1b[31m")
    text = site.check("--format=yaml").stdout
    assert 'schema: "preflight/1"\n' in text
    root = xml.etree.ElementTree.fromstring(
        site.check("--format=junit").stdout)
    suite, = [s for s in root if s.get("name") == "web"]
    failures = {f.get("type") for f in suite.iter("failure")}
    assert failures == {"PF101"}
    cases = [c for c in suite if c.get("classname") == "web.static-tree"]
    assert cases[0].get("name") == site.home + "/site/static/"


def test_p15_odd_names_are_escaped(make_site):
    site = make_site()
    name = "home/site/static/a\n\x1b[31mb"
    site.write(name, "", 0o600)
    for form in ("text", "junit", "json", "yaml"):
        out = site.check("--format=" + form).stdout
        assert "\x1b" not in out
    report = site.report()
    assert report.find("PF108")["path"] == site.path(name)


# Other servers at the same port; the first one answers who is not known, and
# has nothing to serve.
OTHERS = """
    server { listen 127.0.0.1:%%(port)d %s; server_name %s;
             location / { return 404; } }
"""


@pytest.mark.parametrize("names, other, asked", [
    ("site.test", OTHERS % ("", "other.test"), True),
    ("site.test", OTHERS % ("", "~."), True),
    ("*.site.test", OTHERS % ("", "other.test"), True),
    (".site.test", OTHERS % ("", "other.test"), True),
    ("_", "", True),
    ("~^site", "", True),
    ("_", OTHERS % ("", "other.test"), False),
    ("~^site", OTHERS % ("", "other.test"), False),
    ("~^site x.site.test", OTHERS % ("", "other.test"), True),
    ("\"\"", OTHERS % ("default_server", "localhost"), False),
    ("site.test", OTHERS % ("", "site.test"), False),
])
def test_the_request_is_for_this_server(make_site, names, other, asked):
    """Where no Host leads there for sure, nobody is asked."""
    site = make_site(server=CONFIRMED % ("", ""), http=other)
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("server_name site.test;",
                               "server_name %s;" % names))
    site.start_nginx()
    report = site.report("--confirm=http")
    assert "PF019" not in report.codes(), report.find("PF019")
    assert (requests(site) != []) == asked
