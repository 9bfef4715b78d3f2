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
