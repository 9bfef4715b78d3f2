/* SPDX-License-Identifier: ISC */
/*
 * Values to bytes, exactly as Supervisor sends them: single quotes in the
 * declaration, a line end after every tag that closes something, no white
 * space inside scalars (contract C2.2).  Answers with a thousand processes
 * pass through here, so text is copied in runs and numbers are not printf'd.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "xmlrpc/writer.h"

#define ADD_LITERAL(out, text) strbuf_add(out, text, sizeof(text) - 1)

/* Bytes that can be copied as they are: all of ASCII but what XML forbids or
 * gives a meaning to. */
static bool
is_plain(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>') ||
	    c == '\n' || c == '\t' || c == 0x7f;
}

static size_t
plain_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_plain((unsigned char)text[n]))
		n++;
	return n;
}

/* What stands for an ASCII character that is not plain. */
static const char *
escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r': /* a bare one would be read as a line feed */
		return "&#13;";
	default:
		return UTF8_REPLACEMENT;
	}
}

/* One character that is not plain; returns its bytes. */
static size_t
add_character(struct strbuf *out, const char *text, size_t len)
{
	uint32_t code;
	size_t n;

	if ((unsigned char)*text < 0x80) {
		strbuf_addstr(out, escape_of(*text));
		return 1;
	}
	n = utf8_decode(text, len, &code);
	if (n == 0 || code == 0xfffe || code == 0xffff) {
		ADD_LITERAL(out, UTF8_REPLACEMENT);
		return n == 0 ? 1 : n;
	}
	strbuf_add(out, text, n);
	return n;
}

static void
add_text(struct strbuf *out, const char *text, size_t len)
{
	while (len > 0) {
		size_t n = plain_run(text, len);

		if (n > 0)
			strbuf_add(out, text, n);
		else
			n = add_character(out, text, len);
		text += n;
		len -= n;
	}
}

/* As an XML-RPC int, which has 32 bits. */
static void
add_int(struct strbuf *out, int64_t number)
{
	char digits[12];
	char *p = digits + sizeof(digits);
	uint32_t left;

	if (number > INT32_MAX)
		number = INT32_MAX;
	if (number < INT32_MIN)
		number = INT32_MIN;
	left = (uint32_t)(number < 0 ? -number : number);
	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		*--p = '-';
	strbuf_add(out, p, (size_t)(digits + sizeof(digits) - p));
}

/* The shortest form that reads back as the same number. */
static void
add_double(struct strbuf *out, double real)
{
	char text[32];

	for (int precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof(text), "%.*g", precision, real);
		if (strtod(text, NULL) == real)
			break;
	}
	strbuf_addstr(out, text);
}

static void
write_int(struct strbuf *out, int64_t number)
{
	ADD_LITERAL(out, "<value><int>");
	add_int(out, number);
	ADD_LITERAL(out, "</int></value>\n");
}

static void
write_string(struct strbuf *out, const char *text, size_t len)
{
	ADD_LITERAL(out, "<value><string>");
	add_text(out, text, len);
	ADD_LITERAL(out, "</string></value>\n");
}

static void
write_base64(struct strbuf *out, const struct value *value)
{
	size_t len;
	const char *bytes = value_as_string(value, &len);
	char *text = base64_encode(bytes, len);

	strbuf_addf(out, "<value><base64>%s</base64></value>\n", text);
	free(text);
}

static void
write_array(struct strbuf *out, const struct value *array)
{
	xmlrpc_open_array(out);
	for (size_t i = 0; i < value_count(array); i++)
		xmlrpc_write_value(out, value_item(array, i));
	xmlrpc_close_array(out);
}

static void
open_member(struct strbuf *out, const char *name)
{
	ADD_LITERAL(out, "<member>\n<name>");
	add_text(out, name, strlen(name));
	ADD_LITERAL(out, "</name>\n");
}

static void
close_member(struct strbuf *out)
{
	ADD_LITERAL(out, "</member>\n");
}

static void
write_struct(struct strbuf *out, const struct value *structure)
{
	const struct value *value;
	const char *name;

	xmlrpc_open_struct(out);
	for (size_t i = 0;
	     (value = value_member_at(structure, i, &name)) != NULL; i++) {
		open_member(out, name);
		xmlrpc_write_value(out, value);
		close_member(out);
	}
	xmlrpc_close_struct(out);
}

void
xmlrpc_write_value(struct strbuf *out, const struct value *value)
{
	const char *text;
	size_t len = 0;

	switch (value_type(value)) {
	case VALUE_NIL:
		ADD_LITERAL(out, "<value><nil/></value>\n");
		return;
	case VALUE_INT:
		write_int(out, value_as_int(value));
		return;
	case VALUE_BOOL:
		xmlrpc_write_bool(out, value_as_bool(value));
		return;
	case VALUE_DOUBLE:
		ADD_LITERAL(out, "<value><double>");
		add_double(out, value_as_double(value));
		ADD_LITERAL(out, "</double></value>\n");
		return;
	case VALUE_STRING:
		text = value_as_string(value, &len);
		write_string(out, text, len);
		return;
	case VALUE_BASE64:
		write_base64(out, value);
		return;
	case VALUE_DATETIME:
		strbuf_addf(out,
		    "<value><dateTime.iso8601>%s</dateTime.iso8601></value>\n",
		    value_as_string(value, NULL));
		return;
	case VALUE_ARRAY:
		write_array(out, value);
		return;
	case VALUE_STRUCT:
		write_struct(out, value);
		return;
	}
}

void
xmlrpc_write_bool(struct strbuf *out, bool boolean)
{
	strbuf_addstr(out,
	    boolean ? "<value><boolean>1</boolean></value>\n"
		    : "<value><boolean>0</boolean></value>\n");
}

void
xmlrpc_begin_response(struct strbuf *out)
{
	ADD_LITERAL(out,
	    "<?xml version='1.0'?>\n<methodResponse>\n"
	    "<params>\n<param>\n");
}

void
xmlrpc_end_response(struct strbuf *out)
{
	ADD_LITERAL(out, "</param>\n</params>\n</methodResponse>\n");
}

void
xmlrpc_open_array(struct strbuf *out)
{
	ADD_LITERAL(out, "<value><array><data>\n");
}

void
xmlrpc_close_array(struct strbuf *out)
{
	ADD_LITERAL(out, "</data></array></value>\n");
}

void
xmlrpc_open_struct(struct strbuf *out)
{
	ADD_LITERAL(out, "<value><struct>\n");
}

void
xmlrpc_close_struct(struct strbuf *out)
{
	ADD_LITERAL(out, "</struct></value>\n");
}

void
xmlrpc_write_int_member(struct strbuf *out, const char *name, int64_t number)
{
	open_member(out, name);
	write_int(out, number);
	close_member(out);
}

void
xmlrpc_write_string_member(struct strbuf *out, const char *name,
    const char *text)
{
	open_member(out, name);
	write_string(out, text, strlen(text));
	close_member(out);
}

void
xmlrpc_write_response(struct strbuf *out, const struct value *result)
{
	xmlrpc_begin_response(out);
	xmlrpc_write_value(out, result);
	xmlrpc_end_response(out);
}

void
xmlrpc_write_fault(struct strbuf *out, int code, const char *text)
{
	ADD_LITERAL(out, "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n");
	xmlrpc_write_fault_value(out, code, text);
	ADD_LITERAL(out, "</fault>\n</methodResponse>\n");
}

void
xmlrpc_write_fault_value(struct strbuf *out, int code, const char *text)
{
	xmlrpc_open_struct(out);
	xmlrpc_write_int_member(out, "faultCode", code);
	xmlrpc_write_string_member(out, "faultString", text);
	xmlrpc_close_struct(out);
}

void
xmlrpc_write_call(struct strbuf *out, const char *method,
    const struct value *params)
{
	ADD_LITERAL(out, "<?xml version='1.0'?>\n<methodCall>\n<methodName>");
	add_text(out, method, strlen(method));
	ADD_LITERAL(out, "</methodName>\n<params>\n");
	for (size_t i = 0; params != NULL && i < value_count(params); i++) {
		ADD_LITERAL(out, "<param>\n");
		xmlrpc_write_value(out, value_item(params, i));
		ADD_LITERAL(out, "</param>\n");
	}
	ADD_LITERAL(out, "</params>\n</methodCall>\n");
}
