# SPDX-License-Identifier: ISC
"""The pages, their actions and their live events (contract C5.1 to C5.5)."""

import http.client
import os
import re
import socket
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest

import supd
from web_client import Web

PROGRAMS = """
[inet_http_server]
port=127.0.0.1:%d

[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile={dir}/cat.out
stderr_logfile={dir}/cat.err

[program:off]
command=/bin/cat
autostart=false
startsecs=0
stdout_logfile={dir}/off.out

[program:bad]
command=/nonexistent/<x>&y
startretries=0
autostart=false

[program:unlogged]
command=/bin/cat
autostart=false
stdout_logfile=NONE

[group:grp]
programs=one,two

[program:one]
command=/bin/cat
startsecs=0

[program:two]
command=/bin/cat
startsecs=0
"""


@pytest.fixture(scope="module")
def web():
    port = supd.free_port()
    with supd.Daemon(programs=PROGRAMS % port) as daemon:
        for name in ("cat", "grp:one", "grp:two"):
            daemon.wait_state(name, "RUNNING")
        yield Web(daemon, port)


def rows(tree):
    return {row.find("td[3]/a").text: row
            for row in tree.iter("tr") if row.find("td") is not None}


def actions(row):
    return [(link.get("name"), link.get("href"), link.get("class"))
            for link in row.findall("td[4]/ul/li/a")]


# The status page

@pytest.mark.parametrize("path", [
    "/", "/index.html", "//index.html", "/index%2ehtml", "/?x=1"])
def test_the_page_and_its_headers(web, path):
    reply = web.get(path)
    assert reply.status == 200
    assert reply.getheader("Content-Type") == "text/html;charset=utf-8"
    assert reply.getheader("Pragma") == "no-cache"
    assert reply.getheader("Cache-Control") == "no-cache"
    assert reply.getheader("Expires") == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert "'self'" in reply.getheader("Content-Security-Policy")


def test_the_skeleton(web):
    tree = web.tree()
    assert tree.find("head/title").text == "Supervisor Status"
    wrapper = tree.find("body/div[@id='wrapper']")
    assert wrapper[0].get("id") == "header"
    content = wrapper[1]
    assert content[0].tag == "div" and content[0].get("class") == "hidden"
    form = content[1]
    assert (form.tag, form.get("action"), form.get("method")) == (
        "form", "index.html", "post")
    assert (form[0].get("id"), form[0].get("class")) == ("buttons", "clr")
    assert [(li.get("class"), li[0].text, li[0].get("href"))
            for li in form[0]] == [
        ("action-button", "Refresh", "index.html?action=refresh"),
        ("action-button", "Restart All", "index.html?action=restartall"),
        ("action-button", "Stop All", "index.html?action=stopall")]
    assert [th.get("class") for th in form.iter("th")] == [
        "state", "desc", "name", "action"]
    footer = tree.findall("body/div")[-1]
    assert (footer.get("id"), footer.get("class")) == ("footer", "clr")
    assert [div.get("class") for div in footer] == ["left", "right"]


def test_rows(web):
    found = rows(web.tree())
    assert list(found) == ["bad", "cat", "grp:one", "grp:two", "off",
                           "unlogged"]
    assert [row.get("class") for row in found.values()] == [
        "", "shade"] * 3
    cat = found["cat"]
    assert cat[0].get("class") == "status"
    assert (cat[0][0].get("class"), cat[0][0].text) == (
        "statusrunning", "running")
    assert re.fullmatch(r"pid \d+, uptime 0:\d\d:\d\d", cat[1][0].text)
    assert cat[2][0].get("href") == "tail.html?processname=cat"
    assert cat[2][0].get("target") == "_blank"
    assert actions(cat) == [
        ("Restart", "index.html?processname=cat&action=restart", None),
        ("Stop", "index.html?processname=cat&action=stop", None),
        ("Clear Log", "index.html?processname=cat&action=clearlog", None),
        ("Tail -f Stdout", "logtail/cat", None),
        ("Tail -f Stderr", "logtail/cat/stderr", None)]
    assert [link.text for link in cat.findall("td[4]/ul/li/a")] == [
        "Restart", "Stop", "Clear Log", "Tail -f Stdout", "Tail -f Stderr"]
    off = found["off"]
    assert (off[0][0].get("class"), off[0][0].text, off[1][0].text) == (
        "statusnominal", "stopped", "Not started")
    assert actions(off)[:2] == [
        ("Start", "index.html?processname=off&action=start", None),
        ("#", "#", "hidden")]
    assert found["grp:one"][2][0].get("href") == (
        "tail.html?processname=grp%3Aone")


def test_texts_are_escaped(web):
    assert web.message("/?action=start&processname=bad") == (
        "ERROR: Process bad: no such file")
    tree = web.tree("/?message=" + urllib.parse.quote("<i>&\"\x01\u00fc"))
    message = [div for div in tree.iter("div")
               if div.get("class") == "status_msg"]
    assert message[0].text == "<i>&\"\ufffd\u00fc"


def test_groups_have_actions(web):
    groups = [ul for ul in web.tree().iter("ul") if ul.get("id") == "groups"]
    assert groups[0][0][0].text == "grp"
    assert web.message("/?action=stopgroup&groupname=grp") == (
        "Group grp stopped")
    assert web.daemon.state("grp:one") == "STOPPED"
    assert web.message("/?action=startgroup&groupname=grp") == (
        "Group grp started")
    old = web.daemon.rpc.supervisor.getProcessInfo("grp:two")["pid"]
    assert web.message("/?action=restartgroup&groupname=grp") == (
        "Group grp restarted")
    assert web.daemon.rpc.supervisor.getProcessInfo("grp:two")["pid"] != old
    assert web.message("/?action=stopgroup&groupname=no") == (
        "No such group named no")


def test_no_programs():
    port = supd.free_port()
    config = "[inet_http_server]\nport=127.0.0.1:%d\n" % port
    with supd.Daemon(programs=config) as daemon:
        text = Web(daemon, port).get("/").text
    assert "No programs to manage" in text
    assert "<table" not in text


# Actions

STAMP = r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}"


def test_start_stop_restart_clear(web):
    for path, message in (
            ("start", "Process off started"),
            ("start", "ERROR: Process off: already started"),
            ("stop", "Process off stopped"),
            ("stop", "unexpected rpc fault [70] NOT_RUNNING: off"),
            ("restart", "Process off restarted"),
            ("restart", "Process off restarted"),
            ("clearlog", "Log for off cleared"),
            ("stop", "Process off stopped")):
        assert web.message(
            "/index.html?processname=off&action=" + path) == message


def test_a_failed_restart_is_told(web):
    assert web.message("/?processname=bad&action=restart") == (
        "ERROR: Process bad: no such file")


def test_actions_on_all(web):
    assert re.fullmatch("Page refreshed at " + STAMP,
                        web.message("/?action=refresh"))
    assert re.fullmatch("All stopped at " + STAMP,
                        web.message("/?action=stopall"))
    assert web.daemon.state("cat") == "STOPPED"
    assert re.fullmatch("All restarted at " + STAMP,
                        web.message("/?action=restartall"))
    web.daemon.wait_state("cat", "RUNNING")
    web.daemon.rpc.supervisor.stopProcess("off")


@pytest.mark.parametrize("name", ["nope", "grp:*", "grp", "cat:no"])
def test_unknown_names(web, name):
    assert web.message("/?action=stop&processname=" + name) == (
        "No such process named " + name)


@pytest.mark.parametrize("query", [
    "action=bogus", "action=start", "action=tail&processname=cat",
    "action=startall", "action=stop&processname="])
def test_bad_actions_get_400(web, query):
    assert web.get("/index.html?" + query).status == 400


def test_actions_by_post(web):
    assert web.message("/index.html", "POST",
                       "action=start&processname=off") == (
        "Process off started")
    assert web.message("/?action=start", "POST",
                       "action=stop&processname=off") == (
        "Process off stopped")


def test_head_changes_nothing(web):
    reply = web.ask("HEAD", "/?action=stopall")
    assert (reply.status, reply.text) == (200, "")
    assert int(reply.getheader("Content-Length")) > 1000
    assert web.daemon.state("cat") == "RUNNING"


@pytest.mark.parametrize("headers,location", [
    ({"Host": "a.example"}, "http://a.example/?message="),
    ({"Host": "a.example:80"}, "http://a.example/?message="),
    ({"Host": "a.example:8080"}, "http://a.example:8080/?message="),
    ({"Host": "a.example/sub/index.html"},
     "http://a.example/sub/index.html/?message="),
    ({"Host": "a.example", "X_Forwarded_Proto": "https"},
     "https://a.example/?message="),
    ({"Host": "a.example", "X_Forwarded_Proto": "javascript"},
     "http://a.example/?message="),
    ({"Host": ""}, "./?message=")])
def test_where_a_redirect_leads(web, headers, location):
    reply = web.get("/?action=refresh", **headers)
    assert reply.getheader("Location").startswith(location + "Page%20refresh")


@pytest.mark.parametrize("headers,allowed", [
    ({}, True), ({"Sec_Fetch_Site": "none"}, True),
    ({"Sec_Fetch_Site": "same-origin"}, True),
    ({"Sec_Fetch_Site": "cross-site"}, False),
    ({"Sec_Fetch_Site": "same-site"}, False),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "http://a.example", "Host": "a.example"}, True)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_sites_cannot_act(web, headers, allowed, method):
    path = "/?action=clearlog&processname=cat"
    body = "" if method == "POST" else None
    reply = web.ask(method, path, body, **headers)
    assert reply.status == (303 if allowed else 403)
    if not allowed:
        assert "another site" in reply.text
        assert web.get("/", **headers).status == 200
        call = "<m><methodName>supervisor.getState</methodName></m>"
        assert web.ask("POST", "/RPC2", call, **headers).status == 403


def test_a_restart_is_finished_without_its_browser(web):
    rpc = web.daemon.rpc.supervisor
    old = rpc.getProcessInfo("cat")["pid"]
    os.kill(old, 19)  # SIGSTOP: its end takes until it is told to go on
    sock = socket.create_connection(("127.0.0.1", web.port))
    sock.sendall(b"GET /?action=restart&processname=cat HTTP/1.1\r\n\r\n")
    web.daemon.wait_state("cat", "STOPPING")
    sock.close()
    os.kill(old, 18)
    info = web.daemon.wait_state("cat", "RUNNING")
    assert info["pid"] != old


def test_the_page_is_shown_while_shutting_down():
    port = supd.free_port()
    stubborn = ("[inet_http_server]\nport=127.0.0.1:%d\n"
                "[program:stubborn]\ncommand=/bin/sh -c "
                "'trap \"\" TERM; echo ready; while :; do read x; done'\n"
                "stopwaitsecs=60\nstartsecs=0\n" % port)
    with supd.Daemon(programs=stubborn) as daemon:
        supd.wait_until(lambda: "ready" in daemon.rpc.supervisor
                        .readProcessStdoutLog("stubborn", 0, 0))
        pid = daemon.rpc.supervisor.getProcessInfo("stubborn")["pid"]
        daemon.rpc.supervisor.shutdown()
        web = Web(daemon, port)
        assert "stopping" in web.get("/").text
        assert web.get("/ok.html").text == "OK"
        assert web.message("/?action=start&processname=stubborn") == (
            "ERROR: Process stubborn: unexpected rpc fault [6] "
            "SHUTDOWN_STATE")
        os.kill(pid, 9)


# Logs

def test_the_tail_page(web):
    with open(web.daemon.path("cat.out"), "wb") as file:
        file.write(b"x" * 2000 + b"</pre>\xff\xe2\x82")
    tree = web.tree("/tail.html?processname=cat")
    assert tree.find("head/title").text == "Supervisor tail of process cat"
    log = tree.find(".//pre")
    assert log.text == "x" * (1024 - 9) + "</pre>" + "\ufffd" * 3
    refresh = [a.get("href") for a in tree.iter("a") if a.text == "Refresh"]
    assert refresh == ["tail.html?processname=cat&limit=1024"]
    for limit, size in (("1500", 1500), ("5", 1024), ("x", 1024), ("-1", 1024),
                        ("0", 1024), ("99999", 2009)):
        tree = web.tree("/tail.html?processname=cat&limit=" + limit)
        assert len(tree.find(".//pre").text) == size


@pytest.mark.parametrize("query,text", [
    ("", "No process name found"), ("processname=", "No process name found"),
    ("processname=unlogged", "No file for unlogged"),
    ("processname=grp%3A*",
     "ERROR: unexpected rpc fault [10] BAD_NAME: grp:*"),
    ("processname=%3Cb%3E", "ERROR: unexpected rpc fault [10] BAD_NAME: <b>")])
def test_tails_without_a_log(web, query, text):
    tree = web.tree("/tail.html?" + query)
    assert tree.find(".//pre").text == text
    if query in ("", "processname="):
        assert tree.find("head/title").text == (
            "Supervisor tail of process None")


# The rest

def test_ok(web):
    for method in ("GET", "POST"):
        reply = web.ask(method, "/ok.html", "" if method == "POST" else None)
        assert (reply.status, reply.text) == (200, "OK")
        assert reply.getheader("Content-Type") == "text/plain"


ASSETS = os.path.join(supd.SRCDIR, "supervisord-c/web/assets")


def read_asset(name):
    with open(os.path.join(ASSETS, name), "rb") as file:
        return file.read()


@pytest.mark.parametrize("path,content_type", [
    ("stylesheets/supervisor.css", "text/css"),
    ("scripts/status.js", "text/javascript"),
    ("scripts/tail.js", "text/javascript"),
    ("images/icon.svg", "image/svg+xml"),
    ("images/icon.png", "image/png"), ("images/rule.gif", "image/gif"),
    ("images/supervisor.gif", "image/gif"), ("images/state0.gif", "image/gif"),
    ("images/state1.gif", "image/gif"), ("images/state2.gif", "image/gif"),
    ("images/state3.gif", "image/gif")])
def test_assets(web, path, content_type):
    reply = web.get("/" + path)
    name = os.path.basename(path)
    if name == "supervisor.css":
        name = "style.css"
    elif not name.endswith((".svg", ".js")):
        name = path
    assert reply.bytes == read_asset(name)
    assert reply.getheader("Content-Type").split(";")[0] == content_type
    stamp = reply.getheader("Last-Modified")
    fresh = web.get("/" + path, If_Modified_Since=stamp)
    assert (fresh.status, fresh.text) == (304, "")
    assert fresh.getheader("Transfer-Encoding") is None
    old = web.get("/" + path,
                  If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")
    assert old.status == 200
    head = web.ask("HEAD", "/" + path)
    assert int(head.getheader("Content-Length")) == len(reply.bytes)
    assert web.ask("POST", "/" + path, "").status == 400


def test_images_are_those_that_their_source_draws(tmp_path):
    done = supd.run([sys.executable, os.path.join(ASSETS, "draw.py"),
                     tmp_path])
    assert done.status == 0, done
    names = sorted(os.listdir(tmp_path))
    assert names == sorted(os.listdir(os.path.join(ASSETS, "images")))
    for name in names:
        assert (tmp_path / name).read_bytes() == read_asset("images/" + name)


@pytest.mark.parametrize("path", [
    "/nope", "/status.html", "/images/", "/index.html;x", "/ok.html;x",
    "/../main.log", "/%2e%2e/main.log", "/images/../ok.html"])
def test_what_is_not_there_gets_404(web, path):
    assert web.get(path).status == 404


def test_every_link_of_the_page_leads_somewhere(web):
    text = web.get("/").text
    for path in set(re.findall(r'(?:href|src)="([^"#:?]+)"', text)):
        if not path.startswith("logtail/"):
            assert web.get("/" + path).status == 200, path


def test_a_call_that_forgot_rpc2_gets_no_page(web):
    call = "<m><methodName>supervisor.getState</methodName></m>"
    assert web.ask("POST", "/", call, Content_Type="text/xml").status == 404


# Live events

class Events:
    def __init__(self, web):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", web.port, timeout=30)
        self.connection.request("GET", "/events")
        self.reply = self.connection.getresponse()

    def next(self):
        event = {}
        while True:
            line = self.reply.readline().decode().rstrip("\n")
            if line == "" and "event" in event:
                return event["event"], event["data"]
            if line:
                name, value = line.split(": ", 1)
                event[name] = value

    def wait_row(self, name, state):
        while True:
            kind, data = self.next()
            if kind != "row":
                continue
            row = ElementTree.fromstring(data)
            if row.get("data-name") == name and row[0][0].text == state:
                return row


def test_live_rows(web):
    events = Events(web)
    assert events.reply.getheader("Content-Type") == "text/event-stream"
    names = [ElementTree.fromstring(events.next()[1]).get("data-name")
             for _ in range(6)]
    assert names == ["bad", "cat", "grp:one", "grp:two", "off", "unlogged"]
    assert events.next() == ("rows", "6")
    rpc = web.daemon.rpc.supervisor
    rpc.startProcess("off")
    row = events.wait_row("off", "running")
    assert ElementTree.tostring(row[3]) == ElementTree.tostring(
        rows(web.tree())["off"][3])
    rpc.stopProcess("off")
    events.wait_row("off", "stopped")
    rpc.removeProcessGroup("off")
    while events.next()[0] != "reload":
        pass
    rpc.addProcessGroup("off")
    events.connection.close()


def test_the_end_of_a_viewer_is_noticed(web):
    def descriptors():
        return len(os.listdir("/proc/%d/fd" % web.daemon.pid))
    viewers = [Events(web) for _ in range(10)]
    many = descriptors()
    for viewer in viewers:
        viewer.reply.close()
        viewer.connection.close()
    supd.wait_until(lambda: descriptors() <= many - 10, show=descriptors)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback")
def test_ipv6_and_hashed_passwords():
    port = supd.free_port()
    config = ("[inet_http_server]\nport=[::1]:%d\nusername=user\n"
              "password={SHA}1a91d62f7ca67399625a4368a6ab5d4a3baa6073\n"
              % port)
    with supd.Daemon(programs=config):
        for header, status in (({}, 401), (
                {"Authorization": "Basic dXNlcjpwdw=="}, 200)):
            connection = http.client.HTTPConnection("::1", port, timeout=20)
            connection.request("GET", "/ok.html", headers=header)
            assert connection.getresponse().status == status
            connection.close()
