/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/cmdline.h"

enum {
	OPT_CONFIG = 1,
	OPT_NODAEMON,
	OPT_LOGFILE,
	OPT_MAXBYTES,
	OPT_MINFDS,
	OPT_CHILDLOGDIR,
	OPT_CHECK,
	OPT_ONLY
};

static const struct cmdline_option options[] = {
	{ .id = OPT_CONFIG,
	    .short_name = 'c',
	    .long_name = "configuration",
	    .takes_value = true },
	{ .id = OPT_NODAEMON, .short_name = 'n', .long_name = "nodaemon" },
	{ .id = OPT_LOGFILE,
	    .short_name = 'l',
	    .long_name = "logfile",
	    .takes_value = true },
	{ .id = OPT_MAXBYTES,
	    .short_name = 'y',
	    .long_name = "logfile_maxbytes",
	    .takes_value = true },
	{ .id = OPT_MINFDS,
	    .short_name = 'a',
	    .long_name = "minfds",
	    .takes_value = true },
	{ .id = OPT_CHILDLOGDIR,
	    .short_name = 'q',
	    .long_name = "childlogdir",
	    .takes_value = true },
	{ .id = OPT_CHECK,
	    .short_name = 'T',
	    .long_name = "check-config",
	    .addition = true },
	{ .id = OPT_ONLY,
	    .short_name = '\0',
	    .long_name = "only",
	    .addition = true,
	    .ends = true },
	{ .id = 0 },
};

#define ARGV(...)                                                              \
	((char *const *)(const char *const[]){ "prog", __VA_ARGS__, NULL })

static void
expect_item(const struct cmdline *cmdline, size_t index, int id,
    const char *spelling, const char *value)
{
	cr_assert_lt(index, cmdline->count);
	cr_expect_eq(cmdline->items[index].id, id);
	cr_expect_str_eq(cmdline->items[index].spelling, spelling);
	if (value == NULL)
		cr_expect_null(cmdline->items[index].value);
	else
		cr_expect_str_eq(cmdline->items[index].value, value);
}

Test(cmdline, reads_bundles_glued_and_separate_values)
{
	char *const *argv;
	struct cmdline c;

	argv = ARGV("-ncfile", "-l", "-x", "--minf=5", "--logfile", "a", "word",
	    "-n");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	expect_item(&c, 0, OPT_NODAEMON, "-n", NULL);
	expect_item(&c, 1, OPT_CONFIG, "-c", "file");
	expect_item(&c, 2, OPT_LOGFILE, "-l", "-x");
	expect_item(&c, 3, OPT_MINFDS, "--minfds", "5");
	expect_item(&c, 4, OPT_LOGFILE, "--logfile", "a");
	cr_expect_eq(c.count, 5);
	cr_expect_str_eq(c.words[0], "word");
	cr_expect_str_eq(c.words[1], "-n");
	cmdline_done(&c);
}

Test(cmdline, ends_at_two_dashes_and_keeps_a_lone_dash)
{
	char *const *argv;
	struct cmdline c;

	argv = ARGV("-n", "--", "-n");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	cr_expect_str_eq(c.words[0], "-n");
	cmdline_done(&c);
	argv = ARGV("-", "-n");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	cr_expect_str_eq(c.words[0], "-");
	cmdline_done(&c);
}

Test(cmdline, takes_empty_values)
{
	char *const *argv;
	struct cmdline c;

	argv = ARGV("-c", "", "--logfile=");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	expect_item(&c, 0, OPT_CONFIG, "-c", "");
	expect_item(&c, 1, OPT_LOGFILE, "--logfile", "");
	cmdline_done(&c);
}

Test(cmdline, keeps_supervisor_prefixes_unique_beside_additions)
{
	char *const *argv;
	struct cmdline c;

	argv = ARGV("--ch", "d", "--che");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	expect_item(&c, 0, OPT_CHILDLOGDIR, "--childlogdir", "d");
	expect_item(&c, 1, OPT_CHECK, "--check-config", NULL);
	cmdline_done(&c);
}

Test(cmdline, leaves_all_behind_an_ending_option_alone)
{
	char *const *argv;
	struct cmdline c;

	argv = ARGV("-n", "--only", "--json");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	cr_expect_eq(c.count, 2);
	cr_expect_str_eq(c.words[0], "--json");
	cmdline_done(&c);
}

Test(cmdline, words_errors_as_supervisor_does)
{
	static const struct {
		const char *first, *second, *cause;
	} rows[] = {
		{ "-Z", NULL, "option -Z not recognized" },
		{ "-n\xc3\xa9x", NULL, "option -\xc3\xa9 not recognized" },
		{ "-c", NULL, "option -c requires argument" },
		{ "--bogus", NULL, "option --bogus not recognized" },
		{ "--bogus=1", NULL, "option --bogus not recognized" },
		{ "--log", NULL, "option --log not a unique prefix" },
		{ "--=x", NULL, "option -- not a unique prefix" },
		{ "--logf", NULL, "option --logf not a unique prefix" },
		{ "--logfile", NULL, "option --logfile requires argument" },
		{ "--conf", NULL, "option --configuration requires argument" },
		{ "--nod=1", NULL,
		    "option --nodaemon must not have an argument" },
		{ "-n", "--nope", "option --nope not recognized" },
	};
	char *const *argv;
	struct cmdline c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *cause = NULL;

		argv = ARGV(rows[i].first, rows[i].second);
		cr_expect_eq(cmdline_parse(options, argv, &c, &cause), -1);
		cr_expect_str_eq(cause, rows[i].cause);
		free(cause);
	}
}

Test(cmdline, names_conflicts_and_bad_values)
{
	char *const *argv;
	struct cmdline c;
	char *cause = NULL;

	argv = ARGV("-n", "-a9x", "--nodaemon");
	cr_assert_eq(cmdline_parse(options, argv, &c, NULL), 0);
	cr_expect_eq(cmdline_check_once(&c, 0, &cause), 0);
	cr_expect_eq(cmdline_check_once(&c, 2, &cause), -1);
	cr_expect_str_eq(cause, "conflicting command line option '--nodaemon'");
	cr_expect_eq(cmdline_refuse(&c.items[1], "why", &cause), -1);
	cr_expect_str_eq(cause, "invalid value for -a '9x': why");
	free(cause);
	cmdline_done(&c);
}
