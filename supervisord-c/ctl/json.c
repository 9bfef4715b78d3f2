/* SPDX-License-Identifier: ISC */
/*
 * XML-RPC values as JSON (RFC 8259): what --format=json prints is what the
 * server said, member for member.  Written by hand because loading a library
 * for it would cost every "supervisorctl status" a few percent of its time.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/json.h"

static void
write_escaped(struct strbuf *out, unsigned char byte)
{
	static const char letters[] = "\b\f\n\r\t\"\\";
	static const char escapes[] = "bfnrt\"\\";
	const char *found = byte == 0 ? NULL : strchr(letters, byte);

	if (found != NULL)
		strbuf_addf(out, "\\%c", escapes[found - letters]);
	else
		strbuf_addf(out, "\\u%04x", byte);
}

void
json_write_string(struct strbuf *out, const char *text, size_t len)
{
	uint32_t code;

	strbuf_addch(out, '"');
	for (size_t i = 0; i < len;) {
		size_t size = utf8_decode(text + i, len - i, &code);

		if (size == 0) {
			strbuf_addstr(out, UTF8_REPLACEMENT);
			size = 1;
		} else if (code < 0x20 || code == '"' || code == '\\') {
			write_escaped(out, (unsigned char)code);
		} else {
			strbuf_add(out, text + i, size);
		}
		i += size;
	}
	strbuf_addch(out, '"');
}

static void
write_array(struct strbuf *out, const struct value *value)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < value_count(value); i++) {
		if (i > 0)
			strbuf_addstr(out, ", ");
		json_write_value(out, value_item(value, i));
	}
	strbuf_addch(out, ']');
}

static void
write_struct(struct strbuf *out, const struct value *value)
{
	strbuf_addch(out, '{');
	for (size_t i = 0; i < value_count(value); i++) {
		const char *name;
		const struct value *member = value_member_at(value, i, &name);

		if (i > 0)
			strbuf_addstr(out, ", ");
		json_write_string(out, name, strlen(name));
		strbuf_addstr(out, ": ");
		json_write_value(out, member);
	}
	strbuf_addch(out, '}');
}

static void
write_double(struct strbuf *out, double number)
{
	if (isfinite(number))
		strbuf_addf(out, "%.17g", number);
	else
		strbuf_addstr(out, "null");
}

void
json_write_value(struct strbuf *out, const struct value *value)
{
	const char *text;
	size_t len;

	switch (value_type(value)) {
	case VALUE_NIL:
		strbuf_addstr(out, "null");
		break;
	case VALUE_INT:
		strbuf_addf(out, "%" PRId64, value_as_int(value));
		break;
	case VALUE_BOOL:
		strbuf_addstr(out, value_as_bool(value) ? "true" : "false");
		break;
	case VALUE_DOUBLE:
		write_double(out, value_as_double(value));
		break;
	case VALUE_STRING:
	case VALUE_BASE64:
	case VALUE_DATETIME:
		text = value_as_string(value, &len);
		json_write_string(out, text, len);
		break;
	case VALUE_ARRAY:
		write_array(out, value);
		break;
	case VALUE_STRUCT:
		write_struct(out, value);
		break;
	}
}
