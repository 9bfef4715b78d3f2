# SPDX-License-Identifier: ISC
"""Documents as clients might write them, sent to Supervisor's daemon and to
ours: the answers must be the same bytes (contract C2.1).

A value is the name that is asked for: the fault shows it as it was read.
"""

import http.client

import pytest

import supd

pytestmark = pytest.mark.skipif(
    not (supd.built("supervisord-c") and supd.installed(supd.ORACLE_DAEMON)),
    reason="needs supervisord-c and Debian's supervisor")

CALL = ("<m><methodName>supervisor.getProcessInfo</methodName><params>"
        "<param><value>%s</value></param></params></m>")

VALUES = [
    "n", " n ", "<string>n</string>", "<string> n </string>", "<string/>", "",
    "x<string>n</string>y", "<string>a<b/>c</string>",
    "<string>a<!-- x --><?p?>b<![CDATA[<c>]]></string>",
    "<string>&lt;&amp;&#65;</string>", "<string a='1'>n</string>",
    "<value>n</value>", "<name>n</name>", "<i8>5</i8>", "<foo>a</foo>",
    "<base64>bg==</base64>", "<base64>b!g==</base64>",
    "<base64>bg==bg==</base64>", "<base64>w7w=</base64>",
    "<base64>bg</base64>", "<base64>/w==</base64>",
    "<int></int>", "<int>x</int>", "<int>1.5</int>", "<double></double>",
    "<double>1,5</double>", "<double>0x1p3</double>",
    *("<dateTime.iso8601>%s</dateTime.iso8601>" % date for date in (
        "x", "20230231T00:00:00", "20230229T00:00:00", "19000229T00:00:00",
        "00000101T00:00:00", "20260431T15:44:01", "20261200T15:44:01",
        "20261301T15:44:01", "20261123T24:44:01", "20261123T15:60:01",
        "20261123T15:44:60")),
    "<array/>", "<struct><member/></struct>",
    "<struct><member><name>a</name></member></struct>",
    "<struct><member><name>n</name><value>1</value><x/></member></struct>",
    "\u00fcn\u00ef\U0001f418", "<string>a\nb\tc</string>", "a\r\nb",
    "<string>a</string><string>b</string>", "<x>a<int>5</int></x>",
    "<ex:nil/>", "\x01", "&nope;", "</value>", "<string>",
]

DOCUMENTS = [
    " ", "x", "<m>", "<m></n>", "<m/>x", "<m/> \n", "<m/>",
    "<m><methodName/></m>",
    "<m><methodName>system.listMethods</methodName></m>",
    "<m><methodName>system.listMethods</methodName><params/></m>",
    "<m><params/><methodName>system.listMethods</methodName></m>",
    "<anything><methodName>system.listMethods</methodName></anything>",
    "<m><methodName> system.listMethods</methodName></m>",
    "<m><methodName>system.listMethods </methodName></m>",
    "<m><methodName>system.<!-- -->listMethods</methodName></m>",
    "<m><x><methodName>system.listMethods</methodName></x></m>",
    "<m><methodName>no.such</methodName><methodName>supervisor.getState"
    "</methodName></m>",
    "\ufeff<?xml version='1.0'?><m><methodName>supervisor.getState"
    "</methodName></m>",
    " \n<m><methodName>supervisor.getState</methodName></m>",
    "<?xml version='1.0' encoding='iso-8859-1'?><m><methodName>"
    "supervisor.getState</methodName></m>",
    "<m xmlns='u'><methodName>supervisor.getState</methodName></m>",
    "<m><methodName>supervisor.getProcessInfo</methodName><params>"
    "<value>n</value></params></m>",
    "<m><methodName>supervisor.getProcessInfo</methodName><params>"
    "<x>n</x></params></m>",
    "<m><methodName>supervisor.getProcessInfo</methodName><params>"
    "<param><string>n</string><int>1</int></param></params></m>",
    "<m><methodName>supervisor.getProcessInfo</methodName><params>"
    "<param/></params></m>",
    "<m><methodName>supervisor.getProcessInfo</methodName><params>"
    "<param>n</param></params></m>",
]


class Server:
    def __init__(self, program):
        self.port = supd.free_port()
        self.daemon = supd.Daemon(
            program=program,
            programs="[inet_http_server]\nport=127.0.0.1:%d\n" % self.port)

    def answer(self, document):
        """Status and body."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=20)
        body = document.encode()
        connection.request("POST", "/RPC2", body)
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        if reply.status != 200:
            return reply.status, ""
        assert reply.getheader("Content-Type") == "text/xml"
        return 200, text


@pytest.fixture(scope="module")
def servers():
    oracle, ours = Server(supd.ORACLE_DAEMON), Server(None)
    with oracle.daemon, ours.daemon:
        yield oracle, ours


@pytest.mark.parametrize("value", VALUES)
def test_values(servers, value):
    oracle, ours = servers
    assert ours.answer(CALL % value) == oracle.answer(CALL % value)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents(servers, document):
    oracle, ours = servers
    assert ours.answer(document) == oracle.answer(document)


@pytest.mark.parametrize("document", [
    "", "<!DOCTYPE m><m><methodName>supervisor.getState</methodName></m>",
    "<!DOCTYPE m [<!ENTITY a 'b'>]><m><methodName>&a;</methodName></m>"])
def test_what_only_we_refuse(servers, document):
    assert servers[1].answer(document) == (400, "")
