# SPDX-License-Identifier: ISC
"""What a reread takes from the file and what it leaves alone."""

import os

import pytest

import supd

PROGRAM = """
[program:web]
command=/bin/sh -c 'echo url=$SUPERVISOR_SERVER_URL; exec sleep 1000'
"""


@pytest.fixture(autouse=True)
def need_daemon():
    if supd.built("supervisord-c") is None:
        pytest.skip("supervisord-c is not built")


def change(daemon, old, new):
    with open(daemon.conf, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(daemon.conf, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def test_servers_stay_as_they_are():
    """Another socket in the file is no change of every program."""
    with supd.Daemon(None, PROGRAM) as daemon:
        change(daemon, "s.sock", "other.sock")
        assert daemon.rpc.supervisor.reloadConfig() == [[[], [], []]]
        change(daemon, "sleep 1000'", "sleep 1001'\nstdout_logfile=%s/out"
               % daemon.dir)
        assert daemon.rpc.supervisor.reloadConfig() == [[[], ["web"], []]]
        daemon.rpc.supervisor.stopProcessGroup("web")
        daemon.rpc.supervisor.removeProcessGroup("web")
        daemon.rpc.supervisor.addProcessGroup("web")
        path = os.path.join(daemon.dir, "out")
        supd.wait_until(lambda: os.path.exists(path) and
                        os.path.getsize(path) > 4, "output of web")
        with open(path, encoding="utf-8") as file:
            assert file.read() == "url=unix://%s\n" % daemon.sock


@pytest.mark.skipif(os.getuid() != 0, reason="only root is warned")
def test_root_is_warned_of_the_search(tmp_path):
    program = supd.built("supervisord-c")
    (tmp_path / "supervisord.conf").write_text("", encoding="utf-8")
    done = supd.run([program, "-n"], cwd=tmp_path)
    lines = done.stderr.splitlines()
    assert done.status == 2 and len(lines) == 3
    assert lines[0].startswith(
        program + ": UserWarning: Supervisord is running as root and it is "
        "searching for its configuration file in default locations ")
    assert lines[1] == \
        "Error: .ini file does not include supervisord section"
    done = supd.run([program, "-n", "-c", "supervisord.conf"], cwd=tmp_path)
    assert "UserWarning" not in done.stderr
