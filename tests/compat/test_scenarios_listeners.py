# SPDX-License-Identifier: ISC
"""Event listeners that keep the protocol, and such that do not, under
Supervisor and under ours.

Each pool is a listener with a fault of its own.  Both daemons run the same
pools at blather level and publish the same events, each once all pools have
come to rest; then what the main log says of each pool must be the same, line
by line: what came from its pipe, the changes of its state, which event it got
and which went back or was lost.
"""

import re

import life
import pytest
import supd
import twins

pytestmark = pytest.mark.skipif(
    not supd.installed(supd.ORACLE_DAEMON), reason="no supervisor here")

# Each answer is one write, so that it is one read of the daemon.
LISTENER = r'''#!/usr/bin/python3
import os, sys, time
def say(text):
    os.write(1, text if isinstance(text, bytes) else text.encode())
def event():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    header = dict(pair.split(":", 1) for pair in line.split())
    return sys.stdin.read(int(header["len"])).split("\n")[-1]
def first(name):
    try:
        os.close(os.open(sys.argv[1] + "/" + name + ".seen",
                         os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
'''

OK = "RESULT 2\\nOKREADY\\n"

# pool: (options, what it does, in which state it rests after each event).
# {0} stands for the name of the pool.
POOLS = {
    "good": ({}, '''
say("READY\\n")
while True:
    event()
    say("%s")
''' % OK, ("event was processed",) * 3),
    "rejects": ({}, '''
say("READY\\n")
while True:
    event()
    say("RESULT 4\\nFAILREADY\\n" if first("rejects") else "%s")
''' % OK, ("event was processed",) * 3),
    "pieces": ({}, '''
say("READY\\n")
while True:
    event()
    for text in "RES", "ULT 2", "\\nO", "K", "READ", "Y\\n":
        say(text)
        time.sleep(0.3) # the pieces are to be reads of their own
''', ("ACKNOWLEDGED -> READY",) * 3),
    "number": ({}, '''
say("READY\\n")
event()
say("RESULT nan\\n")
time.sleep(1000)
''', ("rebuffering",)),
    "undecodable": ({}, '''
say("READY\\n")
event()
say(b"RESULT \\xff\\n")
time.sleep(1000)
''', ("rebuffering",)),
    "hello": ({}, '''
say("HELLO\\n")
time.sleep(1000)
''', ()),
    "twice": ({}, '''
say("READY\\nREADY\\n")
time.sleep(1000)
''', ()),
    "talks": ({}, '''
say("READY\\n")
event()
say("RESULT 2\\nOKREADY\\nREADY\\n")
time.sleep(1000)
''', ("has entered the UNKNOWN state",)),
    "never": ({"buffer_size": 1}, '''
time.sleep(1000)
''', (None, "overflowed", "overflowed")),
    "full": ({"buffer_size": 1}, '''
say("READY\\n")
event()
while not os.path.exists(sys.argv[1] + "/full.go"):
    time.sleep(0.05)
say("RESULT 4\\nFAIL")
time.sleep(1000)
''', (None, None, "overflowed")),
    "exits": ({}, '''
say("READY\\n")
event()
if first("exits"):
    sys.exit(3)
while True:
    say("%s")
    event()
''' % OK, ("event was processed",) * 3),
    "killed": ({"autorestart": "false"}, '''
say("READY\\n")
event()
os.kill(os.getpid(), 9)
''', ("rebuffering",)),
    "deaf": ({}, '''
os.close(0)
say("READY\\n")
time.sleep(1000)
''', ("stopped monitoring",)),
    "aside": ({}, '''
say("READY\\n")
event()
os.write(2, b"a word\\n")
time.sleep(1000)
''', ("stderr output:",)),
    "two": ({"numprocs": 2, "process_name": "two_%(process_num)d"}, '''
say("READY\\n")
event()
time.sleep(1000)
''', ("sent to listener two_0", "sent to listener two_1", None)),
}

EVENTS = 3


def sections():
    text = ""
    for priority, (name, (options, _, _)) in enumerate(POOLS.items()):
        # With one priority the reference mixes up their events.
        text += ("[eventlistener:%s]\ncommand={dir}/%s {dir}\npriority=%d\n"
                 "events=REMOTE_COMMUNICATION\n" % (name, name, priority))
        text += "".join("%s=%s\n" % item for item in options.items())
    return text


def of_pool(found, name):
    """The records that name the pool or one of its processes."""
    word = re.compile(r"(?<![\w/-])%s(_\d)?(?![\w/])" % name)
    return [record for record in found if word.search(record)]


def rest(log, name, text, times):
    """Until this many lines of the pool have the text."""
    supd.wait_until(
        lambda: sum(text in line
                    for line in of_pool(log.lines(), name)) >= times,
        "%d x %s of %s" % (times, text, name), seconds=30,
        show=lambda: of_pool(log.masked(), name))


def publish(daemon, log):
    for number in range(EVENTS):
        assert daemon.rpc.supervisor.sendRemoteCommEvent(
            "kind", "event%d" % number)
        for name, (_, _, rests) in POOLS.items():
            if len(rests) <= number or rests[number] is None:
                continue
            times = list(rests[:number + 1]).count(rests[number])
            rest(log, name, rests[number], times)


def outcome(program):
    daemon = supd.Daemon(programs=sections(), program=program,
                         loglevel="blather")
    for name, (_, code, _) in POOLS.items():
        life.script(daemon.dir, name, LISTENER + code)
    with daemon:
        log = life.Log(daemon)
        names = [name for name in POOLS if name != "two"]
        for name in names + ["two:two_0", "two:two_1"]:
            daemon.wait_state(name, "RUNNING")
        for name in names:
            if name not in ("never", "hello"):
                rest(log, name, "ACKNOWLEDGED -> READY", 1)
        rest(log, "two", "ACKNOWLEDGED -> READY", 2)
        rest(log, "hello", "has entered the UNKNOWN", 1)
        rest(log, "twice", "has entered the UNKNOWN", 1)
        publish(daemon, log)
        open(daemon.path("full.go"), "w").close()
        rest(log, "full", "rebuffering", 1)
        rest(log, "killed", "exited: ", 1)
        return twins.records(daemon.messages(), daemon.dir)


@pytest.fixture(scope="module", name="both")
def fixture_both():
    return twins.both(outcome)


# Ours only: what an UNKNOWN listener had written (docs/differences.md).
OWN = re.compile("unexpected output: ")


def said(found, name):
    """The records of the pool, of one with several processes those of each."""
    lines = twins.pipes_settled(record for record in of_pool(found, name)
                                if not OWN.search(record))
    if name == "two":
        word = re.compile(r"two_\d|pool two")
        return sorted(lines, key=lambda line: word.search(line).group())
    if name == "deaf":
        # The reference tries again every second, and finds the end of the
        # pipe a pass after its first try.
        return sorted(set(lines))
    return lines


@pytest.mark.parametrize("name", POOLS)
def test_the_main_log_says_the_same(both, name):
    oracle, ours = both
    assert said(ours, name) == said(oracle, name)


def test_what_an_unknown_listener_had_written_is_shown(both):
    assert sorted(record for record in both[1] if OWN.search(record)) == [
        "WARN hello: unexpected output: b'HELLO\\n'",
        "WARN talks: unexpected output: b'READY\\n'",
        "WARN twice: unexpected output: b'READY\\n'"]
