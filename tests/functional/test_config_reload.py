# SPDX-License-Identifier: ISC
"""What a reread takes from the file and what it leaves alone."""

import os
import xmlrpc.client

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


# What may be found in place of a good file, and the beginning of the reason.
BROKEN = {
    "half-written": (lambda text: text[:text.index("command=") + 4],
                     "CANT_REREAD: Source contains parsing errors"),
    "no text": (lambda text: text + "[program:x]\ncommand=\udcff\n",
                "CANT_REREAD: 'utf-8' codec can't decode byte 0xff"),
    "empty": (lambda text: "", "CANT_REREAD: .ini file does not include "
              "supervisord section"),
    "no command": (lambda text: text + "[program:x]\n",
                   "CANT_REREAD: program section program:x does not"),
    "gone": (lambda text: None, "CANT_REREAD: could not find config file"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_changes_nothing(case):
    breaks, reason = BROKEN[case]
    with supd.Daemon(None, PROGRAM) as daemon:
        before = daemon.wait_state("web", "RUNNING")
        good = daemon.file("supervisord.conf")
        broken = breaks(good)
        if broken is None:
            os.unlink(daemon.conf)
        else:
            with open(daemon.conf, "w", encoding="utf-8",
                      errors="surrogateescape") as file:
                file.write(broken)
        with pytest.raises(xmlrpc.client.Fault) as fault:
            daemon.rpc.supervisor.reloadConfig()
        assert fault.value.faultCode == 92
        assert fault.value.faultString.startswith(reason)
        after = daemon.rpc.supervisor.getProcessInfo("web")
        assert (after["pid"], after["start"]) == (before["pid"],
                                                  before["start"])
        with open(daemon.conf, "w", encoding="utf-8") as file:
            file.write(good)
        assert daemon.rpc.supervisor.reloadConfig() == [[[], [], []]]


def test_includes_of_every_kind():
    with supd.Daemon(None, PROGRAM) as daemon:
        change(daemon, "[program:web]", "[include]\nfiles=conf.d/*.conf\n"
               "[program:web]")
        reload = daemon.rpc.supervisor.reloadConfig
        assert reload() == [[[], [], []]]  # no such folder
        folder = daemon.path("conf.d")
        os.mkdir(folder)
        assert reload() == [[[], [], []]]
        os.symlink("/no/such/file", os.path.join(folder, "broken.conf"))
        os.mkdir(os.path.join(folder, "folder.conf"))
        assert reload() == [[[], [], []]]
        names = ["many%04d" % number for number in range(1000)]
        for name in names:
            with open(os.path.join(folder, name + ".conf"), "w",
                      encoding="utf-8", newline="") as file:
                file.write("\ufeff[program:%s]\r\ncommand=/bin/cat\r\n"
                           "autostart=false\r\n" % name)
        assert reload() == [[names, [], []]]
        assert daemon.rpc.supervisor.addProcessGroup(names[-1]) is True
        assert daemon.state(names[-1]) == "STOPPED"
