# SPDX-License-Identifier: ISC
"""The playbook of packaging/ansible against this machine: it fails the play
on a finding, with the sentence, and changes nothing."""

import os
import subprocess

import pytest

import supd
from preflight_case import make_site, needs_nginx, users

PLAYBOOK = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__)))), "packaging", "ansible", "preflight.yml")
ANSIBLE = supd.installed("/usr/bin/ansible-playbook")

pytestmark = [needs_nginx, pytest.mark.skipif(
    ANSIBLE is None, reason="ansible is not installed")]


def play(site, tmp_path, *options):
    """The finished play over a local connection; the PATH has what the one
    of a host has where the programs are installed."""
    path = tmp_path / "bin"
    path.mkdir(exist_ok=True)
    (path / "supervisord-c").symlink_to(supd.built("supervisord-c"))
    return subprocess.run(
        [ANSIBLE, "-i", "localhost,", "-c", "local", PLAYBOOK,
         "-e", "ansible_python_interpreter=/usr/bin/python3",
         "-e", "preflight_become=false",
         "-e", "preflight_conf=" + site.path("supervisord.conf"), *options],
        env=supd.environment(HOME=str(tmp_path), ANSIBLE_NOCOLOR="1",
                             PATH="%s:%s" % (path, os.environ["PATH"]),
                             ANSIBLE_LOCALHOST_WARNING="False"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False)


def test_a_good_site_passes(make_site, tmp_path):
    site = make_site()
    site.start_nginx()
    done = play(site, tmp_path)
    assert done.returncode == 0, done.stdout
    assert "changed=0" in done.stdout and "failed=0" in done.stdout


def test_a_finding_fails_the_play(make_site, tmp_path):
    site = make_site()
    site.chmod("home", 0o750)
    site.start_nginx()
    done = play(site, tmp_path)
    assert done.returncode == 2, done.stdout
    assert "PF101 error: nginx (%s) cannot pass through %s" % (
        site.users.worker, site.home) in done.stdout
    assert "changed=0" in done.stdout and "failed=1" in done.stdout
    assert os.stat(site.home).st_mode & 0o777 == 0o750


def test_a_wrong_call_is_no_pass(make_site, tmp_path):
    site = make_site()
    done = play(site, tmp_path, "-e",
                '{"preflight_options": ["--no-such-option"]}')
    assert done.returncode == 2, done.stdout
    assert "Read the report" not in done.stdout
