# SPDX-License-Identifier: ISC
"""Our client at a terminal: the shell, following logs, fg, credentials,
colours and progress."""

import os
import shutil
import termios
import threading

import pytest

import supd
from fake_server import FakeServer
from terminal import Terminal

CTL = supd.built("supervisorctl-c")
DAEMON = supd.built("supervisord-c") or supd.installed(supd.ORACLE_DAEMON)
PLAIN = supd.environment(TERM="xterm", NO_COLOR="1")
PROMPT = "supervisor> "
KILLED_BY_INTERRUPT = -2

PROGRAMS = """
[program:echo]
command=/bin/sh -c 'cat; exit 4'
stdout_logfile={dir}/echo.out
stderr_logfile={dir}/echo.err
autorestart=false
[program:loner]
command=/bin/cat
stdout_logfile=NONE
stderr_logfile=NONE
[program:manual]
command=/bin/cat
autostart=false
[group:grp]
programs=pa,pb
[program:pa]
command=/bin/cat
[program:pb]
command=/bin/cat
"""


@pytest.fixture(scope="module")
def daemon():
    if DAEMON is None:
        pytest.skip("no daemon")
    with supd.Daemon(programs=PROGRAMS, program=DAEMON) as running:
        for name in ("echo", "loner", "grp:pb"):
            running.wait_state(name, "RUNNING")
        yield running


def terminal(daemon, *words, env=PLAIN, options=()):
    return Terminal([CTL, "-c", daemon.conf, *options, *words], env=env,
                    cwd=daemon.dir)


# --- the shell ----------------------------------------------------------

def test_shell(daemon):
    with terminal(daemon) as t:
        shown = t.expect_editor(PROMPT)
        assert [line.split()[0] for line in shown.splitlines()] == [
            "echo", "grp:pa", "grp:pb", "loner", "manual"]
        t.type("pid manual\n")
        assert t.expect_editor(PROMPT).splitlines()[-1] == "0"
        t.type("bogus grün\n")
        assert "*** Unknown syntax: bogus grün\r\n" in t.expect_editor(PROMPT)
        t.type("\n")
        t.expect_editor(PROMPT)
        t.type("quit\n")
        assert t.wait() == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_shell_is_left_by_a_key(daemon, key):
    with terminal(daemon) as t:
        t.expect_editor(PROMPT)
        t.type("start nop")
        t.expect("nop")
        t.type("\x15")  # Ctrl-D leaves only from an empty line
        t.type(key)
        assert t.wait() == 0
        assert t.seen.endswith("\n")


def test_interrupt_in_the_middle_of_a_line(daemon):
    with terminal(daemon) as t:
        t.expect_editor(PROMPT)
        t.type("stop grp:pa")
        t.expect("pa")
        t.interrupt()
        assert t.wait() == 0
    assert daemon.state("grp:pa") == "RUNNING"


def test_interrupt_of_a_running_command():
    free = threading.Event()
    called = threading.Event()

    def start(name, wait=True):
        called.set()
        free.wait(30)
        return True
    with FakeServer({"startProcess": start,
                     "getAllProcessInfo": []}) as server:
        with Terminal([CTL, "-s", server.url], env=PLAIN) as t:
            t.expect_editor(PROMPT)
            t.type("start x\n")
            assert called.wait(20)
            t.interrupt()
            assert t.wait() == 0
        called.clear()
        with Terminal([CTL, "-s", server.url, "start", "x"], env=PLAIN) as t:
            assert called.wait(20)
            t.interrupt()
            assert t.wait() == KILLED_BY_INTERRUPT
        free.set()


def test_completion(daemon):
    with terminal(daemon) as t:
        t.expect_editor(PROMPT)
        t.type("maint\t")
        t.expect("ail ")
        t.type("\x15sta\t\t")
        t.expect(r"start\s+status")
        t.type("\x15pid grp:p\t\t")
        t.expect(r"grp:pa\s+grp:pb")
        t.type("b\n")
        t.expect(r"\r\n\d+\r\n")
        t.expect_editor(PROMPT)
        t.type("pid lon\t\n")
        t.expect(r"er \r\n\d+\r\n")
        t.expect_editor(PROMPT)
        t.type("update gr\t")
        t.expect("p ")
        t.type("\x15quit\n")
        assert t.wait() == 0


def test_history(daemon, tmp_path):
    path = str(tmp_path / "history")
    with terminal(daemon, options=("-r", path)) as t:
        t.expect_editor(PROMPT)
        for line in ("pid manual", "pid manual", "version"):
            t.type(line + "\n")
            t.expect_editor(PROMPT)
        t.interrupt()
        assert t.wait() == 0
    with open(path, encoding="utf-8") as file:
        assert file.read() == "pid manual\nversion\n"
    assert os.stat(path).st_mode & 0o777 == 0o600
    with terminal(daemon, options=("--history-file", path)) as t:
        t.expect_editor(PROMPT)
        t.type("\x10\x10\n")  # Ctrl-P: the line before
        assert t.expect_editor(PROMPT).splitlines()[-1] == "0"
        t.type("\x04")
        assert t.wait() == 0


def test_shell_without_the_editing_module(daemon, tmp_path):
    copy = tmp_path / "supervisorctl-c"
    with open(CTL, "rb") as source:
        copy.write_bytes(source.read())
    copy.chmod(0o755)
    with Terminal([copy, "-c", daemon.conf], env=PLAIN) as t:
        t.expect(PROMPT)
        t.type("pid manual\n")
        assert t.expect(PROMPT).splitlines()[-1] == "0"
        t.interrupt()
        assert t.wait() == 0


# --- logs and fg --------------------------------------------------------

def append(daemon, name, text):
    with open(daemon.path(name), "a", encoding="utf-8") as file:
        file.write(text)


def test_follow(daemon):
    with terminal(daemon, "tail", "-f", "echo") as t:
        t.expect("==> Press Ctrl-C to exit <==\r\n")
        append(daemon, "echo.out", "first grün\n")
        t.expect("first grün\r\n")
        append(daemon, "echo.out", "second\n")
        t.expect("second\r\n")
        t.interrupt()
        assert t.wait() == 0
        assert t.rest().replace("^C", "") == "\r\n"


def test_follow_inside_the_shell_returns_to_it(daemon):
    with terminal(daemon) as t:
        t.expect_editor(PROMPT)
        t.type("maintail -f\n")
        t.expect("Press Ctrl-C")
        t.interrupt()
        t.expect_editor(PROMPT)
        t.type("pid manual\n")
        assert t.expect_editor(PROMPT).splitlines()[-1] == "0"
        t.type("\x04")
        assert t.wait() == 0


def test_fg(daemon):
    with terminal(daemon, "fg", "echo") as t:
        t.expect("==> Press Ctrl-C to exit <==\r\n")
        t.type("hello fg\n")
        t.expect("hello fg\r\n")  # the terminal's echo
        t.expect("hello fg\r\n")  # the program's output
        append(daemon, "echo.err", "an error\n")
        t.expect("an error\r\n")
        t.interrupt()
        assert t.wait(5) == 0
        assert t.rest().replace("^C", "") == "Exiting foreground\r\n"


def test_fg_of_a_process_without_logs(daemon):
    with terminal(daemon, "fg", "loner") as t:
        t.expect("Press Ctrl-C")
        t.type("x\n\x04")
        t.expect("Exiting foreground")
        assert t.wait(5) == 0


def test_fg_notices_the_end_of_the_process(daemon):
    with terminal(daemon, "fg", "grp:pa") as t:
        t.expect("Press Ctrl-C")
        daemon.rpc.supervisor.stopProcess("grp:pa")
        t.type("anybody?\n")
        t.expect("Process got killed\r\nExiting foreground\r\n")
        assert t.wait(5) == 0
    daemon.rpc.supervisor.startProcess("grp:pa")


# --- credentials --------------------------------------------------------

@pytest.fixture(scope="module")
def locked_daemon():
    if DAEMON is None:
        pytest.skip("no daemon")
    folder = supd.short_dir()
    with open(folder + "/ctl.conf", "w", encoding="utf-8") as file:
        file.write("[supervisorctl]\nserverurl=unix://%s/s.sock\n" % folder)
    basic = supd.CONFIG % {"dir": folder, "supervisord": "",
                           "loglevel": "info"}
    basic = basic.replace("s.sock\n\n[rpc",
                          "s.sock\nusername=me\npassword=secret\n\n[rpc")
    with supd.Daemon(folder, "[program:cat]\ncommand=/bin/cat\n",
                     program=DAEMON, config=basic, wait=False) as running:
        supd.wait_until(lambda: supd.listens(running.sock), "socket",
                        show=running.messages)
        running.conf = folder + "/ctl.conf"
        yield running
    shutil.rmtree(folder)


def test_credentials_are_asked_for_until_they_fit(locked_daemon):
    with terminal(locked_daemon) as t:
        for password in ("wrong", "secret"):
            t.expect("Server requires authentication\r\n")
            t.expect("Username:")
            t.type("me\n")
            t.expect("Password:")
            t.type(password + "\n")
        t.expect("cat  .*\r\n")
        t.expect_editor(PROMPT)
        assert "secret" not in t.seen
        t.type("version\n")
        t.expect_editor(PROMPT)
        t.type("quit\n")
        assert t.wait() == 0


def test_credentials_are_asked_for_with_i(locked_daemon):
    with terminal(locked_daemon, "-i", "pid") as t:
        t.expect("Username:")
        t.type("me\n")
        t.expect("Password:")
        t.type("secret\n")
        t.expect("%d\r\n" % locked_daemon.pid)
        assert t.wait() == 0


def test_an_interrupted_password_leaves_the_terminal_in_order(locked_daemon):
    with terminal(locked_daemon) as t:
        t.expect("Username:")
        t.type("me\n")
        t.expect("Password:")
        t.interrupt()
        assert t.wait() == 0
        assert termios.tcgetattr(t.fd)[3] & termios.ECHO


# --- colours and progress -----------------------------------------------

def info(name, state):
    return {"name": name, "group": name, "state": 20, "statename": state,
            "pid": 1, "description": "d"}


@pytest.mark.parametrize("env,coloured", [
    (supd.environment(TERM="xterm"), True), (PLAIN, False),
    (supd.environment(TERM="dumb"), False), (supd.environment(), False)])
def test_colours(env, coloured):
    with FakeServer({"getAllProcessInfo": [info("a", "RUNNING"),
                                           info("b", "FATAL")]}) as server:
        with Terminal([CTL, "-s", server.url, "status"], env=env) as t:
            t.wait()
    assert ("\x1b[31mb " in t.seen) == coloured
    assert "  FATAL  " in t.seen  # only blanks around it: people match that
    assert ("\x1b" in t.seen) == coloured


def test_progress_is_shown_and_taken_away():
    free = threading.Event()

    def start(name, wait=True):
        free.wait(30)
        return True
    with FakeServer({"startProcess": start}) as server:
        with Terminal([CTL, "-s", server.url, "start", "x"], env=PLAIN) as t:
            t.expect(r"\rstart x \.\.\. \d s")
            free.set()
            t.expect("x: started\r\n")
            assert t.wait() == 0
        assert "\r\x1b[K" + "x: started" in t.seen
        done = supd.run([CTL, "-s", server.url, "start", "x"])
        assert done.stdout == "x: started\n"
