/* SPDX-License-Identifier: ISC */
/*
 * The table of commands and the reading of a line.  A new command is a row
 * here and a function; help, completion and the checks before it come from the
 * row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/xmalloc.h"
#include "ctl/cmd_config.h"
#include "ctl/cmd_control.h"
#include "ctl/cmd_daemon.h"
#include "ctl/cmd_foreground.h"
#include "ctl/cmd_help.h"
#include "ctl/cmd_log.h"
#include "ctl/cmd_pattern.h"
#include "ctl/cmd_preflight.h"
#include "ctl/cmd_status.h"
#include "ctl/cmd_update.h"
#include "ctl/command.h"

#define NAMES "<name>|<gname>:*|<name> <name>|all"

/* clang-format off */
static const struct command commands[] = {
	{ .name = "add", .fn = cmd_add, .completes = WORDS_GROUPS,
	  .help = "add <name> [...]\tActivate groups of the configuration "
		"that was last read\n" },
	{ .name = "avail", .fn = cmd_avail, .no_words = true, .json = true,
	  .help = "avail\t\t\tList all configured processes\n"
		"avail --format=json\tThe same for programs\n" },
	{ .name = "clear", .fn = cmd_clear, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "clear <name>\t\tEmpty the log files of a process\n"
		"clear <gname>:*\t\tEmpty those of all processes of a group\n"
		"clear <name> <name>\tEmpty those of several processes\n"
		"clear all\t\tEmpty those of all processes\n" },
	{ .name = "exit", .fn = cmd_quit,
	  .help = "exit\tLeave the shell\n" },
	{ .name = "fg", .fn = cmd_fg, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "fg <process>\tType to a process and see its output\n"
		"\t\tCtrl-C leaves it running\n" },
	{ .name = "maintail", .fn = cmd_maintail, .needs_server = true,
	  .help = "maintail -f\tFollow the main log, Ctrl-C ends\n"
		"maintail -100\tLast 100 bytes of the main log\n"
		"maintail\tLast 1600 bytes of the main log\n" },
	{ .name = "open", .fn = cmd_open,
	  .help = "open <url>\tTalk to another server from now on: "
		"unix:///path or http://host:port\n" },
	{ .name = "pid", .fn = cmd_pid, .completes = WORDS_PROCESSES,
	  .needs_server = true, .json = true,
	  .help = "pid\t\t\tProcess id of supervisord\n"
		"pid <name>\t\tProcess id of a process, 0 if it does not run\n"
		"pid all\t\t\tProcess ids of all processes, one a line\n" },
	{ .name = "quit", .fn = cmd_quit,
	  .help = "quit\tLeave the shell\n" },
	{ .name = "reload", .fn = cmd_reload, .no_words = true,
	  .help = "reload\tStop everything, read the configuration, "
		"start again\n" },
	{ .name = "remove", .fn = cmd_remove, .completes = WORDS_GROUPS,
	  .help = "remove <name> [...]\tDeactivate groups that are stopped\n" },
	{ .name = "reread", .fn = cmd_reread, .no_words = true, .json = true,
	  .help = "reread\t\t\tRead the configuration and say what differs; "
		"nothing is started or stopped\n"
		"reread --format=json\tThe same for programs\n" },
	{ .name = "restart", .fn = cmd_restart, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "restart <name>\t\tStop and start a process\n"
		"restart <gname>:*\tStop and start all processes of a group\n"
		"restart <name> <name>\tStop, then start several of either\n"
		"restart all\t\tStop and start all processes\n"
		"The configuration is not read again: see reread and update.\n" },
	{ .name = "shutdown", .fn = cmd_shutdown, .no_words = true,
	  .help = "shutdown\tStop everything and end supervisord\n" },
	{ .name = "signal", .fn = cmd_signal, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "signal <signal name> <name>\t\tSend a signal to a process\n"
		"signal <signal name> <gname>:*\t\tSend it to a group\n"
		"signal <signal name> <name> <name>\tSend it to several\n"
		"signal <signal name> all\t\tSend it to all processes\n" },
	{ .name = "start", .fn = cmd_start, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "start <name>\t\tStart a process\n"
		"start <gname>:*\t\tStart all processes of a group\n"
		"start <name> <name>\tStart several of either\n"
		"start all\t\tStart all processes\n" },
	{ .name = "status", .fn = cmd_status, .completes = WORDS_PROCESSES,
	  .needs_server = true, .down_status = CTL_UNKNOWN, .json = true,
	  .help = "status\t\t\tState of all processes\n"
		"status <name>\t\tState of a process\n"
		"status <gname>:*\tState of all processes of a group\n"
		"status <name> <name>\tState of several of either\n"
		"status --format=json\tThe same for programs\n" },
	{ .name = "stop", .fn = cmd_stop, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "stop <name>\t\tStop a process\n"
		"stop <gname>:*\t\tStop all processes of a group\n"
		"stop <name> <name>\tStop several of either\n"
		"stop all\t\tStop all processes\n" },
	{ .name = "tail", .fn = cmd_tail, .completes = WORDS_PROCESSES,
	  .needs_server = true,
	  .help = "tail [-f] <name> [stdout|stderr]\t(default stdout)\n"
		"tail -f <name>\t\tFollow a log, Ctrl-C ends\n"
		"tail -100 <name>\tLast 100 bytes of a log\n"
		"tail <name> stderr\tLast 1600 bytes of the other log\n" },
	{ .name = "update", .fn = cmd_update, .completes = WORDS_GROUPS,
	  .json = true,
	  .help = "update\t\t\tRead the configuration, and add, restart and "
		"remove groups as it says\n"
		"update all\t\tThe same\n"
		"update <gname> [...]\tThe same for these groups only\n"
		"update --dry-run\tOnly say what would be done\n" },
	{ .name = "version", .fn = cmd_version, .no_words = true,
	  .needs_server = true, .json = true,
	  .help = "version\t\t\tVersion of supervisord\n" },
	{ .name = "help", .fn = cmd_help, .hidden = true,
	  .completes = WORDS_COMMANDS,
	  .help = "help\t\tList the commands\n"
		"help <action>\tExplain one of them\n" },
	{ .name = "EOF", .fn = cmd_quit, .hidden = true },
	{ .name = "mrestart", .fn = cmd_mrestart, .addition = true,
	  .needs_server = true, .completes = WORDS_PROCESSES,
	  .help = "mrestart <pattern> [...]\tStop and start the processes "
		"whose name matches, as web-*\n" },
	{ .name = "msignal", .fn = cmd_msignal, .addition = true,
	  .needs_server = true, .completes = WORDS_PROCESSES,
	  .help = "msignal <signal name> <pattern> [...]\tSend a signal to "
		"the processes whose name matches\n" },
	{ .name = "mstart", .fn = cmd_mstart, .addition = true,
	  .needs_server = true, .completes = WORDS_PROCESSES,
	  .help = "mstart <pattern> [...]\tStart the processes whose name "
		"matches and that do not run\n" },
	{ .name = "mstatus", .fn = cmd_mstatus, .addition = true,
	  .needs_server = true, .down_status = CTL_UNKNOWN, .json = true,
	  .completes = WORDS_PROCESSES,
	  .help = "mstatus <pattern> [...]\tState of the processes whose name "
		"matches\n" },
	{ .name = "mstop", .fn = cmd_mstop, .addition = true,
	  .needs_server = true, .completes = WORDS_PROCESSES,
	  .help = "mstop <pattern> [...]\tStop the processes whose name "
		"matches and that run\n" },
	{ .name = "preflight", .fn = cmd_preflight, .addition = true,
	  .needs_server = true, .json = true, .completes = WORDS_PROCESSES,
	  .help = "preflight\t\tLast verdicts about what nginx can reach\n"
		"preflight <name> [...]\tCheck these programs now\n" },
	{ .name = NULL },
};
/* clang-format on */

const struct command *
command_table(void)
{
	return commands;
}

const struct command *
command_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

void
command_print_help(const struct command *command)
{
	fputs(command->help, stdout);
}

/* Splits at white space, as Python does. */
static void
split_words(const char *text, struct strvec *words)
{
	const char *start = text;

	for (;;) {
		size_t space = parse_space_len(text);

		if (space == 0 && *text != '\0') {
			text++;
			continue;
		}
		if (text > start)
			strvec_push_taken(words,
			    xstrndup(start, (size_t)(text - start)));
		if (*text == '\0')
			return;
		text += space;
		start = text;
	}
}

/* Takes --format=... out of the words. */
static int
take_format(struct ctl *ctl, struct strvec *words, char **cause)
{
	static const char option[] = "--format=";

	for (size_t i = 0; i < words->len;) {
		const char *value;

		if (strncmp(words->items[i], option, strlen(option)) != 0) {
			i++;
			continue;
		}
		value = words->items[i] + strlen(option);
		if (strcmp(value, "json") != 0 && strcmp(value, "text") != 0)
			return cause_set(cause,
			    "unknown format '%s': it is text or json", value);
		ctl->json = strcmp(value, "json") == 0;
		strvec_remove(words, i);
	}
	return 0;
}

static void
run_command(struct ctl *ctl, const struct command *c, struct strvec *words)
{
	bool json = ctl->json;
	char *cause = NULL;

	if (!c->json)
		ctl->json = false;
	if (c->json && take_format(ctl, words, &cause) == -1) {
		ctl_fail(ctl, CTL_ERROR, "Error: %s", cause);
	} else if (c->no_words && words->len > 0) {
		ctl_fail(ctl, CTL_ERROR, "Error: %s accepts no arguments",
		    c->name);
		command_print_help(c);
	} else if (!c->needs_server || ctl_is_up(ctl, c->down_status)) {
		c->fn(ctl, c, words);
	}
	free(cause);
	ctl->json = json;
}

/* The letters, digits and underscores a line begins with; "?" is help. */
static char *
command_name(const char *line, const char **rest)
{
	size_t len = 0;

	if (*line == '?') {
		*rest = line + 1;
		return xstrdup("help");
	}
	while ((line[len] >= 'a' && line[len] <= 'z') ||
	    (line[len] >= 'A' && line[len] <= 'Z') ||
	    (line[len] >= '0' && line[len] <= '9') || line[len] == '_')
		len++;
	*rest = line + len;
	return xstrndup(line, len);
}

void
command_run(struct ctl *ctl, const char *text)
{
	char *line = parse_stripped(text);
	struct strvec words = STRVEC_INIT;
	const struct command *command;
	const char *rest;
	char *name = command_name(line, &rest);

	command = command_find(name);
	if (command != NULL) {
		split_words(rest, &words);
		run_command(ctl, command, &words);
	} else if (*line != '\0') {
		ctl_fail(ctl, CTL_ERROR, "*** Unknown syntax: %s", line);
	}
	strvec_done(&words);
	free(name);
	free(line);
}
