/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "supervisor/limits.h"

static void
set_limit(rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = { soft, hard };

	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static struct rlimit
get_limit(void)
{
	struct rlimit limit;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit;
}

Test(limits_raise, a_low_one_is_raised_a_high_one_stays)
{
	struct strvec infos = STRVEC_INIT;

	set_limit(256, 4096);
	cr_assert_eq(limits_raise(1024, 0, &infos, NULL), 0);
	cr_assert_eq(get_limit().rlim_cur, 1024);
	cr_assert_eq(get_limit().rlim_max, 4096);
	cr_assert_eq(infos.len, 1);
	cr_assert_str_eq(infos.items[0],
	    "Increased RLIMIT_NOFILE limit to 1024");
	cr_assert_eq(limits_raise(300, 0, &infos, NULL), 0);
	cr_assert_eq(get_limit().rlim_cur, 1024, "never lowered");
	cr_assert_eq(infos.len, 1);
	strvec_done(&infos);
}

Test(limits_raise, the_message_tells_the_true_hard_limit)
{
	struct strvec infos = STRVEC_INIT;
	char *cause = NULL;

	set_limit(128, 512);
	/* Without the right to raise a hard limit. */
	if (geteuid() == 0)
		cr_assert_eq(seteuid(65534), 0);
	cr_assert_eq(limits_raise(1024, 0, &infos, &cause), -1);
	cr_assert_not_null(strstr(cause,
	    "is 1024 as per the \"minfds\" command-line argument"));
	cr_assert_not_null(
	    strstr(cause, "only allow you to open 512 file descriptors.  "));
	free(cause);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	/* The leak checker looks at the process afterwards. */
	cr_assert_eq(prctl(PR_SET_DUMPABLE, 1), 0);
}
