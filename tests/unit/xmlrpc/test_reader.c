/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "xmlrpc/reader.h"
#include "xmlrpc/writer.h"

/* A value on one line: {a:1,b:[T,'x',nil,1.5]}. */
static void
show(struct strbuf *out, const struct value *value)
{
	const struct value *member;
	const char *name;

	switch (value_type(value)) {
	case VALUE_NIL:
		strbuf_addstr(out, "nil");
		break;
	case VALUE_INT:
		strbuf_addf(out, "%lld", (long long)value_as_int(value));
		break;
	case VALUE_BOOL:
		strbuf_addstr(out, value_as_bool(value) ? "T" : "F");
		break;
	case VALUE_DOUBLE:
		strbuf_addf(out, "%g", value_as_double(value));
		break;
	case VALUE_ARRAY:
		strbuf_addch(out, '[');
		for (size_t i = 0; i < value_count(value); i++) {
			strbuf_addstr(out, i > 0 ? "," : "");
			show(out, value_item(value, i));
		}
		strbuf_addch(out, ']');
		break;
	case VALUE_STRUCT:
		strbuf_addch(out, '{');
		for (size_t i = 0;
		     (member = value_member_at(value, i, &name)) != NULL; i++) {
			strbuf_addf(out, "%s%s:", i > 0 ? "," : "", name);
			show(out, member);
		}
		strbuf_addch(out, '}');
		break;
	case VALUE_STRING:
		strbuf_addf(out, "'%s'", value_as_string(value, NULL));
		break;
	case VALUE_BASE64:
	case VALUE_DATETIME:
		strbuf_addf(out, "<%s>", value_as_string(value, NULL));
		break;
	}
}

/* "method[params]"; refused if want is NULL. */
static void
expect_call(const char *document, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct xmlrpc_call call;
	char *cause = NULL;

	if (xmlrpc_read_call(document, strlen(document), &call, &cause) == -1) {
		cr_expect_null(want, "%s: %s", document, cause);
		cr_expect_not_null(cause);
		free(cause);
		return;
	}
	strbuf_addstr(&out, call.method);
	show(&out, call.params);
	if (want == NULL)
		cr_expect_fail("%s: read as %s", document, out.data);
	else
		cr_expect_str_eq(out.data, want, "%s: %s, not %s", document,
		    out.data, want);
	xmlrpc_call_done(&call);
	strbuf_done(&out);
}

/* The same with the text put into one <value>. */
static void
expect_value(const char *inside, const char *want)
{
	struct strbuf document = STRBUF_INIT, wanted = STRBUF_INIT;

	strbuf_addf(&document,
	    "<methodCall><methodName>m</methodName><params><param><value>%s"
	    "</value></param></params></methodCall>",
	    inside);
	if (want != NULL)
		strbuf_addf(&wanted, "m[%s]", want);
	expect_call(document.data, want == NULL ? NULL : wanted.data);
	strbuf_done(&document);
	strbuf_done(&wanted);
}

Test(reader, strings)
{
	expect_value("", "''");
	expect_value(" a ", "' a '");
	expect_value("<string> a </string>", "' a '");
	expect_value("<string/>", "''");
	expect_value("\n<string>a</string>\n", "'a'");
	expect_value("x<string>a</string>y", "'a'");
	expect_value("<string>a<b/>c</string>", "'a'");
	expect_value("<string>a<!-- x --><?pi?><![CDATA[<b>]]></string>",
	    "'a<b>'");
	expect_value("<string>&lt;&#65;&amp;</string>", "'<A&'");
	expect_value("<string a='1'>a</string>", "'a'");
}

Test(reader, scalars)
{
	expect_value("<int>5</int>", "5");
	expect_value("<i4> +1_0 </i4>", "10");
	expect_value("<int>99999999999999999999</int>", "9223372036854775807");
	expect_value("<int></int>", NULL);
	expect_value("<int>1.5</int>", NULL);
	expect_value("<int>x</int>", NULL);
	expect_value("<i8>5</i8>", "'5'");
	expect_value("<i8/>", "''");
	expect_value("<boolean>1</boolean>", "T");
	expect_value("<boolean>0</boolean>", "F");
	expect_value("<boolean>true</boolean>", "F");
	expect_value("<boolean> 1 </boolean>", "F");
	expect_value("<nil/>", "nil");
}

Test(reader, doubles_as_python_reads_them)
{
	expect_value("<double>1.5</double>", "1.5");
	expect_value("<double> 1_0e2 </double>", "1000");
	expect_value("<double>-inf</double>", "-inf");
	expect_value("<double>nan</double>", "nan");
	expect_value("<double>0x10</double>", NULL);
	expect_value("<double>1,5</double>", NULL);
	expect_value("<double>_1</double>", NULL);
	expect_value("<double>1_</double>", NULL);
	expect_value("<double></double>", NULL);
	expect_value("<double>1 2</double>", NULL);
}

Test(reader, dates)
{
	expect_value("<dateTime.iso8601>20261123T15:44:01</dateTime.iso8601>",
	    "<20261123T15:44:01>");
	expect_value("<dateTime.iso8601>2026-11-23</dateTime.iso8601>", NULL);
	expect_value("<dateTime.iso8601>20240229T00:00:00</dateTime.iso8601>",
	    "<20240229T00:00:00>");
	expect_value("<dateTime.iso8601>20261323T15:44:01</dateTime.iso8601>",
	    NULL);
	expect_value("<dateTime.iso8601>20261123T24:44:01</dateTime.iso8601>",
	    NULL);
}

Test(reader, base64_is_text)
{
	expect_value("<base64>Y!W\nJj</base64>", "'abc'");
	expect_value("<base64>YQ</base64>", NULL);
	expect_value("<base64>/w==</base64>", NULL);
}

Test(reader, arrays)
{
	expect_value("<array><data/></array>", "[]");
	expect_value("<array> <data> <value>a</value>"
		     "<value><int>1</int></value> </data></array>",
	    "['a',1]");
	expect_value("<array/>", NULL);
	expect_value("<array><value>a</value></array>", NULL);
}

Test(reader, structs)
{
	expect_value("<struct/>", "{}");
	expect_value("<struct><member><name>a</name><value>1</value></member>"
		     "<member><name>b</name><value><int>2</int></value>"
		     "</member></struct>",
	    "{a:'1',b:2}");
	expect_value("<struct><member><name>a</name><value>1</value></member>"
		     "<member><name>a</name><value>2</value></member></struct>",
	    "{a:'2'}");
	expect_value("<struct><member/></struct>", NULL);
	expect_value("<struct><member><name>a</name></member></struct>", NULL);
	expect_value("<struct><member><name>a</name><value/><value/></member>"
		     "</struct>",
	    NULL);
	expect_value("<struct><value>a</value></struct>", NULL);
}

Test(reader, the_frame_is_tolerant)
{
	expect_call("<x><methodName> a.b </methodName></x>", " a.b []");
	expect_call("<x><params/></x>", "[]");
	expect_call("<x><params><param><value>1</value></param></params>"
		    "<methodName>m</methodName></x>",
	    "m['1']");
	expect_call("<x><methodName>m</methodName><params><value>a</value>"
		    "<int>5</int><x>y</x></params></x>",
	    "m['a',5,'y']");
	expect_call("<x><methodName>m</methodName><params><param><int>1</int>"
		    "<int>2</int></param></params></x>",
	    "m[1]");
	expect_call("<x><params><param/></params></x>", NULL);
	expect_call("\xef\xbb\xbf\r\n <?xml version='1.0' "
		    "encoding='iso-8859-1'?>"
		    "<x><methodName>\xc3\xbc</methodName></x> \n",
	    "\xc3\xbc[]");
}

Test(reader, what_is_not_xml_is_refused)
{
	expect_call("", NULL);
	expect_call("   ", NULL);
	expect_call("x", NULL);
	expect_call("<x>", NULL);
	expect_call("<x></y>", NULL);
	expect_call("<x/>y", NULL);
	expect_call("<x/><y/>", NULL);
	expect_call("<x>\x01</x>", NULL);
	expect_call("<x>\xff</x>", NULL);
	expect_call("<x>&nope;</x>", NULL);
	expect_call("<x><ex:nil/></x>", NULL);
	expect_call("<!DOCTYPE x><x/>", NULL);
	expect_call("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", NULL);
}

Test(reader, a_default_namespace_hides_every_element)
{
	expect_call("<x xmlns='u'><methodName>m</methodName></x>", "[]");
}

Test(reader, bytes_that_look_like_utf_16_are_refused)
{
	struct xmlrpc_call call;

	cr_expect_eq(xmlrpc_read_call("<\0x\0/\0>\0", 8, &call, NULL), -1);
}

static void
repeat(struct strbuf *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		strbuf_addstr(out, text);
}

/* A call with that many arrays in each other. */
static void
expect_depth(int arrays, bool good)
{
	struct strbuf document = STRBUF_INIT;
	struct xmlrpc_call call;
	int result;

	strbuf_addstr(&document, "<x><params>");
	repeat(&document, "<value><array><data>", arrays);
	repeat(&document, "</data></array></value>", arrays);
	strbuf_addstr(&document, "</params></x>");
	result = xmlrpc_read_call(document.data, document.len, &call, NULL);
	cr_expect_eq(result, good ? 0 : -1, "%d arrays", arrays);
	if (result == 0)
		xmlrpc_call_done(&call);
	strbuf_done(&document);
}

Test(reader, depth_is_limited)
{
	expect_depth(42, true);
	expect_depth(43, false);
	expect_depth(100000, false);
}

Test(reader, values_are_limited)
{
	struct strbuf document = STRBUF_INIT;
	struct xmlrpc_call call;
	char *cause = NULL;

	strbuf_addstr(&document, "<x><params>");
	repeat(&document, "<i/>", XMLRPC_CALL_VALUES_MAX);
	strbuf_addstr(&document, "</params></x>");
	cr_expect_eq(xmlrpc_read_call(document.data, document.len, &call,
			 &cause),
	    -1);
	cr_expect_str_eq(cause, "line 1: too many values");
	free(cause);
	strbuf_done(&document);
}

Test(reader, members_are_limited)
{
	struct strbuf document = STRBUF_INIT;
	struct xmlrpc_call call;

	strbuf_addstr(&document, "<x><params><struct>");
	for (int i = 0; i <= XMLRPC_MEMBERS_MAX; i++)
		strbuf_addf(&document,
		    "<member><name>%d</name><value/></member>", i);
	strbuf_addstr(&document, "</struct></params></x>");
	cr_expect_eq(xmlrpc_read_call(document.data, document.len, &call, NULL),
	    -1);
	strbuf_done(&document);
}

Test(reader, what_the_writer_writes_is_read_again)
{
	struct strbuf document = STRBUF_INIT;
	struct xmlrpc_response response;
	struct value *structure = value_struct();

	value_set(structure, "text", value_string("a\r\n<&>\x1b"));
	value_set(structure, "n", value_int(-1));
	xmlrpc_write_response(&document, structure);
	cr_assert_eq(xmlrpc_read_response(document.data, document.len,
			 &response, NULL),
	    0);
	cr_expect_str_eq(value_as_string(value_member(response.result, "text"),
			     NULL),
	    "a\r\n<&>\xef\xbf\xbd");
	cr_expect_eq(value_as_int(value_member(response.result, "n")), -1);
	xmlrpc_response_done(&response);
	value_free(structure);
	strbuf_done(&document);
}

Test(reader, faults_are_read)
{
	struct strbuf document = STRBUF_INIT;
	struct xmlrpc_response response;

	xmlrpc_write_fault(&document, 10, "BAD_NAME: x");
	cr_assert_eq(xmlrpc_read_response(document.data, document.len,
			 &response, NULL),
	    0);
	cr_expect_null(response.result);
	cr_expect_eq(response.fault_code, 10);
	cr_expect_str_eq(response.fault_string, "BAD_NAME: x");
	xmlrpc_response_done(&response);
	strbuf_done(&document);
}

Test(reader, responses_that_say_nothing_are_refused)
{
	static const char *const documents[] = {
		"<methodResponse/>",
		"<methodResponse><params/></methodResponse>",
		"<methodResponse><fault/></methodResponse>",
		"<methodResponse><fault><value><int>1</int></value></fault>"
		"</methodResponse>",
		"<methodResponse><fault><value><struct/></value></fault>"
		"</methodResponse>",
	};
	struct xmlrpc_response response;

	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++)
		cr_expect_eq(xmlrpc_read_response(documents[i],
				 strlen(documents[i]), &response, NULL),
		    -1);
}
