/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "spawn/reap.h"

static const struct {
	int status;
	const char *text;
} cases[] = {
	{ 0, "exit status 0" },
	{ 3 << 8, "exit status 3" },
	{ 15, "terminated by SIGTERM" },
	{ 11 | 0x80, "terminated by SIGSEGV (core dumped)" },
	{ 40, "terminated by signal 40" },
	{ 0x137f, "unknown termination cause 0x137f" },
	{ 0xffff, "unknown termination cause 0xffff" },
};

Test(reap, describes_how_a_child_ended)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = reap_describe(cases[i].status);

		cr_expect_str_eq(text, cases[i].text);
		free(text);
	}
}
