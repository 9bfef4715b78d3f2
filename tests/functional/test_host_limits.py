# SPDX-License-Identifier: ISC
"""Many programs, many crashes, few resources (contract D3.3, D4.2, D4.4)."""

import os
import shutil
import signal
import socket
import threading
import time
import xmlrpc.client

import life
import pytest
import supd
import variant

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="needs root and setpriv")


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid):
    with open("/proc/%d/statm" % pid, encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def many(name, count, command, *options):
    return "\n".join(
        ("[program:%s]" % name, "command=" + command, "numprocs=%d" % count,
         "process_name=%(program_name)s_%(process_num)03d",
         "stdout_logfile=NONE", "stderr_logfile=NONE") + options) + "\n"


def states(daemon):
    return [info["statename"] for info in
            daemon.rpc.supervisor.getAllProcessInfo()]


def count_starts(daemon):
    return sum(line.startswith("spawned: ")
               for line in life.Log(daemon).lines("INFO"))


def test_five_hundred_that_crash_at_once():
    programs = (many("crash", 500, "/bin/false", "startsecs=0",
                     "autorestart=true") +
                many("calm", 1, "/bin/cat"))
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        supd.wait_until(lambda: count_starts(daemon) > 1000, "two rounds",
                        seconds=60)
        begin, before = time.monotonic(), count_starts(daemon)
        supd.wait_until(lambda: time.monotonic() - begin > 3, "three seconds")
        seconds = time.monotonic() - begin
        # At most one start a second each, however short they live.
        assert count_starts(daemon) - before <= 500 * (seconds + 1)
        assert daemon.state("calm:calm_000") == "RUNNING"
        assert daemon.rpc.supervisor.stopProcess("calm:calm_000") is True


def test_five_hundred_that_fail_give_up_and_cost_nothing():
    programs = many("bad", 500, "/bin/false", "startretries=1")
    with supd.Daemon(programs=programs, loglevel="info") as daemon:
        supd.wait_until(lambda: set(states(daemon)) == {"FATAL"}, "FATAL",
                        seconds=60)
        log = life.Log(daemon)
        assert log.count("gave up: ") == 500
        assert count_starts(daemon) == 1000
        before = cpu_seconds(daemon.pid), len(log.lines())
        begin = time.monotonic()
        supd.wait_until(lambda: time.monotonic() - begin > 1, "a second")
        assert cpu_seconds(daemon.pid) - before[0] <= 0.05
        assert len(log.lines()) == before[1]


def test_more_than_a_thousand_descriptors():
    programs = many("p", 600, "/bin/cat", "startsecs=0")
    with supd.Daemon(programs=programs, loglevel="info",
                     supervisord="minfds=4096") as daemon:
        supd.wait_until(lambda: set(states(daemon)) == {"RUNNING"}, "RUNNING",
                        seconds=60)
        assert len(os.listdir("/proc/%d/fd" % daemon.pid)) > 1800
        server = daemon.rpc.supervisor
        assert server.stopProcess("p:p_599") is True
        assert server.startProcess("p:p_599") is True
        begin = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(30) == 0
        assert time.monotonic() - begin < 20


@needs_root
def test_no_more_processes_is_back_off_and_passes(tmp_path):
    programs = many("p", 3, "/bin/cat", "startsecs=0", "startretries=99",
                    "autostart=false")
    daemon = supd.Daemon(programs=programs, loglevel="info",
                         supervisord="minprocs=1")
    os.chmod(daemon.dir, 0o777)
    os.chmod(tmp_path, 0o755)
    # A uid of its own: only its own processes count, and there may be three.
    daemon.program = life.script(
        tmp_path, "starter", "#!/bin/sh\nexec prlimit --nproc=3:3 setpriv "
        "--reuid 1987655 --regid 1987655 --clear-groups %s \"$@\"\n"
        % supd.built("supervisord-c"))
    with daemon:
        server = daemon.rpc.supervisor
        for name in ("p:p_000", "p:p_001"):
            assert server.startProcess(name) is True
        with pytest.raises(xmlrpc.client.Fault):
            server.startProcess("p:p_002")
        info = daemon.wait_state("p:p_002", "BACKOFF")
        assert info["spawnerr"] == ("Too many processes in process table to "
                                    "spawn 'p_002'")
        server.stopProcess("p:p_000")
        daemon.wait_state("p:p_002", "RUNNING")


def test_clients_that_leave_while_logs_rotate():
    programs = ("[program:p]\ncommand=/usr/bin/yes\n"
                "stdout_logfile={dir}/out\nstdout_logfile_maxbytes=100KB\n"
                "stdout_logfile_backups=1\nautostart=false\n")
    port = supd.free_port()
    daemon = supd.Daemon(programs=programs, loglevel="info")
    daemon.basic = daemon.basic.replace(
        "[unix_http_server]",
        "[inet_http_server]\nport=127.0.0.1:%d\n[unix_http_server]" % port)
    daemon.write_config(programs)
    with daemon:
        fds = "/proc/%d/fd" % daemon.pid
        # The first start of all takes some descriptors for good.
        daemon.rpc.supervisor.startProcess("p")
        daemon.rpc.supervisor.stopProcess("p")
        before = len(os.listdir(fds))
        daemon.rpc.supervisor.startProcess("p")
        for number in range(300):
            with socket.create_connection(("127.0.0.1", port), 10) as client:
                client.sendall(b"GET /logtail/p HTTP/1.1\r\nHost: x\r\n\r\n")
                if number % 3:
                    client.recv(10)
                if number % 2:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      b"\1\0\0\0\0\0\0\0")
            if number % 10 == 0:
                daemon.signal(signal.SIGUSR2)
        daemon.rpc.supervisor.stopProcess("p")
        supd.wait_until(lambda: len(os.listdir(fds)) <= before + 1,
                        "descriptors", show=lambda: os.listdir(fds))
        used = cpu_seconds(daemon.pid)
        begin = time.monotonic()
        supd.wait_until(lambda: time.monotonic() - begin > 1, "a second")
        assert cpu_seconds(daemon.pid) - used <= 0.05


def test_memory_stays_flat_in_a_soak():
    """Polls, crashes, restarts, added and removed groups: a day in short."""
    programs = (many("crash", 3, "/bin/false", "startsecs=0",
                     "autorestart=true") +
                many("calm", 3, "/bin/cat", "startsecs=0"))
    extra = many("extra", 2, "/bin/cat", "startsecs=0")
    # A sanitizer keeps what was freed for a while.
    program = os.path.join(variant.plain(), "supervisord-c")
    with supd.Daemon(programs=programs, loglevel="error",
                     program=program) as daemon:
        def round_of_everything(number):
            server = daemon.rpc.supervisor
            for _ in range(30):
                server.getAllProcessInfo()
            server.stopProcessGroup("calm")
            server.startProcessGroup("calm")
            daemon.write_config(programs + extra)
            assert server.reloadConfig() == [[["extra"], [], []]]
            server.addProcessGroup("extra")
            daemon.signal(signal.SIGUSR2)
            daemon.write_config(programs + "\n" * number)
            assert server.reloadConfig() == [[[], [], ["extra"]]]
            server.stopProcessGroup("extra")
            server.removeProcessGroup("extra")

        fds = "/proc/%d/fd" % daemon.pid
        for number in range(10):
            round_of_everything(number)
        before = resident_kib(daemon.pid), len(os.listdir(fds))
        for number in range(100):
            round_of_everything(number)
        assert resident_kib(daemon.pid) <= before[0] + 400
        supd.wait_until(lambda: len(os.listdir(fds)) <= before[1] + 4, "fds")


def test_the_first_program_may_use_the_socket():
    programs = ("[program:p]\ncommand=%s -c {dir}/supervisord.conf pid\n"
                "startsecs=0\nautorestart=false\nstdout_logfile={dir}/out\n"
                % supd.built("supervisorctl-c"))
    with supd.Daemon(programs=programs, wait=False) as daemon:
        life.Log(daemon).wait("exited: p (exit status 0; expected)")
        assert daemon.file("out") == "%d\n" % daemon.pid


def test_a_restart_with_busy_clients():
    port = supd.free_port()
    programs = ("[inet_http_server]\nport=127.0.0.1:%d\n"
                "[program:p]\ncommand=/bin/cat\nstartsecs=60\n"
                "autostart=false\n" % port)
    with supd.Daemon(programs=programs) as daemon:
        log = life.Log(daemon)
        for count in range(2, 5):
            idle = [socket.create_connection(("127.0.0.1", port), 10)
                    for _ in range(20)]
            waiting = threading.Thread(
                target=lambda: pytest.raises(
                    Exception, daemon.rpc.supervisor.startProcess, "p"))
            waiting.start()
            daemon.wait_state("p", "STARTING")
            daemon.signal(signal.SIGHUP)
            log.wait("supervisord started with pid", times=count)
            supd.wait_until(daemon.answers, "answer")
            socket.create_connection(("127.0.0.1", port), 10).close()
            waiting.join(20)
            assert not waiting.is_alive()
            for client in idle:
                client.close()
