# SPDX-License-Identifier: ISC
"""The daemon and the checker under valgrind: no byte lost, none read that
nobody wrote, from start to end and over a new configuration."""

import os
import shutil
import signal
import stat
import subprocess

import pytest

import supd
import variant

VALGRIND = shutil.which("valgrind")
WORDS = ("--quiet", "--leak-check=full", "--error-exitcode=9",
         "--child-silent-after-fork=yes")
PROGRAMS = """
[program:cat]
command=/bin/cat
[program:talk]
command=/bin/sh -c 'while read line; do echo "$line"; done; exec cat'
redirect_stderr=true
numprocs=2
process_name=%(program_name)s_%(process_num)d
[program:once]
command=/bin/echo hello
startsecs=0
autorestart=false
[group:both]
programs=one,two
[program:one]
command=/bin/cat
environment=A="1",B=2
[program:two]
command=/no/such/program
startretries=0
[eventlistener:listener]
command=/bin/cat
events=TICK_60,PROCESS_STATE
[fcgi-program:fast]
command=/bin/sleep 1000
socket=unix://{dir}/fast.sock
"""
CHANGED = PROGRAMS.replace("A=\"1\"", "A=\"3\"") + """
[program:more]
command=/bin/cat
"""


@pytest.fixture(name="programs", scope="module")
def plain_programs():
    """Those under test, or built again: valgrind needs no sanitizers."""
    path = supd.built("supervisord-c")
    if VALGRIND is None:
        pytest.skip("valgrind is not installed")
    if path is None:
        pytest.skip("supervisord-c is not built")
    return variant.plain()


def wrapper(folder, path):
    """A program that runs another under valgrind."""
    name = os.path.join(folder, "under-valgrind")
    with open(name, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\nexec %s %s --log-file=%s/valgrind.%%p %s "
                   "\"$@\"\n" % (VALGRIND, " ".join(WORDS), folder, path))
    os.chmod(name, stat.S_IRWXU)
    return name


def complaints(folder):
    """What valgrind wrote about the processes that it watched."""
    text = ""
    for name in sorted(os.listdir(folder)):
        if name.startswith("valgrind."):
            with open(os.path.join(folder, name), encoding="utf-8",
                      errors="replace") as file:
                text += file.read()
    return text


@pytest.fixture(name="folder")
def our_folder():
    folder = supd.short_dir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def started_again(daemon):
    return daemon.file("main.log").count("supervisord started with pid") == 2


def test_a_life(folder, programs):
    path = os.path.join(programs, "supervisord-c")
    daemon = supd.Daemon(folder, PROGRAMS, program=wrapper(folder, path))
    daemon.ctl_program = os.path.join(programs, "supervisorctl-c")
    with daemon:
        for words in (["status"], ["stop", "cat"], ["start", "cat"],
                      ["restart", "talk:*"], ["tail", "once"], ["maintail"],
                      ["signal", "HUP", "both:one"], ["start", "nobody"],
                      ["clear", "all"], ["avail"], ["pid", "all"]):
            daemon.ctl(*words)
        daemon.write_config(CHANGED)
        assert "more: available" in daemon.ctl("reread").stdout
        assert "more: added process group" in daemon.ctl("update").stdout
        daemon.wait_state("more", "RUNNING")
        daemon.signal(signal.SIGHUP)
        supd.wait_until(lambda: started_again(daemon), "second start",
                        seconds=60, show=daemon.messages)
        supd.wait_until(daemon.answers, "answer of the daemon", seconds=60)
        daemon.signal(signal.SIGUSR2)
        assert "Shut down" in daemon.ctl("shutdown").stdout
        assert daemon.process.wait(60) == 0, complaints(folder)
    assert complaints(folder) == ""


def test_a_check(folder, programs):
    path = os.path.join(programs, "supervisord-c-preflight")
    site = os.path.join(folder, "site")
    os.makedirs(os.path.join(site, "static"))
    with open(os.path.join(site, "static", "a.css"), "w",
              encoding="utf-8") as file:
        file.write("a {}\n")
    os.chmod(site, 0o700)
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write("user nobody;\nevents {}\nhttp { server { listen 127.0.0.1:"
                   "%d;\nlocation /static/ { root %s; }\nlocation / { "
                   "proxy_pass http://unix:%s/app.sock; } } }\n"
                   % (supd.free_port(), site, folder))
    daemon = supd.Daemon(folder, """
[program:web]
command=/usr/bin/gunicorn --bind unix:%s/app.sock app
directory=%s
preflight=warn
""" % (folder, site))
    for form in ("text", "json", "yaml"):
        done = subprocess.run(
            [wrapper(folder, path), "-c", daemon.conf, "--nginx", conf,
             "--format", form, "--full"], cwd=folder, timeout=120,
            env=supd.environment(), capture_output=True, text=True,
            check=False)
        assert done.returncode in (0, 1, 2), (done, complaints(folder))
    assert complaints(folder) == ""
