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


def both(one):
    """[one(program of Supervisor's daemon), one(None)], at the same time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, (supd.ORACLE_DAEMON, None)))


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
