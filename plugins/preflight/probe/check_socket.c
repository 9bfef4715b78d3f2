/* SPDX-License-Identifier: ISC */
/*
 * Sockets (contract P4.6).  A knock is a connect() with a socket type that the
 * server does not have: the kernel walks the path and checks the permission,
 * then refuses for the type, and the server never learns of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "preflight/probe/check.h"
#include "preflight/probe/facts.h"

/* Connects to what fd (O_PATH) refers to; 0 or an errno. */
static int
try_connect(int fd, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error = 0, sock;

	sock = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock == -1)
		return errno;
	facts_fd_name(fd, address.sun_path);
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
		error = errno;
	close(sock);
	return error;
}

static bool
is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool
is_too_long(struct probe_check *check)
{
	struct sockaddr_un address;

	if (strlen(check->question->path) < sizeof(address.sun_path))
		return false;
	check_refuse(check, WHY_TOO_LONG, ENAMETOOLONG, -1);
	return true;
}

/* What a knock with SOCK_SEQPACKET means. */
static const struct {
	int error;
	enum why why;
} knocks[] = {
	{ EACCES, WHY_SOCKET_WRITE },
	{ ECONNREFUSED, WHY_NOBODY_BOUND },
	{ EPROTOTYPE, WHY_NONE },
	{ 0, WHY_SOCKET_TYPE },
	{ EAFNOSUPPORT, WHY_NO_FEATURE },
	{ EAGAIN, WHY_SOCKET_TYPE },
};

static enum why
knock_means(int error)
{
	for (size_t i = 0; i < sizeof(knocks) / sizeof(knocks[0]); i++) {
		if (knocks[i].error == error)
			return knocks[i].why;
	}
	return WHY_OTHER_ERROR;
}

/* Somebody is bound and may be reached: is it a stream server? */
static enum why
look_closer(const struct question *question, int fd, int *error)
{
	int datagram = try_connect(fd, SOCK_DGRAM);

	if (datagram == 0 || datagram == EPERM) {
		*error = EPROTOTYPE;
		return WHY_SOCKET_TYPE;
	}
	*error = question->confirm ? try_connect(fd, SOCK_STREAM) : 0;
	if (*error == EAGAIN)
		return WHY_BACKLOG_FULL;
	return *error == 0 ? WHY_NONE : knock_means(*error);
}

void
check_socket(struct probe_check *check)
{
	enum why why;
	int error, fd;

	if (is_too_long(check))
		return;
	fd = check_reach(check, check->question->path, 0);
	if (fd == -1)
		return;
	error = try_connect(fd, SOCK_SEQPACKET);
	why = knock_means(error);
	if (!is_socket(fd))
		why = WHY_NOT_SOCKET;
	else if (why == WHY_NONE)
		why = look_closer(check->question, fd, &error);
	if (why != WHY_NONE) {
		check_refuse_target(check, why, error);
		if (why == WHY_NO_FEATURE)
			check->answer.verdict = ANSWER_UNDECIDED;
	} else {
		check->answer.verdict = ANSWER_YES;
		check->answer.on_target = true;
		facts_read(fd, false, &check->answer.facts);
	}
	close(fd);
}

/* An entry that is there already has to be a socket that may be removed. */
static void
check_old_entry(struct probe_check *check, int dir, int entry)
{
	struct stat in, old;

	if (!is_socket(entry)) {
		check_refuse_target(check, WHY_NOT_SOCKET, EADDRINUSE);
		return;
	}
	if (fstat(dir, &in) == 0 && fstat(entry, &old) == 0 &&
	    (in.st_mode & S_ISVTX) != 0 && geteuid() != 0 &&
	    in.st_uid != geteuid() && old.st_uid != geteuid())
		check_refuse_target(check, WHY_NOT_REMOVABLE, EPERM);
}

void
check_bind_socket(struct probe_check *check)
{
	char path[PATH_MAX];
	int dir, entry, error;

	if (is_too_long(check))
		return;
	check_parent(check->question->path, path);
	dir = check_reach(check, path, O_DIRECTORY);
	if (dir == -1) {
		check->answer.on_target = false;
		return;
	}
	error = check_access(dir, W_OK | X_OK);
	check->answer.verdict = ANSWER_YES;
	facts_read(dir, true, &check->answer.facts);
	if (error != 0) {
		memcpy(check->path, path, sizeof(path));
		check_refuse(check, error == EROFS ? WHY_READ_ONLY : WHY_WRITE,
		    error, dir);
	}
	entry = view_open(check->view, check->question->path, O_PATH);
	if (entry != -1) {
		check_old_entry(check, dir, entry);
		close(entry);
	}
	close(dir);
}
