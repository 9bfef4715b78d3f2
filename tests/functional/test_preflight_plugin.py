# SPDX-License-Identifier: ISC
"""The plugin in the daemon: the gate, the table, the events."""

import json
import os

import life
import supd
from gated_site import serve, users
from nginx_site import needs_nginx

pytestmark = needs_nginx


def verdict(daemon):
    row = daemon.rpc.preflight.check("web")
    return row["verdict"], row["sentence"]


def test_block_refuses_and_a_start_asks_again(serve):
    site, daemon = serve("preflight=block")
    site.chmod("home", 0o700)
    result = daemon.ctl("start", "web")
    assert result.status == 7
    info = daemon.rpc.supervisor.getProcessInfo("web")
    assert info["statename"] == "FATAL"
    assert info["spawnerr"].startswith("preflight: PF101 ")
    site.chmod("home", 0o755)
    assert daemon.ctl("start", "web").status == 0
    daemon.wait_state("web", "RUNNING")


def test_rpc_and_the_table(serve):
    site, daemon = serve("preflight=warn")
    empty = daemon.ctl("preflight")
    assert (empty.status, empty.stdout) == (0,
                                            "Nothing has been checked yet\n")
    assert daemon.rpc.preflight.reports() == []
    assert daemon.rpc.preflight.report("web") == ""

    site.chmod("home", 0o700)
    asked = daemon.ctl("preflight", "web")
    lines = asked.stdout.splitlines()
    assert asked.status == 1
    assert lines[0].split() == ["PROGRAM", "VERDICT", "WHY"]
    assert lines[1].split()[:3] == ["web", "fail", "PF101"]
    report = json.loads(daemon.rpc.preflight.report("web"))
    assert report["schema"] == "preflight/1"
    assert [p["name"] for p in report["programs"]] == ["web"]

    last = daemon.ctl("preflight", "--format=json")
    assert json.loads(last.stdout) == daemon.rpc.preflight.reports()
    assert daemon.ctl("preflight").stdout == asked.stdout
    nobody = daemon.ctl("preflight", "nobody")
    assert (nobody.status, nobody.stdout) == (1, "No such process nobody\n")


MORE = """
[program:%s]
command=/bin/cat
autostart=false
preflight=warn
"""


def test_reports_are_in_the_order_of_names(serve):
    names = ["b", "zeta", "a", "c2"]
    _, daemon = serve("preflight=warn", more="".join(MORE % n for n in names))
    for name in names + ["web", "b"]:
        daemon.rpc.preflight.check(name)
    listed = [row["name"] for row in daemon.rpc.preflight.reports()]
    assert listed == ["a", "b", "c2", "web", "zeta"]
    assert [line.split()[0] for line in
            daemon.ctl("preflight").stdout.splitlines()[1:]] == listed
    # What is not in the configuration any more has no verdict.
    with open(daemon.conf) as text:
        without = text.read().replace(MORE % "b", "")
    with open(daemon.conf, "w") as out:
        out.write(without)
    daemon.rpc.supervisor.reloadConfig()
    assert "b" in [r["name"] for r in daemon.rpc.preflight.reports()]
    daemon.rpc.supervisor.removeProcessGroup("b")
    assert [row["name"] for row in daemon.rpc.preflight.reports()] == [
        "a", "c2", "web", "zeta"]


def test_a_server_without_preflight():
    with supd.Daemon(programs="[program:cat]\ncommand=/bin/cat\n") as daemon:
        asked = daemon.ctl("preflight")
        assert asked.status == 1
        assert "does no preflight" in asked.stdout


LISTENER = """
import sys
while True:
    sys.stdout.write("READY\\n"); sys.stdout.flush()
    line = sys.stdin.readline()
    head = dict(w.split(":") for w in line.split())
    body = sys.stdin.read(int(head["len"]))
    open(sys.argv[1], "a").write(
        head["eventname"] + " " + body.split("\\n")[0] + "\\n")
    sys.stdout.write("RESULT 2\\nOK"); sys.stdout.flush()
"""


def test_a_listener_that_asks_hears_of_it(serve, tmp_path):
    script = life.script(tmp_path, "listen.py",
                         "#!/usr/bin/python3\n" + LISTENER)
    heard = str(tmp_path / "heard")
    site, daemon = serve("preflight=warn", more="""
[eventlistener:ear]
command=%s %s
events=PREFLIGHT
[eventlistener:other]
command=%s %s
events=EVENT
""" % (script, heard, script, heard + "-else"))
    daemon.wait_state("ear:ear", "RUNNING")
    daemon.wait_state("other:other", "RUNNING")
    expected = "processname:web groupname:web verdict:"
    assert verdict(daemon)[0] == "ok"
    site.chmod("home", 0o700)
    assert verdict(daemon)[0] == "fail"
    supd.wait_until(lambda: os.path.exists(heard) and
                    len(open(heard).readlines()) == 2, "two events")
    assert open(heard).read().splitlines() == [
        "PREFLIGHT_OK " + expected + "ok",
        "PREFLIGHT_FAIL " + expected + "fail"]
    # Who wants everything that Supervisor has gets nothing that it has not.
    daemon.rpc.supervisor.sendRemoteCommEvent("last", "word")
    supd.wait_until(lambda: "REMOTE_" in open(heard + "-else").read(),
                    "an event of Supervisor's")
    assert "PREFLIGHT" not in open(heard + "-else").read()
