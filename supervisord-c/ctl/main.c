/* SPDX-License-Identifier: ISC */
/*
 * supervisorctl-c: the client.  One command, or a shell of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "ctl/arguments.h"
#include "ctl/command.h"
#include "ctl/shell.h"

static int
usage_error(const char *program, char *cause)
{
	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", cause, program);
	free(cause);
	return CTL_USAGE;
}

static int
run(const struct arguments *arguments)
{
	const struct ctl_config *config = &arguments->config;
	char *cause = NULL;
	struct ctl ctl;
	int status;

	if (ctl_init(&ctl, config->serverurl, &cause) == -1) {
		printf("error: <class 'ValueError'>, %s\n", cause);
		free(cause);
		return CTL_ERROR;
	}
	if (config->username != NULL && config->password != NULL)
		transport_set_credentials(&ctl.transport, config->username,
		    config->password);
	ctl.may_ask = arguments->interactive;
	ctl.json = arguments->json;
	if (arguments->line != NULL)
		command_run(&ctl, arguments->line);
	else
		shell_run(&ctl, config->prompt, config->history_file);
	status = ctl.in_shell ? CTL_OK : ctl.exit_status;
	ctl_done(&ctl);
	return status;
}

int
main(int argc, char *argv[])
{
	const char *program = (const char *)getauxval(AT_EXECFN);
	struct arguments arguments;
	char *cause = NULL;
	int status = CTL_OK;

	(void)argc;
	if (program == NULL)
		program = argv[0];
	/* Each line is seen when it is known, also by a program that reads. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (arguments_parse(program, argv, &arguments, &cause) == -1)
		return usage_error(program, cause);
	switch (arguments.action) {
	case ARGUMENTS_RUN:
		status = run(&arguments);
		break;
	case ARGUMENTS_HELP:
		arguments_print_help(stdout, program);
		break;
	case ARGUMENTS_VERSION:
		puts(PACKAGE_VERSION);
		break;
	}
	arguments_done(&arguments);
	return status;
}
