/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/signame.h"

Test(signame, reads_names_and_numbers_as_people_write_them)
{
	cr_expect_eq(signame_parse("TERM", NULL), 15);
	cr_expect_eq(signame_parse(" sigusr1 ", NULL), 10);
	cr_expect_eq(signame_parse("0", NULL), 0);
	cr_expect_eq(signame_parse("34", NULL), 34);
	cr_expect_eq(signame_parse("RTMAX", NULL), 64);
	cr_expect_eq(signame_parse("CLD", NULL), 17);
}

Test(signame, refuses_what_has_no_name)
{
	char *cause = NULL;

	cr_expect_eq(signame_parse("35", &cause), -1);
	cr_expect_str_eq(cause, "value '35' is not a valid signal number");
	cr_expect_eq(signame_parse("Bogus", &cause), -1);
	cr_expect_str_eq(cause, "value 'Bogus' is not a valid signal name");
	free(cause);
}

Test(signame, shows_numbers_as_supervisor_does)
{
	cr_expect_str_eq(signame(15), "SIGTERM");
	cr_expect_str_eq(signame(29), "SIGPOLL");
	cr_expect_str_eq(signame(40), "signal 40");
}
