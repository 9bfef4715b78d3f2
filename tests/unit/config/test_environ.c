/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "config/environ.h"

/* The variables joined by '|', or the cause; notes may be NULL. */
static char *
parse(const char *text, struct strvec *notes)
{
	struct strvec env = STRVEC_INIT, own = STRVEC_INIT;
	char *cause = NULL, *joined;

	if (environ_parse(text, &env, notes != NULL ? notes : &own, &cause) ==
	    -1)
		return cause;
	joined = strvec_join(&env, "|");
	strvec_done(&env);
	strvec_done(&own);
	return joined;
}

static void
expect(const char *text, const char *expected)
{
	char *got = parse(text, NULL);

	cr_expect_str_eq(got, expected, "%s gives %s", text, got);
	free(got);
}

Test(environ, reads_pairs)
{
	expect("", "");
	expect(" \n\t", "");
	expect("A=1", "A=1");
	expect("A=\"x@y\",B='p,q'", "A=x@y|B=p,q");
	expect("A=\"a\\\"b\"", "A=a\"b");
	expect("A=\"C:\\\\d\"", "A=C:\\d");
	expect("A=\"a\\nb\"", "A=a\\nb");
	expect("A=x'y'z", "A=xyz");
	expect("A=1,B=2,", "A=1|B=2");
	expect("A=1,\nB=2", "A=1|B=2");
	expect("A=\"\",B=2", "A=|B=2");
	expect("A=b#c,D=e", "A=b");
	expect("A=b #c\n,D=e", "A=b|D=e");
	expect("A=1,B=2,A=3", "A=3|B=2");
	expect("A=a/b.c+d-(e):f", "A=a/b.c+d-(e):f");
	expect("A=a\\ b\\,c", "A=a b,c");
	expect("A=\xc3\xa9t", "A=\xc3\xa9t");
	expect("'A B'=1", "A B=1");
}

Test(environ, keeps_what_supervisor_silently_cuts)
{
	static const struct {
		const char *text, *result;
	} rows[] = {
		{ "A=$HOME", "A=$" },
		{ "A=~/x", "A=~" },
		{ "A=b*", "A=b" },
		{ "A=\"x\" y", "A=x" },
		{ "A=b\tc", "A=b" },
		{ "A=1|B=2", "A=1|B=2" },
		{ "A=1!B=2", "A=1|B=2" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strvec notes = STRVEC_INIT;
		char *got = parse(rows[i].text, &notes);

		cr_expect_str_eq(got, rows[i].result);
		cr_expect_eq(notes.len, 1, "no note for %s", rows[i].text);
		strvec_done(&notes);
		free(got);
	}
}

Test(environ, says_nothing_about_commas_and_semicolons)
{
	struct strvec notes = STRVEC_INIT;
	char *got = parse("A=1;B=2,C=3,", &notes);

	cr_expect_str_eq(got, "A=1|B=2|C=3");
	cr_expect_eq(notes.len, 0);
	free(got);
}

Test(environ, refuses_what_is_no_list_of_pairs)
{
	static const char *const bad[] = { "A", "A=", "A=,B=2", "A=1 B=2",
		"A=b=c", "A=a@b", "A=[x]", "A=b,,C=d", "A=1\nB=2", ",A=1",
		"=1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct strvec expected = STRVEC_INIT;

		strvec_pushf(&expected,
		    "Unexpected end of key/value pairs in value '%s'", bad[i]);
		expect(bad[i], expected.items[0]);
		strvec_done(&expected);
	}
	expect("A='x", "No closing quotation");
	expect("A=\"x\\\"", "No closing quotation");
	expect("A=x\\", "No escaped character");
	expect("A=\"\\", "No escaped character");
}

Test(environ, leaves_out_names_that_cannot_be)
{
	struct strvec notes = STRVEC_INIT;
	char *got = parse("\"\"=1,'a=b'=2,C=3", &notes);

	cr_expect_str_eq(got, "C=3");
	cr_expect_eq(notes.len, 2);
	cr_expect_str_eq(notes.items[1],
	    "environment cannot have a variable named 'a=b'");
	strvec_done(&notes);
	free(got);
}
