# SPDX-License-Identifier: ISC
"""Wrong command lines of the daemon: the same two lines and status as
Supervisor's."""

import pytest

import supd

LINES = [
    ["-Z"], ["-n\u00e9"], ["-c"], ["-nc"], ["--bogus"], ["--bogus=1"],
    ["--log"], ["--logfile"], ["--nodaemon=1"], ["--=x"], ["--c", "x"],
    ["--s"], ["--u", "x"], ["--no"], ["foo", "bar"], ["-h", "foo"], ["-"],
    ["--", "-n"], ["foo", "it's"],
    ["-m", "9"], ["--umas=8"], ["-e", "warning"], ["-a", "x"],
    ["--minfd", "x"], ["--minp="], ["-y", "5TB"], ["-z", "1.5"],
    ["-d", "/none"], ["-q", "/etc/passwd"], ["-l", "/none/x"],
    ["-j", "/none/x"], ["-n", "-n"], ["-n", "--nodaemon"], ["-t", "-t"],
    ["-c", "a", "-c", "b"], ["-ca", "--conf=b"], ["--strip", "--strip_ansi"],
    ["-k", "-k"], ["--profile_options", "a", "--prof", "b"], ["-a1", "-ax"],
    ["-c", "/no/such"], ["-c", "/tmp", "-n"],
    ["-u", "no-such-user", "-c", "/no/such"],
]
FILES = [
    "x\n", "", "[supervisord]\nuser=no-such-user\n",
    "[supervisord]\n[program:x]\ncommand=%(nope)s\n",
    "[supervisord]\nfoo\n=v\n", "[include]\n[supervisord]\n",
    "[supervisord]\n[unix_http_server]\n",
]


def refused(program, args, folder):
    done = supd.run([program] + args, cwd=folder)
    assert done.status == 2, done
    assert done.stdout == ""
    return done.stderr.replace(program, "PROGRAM")


@pytest.fixture(name="pair")
def both_programs():
    ours = supd.built("supervisord-c")
    if ours is None or supd.installed(supd.ORACLE_DAEMON) is None:
        pytest.skip("needs supervisord-c and the package supervisor")
    return supd.ORACLE_DAEMON, ours


@pytest.mark.parametrize("args", LINES, ids=" ".join)
def test_wrong_line(pair, args, tmp_path):
    theirs, ours = pair
    assert refused(ours, args, tmp_path) == refused(theirs, args, tmp_path)


@pytest.mark.parametrize("text", FILES)
def test_wrong_file(pair, text, tmp_path):
    theirs, ours = pair
    path = tmp_path / "s.conf"
    path.write_text(text, encoding="utf-8")
    args = ["-n", "-c", str(path)]
    assert refused(ours, args, tmp_path) == refused(theirs, args, tmp_path)
