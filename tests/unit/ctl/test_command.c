/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "ctl/command.h"

/* A server that is not there: whatever reaches the network fails with 7. */
static struct ctl ctl;

static void
set_up(void)
{
	cr_redirect_stdout();
	cr_assert_eq(ctl_init(&ctl, "unix:///no/such/socket", NULL), 0);
}

static void
tear_down(void)
{
	ctl_done(&ctl);
}

TestSuite(command, .init = set_up, .fini = tear_down);

Test(command, every_row_can_be_found_and_explained)
{
	for (const struct command *c = command_table(); c->name != NULL; c++) {
		cr_assert_eq(command_find(c->name), c, "%s", c->name);
		cr_assert_not_null(c->fn);
		if (c->help == NULL) {
			cr_assert(c->hidden);
			continue;
		}
		cr_assert_eq(strncmp(c->help, c->name, strlen(c->name)), 0);
		cr_assert_eq(c->help[strlen(c->help) - 1], '\n');
	}
	cr_assert_null(command_find("bogus"));
	cr_assert_null(command_find(""));
	cr_assert_null(command_find("STATUS"));
}

static const struct {
	const char *line;
	int exit_status;
} lines[] = {
	{ "", CTL_OK },
	{ " \t ", CTL_OK },
	{ "bogus arg", CTL_ERROR },
	{ "-x", CTL_ERROR },
	{ "!ls", CTL_ERROR },
	{ "help", CTL_OK },
	{ "? pid", CTL_OK },
	{ "help bogus", CTL_OK },
	{ "  version  ", CTL_NOT_RUNNING },
	{ "pid;", CTL_NOT_RUNNING },
	{ "version x", CTL_ERROR },
	{ "status", CTL_UNKNOWN },
	{ "status --format=json", CTL_UNKNOWN },
	{ "status --format=xml", CTL_ERROR },
	{ "start", CTL_NOT_RUNNING },
	{ "reread", CTL_ERROR },
	{ "update", CTL_ERROR },
	{ "update --format=json", CTL_ERROR },
	{ "shutdown", CTL_ERROR },
	{ "add", CTL_OK },
	{ "mstart x*", CTL_NOT_RUNNING },
	{ "mstatus x*", CTL_UNKNOWN },
	{ "open foo", CTL_ERROR },
	{ "open unix:///no/such/other", CTL_OK },
	{ "quit", CTL_OK },
};

Test(command, lines_and_exit_statuses)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		ctl.exit_status = CTL_OK;
		command_run(&ctl, lines[i].line);
		cr_assert_eq(ctl.exit_status, lines[i].exit_status,
		    "'%s' exits with %d", lines[i].line, ctl.exit_status);
	}
}

Test(command, failures_can_be_json)
{
	command_run(&ctl, "pid --format=json");
	ctl_fail(&ctl, CTL_ERROR, "plain again: \"%s\"", "x");
	fflush(stdout);
	cr_assert_stdout_eq_str(
	    "{\"error\": \"unix:///no/such/socket no such file\"}\n"
	    "plain again: \"x\"\n");
}

Test(command, only_quit_ends_a_shell)
{
	command_run(&ctl, "status");
	cr_assert_not(ctl.quit);
	command_run(&ctl, "EOF");
	cr_assert(ctl.quit);
}
