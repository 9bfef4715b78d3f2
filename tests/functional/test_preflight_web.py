# SPDX-License-Identifier: ISC
"""What preflight says, on the status page."""

import json
import socket

import supd
from gated_site import serve, users
from nginx_site import needs_nginx
from web_client import Web

pytestmark = needs_nginx

INET = """
[inet_http_server]
port=127.0.0.1:%d
"""


def page_of(serve, keys="preflight=warn"):
    port = supd.free_port()
    site, daemon = serve(keys, more=INET % port + """
[program:a&b]
command=/bin/cat
autostart=false
preflight_nginx=none
""")
    return site, daemon, Web(daemon, port)


def listed(tree):
    """Each program with the texts and links of its line; None without a
    list."""
    for ul in tree.iter("ul"):
        if ul.get("id") == "preflight":
            return [([part.text or "" for part in li],
                     [a.get("href") for a in li.iter("a")]) for li in ul]
    return None


def test_without_preflight_the_page_is_as_ever():
    port = supd.free_port()
    with supd.Daemon(programs=INET % port) as daemon:
        web = Web(daemon, port)
        assert "preflight" not in web.get("/").text
        assert web.get("/preflight.json?program=web").status == 404
        assert "UNKNOWN_METHOD" in web.message("/?action=check&program=web")


def test_verdicts_are_listed(serve):
    site, daemon, web = page_of(serve)
    assert listed(web.tree()) == []
    site.chmod("home", 0o700)
    assert web.message("/?action=check&program=web") == "Program web checked"
    sentence = daemon.rpc.preflight.reports()[0]["sentence"]
    assert sentence.startswith("PF101 ")
    assert web.message("/?action=check&program=a%26b") == (
        "Program a&b checked")
    first, second = listed(web.tree())
    assert first[0][:2] == ["a&b", "ok"]
    assert first[1] == ["index.html?program=a%26b&action=check",
                        "preflight.json?program=a%26b"]
    assert second[0] == ["web", "fail", sentence, "Check", "Report"]
    # Programs that read the page find no other rows in it than before.
    rows = [row for row in web.tree().iter("tr") if row.find("td") is not None]
    assert len(rows) == 2

    site.chmod("home", 0o711)
    web.message("/?action=check&program=web")
    assert listed(web.tree())[1][0][:2] == ["web", "ok"]
    assert "BAD_NAME: nobody" in web.message("/?action=check&program=nobody")
    assert web.get("/?action=check").status == 400
    assert web.get("/?action=check&program=web",
                   Sec_Fetch_Site="cross-site").status == 403


def test_the_whole_report(serve):
    _, daemon, web = page_of(serve)
    for query in ("", "?program=web", "?program=nobody"):
        assert web.get("/preflight.json" + query).status == 404
    daemon.rpc.preflight.check("web")
    reply = web.get("/preflight.json?program=web")
    assert reply.getheader("Content-Type") == "application/json"
    assert reply.getheader("Cache-Control") == "no-cache"
    assert reply.text == daemon.rpc.preflight.report("web")
    assert json.loads(reply.text)["programs"][0]["name"] == "web"
    head = web.ask("HEAD", "/preflight.json?program=web")
    assert (head.status, head.bytes) == (200, b"")
    assert web.ask("POST", "/preflight.json?program=web", "").status == 400


def read_until(stream, text):
    seen = b""
    while text not in seen:
        piece = stream.recv(65536)
        assert piece, seen
        seen += piece
    return seen.decode()


def test_a_page_that_is_open_hears_of_it(serve):
    site, daemon, web = page_of(serve)
    with socket.create_connection(("127.0.0.1", web.port), 20) as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        begun = read_until(stream, b"event: rows")
        assert 'event: preflight\ndata: <ul id="preflight"></ul>\n' in begun
        site.chmod("home", 0o700)
        daemon.rpc.preflight.check("web")
        told = read_until(stream, b"event: preflight\n")
        told += read_until(stream, b"</ul>\n") if "</ul>" not in told else ""
        assert "verdict-fail" in told and "PF101" in told
        assert "event: row\n" not in told
