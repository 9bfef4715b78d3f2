/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "base/suggest.h"

static const char *const words[] = { "autostart", "autorestart", "command",
	"stdout_logfile", "stderr_logfile", "user", NULL };

Test(suggest, finds_what_was_meant)
{
	cr_expect_str_eq(suggest("comand", words), "command");
	cr_expect_str_eq(suggest("AUTOSTAT", words), "autostart");
	cr_expect_str_eq(suggest("stdout_logfiel", words), "stdout_logfile");
	cr_expect_str_eq(suggest("usre", words), "user");
}

Test(suggest, stays_silent_about_other_words)
{
	cr_expect_null(suggest("environment", words));
	cr_expect_null(suggest("x", words));
	cr_expect_null(suggest("", words));
	cr_expect_null(suggest("a_word_that_is_much_longer_than_anything_that_"
			       "could_ever_have_been_meant",
	    words));
}
