# SPDX-License-Identifier: ISC
"""The same calls to Supervisor's daemon and to ours: the documents are compared
byte by byte once pids, times and random names are masked."""

import difflib
import re
import xmlrpc.client

import supd


class Pair:
    """The oracle and our daemon, on equal configurations.

    prepare(daemon) puts the files there that the programs need; before the
    end(daemon) is called for each.
    """

    def __init__(self, programs, prepare=None, end=None,
                 commands=(supd.ORACLE_DAEMON, None)):
        self.daemons = []
        self.end = end
        for program in commands:
            daemon = supd.Daemon(program=program, programs="")
            if prepare:
                prepare(daemon)
            daemon.write_config(programs)
            self.daemons.append(daemon)

    def __enter__(self):
        for daemon in self.daemons:
            daemon.start()
        return self

    def __exit__(self, kind, error, trace):
        for daemon in self.daemons:
            if self.end and daemon.process and daemon.process.poll() is None:
                self.end(daemon)
            daemon.__exit__(kind, error, trace)

    def raw(self, body):
        return [post(daemon, body) for daemon in self.daemons]

    def call(self, method, *params):
        body = xmlrpc.client.dumps(params, method, allow_none=True)
        return self.raw(body.encode())


def post(daemon, body):
    connection = supd._UnixConnection(daemon.sock)
    try:
        connection.request("POST", "/RPC2", body,
                           {"Content-Type": "text/xml"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


TIMES = re.compile(r"(<name>(?:start|stop|now)</name>\n<value><int>)[1-9]\d+")
PIDS = re.compile(r"(<name>pid</name>\n<value><int>)[1-9]\d*")
AUTO = re.compile(r"---supervisor-[a-z0-9_]{8}\.log")
# Debian's is older than the contract.
AUTORESTART = re.compile(
    r"<member>\n<name>autorestart</name>\n.*\n</member>\n")


def masked(daemon, answer):
    status, text = answer
    text = text.replace(daemon.dir, "DIR")
    text = TIMES.sub(r"\1TIME", text)
    text = PIDS.sub(r"\1PID", text)
    text = AUTO.sub("---supervisor-RANDOM.log", text)
    text = AUTORESTART.sub("", text)
    return status, supd.mask(text)


def fault(code, text):
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text))


class Comparison:
    """Collects every difference instead of stopping at the first."""

    def __init__(self, pair):
        self.pair = pair
        self.count = 0
        self.differences = []

    def expect_equal(self, what, answers):
        self.count += 1
        theirs, ours = (masked(daemon, answer) for daemon, answer in
                        zip(self.pair.daemons, answers))
        if theirs != ours:
            self.differences.append("%s\n%s" % (what, "\n".join(
                difflib.unified_diff(
                    [str(theirs[0])] + theirs[1].splitlines(),
                    [str(ours[0])] + ours[1].splitlines(),
                    "theirs", "ours", n=4, lineterm=""))))

    def same(self, method, *params):
        answers = self.pair.call(method, *params)
        self.expect_equal("%s%r" % (method, params), answers)
        return answers

    def same_statuses(self, method, *params):
        """Statuses come in the order in which the processes settle."""
        self.count += 1
        theirs, ours = (
            sorted(xmlrpc.client.loads(masked(daemon, answer)[1])[0][0],
                   key=repr)
            for daemon, answer in zip(self.pair.daemons,
                                      self.pair.call(method, *params)))
        if theirs != ours or [list(e) for e in theirs] != [
                list(e) for e in ours]:
            self.differences.append("%s%r\n theirs %r\n ours   %r" % (
                method, params, theirs, ours))

    def better(self, expected, method, *params):
        """Where the oracle fails (HTTP 500) or is wrong: ours must be a fault
        with this code and name, or this value."""
        self.count += 1
        body = xmlrpc.client.dumps(params, method, allow_none=True)
        ours = post(self.pair.daemons[1], body.encode())
        try:
            got = xmlrpc.client.loads(ours[1])[0][0] \
                if ours[0] == 200 else ours
        except xmlrpc.client.Fault as error:
            got = (error.faultCode, error.faultString)
        if got != expected:
            self.differences.append("%s%r\n expected %r\n ours     %r" % (
                method, params, expected, got))

    def check(self, at_least):
        assert not self.differences, "%d of %d answers differ:\n%s" % (
            len(self.differences), self.count,
            "\n".join(self.differences))
        assert self.count >= at_least
