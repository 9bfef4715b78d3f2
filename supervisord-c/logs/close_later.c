/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/thread.h"
#include "logs/close_later.h"

/* What is smaller is closed in the time in which a thread is made. */
#define WORTH_A_THREAD (1024 * 1024)

static struct {
	pthread_mutex_t lock;
	pthread_t thread;
	pid_t owner; /* 0: no thread */
} closer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *
run(void *arg)
{
	close((int)(intptr_t)arg);
	return NULL;
}

static bool
is_worth_it(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0 &&
	    st.st_size >= WORTH_A_THREAD;
}

/* A thread does not come along in a fork. */
static bool
is_there(void)
{
	return closer.owner != 0 && closer.owner == getpid();
}

static bool
give_away(int fd)
{
	bool is_given = false;

	pthread_mutex_lock(&closer.lock);
	if (!is_there() || pthread_tryjoin_np(closer.thread, NULL) != EBUSY) {
		is_given = thread_start(&closer.thread, run,
			       (void *)(intptr_t)fd) == 0;
		closer.owner = is_given ? getpid() : 0;
	}
	pthread_mutex_unlock(&closer.lock);
	return is_given;
}

void
close_later(int *fd)
{
	if (*fd != -1 && is_worth_it(*fd) && give_away(*fd))
		*fd = -1;
	fd_close(fd);
}

bool
close_later_finish(void)
{
	bool was_there;

	pthread_mutex_lock(&closer.lock);
	was_there = is_there();
	if (was_there)
		pthread_join(closer.thread, NULL);
	closer.owner = 0;
	pthread_mutex_unlock(&closer.lock);
	return was_there;
}
