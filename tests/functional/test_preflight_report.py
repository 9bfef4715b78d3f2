# SPDX-License-Identifier: ISC
"""What the checker reports, next to what nginx and gunicorn really do."""

import json
import os
import pwd
import shlex
import signal
import socket
import subprocess
import sys

import pytest

import gated_site
import nginx_site
import supd
from nginx_site import make_site, needs_nginx, users
from preflight_case import needs_unshare

pytestmark = needs_nginx


def apply_fix(fix):
    for command in fix["commands"]:
        subprocess.run(command, check=True)


def test_the_story(make_site):
    """A home with 0750 and a socket with umask 022: 403 and 502.  What the
    checker proposes makes both 200, and it then has nothing to say."""
    site = make_site(options="-m 022")
    site.chmod("home", 0o750)
    site.start_nginx()
    site.start_gunicorn()
    assert (site.get("/static/logo.png"), site.get("/")) == (403, 502)

    running = site.report()
    assert running.code == 1
    assert running.codes() == ["PF101", "PF202"]
    site.stop_gunicorn()

    report = site.report()
    assert report.code == 1
    assert report.codes() == ["PF101", "PF205"]
    closed = report.find("PF101")
    assert closed["path"] == site.home
    assert closed["message"] == (
        "nginx (%(worker)s) cannot pass through %(home)s "
        "(drwxr-x--- %(app)s:%(app)s)" % site.names)
    assert closed["effect"]["status"] == 403
    assert closed["effect"]["url"] == "/static/"
    assert closed["evidence"]["have"] == "---"
    assert closed["confidence"] == "probed"
    denied = report.find("PF205")
    assert denied["effect"]["status"] == 502
    assert denied["confidence"] == "predicted"
    seed = report.fix("PF101", "seed-membership")
    assert not seed["advised"] and seed["reload"]

    apply_fix(report.fix("PF101", "acl-traverse"))
    apply_fix(report.fix("PF205", "socket-dir"))
    site.command = site.command.replace("-m 022", "-m 007")
    site.supervisord_conf()
    report = site.report()
    assert (report.code, report.codes()) == (0, [])
    assert report.program["result"] == "pass"
    site.start_gunicorn()
    assert (site.get("/static/logo.png"), site.get("/")) == (200, 200)
    assert site.report().codes() == []


def test_the_identity_is_that_of_the_running_worker(make_site, users):
    """usermod alone changes nothing before a reload (contract P1.1)."""
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx()
    subprocess.run(["usermod", "-a", "-G", users.app, users.worker],
                   check=True)
    try:
        report = site.report()
        assert site.get("/static/logo.png") == 403
        assert "PF101" in report.codes()
        assert report.find("PF005")["severity"] == "error"
        site.chmod("home", 0o700)
        assert site.report().find("PF005")["severity"] == "warning"
        site.chmod("home", 0o750)
        site.reload()
        assert site.get("/static/logo.png") == 200
        report = site.report()
        assert "PF101" not in report.codes()
        assert "PF507" in report.codes()
    finally:
        subprocess.run(["gpasswd", "-d", users.worker, users.app], check=True,
                       stdout=subprocess.DEVNULL)


def test_unreadable_file(make_site):
    site = make_site()
    site.start_nginx()
    site.chmod("home/site/static/logo.png", 0o600)
    assert site.get("/static/logo.png") == 403
    found = site.report().find("PF102")
    assert found["path"] == site.home + "/site/static/logo.png"
    assert found["evidence"]["mode"] == "0600"
    assert found["effect"]["status"] == 403


def test_some_unreadable_files(make_site):
    site = make_site()
    for i in range(30):
        site.write("home/site/static/%d.css" % i, "")
    site.write("home/site/static/big.mp4", "", 0o600)
    site.write("home/site/static/big2.mp4", "", 0o600)
    report = site.report()
    assert report.find("PF108")["message"].startswith(
        "2 of 33 files below %s/site/static/ are unreadable" % site.home)


def test_missing_tree(make_site):
    site = make_site()
    site.start_nginx()
    os.rename(site.home + "/site/static", site.home + "/site/assets")
    assert site.get("/static/logo.png") == 404
    found = site.report().find("PF103")
    assert found["effect"]["status"] == 404


def test_try_files_hides_the_denial(make_site):
    site = make_site(server="""
        location / { root %(home)s/site; try_files $uri =404; }
        location /app { proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    site.chmod("home", 0o700)
    site.start_nginx()
    assert site.get("/static/logo.png") == 404
    report = site.report()
    assert "PF101" in report.codes()
    assert report.find("PF101")["effect"]["status"] == 404
    assert report.find("PF112")


def test_socket_directory_closed(make_site):
    site = make_site()
    site.start_nginx()
    site.start_gunicorn()
    site.chmod("run", 0o700)
    assert site.get("/") == 502
    found = site.report().find("PF201")
    assert found["path"] == site.path("run")
    assert found["effect"]["status"] == 502


def test_socket_directory_missing(make_site):
    site = make_site()
    os.rmdir(site.path("run"))
    report = site.report()
    assert report.code == 1
    assert report.find("PF203")["severity"] == "error"


def test_paths_differ(make_site):
    site = make_site(bind="unix:%(dir)s/run/other.sock")
    report = site.report()
    found = report.find("PF208")
    assert site.path("run/app.sock") in found["message"]
    assert site.path("run/other.sock") in found["message"]


def test_open_socket_is_a_warning(make_site):
    """gunicorn's default umask of 0 lets every local user connect."""
    report = make_site().report()
    assert report.codes() == ["PF213"]
    assert report.code == 0


def test_stale_socket_says_nothing(make_site):
    site = make_site(options="-m 007")
    site.chmod("run", 0o2710)
    os.chown(site.path("run"), -1, site_gid(site.users.worker))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(site.path("run/app.sock"))
    os.chmod(site.path("run/app.sock"), 0o700)
    site.own("run/app.sock")
    assert site.report().codes() == []


def site_gid(user):
    import grp
    return grp.getgrnam(user).gr_gid


def test_secrets(make_site):
    site = make_site(server="""
        location / { root %(home)s/site; }
        location /app { proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    site.write("home/site/.env", "SECRET=1\n")
    site.start_nginx()
    assert site.get("/.env") == 200
    report = site.report()
    assert report.find("PF502")["path"] == site.home + "/site/.env"
    assert report.find("PF504")["severity"] == "critical"
    assert "SECRET=1" not in json.dumps(report.tree)


def test_secret_that_is_not_served(make_site):
    site = make_site()
    site.write("home/site/.env", "SECRET=1\n")
    report = site.report()
    assert "not reachable by URL" in report.find("PF502")["message"]
    assert "PF504" not in report.codes()


def test_variable_is_undecided(make_site):
    site = make_site(server="""
        location ~ ^/u/(.*)/ { alias %(home)s/$1/pub/; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
""", options="-m 007")
    os.chown(site.path("run"), -1, site_gid(site.users.worker))
    site.chmod("run", 0o2710)
    report = site.report()
    assert report.codes() == ["PF122"]
    assert report.code == 2
    assert site.check("--undecided=pass").returncode == 0
    assert site.check("--undecided=fail").returncode == 1


UNREADABLE = """
[supervisord]
[program:web]
command=gunicorn -c %(dir)s/secret.py site:app
user=nobody
"""


def test_what_cannot_be_read_is_told_where_sigchld_was_ignored(tmp_path):
    """Then nobody could wait for the child that tries to read."""
    secret = tmp_path / "secret.py"
    secret.write_text("bind = 'unix:%s/app.sock'\n" % tmp_path)
    secret.chmod(0o600)
    (tmp_path / "s.conf").write_text(UNREADABLE % {"dir": tmp_path})
    (tmp_path / "nginx.conf").write_text("events {}\nhttp {}\n")
    done = subprocess.run(
        [supd.built("supervisord-c-preflight"), "-c", tmp_path / "s.conf",
         "--nginx", tmp_path / "nginx.conf", "--all"],
        capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert "cannot read %s" % secret in done.stdout
    assert done.returncode == 2


def test_exit_codes(make_site):
    site = make_site()
    assert site.check("--bogus").returncode == 64
    assert site.check("--format=xml").returncode == 64
    assert site.check("--help").stdout.startswith(
        "Usage: supervisord-c preflight")
    done = site.check("--program", "none")
    assert done.returncode == 3 and "no program 'none'" in done.stderr
    assert site.check("--nginx", "/nonexistent.conf").returncode == 3
    assert site.check("--fail-level=warning").returncode == 1
    site.supervisord_conf("preflight_confirm=perhaps")
    done = site.check()
    assert done.returncode == 3
    assert "'perhaps' is none of no, http" in done.stderr


def test_without_a_file_the_daemons_places_are_searched(make_site):
    site = make_site()
    done = subprocess.run([nginx_site.CHECKER, "--all", "--format=json"],
                          cwd=site.dir, capture_output=True, text=True)
    assert json.loads(done.stdout)["programs"][0]["name"] == "web"


def test_gate(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    done = site.check("--format=gate", "--program", "web")
    first, second = done.stdout.splitlines()
    assert first == (
        "fail\tPF101 nginx (%(worker)s) cannot pass through %(home)s "
        "(drwxr-x--- %(app)s:%(app)s); /static/ would answer 403" % site.names)
    assert json.loads(second)["mode"] == "start"
    site.chmod("home", 0o755)
    done = site.check("--format=gate", "--program", "web")
    assert done.stdout.startswith("warn\tPF213 ")
    assert site.check("--format=gate").returncode == 64


def test_gate_says_what_is_wrong_with_nginx_itself(make_site):
    site = make_site()
    with open(site.conf, "a") as conf:
        conf.write("http {")
    line = site.check("--format=gate", "--program", "web").stdout
    assert line.startswith("fail\tPF002 ")
    assert (" in %s:" % site.conf) in line.splitlines()[0]
    os.unlink(site.conf)
    line = site.check("--format=gate", "--program", "web").stdout
    assert line.splitlines()[0] == (
        'fail\tPF001 open() "%s" failed (2: No such file or directory)'
        % site.conf)


def test_json_schema(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx()
    tree = site.report().tree
    assert tree["schema"] == "preflight/1"
    assert tree["mode"] == "provision" and tree["exit"] == 1
    identity, = tree["identities"]
    assert identity["source"] == "worker"
    assert identity["user"] == site.users.worker
    assert identity["pids"] == [site.worker()]
    assert identity["confinement"] == {
        "seccomp": 0, "nnp": False, "label": None}
    program, = tree["programs"]
    assert (program["name"], program["user"], program["result"],
            program["paired_by"]) == (
                "web", site.users.app, "fail", "socket")
    static, = [c for c in program["checks"] if c["kind"] == "static-tree"]
    assert static["id"] == "web/static-tree/1"
    assert static["url"] == "/static/" and static["identity"] == "n1"
    assert static["errno"] == "EACCES" and static["result"] == "fail"
    assert static["at"] == "%s:15" % site.conf
    fids = {f["fid"]: f for f in program["findings"]}
    assert fids[static["findings"][0]]["code"] == "PF101"
    assert fids["f1"]["fingerprint"] == "PF101:web:%s:%d" % (
        site.home, identity["uid"])
    assert tree["summary"]["error"] == 1


def test_p16_reports_are_the_same_in_two_runs(make_site):
    site = make_site()
    for i in range(50):
        site.write("home/site/static/%d.css" % i, "", 0o600)
    trees = []
    for _ in range(2):
        tree = site.report().tree
        del tree["started"], tree["duration_ms"]
        trees.append(json.dumps(tree))
    assert trees[0] == trees[1]


def test_p17_report_file(make_site):
    """Mode 0600, and a link in its place is replaced, not followed."""
    site = make_site()
    victim, out = site.path("victim"), site.path("report.json")
    site.write("victim", "mine")
    os.symlink(victim, out)
    done = site.check("--format=json", "--out", out)
    assert done.stdout == "" and done.returncode == 0
    assert open(victim).read() == "mine"
    assert not os.path.islink(out)
    assert os.stat(out).st_mode & 0o777 == 0o600
    assert json.load(open(out))["exit"] == 0


def test_text_can_be_pasted(make_site):
    site = make_site()
    site.chmod("home", 0o750)
    lines = [l for l in site.check().stdout.splitlines() if "fix 1" in l]
    subprocess.run(shlex.split(lines[0])[2:], check=True)
    assert "PF101" not in site.report().codes()


def test_a_program_without_nginx(make_site):
    """Switched off is not checked unless asked for by name."""
    site = make_site()
    site.supervisord_conf("preflight=off", extra="[program:plain]\n"
                          "command=/bin/cat\n")
    done = site.check("--format=json")
    assert [p["name"] for p in json.loads(done.stdout)["programs"]] == [
        "plain"]
    done = site.check("--format=json", "--program", "web")
    assert [p["name"] for p in json.loads(done.stdout)["programs"]] == ["web"]


def test_files_of_tomorrow(make_site):
    """umask 077 in the program's section: what it uploads will be 0600."""
    site = make_site()
    site.supervisord_conf("umask=077")
    found = site.report().find("PF120")
    assert "will be -rw------- %(app)s:%(app)s (umask 077)" % site.names \
        in found["message"]
    subprocess.run(["setfacl", "-dm", "u:%s:r-x" % site.users.worker,
                    site.home + "/site/static"], check=True)
    assert "PF120" not in site.report().codes()


def test_home_that_others_may_change(make_site):
    site = make_site()
    site.chmod("home", 0o777)
    assert site.report().find("PF510")["severity"] == "error"


def test_two_programs_with_one_tree(make_site):
    site = make_site()
    other = """
[program:api]
command=/bin/cat
directory=%(home)s/site
user=%(worker)s
preflight_nginx=%(dir)s/nginx.conf
"""
    site.supervisord_conf(command="/bin/cat", extra=other)
    done = site.check("--format=json", "--program", "web")
    assert done.returncode == 3
    assert "PF011" in [f["code"] for f in
                       json.loads(done.stdout)["programs"][0]["findings"]]


def test_fcgi_program(make_site):
    """The daemon makes the socket: 0700 unless told otherwise (T90)."""
    site = make_site(server="""
        location / { fastcgi_pass unix:%(dir)s/run/app.sock; }
""")
    text = open(site.path("supervisord.conf")).read()
    text = text.replace("[program:web]", "[fcgi-program:web]\n"
                        "socket=unix://%s/run/app.sock" % site.dir)
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text)
    found = site.report().find("PF205")
    assert "will be srwx------ %s:" % site.users.app in found["message"]
    with open(site.path("supervisord.conf"), "a") as out:
        out.write("socket_mode=0770\nsocket_owner=%(app)s:%(worker)s\n"
                  % site.names)
    assert "PF205" not in site.report().codes()


def test_acl_cut_by_mask(make_site):
    site = make_site()
    subprocess.run(["setfacl", "-m", "u:%s:--x" % site.users.worker,
                    site.home], check=True)
    site.start_nginx()
    assert site.get("/static/logo.png") == 200
    site.chmod("home", 0o700)
    assert site.get("/static/logo.png") == 403
    report = site.report()
    found = report.find("PF109")
    assert "the mask --- cancels it" in found["message"]
    apply_fix(report.fix("PF109", "acl-traverse"))
    assert site.get("/static/logo.png") == 200


def test_alias_without_slash(make_site):
    site = make_site(server="""
        location /s/ { alias %(home)s/site/static; }
        location /t { alias %(home)s/site/static/; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    site.start_nginx()
    assert site.get("/s/logo.png") == 404
    assert site.get("/t../app.py") == 200
    report = site.report()
    assert report.find("PF119") and report.find("PF508")


def test_password_file(make_site):
    site = make_site(server="""
        location / { auth_basic x; auth_basic_user_file %(dir)s/htpasswd;
                     proxy_pass http://unix:%(dir)s/run/app.sock; }
""")
    site.write("htpasswd", "a:b\n", 0o600)
    found = site.report().find("PF117")
    assert found["effect"]["status"] == 500
    os.remove(site.path("htpasswd"))
    assert site.report().find("PF117")["effect"]["status"] == 403


def test_log_that_even_root_may_not_open(make_site):
    """fs.protected_regular: a file of somebody else in a sticky directory."""
    if int(open("/proc/sys/fs/protected_regular").read()) == 0:
        pytest.skip("fs.protected_regular is off")
    site = make_site()
    os.mkdir(site.path("shared"))
    os.chmod(site.path("shared"), 0o1777)
    site.write("shared/web.log", "", 0o666)
    site.supervisord_conf("stdout_logfile=%(dir)s/shared/web.log")
    found = site.report().find("PF406")
    assert found["path"] == site.path("shared/web.log")
    assert "even root" in found["message"]


def test_command_that_cannot_be_executed(make_site):
    site = make_site()
    site.write("home/site/start", "#!/bin/sh\n", 0o644)
    site.supervisord_conf(command=site.home + "/site/start")
    report = site.report()
    assert report.find("PF303")["path"] == site.home + "/site/start"
    site.supervisord_conf("preflight_upload=%(dir)s")
    assert "PF304" in site.report().codes()


def can_start(site, command):
    entry = pwd.getpwnam(site.users.app)
    try:
        return subprocess.run(
            [command], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False, timeout=60).returncode == 0
    except PermissionError:
        return False


def test_environment_that_cannot_be_used(make_site):
    """A script of pip's, whose Python and packages are in a virtualenv."""
    site = make_site()
    venv = site.home + "/venv"
    packages = "%s/lib/python%d.%d/site-packages" % (
        venv, *sys.version_info[:2])
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", venv],
                   check=True)
    script = venv + "/bin/serve"
    with open(script, "w") as out:
        out.write("#!%s/bin/python3\nimport needed\n" % venv)
    with open(packages + "/needed.py", "w"):
        pass
    os.chmod(script, 0o755)
    site.supervisord_conf(command=script)
    assert can_start(site, script)
    assert "PF303" not in site.report().codes()
    os.chmod(packages, 0o700)
    assert not can_start(site, script)
    assert site.report().find("PF303")["path"] == packages
    os.chmod(packages, 0o755)
    private = site.path("private")
    os.mkdir(private, 0o700)
    os.rename(venv + "/bin/python3", private + "/python3")
    os.symlink(private + "/python3", venv + "/bin/python3")
    assert not can_start(site, script)
    closed = site.report().find("PF303")
    assert closed["path"] == venv + "/bin/python3"
    assert "cannot pass through %s " % private in closed["message"]


def test_unpacked_image(make_site, users):
    """--root: names from the image's own files, paths inside of it, also
    where the same path is something else outside."""
    site = make_site()
    image = site.path("image")
    os.makedirs(image + "/etc/nginx")
    os.makedirs(image + site.home + "/site/static")
    os.chmod(image + site.home, 0o700)
    for name, text in (
            ("passwd", "root:x:0:0::/:/bin/sh\nwww:x:777:777::/:/bin/sh\n"
             "%s:x:779:779::/:/bin/sh\n" % users.app),
            ("group", "root:x:0:\nwww:x:777:\n"),
            ("nginx/nginx.conf", "user www; events {} http { server { location"
             " /s/ { alias %s/site/static/; } } }\n" % site.home)):
        with open(image + "/etc/" + name, "w") as out:
            out.write(text)
    site.supervisord_conf("preflight_nginx=auto", command="/bin/cat")
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("preflight_nginx=%s\n" % site.conf, ""))
    report = site.report("--root", image)
    found = report.find("PF101")
    assert found["path"] == site.home
    assert found["message"].startswith("nginx (www) cannot pass")
    # Everything in it is said to be inferred, and is no proof.
    assert not report.tree["identities"][0]["taken"]
    assert {f["confidence"] for f in report.program["findings"]} == {
        "inferred"}
    assert {c["confidence"] for c in report.program["checks"]} == {"inferred"}
    assert report.code == 1
    assert site.report("--root", image, "--require=probed").code == 5
    # What mends it is about the image, not about this system.
    fix = report.fix("PF101", "acl-traverse")
    assert fix["commands"] == [["chroot", image, "setfacl", "-m", "u:www:--x",
                                "--", site.home]]
    assert fix["undo"][:2] == ["chroot", image]
    assert site.check("--root", image, "--fix=apply").returncode == 64
    os.chmod(image + site.home, 0o711)
    assert "PF101" not in site.report("--root", image).codes()


def test_users_of_the_image_alone(make_site):
    """The program's user, its home and the settings of its server are the
    image's; so are the names of whoever owns what."""
    site = make_site()
    image = site.path("image")
    home = "/home/shop"
    for name in ("etc/nginx", home[1:] + "/static", "run/shop"):
        os.makedirs(os.path.join(image, name))
    for name, text in (
            ("etc/passwd", "root:x:0:0::/:/bin/sh\nwww:x:777:777::/:/bin/sh\n"
             "shop:x:779:780::%s:/bin/sh\n" % home),
            ("etc/group", "root:x:0:\nwww:x:777:\nstaff:x:780:\n"
             "more:x:781:shop\n"),
            ("etc/nginx/nginx.conf", "user www; events {} http { server { "
             "location /s/ { alias %s/static/; } location / { proxy_pass "
             "http://unix:/run/shop/s.sock; } } }\n" % home),
            (home[1:] + "/gunicorn.conf.py",
             "bind = 'unix:/run/shop/s.sock'\numask = 0o022\n"),
            (home[1:] + "/.env", "A=1\n"),
            (home[1:] + "/static/a.css", "x")):
        with open(os.path.join(image, name), "w") as out:
            out.write(text)
    for name in (home[1:], "run/shop"):
        os.chown(os.path.join(image, name), 779, 780)
    os.chmod(image + home + "/static/a.css", 0o600)
    os.chown(image + home + "/static/a.css", 779, 780)
    with open(site.path("supervisord.conf"), "w") as out:
        out.write("[supervisord]\n[program:shop]\nuser=shop\ndirectory=%s\n"
                  "command=/usr/bin/gunicorn app:app\n" % home)
    report = site.report("--root", image)
    assert report.program["user"] == "shop"
    assert report.program["paired_by"] == "socket"
    assert "srwxr-xr-x shop:staff" in report.find("PF205")["message"]
    assert report.find("PF502")["path"] == home + "/.env"
    assert "shop:staff" in report.find("PF102")["message"]
    assert ["chroot", image, "runuser", "-u", "shop"] == \
        report.fix("PF205", "socket-dir")["commands"][0][:5]
    # Nobody of the name here.
    done = site.check("--format=json")
    assert done.returncode == 3 and "Invalid user name shop" in done.stderr


def test_without_root(make_site, users):
    """Inferred, said once, and refused where that is not enough."""
    site = make_site(options="-m 022")
    site.chmod("home", 0o750)
    if subprocess.run(["runuser", "-u", users.app, "--",
                       nginx_site.CHECKER, "--version"],
                      stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("the build folder is closed to other users")

    def check(*options):
        return subprocess.run(
            ["runuser", "-u", users.app, "--", nginx_site.CHECKER, "-c",
             site.path("supervisord.conf"), "--format=json"] + list(options),
            stdout=subprocess.PIPE)
    done = check()
    report = nginx_site.Report(json.loads(done.stdout), done.returncode)
    assert report.code == 1
    assert report.codes() == ["PF016", "PF101", "PF205"]
    assert report.find("PF101")["confidence"] == "inferred"
    assert check("--require=probed").returncode == 5


def test_without_root_only_the_own_tree_refuses(make_site, users):
    """What the program's user cannot see may be otherwise."""
    site = make_site(server="""
        location /static/ { alias %(home)s/site/static/; }
        location /more/ { alias %(dir)s/more/; }
        location / { proxy_pass http://unix:%(dir)s/run/app.sock; }
""", options="-m 007")
    if subprocess.run(["runuser", "-u", users.app, "--",
                       nginx_site.CHECKER, "--version"],
                      stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("the build folder is closed to other users")
    gated_site.share_run(site)
    os.mkdir(site.path("more"), 0o700)
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("[program:web]", "[program:web]\n"
                               "preflight_static=%s/=/more/"
                               % site.path("more")))

    def verdict():
        return subprocess.run(
            ["runuser", "-u", users.app, "--", nginx_site.CHECKER, "-c",
             site.path("supervisord.conf"), "--format=gate", "--program=web"],
            stdout=subprocess.PIPE, text=True).stdout.splitlines()[0]
    # Root is refused nothing, so it knows.
    assert site.check("--format=gate", "--program=web").stdout.startswith(
        "fail\tPF101 ")
    assert verdict().startswith("undecided\tPF101 ")
    assert site.path("more") in verdict()
    site.chmod("home", 0o750)
    assert verdict().startswith("fail\tPF101 ")
    assert site.home in verdict()


def as_app(site, *before):
    """The checker of a manager that is not root."""
    done = subprocess.run(
        [*before, "runuser", "-u", site.users.app, "--", nginx_site.CHECKER,
         "-c", site.path("supervisord.conf"), "--format=json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if not done.stdout:
        pytest.skip("the build folder is closed to other users, or no "
                    "namespace can be made")
    return nginx_site.Report(json.loads(done.stdout), done.returncode)


def test_without_root_the_own_tree_is_listed(make_site):
    """Also while an nginx runs into whose root one may not look."""
    site = make_site()
    site.write("home/site/static/a.css", "x", 0o600)
    site.start_nginx()
    assert site.get("/static/a.css") == 403
    found = as_app(site).find("PF108")
    assert found["path"].endswith("/a.css")
    assert found["confidence"] == "inferred"


def test_an_nginx_that_is_hidden_from_us(make_site):
    """hidepid: its pid file is there, its process is not to be seen."""
    needs_unshare()
    site = make_site()
    site.start_nginx()
    hide = ["unshare", "-m", "sh", "-c",
            'mount -t proc -o hidepid=2 proc /proc && exec "$@"', "sh"]
    report = as_app(site, *hide)
    assert "not to be seen" in report.find("PF008")["message"]
    assert "PF004" not in report.codes("info")
    site.nginx.terminate()
    site.nginx.wait(20)
    site.nginx = None
    assert "PF004" in as_app(site, *hide).codes("info")


def test_a_runtime_dir_beside_the_socket(make_site):
    """It is made, but it is not where the socket lies."""
    site = make_site(bind="unix:%(dir)s/rt/app.sock", options="-m 007",
                     keys="preflight_runtime_dir=%(dir)s/other", server="""
        location / { proxy_pass http://unix:%(dir)s/rt/app.sock; }
""")
    report = site.report()
    assert report.code == 1
    assert report.find("PF203")["severity"] == "error"


def opened(site, *options):
    """Files of the site that a run of the checker opens for reading."""
    log = site.path("trace")
    subprocess.run(
        ["strace", "-f", "-qq", "-y", "-e", "trace=open,openat,openat2", "-o",
         log, nginx_site.CHECKER, "-c", site.path("supervisord.conf"),
         *options], stdout=subprocess.DEVNULL, check=False)
    lines = [line for line in open(log) if site.home in line and
             "O_PATH" not in line and "O_DIRECTORY" not in line and
             "= -1" not in line]
    os.unlink(log)
    return lines


def test_stat_only_opens_nothing(make_site):
    """strace sees the difference; the verdicts are the same."""
    if subprocess.run(["strace", "-qq", "true"], stderr=subprocess.DEVNULL
                      ).returncode != 0:
        pytest.skip("strace does not work here")
    site = make_site()
    site.write("home/site/tls.key", "-----BEGIN CERTIFICATE-----\n")
    site.write("home/site/static/a.css", "", 0o600)
    assert [l for l in opened(site) if "logo.png" in l]
    assert [l for l in opened(site) if "tls.key" in l]
    assert opened(site, "--stat-only") == []
    assert site.report().codes() == ["PF108", "PF213"]
    # A name is all there is to judge by.
    assert site.report("--stat-only").codes() == ["PF108", "PF213", "PF501"]
