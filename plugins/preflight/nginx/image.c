/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/image.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "preflight/witness/witness.h"

/*
 * Files of another root: an unpacked image, or a process in another mount
 * namespace seen through /proc.
 */

int
image_open_at(int dir, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK |
		    O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT };

	if (dir == AT_FDCWD)
		return open(path, (int)how.flags);
	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

int
image_open(const char *root, const char *path)
{
	int dir, fd, saved;
	char *full;

	if (root == NULL) {
		witness_file(path);
		return image_open_at(AT_FDCWD, path);
	}
	full = xasprintf("%s%s", root, path);
	witness_file(full);
	free(full);
	dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return -1;
	fd = image_open_at(dir, path);
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}
