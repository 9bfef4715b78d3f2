/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "spawn/command.h"

static char folder[] = "/tmp/test-command-XXXXXX";

static void
make_file(const char *name, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, mode);

	cr_assert_neq(fd, -1, "%s", name);
	close(fd);
}

static void
go_to_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("bin", 0755), 0);
	cr_assert_eq(mkdir("late", 0755), 0);
	cr_assert_eq(mkdir("bin/dir", 0755), 0);
	make_file("bin/run", 0755);
	make_file("bin/plain", 0644);
	make_file("late/plain", 0755);
	make_file("here", 0755);
}

static void
remove_folder(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	cr_assert_eq(system(command), 0);
	free(command);
}

TestSuite(command, .init = go_to_folder, .fini = remove_folder);

static const struct {
	const char *line, *search;
	const char *path; /* or the cause */
	enum command_problem problem;
} cases[] = {
	{ "run a 'b c'", "nowhere:bin", "bin/run", COMMAND_OK },
	{ "run", "bin/", "bin/run", COMMAND_OK },
	{ "bin/run", "", "bin/run", COMMAND_OK },
	{ "here", "", "here", COMMAND_OK },
	{ "here", "bin:", "here", COMMAND_OK },
	{ "here", ":bin", "here", COMMAND_OK },
	{ "here", "bin", "can't find command 'here'", COMMAND_NOT_FOUND },
	{ "/no/such", "bin", "can't find command '/no/such'",
	    COMMAND_NOT_FOUND },
	{ "\"it's\"", "bin", "can't find command \"it's\"", COMMAND_NOT_FOUND },
	/* The first folder that has the name decides. */
	{ "plain", "bin:late", "command at 'bin/plain' is not executable",
	    COMMAND_NOT_EXECUTABLE },
	{ "plain", "late:bin", "late/plain", COMMAND_OK },
	{ "dir", "bin", "command at 'bin/dir' is a directory",
	    COMMAND_NOT_EXECUTABLE },
	{ "bin/dir", NULL, "command at 'bin/dir' is a directory",
	    COMMAND_NOT_EXECUTABLE },
	{ "a 'b", NULL, "can't parse command \"a 'b\": No closing quotation",
	    COMMAND_UNPARSABLE },
	{ "a\\", NULL, "can't parse command 'a\\\\': No escaped character",
	    COMMAND_UNPARSABLE },
	{ " \t", NULL, "command is empty", COMMAND_UNPARSABLE },
	{ "''", "bin", "command at 'bin/' is a directory",
	    COMMAND_NOT_EXECUTABLE },
};

Test(command, is_found_or_refused_as_supervisor_says_it)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command command = { .path = NULL };
		char *cause = NULL;

		cr_expect_eq(command_resolve(cases[i].line, cases[i].search,
				 &command, &cause),
		    cases[i].problem, "<%s>", cases[i].line);
		cr_expect_str_eq(command.path != NULL ? command.path : cause,
		    cases[i].path, "<%s>", cases[i].line);
		command_done(&command);
		free(cause);
	}
}

Test(command, gives_the_words_as_typed)
{
	struct command command;

	cr_assert_eq(command_resolve("run 'b c' \"\"", "bin", &command, NULL),
	    COMMAND_OK);
	cr_expect_eq(command.argv.len, 3);
	cr_expect_str_eq(command.argv.items[0], "run");
	cr_expect_str_eq(command.argv.items[1], "b c");
	cr_expect_str_eq(command.argv.items[2], "");
	cr_expect_null(command.argv.items[3]);
	command_done(&command);
}

Test(command, falls_back_to_the_daemons_path)
{
	struct command command;

	setenv("PATH", "bin", 1);
	cr_assert_eq(command_resolve("run", NULL, &command, NULL), COMMAND_OK);
	cr_expect_str_eq(command.path, "bin/run");
	command_done(&command);
	setenv("PATH", "", 1);
	cr_assert_eq(command_resolve("sh", NULL, &command, NULL), COMMAND_OK);
	cr_expect_str_eq(command.path, "/bin/sh");
	command_done(&command);
}

Test(command, says_when_the_user_may_not_run_it)
{
	struct command command;
	char *cause = NULL;

	if (getuid() == 0) {
		cr_assert_eq(chmod(folder, 0755), 0);
		cr_assert_eq(chmod("bin/run", 0700), 0);
		cr_assert_eq(seteuid(65534), 0);
		/* access() asks about the real user, who may. */
		cr_expect_eq(command_resolve("bin/run", NULL, &command, &cause),
		    COMMAND_OK);
		command_done(&command);
		cr_assert_eq(seteuid(0), 0);
	} else {
		cr_assert_eq(chmod("bin/run", 0011), 0);
		cr_expect_eq(command_resolve("bin/run", NULL, &command, &cause),
		    COMMAND_NO_PERMISSION);
		cr_expect_str_eq(cause,
		    "no permission to run command 'bin/run'");
	}
	free(cause);
}
