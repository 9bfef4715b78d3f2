# SPDX-License-Identifier: ISC
"""Random sites: for every URL the checker's verdict against nginx's answer.

A denial of nginx that the checker did not announce is a miss, an announced
one that does not happen a false alarm; of all verdicts less than two of a
hundred may be undecided.  PREFLIGHT_SITES=3000 is what "make check-long" asks
for; PREFLIGHT_SEED repeats one run.  And what --fix=apply does to such sites.
"""

import collections
import contextlib
import os
import random
import re
import stat
import subprocess

import preflight_case
import random_site
from preflight_case import needs_nginx, run, users
from test_preflight_fixes import acls, restore

pytestmark = needs_nginx

SITES = int(os.environ.get("PREFLIGHT_SITES", "300"))
SEED = int(os.environ.get("PREFLIGHT_SEED", "20261123"))
SHOWN = int(os.environ.get("SHOWN", "5"))
SITES_A_SERVER = 25
SOCKETS_A_SERVER = 6

SERVER = "root %(home)s;\nRANDOM\nlocation = /away { return 200 AWAY; }\n" \
    "location @app { proxy_pass http://unix:%(dir)s/run/app.sock; }\n" + \
    preflight_case.APP

FILES = {"PF101", "PF102", "PF103", "PF105", "PF106", "PF108", "PF109",
         "PF110", "PF111", "PF113", "PF114", "PF115", "PF116", "PF118"}
TO_COME = {"PF109", "PF201", "PF203", "PF204", "PF205", "PF206", "PF207",
           "PF214"}
PRESENT = TO_COME | {"PF202", "PF212"}


def class_of(path):
    """What the checker takes as one class of files."""
    entry = os.stat(path)
    try:
        acl = os.getxattr(path, "system.posix_acl_access")
    except OSError:
        acl = None
    return stat.S_IMODE(entry.st_mode), entry.st_uid, entry.st_gid, acl


def covers(finding, path):
    """Whether the finding means that this path cannot be used."""
    blocker = finding["path"].rstrip("/")
    below = path.startswith(blocker + "/")
    if "files below" in finding["message"]:
        return below and os.path.isfile(path) and class_of(path) in [
            class_of(example) for example in
            re.findall(r"\(e\.g\. (.*?)\)", finding["message"])]
    if path == blocker or not below:
        return path == blocker
    if finding["code"] == "PF118" and "is told to refuse" in \
            finding["message"]:
        return True
    evidence = finding["evidence"] or {}
    return finding["code"] in ("PF103", "PF105", "PF113", "PF203",
                               "PF204") or (
        evidence.get("have") is not None and "x" not in evidence["have"])


class Comparison:
    """One report against the answers to all that is wanted."""

    def __init__(self, site, tally, wrong):
        self.site, self.tally, self.wrong = site, tally, wrong

    def run(self, report, codes, area, wanted):
        """Of the report only what is about paths that begin so."""
        findings = [f for f in report.findings if f["code"] in codes and
                    f["path"].startswith(self.site.path(area)) and
                    # A socket that the program has not made yet.
                    (f["code"], f["severity"]) != ("PF203", "notice")]
        unsure = [f for f in report.findings if f["path"] and (
            f["severity"] == "undecided" or f["code"] == "PF121")]
        refused_paths = []
        for one in wanted:
            self.site.status(one.url, one.headers)
            refused = not self.site.answer.endswith(one.body) and not (
                one.body == b"</html>" and b"Index of" in self.site.answer)
            said = [f for f in findings
                    if any(covers(f, way) for path in one.paths
                           for way in (path, os.path.realpath(path)))]
            self.tally["asked"] += 1
            self.tally["refused"] += refused
            if refused:
                refused_paths += [way for path in one.paths
                                  for way in (path, os.path.realpath(path))]
            if refused == bool(said):
                continue
            if refused and any(path.startswith(f["path"]) for f in unsure
                               for path in one.paths):
                self.tally["undecided"] += 1
                continue
            self.differ("missed" if refused else "false", one, said)
        for f in findings:
            if f["severity"] in ("error", "critical") and not any(
                    covers(f, path) for path in refused_paths) and not (
                    f["code"] == "PF103" and not os.path.lexists(f["path"])):
                self.differ("idle", None, [f])

    def differ(self, kind, one, said):
        """What a person needs to repeat a difference."""
        self.tally[kind] += 1
        lines = ["%s, seed %d" % (kind, SEED)] + [
            "  %s %s: %s" % (f["code"], f["path"], f["message"])
            for f in said]
        paths = [f["path"] for f in said]
        lines += ["  " + line.strip() for line in open(self.site.conf)
                  for number in re.findall(r"/r\d+/", "".join(paths))[:1]
                  if number in line]
        if one is not None:
            lines += ["  %s: %s" % (one.url, self.site.answer)]
            lines += [line for line in open(self.site.conf)
                      if one.url.rsplit("/", 1)[0] + "/" in line]
            lines += [line for line in self.site.log().splitlines()
                      if '"GET %s HTTP' % one.url in line][-1:]
            paths += one.paths
        lines += [shown("namei", "-l", path) for path in paths]
        lines += [shown("getfacl", "-Rp", os.path.dirname(path))
                  for path in paths]
        self.wrong.append("\n".join(lines))


def shown(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, check=False).stdout[:3000]


@contextlib.contextmanager
def member_of(rng, site):
    """Now and then the worker is in the app's group, or in a third one."""
    groups = [group for group in (site.users.app, site.names["third"])
              if rng.randrange(3) == 0]
    for group in groups:
        run("usermod", "-a", "-G", group, site.users.worker)
    try:
        yield
    finally:
        for group in groups:
            run("gpasswd", "-d", site.users.worker, group)


def check_server(rng, users, third, numbers, tally, wrong):
    """One nginx with a location for each tree and each socket."""
    with contextlib.closing(preflight_case.Site(users,
                                                server=SERVER)) as site:
        site.names["third"] = third
        trees = [random_site.Tree(rng, site, i) for i in numbers]
        sockets = random_site.Sockets(rng, site, SOCKETS_A_SERVER)
        site.edit("RANDOM", "\n".join(
            [tree.location() for tree in trees] + [sockets.locations()]))
        site.command = site.command.replace("-m 007", sockets.options())
        site.supervisord_conf()
        site.chmod("home", rng.choice([0o755, 0o711, 0o751]))
        comparison = Comparison(site, tally, wrong)
        with member_of(rng, site):
            site.start_nginx()
            report = site.ask("--full")
            comparison.run(report, FILES, "home",
                           [one for tree in trees for one in tree.wanted])
            sockets.start()
            comparison.run(report, TO_COME, "s", sockets.wanted)
            sockets.change()
            comparison.run(site.ask(), PRESENT, "s", sockets.wanted)


def test_random_sites(users):
    rng = random.Random(SEED)
    tally, wrong = collections.Counter(), []
    third = users.add("third", "-U")
    for first in range(0, SITES, SITES_A_SERVER):
        check_server(rng, users, third, range(first, min(
            first + SITES_A_SERVER, SITES)), tally, wrong)
    users.drop()
    print(dict(tally))
    assert not wrong, "%s\n%s" % (dict(tally), "\n".join(wrong[:SHOWN]))
    assert tally["undecided"] < tally["asked"] * 0.02, tally


REPAIRED_SERVERS = max(2, SITES // 150)
TREES_A_SERVER = 12


def plan_of(finding):
    """What --fix=apply takes of its plans."""
    for plan in finding["fixes"]:
        if plan["advised"] and plan["simulated"] == "pass" and \
                plan["commands"]:
            return plan
    return None


def answered(site, trees):
    found = {}
    for one in (one for tree in trees for one in tree.wanted):
        site.status(one.url, one.headers)
        found[one.url] = site.answer.endswith(one.body)
    return found


def repair(site, trees, tally):
    """Every plan that is applied ends what it is for, nothing that nginx could
    do before is lost by it, and nothing needs a second plan."""
    before = answered(site, trees)
    plans = {f["fingerprint"]: plan_of(f) for f in site.ask("--full").findings
             if plan_of(f)}
    if not plans:
        return
    state = acls(site)
    done = site.check("--full", "--program", "web", "--fix=apply", "--yes")
    told = done.stderr.splitlines()
    assert not [line for line in told if "failed" in line or
                "setfacl:" in line], (SEED, done.stderr)
    after = answered(site, trees)
    left = {f["fingerprint"]: f for f in site.ask("--full").findings}
    assert not set(plans) & set(left), (SEED, [
        (left[name]["message"], plans[name]["commands"])
        for name in set(plans) & set(left)])
    assert not [url for url in before if before[url] and not after[url]], SEED
    kept = {path for plan in plans.values()
            for path in (plan["text"] or ": ").split(": ")[1].split(", ")}
    late = [f for f in left.values() if plan_of(f) and not any(
        path.startswith(f["path"]) or f["path"].startswith(path)
        for path in kept - {""})]
    assert not late, (SEED, [(f["message"], plan_of(f)["commands"])
                             for f in late])
    tally["plans"] += len(plans)
    tally["several"] += sum(len(plan["saves_below"]) > 1
                            for plan in plans.values())
    tally["gained"] += sum(after.values()) - sum(before.values())
    for line in told:
        if line.startswith("undo with:"):
            restore(line.split("--restore=")[1])
    assert acls(site) == state, SEED
    assert answered(site, trees) == before, SEED


def test_random_repairs(users):
    rng = random.Random(SEED + 1)
    tally = collections.Counter()
    third = users.add("third", "-U")
    modes = [0o700, 0o755, 0o750, 0o711]
    for number in range(REPAIRED_SERVERS):
        with contextlib.closing(preflight_case.Site(users,
                                                    server=SERVER)) as site:
            site.names["third"] = third
            trees = [random_site.Tree(rng, site, i)
                     for i in range(TREES_A_SERVER)]
            site.edit("RANDOM", "\n".join(t.location() for t in trees))
            site.supervisord_conf()
            # All trees behind one, several behind some, or none.
            site.chmod("home", modes[number % len(modes)])
            for tree in trees:
                site.chmod("home/r%d" % tree.number,
                           rng.choice([0o755, 0o711, 0o750, 0o700]))
            site.start_nginx()
            repair(site, trees, tally)
    users.drop()
    print(dict(tally))
    assert tally["plans"] > 0 and tally["gained"] > 0, tally
    assert tally["several"] > 0, tally
