# SPDX-License-Identifier: ISC
"""pidproxy hands signals to the process that a pid file names."""

import os
import signal
import subprocess
import time

PIDPROXY = os.path.join(os.environ["SUPD_BUILDDIR"], "pidproxy")


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def read_pid(path):
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_usage():
    done = subprocess.run([PIDPROXY, "only-a-file"], capture_output=True)
    assert done.returncode == 1
    assert done.stderr.startswith(b"usage: pidproxy")


def test_status_of_the_command(tmp_path):
    done = subprocess.run([PIDPROXY, str(tmp_path / "pid"),
                           "sh", "-c", "exit 7"])
    assert done.returncode == 7


def test_ends_also_where_sigchld_was_ignored(tmp_path):
    done = subprocess.run(
        [PIDPROXY, str(tmp_path / "pid"), "sh", "-c", "exit 7"], timeout=30,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert done.returncode == 7


def test_signal_goes_to_the_pid_in_the_file(tmp_path):
    pidfile = tmp_path / "pid"
    proxy = subprocess.Popen(
        [PIDPROXY, str(pidfile), "sh", "-c",
         "sleep 60 & echo $! > %s; wait" % pidfile])
    assert wait_for(lambda: read_pid(pidfile))
    pid = read_pid(pidfile)
    proxy.send_signal(signal.SIGTERM)
    assert wait_for(lambda: not is_running(pid))
    proxy.wait(10)


def test_ends_with_what_was_left_in_the_background(tmp_path):
    pidfile = tmp_path / "pid"
    proxy = subprocess.Popen(
        [PIDPROXY, str(pidfile), "sh", "-c",
         "sleep 60 & echo $! > %s" % pidfile])
    assert wait_for(lambda: read_pid(pidfile))
    pid = read_pid(pidfile)
    assert proxy.poll() is None
    proxy.send_signal(signal.SIGUSR1)
    proxy.wait(10)
    assert not is_running(pid)


def test_an_old_pid_file_is_not_believed(tmp_path):
    pidfile = tmp_path / "pid"
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pidfile.write_text("%d\n" % stranger.pid)
        os.utime(pidfile, (1, 1))
        done = subprocess.run([PIDPROXY, str(pidfile), "true"], timeout=30)
        assert done.returncode == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
