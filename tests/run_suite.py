#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs every test there is and ends with one line of totals.

usage: run_suite.py BUILDDIR [PART ...]    (parts: checks unit functional compat browser)

Whatever fails is printed as it happened; what is skipped is listed with its
reason.  The exit status is 1 if anything failed.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = ("checks", "unit", "functional", "compat", "browser")
LIMIT_SECONDS = 1200


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def run(command, **options):
    """Output and status; a run that takes too long counts as failed."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=LIMIT_SECONDS,
                              stdin=subprocess.DEVNULL, **options)
        return done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        return "%s\ntook more than %d s\n" % (late.stdout, LIMIT_SECONDS), 1


def report(name, started, verdict):
    print("%-44s %6.1f s  %s" % (name, time.monotonic() - started, verdict),
          flush=True)


def run_checks(totals):
    folder = os.path.join(SOURCE, "tests")
    for name in sorted(os.listdir(folder)):
        if not re.fullmatch(r"check-[a-z]+\.sh", name):
            continue
        started = time.monotonic()
        output, status = run(["sh", os.path.join(folder, name)])
        totals.add(status == 0, status != 0)
        report(name, started, "passed" if status == 0 else "FAILED")
        if status != 0:
            print(output)


def show_skipped_units(output):
    for line in output.splitlines():
        if line.startswith("[SKIP]"):
            print("    " + line)


def run_units(build, totals):
    folder = os.path.join(build, "tests", "unit")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    programs = [os.path.join(folder, n) for n in names
                if n.startswith("test_") and
                os.access(os.path.join(folder, n), os.X_OK) and
                os.path.isfile(os.path.join(folder, n))]
    for program in programs:
        started = time.monotonic()
        output, status = run([program, "-j1"], cwd=build)
        found = re.findall(r"Tested: \S*?(\d+).*?Passing: \S*?(\d+).*?"
                           r"Failing: \S*?(\d+).*?Crashing: \S*?(\d+)",
                           re.sub(r"\x1b\[[0-9;]*m", "", output))
        if found and int(found[-1][0]) == 0:
            found = []  # a program without a test proves nothing
        if found:
            tested, passed = int(found[-1][0]), int(found[-1][1])
            bad = int(found[-1][2]) + int(found[-1][3])
            totals.add(passed, bad, tested - passed - bad)
        if not found or (status != 0 and bad == 0):
            totals.add(0, 1)
        report(os.path.basename(program), started,
               "%d passed" % passed if status == 0 and found else "FAILED")
        if status != 0 or not found:
            print(output, flush=True)
        else:
            show_skipped_units(output)


def run_pytest(part, build, totals):
    folder = os.path.join(SOURCE, "tests", part)
    if not os.path.isdir(folder):
        return
    files = sorted(n for n in os.listdir(folder)
                   if n.startswith("test_") and n.endswith(".py"))
    environment = dict(os.environ, SUPD_BUILDDIR=os.path.join(build, "bin"),
                       PYTHONDONTWRITEBYTECODE="1",
                       PYTHONPATH=os.path.join(SOURCE, "tests", "lib"))
    for name in files:
        started = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=".xml") as results:
            output, status = run(
                ["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p",
                 "no:cacheprovider", "--junitxml", results.name,
                 os.path.join(folder, name)], env=environment)
            try:
                suite = ElementTree.parse(results.name).getroot()[0].attrib
            except (ElementTree.ParseError, IndexError):
                suite = {"tests": 1, "failures": 1, "errors": 0, "skipped": 0}
        bad = int(suite["failures"]) + int(suite["errors"])
        skipped = int(suite["skipped"])
        totals.add(int(suite["tests"]) - bad - skipped, bad, skipped)
        report("%s/%s" % (part, name), started,
               "%s tests%s%s" % (suite["tests"],
                                 ", %d skipped" % skipped if skipped else "",
                                 ", %d FAILED" % bad if bad else ""))
        if bad or (status not in (0, 5)):
            print(output, flush=True)
        else:
            for line in output.splitlines():
                if line.startswith("SKIPPED"):
                    print("    " + line)


def main():
    # A shell that runs us in the background has these ignored, and so would
    # everything that is tested.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.umask(0o022) # many tests make what another user is to read
    build = os.path.abspath(sys.argv[1])
    parts = sys.argv[2:] or PARTS
    totals = Totals()
    if "checks" in parts:
        run_checks(totals)
    if "unit" in parts:
        run_units(build, totals)
    for part in ("functional", "compat", "browser"):
        if part in parts:
            run_pytest(part, build, totals)
    print("%d passed, %d failed%s" % (
        totals.passed, totals.failed,
        ", %d skipped" % totals.skipped if totals.skipped else ""))
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
