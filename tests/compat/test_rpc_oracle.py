# SPDX-License-Identifier: ISC
"""Every method of XML-RPC against Debian's supervisord: the same calls, in the
same order, to both daemons; the documents are compared byte by byte once pids,
times and random names are masked.

Where our answer differs on purpose (docs/differences.md) the call stands in
BETTER with the answer that is expected of us.
"""

import os
import re
import signal
import xmlrpc.client

import pytest

import supd
from rpc_pair import Comparison, Pair, post

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and
         supd.installed(supd.ORACLE_DAEMON)),
    reason="needs supervisord-c and Debian's supervisor")

PROGRAMS = """
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile={dir}/cat.out
stderr_logfile={dir}/cat.err
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=3
environment=A="1"

[program:deaf]
command=/bin/sh -c "trap '' TERM; while :; do read x < {dir}/fifo; done"
startsecs=0
stopwaitsecs=3600
directory=/
umask=022
priority=5

[program:off]
command=/bin/cat
autostart=false
stdout_logfile=NONE
stderr_logfile=/dev/null
stopsignal=INT
exitcodes=0,3,7

[program:rising]
command=/bin/sleep 3600
startsecs=3600
redirect_stderr=true

[program:missing]
command=/no/such/file --opt
startretries=1000

[program:given]
command=/no/such
startretries=0

[program:plain]
command={dir}/plain
startretries=0
autostart=false

[program:folder]
command=/tmp
startretries=0
autostart=false

[program:quick]
command=/bin/false
startretries=0

[program:done]
command=/bin/sleep 0.3
startsecs=0
autorestart=false
stdout_logfile={dir}/ten
stderr_logfile={dir}/empty

[program:three]
command=/bin/sh -c "sleep 0.3; exit 3"
startsecs=0
autorestart=unexpected
exitcodes=3
user=root

[program:num]
command=/bin/cat
process_name=num_%(process_num)d
numprocs=3
startsecs=0
priority=20

[program:\u00fcml\u00e4ut]
command=/bin/cat
startsecs=0
serverurl=http://localhost:1

[program:pa]
command=/bin/cat
startsecs=0
priority=7

[program:pb]
command=/bin/cat
autostart=false
startsecs=0
priority=3

[group:grp]
programs=pa,pb
priority=50

[eventlistener:ears]
command={dir}/listener
events=REMOTE_COMMUNICATION
startsecs=0
"""

LISTENER = """#!/bin/sh
while printf 'READY\\n' && read -r header; do
	len=${header##*len:}
	head -c "${len%% *}" >/dev/null
	printf 'RESULT 2\\nOK'
done
"""

NAMES = ("cat", "cat:cat", "cat:*", "cat:", "cat:x", "cat:cat:x", "deaf",
         "off", "rising", "missing", "given", "plain", "folder", "quick",
         "done", "three", "num", "num:num_0", "num:num_9", "num_0", "grp",
         "grp:pa", "grp:pb", "pa", "grp:nosuch", "nosuch", "nosuch:*",
         "nosuch:x", "", ":", "*", "*:*", "all", " cat", "CAT",
         "\u00fcml\u00e4ut", "ears", "ears:*", "<&>", "a'b")
# Those that a start would start, or a stop stop.
IDLE = ("off", "done", "three", "grp:pb")

SIGNALS = (0, "0", "nosuch", "", "99", 99, -1, "33", "35", "TERMX", "SIG",
           " ", "usr 1", "15.0", "CONT", " cont ", "SIGCONT", "18", 18, "cld",
           18.0, 18.9, False)


def prepare(daemon):
    for name, text, mode in (("plain", "x", 0o644), ("empty", "", 0o644),
                             ("ten", "0123456789", 0o644),
                             ("listener", LISTENER, 0o755)):
        with open(daemon.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(daemon.path(name), mode)
    os.mkfifo(daemon.path("fifo"))


def end_children(daemon):
    """What ignores SIGTERM would hold the end of the daemon up."""
    try:
        for info in daemon.rpc.supervisor.getAllProcessInfo():
            if info["pid"] and info["name"] == "deaf":
                # Else it would be started again.
                if info["statename"] == "RUNNING":
                    daemon.rpc.supervisor.stopProcess("deaf", False)
                os.kill(info["pid"], signal.SIGKILL)
    except (OSError, xmlrpc.client.Error):
        pass


SETTLED = {"cat": "RUNNING", "deaf": "RUNNING", "off": "STOPPED",
           "rising": "STARTING", "missing": "BACKOFF", "given": "FATAL",
           "quick": "FATAL", "done": "EXITED", "three": "EXITED",
           "grp:pa": "RUNNING", "num:num_0": "RUNNING",
           "num:num_2": "RUNNING", "ears": "RUNNING",
           "\u00fcml\u00e4ut": "RUNNING"}


@pytest.fixture(scope="module")
def pair():
    with Pair(PROGRAMS, prepare, end_children) as running:
        for daemon in running.daemons:
            for name, state in SETTLED.items():
                daemon.wait_state(name, state)
        yield running


@pytest.fixture
def compare(pair):
    return Comparison(pair)


def all_methods(pair):
    return pair.daemons[0].rpc.system.listMethods()


def test_lists_and_signatures(compare):
    compare.same("system.listMethods")
    for method in all_methods(compare.pair):
        compare.same("system.methodSignature", method)
    for name in ("", "supervisor", "supervisor.", "nosuch.x", "system._x"):
        compare.same("system.methodSignature", name)
        compare.same("system.methodHelp", name)
    compare.check(52)


def test_help_names_every_parameter(pair):
    system = pair.daemons[1].rpc.system
    for method in all_methods(pair):
        text = system.methodHelp(method)
        signature = system.methodSignature(method)
        params = re.findall(r"^\s*@param (\w+) \w+", text, re.M)
        results = re.findall(r"^\s*@return (\w+)", text, re.M)
        assert params == signature[1:], method
        assert results == signature[:1], method


def test_names_that_are_no_method(compare):
    for name in ("getState", "supervisor", "supervisor.", ".getState",
                 "supervisor..getState", "supervisor.getState.x",
                 "supervisor.nosuch", "nosuch.getState", "system.nosuch",
                 "supervisor._update", "supervisor.__init__",
                 "supervisor.supervisord", "supervisor.getstate",
                 "supervisor.getState ", " supervisor.getState",
                 "supervisor getState", "supervisor.restartProcess",
                 "supervisor.supervisord.options.warnings", "x.y.z",
                 "system.listMethods.__class__"):
        compare.same(name)
    compare.check(20)


def test_number_of_parameters(compare):
    """Only what no method takes, as the others would be carried out."""
    optional = {"startProcess", "stopProcess", "startProcessGroup",
                "stopProcessGroup", "startAllProcesses", "stopAllProcesses"}
    for method in all_methods(compare.pair):
        takes = len(compare.pair.daemons[0].rpc.system.methodSignature(
            method)) - 1
        least = takes - (method.split(".")[1] in optional)
        for count in (takes + 1, takes + 3, least - 1, 0):
            if 0 <= count < least or count > takes:
                compare.same(method, *(["cat"] * count))
    compare.check(120)


def test_state_of_the_daemon(compare):
    for name in ("getAPIVersion", "getVersion", "getIdentification",
                 "getState"):
        compare.same("supervisor." + name)
    for daemon in compare.pair.daemons:
        assert daemon.rpc.supervisor.getPID() == daemon.pid
        assert re.match(r"\d+\.\d+\.\d+",
                        daemon.rpc.supervisor.getSupervisorVersion())
    compare.check(4)


def test_process_info(compare):
    for name in NAMES:
        compare.same("supervisor.getProcessInfo", name)
    compare.same("supervisor.getAllProcessInfo")
    compare.same("supervisor.getAllConfigInfo")
    compare.better((2, "INCORRECT_PARAMETERS"),
                   "supervisor.getProcessInfo", 5)
    compare.better((2, "INCORRECT_PARAMETERS"),
                   "supervisor.getProcessInfo", ["cat"])
    compare.check(40)


def test_autorestart_is_a_boolean_or_a_word(pair):
    """In 4.4 the member is there, and breaks the call if it is true."""
    info = {entry["name"]: entry["autorestart"] for entry in
            pair.daemons[1].rpc.supervisor.getAllConfigInfo()}
    assert info["cat"] == "unexpected"
    assert info["done"] is False


OFFSETS = (0, 3, 9, 10, 11, 100, -1, -3, -10, -11)
LENGTHS = (0, 1, 4, 10, 11, 100, -1, -5)


def test_reading_logs_of_processes(compare):
    for offset in OFFSETS:
        for length in LENGTHS:
            for method in ("readProcessStdoutLog", "tailProcessStdoutLog"):
                compare.same("supervisor." + method, "done", offset, length)
            compare.same("supervisor.tailProcessStderrLog", "done", offset,
                         length)
    for name in NAMES:
        for method in ("readProcessLog", "readProcessStderrLog",
                       "tailProcessLog", "tailProcessStderrLog"):
            compare.same("supervisor." + method, name, 0, 100)
    for offset, length in (("3", "4"), (True, False), (3.9, 4.2), (" 3 ", 0),
                           ("+3", "1_0")):
        compare.same("supervisor.readProcessLog", "done", offset, length)
        compare.same("supervisor.tailProcessLog", "done", offset, length)
    for bad in ("abc", "", [], {}, None, float("nan")):
        compare.better((2, "INCORRECT_PARAMETERS"),
                       "supervisor.readProcessLog", "done", bad, 0)
        compare.better((2, "INCORRECT_PARAMETERS"),
                       "supervisor.tailProcessLog", "done", 0, bad)
    compare.check(400)


def test_reading_the_main_log(compare):
    """Its text differs by times only, so faults and empty answers."""
    for offset, length in ((0, -1), (-1, 1), (10 ** 9, 0), (10 ** 9, 5),
                           ("-5", "5")):
        compare.same("supervisor.readLog", offset, length)
        compare.same("supervisor.readMainLog", offset, length)
    compare.better((2, "INCORRECT_PARAMETERS"), "supervisor.readLog", "a", 5)
    compare.check(10)
    for daemon in compare.pair.daemons:
        read = daemon.rpc.supervisor.readLog
        assert "supervisord started with pid %d\n" % daemon.pid in read(0, 0)
        assert read(0, 30) == daemon.file("main.log")[:30]
        assert read(5, 10) == daemon.file("main.log")[5:15]


def test_starting_what_cannot_or_need_not_be(compare):
    for name in NAMES:
        if name in IDLE or ":*" in name or name.endswith(":"):
            continue
        compare.same("supervisor.startProcess", name)
        if name == "quick":
            # It gives up a moment after its fault.
            for daemon in compare.pair.daemons:
                daemon.wait_state(name, "FATAL")
        compare.same("supervisor.startProcess", name, "0")
    for name in ("nosuch", "grp:*", "", "cat:*", "num_0", "cat", "given",
                 "folder", "plain", "num", "missing"):
        compare.same("supervisor.startProcessGroup", name)
    for name in ("cat:*", "num:*", "given:", "nosuch:*", "quick:x"):
        compare.same("supervisor.startProcess", name)
    compare.check(60)


def test_stopping_what_does_not_run(compare):
    for name in IDLE + ("given", "plain", "quick", "nosuch", "grp", "num",
                        "num_0", "nosuch:*", "off:*", "given:", ""):
        compare.same("supervisor.stopProcess", name)
        compare.same("supervisor.stopProcess", name, False)
    for name in ("off", "given", "nosuch", "done", "grp:*"):
        compare.same("supervisor.stopProcessGroup", name)
    compare.check(34)


def test_signals(compare):
    for text in SIGNALS:
        compare.same("supervisor.signalProcess", "cat", text)
    for name in NAMES:
        if name not in ("grp", "num"):
            compare.same("supervisor.signalProcess", name, "CONT")
    for text in ("CONT", "0", "nosuch", ""):
        for name in ("cat", "grp", "num", "off", "nosuch", "grp:*", "given"):
            compare.same("supervisor.signalProcessGroup", name, text)
        compare.same("supervisor.signalAllProcesses", text)
    # Not signals at all, though Python's module has such names.
    for text in ("_DFL", "SIG_IGN", "_BLOCK", "SIG_SETMASK"):
        compare.better((11, "BAD_SIGNAL: " + text),
                       "supervisor.signalProcess", "cat", text)
    compare.check(80)


def test_standard_input(compare):
    for name in NAMES:
        if name not in ("ears",):
            compare.same("supervisor.sendProcessStdin", name, "")
    for value in (5, True, 1.5, None):
        compare.same("supervisor.sendProcessStdin", "nosuch", value)
        compare.same("supervisor.sendProcessStdin", "cat", value)
    compare.same("supervisor.sendProcessStdin", "cat", "\u00e4<&>\n")
    for daemon in compare.pair.daemons:
        supd.wait_until(lambda d=daemon: d.file("cat.out") == "\u00e4<&>\n",
                        show=lambda d=daemon: d.file("cat.out"))
    compare.same("supervisor.readProcessLog", "cat", 0, 0)
    compare.same("supervisor.tailProcessLog", "cat", 0, 3)
    compare.check(45)


def test_remote_events(compare):
    for params in (("type", "data"), ("", ""), ("\u00e4", "x\ny"), (5, 6),
                   (True, 1.5)):
        compare.same("supervisor.sendRemoteCommEvent", *params)
    compare.better((2, "INCORRECT_PARAMETERS"),
                   "supervisor.sendRemoteCommEvent", "t", ["a"])
    compare.check(6)


def test_groups_that_cannot_be_added_or_removed(compare):
    for name in NAMES:
        compare.same("supervisor.addProcessGroup", name)
    for name in ("cat", "grp", "num", "missing", "nosuch", "grp:*", "pa",
                 "", "ears", "rising"):
        compare.same("supervisor.removeProcessGroup", name)
    compare.check(45)


def test_multicall(compare):
    def entry(method, *params):
        return {"methodName": method, "params": list(params)}
    calls = [
        [],
        [entry("supervisor.getState")],
        [{"methodName": "supervisor.getState"}],
        [{}],
        [{"params": []}],
        [entry("system.multicall", [])],
        [entry("nosuch"), entry("supervisor.getAPIVersion")],
        [entry("supervisor.getState", 1), entry("system.listMethods")],
        [entry("supervisor.getProcessInfo", name) for name in NAMES],
        [entry("supervisor.startProcess", "cat"),
         entry("supervisor.stopProcess", "given"),
         entry("supervisor.startProcessGroup", "num"),
         entry("supervisor.signalProcess", "cat", "bogus")],
        [entry("supervisor.tailProcessLog", "done", 0, 4),
         entry("supervisor.readProcessLog", "done", -3, 0)],
        [entry("supervisor.getState")] * 300,
        [{"methodName": ""}], [{"methodName": None}],
    ]
    for params in ("", {}, "abc", {"a": 1}, 0, 5, None):
        calls.append([{"methodName": "supervisor.getState",
                       "params": params}])
    for batch in calls:
        compare.same("system.multicall", batch)
    for bad in (5, "abc", ["x"], [5]):
        compare.better((2, "INCORRECT_PARAMETERS"), "system.multicall", bad)
    compare.better([{"faultCode": 2, "faultString": "INCORRECT_PARAMETERS"}],
                   "system.multicall", [{"methodName": 5}])
    compare.check(26)


def document(method, params):
    return ("<?xml version='1.0'?><methodCall><methodName>%s</methodName>"
            "%s</methodCall>" % (method, params)).encode()


def test_documents_as_other_clients_write_them(compare):
    info = "supervisor.getProcessInfo"
    read = "supervisor.readProcessLog"
    name = "<param><value>done</value></param>"
    for method, params in (
            ("supervisor.getState", ""),
            ("supervisor.getState", "<params/>"),
            ("supervisor.getState", "<params></params>"),
            (info, "<params><param><value>cat</value></param></params>"),
            (info, "<params><value><string>cat</string></value></params>"),
            (info, "<params><param><value> cat</value></param></params>"),
            (info, "<params><param><value><base64>Y2F0</base64></value>"
                   "</param></params>"),
            (info, "<params><param><value><i8>5</i8></value></param>"
                   "</params>"),
            (info, "<params><param><value/></param></params>"),
            (read, "<params>" + name + "<param><value><i4>0</i4></value>"
                   "</param><param><value><int> 4 </int></value></param>"
                   "</params>"),
            (read, "<params>" + name + "<param><value><i8>1</i8></value>"
                   "</param><param><value><double>2.9</double></value>"
                   "</param></params>"),
            ("supervisor.startProcess",
             "<params><param><value>cat</value></param><param><value>"
             "<boolean>0</boolean></value></param></params>"),
            ("supervisor.startProcess",
             "<params><param><value>cat</value></param><param><value>"
             "<nil/></value></param></params>")):
        compare.expect_equal((method, params),
                             compare.pair.raw(document(method, params)))
    compare.check(13)


VERSION = b"<methodName>supervisor.getVersion</methodName>"
INFO = b"<methodName>supervisor.getProcessInfo</methodName>"


def call_of(inner, head=b"", root=b"methodCall"):
    return head + b"<" + root + b">" + inner + b"</" + root.split()[0] + b">"


def info_of(value):
    return call_of(INFO + b"<params><param>" + value + b"</param></params>")


# How the documents of clients look, or should not: the answers are equal.
ODD_DOCUMENTS = (
    b" ", b"x", b"<", b"<a/>", b"<methodCall>", call_of(b""),
    call_of(VERSION), call_of(VERSION, root=b"anything"),
    call_of(VERSION) + b" \n", call_of(VERSION) + b"x",
    call_of(VERSION) + call_of(VERSION),
    call_of(VERSION, b"\xef\xbb\xbf"), call_of(VERSION, b" \r\n\t"),
    call_of(VERSION, b"<?xml version='1.0' encoding='ISO-8859-1'?>"),
    call_of(VERSION, b"<?xml version='1.0' encoding='UTF-16'?>"),
    call_of(VERSION, b"<!-- a --><?pi b?>"),
    call_of(b"<!-- a -->" + VERSION + b"<!-- b -->\n\t<?pi c?>"),
    call_of(b"<methodName a='b'>supervisor.<![CDATA[getVersion]]>"
            b"</methodName>"),
    call_of(b"<methodName>supervisor.<!-- a -->getVersion</methodName>"),
    call_of(b"<methodName> supervisor.getVersion</methodName>"),
    call_of(b"<methodName>supervisor.getVersion\n</methodName>"),
    call_of(b"<methodName></methodName>"), call_of(b"<methodName/>"),
    call_of(b"<methodname>supervisor.getVersion</methodname>"),
    call_of(b"<params/>" + VERSION), call_of(VERSION + b"<params> </params>"),
    call_of(VERSION, root=b"methodCall xmlns='http://x'"),
    call_of(b"<params><param><value>cat</value></param></params>" + INFO),
    call_of(INFO + b"<params><string>cat</string></params>"),
    call_of(INFO + b"<params><x>cat</x></params>"),
    call_of(INFO + b"<params><param/></params>"),
    info_of(b"<string>cat</string>"),
    info_of(b"<value>cat</value><value>off</value>"),
    info_of(b"<value> <string>cat</string> x </value>"),
    info_of(b"<value>c&amp;<![CDATA[<a>]]>&#x41;&lt;</value>"),
    info_of(b"<value>c<!-- x -->at</value>"),
    info_of(b"<value><string>cat<b/>x</string></value>"),
    info_of(b"<value><i1>cat</i1></value>"),
    info_of(b"<value><ex:nil/></value>"),
    info_of(b"<value><ex:string xmlns:ex='http://x'>cat</ex:string></value>"),
    info_of(b"<value>a\x01b</value>"), info_of(b"<value>&nbsp;</value>"),
    info_of(b"<value>&#0;</value>"), info_of(b"<value>\xef\xbf\xbe</value>"),
    info_of(b"<value>\xc3\xbcml\xc3\xa4ut</value>"),
    info_of(b"<value><int></int></value>"),
    info_of(b"<value><int>x</int></value>"),
    info_of(b"<value><i4>1.5</i4></value>"),
    info_of(b"<value><double>x</double></value>"),
    info_of(b"<value><base64>Y2F0</base64></value>"),
    info_of(b"<value><base64> Y2\nF0 *</base64></value>"),
    info_of(b"<value><base64>Y2F</base64></value>"),
    info_of(b"<value><base64>/w==</base64></value>"),
    info_of(b"<value><dateTime.iso8601>2026</dateTime.iso8601></value>"),
    info_of(b"<value><array/></value>"),
    info_of(b"<value><struct><member><name>a</name></member></struct>"
            b"</value>"),
    info_of(b"<value><struct><member><value>a</value></member></struct>"
            b"</value>"),
    info_of(b"<value><struct><member><name>a</name><value>b</value>"
            b"<value>c</value></member></struct></value>"),
)


def test_documents_that_are_odd_or_wrong(compare):
    for text in ODD_DOCUMENTS:
        compare.expect_equal(text, compare.pair.raw(text))
    ours = compare.pair.daemons[1]
    # What the oracle does not answer, or takes.
    for text in (b"\xff", call_of(VERSION, b"<!DOCTYPE methodCall>"),
                 b"<!DOCTYPE a [<!ENTITY x 'cat'>]>" +
                 info_of(b"<value>&x;</value>")):
        assert post(ours, text)[0] == 400, text
    compare.check(50)


def test_life_of_a_process(compare):
    """Deferred answers, and the state that each leaves behind."""
    steps = (
        ("startProcess", "off"), ("startProcess", "off"),
        ("stopProcess", "off"), ("stopProcess", "off"),
        ("startProcess", "done"), ("startProcess", "three"),
        ("startProcess", "quick"), ("startProcess", "plain"),
        ("startProcessGroup", "grp"), ("stopProcess", "grp:*"),
        ("startProcess", "grp:", True), ("stopProcessGroup", "grp", True),
        ("startProcess", "grp:pa"), ("stopProcess", "num:num_1"),
        ("startProcessGroup", "num"), ("stopProcess", "missing"),
        ("stopProcess", "rising"), ("clearProcessLogs", "cat"),
        ("clearProcessLog", "cat"), ("clearProcessLogs", "nosuch"),
        ("clearProcessLogs", "grp:*"),
        ("removeProcessGroup", "given"), ("getProcessInfo", "given"),
        ("removeProcessGroup", "given"), ("addProcessGroup", "given"),
    )
    for method, *params in steps:
        if method in ("startProcessGroup", "stopProcessGroup") or (
                method.startswith("st") and ":" in params[0][-2:]):
            compare.same_statuses("supervisor." + method, *params)
        else:
            compare.same("supervisor." + method, *params)
        if params[0] in ("done", "three"):
            for daemon in compare.pair.daemons:
                daemon.wait_state(params[0], "EXITED")
    # In a deferred answer the oracle counts characters, not bytes.
    name = "\u00fcml\u00e4ut"
    compare.same("supervisor.stopProcess", name)
    compare.same("supervisor.removeProcessGroup", name)
    compare.same("supervisor.clearAllProcessLogs")
    for daemon in compare.pair.daemons:
        daemon.wait_state("given", "FATAL")
    for name in NAMES:
        compare.same("supervisor.getProcessInfo", name)
    compare.check(60)


def test_while_it_stops(compare):
    compare.same("supervisor.stopProcess", "deaf", False)
    for daemon in compare.pair.daemons:
        daemon.wait_state("deaf", "STOPPING")
    compare.same("supervisor.getProcessInfo", "deaf")
    compare.same("supervisor.stopProcess", "deaf")
    compare.same("supervisor.startProcess", "deaf")
    compare.better((60, "ALREADY_STARTED: deaf"),
                   "supervisor.startProcess", "deaf", False)
    compare.same("supervisor.sendProcessStdin", "deaf", "x")
    compare.same("supervisor.signalProcess", "deaf", "CONT")
    compare.same("supervisor.stopProcessGroup", "deaf")
    compare.same("supervisor.removeProcessGroup", "deaf")
    compare.same("supervisor.signalProcess", "deaf", "KILL")
    for daemon in compare.pair.daemons:
        daemon.wait_state("deaf", "STOPPED")
    compare.same("supervisor.getProcessInfo", "deaf")
    compare.check(11)


def test_reloading(compare):
    pair = compare.pair
    compare.same("supervisor.reloadConfig")
    changed = PROGRAMS.replace("[program:off]\ncommand=/bin/cat",
                               "[program:off]\ncommand=/bin/cat -n")
    changed = changed.replace("[program:plain]", "[program:plainer]")
    for daemon in pair.daemons:
        daemon.write_config(changed)
    compare.same("supervisor.reloadConfig")
    compare.same("supervisor.reloadConfig")
    compare.same("supervisor.addProcessGroup", "plainer")
    compare.same("supervisor.removeProcessGroup", "plain")
    compare.same("supervisor.addProcessGroup", "plain")
    compare.same("supervisor.getAllProcessInfo")
    compare.same("supervisor.reloadConfig")
    for text in ("[program:x]\n", "[program:x]\ncommand=a\nnumprocs=b\n",
                 "x=y\n", "[program:x]\ncommand=a\nautostart=maybe\n",
                 "[group:x]\nprograms=nosuch\n",
                 "[program:x]\ncommand=%(host_node_name\n"):
        for daemon in pair.daemons:
            daemon.write_config(changed + text)
        compare.same("supervisor.reloadConfig")
    for daemon in pair.daemons:
        daemon.write_config(changed)
    compare.same("supervisor.reloadConfig")
    compare.check(15)


def test_clearing_the_main_log(compare):
    compare.same("supervisor.clearLog")
    for daemon in compare.pair.daemons:
        os.unlink(daemon.log)
    compare.same("supervisor.clearLog")
    compare.same("supervisor.readLog", 0, 0)


def test_everything_at_once(compare):
    compare.same_statuses("supervisor.stopAllProcesses")
    compare.same_statuses("supervisor.stopAllProcesses")
    for daemon in compare.pair.daemons:
        # Starting it would take an hour.
        daemon.rpc.supervisor.removeProcessGroup("rising")
    compare.same_statuses("supervisor.startAllProcesses")
    compare.check(3)


def test_shutdown(pair):
    """Last: both daemons end here."""
    for daemon in pair.daemons:
        daemon.wait_state("deaf", "RUNNING")
    compare = Comparison(pair)
    deaf = [daemon.rpc.supervisor.getProcessInfo("deaf")["pid"]
            for daemon in pair.daemons]
    methods = all_methods(pair)
    compare.same("supervisor.shutdown")
    examples = {"string": "cat", "int": 0, "boolean": True}
    for method in methods:
        if method == "system.multicall":
            continue
        types = compare.pair.daemons[0].rpc.system.methodSignature(method)
        params = [examples[kind] for kind in types[1:]]
        if method.startswith("system.methodHelp"):
            continue
        compare.same(method, *params)
        if params:
            compare.same(method, *params[1:], *params, 1)
    compare.same("system.multicall",
                 [{"methodName": m, "params": []} for m in methods])
    compare.check(55)
    for pid in deaf:
        os.kill(pid, signal.SIGKILL)
    for daemon in pair.daemons:
        assert daemon.process.wait(30) == 0
