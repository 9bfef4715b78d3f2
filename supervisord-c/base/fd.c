/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

int
fd_set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int
fd_set_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags == -1 ? -1 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

int
fd_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}

int
fd_pipe_spare(int ends[2])
{
	const rlim_t reserve_max = 16;
	struct rlimit limit;
	rlim_t reserve;

	if (fd_pipe(ends) == -1)
		return -1;
	/* The lowest free numbers are given out first. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 0;
	reserve =
	    limit.rlim_cur / 4 < reserve_max ? limit.rlim_cur / 4 : reserve_max;
	if ((rlim_t)ends[1] < limit.rlim_cur - reserve)
		return 0;
	close(ends[0]);
	close(ends[1]);
	errno = EMFILE;
	return -1;
}

int
fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
fd_move_above_stdio(int fd)
{
	int moved;

	if (fd > 2)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (moved != -1)
		close(fd);
	return moved;
}

void
fd_open_missing_stdio(void)
{
	int fd;

	/* The lowest free number is given out.  Without /dev/null there is
	 * nothing better to put there. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	fd_close(&fd);
}

void
fd_close_from(int lowest)
{
	long highest;

	/* The raw call: async-signal-safe whatever libc does around it. */
	if (syscall(SYS_close_range, (unsigned int)lowest, ~0U, 0) == 0)
		return;
	highest = sysconf(_SC_OPEN_MAX);
	if (highest < 0 || highest > 65536)
		highest = 65536;
	for (int fd = lowest; fd < highest; fd++)
		close(fd);
}

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = saved;
}

char *
fd_read_to_end(int fd, size_t max_bytes, size_t *len)
{
	size_t size = 4096, used = 0;
	char *data = NULL, *grown;
	ssize_t n = 1;

	while (n > 0) {
		if (data == NULL || used + 1 == size) {
			size = data == NULL ? size : size * 2;
			grown = realloc(data, size);
			if (grown == NULL)
				goto fail;
			data = grown;
		}
		n = read(fd, data + used, size - used - 1);
		if (n == -1 && errno == EINTR)
			n = 1;
		else if (n == -1)
			goto fail;
		else
			used += (size_t)n;
		if (used > max_bytes) {
			errno = EFBIG;
			goto fail;
		}
	}
	data[used] = '\0';
	if (len != NULL)
		*len = used;
	return data;
fail:
	free(data);
	return NULL;
}

int
fd_chmod_socket(const char *path, mode_t mode)
{
	struct stat st;

	if (fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	/* glibc goes by /proc.  Without it a look beforehand has to do. */
	if (errno != EOPNOTSUPP || lstat(path, &st) == -1)
		return -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EPERM;
		return -1;
	}
	return chmod(path, mode);
}

char *
fd_read_file(const char *path, size_t max_bytes, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *data;

	if (fd == -1)
		return NULL;
	data = fd_read_to_end(fd, max_bytes, len);
	fd_close(&fd);
	return data;
}
