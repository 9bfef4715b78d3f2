# SPDX-License-Identifier: ISC
"""Lines of the main log that other scenarios do not lead to: those of a start,
of the background, of kills that fail, of calls.

Each is brought about under Supervisor and under ours; the whole log from start
to end must be the same.  docs/coverage.md lists all lines.
"""

import base64
import http.client
import os
import re
import shutil
import signal
import xmlrpc.client

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

CAT = ("[program:cat]\ncommand=/bin/cat\nstdout_logfile=NONE\n"
       "stderr_logfile=NONE\nstartsecs=0\n")


def everybodys(daemon):
    os.chmod(daemon.dir, 0o777)


def behind(words):
    """Starts the daemon behind other words of a command line."""
    def prepare(daemon):
        daemon.program = life.script(
            daemon.dir, "starter", "#!/bin/sh\nexec %s %s \"$@\"\n"
            % (words, daemon.program))
    return prepare


def with_includes(daemon):
    os.mkdir(daemon.path("d"))
    for name in ("b.ini", "a.ini"):
        with open(daemon.path("d/" + name), "w", encoding="ascii") as file:
            file.write("[program:%s]\ncommand=/bin/cat\npriority=%d\n"
                       % (name[0], ord(name[0])))


def with_a_folder_for_a_log(daemon):
    for name in ("x-stdout---supervisor-abcdefgh.log",
                 "it's-stdout---supervisor-abcdefgh.log.1"):
        os.mkdir(daemon.path(name))
    open(daemon.path("y-stdout---supervisor-abcdefgh.log"), "w").close()


def with_an_unreadable_folder(daemon):
    everybodys(daemon)
    os.mkdir(daemon.path("unreadable"))
    os.chmod(daemon.path("unreadable"), 0o733)


def with_a_folder_for_a_pidfile(daemon):
    os.mkdir(daemon.path("folder"))


WARNED = ("[program:one]\ncommand=/bin/cat\nstdout_logfile=syslog\n"
          "stderr_logfile=NONE\nautostart=false\npriority=1\n"
          "[program:two]\ncommand=/bin/cat\nstdout_logfile_maxbytes=0\n"
          "stderr_logfile=NONE\nautostart=false\npriority=2\n"
          "[program:three]\ncommand=/bin/cat\nredirect_stderr=true\n"
          "stderr_logfile={dir}/three.err\nautostart=false\npriority=3\n")

# name: (expected, programs, other options of twins.logs()).
STARTS = {
    "root": ("CRIT Supervisor is running as root.  Privileges were not", "",
             {}),
    "user": ("INFO Set uid to user 65534 succeeded", CAT,
             {"supervisord": "user=nobody", "prepare": everybodys}),
    "same user": ("INFO Set uid to user 0 succeeded", CAT,
                  {"supervisord": "user=root"}),
    "limits": ("INFO Increased RLIMIT_NOFILE limit to 600", CAT,
               {"supervisord": "minfds=600\nminprocs=4000\nuser=root",
                "prepare": behind("prlimit --nofile=512:4096 "
                                  "--nproc=3000:5000")}),
    "includes": ('INFO Included extra file "DIR/d/a.ini" during parsing',
                 "[include]\nfiles = none/*.ini d/*.ini\n" + WARNED,
                 {"prepare": with_includes, "supervisord": "user=root"}),
    "warnings": ("WARN For [program:three], redirect_stderr=true but", WARNED,
                 {}),
    "leftovers": ('WARN Failed to clean up "DIR/it\'s-stdout', "",
                  {"prepare": with_a_folder_for_a_log}),
    "no leftovers": ("CRIT ", "", {"prepare": with_a_folder_for_a_log,
                                   "supervisord": "nocleanup=true"}),
    "unreadable": ("WARN Could not clear childlog dir", "",
                   {"prepare": with_an_unreadable_folder, "supervisord":
                    "user=nobody\nchildlogdir={dir}/unreadable"}),
    "pidfile": ("CRIT could not write pidfile DIR/folder", CAT,
                {"prepare": with_a_folder_for_a_pidfile,
                 "supervisord": "pidfile={dir}/folder"}),
    "two servers": ("CRIT Server 'unix_http_server:two' running without",
                    "[unix_http_server:two]\nfile={dir}/two.sock\n"
                    "[unix_http_server:three]\nfile={dir}/three.sock\n"
                    "username=me\npassword=secret\n", {}),
}


def until_up(daemon):
    """Until what is started by itself runs."""
    for info in daemon.rpc.supervisor.getAllProcessInfo():
        if info["name"] in ("a", "b", "cat"):
            twins.wait_executed(daemon, info["name"])


@needs_root
@pytest.mark.parametrize("name", STARTS)
def test_a_start_and_an_end_say_the_same(name):
    expected, programs, options = STARTS[name]
    oracle, ours = twins.logs(programs, until_up, loglevel="blather",
                              **options)
    assert any(record.startswith(expected) for record in oracle), oracle
    assert twins.settled(ours) == twins.settled(oracle)


@needs_root
@pytest.mark.parametrize("options, expected", [
    ("directory=/", "INFO set current directory: '/'"),
    ("directory={dir}/closed\nuser=nobody",
     "CRIT can't chdir into 'DIR/closed': [Errno 13] Permission denied: "
     "'DIR/closed'"),
    ("umask=027", "INFO daemonizing the supervisord process"),
])
def test_going_into_the_background_says_the_same(options, expected):
    def background(program):
        daemon = supd.Daemon(programs=CAT, program=program,
                             supervisord=options, loglevel="blather",
                             wait=False)
        everybodys(daemon)
        os.mkdir(daemon.path("closed"), 0o700)
        try:
            assert supd.run([daemon.program, "-c", daemon.conf],
                            cwd=daemon.dir, env=daemon.env).status == 0
            supd.wait_until(daemon_is_up(daemon), "start")
            pid = int(daemon.file("main.pid"))
            twins.wait_executed(daemon, "cat")
            os.kill(pid, signal.SIGTERM)
            supd.wait_until(lambda: not life.alive(pid), "end")
            return twins.without_http(twins.records(daemon.file("main.log"),
                                                    daemon.dir))
        finally:
            shutil.rmtree(daemon.dir)
    oracle, ours = twins.both(background)
    assert expected in oracle
    for log in oracle, ours: # two processes write: in any order
        log.remove("BLAT supervisord forked; parent exiting")
    assert twins.settled(ours) == twins.settled(oracle)


def daemon_is_up(daemon):
    """A condition: its pid file is there and it answers."""
    def look():
        try:
            return (daemon.file("main.pid").endswith("\n") and
                    supd.unix_proxy(daemon.sock).supervisor.getState())
        except OSError:
            return False
    return look


def test_of_the_traceback_of_a_factory_ours_has_the_last_line():
    def one(binary):
        daemon = supd.Daemon(program=binary)
        daemon.write_config("[rpcinterface:supervisor]\nx=1\n")
        done = supd.run([daemon.program, "-n", "-s", "-c", daemon.conf],
                        cwd=daemon.dir, env=daemon.env)
        log = twins.records(daemon.file("main.log"), daemon.dir)
        shutil.rmtree(daemon.dir)
        return (done.status, done.stderr.splitlines()[0],
                [record for record in log if record[:4] != "CRIT"])
    oracle, ours = twins.both(one)
    assert ours[:2] == oracle[:2]
    assert ours[:2] == (2, "Error: Could not make supervisor rpc interface")
    traceback = oracle[2][0].splitlines()
    assert traceback[0] == "WARN Traceback (most recent call last):"
    assert ours[2] == ["WARN " + traceback[-1].partition(": ")[2]]


def test_a_start_while_it_is_stopping_is_a_fault_and_no_line_in_ours():
    program = ("[program:p]\ncommand=/bin/sh -c 'trap \"\" TERM; : >{dir}/up; "
               "exec sleep 1000'\nstopwaitsecs=60\nkillasgroup=true\n")

    def one(binary):
        with supd.Daemon(programs=program, program=binary) as daemon:
            server = daemon.rpc.supervisor
            pid = daemon.wait_state("p", "RUNNING")["pid"]
            supd.wait_until(lambda: os.path.exists(daemon.path("up")), "trap")
            server.stopProcess("p", False)
            try:
                answer = server.startProcess("p", False)
            except xmlrpc.client.Fault as fault:
                answer = fault.faultCode
            os.kill(pid, signal.SIGKILL)
            daemon.wait_state("p", "STOPPED")
            return answer, life.Log(daemon).count(
                "process 'p' already running")
    assert twins.both(one) == [(True, 1), (60, 0)]


def test_who_is_waited_for_is_named_by_priority_in_ours():
    """In the reference in the order in which the groups were made."""
    low = CAT.replace("[program:cat]", "[program:low]\npriority=1")

    def one(binary):
        with supd.Daemon(programs=CAT, program=binary) as daemon:
            server = daemon.rpc.supervisor
            daemon.write_config(CAT + low)
            assert server.reloadConfig() == [[["low"], [], []]]
            server.addProcessGroup("low")
            twins.wait_executed(daemon, "cat")
            twins.wait_executed(daemon, "low")
            daemon.stop()
            return [line for line in life.Log(daemon).lines("INFO")
                    if "waiting for" in line][0]
    assert twins.both(one) == ["waiting for cat, low to die",
                               "waiting for low, cat to die"]


# Into the daemon's process group: its own is empty then, which kill() takes
# for "no such process".
ELSEWHERE = life.python("import os, time; os.setpgid(0, os.getpgid("
                        "os.getppid())); os.write(1, b\"1\"); time"
                        ".sleep(1000)")


def test_who_left_its_process_group_has_just_exited_on_its_own():
    """Ours finds it all the same (docs/differences.md)."""
    program = ("[program:p]\ncommand=%s\nstopasgroup=true\nstopwaitsecs=60\n"
               "stdout_logfile={dir}/p.out\nstartsecs=0\n" % ELSEWHERE)

    def stop(daemon):
        pid = daemon.wait_state("p", "RUNNING")["pid"]
        supd.wait_until(lambda: "1" in daemon.file("p.out"), "process group")
        daemon.rpc.supervisor.stopProcess("p", False)
        if daemon.program == supd.ORACLE_DAEMON:
            os.kill(pid, signal.SIGTERM)
        daemon.wait_state("p", "STOPPED")
    oracle, ours = twins.logs(program, stop, loglevel="blather")
    unable = ("DEBG unable to signal p (pid PID), it probably just exited on "
              "its own: [Errno 3] No such process")
    assert unable in oracle
    assert twins.settled(ours) == [record for record in twins.settled(oracle)
                                   if record != unable]


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"),
                    reason="needs root and setpriv")
@pytest.mark.parametrize("call, expected", [
    (lambda server: server.stopProcess("p"),
     "CRIT unknown problem killing p (PID):"),
    (lambda server: server.signalProcess("p", "HUP"),
     "CRIT unknown problem sending sig p (PID):"),
])
def test_who_may_not_be_signalled_is_told_of(call, expected):
    """The rest of the log is another: a traceback, and the end (see
    functional/test_life_stop.py)."""
    program = ("[program:p]\ncommand=/bin/cat\nuser=nobody\nstartsecs=0\n"
               "stdout_logfile=NONE\nstderr_logfile=NONE\n")

    def one(binary):
        daemon = supd.Daemon(programs=program, program=binary,
                             loglevel="blather")
        behind("setpriv --bounding-set=-kill --inh-caps=-kill")(daemon)
        with daemon:
            pid = daemon.wait_state("p", "RUNNING")["pid"]
            life.wait_other_user(pid)
            with pytest.raises(xmlrpc.client.Fault) as fault:
                call(daemon.rpc.supervisor)
            assert fault.value.faultCode == 30
            log = twins.records(daemon.file("main.log"), daemon.dir)
            daemon.process.kill() # the reference cannot end any more
            daemon.process.wait()
            os.kill(pid, signal.SIGKILL)
        log = twins.pipes_settled(twins.without_http(log))
        mine = [record for record in log if expected in record]
        assert len(mine) == 1
        return log[:log.index(mine[0])]
    oracle, ours = twins.both(one)
    assert ours == oracle


def test_children_of_somebody_else_are_reaped():
    def with_children(daemon):
        # They are the daemon's once the shell has become it.
        daemon.program = life.script(
            daemon.dir, "starter",
            "#!/bin/sh\n"
            "(while ! test -e {0}/go7; do sleep 0.05; done; exit 7) &\n"
            "(while ! test -e {0}/go9; do sleep 0.05; done; "
            "kill -9 $(sh -c 'echo $PPID')) &\n"
            "exec {1} \"$@\"\n".format(daemon.dir, daemon.program))

    def let_go(daemon):
        twins.wait_executed(daemon, "cat")
        for number, how in ((7, "exit status 7"), (9, "terminated by")):
            open(daemon.path("go%d" % number), "w").close()
            life.Log(daemon).wait("(" + how)
    oracle, ours = twins.logs(CAT, let_go, with_children, loglevel="blather")
    assert "INFO reaped unknown pid PID (exit status 7)" in oracle
    assert "INFO reaped unknown pid PID (terminated by SIGKILL)" in oracle
    assert twins.settled(ours) == twins.settled(oracle)


# Makes wait4() fail with EPERM for what it executes.
NO_WAIT = """#!/usr/bin/python3
import ctypes, os, platform, struct, sys
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
number = {"x86_64": 61, "aarch64": 260}[platform.machine()]
code = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, number), (RETURN, 0, 0, 0x50001),
        (RETURN, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(
    b"".join(struct.pack("HBBI", *one) for one in code))
head = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(head)) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"),
                    reason="knows no number of wait4 here")
def test_a_wait_that_fails_is_told_of():
    def refuse(daemon):
        program = daemon.program
        life.script(daemon.dir, "refuse", NO_WAIT)
        behind("/usr/bin/python3 %s/refuse" % daemon.dir)(daemon)
        assert program in daemon.file("starter")

    def one(binary):
        daemon = supd.Daemon(
            programs="[program:p]\ncommand=/bin/sh -c 'exit 0'\n",
            program=binary, loglevel="info")
        refuse(daemon)
        with daemon:
            life.Log(daemon).wait("waitpid error")
            daemon.process.kill() # it waits for p for ever
            daemon.process.wait()
            return life.Log(daemon).lines("CRIT")[-1]
    oracle, ours = twins.both(one)
    assert oracle == ("waitpid error 1; a process may not be cleaned up "
                      "properly")
    assert ours == oracle


def call(method, *params):
    return xmlrpc.client.dumps(params, method).encode()


MULTICALL = call("system.multicall", [
    {"methodName": "supervisor.getState", "params": []},
    {"methodName": "supervisor.nosuch", "params": []}])
CALLS = (b"no xml 'quoted' \"twice\" \xc3\xa4\n",
         b"<methodCall><methodName></methodName></methodCall>",
         b"<methodCall><params/></methodCall>",
         call("supervisor.getState"), call("supervisor.nosuch"),
         call("supervisor.getProcessInfo"), call("system.listMethods"),
         MULTICALL)
ACCESS = re.compile(r'^(TRAC (?:localhost:0|127\.0\.0\.1:)).*?( - - )'
                    r'\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\]'
                    r'( "\w+ \S+ HTTP/1\.[01]" \d+) \d+$')


def access_masked(record):
    """Without ports and times, and the bytes, which are those of the header
    too in the reference (docs/differences.md)."""
    return ACCESS.sub(r"\1\2[DATE]\3 BYTES", record)


def ask(connection, method, path, body=None, headers=None):
    """The status of the answer."""
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_calls_are_told_of_in_the_same_words():
    def one(binary):
        port = supd.free_port()
        server = ("[inet_http_server]\nport=127.0.0.1:%d\nusername=me\n"
                  "password=secret\n" % port)
        with supd.Daemon(programs=server, program=binary,
                         loglevel="trace") as daemon:
            begin = len(twins.records(daemon.file("main.log"), daemon.dir))
            unix = supd._UnixConnection(daemon.sock)
            tcp = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            statuses = [ask(unix, "POST", "/RPC2", body) for body in CALLS]
            for path in "/", "/nosuch", "/stylesheets/supervisor.css":
                statuses.append(ask(unix, "GET", path))
            for word in b"me:wrong", b"me:secret":
                statuses.append(ask(tcp, "POST", "/RPC2", CALLS[3], {
                    "Authorization": "Basic " + base64.b64encode(
                        word).decode()}))
            supd.wait_until(lambda: "127.0.0.1" in daemon.file(
                "main.log").splitlines()[-1], "access line")
            found = twins.records(daemon.file("main.log"), daemon.dir)[begin:]
            return statuses, [access_masked(record) for record in found]
    oracle, ours = twins.both(one)
    assert ours == oracle
    assert "TRAC XML-RPC method called: supervisor.getState()" in oracle[1]
    assert sum("invalid: " in record for record in oracle[1]) == 3


def test_a_call_that_takes_time_is_told_of_when_it_has_ended():
    """The reference says at once that it was successful, and nothing later."""
    program = ("[program:p]\ncommand=/bin/sh -c 'sleep 0.2; exit 1'\n"
               "startretries=0\nautostart=false\nstdout_logfile=NONE\n"
               "stderr_logfile=NONE\n")

    def one(binary):
        with supd.Daemon(programs=program, program=binary,
                         loglevel="trace") as daemon:
            with pytest.raises(xmlrpc.client.Fault):
                daemon.rpc.supervisor.startProcess("p")
            return [line for line in life.Log(daemon).lines("TRAC")
                    if "startProcess" in line]
    called = "XML-RPC method called: supervisor.startProcess()"
    assert twins.both(one) == [
        [called, "XML-RPC method supervisor.startProcess() returned "
         "successfully"],
        [called, "XML-RPC method supervisor.startProcess() returned fault: "
         "[50] SPAWN_ERROR: p"]]


def test_an_access_line_is_no_error():
    def one(binary):
        with supd.Daemon(program=binary, loglevel="trace") as daemon:
            assert ask(supd._UnixConnection(daemon.sock), "GET",
                       "/an/Error") == 404
            supd.wait_until(lambda: "/an/Error" in daemon.file("main.log"),
                            "access line")
            return [record[:4] for record in twins.records(
                daemon.file("main.log"), daemon.dir) if "/an/Error" in record]
    assert twins.both(one) == [["ERRO"], ["TRAC"]]


def test_a_cleared_log_is_told_of_in_the_log_that_goes():
    def clear(daemon):
        os.link(daemon.log, daemon.path("kept.log"))
        assert daemon.rpc.supervisor.clearLog() is True

    def one(binary):
        with supd.Daemon(program=binary, loglevel="info") as daemon:
            clear(daemon)
            return (twins.records(daemon.file("kept.log"), daemon.dir),
                    daemon.file("main.log"))
    oracle, ours = twins.both(one)
    assert oracle[0][-1] == "INFO reopening log file"
    assert ours == oracle
