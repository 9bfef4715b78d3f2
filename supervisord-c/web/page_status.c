/* SPDX-License-Identifier: ISC */
/*
 * What runs, at a glance.  Ids, classes and order of Supervisor's page are kept
 * for those who read it with programs; what is new stands between.  Everything
 * works by plain links; the script adds live rows, the filter and actions
 * without leaving the page.
 */
#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "web/html.h"
#include "web/page.h"
#include "web/row.h"

/* Processes next to each other in the list that are of one group. */
struct span {
	struct process **processes;
	size_t count;
};

static size_t
count_in(const struct span *span, enum process_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < span->count; i++)
		count += process_state(span->processes[i]) == state;
	return count;
}

/* "3 running", "1 fatal": only what there is. */
static void
write_counts(struct strbuf *out, const struct span *span)
{
	for (int state = 0; state < PROC_STATE_COUNT; state++) {
		size_t count = count_in(span, (enum process_state)state);
		const char *name =
		    process_state_name((enum process_state)state);

		if (count == 0)
			continue;
		strbuf_addstr(out, "<li class=\"count-");
		for (const char *p = name; *p != '\0'; p++)
			strbuf_addch(out, (char)(*p | 0x20));
		strbuf_addf(out, "\">%zu ", count);
		for (const char *p = name; *p != '\0'; p++)
			strbuf_addch(out, (char)(*p | 0x20));
		strbuf_addstr(out, "</li>");
	}
}

static void
write_header(struct strbuf *out, const struct span *all, const char *identifier)
{
	strbuf_addstr(out,
	    "<div id=\"wrapper\">\n<div id=\"header\">\n"
	    "<img alt=\"\" src=\"images/icon.svg\" /><h1>");
	html_text(out, identifier);
	strbuf_addstr(out, "</h1>\n<ul id=\"counts\">");
	write_counts(out, all);
	strbuf_addstr(out, "</ul>\n</div>\n");
}

static void
write_message(struct strbuf *out, const char *message)
{
	strbuf_addf(out, "<div class=\"%s\" id=\"message\" role=\"status\">",
	    message == NULL ? "hidden" : "status_msg");
	html_text(out, message == NULL ? "#" : message);
	strbuf_addstr(out, "</div>\n");
}

static void
write_group(struct strbuf *out, const struct span *span)
{
	static const char *const actions[][2] = {
		{ "startgroup", "Start" },
		{ "restartgroup", "Restart" },
		{ "stopgroup", "Stop" },
	};
	struct strbuf encoded = STRBUF_INIT;
	const char *name = process_group_name(span->processes[0]);

	url_encode(&encoded, name);
	strbuf_addstr(out, "<li><strong>");
	html_text(out, name);
	strbuf_addstr(out, "</strong> <ul class=\"counts\">");
	write_counts(out, span);
	strbuf_addstr(out, "</ul>");
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		strbuf_addf(out,
		    " <a class=\"act\" "
		    "href=\"index.html?groupname=%s&amp;action=%s\">%s</a>",
		    encoded.data, actions[i][0], actions[i][1]);
	strbuf_addstr(out, "</li>\n");
	strbuf_done(&encoded);
}

/* The next group's part of the list. */
static struct span
next_group(const struct span *all, size_t first)
{
	struct span span = { .processes = all->processes + first };
	const char *name = process_group_name(span.processes[0]);

	while (first + span.count < all->count &&
	    strcmp(process_group_name(span.processes[span.count]), name) == 0)
		span.count++;
	return span;
}

/* Groups of more than one: the others have their row. */
static void
write_groups(struct strbuf *out, const struct span *all)
{
	struct span span;
	bool any = false;

	for (size_t first = 0; first < all->count; first += span.count) {
		span = next_group(all, first);
		if (span.count < 2)
			continue;
		if (!any)
			strbuf_addstr(out, "<ul id=\"groups\">\n");
		any = true;
		write_group(out, &span);
	}
	if (any)
		strbuf_addstr(out, "</ul>\n");
}

static void
write_table(struct strbuf *out, const struct span *all)
{
	if (all->count == 0) {
		strbuf_addstr(out,
		    "<p id=\"empty\">No programs to manage</p>\n");
		return;
	}
	strbuf_addstr(out,
	    "<table cellspacing=\"0\">\n<thead>\n<tr>"
	    "<th class=\"state\">State</th><th class=\"desc\">Description</th>"
	    "<th class=\"name\">Name</th><th class=\"action\">Action</th>"
	    "</tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < all->count; i++) {
		row_write(out, all->processes[i], i % 2 == 1);
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, "</tbody>\n</table>\n");
}

static void
write_form(struct strbuf *out, const struct span *all)
{
	strbuf_addstr(out,
	    "<form action=\"index.html\" method=\"post\">\n"
	    "<ul class=\"clr\" id=\"buttons\">\n"
	    "<li class=\"action-button\">"
	    "<a href=\"index.html?action=refresh\">Refresh</a></li>\n"
	    "<li class=\"action-button\">"
	    "<a href=\"index.html?action=restartall\">Restart All</a></li>\n"
	    "<li class=\"action-button\">"
	    "<a href=\"index.html?action=stopall\">Stop All</a></li>\n"
	    "</ul>\n");
	write_table(out, all);
	strbuf_addstr(out, "</form>\n");
}

void
page_status(struct http_request *request, struct supervisor *supervisor,
    const struct verdicts *verdicts)
{
	struct strbuf page = STRBUF_INIT;
	char *message = http_request_param(request, "message");
	struct span all;

	all.processes = row_processes(supervisor, &all.count);
	html_begin(&page, "Supervisor Status",
	    "<script src=\"scripts/status.js\" defer=\"defer\"></script>\n");
	write_header(&page, &all, supervisor_config(supervisor)->identifier);
	strbuf_addstr(&page, "<div id=\"content\">\n");
	write_message(&page, message);
	write_form(&page, &all);
	write_groups(&page, &all);
	verdicts_write(&page, verdicts);
	strbuf_addstr(&page, "</div>\n</div>\n");
	html_end(&page);
	html_reply(request, &page);
	free(all.processes);
	free(message);
}
