/* SPDX-License-Identifier: ISC */
/*
 * The commands whose names are patterns.  As the group forms do, they pick
 * only processes to which the verb applies, so that "mstart web-*" is quiet
 * about those that run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/cmd_pattern.h"
#include "ctl/control.h"
#include "ctl/namespec.h"
#include "ctl/status_list.h"

enum choice {
	CHOOSE_ALL,
	CHOOSE_RUNNING,	    /* what stop acts on */
	CHOOSE_NOT_RUNNING, /* what start acts on */
	CHOOSE_WITH_PID,    /* what signal acts on */
};

/* Process states as the server numbers them (contract C3.2). */
enum {
	STATE_STARTING = 10,
	STATE_BACKOFF = 30,
};

static bool
is_chosen(const struct process_info *info, enum choice choice)
{
	bool running =
	    info->state >= STATE_STARTING && info->state <= STATE_BACKOFF;

	switch (choice) {
	case CHOOSE_ALL:
		return true;
	case CHOOSE_RUNNING:
		return running;
	case CHOOSE_NOT_RUNNING:
		return !running;
	case CHOOSE_WITH_PID:
		return info->pid != 0;
	}
	return false;
}

/* The name under which commands know it: "all" alone would be every process. */
static char *
name_of(const struct process_info *info)
{
	char *name = namespec_join(info->group, info->name);

	if (strcmp(name, "all") != 0)
		return name;
	free(name);
	return xasprintf("%s:%s", info->group, info->name);
}

static void
push_once(struct strvec *names, const struct process_info *info)
{
	char *name = name_of(info);

	if (strvec_find(names, name) == -1)
		strvec_push(names, name);
	free(name);
}

/* What patterns match; the list borrows from the reply. */
struct matches {
	struct status_list list;
	struct reply reply;
};

/* Matches of the patterns from the first on.  Prints which match nothing.  -1
 * if the server did not say. */
static int
matches_find(struct ctl *ctl, const struct strvec *patterns, size_t first,
    struct matches *m)
{
	m->list = (struct status_list)STATUS_LIST_INIT;
	if (ctl_need_value(ctl, "getAllProcessInfo", NULL, &m->reply) == -1)
		return -1;
	for (size_t i = first; i < patterns->len; i++)
		status_list_add_matching(&m->list, m->reply.value,
		    patterns->items[i]);
	return 0;
}

static void
matches_done(struct matches *m)
{
	status_list_done(&m->list);
	reply_done(&m->reply);
}

/* The chosen ones among them, each once. */
static void
matches_names(const struct matches *m, enum choice choice, struct strvec *names)
{
	for (size_t i = 0; i < m->list.count; i++) {
		if (is_chosen(&m->list.items[i], choice))
			push_once(names, &m->list.items[i]);
	}
}

static void
report_missing(struct ctl *ctl, const struct matches *m)
{
	for (size_t i = 0; i < m->list.missing.len; i++)
		ctl_fail(ctl, CTL_ERROR, "%s", m->list.missing.items[i]);
}

/* Applies the verb to the chosen ones; 0 if the next verb may follow. */
static int
apply(struct ctl *ctl, const struct matches *m, const struct control_verb *verb,
    enum choice choice, const char *signal)
{
	struct strvec names = STRVEC_INIT;
	int result;

	matches_names(m, choice, &names);
	result = control_run(ctl, verb, signal, &names);
	strvec_done(&names);
	return result;
}

static bool
has_patterns(struct ctl *ctl, const struct command *self,
    const struct strvec *words, size_t least)
{
	if (words->len >= least)
		return true;
	ctl_fail(ctl, CTL_USAGE, "Error: %s requires a %s", self->name,
	    least > 1 ? "signal name and a pattern" : "pattern");
	command_print_help(self);
	return false;
}

static void
run(struct ctl *ctl, const struct command *self, const struct strvec *words,
    const struct control_verb *verb, enum choice choice)
{
	struct matches m;

	if (!has_patterns(ctl, self, words, 1) ||
	    matches_find(ctl, words, 0, &m) == -1)
		return;
	report_missing(ctl, &m);
	apply(ctl, &m, verb, choice, NULL);
	matches_done(&m);
}

void
cmd_mstart(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	run(ctl, self, words, &control_start, CHOOSE_NOT_RUNNING);
}

void
cmd_mstop(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	run(ctl, self, words, &control_stop, CHOOSE_RUNNING);
}

void
cmd_mrestart(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct matches m;

	if (!has_patterns(ctl, self, words, 1) ||
	    matches_find(ctl, words, 0, &m) == -1)
		return;
	report_missing(ctl, &m);
	if (apply(ctl, &m, &control_stop, CHOOSE_RUNNING, NULL) == 0)
		apply(ctl, &m, &control_start, CHOOSE_ALL, NULL);
	matches_done(&m);
}

void
cmd_msignal(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct matches m;

	if (!has_patterns(ctl, self, words, 2) ||
	    matches_find(ctl, words, 1, &m) == -1)
		return;
	report_missing(ctl, &m);
	apply(ctl, &m, &control_signal, CHOOSE_WITH_PID, words->items[0]);
	matches_done(&m);
}

void
cmd_mstatus(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct matches m;

	if (!has_patterns(ctl, self, words, 1) ||
	    matches_find(ctl, words, 0, &m) == -1)
		return;
	status_list_print(ctl, &m.list);
	matches_done(&m);
}
