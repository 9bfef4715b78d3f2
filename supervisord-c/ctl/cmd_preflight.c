/* SPDX-License-Identifier: ISC */
/*
 * What the preflight plugin found: without names the last verdicts, with names
 * new checks of these.  The plugin's namespace is there only if the server's
 * configuration asks for preflight.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/cmd_preflight.h"
#include "ctl/format.h"
#include "ctl/json.h"
#include "xmlrpc/fault.h"

#define VERDICT_WIDTH 9
#define COLUMN_GAP    2

static size_t
width_of(const struct value *rows)
{
	size_t widest = strlen("PROGRAM");

	for (size_t i = 0; i < value_count(rows); i++) {
		const char *name = value_text(value_item(rows, i), "name");
		size_t len = utf8_count(name, strlen(name));

		if (len > widest)
			widest = len;
	}
	return widest;
}

static void
add_member(struct strbuf *out, const struct value *row, const char *name)
{
	const char *text = value_text(row, name);

	strbuf_addf(out, "\"%s\": ", name);
	json_write_string(out, text, strlen(text));
}

static void
print_json(const struct value *rows)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addch(&out, '[');
	for (size_t i = 0; i < value_count(rows); i++) {
		const struct value *row = value_item(rows, i);

		strbuf_addstr(&out, i == 0 ? "{" : ", {");
		add_member(&out, row, "name");
		strbuf_addstr(&out, ", ");
		add_member(&out, row, "verdict");
		strbuf_addstr(&out, ", ");
		add_member(&out, row, "sentence");
		strbuf_addch(&out, '}');
	}
	strbuf_addch(&out, ']');
	puts(out.data);
	strbuf_done(&out);
}

static void
add_line(struct strbuf *out, size_t width, const char *name,
    const char *verdict, const char *why)
{
	format_padded(out, name, width + COLUMN_GAP);
	format_padded(out, verdict, VERDICT_WIDTH + COLUMN_GAP);
	strbuf_addf(out, "%s\n", *why == '\0' ? "-" : why);
}

static void
print_table(const struct value *rows)
{
	struct strbuf out = STRBUF_INIT;
	size_t width = width_of(rows);

	if (value_count(rows) == 0) {
		puts("Nothing has been checked yet");
		return;
	}
	add_line(&out, width, "PROGRAM", "VERDICT", "WHY");
	for (size_t i = 0; i < value_count(rows); i++) {
		const struct value *row = value_item(rows, i);

		add_line(&out, width, value_text(row, "name"),
		    value_text(row, "verdict"), value_text(row, "sentence"));
	}
	fwrite(out.data, 1, out.len, stdout);
	strbuf_done(&out);
}

static void
print_rows(struct ctl *ctl, const struct value *rows)
{
	if (ctl->json)
		print_json(rows);
	else
		print_table(rows);
	for (size_t i = 0; i < value_count(rows); i++) {
		if (strcmp(value_text(value_item(rows, i), "verdict"),
			"fail") == 0)
			ctl->exit_status = CTL_ERROR;
	}
}

/* The value of the reply, now the caller's; NULL if it was a fault, which is
 * printed, or no answer. */
static struct value *
call(struct ctl *ctl, const char *method, const char *name)
{
	struct value *params = name == NULL ? NULL : client_params("s", name);
	struct value *value = NULL;
	struct reply reply;

	if (ctl_call(ctl, method, params, &reply) == -1)
		return NULL;
	if (reply.kind == REPLY_VALUE) {
		value = reply.value;
		reply.value = NULL;
	} else if (reply_is_fault(&reply, FAULT_UNKNOWN_METHOD)) {
		ctl_fail(ctl, CTL_ERROR,
		    "Error: the server does no preflight: "
		    "its configuration does not ask for it");
	} else if (reply_is_fault(&reply, FAULT_BAD_NAME)) {
		ctl_fail(ctl, CTL_ERROR, "No such process %s",
		    name == NULL ? "" : name);
	} else {
		ctl_report(ctl, &reply);
	}
	reply_done(&reply);
	return value;
}

void
cmd_preflight(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct value *rows, *row;

	(void)self;
	if (words->len == 0) {
		rows = call(ctl, "preflight.reports", NULL);
	} else {
		rows = value_array();
		for (size_t i = 0; i < words->len; i++) {
			row = call(ctl, "preflight.check", words->items[i]);
			if (row != NULL)
				value_push(rows, row);
		}
	}
	if (rows != NULL && (words->len == 0 || value_count(rows) > 0))
		print_rows(ctl, rows);
	value_free(rows);
}
