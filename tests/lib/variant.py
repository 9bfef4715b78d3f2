# SPDX-License-Identifier: ISC
"""Builds of the tree with other options than the one under test.

They lie beside its programs, in BUILD/variant-NAME, and stay there, so that
the next run only makes what has changed.
"""

import os
import shutil
import subprocess

import pytest

import supd


def compiler(name):
    """The compiler, through ccache where there is one."""
    return "ccache " + name if shutil.which("ccache") else name


def build(name, options, targets):
    """The folder of the programs; skips where nothing can be built."""
    configure = os.path.join(supd.SRCDIR, "configure")
    if "SUPD_BUILDDIR" not in os.environ:
        pytest.skip("SUPD_BUILDDIR names no build folder")
    if not os.path.exists(configure):
        pytest.skip("there is no configure; run autogen.sh")
    if os.path.exists(os.path.join(supd.SRCDIR, "config.status")):
        pytest.skip("the tree was configured in its own folder")
    folder = os.path.join(os.path.dirname(os.path.abspath(
        os.environ["SUPD_BUILDDIR"])), "variant-" + name)
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "Makefile")):
        _run([configure] + options, folder)
    _run(["make", "-s", "-j%d" % os.cpu_count()] + targets, folder)
    return os.path.join(folder, "bin")


def _is_sanitized(path):
    with open(path, "rb") as file:
        return b"__asan_init" in file.read()


def plain():
    """The folder of programs without sanitizers: the ones under test if they
    have none."""
    path = supd.built("supervisord-c")
    assert path, "supervisord-c is not built (SUPD_BUILDDIR)"
    if not _is_sanitized(path):
        return os.environ["SUPD_BUILDDIR"]
    return build("plain", ["CC=" + compiler("gcc"), "CFLAGS=-g -O1"],
                 ["all"])


def _run(command, folder):
    # Make's own variables would make it part of the make that runs us.
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("MAKE") and key != "MFLAGS"}
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          stdin=subprocess.DEVNULL, env=env)
    assert done.returncode == 0, "%s:\n%s" % (
        " ".join(command), done.stdout[-5000:])
