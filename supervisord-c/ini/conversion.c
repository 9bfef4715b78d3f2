/* SPDX-License-Identifier: ISC */
/*
 * Single conversions of Python's % operator.  C's printf is used only for
 * floating point: it differs in widths (characters, not bytes), in %o and %c,
 * and in what 0 means beside a precision.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ini/conversion.h"

typedef int (*convert_fn)(struct strbuf *, const struct conversion *,
    const struct operand *, char **cause);

static const char *
kind_name(const struct operand *operand)
{
	return operand->kind == OPERAND_TEXT ? "str" : "dict";
}

static void
add_repeated(struct strbuf *out, char c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_addch(out, c);
}

/* Appends text in the conversion's width. */
static void
add_padded(struct strbuf *out, const struct conversion *c, const char *text,
    size_t len)
{
	size_t count = utf8_count(text, len);
	size_t blanks = c->width > count ? c->width - count : 0;

	if (!c->left)
		add_repeated(out, ' ', blanks);
	strbuf_add(out, text, len);
	if (c->left)
		add_repeated(out, ' ', blanks);
}

/* Appends a number whose sign or prefix zeroes go behind. */
static void
add_number(struct strbuf *out, const struct conversion *c, const char *prefix,
    const char *digits)
{
	size_t len = strlen(prefix) + strlen(digits);
	char *text;

	if (c->zero && !c->left && c->width > len) {
		strbuf_addstr(out, prefix);
		add_repeated(out, '0', c->width - len);
		strbuf_addstr(out, digits);
		return;
	}
	text = xasprintf("%s%s", prefix, digits);
	add_padded(out, c, text, len);
	free(text);
}

/* As ascii(): the text of repr() with everything else escaped. */
static char *
ascii(const char *shown)
{
	struct strbuf out = STRBUF_INIT;
	uint32_t code;
	size_t n, len = strlen(shown);

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(shown + i, len - i, &code);
		if (n <= 1) {
			n = 1;
			strbuf_addch(&out, shown[i]);
		} else if (code < 0x100) {
			strbuf_addf(&out, "\\x%02x", (unsigned int)code);
		} else {
			strbuf_addf(&out,
			    code < 0x10000 ? "\\u%04x" : "\\U%08x",
			    (unsigned int)code);
		}
	}
	return strbuf_steal(&out);
}

static char *
operand_text(const struct conversion *c, const struct operand *operand)
{
	char *shown, *text;

	if (operand->kind == OPERAND_INT)
		return xasprintf("%lld", operand->number);
	if (c->type == 's')
		return xstrdup(operand->text);
	shown = repr(operand->text);
	if (c->type == 'r')
		return shown;
	text = ascii(shown);
	free(shown);
	return text;
}

static int
convert_text(struct strbuf *out, const struct conversion *c,
    const struct operand *operand, char **cause)
{
	char *text;
	size_t len = 0, n;
	uint32_t code;

	/* Python would insert its whole table here, all of the environment. */
	if (operand->kind == OPERAND_MAPPING)
		return cause_set(cause,
		    "not enough arguments for format string");
	text = operand_text(c, operand);
	for (int i = 0; text[len] != '\0' && i != c->precision; i++) {
		n = utf8_decode(text + len, strlen(text + len), &code);
		len += n > 0 ? n : 1;
	}
	add_padded(out, c, text, len);
	free(text);
	return 0;
}

static const char *
sign_of(const struct conversion *c, long long number)
{
	if (number < 0)
		return "-";
	if (c->sign)
		return "+";
	return c->blank ? " " : "";
}

static char *
digits_of(const struct conversion *c, long long number)
{
	unsigned long long size = (unsigned long long)number;
	int precision = c->precision < 1 ? 1 : c->precision;

	if (number < 0)
		size = -size;
	if (c->type == 'o')
		return xasprintf("%.*llo", precision, size);
	if (c->type == 'x')
		return xasprintf("%.*llx", precision, size);
	if (c->type == 'X')
		return xasprintf("%.*llX", precision, size);
	return xasprintf("%.*llu", precision, size);
}

static int
convert_int(struct strbuf *out, const struct conversion *c,
    const struct operand *operand, char **cause)
{
	bool decimal = strchr("diu", (int)c->type) != NULL;
	struct strbuf prefix = STRBUF_INIT;
	char *digits;

	if (operand->kind != OPERAND_INT)
		return cause_set(cause, "%%%c format: %s is required, not %s",
		    (char)c->type, decimal ? "a real number" : "an integer",
		    kind_name(operand));
	strbuf_addstr(&prefix, sign_of(c, operand->number));
	if (c->alternate && !decimal)
		strbuf_addf(&prefix, "0%c", (char)c->type);
	digits = digits_of(c, operand->number);
	add_number(out, c, prefix.data, digits);
	strbuf_done(&prefix);
	free(digits);
	return 0;
}

static int
convert_float(struct strbuf *out, const struct conversion *c,
    const struct operand *operand, char **cause)
{
	char format[] = { '%', '#', '.', '*', (char)c->type, '\0' };
	double number = (double)operand->number;
	int precision = c->precision == -1 ? 6 : c->precision;
	char *digits;

	if (operand->kind != OPERAND_INT)
		return cause_set(cause, "must be real number, not %s",
		    kind_name(operand));
	if (!c->alternate)
		memmove(format + 1, format + 2, sizeof(format) - 2);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	digits = xasprintf(format, precision, number < 0 ? -number : number);
#pragma GCC diagnostic pop
	add_number(out, c, sign_of(c, operand->number), digits);
	free(digits);
	return 0;
}

static int
convert_char(struct strbuf *out, const struct conversion *c,
    const struct operand *operand, char **cause)
{
	char text[UTF8_MAX];
	size_t len;

	if (operand->kind == OPERAND_INT) {
		len = operand->number < 1 || operand->number > UTF8_CODE_MAX
		    ? 0
		    : utf8_encode((uint32_t)operand->number, text);
		if (len == 0)
			return cause_set(cause,
			    "%%c arg not in range(0x110000)");
		add_padded(out, c, text, len);
		return 0;
	}
	if (operand->kind != OPERAND_TEXT ||
	    utf8_count(operand->text, strlen(operand->text)) != 1)
		return cause_set(cause, "%%c requires int or char");
	add_padded(out, c, operand->text, strlen(operand->text));
	return 0;
}

static const struct {
	const char *types;
	convert_fn fn;
} converters[] = {
	{ "sra", convert_text },
	{ "diuoxX", convert_int },
	{ "eEfFgG", convert_float },
	{ "c", convert_char },
};

int
conversion_add(struct strbuf *out, const struct conversion *c,
    const struct operand *operand, char **cause)
{
	if (operand->kind == OPERAND_NONE)
		return cause_set(cause,
		    "not enough arguments for format string");
	for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]);
	     i++) {
		if (c->type != 0 && c->type < 0x80 &&
		    strchr(converters[i].types, (int)c->type) != NULL)
			return converters[i].fn(out, c, operand, cause);
	}
	return cause_set(cause,
	    "unsupported format character '%c' (0x%x) at index %zu",
	    c->type >= 31 && c->type < 127 ? (char)c->type : '?',
	    (unsigned int)c->type, c->index);
}
