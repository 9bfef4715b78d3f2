/* SPDX-License-Identifier: ISC */
#include <expat.h>
#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"

#include "preflight/app/uwsgi_text.h"

/*
 * <uwsgi id="..."><socket>/a</socket><vacuum/></uwsgi>: the first such element
 * anywhere, or the first with the id that is asked for.
 */

struct reading {
	XML_Parser parser;
	const char *section; /* NULL: any */
	uwsgi_option_fn *fn;
	void *arg;
	unsigned depth; /* below the section; 0: outside of it */
	bool done;
	struct strbuf text;
	unsigned line; /* of the option's beginning */
};

static bool
is_section(const struct reading *reading, const char *name, const char **pairs)
{
	if (reading->done || strcmp(name, "uwsgi") != 0)
		return false;
	if (reading->section == NULL)
		return true;
	for (; *pairs != NULL; pairs += 2)
		if (strcmp(pairs[0], "id") == 0)
			return strcmp(pairs[1], reading->section) == 0;
	return false;
}

static void
on_start(void *arg, const char *name, const char **pairs)
{
	struct reading *reading = arg;

	if (reading->depth == 0 && !is_section(reading, name, pairs))
		return;
	if (reading->depth++ != 1)
		return;
	strbuf_clear(&reading->text);
	reading->line = (unsigned)XML_GetCurrentLineNumber(reading->parser);
}

static void
on_end(void *arg, const char *name)
{
	struct reading *reading = arg;

	if (reading->depth == 0)
		return;
	reading->depth--;
	reading->done = reading->depth == 0;
	if (reading->depth == 1)
		reading->fn(reading->arg, name,
		    reading->text.len == 0 ? "1" : reading->text.data,
		    reading->line);
}

static void
on_text(void *arg, const char *text, int len)
{
	struct reading *reading = arg;

	if (reading->depth == 2)
		strbuf_add(&reading->text, text, (size_t)len);
}

int
uwsgi_xml_read(const char *text, const char *section, uwsgi_option_fn *fn,
    void *arg)
{
	struct reading reading = {
		.parser = XML_ParserCreate(NULL),
		.section = section,
		.fn = fn,
		.arg = arg,
		.text = STRBUF_INIT,
	};
	enum XML_Status status;

	if (reading.parser == NULL)
		return -1;
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	status = XML_Parse(reading.parser, text, (int)strlen(text), XML_TRUE);
	XML_ParserFree(reading.parser);
	strbuf_done(&reading.text);
	return status == XML_STATUS_OK ? 0 : -1;
}
