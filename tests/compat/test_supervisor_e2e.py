# SPDX-License-Identifier: ISC
"""Supervisor's own end-to-end suite, as Debian ships it, against our programs.

Its tests start `PYTHON -m supervisor.supervisord ...`: a shim stands in for
PYTHON and runs ours instead.  A test that fails with ours is tried with the
original: if that fails here too, it is no verdict and skipped with that reason.
"""

import importlib.util
import os
import stat
import subprocess
import sys

import pytest

BUILD = os.environ["SUPD_BUILDDIR"]
SUITE = "supervisor.tests.test_end_to_end"
DEADLINE = 120

SHIM = """#!/bin/sh
# A Python that knows two modules by heart.
if [ "$1" = -m ]; then
    case $2 in
    supervisor.supervisord) shift 2; exec %(build)s/supervisord-c "$@" ;;
    supervisor.supervisorctl) shift 2; exec %(build)s/supervisorctl-c "$@" ;;
    esac
fi
exec %(python)s "$@"
"""

RUNNER = """
import sys, unittest
sys.executable = sys.argv[1]
suite = unittest.defaultTestLoader.loadTestsFromName(sys.argv[2])
result = unittest.TextTestRunner(verbosity=2).run(suite)
sys.exit(not result.wasSuccessful())
"""


def suite_tests():
    """The names of the suite's tests; empty if it or pexpect is missing."""
    for module in ("pexpect", "pkg_resources", "supervisor"):
        if importlib.util.find_spec(module) is None:
            return []
    os.environ["END_TO_END"] = "1"
    from supervisor.tests.test_end_to_end import EndToEndTests
    return sorted(name for name in dir(EndToEndTests)
                  if name.startswith("test_"))


def run_one(name, python, folder):
    environment = dict(os.environ, END_TO_END="1", LC_ALL="C.UTF-8")
    return subprocess.run(
        [sys.executable, "-c", RUNNER, python,
         "%s.EndToEndTests.%s" % (SUITE, name)],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", timeout=DEADLINE)


TESTS = suite_tests()


@pytest.mark.skipif(not TESTS,
                    reason="Debian's supervisor or pexpect is missing")
def test_the_suite_is_there():
    assert len(TESTS) > 20


@pytest.mark.parametrize("name", TESTS)
def test_end_to_end(name, tmp_path):
    shim = tmp_path / "python"
    shim.write_text(SHIM % {"build": BUILD, "python": sys.executable})
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    # Its tests wait for lines in an order that is sometimes chance: twice.
    for _ in range(2):
        ours = run_one(name, str(shim), tmp_path)
        if ours.returncode == 0:
            return
    original = run_one(name, sys.executable, tmp_path)
    if original.returncode != 0:
        pytest.skip("fails for the original here too: "
                    + original.stdout.strip().splitlines()[-1])
    pytest.fail(ours.stdout)
