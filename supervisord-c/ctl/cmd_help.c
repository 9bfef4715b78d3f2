/* SPDX-License-Identifier: ISC */
/*
 * Help, all of it from the table of commands.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/cmd_help.h"
#include "ctl/format.h"

static void
list_commands(struct strbuf *out, const char *heading, bool additions)
{
	struct strvec names = STRVEC_INIT;
	size_t start = out->len, width;

	for (const struct command *c = command_table(); c->name != NULL; c++) {
		if (!c->hidden && c->addition == additions)
			strvec_push(&names, c->name);
	}
	strvec_sort(&names);
	strbuf_addf(out, "%s (type help <topic>):", heading);
	width = out->len - start;
	strbuf_addch(out, '\n');
	while (width-- > 0)
		strbuf_addch(out, '=');
	strbuf_addch(out, '\n');
	format_columns(out, &names);
	strbuf_addch(out, '\n');
	strvec_done(&names);
}

static void
print_all(void)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addch(&out, '\n');
	list_commands(&out, "default commands", false);
	list_commands(&out, "more commands", true);
	fwrite(out.data, 1, out.len, stdout);
	strbuf_done(&out);
}

void
cmd_help(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	const struct command *command;
	char *topic;

	(void)ctl;
	(void)self;
	if (words->len == 0) {
		print_all();
		return;
	}
	topic = strvec_join(words, " ");
	command = command_find(topic);
	if (command != NULL && command->help != NULL)
		command_print_help(command);
	else
		printf("*** No help on %s\n", topic);
	free(topic);
}
