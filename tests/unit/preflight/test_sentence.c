/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "preflight/report/sentence.h"

static void
expect_mode(mode_t mode, const char *wanted)
{
	char *got = sentence_mode(mode);

	cr_expect_str_eq(got, wanted);
	free(got);
}

Test(sentence, modes_look_as_in_ls)
{
	expect_mode(S_IFDIR | 0750, "drwxr-x---");
	expect_mode(S_IFSOCK | 0777, "srwxrwxrwx");
	expect_mode(S_IFREG | 04755, "-rwsr-xr-x");
	expect_mode(S_IFREG | 02644, "-rw-r-Sr--");
	expect_mode(S_IFDIR | 01777, "drwxrwxrwt");
	expect_mode(S_IFDIR | 01776, "drwxrwxrwT");
}

Test(sentence, unknown_ids_stay_numbers)
{
	const struct facts facts = { .mode = S_IFDIR | 0700,
		.uid = 4123456,
		.gid = 4123457 };
	char *got = sentence_facts(&facts);

	cr_expect_str_eq(got, "drwx------ 4123456:4123457");
	free(got);
}

Test(sentence, names_directory_mode_and_user)
{
	const struct answer answer = {
		.why = WHY_SEARCH,
		.blocker = (char *)"/h",
		.facts = { .mode = S_IFDIR | 0700,
		    .uid = 4123456,
		    .gid = 4123456 },
	};
	char *got = sentence_refusal("nginx (www)", "/h/s/", &answer);

	cr_expect_str_eq(got,
	    "nginx (www) cannot pass through /h (drwx------ "
	    "4123456:4123456)");
	free(got);
}

/* Every reason has words of its own. */
Test(sentence, there_is_one_for_every_reason)
{
	for (int why = WHY_NONE; why <= WHY_NO_FEATURE; why++) {
		const struct answer answer = { .why = (enum why)why };
		char *got = sentence_refusal("nginx (www)", "/p", &answer);

		cr_expect_gt(strlen(got), 8);
		free(got);
	}
}
