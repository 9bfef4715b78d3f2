/* SPDX-License-Identifier: ISC */
/*
 * The parent's side of one probe child: read its records, watch the time, get
 * rid of it.  A child that hangs in a dead file system cannot even be killed;
 * it is left behind rather than waited for.
 */
#include <assert.h>
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
#define WAIT_MS_MAX   60000
/* So many may be left behind in dead file systems; then nothing more is tried,
 * because each keeps a process and a slot of whatever hangs. */
#define ABANDONED_MAX 3

static unsigned abandoned_count;

struct reading {
	struct session *session;
	struct strbuf in;
	size_t total;
	int64_t until_ms; /* the child has to say something by then */
	int fd;
	pid_t pid;
	bool running;
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

/* When the child that is heard of now is next to be heard of. */
static void
expect(struct reading *reading)
{
	const struct session *session = reading->session;

	reading->until_ms = clock_mono_ms() + session->quiet_ms;
	if (session->deadline_ms != 0 &&
	    session->deadline_ms < reading->until_ms)
		reading->until_ms = session->deadline_ms;
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

static void
end(struct reading *reading, enum why why)
{
	reading->session->why = why;
	reading->running = false;
	get_rid(reading);
	fd_close(&reading->fd);
	strbuf_done(&reading->in);
}

static void
begin(struct reading *reading, struct session *session)
{
	*reading = (struct reading){
		.session = session,
		.fatal = WHY_NONE,
	};
	session->error = 0;
	session->abandoned = false;
	session->refused = abandoned_count >= ABANDONED_MAX;
	session->why = WHY_TIMED_OUT;
	if (session->refused)
		return;
	session->why = child_start(session->plan, &reading->pid, &reading->fd);
	if (session->why != WHY_NONE) {
		session->error = errno;
		return;
	}
	strbuf_init(&reading->in);
	reading->running = true;
	expect(reading);
}

/* After a wait: what the child sent, or that it sent nothing in time. */
static void
go_on(struct reading *reading, bool readable)
{
	if (!readable) {
		if (clock_mono_ms() >= reading->until_ms)
			end(reading, WHY_TIMED_OUT);
	} else if (!read_some(reading)) {
		end(reading, WHY_BROKEN);
	} else if (!reading->eof) {
		expect(reading);
	} else if (reading->fatal != WHY_NONE) {
		end(reading, reading->fatal);
	} else {
		end(reading, reading->ended ? WHY_NONE : WHY_BROKEN);
	}
}

/* Waits for the first that has something to say, or is late; false if none is
 * running any more. */
static bool
turn(struct reading *readings, size_t count)
{
	struct pollfd pfds[SESSIONS_MAX];
	int64_t now_ms = clock_mono_ms(), left_ms = WAIT_MS_MAX;
	bool running = false;

	for (size_t i = 0; i < count; i++) {
		struct reading *one = &readings[i];

		pfds[i] = (struct pollfd){
			.fd = one->running ? one->fd : -1,
			.events = POLLIN,
		};
		running |= one->running;
		if (one->running && one->until_ms - now_ms < left_ms)
			left_ms = one->until_ms - now_ms;
	}
	if (!running)
		return false;
	if (poll(pfds, count, left_ms > 0 ? (int)left_ms : 0) == -1)
		return errno == EINTR;
	for (size_t i = 0; i < count; i++) {
		if (readings[i].running)
			go_on(&readings[i], pfds[i].revents != 0);
	}
	return true;
}

void
session_run_together(struct session *const *sessions, size_t count)
{
	struct reading readings[SESSIONS_MAX];

	assert(count <= SESSIONS_MAX);
	for (size_t i = 0; i < count; i++)
		begin(&readings[i], sessions[i]);
	while (turn(readings, count))
		;
	for (size_t i = 0; i < count; i++) {
		if (readings[i].running)
			end(&readings[i], WHY_BROKEN);
	}
}

enum why
session_run(struct session *session)
{
	session_run_together(&session, 1);
	return session->why;
}
