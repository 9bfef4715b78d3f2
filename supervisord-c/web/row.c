/* SPDX-License-Identifier: ISC */
/*
 * A process as a row of the status page.  The same bytes are in the page and,
 * when something changes, in the stream that keeps it up to date.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "http/url.h"
#include "process/describe.h"
#include "web/html.h"
#include "web/row.h"

/* One action of a row.  The link is made from a pattern in which %s is the
 * encoded namespec. */
struct link {
	const char *text;
	const char *href;
	bool is_log; /* opens a window */
	bool (*shown)(enum process_state);
};

static bool
is_running(enum process_state state)
{
	return state == PROC_RUNNING;
}

static bool
is_startable(enum process_state state)
{
	return state == PROC_STOPPED || state == PROC_EXITED ||
	    state == PROC_FATAL;
}

static bool
is_any(enum process_state state)
{
	(void)state;
	return true;
}

#define ACTION(name) "index.html?processname=%s&amp;action=" name
#define SLOTS	     5

/* For each of the five places the first that is shown in a state. */
static const struct {
	unsigned int slot;
	struct link link;
} links[] = {
	/* clang-format off */
	{ 0, { "Restart",        ACTION("restart"),   false, is_running } },
	{ 0, { "Start",          ACTION("start"),     false, is_startable } },
	{ 1, { "Stop",           ACTION("stop"),      false, is_running } },
	{ 2, { "Clear Log",      ACTION("clearlog"),  false, is_any } },
	{ 3, { "Tail -f Stdout", "logtail/%s",        true,  is_any } },
	{ 4, { "Tail -f Stderr", "logtail/%s/stderr", true,  is_any } },
	/* clang-format on */
};

struct process **
row_processes(struct supervisor *supervisor, size_t *count)
{
	struct process **list = NULL;

	*count = 0;
	for (size_t g = 0; g < supervisor_group_count(supervisor); g++) {
		struct group *group = supervisor_group(supervisor, g);

		list = xreallocarray(list, *count + group_count(group) + 1,
		    sizeof(*list));
		for (size_t p = 0; p < group_count(group); p++)
			list[(*count)++] = group_process(group, p);
	}
	if (*count > 1)
		qsort(list, *count, sizeof(struct process *), process_compare);
	return list;
}

char *
row_namespec(const struct process_facts *facts)
{
	if (strcmp(facts->group, facts->name) == 0)
		return xstrdup(facts->name);
	return xasprintf("%s:%s", facts->group, facts->name);
}

static const char *
class_of(enum process_state state)
{
	switch (state) {
	case PROC_RUNNING:
		return "statusrunning";
	case PROC_FATAL:
	case PROC_BACKOFF:
		return "statuserror";
	default:
		return "statusnominal";
	}
}

static void
write_lower(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++)
		strbuf_addch(out, (char)(*text | 0x20));
}

static void
write_link(struct strbuf *out, const struct link *link, const char *encoded)
{
	const char *mark = strstr(link->href, "%s");

	strbuf_addstr(out, "<li><a href=\"");
	strbuf_add(out, link->href, (size_t)(mark - link->href));
	strbuf_addstr(out, encoded);
	strbuf_addf(out, "%s\" name=\"%s\"%s>%s</a></li>", mark + 2, link->text,
	    link->is_log ? " target=\"_blank\"" : "", link->text);
}

static void
write_slot(struct strbuf *out, unsigned int slot, enum process_state state,
    const char *encoded)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].slot == slot && links[i].link.shown(state)) {
			write_link(out, &links[i].link, encoded);
			return;
		}
	}
	strbuf_addstr(out,
	    "<li><a class=\"hidden\" href=\"#\" name=\"#\">-</a></li>");
}

static void
write_state(struct strbuf *out, const struct process_facts *facts)
{
	char *description = describe(facts);

	strbuf_addf(out, "<td class=\"status\"><span class=\"%s\">",
	    class_of(facts->state));
	write_lower(out, process_state_name(facts->state));
	strbuf_addstr(out, "</span></td><td><span>");
	html_text(out, description);
	strbuf_addstr(out, "</span></td>");
	free(description);
}

static void
write_name(struct strbuf *out, const char *encoded, const char *namespec)
{
	strbuf_addf(out,
	    "<td><a href=\"tail.html?processname=%s\" target=\"_blank\">",
	    encoded);
	html_text(out, namespec);
	strbuf_addstr(out, "</a></td><td class=\"action\"><ul>");
}

void
row_write(struct strbuf *out, const struct process *process, bool shade)
{
	struct strbuf encoded = STRBUF_INIT;
	struct process_facts facts;
	char *namespec;

	process_get_facts(process, &facts);
	namespec = row_namespec(&facts);
	url_encode(&encoded, namespec);
	strbuf_addf(out, "<tr class=\"%s\" data-uptime=\"%lld\" data-name=\"",
	    shade ? "shade" : "",
	    facts.state == PROC_RUNNING ? (long long)facts.uptime_ms / 1000
					: -1);
	html_text(out, namespec);
	strbuf_addstr(out, "\">");
	write_state(out, &facts);
	write_name(out, encoded.data, namespec);
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		write_slot(out, slot, facts.state, encoded.data);
	strbuf_addstr(out, "</ul></td></tr>");
	strbuf_done(&encoded);
	free(namespec);
}

/* FNV-1a. */
static uint64_t
mixed(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len-- > 0)
		hash = (hash ^ *p++) * 0x100000001b3ULL;
	return hash;
}

uint64_t
row_fingerprint(const struct process *process)
{
	struct process_facts facts;
	uint64_t hash = 0xcbf29ce484222325ULL;

	process_get_facts(process, &facts);
	hash = mixed(hash, facts.group, strlen(facts.group) + 1);
	hash = mixed(hash, facts.name, strlen(facts.name) + 1);
	hash = mixed(hash, facts.spawnerr, strlen(facts.spawnerr) + 1);
	hash = mixed(hash, &facts.state, sizeof(facts.state));
	hash = mixed(hash, &facts.pid, sizeof(facts.pid));
	hash = mixed(hash, &facts.start, sizeof(facts.start));
	hash = mixed(hash, &facts.stop, sizeof(facts.stop));
	return mixed(hash, &facts.waits_for_gate, sizeof(facts.waits_for_gate));
}
