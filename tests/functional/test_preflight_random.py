# SPDX-License-Identifier: ISC
"""Random sites: for every URL the checker's verdict against nginx's answer.

A denial of nginx that the checker did not announce is a miss, an announced
one that does not happen a false alarm; of all verdicts less than two of a
hundred may be undecided.  PREFLIGHT_SITES=3000 is what "make check-long" asks
for; PREFLIGHT_SEED repeats one run.
"""

import collections
import contextlib
import grp
import os
import pwd
import random
import stat
import subprocess

import preflight_case
from preflight_case import needs_nginx, users

pytestmark = needs_nginx

SITES = int(os.environ.get("PREFLIGHT_SITES", "300"))
SEED = int(os.environ.get("PREFLIGHT_SEED", "20261123"))
SITES_A_SERVER = 25

DIR_MODES = [0o755, 0o755, 0o755, 0o750, 0o711, 0o700, 0o701, 0o710, 0o744]
FILE_MODES = [0o644, 0o644, 0o644, 0o640, 0o600, 0o604, 0o044, 0o404]
ACLS = ["u:%(worker)s:rx", "u:%(worker)s:x", "u:%(worker)s:---",
        "g:%(worker)s:rx", "u:%(worker)s:rx,m::---", "m::x"]


class RandomSite:
    """One location tree of a server: files, links, and what serves them."""

    def __init__(self, rng, site, number):
        self.rng, self.site, self.number = rng, site, number
        site.make("home/r%d" % number)
        self.base = "home/r%d/t%d" % (number, number)
        self.urls = []

    def rights(self, name, modes, is_dir):
        """Mostly the app's; the worker, its group and root own things, too.
        Directories stay the app's, who has to be able to list them."""
        site, kind = self.site, self.rng.randrange(10)
        site.chmod(name, self.rng.choice(modes))
        if kind == 0:
            site.give(name, self.rng.choice(modes))
        elif kind == 1 and not is_dir:
            site.own(name, site.users.worker)
        elif kind == 2 and not is_dir:
            site.own(name, "root")
        if is_dir and self.rng.randrange(6) == 0:
            site.acl(name, self.rng.choice(ACLS))

    def fill(self):
        """Two levels of directories with a few files each."""
        site, rng = self.site, self.rng
        site.make(self.base)
        names = []
        for sub in ["", "/a", "/a/b"][:rng.randint(1, 3)]:
            if sub:
                site.make(self.base + sub)
            for name in rng.sample(["x.css", "y.js", "index.html",
                                    "z.png"], rng.randint(1, 3)):
                site.write(self.base + sub + "/" + name, name)
                names.append(sub + "/" + name)
        if rng.randrange(3) == 0:
            site.link(self.base + "/l.css", rng.choice(
                ["gone", "l.css", names[0][1:], "../t%d/%s" % (
                    self.number, names[-1][1:])]))
            names.append("/l.css")
        for name in names:
            if not name.endswith("l.css"):
                self.rights(self.base + name, FILE_MODES, False)
        for sub in ["/a/b", "/a", ""]:
            if os.path.isdir(site.path(self.base + sub)):
                self.rights(self.base + sub, DIR_MODES, True)
        return names

    def location(self):
        """A location for the tree; remembers the URLs and their files."""
        rng, number = self.rng, self.number
        names = self.fill()
        root = "%%(home)s/r%d" % number
        tree = "%s/t%d" % (root, number)
        form = rng.randrange(6)
        extra = rng.choice(["", "", "autoindex on;", "index x.css index.html;",
                            "gzip_static on;", "disable_symlinks on "
                            "from=%s;" % tree])
        url = "/t%d" % number
        if form == 0:
            text = "location %s/ { root %s; %s }" % (url, root, extra)
        elif form == 1:
            text = "location ^~ /u%d/ { alias %s/; %s }" % (
                number, tree, extra)
            url = "/u%d" % number
        elif form == 2:
            text = "location %s/ { alias %s/; %s location %s/a/ " \
                "{ expires 1d; } }" % (url, tree, extra, url)
        elif form == 3:
            text = "location ~ ^%s/.*\\.(css|js|png|html)$ { root %s; %s }" \
                % (url, root, extra)
        elif form == 4:
            text = "location %s/ { root %s; %s try_files $uri =404; }" \
                % (url, root, extra)
        else:
            text = "location = %s%s { alias %s%s; }" % (
                url, names[0], tree, names[0])
            names = names[:1]
        self.urls = [(url + name, self.site.path(self.base + name))
                     for name in names]
        return text


def explain(site, path):
    return os.popen("namei -l '%s'; getfacl -Rp '%s' 2>/dev/null" % (
        path, os.path.dirname(path))).read()[-3000:] + str(site.number)


CODES = {"PF101", "PF102", "PF103", "PF105", "PF108", "PF109", "PF110",
         "PF111", "PF113", "PF114"}


def class_of(path):
    """As the checker names a class of files in its sentences."""
    entry = os.stat(path)
    return "%04o %s:%s x " % (
        stat.S_IMODE(entry.st_mode), pwd.getpwuid(entry.st_uid).pw_name,
        grp.getgrgid(entry.st_gid).gr_name)


def covers(finding, path):
    """Whether the finding means that this file is refused."""
    blocker = finding["path"].rstrip("/")
    if path == blocker:
        return True
    if not path.startswith(blocker + "/"):
        return False
    if "files below" in finding["message"]:
        return os.path.isfile(path) and class_of(path) in finding["message"]
    return finding["code"] == "PF103" or (
        finding["evidence"] is not None and "x" in finding["evidence"]["need"])


def announced(findings, path):
    return any(covers(one, way) for one in findings
               for way in (path, os.path.realpath(path)))


def check_server(rng, users, numbers, tally, wrong):
    """One nginx with a location for each of the trees."""
    with contextlib.closing(preflight_case.Site(
            users, server="RANDOM\n" + preflight_case.APP)) as site:
        trees = [RandomSite(rng, site, i) for i in numbers]
        site.edit("RANDOM", "\n".join(tree.location() for tree in trees))
        site.chmod("home", rng.choice([0o755, 0o711, 0o751]))
        if rng.randrange(3) == 0:
            site.joined()
        site.start_nginx()
        report = site.ask("--full")
        findings = [one for one in report.findings if one["code"] in CODES]
        unsure = [one["path"] for one in report.findings
                  if one["severity"] == "undecided" and one["path"]]
        for tree in trees:
            for url, path in tree.urls:
                refused = site.status(url) != 200
                tally["asked"] += 1
                if any(path.startswith(one) for one in unsure):
                    tally["undecided"] += 1
                elif refused != announced(findings, path):
                    tally["missed" if refused else "false"] += 1
                    wrong.append(explain(tree, url, path, findings))


def explain(tree, url, path, findings):
    """What a person needs to repeat a difference."""
    site = tree.site
    return "\n".join(
        ["seed %d, %s: %s" % (SEED, url, site.answer.split(b"\r")[0])] +
        [one["code"] + " " + one["message"] for one in findings
         if "/t%d/" % tree.number in one["path"] + one["message"] + "/" or
         one["path"].rstrip("/") == site.home] +
        [line for line in open(site.conf) if "t%d/" % tree.number in line] +
        [subprocess.run(["namei", "-l", path], stdout=subprocess.PIPE,
                        text=True, check=False).stdout,
         subprocess.run(["getfacl", "-Rcp", site.path(tree.base)],
                        stdout=subprocess.PIPE, text=True,
                        check=False).stdout])


def test_random_sites(users):
    rng = random.Random(SEED)
    tally, wrong = collections.Counter(), []
    for first in range(0, SITES, SITES_A_SERVER):
        check_server(rng, users, range(first, min(first + SITES_A_SERVER,
                                                  SITES)), tally, wrong)
    print(dict(tally))
    assert not wrong, "%s\n%s" % (dict(tally), "\n".join(wrong[:3]))
    assert tally["undecided"] < tally["asked"] * 0.02, tally
