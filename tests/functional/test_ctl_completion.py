# SPDX-License-Identifier: ISC
"""The completion for bash, asked as bash asks it."""

import os

import pytest

import supd
from fake_server import FakeServer

CTL = supd.built("supervisorctl-c")
SCRIPT = os.path.join(supd.SRCDIR, "packaging/completion/supervisorctl-c")
ASK = """
. "$SCRIPT"
COMP_POINT=${#COMP_LINE}
_supervisorctl_c "$CTL"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def info(group, name):
    return {"group": group, "name": name, "statename": "RUNNING",
            "state": 20, "pid": 1, "description": "d"}


INFOS = [info("cat", "cat"), info("grp", "pa"), info("grp", "pb")]


def complete(line):
    done = supd.run(["/bin/bash", "-c", ASK], env=supd.environment(
        SCRIPT=SCRIPT, CTL=CTL, COMP_LINE=line), cwd="/")
    assert done.stderr == ""
    return sorted(done.stdout.split())


@pytest.mark.parametrize("words,expected", [
    ("start ", ["cat", "grp:*", "grp:pa", "grp:pb"]),
    ("start c", ["cat"]),
    ("start cat grp:p", ["pa", "pb"]),
    ("tail -f gr", ["grp:*", "grp:pa", "grp:pb"]),
    ("update ", ["cat", "grp"]),
    ("version ", []),
    ("rest", ["restart"]),
    ("mst", ["mstart", "mstatus", "mstop"]),
    ("help re", ["reload", "remove", "reread", "restart"]),
    ("hel", ["help"]),
    ("--hi", ["--history-file"]),
    ("--format j", ["json"]),
    ("-r /et", ["/etc"]),
    ("-u me -p x stop c", ["cat"]),
])
def test_completion(words, expected):
    with FakeServer({"getAllProcessInfo": INFOS}) as server:
        seen = complete("supervisorctl-c -s %s %s" % (server.url, words))
    assert seen == expected


def test_without_a_server():
    assert complete("supervisorctl-c -s unix:///no/such start ") == []
