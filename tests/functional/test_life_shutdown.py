# SPDX-License-Identifier: ISC
"""How the daemon ends and starts over (contract D3.7, D3.8)."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import time
import xmlrpc.client

import life
import pytest
import supd

STUBBORN = """/bin/sh -c 'trap "" TERM; echo up; while :; do sleep 1; done'"""


def cat(name, **options):
    lines = ["[program:%s]" % name, "command=/bin/cat", "startsecs=0"]
    lines += ["%s=%s" % item for item in options.items()]
    return "\n".join(lines) + "\n"


def wait_ended(daemon, seconds=20):
    return daemon.process.wait(seconds)


@pytest.mark.parametrize("signo", ["SIGTERM", "SIGINT", "SIGQUIT"])
def test_signals_that_end_it(signo):
    with supd.Daemon(programs=cat("p")) as daemon:
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        assert os.path.exists(daemon.path("main.pid"))
        daemon.signal(getattr(signal, signo))
        assert wait_ended(daemon) == 0
        assert not life.alive(pid)
        assert not os.path.exists(daemon.path("main.pid"))
        assert not os.path.exists(daemon.sock)
        life.Log(daemon).in_order(
            "received %s indicating exit request" % signo,
            "waiting for p to die", "stopped: p (terminated by SIGTERM)")


def test_groups_stop_one_after_the_other_the_highest_number_first():
    slow = ("/bin/sh -c 'trap \"sleep 0.3; exit 0\" TERM; echo up; "
            "while :; do sleep 0.05; done'")
    programs = "".join(
        "[program:%s]\ncommand=%s\npriority=%d\nstartsecs=0\n"
        "stdout_logfile={dir}/%s.out\n" % (name, slow, priority, name)
        for name, priority in (("c", 1), ("a", 20), ("b", 21), ("d", 3)))
    with supd.Daemon(programs=programs) as daemon:
        for name in "abcd":
            supd.wait_until(
                lambda name=name: "up" in daemon.file(name + ".out"), name)
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        log = life.Log(daemon)
        assert log.count("waiting for c, d, a, b to die") == 1
        log.in_order("killing b ", "stopped: b", "killing a ", "stopped: a",
                     "killing d ", "stopped: d", "killing c ", "stopped: c")


def test_groups_of_one_priority_end_together():
    slow = ("/bin/sh -c 'trap \"while [ ! -e {dir}/go ]; do sleep 0.05; done; "
            "exit 0\" TERM; echo up; while :; do sleep 0.05; done'")
    programs = "".join(
        "[program:%s]\ncommand=%s\nstartsecs=0\nstdout_logfile={dir}/%s.out\n"
        % (name, slow, name) for name in "abc")
    with supd.Daemon(programs=programs) as daemon:
        for name in "abc":
            supd.wait_until(
                lambda name=name: "up" in daemon.file(name + ".out"), name)
        daemon.signal(signal.SIGTERM)
        log = life.Log(daemon)
        supd.wait_until(lambda: log.count("killing ") == 3, "all are asked")
        open(os.path.join(daemon.dir, "go"), "w").close()
        assert wait_ended(daemon) == 0
        log.in_order("killing c ", "killing b ", "killing a ", "stopped: ")


def test_members_of_a_group_stop_by_priority_reversed():
    programs = (cat("a", priority=5) + cat("b", priority=1) +
                cat("c", priority=5) +
                "[group:g]\nprograms=a,b,c\n")
    with supd.Daemon(programs=programs) as daemon:
        for name in "abc":
            daemon.wait_state("g:" + name, "RUNNING")
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        life.Log(daemon).in_order("killing c ", "killing a ", "killing b ")


def test_idle_groups_cost_no_time():
    programs = "".join(cat("p%d" % n, autostart="false", priority=n)
                       for n in range(30)) + cat("last", priority=0)
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("last", "RUNNING")
        begin = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        assert time.monotonic() - begin < 15  # and not 30, a second each


def test_a_hundred_groups_that_are_just_starting_end_at_once():
    programs = "".join(
        "[program:p%d]\ncommand=/bin/cat\nstartsecs=60\npriority=%d\n"
        "stdout_logfile=NONE\nstderr_logfile=NONE\n" % (n, n)
        for n in range(100))
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        daemon.wait_state("p99", "STARTING")
        begin = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        assert time.monotonic() - begin < 20


def test_who_is_waited_for_is_told_every_three_seconds():
    programs = ("[program:p]\ncommand=%s\nstopwaitsecs=5\nstartsecs=0\n"
                "killasgroup=true\nstdout_logfile={dir}/p.out\n" % STUBBORN)
    with supd.Daemon(programs=programs) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("p.out"), "trap")
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        assert life.Log(daemon).count("waiting for p to die") == 2


def test_the_second_term_is_harmless_and_the_third_kills():
    programs = "".join(
        "[program:%s]\ncommand=%s\nstopwaitsecs=600\nstartsecs=0\n"
        "killasgroup=true\nstdout_logfile={dir}/%s.out\n" % (
            name, STUBBORN, name) for name in "ab")
    with supd.Daemon(programs=programs) as daemon:
        for name in "ab":
            supd.wait_until(
                lambda name=name: "up" in daemon.file(name + ".out"), "trap")
        log = life.Log(daemon)
        for count in (1, 2):
            daemon.signal(signal.SIGTERM)
            log.wait("received SIGTERM indicating exit request", times=count)
        daemon.signal(signal.SIGHUP)
        log.wait("ignored SIGHUP indicating restart request (shutdown in "
                 "progress)")
        assert daemon.process.poll() is None
        assert log.count("SIGKILL") == 0
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon, 10) == 0
        assert log.count("stopped: a (terminated by SIGKILL)") == 1
        assert log.count("stopped: b (terminated by SIGKILL)") == 1


def test_nothing_starts_while_it_ends():
    programs = ("[program:flap]\ncommand=/bin/sh -c 'exit 1'\nstartsecs=0\n"
                "autorestart=true\npriority=1\n"
                "[program:back]\ncommand=/no/such\nstartretries=99\n"
                "priority=2\n"
                "[program:slow]\ncommand=%s\nstopwaitsecs=3\nstartsecs=0\n"
                "killasgroup=true\npriority=900\n"
                "stdout_logfile={dir}/p.out\n" % STUBBORN)
    with supd.Daemon(programs=programs) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("p.out"), "trap")
        daemon.wait_state("back", "BACKOFF")
        log = life.Log(daemon)
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        begin = log.index("received SIGTERM")
        assert not any("spawn" in line for line in log.lines()[begin:])
        assert not any("gave up" in line for line in log.lines()[begin:])


def test_rpc_refuses_while_it_ends():
    programs = ("[program:p]\ncommand=%s\nstopwaitsecs=2\nstartsecs=0\n"
                "killasgroup=true\nstdout_logfile={dir}/p.out\n" % STUBBORN)
    with supd.Daemon(programs=programs) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("p.out"), "trap")
        assert daemon.rpc.supervisor.shutdown() is True
        with pytest.raises(xmlrpc.client.Fault) as error:
            daemon.rpc.supervisor.getState()
        assert error.value.faultCode == 6
        assert wait_ended(daemon) == 0
        assert life.Log(daemon).count("indicating exit") == 0


def test_hup_starts_everything_anew_in_the_same_process():
    with supd.Daemon(programs=cat("p")) as daemon:
        first = daemon.wait_state("p", "RUNNING")["pid"]
        daemon.write_config(cat("p") + cat("q"))
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("supervisord started with pid", times=2)
        supd.wait_until(daemon.answers, "answer")
        assert daemon.wait_state("p", "RUNNING")["pid"] != first
        daemon.wait_state("q", "RUNNING")
        assert not life.alive(first)
        assert daemon.rpc.supervisor.getPID() == daemon.pid
        log.in_order("received SIGHUP indicating restart request",
                     "waiting for p to die", "stopped: p",
                     "supervisord started with pid %d" % daemon.pid)
        assert daemon.file("main.pid") == "%d\n" % daemon.pid


def test_hup_with_a_broken_file_changes_nothing():
    with supd.Daemon(programs=cat("p")) as daemon:
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        daemon.write_config(cat("p") + "[program:q]\ncommand=%(nope)s\n")
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("cannot restart: Format string '%(nope)s'")
        assert daemon.rpc.supervisor.getState()["statename"] == "RUNNING"
        assert daemon.rpc.supervisor.getProcessInfo("p")["pid"] == pid
        daemon.write_config(cat("p"))
        daemon.signal(signal.SIGHUP)
        log.wait("supervisord started with pid", times=2)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_hup_with_another_user_changes_nothing():
    daemon = supd.Daemon(programs=cat("p"), supervisord="user=nobody")
    os.chmod(daemon.dir, 0o777)
    with daemon:
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        daemon.basic = daemon.basic.replace("user=nobody", "user=daemon")
        daemon.write_config(cat("p"))
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("cannot restart: Can't drop privilege as nonroot user")
        assert daemon.rpc.supervisor.getProcessInfo("p")["pid"] == pid
        assert log.count("stopped: p") == 0


def test_term_during_a_restart_ends_it():
    programs = ("[program:p]\ncommand=%s\nstopwaitsecs=1\nstartsecs=0\n"
                "killasgroup=true\nstdout_logfile={dir}/p.out\n" % STUBBORN)
    with supd.Daemon(programs=programs) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("p.out"), "trap")
        daemon.signal(signal.SIGHUP)
        life.Log(daemon).wait("waiting for p to die")
        daemon.signal(signal.SIGTERM)
        assert wait_ended(daemon) == 0
        assert life.Log(daemon).count("supervisord started") == 1


def test_restarts_in_a_row_leave_nothing_behind():
    with supd.Daemon(programs=cat("p", autostart="false")) as daemon:
        log = life.Log(daemon)
        counts = []
        for number in range(6):
            supd.wait_until(daemon.answers, "answer")
            counts.append(len(os.listdir("/proc/%d/fd" % daemon.pid)))
            daemon.signal(signal.SIGHUP)
            log.wait("supervisord started with pid", times=number + 2)
        assert max(counts[1:]) <= counts[1] + 1


def refused_second(daemon):
    """What a second daemon of the same configuration says to stderr."""
    second = supd.run([daemon.program, "-n", "-c", daemon.conf],
                      cwd=daemon.dir, env=daemon.env)
    assert second.status == 2
    return second.stderr


def test_a_second_daemon_harms_nothing_of_the_first():
    programs = cat("p") + ("[fcgi-program:f]\ncommand=/bin/cat\n"
                           "socket=unix://{dir}/f.sock\nstartsecs=0\n")
    with supd.Daemon(programs=programs) as daemon:
        log = daemon.wait_state("p", "RUNNING")["stdout_logfile"]
        socket = os.stat(daemon.path("f.sock")).st_ino
        assert "already listening" in refused_second(daemon)
        assert os.path.exists(log)
        assert os.stat(daemon.path("f.sock")).st_ino == socket
        assert daemon.file("main.pid") == "%d\n" % daemon.pid
        assert daemon.state("p") == "RUNNING"


def test_without_servers_the_pidfile_keeps_a_second_daemon_away():
    config = ("[supervisord]\nlogfile={dir}/main.log\nchildlogdir={dir}\n"
              "pidfile={dir}/main.pid\n" + cat("p"))
    with supd.Daemon(config=config, wait=False) as daemon:
        life.Log(daemon).wait("spawned: 'p'")
        logs = sorted(os.listdir(daemon.dir))
        assert "another daemon is running with the pidfile" in (
            refused_second(daemon))
        assert sorted(os.listdir(daemon.dir)) == logs
        assert sum("p-std" in name for name in logs) == 2
        assert daemon.file("main.pid") == "%d\n" % daemon.pid


def test_a_daemon_that_was_killed_is_told_of_by_the_next():
    with supd.Daemon(programs=cat("p")) as daemon:
        first = daemon.pid
        child = daemon.wait_state("p", "RUNNING")["pid"]
        daemon.process.kill()
        daemon.process.wait()
        daemon.start()
        log = life.Log(daemon)
        assert any("was left behind by pid %d: " % first in line
                   for line in log.lines("WARN"))
        daemon.wait_state("p", "RUNNING")
        # The first one's cat saw the end of its stdin.
        supd.wait_until(lambda: not life.alive(child), "end of the child")


def test_strangers_are_reaped(tmp_path):
    # As process 1 would be: children that it never made.
    starter = life.script(
        tmp_path, "daemon", "#!/bin/sh\n(sleep 0.2; exit 7) &\n(kill -9 "
        "$(sh -c 'echo $PPID')) &\nexec %s \"$@\"\n"
        % supd.built("supervisord-c"))
    with supd.Daemon(programs=cat("p"), program=starter,
                     ctl=supd.ORACLE_CTL) as daemon:
        log = life.Log(daemon)
        log.wait("reaped unknown pid ")
        log.wait("(exit status 7)")
        assert daemon.state("p") == "RUNNING"


def test_a_log_that_cannot_be_written_is_no_obstacle():
    """Neither one that nobody reads any more nor one that may not grow, from
    the first line on."""
    reader, writer = os.pipe()
    os.close(reader)

    def limits():
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    daemon = supd.Daemon(programs=cat("p"), loglevel="debug")
    try:
        daemon.process = subprocess.Popen(
            [daemon.program, "-n", "-c", daemon.conf], stdout=writer,
            stderr=subprocess.DEVNULL, cwd=daemon.dir, env=daemon.env,
            preexec_fn=limits)
        supd.wait_until(daemon.answers, "answer")
        daemon.wait_state("p", "RUNNING")
        assert daemon.stop() == 0
    finally:
        os.close(writer)
        daemon.__exit__(None, None, None)


@contextlib.contextmanager
def service_manager():
    """The socket that NOTIFY_SOCKET names, and its name."""
    name = "\0supd-notify-%d" % os.getpid()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(20)
        yield manager, name.replace("\0", "@")


def test_a_service_manager_is_told():
    """When the servers listen, when it ends, and that a stop takes its time
    as long as stopwaitsecs is not over."""
    programs = ("[program:p]\ncommand=%s\nstopwaitsecs=5\nstartsecs=0\n"
                "killasgroup=true\nstdout_logfile={dir}/p.out\n"
                "[program:env]\ncommand=/usr/bin/env\nstartsecs=0\n"
                "autorestart=false\nstdout_logfile={dir}/env.out\n"
                % STUBBORN)
    with service_manager() as (manager, name), \
            supd.Daemon(programs=programs, wait=False,
                        env=supd.environment(NOTIFY_SOCKET=name)) as daemon:
        assert manager.recv(100) == b"READY=1\nMAINPID=%d" % daemon.pid
        assert daemon.answers()
        supd.wait_until(lambda: "up" in daemon.file("p.out"), "trap")
        supd.wait_until(lambda: "PATH=" in daemon.file("env.out"), "env")
        assert "NOTIFY_SOCKET" not in daemon.file("env.out")
        daemon.signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"
        for _ in range(2):
            assert manager.recv(100) == b"EXTEND_TIMEOUT_USEC=10000000"
        assert wait_ended(daemon) == 0
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(100)


def test_a_restart_is_no_end_for_a_service_manager():
    with service_manager() as (manager, name), \
            supd.Daemon(programs=cat("p"), env=supd.environment(
                NOTIFY_SOCKET=name)) as daemon:
        assert manager.recv(100).startswith(b"READY=1")
        daemon.signal(signal.SIGHUP)
        life.Log(daemon).wait("spawned: 'p'", times=2)
        while manager.recv(100).startswith(b"EXTEND_TIMEOUT"):
            continue  # p may have taken a moment
        daemon.signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"


@contextlib.contextmanager
def in_background(supervisord, *argv, shell=None):
    """A daemon with a program p, the pid of which is given too."""
    folder = supd.short_dir()
    daemon = supd.Daemon(folder=folder, programs=cat("p"),
                         supervisord=supervisord)
    try:
        start = ["/bin/sh", "-c", shell] if shell else []
        done = subprocess.run(
            start + [daemon.program, *argv], check=False, timeout=30,
            capture_output=True, cwd=folder, env=daemon.env)
        assert (done.returncode, done.stdout) == (0, b"")
        # Without -c root is warned.
        assert done.stderr == b"" or "-c" not in argv
        supd.wait_until(lambda: os.path.exists(daemon.path("main.pid")) and
                        daemon.file("main.pid").endswith("\n") and
                        os.path.exists(daemon.sock), "start")
        pid = int(daemon.file("main.pid"))
        try:
            life.Log(daemon).wait("spawned: 'p'")
            yield daemon, pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            supd.wait_until(lambda: not life.alive(pid), "end")
    finally:
        supd.shutil.rmtree(folder)


def test_it_goes_into_the_background():
    with in_background("directory=/\numask=027", "-c",
                       "supervisord.conf") as (daemon, pid):
        assert os.readlink("/proc/%d/cwd" % pid) == "/"
        assert os.getsid(pid) == pid
        assert os.readlink("/proc/%d/fd/1" % pid) == "/dev/null"
        assert os.stat(daemon.path("main.pid")).st_mode & 0o777 == 0o640
        life.Log(daemon).in_order(
            "daemonizing the supervisord process",
            "set current directory: '/'",
            "supervisord started with pid %d" % pid, "spawned: 'p'")


@pytest.mark.parametrize("argv", [["-c", "supervisord.conf"], []])
def test_relative_paths_mean_the_folder_of_the_start(argv):
    """Also when the daemon is somewhere else, and starts again there."""
    with in_background("directory=/\nchildlogdir=.", *argv) \
            as (daemon, pid):
        info = daemon.wait_state("p", "RUNNING")
        assert os.path.dirname(info["stdout_logfile"]) == daemon.dir
        os.kill(pid, signal.SIGHUP)
        life.Log(daemon).wait("spawned: 'p'", times=2)
        info = daemon.wait_state("p", "RUNNING")
        assert os.path.dirname(info["stdout_logfile"]) == daemon.dir


def test_closed_standard_descriptors_harm_nothing():
    """They must not become the daemon's queues and logs, which are then
    overwritten on the way into the background."""
    with in_background("", "-c", "supervisord.conf",
                       shell='exec "$0" "$@" <&- >&- 2>&-') \
            as (daemon, pid):
        daemon.wait_state("p", "RUNNING")
        assert {os.readlink("/proc/%d/fd/%d" % (pid, fd))
                for fd in range(3)} == {"/dev/null"}
        os.kill(pid, signal.SIGTERM)
        life.Log(daemon).wait("stopped: p (terminated by SIGTERM)")
        supd.wait_until(lambda: not life.alive(pid), "end")
