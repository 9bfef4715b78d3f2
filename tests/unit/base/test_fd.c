/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fd.h"

static void
limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Takes all it gets and gives it back; the highest number that it got. */
static int
use_up(rlim_t count)
{
	int ends[64][2], highest = -1, n = 0;

	limit_descriptors(count);
	while (n < 64 && fd_pipe_spare(ends[n]) == 0)
		highest = ends[n++][1];
	cr_expect_eq(errno, EMFILE);
	cr_expect(fcntl(highest, F_GETFD) & FD_CLOEXEC);
	while (n-- > 0) {
		close(ends[n][0]);
		close(ends[n][1]);
	}
	return highest;
}

Test(fd, pipe_spare_leaves_the_last_descriptors)
{
	int highest = use_up(100);

	cr_expect(highest == 82 || highest == 83, "%d", highest);
}

Test(fd, pipe_spare_asks_less_of_small_limits)
{
	int highest = use_up(40);

	cr_expect(highest == 28 || highest == 29, "%d", highest);
}
