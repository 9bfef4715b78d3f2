# SPDX-License-Identifier: ISC
"""A restart by SIGHUP is tried before anything is stopped (contract D3.8)."""

import os
import signal
import socket
import stat
import threading

import life
import pytest
import supd

PROGRAM = "[program:p]\ncommand=/bin/cat\nstartsecs=0\n"


def taken_port():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock


# What of the file is replaced by what, and the reason that the log gives.
REFUSED = {
    "a log that is a folder": (
        "logfile={dir}/main.log", "logfile={dir}/folder",
        "could not open log file '{dir}/folder': Is a directory"),
    "a socket in no folder": (
        "file={dir}/s.sock", "file={dir}/none/s.sock",
        "Cannot open an HTTP server: socket.error reported errno.ENOENT (2)"),
    "a socket that is a file": (
        "file={dir}/s.sock", "file={dir}/supervisord.conf",
        "{dir}/supervisord.conf exists and is not a socket"),
    "a path that is too long": (
        "file={dir}/s.sock", "file={dir}/" + 110 * "x",
        "socket.error reported AF_UNIX path too long"),
    "another one's socket": (
        "file={dir}/s.sock", "file={dir}/other.sock",
        "Another program is already listening on a port"),
    "another one's port": (
        "[unix_http_server]", "[inet_http_server]\nport=127.0.0.1:{port}\n"
        "[unix_http_server]", "Another program is already listening"),
    "an interface with an option": (
        "[rpcinterface:supervisor]", "[rpcinterface:supervisor]\nx=1",
        "Could not make supervisor rpc interface"),
    "a host that is not ours": (
        "[unix_http_server]", "[inet_http_server]\nport=192.0.2.1:{port}\n"
        "[unix_http_server]", "reported errno.EADDRNOTAVAIL (99)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_not_begin_again_is_not_stopped(case):
    old, new, reason = REFUSED[case]
    with supd.Daemon(programs=PROGRAM) as daemon, taken_port() as tcp, \
            socket.socket(socket.AF_UNIX) as unix:
        os.mkdir(daemon.path("folder"))
        unix.bind(daemon.path("other.sock"))
        unix.listen()
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        good = daemon.basic

        def with_names(text):
            return text.replace("{dir}", daemon.dir).replace(
                "{port}", str(tcp.getsockname()[1]))
        assert with_names(old) in good
        daemon.basic = good.replace(with_names(old), with_names(new))
        daemon.write_config(PROGRAM)
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("cannot restart: ")
        assert log.count(with_names(reason)) == 1, log.lines("CRIT")
        assert daemon.rpc.supervisor.getProcessInfo("p")["pid"] == pid
        assert log.count("stopped: p") == 0
        daemon.basic = good
        daemon.write_config(PROGRAM)
        daemon.signal(signal.SIGHUP)
        log.wait("supervisord started with pid", times=2)


def test_a_file_that_breaks_while_programs_stop_is_not_the_end():
    """What was read when the restart was asked for is what counts."""
    slow = ("[program:slow]\ncommand=/bin/sh -c 'trap \"while [ ! -e {dir}/go ]"
            "; do sleep 0.05; done; exit 0\" TERM; echo up; while :; do "
            "sleep 0.05; done'\nstartsecs=0\nstdout_logfile={dir}/slow.out\n")
    with supd.Daemon(programs=PROGRAM + slow) as daemon:
        supd.wait_until(lambda: "up" in daemon.file("slow.out"), "trap")
        daemon.write_config(PROGRAM)
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("waiting for ")
        daemon.write_config("[program:broken\nminfds")
        open(daemon.path("go"), "w").close()
        log.wait("supervisord started with pid", times=2)
        supd.wait_until(daemon.answers, "answer")
        assert [info["name"] for info in
                daemon.rpc.supervisor.getAllProcessInfo()] == ["p"]
        daemon.write_config(PROGRAM)


class Watcher(threading.Thread):
    """Looks at the sockets in a folder all the time: their names and modes."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.seen = set()
        self.ending = False

    def run(self):
        while not self.ending:
            for entry in os.scandir(self.folder):
                try:
                    mode = entry.stat(follow_symlinks=False).st_mode
                except FileNotFoundError:
                    continue
                if stat.S_ISSOCK(mode):
                    self.seen.add((entry.name, stat.S_IMODE(mode)))


def test_the_socket_is_never_open_to_more_than_it_should(tmp_path):
    """Whoever watches the folder never sees it with another mode, although
    the daemon's umask takes nothing away."""
    starter = life.script(
        tmp_path, "daemon", "#!/bin/sh\numask 0\nexec %s \"$@\"\n"
        % supd.built("supervisord-c"))
    with supd.Daemon(programs=PROGRAM, program=starter,
                     ctl=supd.ORACLE_CTL) as daemon:
        watcher = Watcher(daemon.dir)
        watcher.start()
        try:
            for count in range(2, 12):
                daemon.signal(signal.SIGHUP)
                life.Log(daemon).wait("supervisord started", times=count)
        finally:
            watcher.ending = True
            watcher.join()
        assert ("s.sock", 0o700) in watcher.seen
        assert {name for name, mode in watcher.seen
                if mode not in (0, 0o700)} == set()
        assert {mode for name, mode in watcher.seen
                if name == "s.sock"} == {0o700}


def test_a_restart_may_move_the_log_and_the_servers():
    port = supd.free_port()
    inet = "[inet_http_server]\nport=%s:%d\n[unix_http_server]"
    with supd.Daemon(programs=PROGRAM) as daemon:
        good = daemon.basic
        daemon.log = daemon.path("moved.log")
        for count, host in enumerate(("127.0.0.1", "*", "127.0.0.1")):
            daemon.basic = good.replace(
                "[unix_http_server]", inet % (host, port)).replace(
                    "main.log", "moved.log")
            daemon.write_config(PROGRAM)
            daemon.signal(signal.SIGHUP)
            life.Log(daemon).wait("supervisord started with pid",
                                  times=count + 1)
            supd.wait_until(daemon.answers, "answer")
            socket.create_connection(("127.0.0.1", port), 10).close()


def test_what_fails_for_a_group_in_a_restart_is_told_and_ends_nothing():
    programs = PROGRAM + ("[fcgi-program:f]\ncommand=/bin/sleep 1000\n"
                          "socket=unix://{dir}/sub/f.sock\n"
                          "startretries=0\n")
    daemon = supd.Daemon(programs=programs)
    os.mkdir(daemon.path("sub"))
    with daemon:
        daemon.wait_state("p", "RUNNING")
        daemon.wait_state("f:f", "RUNNING")
        os.rename(daemon.path("sub"), daemon.path("gone"))
        daemon.signal(signal.SIGHUP)
        log = life.Log(daemon)
        log.wait("supervisord started with pid", times=2)
        assert any("Could not create FastCGI socket" in line
                   for line in log.lines("ERRO"))
        supd.wait_until(daemon.answers, "answer")
        daemon.wait_state("p", "RUNNING")
        daemon.wait_state("f:f", "FATAL")
        os.rename(daemon.path("gone"), daemon.path("sub"))
        assert daemon.rpc.supervisor.startProcess("f:f") is True
