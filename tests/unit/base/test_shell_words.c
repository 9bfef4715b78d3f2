/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/shell_words.h"

static char *
split(const char *line)
{
	struct strvec words = STRVEC_INIT;
	char *joined, *cause = NULL;

	if (shell_words_split(line, &words, &cause) == -1)
		return cause;
	joined = strvec_join(&words, "|");
	strvec_done(&words);
	return joined;
}

static const struct {
	const char *line, *words;
} cases[] = {
	{ "", "" },
	{ "  a \t b\nc ", "a|b|c" },
	{ "a 'b c' \"d e\"", "a|b c|d e" },
	{ "a'b'\"c\"d", "abcd" },
	{ "''", "" },
	{ "x '' y", "x||y" },
	{ "a\\ b", "a b" },
	{ "\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d" },
	{ "'a\\b'", "a\\b" },
	{ "a #b", "a|#b" },
	{ "a 'b", "No closing quotation" },
	{ "a \"b", "No closing quotation" },
	{ "a\\", "No escaped character" },
	{ "\"a\\", "No escaped character" },
};

Test(shell_words, splits_as_shlex_does)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = split(cases[i].line);

		cr_expect_str_eq(got, cases[i].words, "for <%s>",
		    cases[i].line);
		free(got);
	}
}
