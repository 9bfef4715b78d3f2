/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "preflight/app/unit_file.h"

/* Words are separated by "|". */
static void
expect(const char *line, const char *expected)
{
	struct strvec environment = STRVEC_INIT, words = STRVEC_INIT;
	char *joined;

	strvec_env_set(&environment, "A", "one two");
	unit_command_split(line, &environment, &words);
	joined = strvec_join(&words, "|");
	cr_expect_str_eq(joined, expected, "%s: %s", line, joined);
	free(joined);
	strvec_done(&words);
	strvec_done(&environment);
}

Test(unit_file, words_of_a_command)
{
	expect("/bin/x -g 'user x;'  \"a b\"c ''", "/bin/x|-g|user x;|a bc|");
	expect("/bin/x a\\sb\\x2fc\\\"\\\\ \\q \\x", "/bin/x|a b/c\"\\|q|x");
	expect("-+!!/bin/x a", "/bin/x|a");
	expect("@/bin/x name a", "/bin/x|a");
	expect("/bin/x 'unclosed", "/bin/x|unclosed");
	expect("/bin/x a ; /bin/y b", "/bin/x|a");
	expect("/bin/x a; b", "/bin/x|a;|b");
	expect("", "");
}

Test(unit_file, variables_of_a_command)
{
	expect("/bin/x $A ${A}b", "/bin/x|one two|one twob");
	expect("/bin/x $B ${B} \"\" c${B}d", "/bin/x||cd");
	expect("/bin/x $$A 100%% $ ${ ${A", "/bin/x|$A|100%|$|${|${A");
}

static void
expect_starts(const char *text, const char *expected)
{
	struct unit_service service = UNIT_SERVICE_INIT;
	char *joined;

	unit_file_read(text, &service);
	joined = strvec_join(&service.starts, "|");
	cr_expect_str_eq(joined, expected, "%s: %s", text, joined);
	free(joined);
	unit_service_done(&service);
}

Test(unit_file, lines_of_a_unit)
{
	expect_starts("[Service]\nExecStart=/a\n", "/a");
	expect_starts("[Service]\r\n ExecStart = /a \r\n", "/a");
	expect_starts("ExecStart=/a\n[Unit]\nExecStart=/b\n", "");
	expect_starts("[Service]\nExecStart=/a\nExecStart=\nExecStart=/b",
	    "/b");
	expect_starts("[Service]\n#ExecStart=/a\n;ExecStart=/b\n", "");
	expect_starts("[Service]\nExecStart=/a \\\n# no\n; no\n b\n", "/a   b");
	expect_starts("[Service]\nExecStart=/a \\", "/a");
	expect_starts("[Service]\nExecStartPre=/a\nexecstart=/b\n", "");
	expect_starts("", "");
}

Test(unit_file, variables)
{
	struct unit_service service = UNIT_SERVICE_INIT;
	char *joined;

	unit_file_read("[Service]\nEnvironment=A=1 \"B=2 3\" C\n"
		       "Environment=A=4\nEnvironmentFile=-/x\n",
	    &service);
	unit_env_read("# a\nB='5 6'\n\nD = 7 8\nnothing\nE=\n",
	    &service.environment);
	joined = strvec_join(&service.environment, "|");
	cr_expect_str_eq(joined, "A=4|B=5 6|D=7 8|E=", "%s", joined);
	free(joined);
	cr_expect_str_eq(service.env_files.items[0], "-/x");
	unit_file_read("[Service]\nEnvironment=\n", &service);
	cr_expect_eq(service.environment.len, 0);
	unit_service_done(&service);
}

Test(unit_file, who_starts_it)
{
	struct unit_service service = UNIT_SERVICE_INIT;
	char *joined;

	unit_file_read("[Service]\nUser=a\nGroup=b\n"
		       "SupplementaryGroups=c d\nSupplementaryGroups=e\n",
	    &service);
	joined = strvec_join(&service.groups, "|");
	cr_expect_str_eq(joined, "c|d|e");
	free(joined);
	cr_expect_str_eq(service.user, "a");
	cr_expect_str_eq(service.group, "b");
	unit_file_read("[Service]\nUser=\nGroup=f\nSupplementaryGroups=\n",
	    &service);
	cr_expect_null(service.user);
	cr_expect_str_eq(service.group, "f");
	cr_expect_eq(service.groups.len, 0);
	unit_service_done(&service);
}
