# SPDX-License-Identifier: ISC
"""Supervisor and ours with one configuration, and what became of it.

    oracle, ours = twins.run(programs, act)
    assert ours.log_of("web") == oracle.log_of("web")

act(daemon) makes the requests; both daemons run at the same time.
"""

import concurrent.futures
import glob
import json
import os
import re

import life
import supd

LISTENER = '''#!/usr/bin/python3
import json, sys
out = open(sys.argv[1], "a")
while True:
    sys.stdout.write("READY\\n")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        break
    header = dict(pair.split(":", 1) for pair in line.split())
    body = sys.stdin.read(int(header["len"]))
    out.write(json.dumps([header["eventname"], body]) + "\\n")
    out.flush()
    sys.stdout.write("RESULT 2\\nOK")
    sys.stdout.flush()
'''

# A listener that hears everything and writes it down.
EVERYTHING = ("[eventlistener:lis]\ncommand=/usr/bin/python3 {dir}/lis "
              "{dir}/events\nevents=EVENT\nbuffer_size=2000\n")


def sections(programs):
    """Configuration text of {"name" or "kind:name": options}."""
    text = ""
    for name, options in programs.items():
        text += "[%s]\n" % (name if ":" in name else "program:" + name)
        for item in options.items():
            text += "%s=%s\n" % item
    return text


def records(text, folder):
    """The records of a main log as "LEVL text", pids and the folder masked;
    a text of several lines is one record."""
    found = []
    for line in text.splitlines():
        match = life.LINE.match(line)
        if match:
            found.append("%s %s" % (match[2], match[3]))
        elif found:
            found[-1] += "\n" + line
    return [life.PIDS.sub(r"\1PID", record).replace(folder, "DIR")
            for record in found]


HTTP = re.compile("TRAC |BLAT (read|write) event caused by <supervisor.http")


def without_http(found):
    """The records without those that depend on how often a test asks."""
    return [record for record in found if not HTTP.match(record)]


NUMBERS = re.compile(r"(?<=fd )\d+(?= closed)|(?<= at )(\d+|PID)"
                     r"(?= (for|with) )")
OBJECT = re.compile("<P(Output|Input|EventListener)Dispatcher at .*>$")


def pipes_settled(lines):
    """The records with the lines about pipes in a form that no race decides:
    numbers masked, ends that were found one after the other sorted, without
    the read event of an end, as it may also be found when the child's exit
    is handled."""
    result, ends = [], []
    for line in lines:
        line = NUMBERS.sub("N", line)
        found = OBJECT.search(line)
        if found and line.startswith("DEBG fd"):
            if result and result[-1] == (
                    "BLAT read event caused by " + found.group()):
                result.pop()
            ends.append(line)
        elif found and line.startswith("BLAT read") and ends:
            result.append(line) # of the next end, most probably
        else:
            result += sorted(ends) + [line]
            ends = []
    return result + sorted(ends)


SERVER = re.compile("INFO RPC interface |CRIT Server ")
TOUCHED = re.compile("INFO (Creating|Closing) socket |WARN Failed to clean up "
                     "|WARN Could not clear ")


def servers_first(found):
    """The records with those of servers before those of sockets and old logs:
    ours touches nothing before it has its servers (docs/differences.md)."""
    result = []
    for record in found:
        place = len(result)
        while SERVER.match(record) and place > 0 and (
                TOUCHED.match(result[place - 1])):
            place -= 1
        result.insert(place, record)
    return result


REPORT = re.compile("INFO waiting for .* to die$|BLAT .* state: ")
# What is left out: whether a stop took long enough to be reported (of a program
# with the name polite it does); how often a program had its turn that cannot be found, as
# that is a matter of time; and the pipe for stdin of an fcgi-program (those of
# the tests have this name), which ours does not have (docs/differences.md).
LEFT_OUT = re.compile("INFO waiting for (?!polite ).* to stop$|"
                      "INFO spawnerr: can't find command '/no/such/command'$|"
                      "DEBG received SIGCHLD |"
                      "DEBG fd .*<PInputDispatcher .* with name socket")


def settled(found):
    """The records of a whole log in a form that no race decides.

    Several deaths may be one signal; who runs for startsecs in the same pass
    of the loop is told of in any order; who is waited for is told again when
    three seconds have passed.
    """
    result, successes = [], []
    reported = "no"
    found = (one for one in found if not LEFT_OUT.match(one))
    for record in servers_first(pipes_settled(found)):
        if record.startswith("INFO success: "):
            successes.append(record)
            continue
        result += sorted(successes)
        successes = []
        if record.startswith("INFO supervisord started"):
            reported = "no"
        elif record.startswith("INFO waiting for") and " to die" in record:
            reported = "again" if reported != "no" else "once"
        if not (reported == "again" and REPORT.match(record)):
            result.append(record)
    return result + sorted(successes)


class Outcome:
    """What a daemon said and did about each program."""

    def __init__(self, daemon):
        self.dir = daemon.dir
        self.info = {info["name"]: info for info in
                     daemon.rpc.supervisor.getAllProcessInfo()}
        self.lines = [line.replace(daemon.dir, "DIR") for line in
                      life.Log(daemon).masked()]
        self.events = [json.loads(line) for line in
                       daemon.file("events").splitlines()]
        self.files = {}
        for path in glob.glob(daemon.path("*.log*")):
            with open(path, "rb") as file:
                self.files[os.path.basename(path)] = file.read().replace(
                    daemon.dir.encode(), b"DIR")

    def log_of(self, name, *levels):
        """Its lines of the main log, of these levels (INFO and above)."""
        word = re.compile(r"(?<![\w/])%s(?![\w/])" % re.escape(name))
        levels = levels or ("INFO", "WARN", "ERRO", "CRIT")
        return [line for line in self.lines if word.search(line) and
                line[:4] in levels and "waiting for" not in line]

    def events_of(self, name):
        mark = "processname:%s " % name
        return [(kind, re.sub(r"pid:\d+", "pid:PID", body))
                for kind, body in self.events if mark in body]

    def status_of(self, name):
        info = self.info[name]
        return (info["statename"], info["spawnerr"], info["exitstatus"],
                info["pid"] > 0, info["start"] > 0, info["stop"] > 0,
                supd.mask(info["description"]))


def wait_executed(daemon, name):
    """Until the process runs and is no copy of the daemon any more: before,
    the reference loses signals.  Returns its pid."""
    pid = daemon.wait_state(name, "RUNNING")["pid"]

    def executed():
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return daemon.conf.encode() not in file.read()
    supd.wait_until(executed, "exec of " + name)
    return pid


def both(one):
    """[one(program of Supervisor's daemon), one(None)], at the same time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, (supd.ORACLE_DAEMON, None)))


def logs(programs="", act=None, prepare=None, **options):
    """The records that both daemons wrote from start to end, those of HTTP
    left out.

    prepare(daemon) is called before it is started, act(daemon) while it runs;
    the options are those of supd.Daemon.
    """
    def one(program):
        daemon = supd.Daemon(programs=programs, program=program, **options)
        if prepare:
            prepare(daemon)
        with daemon:
            if act:
                act(daemon)
            daemon.stop()
            return without_http(records(daemon.file("main.log"), daemon.dir))
    return both(one)


def run(programs, act, loglevel="info", supervisord=""):
    """The outcomes of Supervisor and of ours."""
    def one(program):
        daemon = supd.Daemon(programs=EVERYTHING + programs, program=program,
                             loglevel=loglevel, supervisord=supervisord)
        life.script(daemon.dir, "lis", LISTENER)
        with daemon:
            daemon.wait_state("lis", "RUNNING")
            act(daemon)
            return Outcome(daemon)
    return both(one)
