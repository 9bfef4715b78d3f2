/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"

#include "preflight/app/app_file.h"
#include "preflight/nginx/image.h"
#include "preflight/witness/witness.h"

/*
 * One child, one pipe, one deadline.  The child writes the file's bytes and
 * tells by its exit status how it went: an errno, or 0.
 */

#define DEADLINE_MS 2000

static int
copy_regular(int fd, int out, size_t max_bytes)
{
	struct stat st;
	char bytes[8192];
	size_t total = 0;
	ssize_t got;

	if (fstat(fd, &st) == -1)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		total += (size_t)got;
		if (total > max_bytes)
			return EFBIG;
		if (fd_write_all(out, bytes, (size_t)got) == -1)
			return errno;
	}
	return got == -1 ? errno : 0;
}

struct wanted {
	const struct cred *cred;
	const char *image, *path;
	size_t max_bytes;
};

static _Noreturn void
reader_child(const struct wanted *wanted, int out)
{
	const struct cred *cred = wanted->cred;
	int root = AT_FDCWD, fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (wanted->image != NULL)
		root = open(wanted->image, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root == -1 ||
	    (cred->uid != geteuid() && cred_impersonate(cred) == -1))
		_exit(errno);
	fd = image_open_at(root, wanted->path);
	if (fd == -1)
		_exit(errno);
	_exit(copy_regular(fd, out, wanted->max_bytes));
}

/* Collects until the child is done; ETIMEDOUT if it is not in time. */
static int
collect(int fd, struct strbuf *text)
{
	int64_t end = clock_mono_ms() + DEADLINE_MS, left;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	ssize_t got;

	for (;;) {
		left = end - clock_mono_ms();
		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return ETIMEDOUT;
		got = read(fd, strbuf_reserve(text, 8192), 8192);
		if (got == 0)
			return 0;
		if (got == -1 && errno != EINTR)
			return errno;
		if (got > 0)
			strbuf_grew(text, (size_t)got);
	}
}

/* A file that the witness has just looked at is there for nobody if it is not
 * there for root: that costs no child. */
static bool
is_known_missing(const char *image, const char *path)
{
	struct stat st;

	return image == NULL && witness_is_noting() && stat(path, &st) == -1 &&
	    (errno == ENOENT || errno == ENOTDIR);
}

char *
app_file_read(const struct cred *cred, const char *image, const char *path,
    size_t max_bytes)
{
	const struct wanted wanted = { cred, image, path, max_bytes };
	struct strbuf text = STRBUF_INIT;
	int ends[2], error, status = 0;
	pid_t pid;

	witness_file(path);
	if (is_known_missing(image, path) || fd_pipe(ends) == -1)
		return NULL;
	pid = fork();
	if (pid == 0)
		reader_child(&wanted, ends[1]);
	fd_close(&ends[1]);
	if (pid == -1) {
		fd_close(&ends[0]);
		return NULL;
	}
	error = collect(ends[0], &text);
	fd_close(&ends[0]);
	if (error != 0)
		kill(pid, SIGKILL);
	if (error == ETIMEDOUT) {
		/* It may hang in the kernel: not waited for. */
		waitpid(pid, &status, WNOHANG);
	} else if (waitpid(pid, &status, 0) == -1 && error == 0)
		error = errno;
	else if (error == 0)
		error = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	if (error != 0) {
		strbuf_done(&text);
		errno = error;
		return NULL;
	}
	return strbuf_steal(&text);
}
