/* SPDX-License-Identifier: ISC */
/*
 * supervisord-c-config --check PROGRAM [OPTION ...]
 * supervisord-c-config --dump PROGRAM [OPTION ...]
 *
 * Reads a configuration as the daemon would that is started as PROGRAM with
 * these options, and tells about it instead of running it.  The daemon starts
 * this program for its options --check-config and --dump-config, so that it
 * needs no JSON itself.
 *
 * Exits 0 if the configuration is usable and 2 if it is not.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/options.h"
#include "helpers/config_dump.h"

#define EXIT_USAGE 2

static void
print_summary(const struct config *config)
{
	size_t processes = 0;

	for (size_t i = 0; i < config->group_count; i++)
		processes += config->groups[i].process_count;
	printf("%s: ok: %zu group%s, %zu process%s\n", config->path,
	    config->group_count, config->group_count == 1 ? "" : "s", processes,
	    processes == 1 ? "" : "es");
}

static int
check(const struct config *config)
{
	for (size_t i = 0; i < config->hint_count; i++)
		printf("%s\n", config->hints[i].text);
	for (size_t i = 0; i < config->message_count; i++) {
		if (config->messages[i].level >= LOG_LEVEL_WARN)
			printf("%s: %s\n", config->path,
			    config->messages[i].text);
	}
	print_summary(config);
	return EXIT_SUCCESS;
}

static int
check_failed(const char *cause, const char *program)
{
	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", cause, program);
	return EXIT_USAGE;
}

static void
print_json(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(root);
}

/* A file without [supervisorctl] is no mistake here. */
static int
dump(const struct config *config)
{
	struct ctl_config ctl;
	bool has_ctl = ctl_config_load(config->path, &ctl, NULL) == 0;

	print_json(config_dump(config, has_ctl ? &ctl : NULL));
	if (has_ctl)
		ctl_config_done(&ctl);
	return EXIT_SUCCESS;
}

static int
dump_failed(const char *cause, const char *program)
{
	(void)program;
	print_json(config_dump_error(cause));
	return EXIT_USAGE;
}

static const struct mode {
	const char *name;
	int (*show)(const struct config *);
	int (*fail)(const char *cause, const char *program);
} modes[] = {
	{ "--check", check, check_failed },
	{ "--dump", dump, dump_failed },
};

static int
run(const struct mode *mode, const char *program, char *const argv[])
{
	struct options options;
	struct config *config = NULL;
	char *cause = NULL;
	int status;

	if (options_parse(program, argv, &options, &cause) == 0) {
		config = config_load(&options.overrides, NULL, &cause);
		options_done(&options);
	}
	status =
	    config != NULL ? mode->show(config) : mode->fail(cause, program);
	config_free(config);
	free(cause);
	return status;
}

int
main(int argc, char *argv[])
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (argc >= 3 && strcmp(argv[1], modes[i].name) == 0)
			return run(&modes[i], argv[2], argv + 2);
	}
	fprintf(stderr,
	    "usage: supervisord-c-config --check|--dump PROGRAM "
	    "[OPTION ...]\n");
	return EXIT_USAGE;
}
