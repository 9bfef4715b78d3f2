/* SPDX-License-Identifier: ISC */
/*
 * Which processes a list of names means, and the table of them.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/format.h"
#include "ctl/json.h"
#include "ctl/namespec.h"
#include "ctl/status_list.h"

/* Whether a status in which it appears is one of failure (contract C6.4). */
static bool
is_down(const struct process_info *info)
{
	static const char *const names[] = { "STOPPED", "EXITED", "FATAL",
		"UNKNOWN" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(info->statename, names[i]) == 0)
			return true;
	}
	return false;
}

int
status_list_ask(struct ctl *ctl, struct reply *reply)
{
	int result;

	ctl->transport.prefer_minimal = !ctl->json;
	result = ctl_need_value(ctl, "getAllProcessInfo", NULL, reply);
	ctl->transport.prefer_minimal = false;
	return result;
}

void
status_list_done(struct status_list *list)
{
	free(list->items);
	strvec_done(&list->missing);
	list->items = NULL;
	list->count = 0;
}

static void
add(struct status_list *list, const struct process_info *info)
{
	if ((list->count & (list->count - 1)) == 0)
		list->items = xreallocarray(list->items,
		    list->count == 0 ? 1 : list->count * 2,
		    sizeof(*list->items));
	list->items[list->count++] = *info;
}

void
status_list_add_all(struct status_list *list, const struct value *infos)
{
	struct process_info info;

	for (size_t i = 0; i < value_count(infos); i++) {
		process_info_read(value_item(infos, i), &info);
		add(list, &info);
	}
}

void
status_list_add_named(struct status_list *list, const struct value *infos,
    const char *name)
{
	size_t before = list->count;
	struct process_info info;
	struct namespec spec;

	namespec_split(name, &spec);
	for (size_t i = 0; i < value_count(infos); i++) {
		process_info_read(value_item(infos, i), &info);
		if (strcmp(info.group, spec.group) == 0 &&
		    (spec.process == NULL ||
			strcmp(info.name, spec.process) == 0))
			add(list, &info);
	}
	if (list->count == before)
		strvec_pushf(&list->missing, "%s: ERROR (no such %s)",
		    spec.process == NULL ? spec.group : name,
		    spec.process == NULL ? "group" : "process");
	namespec_done(&spec);
}

static bool
matches(const struct process_info *info, const char *pattern)
{
	char *name = namespec_join(info->group, info->name);
	char *full = xasprintf("%s:%s", info->group, info->name);
	bool result =
	    fnmatch(pattern, name, 0) == 0 || fnmatch(pattern, full, 0) == 0;

	free(name);
	free(full);
	return result;
}

void
status_list_add_matching(struct status_list *list, const struct value *infos,
    const char *pattern)
{
	size_t before = list->count;
	struct process_info info;

	for (size_t i = 0; i < value_count(infos); i++) {
		process_info_read(value_item(infos, i), &info);
		if (matches(&info, pattern))
			add(list, &info);
	}
	if (list->count == before)
		strvec_pushf(&list->missing, "%s: ERROR (no matching process)",
		    pattern);
}

static void
add_text(const struct ctl *ctl, const struct status_list *list,
    struct strbuf *out)
{
	size_t widest = 0;

	for (size_t i = 0; i < list->missing.len; i++)
		strbuf_addf(out, "%s\n", list->missing.items[i]);
	for (size_t i = 0; i < list->count; i++) {
		size_t len = format_name_length(&list->items[i]);

		if (len > widest)
			widest = len;
	}
	for (size_t i = 0; i < list->count; i++)
		format_status(out, &list->items[i], format_name_width(widest),
		    ctl->colour);
}

static void
add_json(const struct status_list *list, struct strbuf *out)
{
	strbuf_addstr(out, "{\"processes\": [");
	for (size_t i = 0; i < list->count; i++) {
		strbuf_addstr(out, i > 0 ? ", " : "");
		json_write_value(out, list->items[i].value);
	}
	strbuf_addstr(out, "], \"errors\": [");
	for (size_t i = 0; i < list->missing.len; i++) {
		const char *text = list->missing.items[i];

		strbuf_addstr(out, i > 0 ? ", " : "");
		json_write_string(out, text, strlen(text));
	}
	strbuf_addstr(out, "]}\n");
}

void
status_list_print(struct ctl *ctl, const struct status_list *list)
{
	struct strbuf out = STRBUF_INIT;

	if (ctl->json)
		add_json(list, &out);
	else
		add_text(ctl, list, &out);
	fwrite(out.data, 1, out.len, stdout);
	strbuf_done(&out);

	if (list->missing.len > 0)
		ctl->exit_status = CTL_UNKNOWN;
	for (size_t i = 0; i < list->count; i++) {
		if (is_down(&list->items[i]))
			ctl->exit_status = CTL_STOPPED;
	}
}
