# SPDX-License-Identifier: ISC
"""An nginx that does not run and is systemd's to start: what its unit says."""

import grp
import json
import os
import pwd
import shutil
import subprocess

import pytest

import nginx_site
import supd
from keeper import Keeper
from nginx_site import make_site, needs_nginx, users

pytestmark = needs_nginx

# Each lies over a folder of the machine, in a mount namespace of the test.
FOLDERS = ["/etc/systemd/system", "/run/systemd/system",
           "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"]

UNIT = """[Unit]
Description=nginx
[Service]
Type=forking
ExecStartPre=/usr/sbin/nginx -t -g 'user pre;'
ExecStart=%s
"""


class Units:
    """Unit files that only the checker sees; the paths are the machine's."""

    def __init__(self, site):
        self.site = site
        for folder in FOLDERS:
            os.makedirs(self.there(folder))

    def there(self, path):
        return self.site.path("units" + path)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.there(path)), exist_ok=True)
        if os.path.lexists(self.there(path)):
            os.remove(self.there(path))
        with open(self.there(path), "w") as out:
            out.write(text % self.site.names)

    def starts(self, command, folder=FOLDERS[3]):
        self.write(folder + "/nginx.service", UNIT % command)

    def worker(self):
        """Whom the checker takes for it."""
        return self.identity()["user"]

    def view(self):
        """The words that start a program where it sees them."""
        lay = ["mkdir -p %s; mount --bind %s %s" % (
            folder, self.there(folder), folder)
            for folder in FOLDERS if folder != FOLDERS[2] or
            os.path.isdir(folder)]
        return ["unshare", "-m", "sh", "-ec", "; ".join(lay) + '; exec "$@"',
                "sh"]

    def identity(self):
        done = subprocess.run(
            self.view() + [nginx_site.CHECKER, "-c",
                           self.site.path("supervisord.conf"),
                           "--format=json"],
            stdout=subprocess.PIPE, env=supd.environment(), timeout=60,
            check=False)
        return json.loads(done.stdout)["identities"][0]


@pytest.fixture
def units(make_site):
    refused = supd.refusal("unshare", "-m")
    if refused:
        pytest.skip(refused)
    site = make_site()
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("user %s;" % site.users.worker, ""))
    site.names["conf"] = site.conf
    return Units(site)


def user_of(units):
    return "-g 'daemon on; user %s;'" % units.site.users.worker


def test_no_unit_says_nothing(units):
    assert units.worker() == "nobody"


def test_the_user_stands_in_the_unit(units):
    units.starts("/usr/sbin/nginx -c %(conf)s " + user_of(units))
    assert units.worker() == units.site.users.worker


@pytest.mark.parametrize("command", [
    "-/usr/sbin/nginx -c %(conf)s {}",
    "@/usr/sbin/nginx web -c %(conf)s {}",
    '/usr/sbin/nginx "-c" "%(conf)s" {}',
    "/usr/sbin/nginx -c \\\n# a comment\n  %(conf)s {}",
    "/usr/sbin/nginx -p %(dir)s -c nginx.conf {}",
    "/usr/sbin/nginx -c\\x20%(conf)s {}",
])
def test_how_it_may_be_written(units, command):
    units.starts(command.format(user_of(units)))
    assert units.worker() == units.site.users.worker


@pytest.mark.parametrize("command", [
    "/usr/sbin/nginx -c /nowhere/nginx.conf {}",  # another configuration's
    "/usr/sbin/nginx {}",
    "/usr/sbin/apache2 -c %(conf)s {}",
])
def test_what_does_not_concern_it(units, command):
    units.starts(command.format(user_of(units)))
    assert units.worker() == "nobody"


def test_variables_of_the_unit(units):
    """As nginx.org's packages have it."""
    units.write(FOLDERS[3] + "/nginx.service", """[Service]
Environment="CONFFILE=/etc/nginx/nginx.conf" WHO=root
EnvironmentFile=-/nonexistent/nginx
EnvironmentFile=-%(dir)s/nginx.env
ExecStart=/usr/sbin/nginx -c ${CONFFILE} $NOTHING -g 'user ${WHO};'
""")
    assert units.worker() == "nobody"
    with open(units.site.path("nginx.env"), "w") as out:
        out.write("# where\nCONFFILE='%s'\n; who\nWHO=%s\n" % (
            units.site.conf, units.site.users.worker))
    assert units.worker() == units.site.users.worker


def test_which_folder_wins(units):
    conf = "/usr/sbin/nginx -c %(conf)s "
    for folder in reversed(FOLDERS):
        if folder == FOLDERS[2]:
            continue
        units.starts(conf + "-g 'user root;'", folder)
        assert units.worker() == "root"
        units.starts(conf + user_of(units), folder)
        assert units.worker() == units.site.users.worker


def test_a_masked_unit_starts_nothing(units):
    units.starts("/usr/sbin/nginx -c %(conf)s " + user_of(units))
    os.symlink("/dev/null", units.there(FOLDERS[0] + "/nginx.service"))
    assert units.worker() == "nobody"


def drop_in(units, folder, name, *lines):
    units.write("%s/nginx.service.d/%s" % (folder, name),
                "[Service]\n" + "\n".join(lines) + "\n")


def test_drop_ins(units):
    conf = "ExecStart=/usr/sbin/nginx -c %(conf)s "
    units.starts("/usr/sbin/nginx -c %(conf)s -g 'user root;'")
    drop_in(units, FOLDERS[0], "20-mine.conf", "ExecStart=",
            conf + user_of(units))
    assert units.worker() == units.site.users.worker
    # By name, whichever folder they are in.
    drop_in(units, FOLDERS[3], "30-later.conf", "ExecStart=",
            conf + "-g 'user root;'")
    assert units.worker() == "root"
    # The same name in an earlier folder hides it, and so does /dev/null.
    drop_in(units, FOLDERS[1], "30-later.conf", "# nothing")
    assert units.worker() == units.site.users.worker
    os.remove(units.there(FOLDERS[1] + "/nginx.service.d/30-later.conf"))
    assert units.worker() == "root"
    os.symlink("/dev/null", units.there(
        FOLDERS[1] + "/nginx.service.d/30-later.conf"))
    assert units.worker() == units.site.users.worker
    # What systemd does not read as one.
    drop_in(units, FOLDERS[0], "90-other.txt", "ExecStart=")
    assert units.worker() == units.site.users.worker


def test_a_second_command_is_what_systemd_refuses(units):
    """Whoever forgets the reset has a unit that does not start."""
    units.starts("/usr/sbin/nginx -c %(conf)s " + user_of(units))
    drop_in(units, FOLDERS[0], "more.conf",
            "ExecStart=/usr/sbin/nginx -c %(conf)s")
    assert units.worker() == "nobody"


def test_an_nginx_that_is_started_by_another_user(units, users):
    """It cannot become anybody: its workers are that user, groups and all."""
    site = units.site
    group = users.add("extra", "-U")
    text = UNIT % ("/usr/sbin/nginx -c %(conf)s -g 'user root;'")
    extra = "User=%(worker)s\nSupplementaryGroups=" + group + "\n"
    try:
        units.write(FOLDERS[3] + "/nginx.service", text + extra)
        found = units.identity()
        assert found["user"] == site.users.worker
        assert grp.getgrnam(group).gr_gid in found["groups"]
        units.write(FOLDERS[3] + "/nginx.service",
                    text + extra + "Group=" + group + "\n")
        found = units.identity()
        assert found["gid"] == grp.getgrnam(group).gr_gid
        assert pwd.getpwnam(site.users.worker).pw_gid not in found["groups"]
        units.write(FOLDERS[3] + "/nginx.service", text + "User=root\n")
        assert units.worker() == "root"
    finally:
        users.drop()


def test_a_program_of_the_supervisor_comes_first(units):
    site = units.site
    units.starts("/usr/sbin/nginx -c %(conf)s -g 'user root;'")
    site.supervisord_conf(
        extra="[program:nginx]\ncommand=nginx -c %s -g 'user %s;'" % (
            site.conf, site.users.worker))
    assert units.worker() == site.users.worker


def test_a_running_nginx_needs_no_unit(units):
    site = units.site
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write("user %s;\n" % site.users.worker + text)
    site.start_nginx()
    units.starts("/usr/sbin/nginx -c %(conf)s -g 'user root;'")
    assert units.worker() == site.users.worker


def test_no_answer_is_kept_after_a_change(units):
    """Neither of the unit nor of its drop-ins, the first one included."""
    keeper = Keeper(units.site)
    keeper.before = units.view()
    for change in (
            lambda: units.starts("/usr/sbin/nginx -c %(conf)s"),
            lambda: drop_in(units, FOLDERS[0], "a.conf", "# nothing"),
            lambda: drop_in(units, FOLDERS[0], "b.conf", "# nothing"),
            lambda: drop_in(units, FOLDERS[0], "b.conf", "# something")):
        keeper.settle()
        change()
        fresh, _ = keeper.is_fresh()
        assert fresh
    keeper.close()


def test_in_an_image(make_site, tmp_path):
    """Unit, drop-in, environment file and users are the image's."""
    site = make_site()
    image = str(tmp_path / "image")
    conf = open(site.conf).read().replace("user %s;" % site.users.worker, "")
    for path, text in {
            "/etc/nginx/nginx.conf": conf,
            "/etc/passwd": "root:x:0:0::/:/bin/sh\n"
            "imaged:x:4711:4711::/:/bin/sh\n%s:x:%d:4712::/:/bin/sh\n" % (
                site.users.app, pwd.getpwnam(site.users.app).pw_uid),
            "/etc/group": "root:x:0:\nimaged:x:4711:\n",
            "/etc/default/nginx": "OPTIONS=\"-g 'user imaged;'\"\n",
            "/lib/systemd/system/nginx.service":
            UNIT % "/usr/sbin/nginx -g 'user root;'",
            "/etc/systemd/system/nginx.service.d/x.conf":
            "[Service]\nExecStart=\nEnvironmentFile=/etc/default/nginx\n"
            "ExecStart=/usr/sbin/nginx -g 'user ${WHO};'\n"
            "Environment=WHO=imaged\n"}.items():
        os.makedirs(os.path.dirname(image + path), exist_ok=True)
        with open(image + path, "w") as out:
            out.write(text)
    site.supervisord_conf()
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("preflight_nginx=" + site.conf, ""))
    for key in ((), ("--nginx", "/etc/nginx/nginx.conf")):
        identity = site.report("--root", image, *key).tree["identities"][0]
        assert (identity["user"], identity["uid"]) == ("imaged", 4711)
    shutil.rmtree(image + "/etc/systemd")
    shutil.rmtree(image + "/lib")
    identity = site.report("--root", image).tree["identities"]
    assert not identity or identity[0]["user"] != "imaged"


def test_the_runtime_directory_is_for_its_group(make_site):
    """What the unit says counts where the directory is made, too."""
    site = make_site(keys="preflight_runtime_dir=%(dir)s/rt")
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        out.write(text.replace("user %s;" % site.users.worker, ""))
    site.names["conf"] = site.conf
    units = Units(site)
    units.starts("/usr/sbin/nginx -c %(conf)s " + user_of(units))
    done = subprocess.run(
        units.view() + [nginx_site.CHECKER, "-c",
                        site.path("supervisord.conf"), "--format=gate",
                        "--program=web", "--make-runtime-dir"],
        stdout=subprocess.PIPE, env=supd.environment(), timeout=60, text=True,
        check=False)
    assert done.stdout == "ok\t\n", done.stdout
    assert os.stat(site.path("rt")).st_gid == pwd.getpwnam(
        site.users.worker).pw_gid
