/* SPDX-License-Identifier: ISC */
/*
 * The parent's side of one probe child: read its records, watch the time, get
 * rid of it.  A child that hangs in a dead file system cannot even be killed;
 * it is left behind rather than waited for.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "preflight/probe/session.h"

#define READ_BYTES    65536
/* How long a killed child may take to disappear. */
#define DYING_MS      500
/* So many may be left behind in dead file systems; then nothing more is tried,
 * because each keeps a process and a slot of whatever hangs. */
#define ABANDONED_MAX 3

static unsigned abandoned_count;

struct reading {
	struct session *session;
	struct strbuf in;
	size_t total;
	int fd;
	pid_t pid;
	bool ended; /* RECORD_END was seen */
	bool eof;
	enum why fatal;
};

/* Waits for bytes or the end of file; false when the time is over. */
static bool
wait_readable(const struct reading *reading, int64_t until_ms)
{
	struct pollfd pfd = { .fd = reading->fd, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = until_ms - clock_mono_ms();
		if (left <= 0)
			return false;
		n = poll(&pfd, 1, (int)(left > 60000 ? 60000 : left));
	} while (n == 0 || (n == -1 && errno == EINTR));
	return n == 1;
}

static void
take_record(struct reading *reading, const struct record *record,
    const char *path)
{
	if (record->kind == RECORD_END) {
		reading->ended = true;
	} else if (record->kind == RECORD_FATAL) {
		reading->fatal = (enum why)record->why;
		reading->session->error = record->error;
	} else {
		reading->session->take(record, path, reading->session->arg);
	}
}

/* Hands on every complete record; false on garbage. */
static bool
take_records(struct reading *reading)
{
	struct record record;
	const char *path;
	size_t used = 0;
	ptrdiff_t n;

	for (;;) {
		n = record_parse(reading->in.data + used,
		    reading->in.len - used, &record, &path);
		if (n <= 0)
			break;
		take_record(reading, &record, path);
		used += (size_t)n;
	}
	strbuf_consume(&reading->in, used);
	return n == 0;
}

/* Reads what there is; false if the child is not to be believed. */
static bool
read_some(struct reading *reading)
{
	ssize_t n;

	n = read(reading->fd, strbuf_reserve(&reading->in, READ_BYTES),
	    READ_BYTES);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0) {
		reading->eof = true;
		return true;
	}
	strbuf_grew(&reading->in, (size_t)n);
	reading->total += (size_t)n;
	return reading->total <= RECORD_TOTAL_MAX && take_records(reading);
}

static enum why
read_all(struct reading *reading)
{
	const struct session *session = reading->session;
	int64_t until_ms;

	while (!reading->eof) {
		until_ms = clock_mono_ms() + session->quiet_ms;
		if (session->deadline_ms != 0 &&
		    session->deadline_ms < until_ms)
			until_ms = session->deadline_ms;
		if (!wait_readable(reading, until_ms))
			return WHY_TIMED_OUT;
		if (!read_some(reading))
			return WHY_BROKEN;
	}
	if (reading->fatal != WHY_NONE)
		return reading->fatal;
	return reading->ended ? WHY_NONE : WHY_BROKEN;
}

/* Kills the child if it is still there, and reaps it if it dies. */
static void
get_rid(struct reading *reading)
{
	int64_t until_ms = clock_mono_ms() + DYING_MS;
	char waste[4096];

	if (!reading->eof)
		kill(reading->pid, SIGKILL);
	while (!reading->eof && wait_readable(reading, until_ms))
		reading->eof = read(reading->fd, waste, sizeof(waste)) == 0;
	if (!reading->eof) {
		reading->session->abandoned = true;
		abandoned_count++;
		return;
	}
	/* Its last descriptor is closed: it is on its way out. */
	kill(reading->pid, SIGKILL);
	while (waitpid(reading->pid, NULL, 0) == -1 && errno == EINTR)
		;
}

enum why
session_run(struct session *session)
{
	struct reading reading = {
		.session = session,
		.fatal = WHY_NONE,
	};
	enum why why;

	session->error = 0;
	session->abandoned = false;
	session->refused = abandoned_count >= ABANDONED_MAX;
	if (session->refused)
		return WHY_TIMED_OUT;
	why = child_start(session->plan, &reading.pid, &reading.fd);
	if (why != WHY_NONE) {
		session->error = errno;
		return why;
	}
	strbuf_init(&reading.in);
	why = read_all(&reading);
	get_rid(&reading);
	fd_close(&reading.fd);
	strbuf_done(&reading.in);
	return why;
}
