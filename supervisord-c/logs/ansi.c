/* SPDX-License-Identifier: ISC */
/*
 * A state per byte.  A byte that no sequence may hold (a control character in
 * the midst of one) ends it and is text again, so that a stray ESC cannot
 * swallow more than the rest of its line.
 */
#include <stdbool.h>
#include <string.h>

#include "logs/ansi.h"

#define ESC 0x1b
#define BEL 0x07

enum {
	IN_TEXT,
	IN_ESCAPE,     /* ESC, perhaps intermediates */
	IN_CSI,	       /* ESC [ */
	IN_STRING,     /* OSC, DCS, SOS, PM, APC: up to BEL or ESC \ */
	IN_STRING_END, /* ESC in such a string */
};

static int
after_escape(unsigned char c)
{
	if (c == '[')
		return IN_CSI;
	if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
		return IN_STRING;
	return c >= 0x20 && c <= 0x2f ? IN_ESCAPE : IN_TEXT;
}

static int
after_string_byte(unsigned char c)
{
	return c == BEL ? IN_TEXT : IN_STRING;
}

/* Moves to the next state; whether the byte is text. */
static bool
step(struct ansi *ansi, unsigned char c)
{
	bool control = c < 0x20 || c == 0x7f;

	if (c == ESC) {
		ansi->state =
		    ansi->state == IN_STRING ? IN_STRING_END : IN_ESCAPE;
		return false;
	}
	if (ansi->state == IN_STRING_END && c != '\\')
		ansi->state = IN_ESCAPE;
	if (control && !(ansi->state == IN_STRING && c == BEL)) {
		ansi->state = IN_TEXT;
		return true;
	}
	switch (ansi->state) {
	case IN_ESCAPE:
		ansi->state = after_escape(c);
		return false;
	case IN_CSI:
		if (c >= 0x40)
			ansi->state = IN_TEXT;
		return false;
	case IN_STRING:
		ansi->state = after_string_byte(c);
		return false;
	case IN_STRING_END:
		ansi->state = IN_TEXT;
		return false;
	}
	return true;
}

size_t
ansi_strip(struct ansi *ansi, char *data, size_t len)
{
	size_t kept = 0;
	char *escape;

	if (ansi->state == IN_TEXT) {
		escape = memchr(data, ESC, len);
		if (escape == NULL)
			return len;
		kept = (size_t)(escape - data);
	}
	for (size_t i = kept; i < len; i++) {
		if (step(ansi, (unsigned char)data[i]))
			data[kept++] = data[i];
	}
	return kept;
}
