/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/shell_words.h"

#include "preflight/policy/options.h"

/* The words have to outlive the options. */
static struct strvec words;

static int
parse(const char *line, struct options *options, char **cause)
{
	words = (struct strvec)STRVEC_INIT;
	strvec_push(&words, "preflight");
	cr_assert_eq(shell_words_split(line, &words, NULL), 0);
	*options = (struct options)OPTIONS_INIT;
	return options_parse((int)words.len, words.items, options, cause);
}

Test(options, are_read)
{
	struct options options;
	char *cause = NULL;

	cr_assert_eq(parse("-c x.conf --program a --program=b --format yaml "
			   "--fix=apply --yes --full --require=probed "
			   "--fail-level=warning --undecided=pass "
			   "--nginx /x.conf --assume-user www:www",
			 &options, &cause),
	    0, "%s", cause);
	cr_expect_str_eq(options.conf, "x.conf");
	cr_expect_eq(options.programs.len, 2);
	cr_expect_eq(options.format, FORMAT_YAML);
	cr_expect_eq(options.fix, FIX_APPLY);
	cr_expect(options.yes && options.full && options.require_probed);
	cr_expect_eq(options.fail_level, SEVERITY_WARNING);
	cr_expect_eq(options.undecided, UNDECIDED_PASS);
	cr_expect_str_eq(options.assume_user, "www:www");
	options_done(&options);
	strvec_done(&words);
}

static const struct {
	const char *line, *cause;
} refusals[] = {
	{ "--bogus", "unknown option --bogus" },
	{ "--program", "--program needs a value" },
	{ "word", "unexpected word 'word'" },
	{ "--format=jsn",
	    "--format does not know 'jsn', did you mean 'json'?" },
	{ "--fail-level=undecided",
	    "--fail-level does not know 'undecided'; it "
	    "is one of info, notice, warning, error, critical" },
	{ "--format=gate", "--format=gate needs one --program" },
	{ "--root=/x --nginx=pid:/y",
	    "nothing runs in an image: --root with "
	    "pid:" },
	{ "--root=/x --fix=apply",
	    "an image is not repaired: --root with --fix=apply" },
};

Test(options, say_what_cannot_be_used)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct options options;
		char *cause = NULL;

		cr_expect_eq(parse(refusals[i].line, &options, &cause), -1);
		cr_expect_str_eq(cause, refusals[i].cause);
		free(cause);
		options_done(&options);
		strvec_done(&words);
	}
}
