# SPDX-License-Identifier: ISC
"""Programs that people drive Supervisor with, on our daemon and client:
Ansible, npm's supervisord, curl, nginx in front, and the parsers of Salt, Chef
and testinfra (contract C9.3 to C9.5)."""

import http.client
import json
import os
import re
import socket
import subprocess
import time
import xmlrpc.client

import life
import private_nginx
import pytest
import supd

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and supd.built("supervisorctl-c")),
    reason="needs supervisord-c and supervisorctl-c")

ANSIBLE = supd.installed("/usr/bin/ansible-playbook")
NODE = supd.installed("/usr/bin/node")
NPM = supd.installed("/usr/bin/npm")
CURL = supd.installed("/usr/bin/curl")


# --- Ansible -----------------------------------------------------------------

ANSIBLE_PROGRAMS = """
[program:web]
command=%(python)s
startsecs=0
autorestart=unexpected

[program:worker]
command=/bin/cat
process_name=worker_%%(process_num)02d
numprocs=2
startsecs=0

[program:once]
command=/bin/false
autostart=false
startretries=0
"""

# name, state and more; whether something changes.  None: the module fails.
ANSIBLE_TASKS = (
    ("later", "present", {}, True),
    ("later", "present", {}, False),
    ("later", "stopped", {}, True),
    ("later", "stopped", {}, False),
    ("later", "absent", {}, True),
    ("later", "absent", {}, False),
    ("web", "started", {}, False),
    ("web", "stopped", {}, True),
    ("web", "started", {}, True),
    ("web", "restarted", {}, True),
    ("web", "signalled", {"signal": "USR1"}, True),
    ("web", "signalled", {"signal": "NOSUCH"}, None),
    ("worker:", "stopped", {}, True),
    ("worker:", "restarted", {}, True),
    ("worker:worker_00", "stopped", {}, True),
    ("worker:", "started", {}, True),
    ("worker:", "signalled", {"signal": "CONT"}, True),
    ("web", "absent", {}, None),
    ("nosuch", "started", {}, None),
    ("once", "started", {}, None),
    ("all", "stopped", {}, True),
    ("all", "stopped", {}, False),
)


def playbook(daemon, ctl):
    tasks = []
    for name, state, more, _ in ANSIBLE_TASKS:
        tasks.append({
            "name": "%s %s" % (name, state), "ignore_errors": True,
            "community.general.supervisorctl": dict(
                name=name, state=state, config=daemon.conf,
                supervisorctl_path=ctl, **more)})
    return json.dumps([{
        "hosts": "localhost", "connection": "local", "gather_facts": False,
        "vars": {"ansible_python_interpreter": "/usr/bin/python3"},
        "tasks": tasks}])


def run_playbook(daemon, text):
    with open(daemon.path("book.yml"), "w", encoding="utf-8") as file:
        file.write(text)
    done = supd.run(
        [ANSIBLE, "-i", "localhost,", daemon.path("book.yml")],
        cwd=daemon.dir, seconds=120, env=supd.environment(
            HOME=daemon.dir, ANSIBLE_HOME=daemon.path("ansible"),
            ANSIBLE_STDOUT_CALLBACK="json", ANSIBLE_NOCOLOR="1",
            ANSIBLE_LOCALHOST_WARNING="0", ANSIBLE_PIPELINING="1"))
    assert done.stdout.lstrip().startswith("{"), done
    return [task["hosts"]["localhost"]
            for task in json.loads(done.stdout)["plays"][0]["tasks"]]


@pytest.mark.skipif(not ANSIBLE, reason="ansible is not installed")
def test_ansible_module(tmp_path):
    script = life.script(
        tmp_path, "web", "#!/bin/sh\ntrap 'echo usr1 >>%s/got' USR1\n"
        "while :; do sleep 0.05; done\n" % tmp_path)
    programs = ANSIBLE_PROGRAMS % {"python": script}
    with supd.Daemon(programs=programs) as daemon:
        daemon.wait_state("web", "RUNNING")
        daemon.write_config(programs + "[program:later]\ncommand=/bin/cat\n"
                            "startsecs=0\n")
        results = run_playbook(
            daemon, playbook(daemon, supd.built("supervisorctl-c")))
        seen = [None if one.get("failed") else one["changed"]
                for one in results]
        wanted = [change for *_, change in ANSIBLE_TASKS]
        assert seen == wanted, [
            (task[:2], one) for task, one, a, b in
            zip(ANSIBLE_TASKS, results, seen, wanted) if a != b]
        said = {task[:2]: one["msg"] + one.get("stdout", "") for task, one in
                zip(ANSIBLE_TASKS, results) if task[3] is None}
        assert "web: ERROR (bad signal name)" in said["web", "signalled"]
        assert "still running: web" in said["web", "absent"]
        assert said["nosuch", "started"] == "ERROR (no such process)"
        assert (tmp_path / "got").read_text() == "usr1\n"
        assert {info["statename"] for info in
                daemon.rpc.supervisor.getAllProcessInfo()} <= {
            "STOPPED", "FATAL"}


# --- npm's supervisord -------------------------------------------------------

NODE_SCRIPT = """
const supervisord = require('supervisord');
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const client = supervisord.connect(input.url);
const out = [];
function next(i) {
  if (i === input.calls.length) {
    console.log(JSON.stringify(out));
    process.exit(0);
  }
  const [method, ...params] = input.calls[i];
  client[method](...params, (error, value) => {
    out.push(error ? {error: error.faultCode || String(error),
                      text: error.faultString || ''} : value);
    next(i + 1);
  });
}
next(0);
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    if not (NODE and NPM):
        pytest.skip("node and npm are not installed")
    folder = str(tmp_path_factory.mktemp("npm"))
    try:
        done = subprocess.run(
            [NPM, "install", "--no-audit", "--no-fund", "--ignore-scripts",
             "--fetch-retries=0", "--prefix", folder, "supervisord@0.1.0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=40, cwd=folder, check=False, stdin=subprocess.DEVNULL)
        said = done.stdout
    except subprocess.TimeoutExpired:
        said = "it took too long"
    found = os.path.join(folder, "node_modules")
    if not os.path.isdir(os.path.join(found, "supervisord")):
        pytest.skip("npm's registry gives no supervisord: %s" %
                    said.strip().splitlines()[-1:])
    return found


NODE_CALLS = (
    ("getState",), ("getAPIVersion",), ("getPID",),
    ("getAllProcessInfo",), ("startProcess", "cat"),
    ("startProcess", "nosuch"), ("stopProcess", "cat", True),
    ("startProcess", "cat", 1), ("signalProcess", "cat", "CONT"),
    ("signalProcess", "cat", 18), ("signalProcessGroup", "cat", "HUPPED"),
    ("sendProcessStdin", "cat", "h\u00e9llo\n"),
    ("sendRemoteCommEvent", "a", "b"), ("stopProcessGroup", "grp", True),
    ("startAllProcesses", True), ("reloadConfig",),
    ("tailProcessStdoutLog", "ten", 0, 0),
    ("tailProcessStdoutLog", "ten", 10 - 16384, 16384),
    ("tailProcessStdoutLog", "ten", 4.0, 3.5),
    ("readProcessStdoutLog", "ten", -3, 0),
    ("listMethods",), ("methodSignature", "supervisor.startProcess"),
    ("methodHelp", "supervisor.nosuch"),
    ("multicall", [{"methodName": "supervisor.getAPIVersion", "params": []},
                   {"methodName": "supervisor.stopProcess",
                    "params": ["cat"]},
                   {"methodName": "nosuch"}]),
    ("startProcess", "cat"), ("getAllConfigInfo",), ("clearAllProcessLogs",),
)


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_node_supervisord(modules, kind):
    port = supd.free_port()
    programs = (
        "[inet_http_server]\nport=127.0.0.1:%d\nusername=us\npassword=pw\n"
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nautorestart=true\n"
        "stdout_logfile={dir}/cat.out\n"
        "[program:ten]\ncommand=/usr/bin/printf 0123456789\nstartsecs=0\n"
        "stdout_logfile={dir}/ten\nautorestart=false\n"
        "[group:grp]\nprograms=a,b\n"
        "[program:a]\ncommand=/bin/cat\nstartsecs=0\n"
        "[program:b]\ncommand=/bin/cat\nstartsecs=0\n" % port)
    with supd.Daemon(programs=programs) as daemon:
        url = "unix://" + daemon.sock if kind == "unix" else (
            "http://us:pw@127.0.0.1:%d" % port)
        daemon.wait_state("ten", "EXITED")
        supd.wait_until(lambda: daemon.file("ten") == "0123456789")
        # startAllProcesses would write the ten bytes again.
        daemon.rpc.supervisor.removeProcessGroup("ten")
        calls = [call for call in NODE_CALLS if "ten" not in call]
        done = supd.run(
            [NODE, "--no-deprecation", "-e", NODE_SCRIPT],
            stdin=json.dumps({"url": url, "calls": calls}),
            env=supd.environment(NODE_PATH=modules), cwd=daemon.dir)
        assert done.status == 0, done
        answers = dict(zip((repr(call) for call in calls),
                           json.loads(done.stdout)))
        daemon.rpc.supervisor.addProcessGroup("ten")
        supd.wait_until(lambda: daemon.state("ten") == "EXITED")
        supd.wait_until(lambda: daemon.file("ten")[-10:] == "0123456789")
        with open(daemon.path("ten"), "w", encoding="ascii") as file:
            file.write("0123456789")
        calls = [call for call in NODE_CALLS if "ten" in call]
        done = supd.run(
            [NODE, "--no-deprecation", "-e", NODE_SCRIPT],
            stdin=json.dumps({"url": url, "calls": calls}),
            env=supd.environment(NODE_PATH=modules), cwd=daemon.dir)
        assert done.status == 0, done
        answers.update(zip((repr(call) for call in calls),
                           json.loads(done.stdout)))
        check_node(daemon, answers)


def check_node(daemon, answers):
    def of(*call):
        return answers[repr(call)]
    ok = {"status": 80, "description": "OK"}
    assert of("getState") == {"statecode": 1, "statename": "RUNNING"}
    assert of("getAPIVersion") == "3.0"
    assert of("getPID") == daemon.pid
    assert [info["name"] for info in of("getAllProcessInfo")] == [
        "cat", "a", "b"]
    assert of("startProcess", "nosuch") == {
        "error": 10, "text": "BAD_NAME: nosuch"}
    assert of("stopProcess", "cat", True) is True
    assert of("startProcess", "cat", 1) is True
    assert of("signalProcess", "cat", "CONT") is True
    assert of("signalProcess", "cat", 18) is True
    assert of("signalProcessGroup", "cat", "HUPPED") == [
        {"name": "cat", "group": "cat", "status": 11,
         "description": "BAD_SIGNAL: HUPPED"}]
    assert of("sendProcessStdin", "cat", "h\u00e9llo\n") is True
    assert of("sendRemoteCommEvent", "a", "b") is True
    both = [dict(ok, name=name, group="grp") for name in "ab"]
    assert sorted(of("stopProcessGroup", "grp", True),
                  key=lambda one: one["name"]) == both
    assert of("startAllProcesses", True) == both
    # ten is in the configuration, but not active just now.
    assert of("reloadConfig") == [[["ten"], [], []]]
    assert of("tailProcessStdoutLog", "ten", 0, 0) == ["", 10, True]
    assert of("tailProcessStdoutLog", "ten", 10 - 16384, 16384) == [
        "0123456789", 10, False]
    assert of("tailProcessStdoutLog", "ten", 4.0, 3.5) == ["789", 10, True]
    assert of("readProcessStdoutLog", "ten", -3, 0) == "789"
    assert len(of("listMethods")) >= 41
    assert of("methodSignature", "supervisor.startProcess") == [
        "boolean", "string", "boolean"]
    assert of("methodHelp", "supervisor.nosuch") == {
        "error": 4, "text": "SIGNATURE_UNSUPPORTED"}
    assert of(*[call for call in NODE_CALLS if call[0] == "multicall"][0]) \
        == ["3.0", True, {"faultCode": 1, "faultString": "UNKNOWN_METHOD"}]
    assert {row["name"]: row["autorestart"] for row in
            of("getAllConfigInfo")} == {
        "cat": True, "a": "unexpected", "b": "unexpected", "ten": False}
    assert {one["status"] for one in of("clearAllProcessLogs")} == {80}


# --- Salt, Chef, testinfra, shell scripts ------------------------------------

STATES = """
[program:web]
command=/bin/cat
startsecs=0
[program:off]
command=/bin/cat
autostart=false
[program:rising]
command=/bin/cat
startsecs=3600
[program:fatal]
command=/no/such
startretries=0
[program:done]
command=/bin/true
startsecs=0
autorestart=false
[program:retry]
command=/no/such
startretries=1000
[group:grp]
programs=pa
[program:pa]
command=/bin/cat
startsecs=0
"""


@pytest.fixture(scope="module")
def states():
    with supd.Daemon(programs=STATES) as daemon:
        for name, state in (("web", "RUNNING"), ("rising", "STARTING"),
                            ("fatal", "FATAL"), ("done", "EXITED"),
                            ("retry", "BACKOFF"), ("grp:pa", "RUNNING")):
            daemon.wait_state(name, state)
        yield daemon


def test_salts_parser(states):
    """salt.modules.supervisord: status_raw, and what states look for."""
    seen = {}
    for line in states.ctl("status").stdout.splitlines():
        if len(line.split()) > 2:
            process, state, reason = line.split(None, 2)
        else:
            process, state, reason = line.split() + [""]
        seen[process] = state, reason
    assert {name: state for name, (state, _) in seen.items()} == {
        "web": "RUNNING", "off": "STOPPED", "rising": "STARTING",
        "fatal": "FATAL", "done": "EXITED", "retry": "BACKOFF",
        "grp:pa": "RUNNING"}
    assert seen["off"][1] == "Not started"
    assert seen["fatal"][1] == "can't find command '/no/such'"
    # All words of a command come as one, names of groups as "name:".
    for words, line in (
            (["status web"], r"web +RUNNING   pid \d+, uptime .*"),
            (["status nosuch"], r"nosuch: ERROR \(no such process\)"),
            (["start grp:"], ""), (["restart grp:"],
             "grp:pa: stopped\ngrp:pa: started"),
            (["stop off"], r"off: ERROR \(not running\)"),
            (["start web"], r"web: ERROR \(already started\)"),
            (["add web"], "ERROR: process group already active"),
            (["signal CONT", "web"], "web: signalled")):
        result = states.ctl(*words)
        assert re.fullmatch(line, result.stdout.rstrip("\n")), (words, result)
    # What Salt calls a failure is judged by the status.
    assert states.ctl("start web").status == 0
    assert states.ctl("add web").status == 0


def test_chefs_expression(states):
    for name, state in (("web", "RUNNING"), ("off", "STOPPED"),
                        ("rising", "STARTING"), ("retry", "BACKOFF")):
        text = states.ctl("status", name).stdout
        match = re.search(r"(^%s(?:\s*))([A-Z]+)(.+)" % name, text)
        assert match and match[2] == state, text
    assert states.ctl("status", "rising").stdout.endswith("STARTING  \n")
    assert "No such process nosuch" in states.ctl("pid", "nosuch").stdout


def test_testinfras_six_fields(states):
    text = states.ctl("status", "web").stdout
    name, state, word, pid, uptime, clock = text.split()
    assert (name, state, word, uptime) == ("web", "RUNNING", "pid", "uptime")
    assert int(pid.removesuffix(",")) == \
        states.rpc.supervisor.getProcessInfo("web")["pid"]
    assert re.fullmatch(r"\d+:\d\d:\d\d", clock)
    assert states.ctl("status", "web").status == 0
    assert states.ctl("status", "off").status == 3
    assert states.ctl("status", "nosuch").status == 4


def test_shell_scripts(states):
    shell = (
        "%s -c %s status | awk '$2 == \"RUNNING\" {print $1, $4}' | tr -d ,;"
        "%s -c %s status nosuch 'x:*' | grep -Ec 'no such (process|group)'"
        % ((supd.built("supervisorctl-c"), states.conf) * 2))
    lines = supd.run(["/bin/sh", "-c", shell]).stdout.splitlines()
    pids = {info["name"]: info["pid"]
            for info in states.rpc.supervisor.getAllProcessInfo()}
    assert lines == ["grp:pa %d" % pids["pa"], "web %d" % pids["web"], "2"]


# --- HTTP/1.0, curl and nginx ------------------------------------------------

@pytest.fixture(scope="module")
def served():
    port = supd.free_port()
    programs = (
        "[inet_http_server]\nport=127.0.0.1:%d\n"
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
        "stdout_logfile={dir}/cat.out\n" % port)
    with supd.Daemon(programs=programs) as daemon:
        daemon.port = port
        daemon.url = "http://127.0.0.1:%d" % port
        daemon.write_main_log = lambda text: post_garbage(daemon, text)
        yield daemon


def post_garbage(daemon, text):
    """What is no XML is shown in the main log."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
    connection.request("POST", "/RPC2", text.encode())
    assert connection.getresponse().status == 400
    connection.close()


def say(daemon, text):
    daemon.rpc.supervisor.sendProcessStdin("cat", text)


class Reader:
    """A program whose output is read as it comes."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE,
                                        bufsize=0, env=supd.environment())
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = b""

    def look(self):
        part = self.process.stdout.read()
        if part:
            self.text += part
        return self.text

    def wait(self, text):
        supd.wait_until(lambda: text in self.look(), repr(text),
                        show=lambda: self.text)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.mark.skipif(not CURL, reason="curl is not installed")
@pytest.mark.parametrize("option", ["--http1.0", "--http1.1"])
@pytest.mark.parametrize("path", ["/logtail/cat", "/mainlogtail"])
def test_item_9_curl_follows_a_log(served, option, path):
    with Reader(CURL, option, "-sNi", served.url + path) as curl:
        for number in range(3):
            mark = "curl %s %d %f" % (option, number, time.monotonic())
            if path == "/logtail/cat":
                say(served, mark + "\n")
            else:
                served.write_main_log(mark)
            # curl shows the header only with the first bytes behind it.
            curl.wait(mark.encode())
        head = curl.text.split(b"\r\n\r\n")[0]
        assert b"Content-Type: text/plain;charset=utf-8" in head
        assert (b"Transfer-Encoding" in head) == (option == "--http1.1")


@pytest.mark.skipif(not CURL, reason="curl is not installed")
@pytest.mark.parametrize("option", ["--http1.0", "--http1.1"])
def test_curl_calls_a_method(served, option):
    body = xmlrpc.client.dumps((), "supervisor.getPID")
    for more in ([], ["-H", "Expect: 100-continue"],
                 ["-H", "Transfer-Encoding: chunked"]):
        if option == "--http1.0" and more:
            continue
        done = supd.run([CURL, "-s", option, "--max-time", "20", *more,
                         "--data-binary", "@-", served.url + "/RPC2"],
                        stdin=body)
        assert xmlrpc.client.loads(done.stdout)[0] == (served.pid,), more


def test_php_reads_until_the_end(served):
    """CodeIgniter's client: HTTP/1.0, everything as a string, no length is
    looked at: the connection must be closed."""
    body = ("<?xml version=\"1.0\"?><methodCall><methodName>"
            "supervisor.stopProcess</methodName><params><param><value><string>"
            "cat</string></value></param><param><value><string>1</string>"
            "</value></param></params></methodCall>")
    for method, expected in (("stopProcess", b"<boolean>1</boolean>"),
                             ("startProcess", b"<boolean>1</boolean>"),
                             ("startProcess", b"ALREADY_STARTED: cat")):
        text = body.replace("stopProcess", method)
        with socket.create_connection(("127.0.0.1", served.port), 20) as s:
            s.sendall(("POST /RPC2 HTTP/1.0\r\nUser-Agent: XML-RPC\r\n"
                       "Host: x\r\nContent-Type: text/xml\r\n"
                       "Content-Length: %d\r\n\r\n%s" % (
                           len(text), text)).encode())
            answer = b""
            while True:
                part = s.recv(65536)
                if not part:
                    break
                answer += part
        assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
        assert expected in answer


NGINX_CONF = """http {{ %s
upstream keep {{ server 127.0.0.1:{2}; keepalive 4; }}
server {{ listen 127.0.0.1:{1};
location / {{ proxy_pass http://127.0.0.1:{2}; }}
location /supervisor/ {{ proxy_pass http://127.0.0.1:{2}/;
proxy_set_header Host example.com/supervisor/index.html; }}
location /sock/ {{ proxy_pass http://unix:{3}:/; }}
location /kept/ {{ proxy_pass http://keep/; proxy_http_version 1.1;
proxy_set_header Connection ""; }}
}} }}
""" % private_nginx.HTTP_HEAD


@pytest.fixture(scope="module")
def proxied(served, tmp_path_factory):
    if private_nginx.NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    port = private_nginx.free_port()
    conf = folder / "nginx.conf"
    conf.write_text((private_nginx.HEAD + NGINX_CONF).format(
        folder, port, served.port, served.sock))
    with private_nginx.Nginx(folder, conf, port) as nginx:
        yield nginx


@pytest.mark.parametrize("prefix", ["", "/sock", "/kept"])
def test_item_9_nginx_before_a_log(served, proxied, prefix):
    """With the defaults of a proxy: HTTP/1.0 behind, buffers."""
    connection = http.client.HTTPConnection("127.0.0.1", proxied.port,
                                            timeout=20)
    connection.request("GET", prefix + "/logtail/cat")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "text/plain;charset=utf-8"
    text = b""
    for number in range(3):
        mark = b"nginx %d %f\n" % (number, time.monotonic())
        say(served, mark.decode())
        while mark not in text:
            part = answer.read1(65536)
            assert part, text
            text += part
    connection.close()
    connection.request("GET", prefix + "/mainlogtail")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.read1(65536)
    connection.close()


@pytest.mark.parametrize("prefix", ["", "/sock", "/kept"])
def test_item_9_nginx_before_rpc(served, proxied, prefix):
    for _ in range(10):
        proxy = xmlrpc.client.ServerProxy(
            "http://127.0.0.1:%d%s/RPC2" % (proxied.port, prefix))
        assert proxy.supervisor.getPID() == served.pid
        assert proxy.supervisor.stopProcess("cat") is True
        assert proxy.supervisor.startProcess("cat") is True
        info = proxy.supervisor.getProcessInfo("cat")
        assert info["statename"] == "RUNNING"
        with pytest.raises(xmlrpc.client.Fault):
            proxy.supervisor.startProcess("nosuch")
        proxy("close")()


def test_the_page_below_a_prefix(served, proxied):
    """People set the Host so that the redirect stays below the prefix."""
    def get(path):
        connection = http.client.HTTPConnection(
            "127.0.0.1", proxied.port, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text
    answer, text = get("/supervisor/index.html")
    assert answer.status == 200
    # No link leaves the prefix.
    assert not re.search("(href|src|action)=\"/", text)
    for action, message in (("stop", "Process%20cat%20stopped"),
                            ("start", "Process%20cat%20started"),
                            ("refresh", "Page%20refreshed%20at%20")):
        answer, text = get("/supervisor/index.html?processname=cat&action="
                           + action)
        assert answer.status in (301, 302, 303), text
        assert answer.getheader("Location").startswith(
            "http://example.com/supervisor/index.html/?message=" + message)
    assert served.state("cat") == "RUNNING"
    answer, text = get("/supervisor/ok.html")
    assert (answer.status, text.strip()) == (200, "OK")


@pytest.mark.skipif(not CURL, reason="curl is not installed")
def test_curl_uses_the_page(served):
    def curl(path, *more):
        return supd.run([CURL, "-si", "--max-time", "20", *more,
                         served.url + path]).stdout
    text = curl("/index.html?processname=cat&action=restart")
    assert re.search(r"^Location: http://127\.0\.0\.1:%d/\?message=Process"
                     "%%20cat%%20restarted" % served.port, text, re.M), text
    text = curl("/index.html", "-d", "processname=cat", "-d", "action=stop")
    assert "message=Process%20cat%20stopped" in text
    text = curl("/index.html", "-L", "-d", "processname=cat&action=start")
    assert "Process cat started" in text
    assert "message=No%20such%20process%20named%20nosuch" in curl(
        "/index.html?processname=nosuch&action=start")
    assert curl("/index.html?action=nosuch").startswith("HTTP/1.1 400 ")
