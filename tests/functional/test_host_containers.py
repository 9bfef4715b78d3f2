# SPDX-License-Identifier: ISC
"""The daemon where little is as usual: as process 1, without /proc, on a
read-only root, under a uid that nobody knows (contract D3)."""

import os
import shutil
import signal
import socket
import stat
import subprocess

import life
import pytest
import supd
import variant

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"),
    reason="needs root and unshare")

CAT = "[program:p]\ncommand=/bin/cat\n"


def in_namespace(daemon, folder, options, prepare="", program=None):
    """Makes the daemon start behind unshare, after these shell commands."""
    refused = supd.refusal("unshare", *options.split())
    if refused:
        pytest.skip(refused)
    # exec all the way: the pid that the test knows stays the daemon's.
    daemon.program = life.script(
        folder, "starter", "#!/bin/sh\nexec unshare %s /bin/sh -ec '%s\n"
        "exec %s \"$@\"' sh \"$@\"\n"
        % (options, prepare, program or supd.built("supervisord-c")))
    return daemon


def first_child(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid),
              encoding="ascii") as file:
        return int(file.read().split()[0])


def ended_children(pid):
    """How many zombies the process has."""
    with open("/proc/%d/task/%d/children" % (pid, pid),
              encoding="ascii") as file:
        return sum(not life.alive(int(child))
                   for child in file.read().split())


ORPHANS = ("[program:orphans]\ncommand=/bin/sh -c 'for i in $(seq 300); do "
           "(sleep 0.05 &); done; exec sleep 1000'\n")


def test_as_process_1(tmp_path):
    daemon = supd.Daemon(programs=CAT + ORPHANS, loglevel="info")
    in_namespace(daemon, tmp_path, "--pid --fork --mount-proc "
                 "--kill-child=KILL")
    with daemon:
        daemon.wait_state("p", "RUNNING")
        assert daemon.rpc.supervisor.getPID() == 1
        assert daemon.file("main.pid") == "1\n"
        init = first_child(daemon.pid)
        log = life.Log(daemon)
        log.wait("reaped unknown pid ", times=300)
        supd.wait_until(lambda: ended_children(init) == 0, "reaping")
        for signo in (signal.SIGWINCH, signal.SIGPIPE, signal.SIGCHLD):
            for _ in range(200):
                os.kill(init, signo)
        assert daemon.state("p") == "RUNNING"
        assert log.count("exited: ") == 0
        # As a container is stopped: the signal goes to process 1.
        os.kill(init, signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        log.in_order("received SIGTERM", "stopped: p")
        assert not os.path.exists(daemon.sock)


def test_without_proc_and_on_a_read_only_root(tmp_path):
    daemon = supd.Daemon(programs=CAT, loglevel="info",
                         env=supd.environment(TMPDIR="/nonexistent"))
    in_namespace(daemon, tmp_path, "--mount --propagation private",
                 "mount --bind %s %s; cd %s; mount -o remount,bind,ro /; "
                 "mount -t tmpfs -o mode=0,size=4k none /proc"
                 % (daemon.dir, daemon.dir, daemon.dir),
                 os.path.join(variant.plain(), "supervisord-c"))
    with daemon:
        daemon.wait_state("p", "RUNNING")
        assert daemon.rpc.supervisor.stopProcess("p") is True
        assert daemon.rpc.supervisor.startProcess("p") is True
        daemon.signal(signal.SIGUSR2)
        daemon.signal(signal.SIGHUP)
        life.Log(daemon).wait("supervisord started with pid", times=2)
        supd.wait_until(daemon.answers, "answer")
        daemon.wait_state("p", "RUNNING")
        assert [line for line in life.Log(daemon).lines("CRIT", "ERRO")
                if "running as root" not in line and
                "HTTP authentication" not in line] == []


def test_a_uid_that_nobody_knows(tmp_path):
    daemon = supd.Daemon(programs=CAT, loglevel="info",
                         env={"PATH": os.environ["PATH"]})
    os.chown(daemon.dir, 1987654, 0)
    daemon.program = life.script(
        tmp_path, "starter", "#!/bin/sh\nexec setpriv --reuid 1987654 "
        "--regid 0 --clear-groups %s \"$@\"\n" % supd.built("supervisord-c"))
    os.chmod(tmp_path, 0o755)
    with daemon:
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        assert os.stat("/proc/%d" % pid).st_uid == 1987654
        assert stat.S_IMODE(os.stat(daemon.sock).st_mode) == 0o700
        assert daemon.stop() == 0


def test_a_user_of_its_own_is_no_change(tmp_path):
    """user= for who is that user already, and for somebody else."""
    for user, status in (("nobody", 0), ("daemon", 2)):
        daemon = supd.Daemon(programs=CAT, loglevel="info", wait=False,
                             supervisord="user=" + user)
        os.chmod(daemon.dir, 0o777)
        os.chmod(tmp_path, 0o755)
        daemon.program = life.script(
            tmp_path, "starter", "#!/bin/sh\nexec setpriv --reuid nobody "
            "--regid nogroup --clear-groups %s \"$@\"\n"
            % supd.built("supervisord-c"))
        with daemon:
            if status == 0:
                supd.wait_until(daemon.answers, "answer")
                uid = os.stat("/proc/%d" % daemon.pid).st_uid
                assert life.Log(daemon).count(
                    "Set uid to user %d succeeded" % uid) == 1
                assert daemon.stop() == 0
            else:
                assert daemon.process.wait(20) == status
                assert ("Error: Can't drop privilege as nonroot user"
                        in daemon.file("daemon.err"))


def test_servers_listen_when_the_starter_returns():
    daemon = supd.Daemon(programs=CAT)
    try:
        for _ in range(5):
            done = subprocess.run(
                [daemon.program, "-c", daemon.conf], check=False, timeout=30,
                cwd=daemon.dir, env=daemon.env)
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(daemon.sock)
            assert done.returncode == 0
            pid = daemon.rpc.supervisor.getPID()
            os.kill(pid, signal.SIGTERM)
            supd.wait_until(lambda pid=pid: not life.alive(pid), "end")
    finally:
        shutil.rmtree(daemon.dir)
