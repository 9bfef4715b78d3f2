# SPDX-License-Identifier: ISC
"""What children do with their pipes must not disturb anybody else."""

import os
import signal
import sys
import time

import life
import pytest
import supd


def resident_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def switches(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        for line in file:
            if line.startswith("voluntary_ctxt_switches:"):
                return int(line.split()[1])
    return 0


def pass_seconds(seconds):
    """Lets time pass in which nothing may happen."""
    begin = time.monotonic()
    supd.wait_until(lambda: time.monotonic() >= begin + seconds,
                    "time to pass", seconds=seconds + 5)


def test_a_child_that_floods_does_not_slow_down_the_others():
    programs = ("[program:yes]\ncommand=/usr/bin/yes\n"
                "stdout_logfile={dir}/yes.out\n"
                "stdout_logfile_maxbytes=1MB\nstdout_logfile_backups=1\n"
                "[program:p]\ncommand=/bin/cat\nstartsecs=0\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        daemon.wait_state("yes", "RUNNING")
        before = resident_kib(daemon.pid)
        server = daemon.rpc.supervisor
        took = []
        for _ in range(20):
            begin = time.monotonic()
            server.stopProcess("p")
            server.startProcess("p")
            took.append(time.monotonic() - begin)
        took.sort()
        assert took[len(took) // 2] < 1 and took[-1] < 10, took
        assert resident_kib(daemon.pid) < before + 8192


def test_a_child_that_closes_its_output_costs_nothing():
    programs = ("[program:p]\ncommand=/bin/sh -c 'exec >&- 2>&-; "
                "exec sleep 1000'\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("p", "RUNNING")
        life.Log(daemon).wait("(stderr)>")
        before = switches(daemon.pid)
        pass_seconds(1.5)
        assert switches(daemon.pid) - before <= 2
        assert daemon.state("p") == "RUNNING"


def test_an_idle_daemon_does_not_wake_up():
    """Whatever the number of its programs."""
    programs = "[program:p]\ncommand=/bin/cat\nnumprocs=300\n" \
        "process_name=%(process_num)d\nstdout_logfile=NONE\n" \
        "stderr_logfile=NONE\n"
    with supd.Daemon(programs=programs, loglevel="info",
                     supervisord="minfds=2000") as daemon:
        server = daemon.rpc.supervisor
        supd.wait_until(lambda: {info["statename"] for info in
                                 server.getAllProcessInfo()} == {"RUNNING"},
                        "all in RUNNING", seconds=60)
        before = switches(daemon.pid)
        pass_seconds(2)
        # The last question may still be on its way to its end.
        assert switches(daemon.pid) - before <= 1



def test_the_last_words_are_in_the_log():
    text = "x" * 60000
    programs = ("[program:p]\ncommand=/bin/sh -c 'printf %%060000d 0 | tr 0 x;"
                " echo bye >&2; kill -9 $$'\nstartsecs=0\nautorestart=false\n"
                "stdout_logfile={dir}/out\nstderr_logfile={dir}/err\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("p", "EXITED")
        assert daemon.file("out") == text
        assert daemon.file("err") == "bye\n"


def test_a_grandchild_is_logged_after_its_parent_has_ended():
    programs = ("[program:p]\ncommand=/bin/sh -c '(while [ ! -e {dir}/go ]; "
                "do sleep 0.01; done; for i in 1 2 3; do echo line $i; done)"
                " & exit 0'\nstartretries=0\nstdout_logfile={dir}/out\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("p", "FATAL")
        log = life.Log(daemon)
        assert log.count("'p' exited with status 0 while descendants hold "
                         "its output") == 1
        assert daemon.file("out") == ""
        with open(daemon.path("go"), "w", encoding="ascii"):
            pass
        supd.wait_until(lambda: daemon.file("out").count("\n") == 3,
                        "the grandchild's lines")


def test_what_goes_into_the_background_without_its_output_is_told_of():
    """As nginx without "daemon off" does; a one-shot program is not."""
    daemonize = ("import os, time\nr, w = os.pipe()\n"
                 "if os.fork():\n os.read(r, 1)\n os._exit(0)\n"
                 "os.setsid()\nnull = os.open('/dev/null', os.O_RDWR)\n"
                 "for fd in range(3): os.dup2(null, fd)\n"
                 "open(os.path.dirname(__file__) + '/pid', 'w')"
                 ".write(str(os.getpid()))\nos.write(w, b'x')\n"
                 "time.sleep(60)\n")
    program = "[program:%s]\ncommand=%s\nstartretries=0\n"
    programs = (program % ("back", sys.executable + " {dir}/back.py") +
                program % ("once", "/bin/sleep 0") +
                program % ("twin", "/bin/sleep 60"))
    daemon = supd.Daemon(programs=programs)
    life.script(daemon.dir, "back.py", daemonize)
    with daemon:
        daemon.wait_state("back", "FATAL")
        daemon.wait_state("once", "FATAL")
        log = life.Log(daemon)
        told = log.count("'back' exited with status 0 while a descendant runs "
                         "the same program; if it goes into the background")
        os.kill(int(daemon.file("pid")), signal.SIGKILL)
        assert told == 1
        assert log.count("'once' exited with status 0 while") == 0


def test_a_new_child_starts_beside_the_old_one_s_descendant():
    programs = ("[program:p]\ncommand=/bin/sh -c '(while [ ! -e {dir}/go ]; "
                "do sleep 0.01; done; echo old) & echo new; "
                "test -e {dir}/second || exit 1; exec sleep 1000'\n"
                "startsecs=0\nautorestart=true\nstdout_logfile={dir}/out\n")
    with supd.Daemon(programs=programs) as daemon:
        log = life.Log(daemon)
        log.wait("exited: p")
        with open(daemon.path("second"), "w", encoding="ascii"):
            pass
        log.wait("spawned: 'p'", times=2)
        daemon.wait_state("p", "RUNNING")
        with open(daemon.path("go"), "w", encoding="ascii"):
            pass
        supd.wait_until(lambda: daemon.file("out").count("old") >= 2,
                        "both descendants", show=lambda: daemon.file("out"))
        assert daemon.file("out").count("new") >= 2


def test_descriptors_do_not_pile_up():
    programs = ("[program:p]\ncommand=/bin/sh -c '(sleep 1000 &) && exit 1'\n"
                "startsecs=0\nautostart=false\nautorestart=false\n"
                "stdout_logfile={dir}/out\nstderr_logfile={dir}/err\n")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        counts = []
        sleepers = set()
        for _ in range(12):
            daemon.rpc.supervisor.startProcess("p", False)
            daemon.wait_state("p", "EXITED")
            counts.append(len(os.listdir("/proc/%d/fd" % daemon.pid)))
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/environ" % pid, "rb") as file:
                    if daemon.sock.encode() in file.read():
                        sleepers.add(int(pid))
            except OSError:
                pass
        for pid in sleepers:
            os.kill(pid, signal.SIGKILL)
        # Connections of clients come and go, pipes are two a start.
        assert counts[-1] <= counts[5] + 2


def test_usr2_reopens_the_logs():
    programs = ("[program:p]\ncommand=/bin/sh -c 'while read x; do "
                "echo $x; done'\nstartsecs=0\nstdout_logfile={dir}/out\n")
    with supd.Daemon(programs=programs) as daemon:
        server = daemon.rpc.supervisor
        server.sendProcessStdin("p", "one\n")
        supd.wait_until(lambda: daemon.file("out") == "one\n", "one")
        os.rename(daemon.path("out"), daemon.path("out.old"))
        os.rename(daemon.log, daemon.log + ".old")
        daemon.signal(signal.SIGUSR2)
        supd.wait_until(lambda: os.path.exists(daemon.path("out")), "log")
        server.sendProcessStdin("p", "two\n")
        supd.wait_until(lambda: daemon.file("out") == "two\n", "two")
        assert daemon.file("out.old") == "one\n"
        old = daemon.file("main.log.old")
        assert "INFO received SIGUSR2 indicating log reopen request\n" in old
        assert "INFO supervisord logreopen\n" in old
        assert os.path.exists(daemon.log)


def test_usr2_with_a_log_that_cannot_be_reopened(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    programs = ("[program:p]\ncommand=/bin/cat\nstartsecs=0\n"
                "stdout_logfile=%s/out\n" % folder)
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("p", "RUNNING")
        os.rename(folder, tmp_path / "elsewhere")
        daemon.signal(signal.SIGUSR2)
        life.Log(daemon).wait("could not reopen")
        daemon.rpc.supervisor.sendProcessStdin("p", "still\n")
        moved = tmp_path / "elsewhere" / "out"
        supd.wait_until(lambda: moved.read_text() == "still\n", "output")


@pytest.mark.parametrize("storm", [signal.SIGUSR2, signal.SIGCHLD,
                                   signal.SIGWINCH, signal.SIGPIPE])
def test_storms_of_signals_are_harmless(storm):
    with supd.Daemon(programs="[program:p]\ncommand=/bin/cat\n",
                     loglevel="info") as daemon:
        fds = "/proc/%d/fd" % daemon.pid
        daemon.wait_state("p", "RUNNING")
        before = len(os.listdir(fds))
        for _ in range(500):
            daemon.signal(storm)
        assert daemon.state("p") == "RUNNING"
        supd.wait_until(lambda: len(os.listdir(fds)) <= before + 1, "fds")
