# SPDX-License-Identifier: ISC
"""Starting children with the real daemon: nothing is lost between fork and
exec, failures say what they are, children get exactly what they should."""

import os
import resource
import signal
import time
import xmlrpc.client

import pytest

import life
import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")


def program(name, command, *lines, autostart="false"):
    return "[program:%s]\ncommand=%s\nautostart=%s\n%s\n" % (
        name, command, autostart, "\n".join(lines))


def fault_of(call, *params):
    with pytest.raises(xmlrpc.client.Fault) as raised:
        call(*params)
    return raised.value.faultCode, raised.value.faultString


def test_a_stop_right_after_a_start_is_never_lost():
    """Supervisor loses more than half of these to handlers that the child
    has inherited, and waits for stopwaitsecs."""
    rounds = 2000 if "SUPD_LONG" in os.environ else 150
    with supd.Daemon(programs=program(
            "sleep", "/bin/sleep 3600", "stopwaitsecs=20")) as daemon:
        rpc = daemon.rpc.supervisor
        slowest = 0.0
        for _ in range(rounds):
            rpc.startProcess("sleep", False)
            before = time.monotonic()
            assert rpc.stopProcess("sleep") is True
            slowest = max(slowest, time.monotonic() - before)
        assert slowest < 10
        assert "SIGKILL" not in daemon.messages()


def test_what_keeps_a_command_from_running_is_said():
    with supd.Daemon(
            programs=program("none", "/no/such") +
            program("plain", "{dir}/plain") + program("dir", "/tmp") +
            program("open", "'unclosed") + program("path", "nosuch-xyz") +
            program("empty", "''")) as daemon:
        with open(daemon.path("plain"), "w", encoding="utf-8"):
            pass
        start = daemon.rpc.supervisor.startProcess
        assert fault_of(start, "none") == (
            20, "NO_FILE: can't find command '/no/such'")
        assert fault_of(start, "path") == (
            20, "NO_FILE: can't find command 'nosuch-xyz'")
        assert fault_of(start, "plain") == (
            21, "NOT_EXECUTABLE: command at '%s' is not executable" %
            daemon.path("plain"))
        assert fault_of(start, "dir") == (
            21, "NOT_EXECUTABLE: command at '/tmp' is a directory")
        assert fault_of(start, "open") == (
            21, "NOT_EXECUTABLE: can't parse command \"'unclosed\": "
            "No closing quotation")


def test_what_fails_in_the_child_is_in_its_log():
    lines = ("startretries=0", "stderr_logfile={dir}/%(program_name)s.err")
    with supd.Daemon(
            programs=program("interp", "{dir}/interp", *lines) +
            program("noshebang", "{dir}/noshebang", *lines) +
            program("chdir", "/bin/true", "directory=/no/dir", *lines) +
            program("joined", "/bin/true", "directory=/no/dir",
                    "startretries=0", "redirect_stderr=true",
                    "stdout_logfile={dir}/joined.out")) as daemon:
        for name, text in (("interp", "#!/no/interpreter\n"),
                           ("noshebang", "echo hello\n")):
            with open(daemon.path(name), "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(daemon.path(name), 0o755)
        start = daemon.rpc.supervisor.startProcess
        for name in ("interp", "noshebang", "chdir", "joined"):
            assert fault_of(start, name) == (50, "SPAWN_ERROR: " + name)
            info = daemon.wait_state(name, "FATAL")
            assert info["spawnerr"] == \
                "Exited too quickly (process log may have details)"
        end = "supervisor: child process was not spawned\n"
        assert daemon.file("interp.err") == \
            "supervisor: couldn't exec %s: ENOENT\n%s" % (
                daemon.path("interp"), end)
        assert daemon.file("noshebang.err") == \
            "supervisor: couldn't exec %s: ENOEXEC\n%s" % (
                daemon.path("noshebang"), end)
        chdir = "supervisor: couldn't chdir to /no/dir: ENOENT\n" + end
        assert daemon.file("chdir.err") == chdir
        assert daemon.file("joined.out") == chdir


END = "supervisor: child process was not spawned\n"
both_daemons = pytest.mark.parametrize("daemon_program", [
    pytest.param(None, id="ours"),
    pytest.param(supd.ORACLE_DAEMON, id="oracle", marks=pytest.mark.skipif(
        not supd.installed(supd.ORACLE_DAEMON), reason="not installed"))])


def wait_fatal(daemon, name):
    info = daemon.wait_state(name, "FATAL")
    assert info["spawnerr"] == \
        "Exited too quickly (process log may have details)"
    return daemon.file(name + ".err")


@both_daemons
def test_what_the_kernel_does_not_execute(daemon_program):
    lines = ("startretries=1", "stderr_logfile={dir}/%(program_name)s.err")
    programs = (
        program("busy", "{dir}/busy.sh", *lines, autostart="true") +
        program("long", "/bin/echo " + "x" * 200000, *lines,
                autostart="true") +
        program("env", "/bin/echo", 'environment=A="%s"' % ("y" * 200000),
                *lines, autostart="true") +
        program("alien", "{dir}/alien", *lines, autostart="true"))
    daemon = supd.Daemon(programs=programs, program=daemon_program)
    with open(daemon.path("busy.sh"), "wb") as busy:
        with open("/bin/echo", "rb") as file:
            elf = bytearray(file.read())
        busy.write(elf)
        busy.flush()
        elf[18:20] = b"\xfe\xca"  # e_machine
        with open(daemon.path("alien"), "wb") as file:
            file.write(elf)
        for name in ("busy.sh", "alien"):
            os.chmod(daemon.path(name), 0o755)
        with daemon:
            for name, command, error in (
                    ("busy", daemon.path("busy.sh"), "ETXTBSY"),
                    ("long", "/bin/echo", "E2BIG"),
                    ("env", "/bin/echo", "E2BIG"),
                    ("alien", daemon.path("alien"), "ENOEXEC")):
                # Twice, as it was tried again once.
                assert wait_fatal(daemon, name) == 2 * (
                    "supervisor: couldn't exec %s: %s\n%s" % (
                        command, error, END))


@both_daemons
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("lacking, message", [
    ("setgid", "Could not set groups of effective user"),
    ("setuid", "Could not set user id of effective user")])
def test_no_child_runs_that_is_half_somebody_else(
        daemon_program, lacking, message, tmp_path):
    weak = life.script(
        tmp_path, "weak", '#!/bin/sh\nexec setpriv --bounding-set -%s %s "$@"'
        "\n" % (lacking, daemon_program or supd.built("supervisord-c")))
    with supd.Daemon(program=weak, ctl=supd.ORACLE_CTL, programs=program(
            "p", "/bin/touch {dir}/it-ran", "user=nobody", "startretries=1",
            "stderr_logfile={dir}/p.err", autostart="true")) as daemon:
        text = wait_fatal(daemon, "p")
        assert not os.path.exists(daemon.path("it-ran"))
        # The original has an exception's text for the last step.
        if daemon_program is None or lacking == "setgid":
            assert text == 2 * (
                "supervisor: couldn't setuid to 65534: %s\n%s" % (
                    message, END))


def status_of(pid):
    with open("/proc/%d/status" % pid, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
                    if ":\t" in line)


def wait_fds(pid):
    """Until it has 0, 1 and 2 only: the loader opens a library now and
    then."""
    supd.wait_until(lambda: sorted(os.listdir("/proc/%d/fd" % pid)) ==
                    ["0", "1", "2"], "no other descriptors")


def test_a_child_gets_what_it_should_and_nothing_else():
    with supd.Daemon(programs=program(
            "cat", "/bin/cat", "umask=027", "directory=/usr",
            "environment=A=\"b c\",PATH=\"/bin\"", autostart="true")) \
            as daemon:
        pid = daemon.wait_state("cat", "STARTING", "RUNNING")["pid"]
        supd.wait_until(
            lambda: os.readlink("/proc/%d/exe" % pid).endswith("cat"))
        status = status_of(pid)
        assert status["Umask"] == "0027"
        assert status["SigBlk"] == "0" * 16
        assert status["SigCgt"] == "0" * 16
        # SIGPIPE and SIGXFSZ, as under Supervisor.
        assert int(status["SigIgn"], 16) & (1 << 12 | 1 << 24) == \
            1 << 12 | 1 << 24
        wait_fds(pid)
        assert os.readlink("/proc/%d/cwd" % pid) == "/usr"
        assert os.getpgid(pid) == pid
        assert os.getsid(pid) == os.getsid(daemon.pid)
        with open("/proc/%d/environ" % pid, encoding="utf-8") as file:
            environ = file.read().split("\0")
        assert "A=b c" in environ and "PATH=/bin" in environ
        assert "SUPERVISOR_ENABLED=1" in environ
        assert "SUPERVISOR_PROCESS_NAME=cat" in environ
        assert "SUPERVISOR_GROUP_NAME=cat" in environ


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_user_is_taken_with_all_groups_and_for_good():
    with supd.Daemon(programs=program(
            "cat", "/bin/cat", "user=nobody", autostart="true")) as daemon:
        pid = daemon.wait_state("cat", "STARTING", "RUNNING")["pid"]
        supd.wait_until(
            lambda: os.readlink("/proc/%d/exe" % pid).endswith("cat"))
        status = status_of(pid)
        assert status["Uid"].split() == ["65534"] * 4
        assert status["Gid"].split() == ["65534"] * 4
        assert status["Groups"].split() == ["65534"]


def test_running_out_of_descriptors_leaves_the_daemon_usable():
    """Some of the programs cannot start; clients are answered all the
    same."""
    programs = "".join(
        program("p%d" % i, "/bin/cat", "startsecs=0", "stdout_logfile=NONE",
                "stderr_logfile=NONE", autostart="true")
        for i in range(40))
    daemon = supd.Daemon(programs=programs, supervisord="minfds=60")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (80, hard))
    try:
        daemon.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with daemon_started(daemon):
        proxies = [daemon.rpc for _ in range(5)]
        for proxy in proxies:
            proxy.supervisor.getState()
        infos = proxies[0].supervisor.getAllProcessInfo()
        states = [info["statename"] for info in infos]
        assert "RUNNING" in states and "BACKOFF" in states
        starved = [info for info in infos if info["statename"] == "BACKOFF"]
        for info in starved:
            assert info["spawnerr"] == \
                "too many open files to spawn '%s'" % info["name"]
        assert proxies[1].supervisor.reloadConfig() == [[[], [], []]]


class daemon_started:
    """A daemon that runs already, ended at the end."""

    def __init__(self, daemon):
        self.daemon = daemon

    def __enter__(self):
        return self.daemon

    def __exit__(self, kind, error, trace):
        self.daemon.__exit__(kind, error, trace)


def test_children_do_not_inherit_the_daemons_own_descriptors():
    """Also those that the daemon itself was started with."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    daemon = supd.Daemon(programs=program("cat", "/bin/cat",
                                          autostart="true"))
    try:
        with daemon:
            pid = daemon.wait_state("cat", "STARTING", "RUNNING")["pid"]
            supd.wait_until(
                lambda: os.readlink("/proc/%d/exe" % pid).endswith("cat"))
            wait_fds(pid)
            links = {os.readlink("/proc/%d/fd/%d" % (pid, fd))
                     for fd in range(3)}
            assert os.readlink("/proc/self/fd/%d" % writer) not in links
    finally:
        os.close(reader)
        os.close(writer)


def test_a_storm_of_exits_is_collected():
    with supd.Daemon(programs=program(
            "orphans", "/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do "
            "(exec sleep 0) & done; wait'", "startsecs=0",
            "autorestart=false", "numprocs=20",
            "process_name=%(process_num)d")) as daemon:
        daemon.rpc.supervisor.startProcessGroup("orphans")
        supd.wait_until(lambda: all(
            info["statename"] == "EXITED" for info in
            daemon.rpc.supervisor.getAllProcessInfo()))
        children = "/proc/%d/task/%d/children" % (daemon.pid, daemon.pid)
        with open(children, encoding="utf-8") as file:
            assert file.read().split() == []
        os.kill(daemon.pid, signal.SIGCHLD)
        daemon.rpc.supervisor.getState()
