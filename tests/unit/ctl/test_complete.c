/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "ctl/complete.h"
#include "infos.h"

Test(complete, the_place_decides)
{
	cr_assert_eq(complete_kind("st", 0), WORDS_COMMANDS);
	cr_assert_eq(complete_kind("  st", 2), WORDS_COMMANDS);
	cr_assert_eq(complete_kind("", 0), WORDS_COMMANDS);
	cr_assert_eq(complete_kind("help st", 5), WORDS_COMMANDS);
	cr_assert_eq(complete_kind("start ca", 6), WORDS_PROCESSES);
	cr_assert_eq(complete_kind("start a b", 8), WORDS_PROCESSES);
	cr_assert_eq(complete_kind("update ", 7), WORDS_GROUPS);
	cr_assert_eq(complete_kind("reread ", 7), WORDS_NONE);
	cr_assert_eq(complete_kind("bogus ", 6), WORDS_NONE);
}

static void
check(enum command_words kind, const char *text, const char *expected)
{
	struct value *infos = infos_make();
	struct strvec words = STRVEC_INIT;
	char *joined;

	complete_words(kind, text, infos, &words);
	joined = strvec_join(&words, " ");
	cr_assert_str_eq(joined, expected);
	free(joined);
	strvec_done(&words);
	value_free(infos);
}

Test(complete, words)
{
	check(WORDS_COMMANDS, "sta", "start status");
	check(WORDS_COMMANDS, "he", "help");
	check(WORDS_COMMANDS, "E", "");
	check(WORDS_GROUPS, "", "cat grp num");
	check(WORDS_PROCESSES, "", "cat grp:* grp:pa grp:pb num:* num:num_0");
	check(WORDS_PROCESSES, "grp:p", "grp:pa grp:pb");
	check(WORDS_PROCESSES, "num", "num:* num:num_0");
	check(WORDS_NONE, "", "");
}

Test(complete, without_a_server_there_are_no_names)
{
	struct strvec words = STRVEC_INIT;

	complete_words(WORDS_PROCESSES, "", NULL, &words);
	cr_assert_eq(words.len, 0);
}
