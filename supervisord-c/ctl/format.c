/* SPDX-License-Identifier: ISC */
/*
 * The tables that supervisorctl prints.  Scripts split these lines on blanks
 * or match them whole: nothing is ever added to them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ctl/format.h"
#include "ctl/namespec.h"

#define NAME_WIDTH_MIN 30
#define NAME_GAP       3
#define STATE_WIDTH    10
#define LINE_WIDTH     80
#define COLUMN_GAP     2

/* What a state looks like on a terminal. */
static const struct {
	const char *state;
	const char *colour;
} state_colours[] = {
	{ "RUNNING", "\033[32m" },
	{ "STARTING", "\033[33m" },
	{ "STOPPING", "\033[33m" },
	{ "BACKOFF", "\033[33m" },
	{ "EXITED", "\033[36m" },
	{ "STOPPED", "\033[2m" },
	{ "FATAL", "\033[31m" },
	{ "UNKNOWN", "\033[31m" },
};

static void
add_blanks(struct strbuf *out, size_t count)
{
	while (count-- > 0)
		strbuf_addch(out, ' ');
}

void
format_padded(struct strbuf *out, const char *text, size_t width)
{
	size_t shown = utf8_count(text, strlen(text));

	strbuf_addstr(out, text);
	if (shown < width)
		add_blanks(out, width - shown);
}

size_t
format_name_width(size_t widest)
{
	return (widest < NAME_WIDTH_MIN ? NAME_WIDTH_MIN : widest) + NAME_GAP;
}

size_t
format_name_length(const struct process_info *info)
{
	size_t len = utf8_count(info->name, strlen(info->name));

	if (strcmp(info->group, info->name) != 0)
		len += utf8_count(info->group, strlen(info->group)) + 1;
	return len;
}

static const char *
state_colour(const char *state)
{
	size_t count = sizeof(state_colours) / sizeof(*state_colours);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(state_colours[i].state, state) == 0)
			return state_colours[i].colour;
	}
	return "";
}

void
format_status(struct strbuf *out, const struct process_info *info, size_t width,
    bool colour)
{
	char *name = namespec_join(info->group, info->name);

	/* Between name and state there are blanks only: people match that. */
	if (colour)
		strbuf_addstr(out, state_colour(info->statename));
	format_padded(out, name, width);
	format_padded(out, info->statename, STATE_WIDTH);
	if (colour)
		strbuf_addstr(out, "\033[0m");
	strbuf_addf(out, "%s\n", info->description);
	free(name);
}

static int64_t
number_of(const struct value *config, const char *member)
{
	const struct value *value = value_member(config, member);

	return value == NULL ? 0 : value_as_int(value);
}

void
format_avail(struct strbuf *out, const struct value *config)
{
	char *name = namespec_join(value_text(config, "group"),
	    value_text(config, "name"));

	format_padded(out, name, 32);
	strbuf_addf(out, " %-9s %-9s %" PRId64 ":%" PRId64 "\n",
	    number_of(config, "inuse") ? "in use" : "avail",
	    number_of(config, "autostart") ? "auto" : "manual",
	    number_of(config, "group_prio"), number_of(config, "process_prio"));
	free(name);
}

/* Width of a column of names, the first of which is at the index. */
static size_t
column_width(const struct strvec *names, size_t first, size_t rows)
{
	size_t width = 0;

	for (size_t i = first; i < first + rows && i < names->len; i++) {
		if (strlen(names->items[i]) > width)
			width = strlen(names->items[i]);
	}
	return width;
}

static bool
fits(const struct strvec *names, size_t rows)
{
	size_t total = 0;

	for (size_t first = 0; first < names->len; first += rows)
		total += column_width(names, first, rows) + COLUMN_GAP;
	return total <= LINE_WIDTH + COLUMN_GAP;
}

void
format_columns(struct strbuf *out, const struct strvec *names)
{
	size_t rows = 1;

	while (rows < names->len && !fits(names, rows))
		rows++;
	for (size_t row = 0; row < rows && row < names->len; row++) {
		for (size_t i = row; i < names->len; i += rows) {
			if (i != row)
				add_blanks(out, COLUMN_GAP);
			format_padded(out, names->items[i],
			    column_width(names, i - row, rows));
		}
		strbuf_addch(out, '\n');
	}
}
