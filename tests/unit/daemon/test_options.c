/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/options.h"

#define ARGV(...)                                                              \
	((char *const *)(const char *const[]){ "prog", __VA_ARGS__, NULL })

static void
expect_error(char *const argv[], const char *expected)
{
	struct options options;
	char *cause = NULL;

	cr_expect_eq(options_parse("/usr/bin/supervisord", argv, &options,
			 &cause),
	    -1, "%s", expected);
	cr_expect_str_eq(cause, expected);
	free(cause);
}

Test(options, become_overrides)
{
	char *const *argv = ARGV("-nt", "-cfile", "--umask", "077", "-y", "5MB",
	    "-z-3", "-e", "Debug", "-l", "/tmp/x.log", "--minp=9", "-u", "me",
	    "-i", "", "--profile_options=x", "-q/tmp", "-sk");
	struct options options;
	struct config_overrides *o = &options.overrides;

	cr_assert_eq(options_parse("supervisord", argv, &options, NULL), 0);
	cr_expect_eq(options.action, ACTION_RUN);
	cr_expect(o->nodaemon && o->strip_ansi && o->silent && o->nocleanup);
	cr_expect_str_eq(o->path, "file");
	cr_expect_eq(o->umask, 077);
	cr_expect_eq(o->logfile_maxbytes, 5 << 20);
	cr_expect_eq(o->logfile_backups, -3);
	cr_expect_eq(o->loglevel, LOG_LEVEL_DEBUG);
	cr_expect_str_eq(o->logfile, "/tmp/x.log");
	cr_expect_eq(o->minprocs, 9);
	cr_expect_eq(o->minfds, CONFIG_NOT_GIVEN);
	cr_expect_str_eq(o->user, "me");
	cr_expect_str_eq(o->identifier, "");
	cr_expect_null(o->pidfile);
	options_done(&options);
}

Test(options, name_what_is_to_be_done)
{
	static const struct {
		const char *first, *second;
		enum options_action action;
		const char *word;
	} rows[] = {
		{ "-h", NULL, ACTION_HELP, NULL },
		{ "-?", NULL, ACTION_HELP, NULL },
		{ "--vers", NULL, ACTION_VERSION, NULL },
		{ "-n", "-T", ACTION_CHECK_CONFIG, NULL },
		{ "--dump-config", "-cx", ACTION_DUMP_CONFIG, NULL },
		{ "ctl", "status", ACTION_CTL, "status" },
		{ "preflight", "-x", ACTION_PREFLIGHT, "-x" },
		{ "--preflight-only", "--json", ACTION_PREFLIGHT, "--json" },
		{ "-h", "-m9", ACTION_HELP, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *const *argv = ARGV(rows[i].first, rows[i].second);
		struct options options;

		cr_assert_eq(options_parse("/x/supervisord-c", argv, &options,
				 NULL),
		    0, "row %zu", i);
		cr_expect_eq(options.action, rows[i].action, "row %zu", i);
		if (rows[i].word == NULL)
			cr_expect_null(options.words[0]);
		else
			cr_expect_str_eq(options.words[0], rows[i].word);
		options_done(&options);
	}
}

Test(options, are_refused_in_order)
{
	expect_error(ARGV("-Z"), "option -Z not recognized");
	expect_error(ARGV("-h", "foo", "it's"),
	    "positional arguments are not supported: ['foo', \"it's\"]");
	expect_error(ARGV("ctl"),
	    "positional arguments are not supported: ['ctl']");
	expect_error(ARGV("-m", "9", "-h"),
	    "invalid value for -m '9': 9 can not be converted to an octal "
	    "type");
	expect_error(ARGV("--loglev", "x"),
	    "invalid value for --loglevel 'x': bad logging level name 'x'");
	expect_error(ARGV("-d/nonexistent"),
	    "invalid value for -d '/nonexistent': /nonexistent is not an "
	    "existing directory");
	expect_error(ARGV("-n", "-n"), "conflicting command line option '-n'");
	expect_error(ARGV("-c", "a", "--conf", "b"),
	    "conflicting command line option '--configuration'");
	expect_error(ARGV("-a1", "-ax"),
	    "invalid value for -a 'x': invalid literal for int() with base "
	    "10: 'x'");
	expect_error(ARGV("--log"), "option --log not a unique prefix");
	expect_error(ARGV("--s"), "option --s not a unique prefix");
}

Test(options, help_shows_each_of_them)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	options_print_help(out, "/x/supervisord-c");
	fclose(out);
	cr_expect_not_null(strstr(text, "-c/--configuration FILE -- "));
	cr_expect_not_null(strstr(text, "\n--minprocs NUM -- "));
	cr_expect_not_null(strstr(text, "supervisord-c ctl"));
	free(text);
	out = open_memstream(&text, &len);
	options_print_help(out, "/usr/bin/supervisord");
	fclose(out);
	cr_expect_null(strstr(text, " ctl "));
	free(text);
}
