/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SWAPPED_BIND_H
#define TESTS_SWAPPED_BIND_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The test program's own bind(2), for one of its files: what the owner of the
 * folder could do right after it, replacing the new socket by a link.
 */
static const char *bind_leaves_link_to; /* NULL: nothing is done */

int
bind(int fd, const struct sockaddr *address, socklen_t len)
{
	const char *path = ((const struct sockaddr_un *)address)->sun_path;
	int result = (int)syscall(SYS_bind, fd, address, len);

	if (bind_leaves_link_to != NULL && result == 0 &&
	    (unlink(path) == -1 || symlink(bind_leaves_link_to, path) == -1))
		return -1;
	return result;
}

/* A folder of the test's own, for "sock" and the "victim" of the link. */
static char folder[] = "/tmp/swapped_bind.XXXXXX";

static void
enter_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void
leave_folder(void)
{
	unlink("victim");
	unlink("sock");
	rmdir(folder);
}

#endif
