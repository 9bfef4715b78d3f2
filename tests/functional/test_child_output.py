# SPDX-License-Identifier: ISC
"""What children write: all of it is in the log, in order, whatever happens to
the file, and nobody waits for anybody."""

import os
import resource
import signal
import subprocess
import time

import pytest

import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")


def program(name, command, *lines):
    return "[program:%s]\ncommand=%s\nstartsecs=0\nautorestart=false\n" \
        "stdout_logfile={dir}/%s.out\nstderr_logfile=NONE\n%s\n" % (
            name, command, name, "\n".join(lines))


def shell(name, script, *lines):
    """A program whose script is a file: no quoting to think of."""
    return program(name, "/bin/sh {dir}/%s.sh" % name, *lines), script


class Daemon(supd.Daemon):
    def __init__(self, *programs, **options):
        text = ""
        # At debug level all output is in the main log as well.
        super().__init__(**dict({"loglevel": "info"}, **options))
        for item in programs:
            if isinstance(item, tuple):
                item, script = item
                name = item.split(":", 1)[1].split("]", 1)[0]
                with open(self.path(name + ".sh"), "w",
                          encoding="utf-8") as file:
                    file.write(script.replace("{dir}", self.dir))
            text += item
        self.write_config(text)

    def wait_text(self, name, text, seconds=20.0):
        def look():
            try:
                return self.file(name) == text
            except FileNotFoundError:
                return False
        supd.wait_until(look, "the text of " + name, seconds,
                        show=lambda: self.file(name)[-300:])


def backups(daemon, name, count):
    """The whole of a rotated log, oldest first."""
    text = ""
    for i in range(count, -1, -1):
        try:
            text += daemon.file(name if i == 0 else "%s.%d" % (name, i))
        except FileNotFoundError:
            pass
    return text


def test_a_grandchild_writes_on_after_its_parent():
    with Daemon(shell("parent", """
(for i in 1 2 3 4 5 6 7 8; do
	while ! [ -e {dir}/go$i ]; do sleep 0.01; done; echo line $i
done) &
echo parent
""")) as daemon:
        daemon.wait_state("parent", "EXITED")
        daemon.wait_text("parent.out", "parent\n")
        text = "parent\n"
        for i in range(1, 5):
            open(daemon.path("go%d" % i), "w", encoding="utf-8").close()
            text += "line %d\n" % i
            daemon.wait_text("parent.out", text)
        # A new instance does not cut the old one off.
        daemon.rpc.supervisor.startProcess("parent")
        daemon.wait_state("parent", "EXITED")
        supd.wait_until(
            lambda: daemon.file("parent.out").count("parent\n") == 2)
        for i in range(5, 9):
            open(daemon.path("go%d" % i), "w", encoding="utf-8").close()
        supd.wait_until(
            lambda: sorted(set(daemon.file("parent.out").split("\n")[:-1])) ==
            sorted(["parent"] + ["line %d" % n for n in range(1, 9)]),
            show=lambda: daemon.file("parent.out"))


def test_last_words_are_logged_before_the_end_is_told():
    with Daemon(shell("talker", """
trap 'echo last words; exit 0' TERM
echo ready
while :; do sleep 0.05; done
"""), loglevel="debug") as daemon:
        daemon.wait_text("talker.out", "ready\n")
        daemon.rpc.supervisor.stopProcess("talker")
        assert daemon.file("talker.out") == "ready\nlast words\n"
        log = daemon.file("main.log")
        assert log.index("last words") < log.index("stopped: talker")


def test_bytes_are_kept_and_answers_are_text():
    data = b"a\xff\xfe\0b\xc3\n" + bytes(range(256)) + b"\xe2\x82\xac"
    with Daemon(program("bytes", "/bin/cat {dir}/data",
                        "autostart=false")) as daemon:
        with open(daemon.path("data"), "wb") as file:
            file.write(data)
        daemon.rpc.supervisor.startProcess("bytes")
        daemon.wait_state("bytes", "EXITED")

        def logged():
            with open(daemon.path("bytes.out"), "rb") as file:
                return file.read()
        supd.wait_until(lambda: logged() == data, show=logged)
        rpc = daemon.rpc.supervisor
        assert "\ufffd" in rpc.readProcessStdoutLog("bytes", 0, 0)
        # Every cut through the last character is answered.
        for length in range(1, 8):
            text, offset, _ = rpc.tailProcessStdoutLog("bytes", 0, length)
            assert offset == len(logged()) and text
            assert rpc.readProcessStdoutLog("bytes", -length, 0) == text


LINES = 60000


def test_rotation_loses_nothing_in_a_storm_of_reopening():
    with Daemon(program(
            "seq", "/usr/bin/seq %d" % LINES, "stdout_logfile_maxbytes=4KB",
            "stdout_logfile_backups=400", "autostart=false")) as daemon:
        daemon.rpc.supervisor.startProcess("seq")
        expected = "".join("%d\n" % n for n in range(1, LINES + 1))

        def all_there():
            daemon.signal(signal.SIGUSR2)
            return backups(daemon, "seq.out", 400) == expected
        supd.wait_until(all_there, show=lambda: len(
            backups(daemon, "seq.out", 400)))
        assert os.path.exists(daemon.path("seq.out.2"))


def test_reopening_leaks_no_descriptor():
    with Daemon(program("cat", "/bin/cat")) as daemon:
        daemon.wait_state("cat", "RUNNING")
        folder = "/proc/%d/fd" % daemon.pid

        def count():
            daemon.rpc.supervisor.getState()
            return len(os.listdir(folder))
        before = count()
        for n in range(1, 101):
            daemon.signal(signal.SIGUSR2)
            supd.wait_until(lambda n=n: daemon.file("main.log").count(
                "supervisord logreopen") >= 1)
        supd.wait_until(lambda: count() <= before, show=count)


def test_a_full_disk_costs_counted_bytes_and_nothing_else():
    """A limit on the size of files stands for the full disk."""
    with Daemon(shell("writer", """
while :; do
	read -r line || exit
	echo "$line"
done
""")) as daemon:
        daemon.wait_state("writer", "RUNNING")
        rpc = daemon.rpc.supervisor
        infinity = resource.RLIM_INFINITY
        big = "x" * 69999 + "\n"
        rpc.sendProcessStdin("writer", big)
        daemon.wait_text("writer.out", big)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                         (70000, infinity))
        for _ in range(50):
            rpc.sendProcessStdin("writer", "lost\n")
        supd.wait_until(
            lambda: "can't write to '%s': File too large" %
            daemon.path("writer.out") in daemon.messages(),
            show=daemon.messages)
        # Neither the child nor the clients notice.
        assert daemon.state("writer") == "RUNNING"
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                         (infinity, infinity))

        def goes_on():
            rpc.sendProcessStdin("writer", "again\n")
            return daemon.file("writer.out").endswith("again\n")
        supd.wait_until(goes_on)
        supd.wait_until(
            lambda: "'%s' can be written again, " %
            daemon.path("writer.out") in daemon.messages(),
            show=daemon.messages)
        assert daemon.messages().count("File too large") == 1
        assert " bytes lost" in daemon.messages()


def test_a_folder_or_a_pipe_nobody_reads_is_a_spawn_error():
    daemon = Daemon(
        "[program:dir]\ncommand=/bin/cat\nstdout_logfile={dir}/folder\n"
        "startretries=0\n"
        "[program:fifo]\ncommand=/bin/cat\nstdout_logfile={dir}/fifo\n"
        "startretries=0\n")
    os.mkdir(daemon.path("folder"))
    os.mkfifo(daemon.path("fifo"))
    with daemon:
        assert daemon.wait_state("dir", "FATAL")["spawnerr"] == \
            "unknown error making dispatchers for 'dir': EISDIR"
        assert daemon.wait_state("fifo", "FATAL")["spawnerr"] == \
            "unknown error making dispatchers for 'fifo': ENXIO"


def test_rotation_survives_the_loss_of_its_folder():
    daemon = Daemon(
        "[program:writer]\ncommand=/bin/cat\nstartsecs=0\n"
        "stdout_logfile={dir}/sub/log\nstdout_logfile_maxbytes=10\n"
        "stdout_logfile_backups=2\nstderr_logfile=NONE\n")
    folder = daemon.path("sub")
    os.mkdir(folder)
    with daemon:
        daemon.wait_state("writer", "RUNNING")
        rpc = daemon.rpc.supervisor
        rpc.sendProcessStdin("writer", "0123456789\n")
        daemon.wait_text("sub/log.1", "0123456789\n")
        subprocess.run(["rm", "-r", folder], check=True)
        rpc.sendProcessStdin("writer", "into nothing\n")
        rpc.getState()
        os.mkdir(folder)

        def comes_back():
            rpc.sendProcessStdin("writer", "0123456789\n")
            return os.path.exists(daemon.path("sub/log.1"))
        supd.wait_until(comes_back)


def test_a_child_that_never_stops_writing_hinders_nobody():
    with Daemon("[program:yes]\ncommand=/usr/bin/yes\n"
                "stdout_logfile=/dev/null\n",
                program("cat", "/bin/cat", "autostart=false")) as daemon:
        daemon.wait_state("yes", "RUNNING")
        rpc = daemon.rpc.supervisor

        def memory():
            with open("/proc/%d/statm" % daemon.pid,
                      encoding="ascii") as file:
                return int(file.read().split()[1]) * 4096
        before = memory()
        took = []
        for _ in range(50):
            started = time.monotonic()
            rpc.startProcess("cat")
            rpc.stopProcess("cat")
            took.append(time.monotonic() - started)
        took.sort()
        assert took[len(took) // 2] < 2 and took[-1] < 10, took
        assert memory() < before + (64 << 20)


def test_a_standard_output_that_nobody_reads():
    """As with a stuck log driver: lines are dropped, nothing waits."""
    daemon = Daemon("[program:yes]\ncommand=/usr/bin/yes\n"
                    "stdout_logfile=/dev/stdout\n"
                    "stdout_logfile_maxbytes=0\n")
    reader, writer = os.pipe()
    try:
        daemon.process = subprocess.Popen(
            [daemon.program, "-n", "-c", daemon.conf], stdout=writer,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=daemon.dir, env=daemon.env, start_new_session=True)
        os.close(writer)
        supd.wait_until(daemon.answers)
        daemon.wait_state("yes", "RUNNING")
        supd.wait_until(lambda: "can't write to '/dev/stdout'" in
                        daemon.file("main.log"))
        assert daemon.rpc.supervisor.stopProcess("yes") is True
        assert os.path.islink("/dev/stdout")
        assert daemon.stop() == 0
    finally:
        daemon.__exit__(None, None, None)
        os.close(reader)


def test_strip_ansi_and_redirect():
    with Daemon(shell("color", "printf '\\033[31mred\\033[0m'\n"
                      "printf err >&2\n", "redirect_stderr=true"),
                supervisord="strip_ansi=true") as daemon:
        daemon.wait_state("color", "EXITED")
        daemon.wait_text("color.out", "rederr")


def test_a_line_of_a_hundred_megabytes():
    size = 100 << 20
    with Daemon(program("long", "/usr/bin/head -c %d /dev/zero" % size,
                        "stdout_logfile_maxbytes=0")) as daemon:
        supd.wait_until(
            lambda: os.path.exists(daemon.path("long.out")) and
            os.path.getsize(daemon.path("long.out")) == size, seconds=60)
        text, offset, overflow = \
            daemon.rpc.supervisor.tailProcessStdoutLog("long", 0, 10)
        assert (offset, overflow) == (size, True)
        assert text == "\ufffd" * 10
