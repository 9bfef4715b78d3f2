# SPDX-License-Identifier: ISC
"""Listeners that do what superlance's crashmail, memmon and httpok do, written
on Supervisor's own childutils (contract C9.2; superlance itself is no package
of Debian)."""

import http.server
import os
import threading

import life
import pytest
import supd

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and
         supd.installed(supd.ORACLE_DAEMON)),
    reason="needs supervisord-c and the module of Debian's supervisor")

HEAD = """#!/usr/bin/python3 -u
import http.client, os, sys
from supervisor import childutils
out = open(sys.argv[1], "a", encoding="utf-8", buffering=1)
"""

# Mails of each unexpected exit; the payload has no line end of its own.
CRASHMAIL = HEAD + """
os.environ["SUPERVISOR_SERVER_URL"]
while True:
    headers, payload = childutils.listener.wait()
    if headers["eventname"] != "PROCESS_STATE_EXITED":
        childutils.listener.ok()
        continue
    pheaders, pdata = childutils.eventdata(payload + "\\n")
    if not int(pheaders["expected"]):
        out.write("%(processname)s in %(groupname)s (pid %(pid)s) died, "
                  "from state %(from_state)s\\n" % pheaders)
    childutils.listener.ok()
"""

# Restarts what is too large, by the full name, and waits for it.
MEMMON = HEAD + """
rpc = childutils.getRPCInterface(os.environ)
while True:
    headers, payload = childutils.listener.wait()
    if not headers["eventname"].startswith("TICK"):
        childutils.listener.ok()
        continue
    for info in rpc.supervisor.getAllProcessInfo():
        if not info["pid"] or info["group"] == "memmon":
            continue
        try:
            with open("/proc/%d/statm" % info["pid"]) as file:
                pages = int(file.read().split()[1])
        except OSError:
            continue  # httpok restarts another one meanwhile
        size = pages * os.sysconf("SC_PAGE_SIZE")
        name = info["group"] + ":" + info["name"]
        if info["name"] == "fat" and size > 40000000:
            now = rpc.supervisor.getProcessInfo(name)
            rpc.supervisor.stopProcess(name)
            rpc.supervisor.startProcess(name)
            out.write("restarted %s after %d s\\n" % (
                name, max(0, now["now"] - now["start"])))
    childutils.listener.ok()
"""

# Asks a web server, and restarts the programs that run behind it if it fails.
HTTPOK = HEAD + """
rpc = childutils.getRPCInterface(os.environ)
while True:
    headers, payload = childutils.listener.wait()
    if not headers["eventname"].startswith("TICK"):
        childutils.listener.ok()
        continue
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), 9)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    for info in rpc.supervisor.getAllProcessInfo():
        if status == 200 or info["name"] not in ("web", "off"):
            continue
        if info["state"] != 20 or not info["pid"]:
            out.write("%s not restarted\\n" % info["name"])
            continue
        try:
            rpc.supervisor.stopProcess(info["name"])
            rpc.supervisor.startProcess(info["name"])
            out.write("%s restarted\\n" % info["name"])
        except Exception as error:
            out.write("failed: %s\\n" % error)
    childutils.listener.ok()
"""

FAT = "import sys; x = bytearray(60000000); sys.stdin.read()"


def listener(folder, name, code, words, events):
    return "[eventlistener:%s]\ncommand=%s {dir}/%s %s\nevents=%s\n" % (
        name, life.script(folder, name, code), name + ".out", words, events)


class Broken(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def broken_site():
    with http.server.HTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def said(daemon, name, text):
    path = daemon.path(name + ".out")
    supd.wait_until(lambda: os.path.exists(path) and
                    text in daemon.file(name + ".out"), text,
                    show=daemon.messages)
    return daemon.file(name + ".out")


def test_crashmail(tmp_path):
    programs = listener(tmp_path, "crashmail", CRASHMAIL, "",
                        "PROCESS_STATE") + (
        "[program:well]\ncommand=/bin/sh -c 'sleep 0.2'\nstartsecs=0\n"
        "autorestart=false\n"
        "[group:g]\nprograms=bad\n"
        "[program:bad]\ncommand=/bin/sh -c 'sleep 0.2; exit 9'\nstartsecs=0\n"
        "autorestart=false\n[program:killed]\ncommand=/bin/cat\nstartsecs=0\n"
        "autorestart=false\n")
    with supd.Daemon(programs=programs) as daemon:
        daemon.rpc.supervisor.signalProcess("killed", "KILL")
        said(daemon, "crashmail", "killed in killed (pid ")
        text = said(daemon, "crashmail", "bad in g (pid ")
        daemon.wait_state("well", "EXITED")
        life.Log(daemon).wait("crashmail: event was processed", times=7)
        assert "well" not in text
        assert text.count("died, from state RUNNING\n") == 2
        assert daemon.state("crashmail") == "RUNNING"


def test_memmon_and_httpok(tmp_path, broken_site):
    programs = (
        listener(tmp_path, "memmon", MEMMON, "", "TICK_5") +
        listener(tmp_path, "httpok", HTTPOK, broken_site, "TICK_5") +
        "[program:fat]\ncommand=%s\nstartsecs=0\n"
        "[program:web]\ncommand=/bin/cat\nstartsecs=0\n"
        "[program:off]\ncommand=/bin/cat\nautostart=false\n"
        % life.python(FAT))
    with supd.Daemon(programs=programs) as daemon:
        before = {name: daemon.wait_state(name, "RUNNING")["pid"]
                  for name in ("fat", "web")}
        assert "restarted fat:fat after " in said(daemon, "memmon", "fat:fat")
        text = said(daemon, "httpok", "web restarted")
        assert "off not restarted\n" in text and "failed" not in text
        for name, pid in before.items():
            assert daemon.wait_state(name, "RUNNING")["pid"] != pid
        for name in ("memmon", "httpok"):
            # The first tick may come before startsecs are over.
            daemon.wait_state(name, "RUNNING")
            assert life.Log(daemon).count("exited: " + name) == 0
            life.Log(daemon).wait("%s: event was processed" % name)
