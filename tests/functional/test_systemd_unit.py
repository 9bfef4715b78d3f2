# SPDX-License-Identifier: ISC
"""The unit names the programs where they are installed, and systemd reads it."""

import os
import re
import shutil
import subprocess

import pytest

UNIT = "supervisord-c.service"


@pytest.fixture
def unit():
    """The text of the unit that `make install` takes."""
    path = os.path.join(os.path.dirname(os.environ.get("SUPD_BUILDDIR", "")),
                        "packaging", "systemd", UNIT)
    if not os.path.exists(path):
        pytest.skip("the unit is not built")
    with open(path, encoding="utf-8") as file:
        return file.read()


def commands(text):
    return re.findall(r"^Exec\w+=(\S+)", text, re.M)


def test_every_name_is_filled_in(unit):
    assert "@" not in unit
    assert [os.path.basename(path) for path in commands(unit)] == \
        ["supervisord-c", "supervisorctl-c"]
    assert all(os.path.isabs(path) for path in commands(unit))


def test_systemd_takes_it(unit, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    (folder / UNIT).write_text(unit)
    for path in commands(unit):
        program = tmp_path / path.lstrip("/")
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--root=%s" % tmp_path,
         UNIT], capture_output=True, text=True, check=False)
    # What it says of a line; that the folder has no targets is known.
    assert not re.search(re.escape(UNIT) + r":\d+:", done.stderr), done.stderr
