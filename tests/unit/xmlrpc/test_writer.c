/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "xmlrpc/writer.h"

#define HEAD "<?xml version='1.0'?>\n<methodResponse>\n"

/* Takes the value. */
static void
expect_written(struct value *value, const char *bytes)
{
	struct strbuf out = STRBUF_INIT;

	xmlrpc_write_value(&out, value);
	cr_expect_str_eq(out.data, bytes);
	strbuf_done(&out);
	value_free(value);
}

Test(writer, a_response_has_supervisors_bytes)
{
	struct strbuf out = STRBUF_INIT;
	struct value *state = value_struct();

	value_set(state, "statecode", value_int(1));
	value_set(state, "statename", value_string("RUNNING"));
	xmlrpc_write_response(&out, state);
	cr_expect_str_eq(out.data,
	    HEAD "<params>\n<param>\n<value><struct>\n"
		 "<member>\n<name>statecode</name>\n"
		 "<value><int>1</int></value>\n</member>\n"
		 "<member>\n<name>statename</name>\n"
		 "<value><string>RUNNING</string></value>\n</member>\n"
		 "</struct></value>\n</param>\n</params>\n</methodResponse>\n");
	cr_expect_eq(out.len, 279);
	strbuf_done(&out);
	value_free(state);
}

Test(writer, a_fault_has_supervisors_bytes)
{
	struct strbuf out = STRBUF_INIT;

	xmlrpc_write_fault(&out, 10, "BAD_NAME: nope");
	cr_expect_str_eq(out.data,
	    HEAD "<fault>\n<value><struct>\n"
		 "<member>\n<name>faultCode</name>\n"
		 "<value><int>10</int></value>\n</member>\n"
		 "<member>\n<name>faultString</name>\n"
		 "<value><string>BAD_NAME: nope</string></value>\n</member>\n"
		 "</struct></value>\n</fault>\n</methodResponse>\n");
	cr_expect_eq(out.len, 270);
	strbuf_done(&out);
}

Test(writer, pieces_give_the_same_bytes_as_values)
{
	struct strbuf whole = STRBUF_INIT, pieces = STRBUF_INIT;
	struct value *array = value_array();
	struct value *member = value_struct();

	value_set(member, "n", value_int(-5));
	value_set(member, "s", value_string("<x>"));
	value_push(array, member);
	value_push(array, value_bool(true));
	xmlrpc_write_response(&whole, array);
	xmlrpc_begin_response(&pieces);
	xmlrpc_open_array(&pieces);
	xmlrpc_open_struct(&pieces);
	xmlrpc_write_int_member(&pieces, "n", -5);
	xmlrpc_write_string_member(&pieces, "s", "<x>");
	xmlrpc_close_struct(&pieces);
	xmlrpc_write_bool(&pieces, true);
	xmlrpc_close_array(&pieces);
	xmlrpc_end_response(&pieces);
	cr_expect_str_eq(pieces.data, whole.data);
	strbuf_done(&whole);
	strbuf_done(&pieces);
	value_free(array);
}

Test(writer, a_call_as_python_writes_it)
{
	struct strbuf out = STRBUF_INIT;
	struct value *params = value_array();

	value_push(params, value_string("a&b"));
	xmlrpc_write_call(&out, "x.y", params);
	cr_expect_str_eq(out.data,
	    "<?xml version='1.0'?>\n<methodCall>\n<methodName>x.y</methodName>\n"
	    "<params>\n<param>\n<value><string>a&amp;b</string></value>\n"
	    "</param>\n</params>\n</methodCall>\n");
	strbuf_clear(&out);
	xmlrpc_write_call(&out, "x.y", NULL);
	cr_expect_str_eq(out.data,
	    "<?xml version='1.0'?>\n<methodCall>\n<methodName>x.y</methodName>\n"
	    "<params>\n</params>\n</methodCall>\n");
	strbuf_done(&out);
	value_free(params);
}

Test(writer, integers_saturate_at_32_bits)
{
	expect_written(value_int(0), "<value><int>0</int></value>\n");
	expect_written(value_int(INT32_MIN),
	    "<value><int>-2147483648</int></value>\n");
	expect_written(value_int(INT64_MIN),
	    "<value><int>-2147483648</int></value>\n");
	expect_written(value_int(2147483648),
	    "<value><int>2147483647</int></value>\n");
}

Test(writer, every_type)
{
	expect_written(value_nil(), "<value><nil/></value>\n");
	expect_written(value_bool(false),
	    "<value><boolean>0</boolean></value>\n");
	expect_written(value_double(0.1),
	    "<value><double>0.1</double></value>\n");
	expect_written(value_array(),
	    "<value><array><data>\n</data></array></value>\n");
	expect_written(value_struct(), "<value><struct>\n</struct></value>\n");
	expect_written(value_bytes(VALUE_BASE64, "\0\1", 2),
	    "<value><base64>AAE=</base64></value>\n");
	expect_written(value_bytes(VALUE_DATETIME, "20261123T01:02:03", 17),
	    "<value><dateTime.iso8601>20261123T01:02:03</dateTime.iso8601>"
	    "</value>\n");
}

/* What stands between the string tags for these bytes. */
static void
expect_text(const char *bytes, size_t len, const char *text)
{
	struct strbuf want = STRBUF_INIT;

	strbuf_addf(&want, "<value><string>%s</string></value>\n", text);
	expect_written(value_string_len(bytes, len), want.data);
	strbuf_done(&want);
}

Test(writer, text_is_always_valid_xml)
{
	expect_text("", 0, "");
	expect_text("a\n\tb\x7f", 5, "a\n\tb\x7f");
	expect_text("<&>\"'", 5, "&lt;&amp;&gt;\"'");
	expect_text("a\rb", 3, "a&#13;b");
	expect_text("\0\x1b[0m", 5, "\xef\xbf\xbd\xef\xbf\xbd[0m");
	expect_text("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x98", 11,
	    "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x98");
	expect_text("cut \xe2\x82", 6, "cut \xef\xbf\xbd\xef\xbf\xbd");
	expect_text("\xff", 1, "\xef\xbf\xbd");
	expect_text("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_text("\xef\xbf\xbe\xef\xbf\xbf.", 7,
	    "\xef\xbf\xbd\xef\xbf\xbd.");
}
