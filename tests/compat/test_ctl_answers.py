# SPDX-License-Identifier: ISC
"""Every answer a server can give, to Supervisor's client and to ours: the same
lines, the same exit status, the same calls."""

import contextlib
import difflib
import io
from xmlrpc.client import Fault

import pytest

import supd
from fake_server import FakeServer

supervisorctl = pytest.importorskip("supervisor.supervisorctl")

FAULTS = (1, 2, 3, 6, 10, 11, 20, 21, 30, 40, 50, 60, 70, 90, 91, 92, 99)


def info(name, group=None, state=20, statename="RUNNING", pid=7,
         description="pid 7, uptime 0:00:01"):
    return {"name": name, "group": group or name, "state": state,
            "statename": statename, "pid": pid, "description": description,
            "start": 1, "stop": 0, "now": 2, "spawnerr": "",
            "exitstatus": 0, "logfile": "", "stdout_logfile": "",
            "stderr_logfile": ""}


def result(name, status, group="grp"):
    return {"name": name, "group": group, "status": status,
            "description": "TEXT: %s" % name}


def conf(name, group, **more):
    value = {"name": name, "group": group, "inuse": True, "autostart": True,
             "group_prio": 999, "process_prio": 999}
    value.update(more)
    return value


# What a terminal might obey or a program might read as the end of a line: C1
# controls, separators, a mark of direction, an accent of its own.
STRANGE = "a\x85b\x9b31mc\u2028d\u202ee\u0301\tf\rg\nh \U0001f600 \xa0i"

INFOS = [info("cat"), info("pa", "grp"), info("pb", "grp", 200, "FATAL", 0),
         info("é" * 40)]


def reload(added=(), changed=(), removed=()):
    return [[list(added), list(changed), list(removed)]]


# (words, methods): one run of the client each.
CASES = []
for code in FAULTS:
    fault = Fault(code, "NAME%d: x'\"" % code)
    for words, method in (
            ("start cat dog", "startProcess"),
            ("stop cat dog", "stopProcess"),
            ("signal hup cat dog", "signalProcess"),
            ("clear cat dog", "clearProcessLogs"),
            ("start g:* dog", "startProcessGroup"),
            ("stop g:* dog", "stopProcessGroup"),
            ("signal hup g:* dog", "signalProcessGroup"),
            ("start all", "startAllProcesses"),
            ("stop all", "stopAllProcesses"),
            ("signal hup all", "signalAllProcesses"),
            ("clear all", "clearAllProcessLogs"),
            ("pid", "getPID"), ("pid cat dog", "getProcessInfo"),
            ("pid all", "getAllProcessInfo"),
            ("status", "getAllProcessInfo"),
            ("version", "getSupervisorVersion"), ("version", "getVersion"),
            ("avail", "getAllConfigInfo"), ("reread", "reloadConfig"),
            ("add a b", "addProcessGroup"),
            ("remove a b", "removeProcessGroup"), ("reload", "restart"),
            ("shutdown", "shutdown"), ("tail cat", "readProcessStdoutLog"),
            ("tail cat stderr", "readProcessStderrLog"),
            ("maintail", "readLog"), ("fg cat", "getProcessInfo")):
        if (words, code) == ("version", 1) and method == "getVersion":
            continue  # worded freely: tests/functional/test_ctl.py
        CASES.append((words, {method: fault}))
    if code not in (6, 92):  # update reports these better than Supervisor
        CASES.append(("update", {"reloadConfig": fault}))
    for method in ("startAllProcesses", "stopAllProcesses",
                   "clearAllProcessLogs"):
        words = {"st": method[:-12], "cl": "clear"}[method[:2]] + " all"
        CASES.append((words, {method: [
            result("a", 80), result("b", code), result("c", 80, "c")]}))
    CASES.append(("signal hup g:*", {"signalProcessGroup": [
        result("a", code), result("b", 80)]}))
    CASES.append(("start a g:* b", {
        "startProcess": True, "startProcessGroup": [result("a", code)]}))
    CASES.append(("update", {
        "reloadConfig": reload(["a"], ["c"], ["r", "s"]),
        "stopProcessGroup": [result("a", code)],
        "removeProcessGroup": True, "addProcessGroup": True}))
    for step in ("stopProcessGroup", "removeProcessGroup",
                 "addProcessGroup"):
        methods = {"reloadConfig": reload(["a", "b"], ["c"], ["r"]),
                   "stopProcessGroup": [], "removeProcessGroup": True,
                   "addProcessGroup": True}
        methods[step] = fault
        CASES.append(("update", methods))

RELOADED = {"reloadConfig": reload(["b", "a"], ["c", "a2"], ["z", "b1"]),
            "getAllProcessInfo": INFOS, "stopProcessGroup": [],
            "removeProcessGroup": True, "addProcessGroup": True}
CASES += [(words, RELOADED) for words in (
    "reread", "update", "update a", "update a c", "update b z", "update all x",
    "update nope cat", "update a nope a nope")]
CASES += [("status" + words, {"getAllProcessInfo": INFOS}) for words in (
    "", " cat", " grp:*", " grp:pb", " cat nope", " grp:pb nope")]
CASES += [("status", {"getAllProcessInfo": [
    info("p", None, code, name, 0, "")]}) for code, name in (
        (0, "STOPPED"), (10, "STARTING"), (20, "RUNNING"), (30, "BACKOFF"),
        (40, "STOPPING"), (100, "EXITED"), (200, "FATAL"),
        (1000, "UNKNOWN"))]
CASES += [
    ("status", {"getAllProcessInfo": []}),
    ("status x", {"getAllProcessInfo": []}),
    ("pid all", {"getAllProcessInfo": INFOS}),
    ("pid a b", {"getProcessInfo": lambda name: info(name, pid=len(name))}),
    ("pid a b", {"getProcessInfo": lambda name: info(name, pid=0)}),
    ("avail", {"getAllConfigInfo": [
        conf("cat", "cat"), conf("pa", "grp", autostart=False),
        conf("x", "y", inuse=False, group_prio=1, process_prio=-5),
        conf("n" * 50, "n" * 50)]}),
    ("avail", {"getAllConfigInfo": []}),
    ("tail cat", {"readProcessStdoutLog": "a < b & c\ndé"}),
    ("tail cat", {"readProcessStdoutLog": ""}),
    ("tail cat", {"readProcessStdoutLog": STRANGE}),
    ("maintail", {"readLog": STRANGE}), ("version", {
        "getSupervisorVersion": STRANGE}),
    ("avail", {"getAllConfigInfo": [conf(STRANGE, "g"), conf("a", "g")]}),
    ("status", {"getAllProcessInfo": [
        info(STRANGE, description=STRANGE), info("a")]}),
    ("start all", {"startAllProcesses": [result(STRANGE, 80)]}),
    ("stop all", {"stopAllProcesses": [
        dict(result("a", 30), description=STRANGE)]}),
    ("reread", {"reloadConfig": reload([STRANGE])}),
    ("reread", {"reloadConfig": Fault(92, STRANGE)}),
    ("pid", {"getPID": Fault(6, STRANGE)}),
    ("maintail -5", {"readLog": "five"}),
    ("tail --5 cat stderr", {"readProcessStderrLog": "rest"}),
    ("start a a:b g:p:x g:* a:a", {
        "startProcess": True, "startProcessGroup": []}),
    ("restart a", {"stopProcess": Fault(70, "NOT_RUNNING: a"),
                   "startProcess": True}),
    ("restart a b", {"stopProcess": Fault(6, "SHUTDOWN_STATE"),
                     "startProcess": True}),
    ("restart all", {"stopAllProcesses": [result("a", 80)],
                     "startAllProcesses": [result("a", 50)]}),
    ("version", {"getSupervisorVersion": "9.9-é"}),
    ("fg cat", {"getProcessInfo": info("cat", None, 100, "EXITED")}),
    ("shutdown", {"shutdown": True}), ("reload", {"restart": True}),
    ("status", {"getAllProcessInfo": FakeServer.Status(500, "Oh No")}),
    ("pid", {"getPID": FakeServer.Status(404, "Not Found")}),
    ("version", {"getVersion": FakeServer.Status(502, "Bad Gateway")}),
]


def run_oracle(words):
    """Supervisor's client inside this process: starting Python for each of
    hundreds of cases would take minutes."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            supervisorctl.main(words)
        except SystemExit as end:
            status = end.code or 0
    return supd.Result(out.getvalue(), err.getvalue(), status)


def transcript(run, words, methods):
    with FakeServer(methods) as server:
        done = run(["-s", server.url] + words.split(" "))
        # How often the server is looked for is nobody's business.
        calls = [call for call in server.calls if call[0] != "getVersion"]
        return "$ %s\n%s%s[exit %d]\n%s\n" % (
            words, supd.mask(done.stdout), supd.mask(done.stderr),
            done.status, "\n".join("%s%r" % call for call in calls))


def test_answers(monkeypatch):
    ours = supd.built("supervisorctl-c")
    assert ours, "our client is not built"
    monkeypatch.chdir("/")
    differences = ""
    for words, methods in CASES:
        expected = transcript(run_oracle, words, methods)
        seen = transcript(lambda words: supd.run([ours] + words, cwd="/"),
                          words, methods)
        if seen != expected:
            differences += "\n%r\n" % (methods,) + "".join(
                difflib.unified_diff(expected.splitlines(True),
                                     seen.splitlines(True), "supervisor",
                                     "ours", n=2))
    assert not differences, differences
