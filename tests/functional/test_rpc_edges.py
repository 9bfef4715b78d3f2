# SPDX-License-Identifier: ISC
"""Calls at the edges: what ends while somebody waits, what is too large, and
how many fit into one (contract C2, C3)."""

import os
import re
import threading
import time
import xmlrpc.client

import life
import pytest
import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")

SLOW = ("[program:slow]\ncommand=/bin/cat\nstartsecs=3600\nautostart=false\n"
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")


def test_shutdown_of_an_empty_daemon_is_answered():
    with supd.Daemon() as daemon:
        assert daemon.rpc.supervisor.shutdown() is True
        assert daemon.process.wait(20) == 0


@pytest.mark.parametrize("how", ["shutdown", "restart"])
def test_who_waits_when_it_ends_is_answered(how):
    with supd.Daemon(programs=SLOW) as daemon:
        results = []
        proxy = daemon.rpc

        def start():
            results.append(proxy.system.multicall([
                {"methodName": "supervisor.startProcess", "params": ["slow"]},
                {"methodName": "supervisor.getPID"},
                {"methodName": "supervisor.stopProcess", "params": ["cat"]}]))
        waiting = threading.Thread(target=start)
        waiting.start()
        daemon.wait_state("slow", "STARTING")
        assert getattr(daemon.rpc.supervisor, how)() is True
        waiting.join(20)
        refused = {"faultCode": 6, "faultString": "SHUTDOWN_STATE"}
        assert results == [[
            {"faultCode": 40, "faultString": "ABNORMAL_TERMINATION: slow"},
            refused, refused]]
        if how == "shutdown":
            assert daemon.process.wait(20) == 0
        else:
            life.Log(daemon).wait("supervisord started with pid", times=2)
            supd.wait_until(daemon.answers, "answer")
            daemon.wait_state("cat", "RUNNING")


def test_of_a_bad_document_the_log_shows_the_beginning():
    with supd.Daemon() as daemon:
        for body in ("<a>", "\x01" * 1_000_000):
            with pytest.raises(xmlrpc.client.ProtocolError) as refused:
                supd.UnixTransport(daemon.sock).request(
                    "localhost", "/RPC2", body.encode())
            assert refused.value.errcode == 400
        log = life.Log(daemon)
        log.wait("XML-RPC request data '<a>' is invalid: unmarshallable")
        log.wait("XML-RPC request data '%s'... is invalid: unmarshallable"
                 % ("\\x01" * 1024))


def test_numbers_too_large_for_an_int_saturate():
    programs = ("[program:a]\ncommand=/bin/cat\nautorestart=true\n"
                "stdout_logfile_maxbytes=3GB\nstderr_capture_maxbytes=5GB\n"
                "priority=-5\n")
    with supd.Daemon(programs=programs) as daemon:
        row = daemon.rpc.supervisor.getAllConfigInfo()[0]
        assert row["stdout_logfile_maxbytes"] == 2147483647
        assert row["stderr_capture_maxbytes"] == 2147483647
        assert (row["process_prio"], row["autorestart"]) == (-5, True)


def test_a_thousand_calls_in_one():
    with supd.Daemon(programs=SLOW, loglevel="info") as daemon:
        calls = [{"methodName": "supervisor.%sProcess" % word,
                  "params": ["cat"]} for word in ("stop", "start")] * 500
        assert daemon.rpc.system.multicall(calls) == [True] * 1000
        assert life.Log(daemon).count("stopped: cat") == 500


def test_nobody_waits_longer_than_the_process_takes():
    with supd.Daemon(programs=SLOW, loglevel="info") as daemon:
        server = daemon.rpc.supervisor
        server.getState()
        begin = time.monotonic()
        for _ in range(20):
            server.stopProcess("cat")
            server.startProcess("cat")
            server.stopProcessGroup("cat")
            server.startProcess("cat:*")
            server.clearAllProcessLogs()
        # The original takes up to a second for each of these hundred.
        assert time.monotonic() - begin < 10


def test_statuses_come_in_the_order_of_their_ends():
    programs = ("[program:bad]\ncommand=/no/such\nautostart=false\n"
                "priority=9\n[program:rise]\ncommand=/bin/cat\nstartsecs=1\n"
                "autostart=false\npriority=1\n")
    for priority, name, seconds in ((1, "a", 1), (2, "b", 0.2),
                                    (3, "c", 0.6)):
        programs += ("[program:%s]\nstartsecs=0\npriority=%d\n"
                     "stdout_logfile={dir}/%s\ncommand=/bin/sh -c 'trap "
                     "\"sleep %s; exit 0\" TERM; echo up; while :; do "
                     "sleep 0.02; done'\n" % (name, priority, name, seconds))
    with supd.Daemon(programs=programs) as daemon:
        for name in "abc":
            supd.wait_until(lambda name=name: os.path.exists(
                daemon.path(name)) and daemon.file(name) == "up\n", name)
        server = daemon.rpc.supervisor
        # All are signalled at once; who ends first stands first.
        assert [(one["name"], one["status"])
                for one in server.stopAllProcesses()] == [
            ("b", 80), ("c", 80), ("a", 80)]
        # What is known at once first, by priority.
        assert [(one["name"], one["status"])
                for one in server.startAllProcesses()] == [
            ("a", 80), ("b", 80), ("c", 80), ("bad", 20), ("rise", 80)]


def test_standard_input_that_nobody_reads():
    programs = (
        "[program:busy]\ncommand=/bin/sleep 1000\nstartsecs=0\n"
        "[program:closed]\ncommand=/bin/sh -c 'exec <&-; echo closed; "
        "exec sleep 1000'\nstartsecs=0\nstdout_logfile={dir}/closed.out\n"
        "[fcgi-program:fcgi]\ncommand=/bin/sleep 1000\nstartsecs=0\n"
        "socket=unix://{dir}/fcgi.sock\n")
    with supd.Daemon(programs=programs) as daemon:
        server = daemon.rpc.supervisor

        def send(name, text):
            try:
                return server.sendProcessStdin(name, text)
            except xmlrpc.client.Fault as fault:
                return fault.faultCode, fault.faultString
        # More than the pipe holds waits; there is an end to it.
        assert send("busy", "x" * 500000) is True
        assert send("busy", "x" * 1000000) == (30, "FAILED: busy")
        supd.wait_until(lambda: daemon.file("closed.out") == "closed\n")
        assert send("closed", "x") == (20, "NO_FILE: closed")
        assert send("fcgi", "x") == (20, "NO_FILE: fcgi")
        assert daemon.state("busy") == "RUNNING"


def test_namespaces_are_the_sections():
    factory = ("supervisor.rpcinterface_factory = "
               "supervisor.rpcinterface:make_main_rpcinterface\n")
    with supd.Daemon(programs="[rpcinterface:other]\n" + factory) as daemon:
        assert daemon.rpc.other.getPID() == daemon.pid
        methods = daemon.rpc.system.listMethods()
        assert len(methods) == 37 * 2 + 4
        assert methods == sorted(methods)


def test_without_a_section_there_is_no_control():
    config = ("[supervisord]\nlogfile={dir}/main.log\npidfile={dir}/pid\n"
              "[unix_http_server]\nfile={dir}/s.sock\n")
    with supd.Daemon(config=config, wait=False) as daemon:
        def methods():
            try:
                return daemon.rpc.system.listMethods()
            except OSError:
                return None
        found = supd.wait_until(methods, "answer", show=daemon.messages)
        assert [name for name in found if name.startswith("supervisor")] == []
        with pytest.raises(xmlrpc.client.Fault) as fault:
            daemon.rpc.supervisor.getState()
        assert fault.value.faultCode == 1
        assert "UNKNOWN_METHOD" in fault.value.faultString


def test_who_prefers_little_gets_what_a_status_line_has():
    with supd.Daemon(programs=SLOW) as daemon:
        daemon.wait_state("cat", "RUNNING")
        brief = supd.unix_proxy(daemon.sock,
                                headers=[("Prefer", "return=minimal")])
        whole = daemon.rpc.supervisor.getAllProcessInfo()
        little = brief.supervisor.getAllProcessInfo()
        assert [set(info) for info in little] == 2 * [
            {"name", "group", "statename", "description"}]
        for one, all_of_it in zip(little, whole):
            assert len(all_of_it) == 14
            for name in ("name", "group", "statename"):
                assert one[name] == all_of_it[name]
        assert len(brief.supervisor.getProcessInfo("cat")) == 14


def test_the_access_log():
    with supd.Daemon(programs=SLOW, loglevel="trace") as daemon:
        daemon.rpc.supervisor.getPID()
        with pytest.raises(xmlrpc.client.Fault):
            daemon.rpc.supervisor.getProcessInfo("nosuch")
        lines = "\n".join(life.Log(daemon).lines("TRAC"))
        for text in (
                r'localhost:0 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d '
                r'\+0000\] "POST /RPC2 HTTP/1\.1" 200 \d{3}\n',
                r"XML-RPC method called: supervisor\.getPID\(\)\n",
                r"XML-RPC method supervisor\.getPID\(\) returned "
                r"successfully\n",
                r"XML-RPC method supervisor\.getProcessInfo\(\) returned "
                r"fault: \[10\] BAD_NAME: nosuch\n"):
            assert re.search(text, lines + "\n"), (text, lines)
