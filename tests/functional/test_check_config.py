# SPDX-License-Identifier: ISC
"""--check-config and --dump-config: a configuration read, not run."""

import json
import os

import pytest

import supd

GOOD = """\
[supervisord]
logfile=%(here)s/main.log
environment=A=1
[unix_http_server]
file=%(here)s/s.sock
username=me
password=secret
[program:web]
command=/bin/cat %(process_num)d
process_name=w%(process_num)d
numprocs=2
autorestart=true
stdout_logfile=none
user=root
preflight=warn
[program:web2]
command=/bin/cat
comand=typo
[supervisorctl]
serverurl=unix://%(here)s/s.sock
password=secret
"""


@pytest.fixture(name="daemon")
def our_daemon():
    program = supd.built("supervisord-c")
    if program is None or supd.built("supervisord-c-config") is None:
        pytest.skip("supervisord-c or supervisord-c-config is not built")
    return program


def write(folder, text):
    path = folder / "s.conf"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_dump(daemon, tmp_path):
    path = write(tmp_path, GOOD)
    done = supd.run([daemon, "--dump-config", "-c", path])
    shown = json.loads(done.stdout)
    assert (done.status, done.stderr) == (0, "")
    assert [p["name"] for p in shown["processes"]] == ["w0", "w1", "web2"]
    first = shown["processes"][0]
    assert first["group"] == "web" and first["group_priority"] == 999
    assert first["command"] == "/bin/cat 0"
    assert first["autorestart"] is True
    assert first["stdout_logfile"] is None
    assert first["stderr_logfile"] == "AUTO"
    assert first["stdout_logfile_maxbytes"] == 50 << 20
    assert first["environment"] == {"A": "1"}
    assert first["user"] == 0 and first["umask"] is None
    assert first["serverurl"] == "unix://%s/s.sock" % tmp_path
    assert shown["groups"][0] == {
        "name": "web", "priority": 999, "processes": ["w0", "w1"]}
    assert shown["servers"][0]["file"] == "%s/s.sock" % tmp_path
    assert shown["supervisord"]["logfile"] == "%s/main.log" % tmp_path
    assert shown["supervisorctl"]["prompt"] == "supervisor"
    assert shown["eventlisteners"] == shown["fcgi_sockets"] == []
    assert shown["warnings"] == []
    assert "secret" not in done.stdout
    assert sorted(os.listdir(tmp_path)) == ["s.conf"]


def test_dump_with_options(daemon, tmp_path):
    path = write(tmp_path, GOOD)
    done = supd.run([daemon, "-nc", path, "-e", "debug", "--dump-config"])
    shown = json.loads(done.stdout)["supervisord"]
    assert shown["nodaemon"] is True and shown["loglevel"] == 10


def test_dump_of_a_wrong_file(daemon, tmp_path):
    path = write(tmp_path, "[supervisord]\nminfds=x\n")
    done = supd.run([daemon, "--dump-config", "-c", path])
    assert done.status == 2 and done.stderr == ""
    assert json.loads(done.stdout) == {
        "error": "invalid literal for int() with base 10: 'x'"}


def test_dump_of_bytes_that_are_no_text(daemon, tmp_path):
    path = write(tmp_path, "[supervisord]\n[program:x]\n"
                           "command=%(ENV_ODD)s\n"
                           "environment='A%(ENV_ODD)s'=1\n")
    done = supd.run([daemon, "--dump-config", "-c", path],
                    env=dict(supd.environment(), ODD="a\udcffb"))
    shown = json.loads(done.stdout)
    assert shown["processes"][0]["command"] == "a\ufffdb"
    assert shown["processes"][0]["environment"] == {"Aa\ufffdb": "1"}


def test_check(daemon, tmp_path):
    path = write(tmp_path, GOOD)
    done = supd.run([daemon, "-T", "-c", path])
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "%s:18: unknown key 'comand' in [program:web2] is ignored, did you "
        "mean 'command'?" % path,
        "%s: ok: 2 groups, 3 processes" % path]


def test_check_of_an_option_that_ends_the_start(daemon, tmp_path):
    path = write(tmp_path, GOOD.replace(
        "[program:web]", "[rpcinterface:r]\nsupervisor.rpcinterface_factory="
        "supervisor.rpcinterface:make_main_rpcinterface\nx=1\n"
        "[program:web]"))
    done = supd.run([daemon, "-T", "-c", path])
    assert done.stdout.splitlines()[0] == (
        "%s:8: [rpcinterface:r] takes no option 'x': no server can be started"
        % path)


def test_check_of_a_wrong_file(daemon, tmp_path):
    path = write(tmp_path, "[program:x]\n")
    done = supd.run([daemon, "--check-config", "-c", path])
    assert done.status == 2 and done.stdout == ""
    assert done.stderr == (
        "Error: .ini file does not include supervisord section\n"
        "For help, use %s -h\n" % daemon)


def test_ten_thousand_programs_are_quick(daemon, tmp_path):
    """No work that grows with the square of their number."""
    text = "[supervisord]\n" + "".join(
        "[program:p%d]\ncommand=/bin/cat %%(ENV_HOME)s\n" % i
        for i in range(10000))
    path = write(tmp_path, text)
    done = supd.run([daemon, "-T", "-c", path], seconds=30)
    assert done.status == 0
    assert done.stdout.endswith("ok: 10000 groups, 10000 processes\n")
