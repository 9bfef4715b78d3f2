/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/xmalloc.h"
#include "ctl/arguments.h"

static char folder[] = "/tmp/test-arguments-XXXXXX";
static char *path;

static void
set_up(void)
{
	FILE *file;

	cr_assert_not_null(mkdtemp(folder));
	path = xasprintf("%s/supervisord.conf", folder);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs("[supervisorctl]\nserverurl=unix:///run/x.sock\nusername=u\n"
	      "prompt=mine\nhistory_file=%(here)s/h\n",
	    file);
	fclose(file);
}

static void
tear_down(void)
{
	unlink(path);
	rmdir(folder);
	free(path);
}

TestSuite(arguments, .init = set_up, .fini = tear_down);

static void
must_parse(const char *const argv[], struct arguments *arguments)
{
	char *cause = NULL;

	cr_assert_eq(arguments_parse("/x/bin/ctl", (char *const *)argv,
			 arguments, &cause),
	    0, "%s", cause);
}

Test(arguments, the_file_is_read)
{
	const char *argv[] = { "ctl", "-c", path, "status", "cat dog", NULL };
	struct arguments a;

	must_parse(argv, &a);
	cr_assert_str_eq(a.config.serverurl, "unix:///run/x.sock");
	cr_assert_str_eq(a.config.username, "u");
	cr_assert_null(a.config.password);
	cr_assert_str_eq(a.config.prompt, "mine");
	cr_assert_str_eq(a.line, "status cat dog");
	cr_assert_not(a.interactive);
	arguments_done(&a);
}

Test(arguments, the_command_line_wins)
{
	const char *argv[] = { "ctl", "-c", path, "-s", "http://h:1", "-uv",
		"-p", "w", "-i", "--history-file=/tmp/hh", "--format=json",
		NULL };
	struct arguments a;

	must_parse(argv, &a);
	cr_assert_str_eq(a.config.serverurl, "http://h:1");
	cr_assert_str_eq(a.config.username, "v");
	cr_assert_str_eq(a.config.password, "w");
	cr_assert_str_eq(a.config.history_file, "/tmp/hh");
	cr_assert(a.interactive);
	cr_assert(a.json);
	cr_assert_null(a.line);
	arguments_done(&a);
}

static const struct {
	const char *words[5];
	const char *cause;
} bad[] = {
	{ { "-Z" }, "option -Z not recognized" },
	{ { "--bogus" }, "option --bogus not recognized" },
	{ { "-c" }, "option -c requires argument" },
	{ { "-s", "http://a", "-s", "http://b" },
	    "conflicting command line option '-s'" },
	{ { "-s", "foo" },
	    "invalid value for -s 'foo': value 'foo' is not a URL" },
	{ { "-c", "/no/such/file" },
	    "could not find config file /no/such/file" },
	{ { "--format=xml" },
	    "invalid value for --format 'xml': it is text or json" },
	{ { "-s", "https://h" },
	    "https is not supported in the server URL 'https://h'; use "
	    "http:// through a tunnel, or unix://" },
};

Test(arguments, usage_errors)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *argv[8] = { "ctl" };
		struct arguments a;
		char *cause = NULL;

		for (size_t j = 0; j < 5; j++)
			argv[j + 1] = bad[i].words[j];
		cr_assert_eq(arguments_parse("/x/bin/ctl", (char *const *)argv,
				 &a, &cause),
		    -1, "%s", bad[i].cause);
		cr_assert_str_eq(cause, bad[i].cause);
		free(cause);
	}
}

Test(arguments, help_needs_no_file)
{
	const char *argv[] = { "ctl", "-c", "/no/such/file", "-h", NULL };
	struct arguments a;

	must_parse(argv, &a);
	cr_assert_eq(a.action, ARGUMENTS_HELP);
	arguments_done(&a);
}
