# SPDX-License-Identifier: ISC
"""What the worker writes, cases T100 to T105 of docs/preflight-cases.md."""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess

import pytest

import supd
from preflight_case import (APP, LOGO, STATIC, expect, make_site, needs_nginx,
                            sysctl, users)

pytestmark = needs_nginx


def test_t100_body_temp_not_searchable(make_site):
    site = make_site()
    site.edit(site.path("t1"), site.path("closed/t1"))
    os.mkdir(site.path("closed"), 0o755)
    site.serve(mode=0o770)
    site.give("run/app.sock", 0o770)
    site.start_nginx()
    expect(site.ask())
    site.chmod("closed", 0o700)
    assert site.status("/", method="POST", body=b"x" * 100) == 200
    assert site.status("/", method="POST", body=b"x" * 200000) == 500
    assert "/closed/t1/" in site.log() and "(13: Perm" in site.log()
    expect(site.ask(), "PF401")


SHUT = "%(dir)s/closed"
BIG = b"x" * 200000
ON_DISK = "client_body_in_file_only clean;\n"
SMALL = "client_max_body_size 8k;\n"
KEPT = "proxy_cache_path %(dir)s/closed/c keys_zone=z:1m;"
USED = "proxy_cache z; proxy_cache_valid any 1m;\n"


@pytest.mark.parametrize("folder,http,settings,body,status,codes", [
    pytest.param("t1", "", "", BIG, 500, ["PF401"], id="large"),
    pytest.param("t1", "", ON_DISK, b"x", 500, ["PF401"], id="always"),
    pytest.param("t1", "", SMALL, b"x" * 8000, 200, [], id="small"),
    pytest.param("t1", "", "proxy_request_buffering off;\n"
                 "proxy_http_version 1.1;\n", b"x" * 17000, 200, [],
                 id="streamed"),
    pytest.param("t2", "", "proxy_max_temp_file_size 0;\n", b"", 200, [],
                 id="answers in memory"),
    pytest.param("", KEPT, "", b"", 200, [], id="unused cache"),
    pytest.param("", KEPT, USED, b"", 500, ["PF402"], id="cache"),
    pytest.param("", KEPT.replace("m;", "m use_temp_path=off;"), USED, b"",
                 500, ["PF402"], id="cache with its own files"),
])
def test_what_is_never_written_may_be_closed(make_site, folder, http,
                                             settings, body, status, codes):
    site = make_site(http=http, server=settings + STATIC + APP)
    os.mkdir(site.path("closed"), 0o700)
    if folder:
        text = open(site.conf).read()
        with open(site.conf, "w") as out:
            out.write(text.replace("path " + site.path(folder) + ";",
                                   "path %s/%s;" % (site.path("closed"),
                                                    folder)))
    site.serve(mode=0o770, drain=len(body))
    site.give("run/app.sock", 0o770)
    site.start_nginx()
    assert site.status("/", method="POST" if body else "GET",
                       body=body) == status, site.log()
    expect(site.ask(), *codes)


STORED = "location /st/ { root %(home)s; proxy_store HOW; " \
    "proxy_pass http://unix:%(dir)s/run/app.sock; }\n"
UPLOADS = "location /up/ { root %(home)s; dav_methods PUT; }\n"


@pytest.mark.parametrize("how,folder", [
    ("on", "st"), ("$document_root$uri", "st"), ("%(home)s/kept$uri", "kept"),
])
def test_answers_that_are_stored(make_site, how, folder):
    site = make_site(server=STORED.replace("HOW", how) + STATIC + APP)
    site.make("home/" + folder)
    site.serve(mode=0o770)
    site.give("run/app.sock", 0o770)
    site.start_nginx()
    assert site.status("/st/a.txt") == 200
    supd.wait_until(lambda: "(13: Permission denied) while reading upstream"
                    in site.log(), "a refusal", show=site.log)
    found = site.ask().find("PF402")
    assert (found["severity"], found["path"].rstrip("/")) == (
        "warning", "%s/%s" % (site.home, folder)), found
    site.give("home/" + folder, 0o770)
    assert site.status("/st/b.txt") == 200
    supd.wait_until(lambda: "b.txt" in str(list(os.walk(site.home))),
                    "a stored answer", show=site.log)
    assert "PF402" not in site.ask().codes("info")


def test_uploads_by_put(make_site):
    site = make_site(server=UPLOADS + STATIC + APP)
    site.make("home/up")
    site.start_nginx()
    assert site.status("/up/a", method="PUT", body=b"x") == 500
    assert "rename() " in site.log() and "(13: Perm" in site.log()
    expect(site.ask(), "PF401")
    site.give("home/up", 0o770)
    assert site.status("/up/a", method="PUT", body=b"x") == 201
    expect(site.ask())


def test_t101_log_in_a_closed_home(make_site):
    site = make_site(edit=[("access_log off", "access_log %(home)s/a.log")],
                     server=STATIC.replace("%(home)s/site/static",
                                           "%(dir)s/www") + APP)
    site.make("www")
    site.write("www/logo.png", "png")
    site.chmod("home", 0o701)
    site.start_nginx()
    expect(site.ask())
    site.chmod("home", 0o700)
    os.rename(site.home + "/a.log", site.home + "/a.log.1")
    site.signal_and_wait(signal.SIGUSR1, lambda: "open() \"%s/a.log\" failed "
                         "(13: Permission denied)" % site.home in site.log(),
                         "a refused log")
    assert site.status(LOGO) == 200
    assert os.stat(site.home + "/a.log").st_size == 0
    supd.wait_until(lambda: os.stat(site.home + "/a.log.1").st_size,
                    "a line in the old log")
    expect(site.ask(), "PF403")


def test_t102_log_named_by_a_variable(make_site):
    site = make_site(edit=[
        ("access_log off;", ""), ("server_name site.test;",
                                  "server_name site.test; root %(home)s; "
                                  "access_log %(dir)s/logs/$host.log;")])
    os.mkdir(site.path("logs"), 0o755)
    site.start_nginx()
    site.status(LOGO)
    supd.wait_until(lambda: "while logging request" in site.log(),
                    "a complaint")
    expect(site.ask(), "PF404")


def test_a_variable_log_needs_the_document_root(make_site):
    site = make_site(edit=[
        ("access_log off;", ""), ("server_name site.test;",
                                  "server_name site.test; root %(home)s/www; "
                                  "access_log %(dir)s/logs/$host.log;")])
    os.mkdir(site.path("logs"))
    os.chmod(site.path("logs"), 0o777)
    site.start_nginx()
    site.status("/")
    supd.wait_until(lambda: "existence failed (2: No such" in site.log(),
                    "a complaint")
    expect(site.ask(), "PF404")
    site.make("home/www")
    site.status("/")
    supd.wait_until(lambda: os.listdir(site.path("logs")), "a log")
    expect(site.ask())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         folder / "site.test.key", "-out", folder / "site.test.crt",
         "-subj", "/CN=site.test", "-days", "2"],
        check=True, stderr=subprocess.DEVNULL)
    return folder


def handshake(site):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", site.port), 20) as plain:
        with contextlib.suppress(ssl.SSLError, ConnectionResetError):
            with context.wrap_socket(plain, server_hostname="site.test"):
                return True
    return False


@pytest.mark.parametrize("name,works,codes", [
    pytest.param("$ssl_server_name", False, ["PF405", "PF122"], id="T103"),
    pytest.param("site.test", True, [], id="T104"),
])
def test_tls_key(make_site, certificate, name, works, codes):
    site = make_site()
    os.mkdir(site.path("tls"), 0o755)
    for end in ("key", "crt"):
        shutil.copy(certificate / ("site.test." + end), site.path("tls"))
    os.chmod(site.path("tls/site.test.key"), 0o600)
    os.chmod(site.path("tls/site.test.crt"), 0o644)
    site.edit("server_name site.test;", "server_name site.test; "
              "ssl_certificate %(dir)s/tls/" + name + ".crt; "
              "ssl_certificate_key %(dir)s/tls/" + name + ".key;")
    site.edit("127.0.0.1:%d;" % site.port, "127.0.0.1:%d ssl;" % site.port)
    site.start_nginx()
    assert handshake(site) is works, site.log()
    expect(site.ask(), *codes)


def test_t105_protected_log_in_a_sticky_directory(make_site):
    site = make_site(edit=[("access_log off", "access_log %(dir)s/st/a.log")])
    os.mkdir(site.path("st"))
    os.chmod(site.path("st"), 0o1777)
    site.write("st/a.log", "")
    with sysctl("fs/protected_regular", "0"):
        site.start_nginx()
        assert site.status(LOGO) == 200
        expect(site.ask())
        site.stop_nginx()
    with sysctl("fs/protected_regular", "1"):
        site.start_nginx(wait=False)
        assert site.nginx.wait(20) != 0
        assert "a.log\" failed (13: Permission denied)" in site.log()
        expect(site.ask(), "PF406")
