# SPDX-License-Identifier: ISC
"""Answers that come later, and what becomes of those nobody waits for."""

import threading
import time
import xmlrpc.client

import pytest

import supd

pytestmark = pytest.mark.skipif(
    not supd.built("supervisord-c"), reason="needs supervisord-c")

PROGRAMS = """
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile={dir}/cat.out

[program:slow]
command=/bin/sleep 3600
startsecs=3600
autostart=false

[program:deaf]
command=/bin/sh -c "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
startsecs=0
stopwaitsecs=3600
stdout_logfile={dir}/deaf.out

[program:n\u00e4me]
command=/bin/cat
startsecs=0
"""


@pytest.fixture
def daemon():
    with supd.Daemon(programs=PROGRAMS) as running:
        supd.wait_until(lambda: running.file("deaf.out") == "deaf\n")
        yield running
        try:
            running.rpc.supervisor.signalProcess("deaf", "KILL")
        except xmlrpc.client.Fault:
            pass


class Call(threading.Thread):
    """A call that is under way."""

    def __init__(self, daemon, method, *params):
        super().__init__()
        self.proxy = daemon.rpc
        self.method = method
        self.params = params
        self.result = None
        self.start()

    def run(self):
        try:
            self.result = getattr(self.proxy.supervisor,
                                  self.method)(*self.params)
        except xmlrpc.client.Fault as fault:
            self.result = fault.faultCode, fault.faultString

    def done(self):
        self.join(20)
        assert not self.is_alive()
        return self.result


def test_a_start_that_is_stopped_meanwhile(daemon):
    call = Call(daemon, "startProcess", "slow")
    daemon.wait_state("slow", "STARTING")
    assert daemon.rpc.supervisor.stopProcess("slow") is True
    assert call.done() == (40, "ABNORMAL_TERMINATION: slow")


def test_two_stops_are_answered_by_one_end(daemon):
    calls = [Call(daemon, "stopProcess", "deaf")]
    daemon.wait_state("deaf", "STOPPING")
    assert Call(daemon, "stopProcess", "deaf").done() == (
        70, "NOT_RUNNING: deaf")
    assert "waiting for deaf to stop" in daemon.file("main.log")
    daemon.rpc.supervisor.signalProcess("deaf", "KILL")
    assert calls[0].done() is True
    assert daemon.state("deaf") == "STOPPED"


DEAF = """
[program:deaf]
command=/bin/sh -c "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
process_name=%(process_num)s
numprocs=3
startsecs=0
autorestart=false
stopwaitsecs=3600
"""


def test_what_ends_together_is_in_the_order_of_the_configuration():
    """The last is let end first, and the others within the look (50 ms) that
    began with it.  A machine may be too slow for that: then once more."""
    names = ["deaf:%d" % i for i in range(3)]
    with supd.Daemon(programs=DEAF) as daemon:
        rpc = daemon.rpc.supervisor
        took = 1
        while took >= 0.05:
            for name in names:
                supd.wait_until(
                    lambda n=name: rpc.readProcessLog(n, 0, 0) == "deaf\n")
            call = Call(daemon, "stopProcessGroup", "deaf")
            for name in names:
                daemon.wait_state(name, "STOPPING")
            began = time.monotonic()
            for name in names[::-1]:
                rpc.signalProcess(name, "KILL")
                daemon.wait_state(name, "STOPPED")
            statuses = call.done()
            took = time.monotonic() - began
            rpc.clearAllProcessLogs()
            rpc.startProcessGroup("deaf")
        assert [status["name"] for status in statuses] == ["0", "1", "2"]
        rpc.signalProcessGroup("deaf", "KILL")


def test_a_client_that_goes_away_leaves_what_it_began(daemon):
    body = xmlrpc.client.dumps(([
        {"methodName": "supervisor.stopProcess", "params": ["deaf"]},
        {"methodName": "supervisor.stopProcess", "params": ["cat"]},
    ],), "system.multicall")
    for text in (body, xmlrpc.client.dumps(("deaf",),
                                           "supervisor.startProcess")):
        connection = supd._UnixConnection(daemon.sock)
        connection.request("POST", "/RPC2", text.encode())
        if text is body:
            daemon.wait_state("deaf", "STOPPING")
        connection.close()
    daemon.rpc.supervisor.signalProcess("deaf", "KILL")
    daemon.wait_state("deaf", "STOPPED")
    # The second entry was not begun, and never will be.
    assert daemon.state("cat") == "RUNNING"


def test_the_length_of_a_late_answer_is_in_bytes(daemon):
    statuses = daemon.rpc.supervisor.stopProcessGroup("n\u00e4me")
    assert statuses == [{"name": "n\u00e4me", "group": "n\u00e4me",
                         "status": 80, "description": "OK"}]


def test_logs_of_a_stopped_process_are_cleared(daemon):
    rpc = daemon.rpc.supervisor
    rpc.sendProcessStdin("cat", "text\n")
    supd.wait_until(lambda: daemon.file("cat.out") == "text\n")
    rpc.stopProcess("cat")
    assert rpc.clearProcessLogs("cat") is True
    assert daemon.file("cat.out") == ""


def test_a_restart_with_a_broken_file_is_refused(daemon):
    pid = daemon.rpc.supervisor.getProcessInfo("cat")["pid"]
    daemon.write_config(PROGRAMS + "[program:x]\n")
    with pytest.raises(xmlrpc.client.Fault) as raised:
        daemon.rpc.supervisor.restart()
    assert raised.value.faultCode == 92
    assert raised.value.faultString.startswith("CANT_REREAD: ")
    info = daemon.rpc.supervisor.getProcessInfo("cat")
    assert (info["statename"], info["pid"]) == ("RUNNING", pid)
