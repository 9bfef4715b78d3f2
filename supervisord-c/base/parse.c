/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/repr.h"
#include "base/utf8.h"
#include "base/xmalloc.h"

size_t
parse_space_len(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	unsigned int c = u[0];
	uint32_t code;
	size_t len;

	if (c < 0x80)
		return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20);
	len = utf8_decode(p, strnlen(p, 4), &code);
	if (len == 0)
		return 0;
	if (code == 0x85 || code == 0xa0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202f || code == 0x205f ||
	    code == 0x3000)
		return len;
	return 0;
}

char *
parse_stripped(const char *text)
{
	const char *end, *p;
	size_t n;

	while ((n = parse_space_len(text)) > 0)
		text += n;
	for (end = p = text; *p != '\0'; p += n > 0 ? n : 1) {
		n = parse_space_len(p);
		if (n == 0)
			end = p + 1;
	}
	return xstrndup(text, (size_t)(end - text));
}

static int
digit_value(char c, int base)
{
	return c >= '0' && c < '0' + base ? c - '0' : -1;
}

static long long
append_digit(long long value, int digit, int base)
{
	if (value > (LLONG_MAX - digit) / base)
		return LLONG_MAX;
	return value * base + digit;
}

/* The digits of one number, single underscores allowed between them. */
static int
parse_digits(const char *p, int base, long long *out)
{
	long long value = 0;
	int digit;

	for (;;) {
		digit = digit_value(*p, base);
		if (digit == -1)
			return -1;
		value = append_digit(value, digit, base);
		p++;
		if (*p == '\0')
			break;
		if (*p == '_')
			p++;
	}
	*out = value;
	return 0;
}

static int
parse_number(const char *text, int base, long long *out)
{
	char *stripped = parse_stripped(text);
	const char *p = stripped;
	bool negative = *p == '-';
	int result;

	if (*p == '-' || *p == '+')
		p++;
	if (base == 8 && p[0] == '0' && (p[1] == 'o' || p[1] == 'O')) {
		p += 2;
		if (*p == '_')
			p++;
	}
	result = parse_digits(p, base, out);
	if (result == 0 && negative)
		*out = -*out;
	free(stripped);
	return result;
}

int
parse_int(const char *text, long long *out, char **cause)
{
	char *shown;

	if (parse_number(text, 10, out) == 0)
		return 0;
	if (cause == NULL)
		return -1;
	shown = repr(text);
	cause_set(cause, "invalid literal for int() with base 10: %s", shown);
	free(shown);
	return -1;
}

int
parse_octal(const char *text, long long *out, char **cause)
{
	if (parse_number(text, 8, out) == 0)
		return 0;
	return cause_set(cause, "%s can not be converted to an octal type",
	    text);
}

int
parse_bool(const char *text, bool *out, char **cause)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };
	char *shown;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(text, yes[i]) == 0) {
			*out = true;
			return 0;
		}
		if (strcasecmp(text, no[i]) == 0) {
			*out = false;
			return 0;
		}
	}
	shown = repr(text);
	cause_set(cause, "not a valid boolean value: %s", shown);
	free(shown);
	return -1;
}

static long long
scaled(long long value, long long factor)
{
	long long result;

	if (__builtin_mul_overflow(value, factor, &result))
		return value < 0 ? LLONG_MIN : LLONG_MAX;
	return result;
}

int
parse_bytes(const char *text, long long *out, char **cause)
{
	static const struct {
		const char *suffix;
		long long factor;
	} units[] = {
		{ "kb", 1LL << 10 },
		{ "mb", 1LL << 20 },
		{ "gb", 1LL << 30 },
	};
	char *lower = xstrdup(text);
	size_t len = strlen(lower);
	long long factor = 1, value;
	int result;

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (len >= 2 && strcmp(lower + len - 2, units[i].suffix) == 0) {
			factor = units[i].factor;
			lower[len - 2] = '\0';
			break;
		}
	}
	result = parse_int(lower, &value, cause);
	if (result == 0)
		*out = scaled(value, factor);
	free(lower);
	return result;
}
