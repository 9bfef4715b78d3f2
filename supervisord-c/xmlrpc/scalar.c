/* SPDX-License-Identifier: ISC */
/*
 * What may stand in <int>, <double> and the like.  The rules are those of the
 * Python conversions that Supervisor applies, so that what one server accepts
 * the other does too.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "xmlrpc/scalar.h"

struct value *
scalar_string(const struct strbuf *text, char **cause)
{
	(void)cause;
	return value_string_len(text->data, text->len);
}

struct value *
scalar_int(const struct strbuf *text, char **cause)
{
	long long number;

	if (parse_int(text->data, &number, cause) == -1)
		return NULL;
	return value_int(number);
}

struct value *
scalar_bool(const struct strbuf *text, char **cause)
{
	(void)cause;
	return value_bool(strcmp(text->data, "1") == 0);
}

static bool
is_word_number(const char *text)
{
	static const char *const words[] = { "inf", "infinity", "nan" };

	text += *text == '+' || *text == '-';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

/* Takes out underscores between digits; false if one stands elsewhere, or a
 * character that strtod would understand but Python would not. */
static bool
normalize_number(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '_') {
			if (p == text || !isdigit((unsigned char)p[-1]) ||
			    !isdigit((unsigned char)p[1]))
				return false;
			continue;
		}
		if (strchr("0123456789+-.eE", *p) == NULL)
			return false;
		*to++ = *p;
	}
	*to = '\0';
	return true;
}

struct value *
scalar_double(const struct strbuf *text, char **cause)
{
	char *number = parse_stripped(text->data);
	char *end = number;
	double real = 0;

	if (is_word_number(number) || normalize_number(number))
		real = strtod(number, &end);
	if (end == number || *end != '\0') {
		cause_set(cause, "not a double: '%s'", text->data);
		free(number);
		return NULL;
	}
	free(number);
	return value_double(real);
}

/* The two digits at p as a number. */
static int
two_digits(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* Whether there is such a day; p has eight digits. */
static bool
is_day(const char *p)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int year = two_digits(p) * 100 + two_digits(p + 2);
	int month = two_digits(p + 4), day = two_digits(p + 6);
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year == 0 || month < 1 || month > 12)
		return false;
	return day >= 1 &&
	    day <= lengths[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

struct value *
scalar_datetime(const struct strbuf *text, char **cause)
{
	static const char shape[] = "ddddddddTdd:dd:dd";
	const char *p = text->data;
	bool good = text->len == sizeof(shape) - 1;

	for (size_t i = 0; good && shape[i] != '\0'; i++)
		good = shape[i] == 'd' ? isdigit((unsigned char)p[i]) != 0
				       : p[i] == shape[i];
	if (!good || !is_day(p) || two_digits(p + 9) > 23 ||
	    two_digits(p + 12) > 59 || two_digits(p + 15) > 59) {
		cause_set(cause, "not a date: '%s'", text->data);
		return NULL;
	}
	return value_bytes(VALUE_DATETIME, p, text->len);
}

struct value *
scalar_base64(const struct strbuf *text, char **cause)
{
	struct value *value = NULL;
	size_t len;
	char *bytes = base64_decode(text->data, text->len, &len);

	if (bytes == NULL)
		cause_set(cause, "base64 with incorrect padding");
	else if (!utf8_valid(bytes, len))
		cause_set(cause, "base64 of what is not UTF-8");
	else
		value = value_string_len(bytes, len);
	free(bytes);
	return value;
}

struct value *
scalar_nil(const struct strbuf *text, char **cause)
{
	(void)text;
	(void)cause;
	return value_nil();
}
