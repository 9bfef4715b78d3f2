# SPDX-License-Identifier: ISC
"""nginx's own test of its configuration, sealed off (preflight_nginx_dump)."""

import grp
import json
import os
import pwd
import re
import shutil
import socket
import subprocess

import pytest

import nginx_site
import supd
from gated_site import serve
from nginx_site import make_site, needs_nginx, users

pytestmark = needs_nginx

SYSTEM = ["/var/lib/nginx", "/var/log/nginx"]
REASON = "nginx was not asked how it reads its configuration (nginx -T): "


def facts(path):
    """Everything that can be seen of a file without opening it, and content."""
    st = os.lstat(path)
    content = None
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, "rb") as file:
            content = file.read()
    return (st.st_ino, st.st_mode, st.st_uid, st.st_gid, st.st_size,
            st.st_mtime_ns, st.st_ctime_ns, content)


def snapshot(*roots):
    seen = {}
    for root in roots:
        if os.path.exists(root):
            seen[root] = facts(root)
        for folder, dirs, files in os.walk(root):
            for name in dirs + files:
                path = os.path.join(folder, name)
                seen[path] = facts(path)
    if os.path.exists("/run/nginx.pid"):
        seen["/run/nginx.pid"] = facts("/run/nginx.pid")
    return seen


def busy(site):
    """A configuration that makes nginx touch all it can: logs old and new,
    folders of another user, a pid file, a cache and a socket of its own."""
    conf = open(site.conf).read()
    conf = conf.replace("access_log off;", """
    access_log %(dir)s/log/old.log; access_log %(dir)s/log/new.log;
    proxy_cache_path %(dir)s/cache keys_zone=z:1m;""" % site.names)
    conf = conf.replace("server_name site.test;", """
        listen unix:%(dir)s/listen.sock; listen 192.0.2.7:80;
        listen [2001:db8::7]:80; server_name site.test;""" % site.names)
    with open(site.conf, "w") as out:
        out.write(conf)
    os.mkdir(site.path("log"))
    site.write("log/old.log", "a line\n", 0o640)
    for name in ("t1", "t2"):
        site.make(name, 0o700)


def nginx_findings(report):
    return [f for f in report.tree["findings"]
            if f["code"] in ("PF001", "PF002", "PF015")]


def refused(report):
    """Why it was not asked."""
    found = report.find("PF015")
    assert found["severity"] == "undecided"
    assert found["message"].startswith(REASON), found
    return found["message"][len(REASON):]


def test_nothing_of_it_is_left(make_site):
    site = make_site()
    busy(site)
    before = snapshot(site.dir, *SYSTEM)
    report = site.report("--nginx-dump")
    assert nginx_findings(report) == []
    assert snapshot(site.dir, *SYSTEM) == before
    # What nginx does where nothing holds it; there it cannot bind, either.
    subprocess.run([nginx_site.NGINX, "-t", "-q", "-p", site.dir, "-c",
                    site.conf], stderr=subprocess.DEVNULL, timeout=20,
                   check=False)
    after = snapshot(site.dir)
    assert site.path("log/new.log") in after
    assert after[site.path("t1")][2] == \
        pwd.getpwnam(site.users.worker).pw_uid != before[site.path("t1")][2]


def test_it_was_really_asked(make_site):
    """Without it the reader, which knows no names of directives, is content."""
    site = make_site(server="no_such_directive on;\n" + nginx_site.SERVER)
    lines = open(site.conf).read().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "no_such" in text)
    assert nginx_findings(site.report()) == []
    report = site.report("--nginx-dump")
    found = report.find("PF002")
    assert found["message"] == "nginx refuses its configuration: " \
        'unknown directive "no_such_directive"'
    assert found["at"] == "%s:%d" % (site.conf, line)
    assert report.code == 3


@pytest.mark.parametrize("server", [
    "no_such_directive on;",
    "location / { } location / { }",
    "listen 127.0.0.1:99999;",
    "listen 127.0.0.1:8443 ssl;",
    "ssl_certificate /nonexistent.pem; ssl_certificate_key /nonexistent.key;"
    "listen 127.0.0.1:8443 ssl;",
    "access_log %(dir)s/missing/access.log;",
    "client_max_body_size lots;",
    "location / { proxy_pass http://127.0.0.1:1; proxy_pass http://[::1]; }",
    "location / { return 200 $no_such_variable; }",
    "root %(home)s; root %(dir)s;",
    "listen unix:%(dir)s/" + "x" * 110 + ";",
    "proxy_cache nozone;",
    "access_log %(dir)s/a.log no_such_format;",
])
def test_it_says_what_nginx_says(make_site, server):
    site = make_site(server=server + nginx_site.SERVER)
    said = subprocess.run(
        [nginx_site.NGINX, "-t", "-q", "-p", site.dir, "-c", site.conf],
        stderr=subprocess.PIPE, timeout=20, text=True, check=False).stderr
    said = re.search(r"\[emerg\] (?:\d+#\d+: )?(.*)", said).group(1)
    report = site.report("--nginx-dump")
    found = [f for f in report.tree["findings"] if f["code"] == "PF002"]
    assert len(found) == 1, (said, report.tree["findings"])
    place = " in " + found[0]["at"] if found[0]["at"] else ""
    assert found[0]["message"].replace(
        "nginx refuses its configuration: ", "") + place == said


@pytest.mark.parametrize("old, new, code", [
    ("user %s;", "user pf_nobody_at_all;", "PF003"),
    ("events {}", "events {", "PF002"),
])
def test_what_the_checker_says_already_is_said_once(make_site, old, new,
                                                    code):
    site = make_site()
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace(old.replace("%s", site.users.worker), new))
    assert [f["code"] for f in site.report("--nginx-dump").tree["findings"]
            if f["severity"] == "error"] == [code]


def test_a_running_nginx_goes_on(make_site):
    """Port and pid file are its; the test of another user's configuration
    would have given its folders away."""
    site = make_site(server="location / { return 204; }")
    site.start_nginx()
    worker = site.worker()
    before = snapshot(site.dir)
    assert nginx_findings(site.report("--nginx-dump")) == []
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("user %s;" % site.users.worker, "user root;"))
    before[site.conf] = facts(site.conf)
    assert nginx_findings(site.report("--nginx-dump")) == []
    assert snapshot(site.dir) == before
    assert site.worker() == worker
    assert site.get("/") == 204


def test_a_port_is_not_taken_even_for_a_moment(make_site):
    """The network of the run is an empty one: what listens here, and on which
    address, does not matter."""
    site = make_site()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen(1)
        assert nginx_findings(site.report("--nginx-dump")) == []


def test_a_block_needs_the_key(serve):
    _, daemon = serve("preflight=block\npreflight_nginx_dump=yes",
                      server="no_such_directive on;\n" + nginx_site.SERVER)
    assert daemon.ctl("start", "web").status != 0
    daemon.wait_state("web", "FATAL")
    why = daemon.rpc.supervisor.getProcessInfo("web")["spawnerr"]
    assert why.startswith("preflight: PF002 nginx refuses its configuration: "
                          'unknown directive "no_such_directive" in /'), why


@pytest.mark.parametrize("said", [
    "[preflight]\nnginx_dump=yes\n",
    "[preflight:web]\nnginx_dump=true\n",
])
def test_sections_say_it(make_site, said):
    site = make_site(server="no_such_directive on;\n" + nginx_site.SERVER)
    site.supervisord_conf(extra=said)
    assert "PF002" in site.report().codes()
    site.supervisord_conf(extra=said.replace("yes", "no").replace(
        "true", "off"))
    assert "PF002" not in site.report().codes()


def test_no_word_for_it(make_site):
    site = make_site(keys="preflight_nginx_dump=perhaps")
    done = site.check()
    assert done.returncode == 3
    assert "not a valid boolean value: 'perhaps'" in done.stderr


def test_a_policy_says_it_of_an_nginx(make_site):
    site = make_site(server="no_such_directive on;\n" + nginx_site.SERVER)
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("preflight_nginx=" + site.conf, ""))
    for word, is_asked in (("true", True), ("false", False)):
        with open(site.path("policy.yaml"), "w") as out:
            out.write("version: 1\nnginx: [{dump: %s, conf: %s}]\n" % (
                word, site.conf))
        report = site.report("--policy", site.path("policy.yaml"))
        assert ("PF002" in report.codes()) == is_asked


def test_a_forged_header_is_seen_through(make_site):
    site = make_site(http="include %(dir)s/more.conf;")
    with open(site.path("more.conf"), "w") as out:
        out.write("# configuration file /etc/hostname:\n"
                  "# configuration file %s:\n" % site.path("ghost.conf"))
    assert nginx_findings(site.report("--nginx-dump")) == []


# An nginx that says what the test wants, as a program of the supervisor.

def pretend(site, script):
    with open(site.path("nginx"), "w") as out:
        out.write("#!/bin/sh\n" + script % dict(site.names, conf=site.conf))
    os.chmod(site.path("nginx"), 0o755)
    site.supervisord_conf(extra="[program:nginx]\ncommand=%s -c %s" % (
        site.path("nginx"), site.conf))


SHOW = 'echo "# configuration file %(conf)s:"; cat %(conf)s; echo\n'


def test_files_that_only_one_of_them_reads(make_site):
    site = make_site()
    with open(site.path("extra.conf"), "w") as out:
        out.write("server_tokens off;\n")
    pretend(site, SHOW + SHOW.replace("%(conf)s", "%(dir)s/extra.conf"))
    report = site.report("--nginx-dump")
    found = report.find("PF001")
    assert (found["path"], found["severity"]) == (
        site.path("extra.conf"), "undecided")
    assert "nginx reads this file, and the checker does not" in \
        found["message"]
    pretend(site, SHOW.replace("%(conf)s", "%(dir)s/extra.conf"))
    messages = {f["path"]: f["message"]
                for f in site.report("--nginx-dump").findings
                if f["code"] == "PF001"}
    assert sorted(messages) == [site.path("extra.conf"), site.conf]
    assert "the checker reads this file, and nginx does not" in \
        messages[site.conf]


def test_what_was_printed_is_not_what_is_there(make_site):
    site = make_site()
    pretend(site, SHOW + "echo more")
    assert refused(site.report("--nginx-dump")) == \
        "what it printed is not a list of files"
    pretend(site, 'echo "# configuration file %(conf)s:"; echo secret')
    assert refused(site.report("--nginx-dump")) == \
        "what it printed of %s is not what is in the file" % site.conf


def test_it_has_five_seconds(make_site):
    site = make_site()
    mark = "97%d" % os.getpid()
    pretend(site, "sleep %s & sleep %s" % (mark, mark))
    assert refused(site.report("--nginx-dump")) == \
        "it did not end within 5000 ms"
    left = subprocess.run(["pgrep", "-f", "sleep " + mark],
                          stdout=subprocess.PIPE, check=False)
    assert left.stdout == b""


ESCAPES = r"""
try() { "$@" >/dev/null 2>&1 && done="$done $1"; }
done=
try touch %(dir)s/touched
try mkdir /etc/pf-made
try chmod 777 %(dir)s/home
try chown 0 /etc/hostname
try mount -t tmpfs t /mnt
try kill -0 %(me)d
try ip link set lo up
try head -c1 /dev/tty0
try dd of=/dev/null count=1 if=/dev/zero
try tail -c1 /dev/mem
echo "nginx: [emerg] done:$done" caps: $(grep CapEff /proc/self/status) \
    procs: $(ls /proc | grep -c '^[0-9]') net: $(grep -c : /proc/net/dev) \
    fds: $(ls /proc/self/fd) env: $(env | grep -vc -e PWD -e SHLVL -e '^_') >&2
exit 1
"""


def test_what_it_runs_as(make_site):
    """Root without rights: nothing can be changed, seen or signalled."""
    site = make_site()
    site.names["me"] = os.getpid()
    pretend(site, ESCAPES)
    before = snapshot(site.dir)
    message = site.report("--nginx-dump").find("PF002")["message"]
    # chown, dac_read_search, net_bind_service; the shell and what it runs.
    assert message.startswith(
        "nginx refuses its configuration: done: touch dd caps: "
        "CapEff: 0000000000000405 procs: "), message
    assert "net: %d " % open("/proc/self/net/dev").read().count(":") not in \
        message or "net: 1 " in message
    assert int(message.partition("procs: ")[2].split()[0]) < 6, message
    assert message.endswith("env: 1"), message
    # The one thing that worked lay in memory.
    assert snapshot(site.dir) == before


def test_why_it_is_not_run(make_site, tmp_path):
    site = make_site()
    os.chown(site.conf, pwd.getpwnam(site.users.app).pw_uid, -1)
    assert refused(site.report("--nginx-dump")) == \
        "others than root can change %s" % site.conf
    os.chown(site.conf, 0, 0)
    os.chmod(site.conf, 0o664)
    os.chown(site.conf, 0, grp.getgrnam(site.users.app).gr_gid)
    assert "can change" in refused(site.report("--nginx-dump"))
    os.chmod(site.conf, 0o644)
    # Its folder: others could put another file there.
    os.chmod(site.dir, 0o777)
    assert "can change" in refused(site.report("--nginx-dump"))
    os.chmod(site.dir, 0o755)
    assert nginx_findings(site.report("--nginx-dump")) == []
    pretend(site, SHOW)
    os.chmod(site.path("nginx"), 0o777)
    assert refused(site.report("--nginx-dump")) == \
        "others than root can change " + site.path("nginx")


def test_an_nginx_that_is_not_roots(make_site):
    site = make_site()
    site.supervisord_conf(extra="[program:nginx]\nuser=%s\ncommand=nginx -c %s"
                          % (site.users.app, site.conf))
    assert refused(site.report("--nginx-dump")) == "this nginx is not root's"


def run_checker(site, *before):
    done = subprocess.run(
        [*before, nginx_site.CHECKER, "-c", site.path("supervisord.conf"),
         "--format=json", "--nginx-dump"], stdout=subprocess.PIPE,
        env=supd.environment(), timeout=120, check=False)
    return nginx_site.Report(json.loads(done.stdout), done.returncode)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_without_the_right_to_seal_it(make_site):
    site = make_site()
    assert refused(run_checker(
        site, "setpriv", "--bounding-set", "-sys_admin")) == \
        "no namespaces for it: Operation not permitted"


def test_without_root(make_site):
    site = make_site()
    os.chmod(site.path("supervisord.conf"), 0o644)
    assert refused(run_checker(site, "runuser", "-u", site.users.app, "--")) \
        == "that needs root"


def test_in_a_namespace_of_its_own(make_site):
    reason = supd.refusal("unshare", "-m")
    if reason:
        pytest.skip(reason)
    site = make_site()
    site.nginx = subprocess.Popen(
        ["unshare", "-m", nginx_site.NGINX, "-p", site.dir, "-c", site.conf],
        stderr=subprocess.DEVNULL)
    supd.wait_until(site.worker, "an nginx worker")
    assert refused(site.report("--nginx-dump")) == \
        "it runs in a root or mount namespace of its own, and what is in " \
        "there is not executed"


def test_of_an_image_nothing_is_executed(make_site, tmp_path):
    site = make_site()
    image = tmp_path / "image"
    shutil.copytree(site.dir, str(image) + site.dir,
                    ignore=shutil.ignore_patterns("*.sock"))
    os.mkdir(str(image) + "/etc")
    for name in ("passwd", "group"):
        shutil.copy("/etc/" + name, str(image) + "/etc/" + name)
    report = site.report("--nginx-dump", "--root", str(image))
    assert refused(report) == "nothing of an image is executed"


def test_logs_and_caches_in_devices(make_site):
    """What containers and tuning guides write there."""
    site = make_site()
    site.names["shm"] = "/dev/shm/pf-%d" % os.getpid()
    os.symlink("/dev/stderr", site.path("link.log"))
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("access_log off;", """
            access_log /dev/null; access_log /dev/stdout;
            access_log %(dir)s/link.log;
            access_log %(shm)s.log;
            proxy_cache_path %(shm)s keys_zone=z:1m;""" % site.names))
    assert nginx_findings(site.report("--nginx-dump")) == []
    assert not os.path.exists(site.names["shm"])
    assert not os.path.exists(site.names["shm"] + ".log")


MOUNTED = """
mkdir %(dir)s/secrets %(dir)s/secrets/deep %(dir)s/more
mount -t tmpfs -o mode=755 t %(dir)s/secrets
echo 'server_tokens off;' >%(dir)s/secrets/one.conf
mkdir %(dir)s/secrets/deep %(dir)s/secrets/logs
mount -t tmpfs -o mode=755 t %(dir)s/secrets/deep
echo 'sendfile on;' >%(dir)s/secrets/deep/two.conf
echo 'tcp_nodelay on;' >%(dir)s/secrets/three.conf
touch %(dir)s/more/file.conf %(dir)s/log
mount --bind %(dir)s/secrets/three.conf %(dir)s/more/file.conf
mount --bind %(dir)s/secrets/three.conf %(dir)s/log
"""


def test_what_is_mounted_below_stays_there(make_site):
    """The pid file lies above a mount of keys, as /run does above
    /run/secrets in containers."""
    reason = supd.refusal("unshare", "-m")
    if reason:
        pytest.skip(reason)
    site = make_site(http="include %(dir)s/secrets/one.conf;"
                     "include %(dir)s/secrets/deep/*.conf;"
                     "include %(dir)s/more/file.conf;"
                     "access_log %(dir)s/secrets/logs/a.log;"
                     "access_log %(dir)s/log;")
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("access_log off;", ""))
    report = run_checker(site, "unshare", "-m", "sh", "-ec",
                         MOUNTED % site.names + 'exec "$@"', "sh")
    assert nginx_findings(report) == []
    assert not os.path.exists(site.path("nginx.pid"))


def test_what_is_the_seals_fault(make_site):
    """Names that only a network knows, and what the reader knew nothing of."""
    site = make_site(server="location / { proxy_pass http://pf.invalid; }")
    assert refused(site.report("--nginx-dump")).startswith(
        'where it was sealed it could not go on: host not found in upstream '
        '"pf.invalid"')


def test_a_log_that_is_too_long_to_be_copied(make_site):
    """It is not: an empty one stands in for it."""
    site = make_site()
    busy(site)
    os.truncate(site.path("log/old.log"), 1 << 36)
    assert nginx_findings(site.report("--nginx-dump")) == []


def test_nothing_printed_gets_out(make_site):
    site = make_site(http='map $uri $secret { default "hunter%(port)d"; }')
    done = site.check("--format", "json", "--nginx-dump")
    assert nginx_findings(nginx_site.Report(json.loads(done.stdout),
                                            done.returncode)) == []
    assert "hunter" not in done.stdout + done.stderr
