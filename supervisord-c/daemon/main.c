/* SPDX-License-Identifier: ISC */
/*
 * The door of the house: decides by name and options which program was meant,
 * and hands over.  What the daemon does not need while it runs (client,
 * checker, JSON) lives in programs of their own that are executed from here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/helper_path.h"
#include "base/strvec.h"
#include "daemon/options.h"
#include "daemon/wire.h"

#define CLIENT	      "supervisorctl-c"
#define CHECKER	      "supervisord-c-preflight"
#define CONFIG_READER "supervisord-c-config"

/* Becomes another program of this package; returns only if that fails. */
static int
become(enum helper_kind kind, const char *program, char *const *words)
{
	struct strvec argv = STRVEC_INIT;
	char *path = helper_path(kind, program);

	strvec_push(&argv, program);
	for (; *words != NULL; words++)
		strvec_push(&argv, *words);
	execv(path, argv.items);
	fprintf(stderr, "Error: can't run %s: %s\n", path, strerror(errno));
	strvec_done(&argv);
	free(path);
	return 127;
}

/* The reader takes our whole command line: it decides which file is read. */
static int
read_config_only(const char *what, const char *program, char *const *args)
{
	struct strvec words = STRVEC_INIT;
	int status;

	strvec_push(&words, what);
	strvec_push(&words, program);
	for (; *args != NULL; args++)
		strvec_push(&words, *args);
	status = become(HELPER_INTERNAL, CONFIG_READER, words.items);
	strvec_done(&words);
	return status;
}

static int
act(const struct options *options, const char *program, char *const *args)
{
	switch (options->action) {
	case ACTION_RUN:
		return daemon_run(&options->overrides);
	case ACTION_HELP:
		options_print_help(stdout, program);
		return 0;
	case ACTION_VERSION:
		puts(PACKAGE_VERSION);
		return 0;
	case ACTION_CHECK_CONFIG:
		return read_config_only("--check", program, args);
	case ACTION_DUMP_CONFIG:
		return read_config_only("--dump", program, args);
	case ACTION_CTL:
		return become(HELPER_PROGRAM, CLIENT, options->words);
	case ACTION_PREFLIGHT:
		return become(HELPER_INTERNAL, CHECKER, options->words);
	}
	return 2;
}

int
main(int argc, char **argv)
{
	const char *program = (const char *)getauxval(AT_EXECFN);
	const char *name;
	struct options options;
	char *cause = NULL;
	int status;

	if (argc == 0 || program == NULL)
		return 2;
	fd_open_missing_stdio();
	name = strrchr(argv[0], '/');
	name = name == NULL ? argv[0] : name + 1;
	if (strcmp(name, "supervisorctl") == 0)
		return become(HELPER_PROGRAM, CLIENT, argv + 1);
	if (options_parse(program, argv, &options, &cause) == -1) {
		status = usage_error(cause);
		free(cause);
		return status;
	}
	status = act(&options, program, argv + 1);
	options_done(&options);
	return status;
}
