/* SPDX-License-Identifier: ISC */
/*
 * Line by line, this file finds what Python's RawConfigParser finds under the
 * settings that Supervisor gives it, and writes it down in canonical form.  It
 * is pure and does not know inih.  The numbers of the steps are those of
 * contract D2.1.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/repr.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ini/dialect.h"
#include "ini/encoding.h"

#define BOM "\xef\xbb\xbf"

/* inih keeps 49 bytes of a name for the lines that continue it. */
#define SHORT_KEY_MAX 48
#define PIECE_MAX     (DIALECT_LINE_MAX - SHORT_KEY_MAX - 4)

struct span {
	const char *p;
	size_t len;
};

struct reader {
	const char *name;
	const char *only; /* as dialect_read was given it */
	const char *next; /* the line after the current one */
	const char *end;
	struct span line; /* without its end */
	bool newline;	  /* whether it had one */
	unsigned int number;

	struct dialect out;
	bool in_section;
	bool is_skipped;     /* what the section says is checked, not kept */
	bool in_option;	     /* value belongs to the last of out.options */
	struct strbuf value; /* its lines so far */
	size_t indent;

	struct strbuf bad_lines; /* errors B */
};

/* How many bytes the white space at the end of the span has. */
static size_t
trailing_space(struct span s)
{
	for (size_t back = 1; back <= 3 && back <= s.len; back++) {
		if (parse_space_len(s.p + s.len - back) == back)
			return back;
	}
	return 0;
}

static struct span
strip_left(struct span s)
{
	size_t n;

	while (s.len > 0 && (n = parse_space_len(s.p)) > 0) {
		s.p += n;
		s.len -= n;
	}
	return s;
}

static struct span
strip_right(struct span s)
{
	size_t n;

	while ((n = trailing_space(s)) > 0)
		s.len -= n;
	return s;
}

static bool
span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static struct span
strip(struct span s)
{
	return strip_right(strip_left(s));
}

/* LF, CR LF and a CR alone end a line. */
static bool
next_line(struct reader *r)
{
	const char *p = r->next;

	if (p == r->end)
		return false;
	while (p < r->end && *p != '\n' && *p != '\r')
		p++;
	r->line = (struct span){ r->next, (size_t)(p - r->next) };
	r->newline = p < r->end;
	if (p < r->end)
		p += p[0] == '\r' && p[1] == '\n' ? 2 : 1;
	r->next = p;
	r->number++;
	return true;
}

/*
 * Step 1.  The two prefixes are searched in lock-step: a round takes the next
 * of each, and the first round in which one of them begins a comment decides.
 * Returns the column, or the length of the line if there is no comment.
 */
static size_t
inline_comment(struct span line)
{
	struct {
		char prefix;
		size_t from; /* past the end: no further one */
	} search[2] = { { ';', 0 }, { '#', 0 } };
	size_t start = line.len, at;
	const char *p;

	while (start == line.len &&
	    (search[0].from < line.len || search[1].from < line.len)) {
		for (int i = 0; i < 2; i++) {
			p = search[i].from >= line.len
			    ? NULL
			    : memchr(line.p + search[i].from, search[i].prefix,
				  line.len - search[i].from);
			if (p == NULL) {
				search[i].from = line.len;
				continue;
			}
			at = (size_t)(p - line.p);
			search[i].from = at + 1;
			if (at < start &&
			    (at == 0 ||
				trailing_space((struct span){ line.p, at }) >
				    0))
				start = at;
		}
	}
	return start;
}

/* The line as messages quote it. */
static char *
shown_line(const struct reader *r)
{
	struct strbuf text = STRBUF_INIT;
	char *shown;

	strbuf_add(&text, r->line.p, r->line.len);
	if (r->newline)
		strbuf_addch(&text, '\n');
	shown = repr_len(text.data, text.len);
	strbuf_done(&text);
	return shown;
}

/* Error A. */
static int
no_section(const struct reader *r, char **cause)
{
	char *file = repr(r->name), *line = shown_line(r);

	cause_set(cause,
	    "File contains no section headers.\nfile: %s, line: %u\n%s", file,
	    r->number, line);
	free(file);
	free(line);
	return -1;
}

/* Error B, kept until the file has been read. */
static void
note_bad_line(struct reader *r)
{
	char *line = shown_line(r);

	strbuf_addf(&r->bad_lines, "\n\t[line %2u]: %s", r->number, line);
	free(line);
}

static void
escape_byte(struct strbuf *out, unsigned char c)
{
	strbuf_addf(out, "%%%02x", c);
}

/* The name under which inih sees a key, "*" if that would be too long. */
static void
write_key(struct strbuf *text, const char *key)
{
	size_t start = text->len;

	for (; *key != '\0'; key++) {
		if (isalnum((unsigned char)*key) || *key == '_' || *key == '.')
			strbuf_addch(text, *key);
		else
			escape_byte(text, (unsigned char)*key);
	}
	if (text->len - start > SHORT_KEY_MAX) {
		strbuf_truncate(text, start);
		strbuf_addch(text, '*');
	}
}

/* How many bytes at the beginning mean nothing to inih. */
static size_t
plain_len(struct span s, size_t max)
{
	size_t n = 0;

	while (n < s.len && n < max && s.p[n] > ' ' && s.p[n] < 0x7f &&
	    s.p[n] != '%' && s.p[n] != ';')
		n++;
	return n;
}

static void
write_option(struct strbuf *text, const char *key, struct span value)
{
	size_t room = PIECE_MAX, n;

	write_key(text, key);
	strbuf_addstr(text, "==");
	while (value.len > 0) {
		if (room < 3) {
			strbuf_addstr(text, "\n +");
			room = PIECE_MAX;
		}
		n = plain_len(value, room);
		strbuf_add(text, value.p, n);
		room -= n;
		if (n == 0) {
			escape_byte(text, (unsigned char)value.p[0]);
			room -= 3;
			n = 1;
		}
		value.p += n;
		value.len -= n;
	}
	strbuf_addch(text, '\n');
}

/* Step 6 for the option whose lines have all been seen. */
static void
finish_option(struct reader *r)
{
	struct dialect *out = &r->out;

	if (r->in_option && !r->is_skipped)
		write_option(&out->text,
		    out->options[out->option_count - 1].key,
		    strip_right((struct span){ r->value.data, r->value.len }));
	r->in_option = false;
}

static void
add_header(struct reader *r, struct span name)
{
	struct dialect *out = &r->out;

	finish_option(r);
	r->in_section = true;
	r->is_skipped = r->only != NULL && !span_is(name, r->only) &&
	    !span_is(name, "DEFAULT");
	if (r->is_skipped)
		return;
	strbuf_addf(&out->text, "[%zu]\n", out->header_count);
	out->headers = xreallocarray(out->headers, out->header_count + 1,
	    sizeof(*out->headers));
	out->headers[out->header_count++] = (struct dialect_header){
		.name = xstrndup(name.p, name.len),
		.line = r->number,
	};
}

static void
add_option(struct reader *r, struct span key, struct span value)
{
	struct dialect *out = &r->out;
	char *name;

	finish_option(r);
	r->in_option = true;
	if (r->is_skipped)
		return;
	name = xstrndup(key.p, key.len);
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	out->options = xreallocarray(out->options, out->option_count + 1,
	    sizeof(*out->options));
	out->options[out->option_count++] = (struct dialect_option){
		.key = name,
		.line = r->number,
	};
	strbuf_clear(&r->value);
	strbuf_add(&r->value, value.p, value.len);
}

/* Everything between the first [ and the last ], if that is not nothing. */
static bool
is_header(struct span value, struct span *name)
{
	const char *close;

	if (value.p[0] != '[')
		return false;
	close = memrchr(value.p, ']', value.len);
	if (close == NULL || close - value.p < 2)
		return false;
	*name = (struct span){ value.p + 1, (size_t)(close - value.p - 1) };
	return true;
}

static void
read_option(struct reader *r, struct span value)
{
	struct span key = value;
	size_t at = 0;

	while (at < value.len && value.p[at] != '=' && value.p[at] != ':')
		at++;
	if (at == value.len) {
		note_bad_line(r);
		return;
	}
	key.len = at;
	if (at == 0) {
		note_bad_line(r);
		finish_option(r);
		return;
	}
	add_option(r, strip_right(key),
	    strip((struct span){ value.p + at + 1, value.len - at - 1 }));
}

/* Step 5: the line is a header or an option. */
static int
read_statement(struct reader *r, struct span value, char **cause)
{
	struct span name;

	if (memchr(value.p, '\0', value.len) != NULL) {
		note_bad_line(r);
		return 0;
	}
	if (is_header(value, &name)) {
		add_header(r, name);
		return 0;
	}
	if (!r->in_section)
		return no_section(r, cause);
	read_option(r, value);
	return 0;
}

static void
continue_value(struct reader *r, struct span line)
{
	if (r->is_skipped)
		return;
	strbuf_addch(&r->value, '\n');
	strbuf_add(&r->value, line.p, line.len);
}

/* Steps 2 to 5 for one line. */
static int
read_line(struct reader *r, char **cause)
{
	struct span bare = strip_left(r->line), value = r->line;
	size_t column;

	value.len = inline_comment(r->line);
	if (bare.len > 0 && (bare.p[0] == '#' || bare.p[0] == ';'))
		value.len = 0;
	if (strip(value).len == 0) {
		if (r->in_option && value.len == r->line.len)
			continue_value(r, (struct span){ "", 0 });
		return 0;
	}
	value = strip(value);
	column = utf8_count(r->line.p, (size_t)(bare.p - r->line.p));
	if (r->in_option && column > r->indent) {
		if (memchr(value.p, '\0', value.len) != NULL)
			note_bad_line(r);
		continue_value(r, value);
		return 0;
	}
	r->indent = column;
	return read_statement(r, value, cause);
}

static int
read_lines(struct reader *r, char **cause)
{
	char *file;

	while (next_line(r)) {
		if (read_line(r, cause) == -1)
			return -1;
	}
	finish_option(r);
	if (r->bad_lines.len == 0)
		return 0;
	file = repr(r->name);
	cause_set(cause, "Source contains parsing errors: %s%s", file,
	    r->bad_lines.data);
	free(file);
	return -1;
}

int
dialect_read(const char *name, const char *data, size_t len, const char *only,
    struct dialect *out, char **cause)
{
	struct reader r = {
		.name = name,
		.only = only,
		.next = data,
		.end = data + len,
		.out = { .text = STRBUF_INIT },
		.value = STRBUF_INIT,
		.bad_lines = STRBUF_INIT,
	};
	int result;

	if (encoding_check(data, len, cause) == -1)
		return -1;
	if (len >= strlen(BOM) && memcmp(data, BOM, strlen(BOM)) == 0)
		r.next += strlen(BOM);
	result = read_lines(&r, cause);
	if (result == 0)
		*out = r.out;
	else
		dialect_done(&r.out);
	strbuf_done(&r.value);
	strbuf_done(&r.bad_lines);
	return result;
}

void
dialect_done(struct dialect *dialect)
{
	for (size_t i = 0; i < dialect->header_count; i++)
		free(dialect->headers[i].name);
	for (size_t i = 0; i < dialect->option_count; i++)
		free(dialect->options[i].key);
	free(dialect->headers);
	free(dialect->options);
	strbuf_done(&dialect->text);
	*dialect = (struct dialect){ .text = STRBUF_INIT };
}

void
dialect_unescape(const char *piece, struct strbuf *out)
{
	char hex[3] = "";
	size_t plain;

	for (;;) {
		plain = strcspn(piece, "%");
		strbuf_add(out, piece, plain);
		piece += plain;
		if (*piece == '\0')
			break;
		hex[0] = piece[1];
		hex[1] = piece[2];
		strbuf_addch(out, (char)strtoul(hex, NULL, 16));
		piece += 3;
	}
}
