# SPDX-License-Identifier: ISC
"""The sample configuration."""

import json
import os
import re

import pytest

import supd


@pytest.fixture(name="sample")
def print_sample():
    program = supd.built("echo_supervisord_conf")
    if program is None:
        pytest.skip("echo_supervisord_conf is not built")
    done = supd.run([program])
    assert (done.status, done.stderr) == (0, "")
    return done.stdout


def test_prints_the_file(sample):
    path = os.path.join(supd.SRCDIR, "conf", "supervisord.conf")
    with open(path, encoding="utf-8") as file:
        assert sample == file.read()


def test_has_no_credentials(sample):
    """What is in a sample is in every attacker's dictionary."""
    for line in sample.splitlines():
        if re.match(r";?(username|password)=", line):
            assert re.fullmatch(r";(username|password)=\s*(;.*)?", line)


def switched_on(sample):
    """The sample with its options and sections no longer commented out, but
    for those that show no value."""
    for line in sample.splitlines():
        if re.match(r";(\[|\w+ ?=)", line):
            line = line[1:]
        if not re.match(r"\w+=\s*(;|$)", line):
            yield line


def test_every_option_is_known(sample, tmp_path):
    helper = supd.built("supervisord-c-config")
    if helper is None:
        pytest.skip("supervisord-c-config is not built")
    path = tmp_path / "supervisord.conf"
    path.write_text("\n".join(switched_on(sample)), encoding="utf-8")
    done = supd.run([helper, "--dump", "supervisord", "-c", path])
    shown = json.loads(done.stdout)
    assert "error" not in shown, shown
    assert shown["hints"] == []
    assert len(shown["processes"]) == 3
