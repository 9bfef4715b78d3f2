/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/xmalloc.h"
#include "web/file_watch.h"
#include "web/follow.h"
#include "web/tail.h"

#define FIRST_BYTES 1024
/* More than this waiting in the socket: the file is not read until the client
 * has taken it. */
#define BACKLOG_MAX (256 * 1024)
#define PIECE	    (64 * 1024)

/* One client. */
struct tail {
	struct tails *tails;
	struct http_request *request;
	struct follow file;
	struct file_watch *watch;
	bool is_stalled; /* the client has enough to read */
	LIST_ENTRY(tail) next;
};

struct tails {
	struct supervisor *supervisor;
	struct file_watches *watches;
	LIST_HEAD(, tail) all;
};

struct tails *
tails_create(struct supervisor *supervisor)
{
	struct tails *tails = xcalloc(1, sizeof(*tails));

	tails->supervisor = supervisor;
	tails->watches = file_watches_create(supervisor_loop(supervisor));
	LIST_INIT(&tails->all);
	return tails;
}

static void
tail_free(struct tail *tail)
{
	LIST_REMOVE(tail, next);
	file_watch_free(tail->watch);
	follow_close(&tail->file);
	free(tail);
}

void
tails_free(struct tails *tails)
{
	struct tail *tail;

	if (tails == NULL)
		return;
	while ((tail = LIST_FIRST(&tails->all)) != NULL) {
		http_request_on_gone(tail->request, NULL, NULL);
		http_stream_on_drain(tail->request, NULL, NULL);
		tail_free(tail);
	}
	file_watches_free(tails->watches);
	free(tails);
}

static size_t
send_text(struct tail *tail, const char *text)
{
	return http_stream_write(tail->request, text, strlen(text));
}

/* Sends one step of what the file has; false if there is nothing. */
static bool
send_step(struct tail *tail, size_t *waiting)
{
	char piece[PIECE];
	size_t len = 0;

	switch (follow_read(&tail->file, piece, sizeof(piece), &len)) {
	case FOLLOW_BYTES:
		*waiting = http_stream_write(tail->request, piece, len);
		return true;
	case FOLLOW_TRUNCATED:
		*waiting = send_text(tail, "==> File truncated <==\n");
		return true;
	case FOLLOW_REPLACED:
		file_watch_renew(tail->watch);
		return true;
	case FOLLOW_NOTHING:
		break;
	}
	return false;
}

static void
send_more(void *arg)
{
	struct tail *tail = arg;
	size_t waiting = 0;

	while (!tail->is_stalled && send_step(tail, &waiting))
		tail->is_stalled = waiting > BACKLOG_MAX;
}

static void
on_drained(struct http_request *request, void *arg)
{
	struct tail *tail = arg;

	(void)request;
	if (!tail->is_stalled)
		return;
	tail->is_stalled = false;
	send_more(tail);
}

static void
on_client_gone(struct http_request *request, void *arg)
{
	(void)request;
	tail_free(arg);
}

static void
begin_stream(struct tail *tail)
{
	char modified[40];
	struct tm tm;

	gmtime_r(&tail->file.mtime, &tm);
	strftime(modified, sizeof(modified), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	http_reply_header(tail->request, "Last-Modified", modified);
	http_reply_header(tail->request, "X-Accel-Buffering", "no");
	http_request_on_gone(tail->request, on_client_gone, tail);
	http_stream_on_drain(tail->request, on_drained, tail);
	http_stream_begin(tail->request, 200, "text/plain;charset=utf-8");
}

/* path may be NULL or "": there is no such log. */
static void
serve_file(struct tails *tails, struct http_request *request, const char *path)
{
	struct tail *tail;

	if (path == NULL || path[0] == '\0') {
		http_reply_error(request, 404);
		return;
	}
	tail = xcalloc(1, sizeof(*tail));
	if (follow_open(&tail->file, path, FIRST_BYTES) == -1) {
		free(tail);
		http_reply_error(request, 404);
		return;
	}
	tail->tails = tails;
	tail->request = request;
	LIST_INSERT_HEAD(&tails->all, tail, next);
	/* Before the first read, so that nothing falls between. */
	tail->watch = file_watch_create(tails->watches, path, send_more, tail);
	begin_stream(tail);
	send_more(tail);
}

void
tails_serve_main(struct http_request *request, void *arg)
{
	struct tails *tails = arg;
	struct main_log *log = supervisor_main_log(tails->supervisor);

	serve_file(tails, request, log == NULL ? NULL : main_log_path(log));
}

/* The log of "NAME", "NAME/stdout" or "NAME/stderr"; NULL if there is none. */
static const char *
log_path(struct tails *tails, const char *what)
{
	const char *slash = strchr(what, '/');
	const char *channel = slash == NULL ? "stdout" : slash + 1;
	char *name = slash == NULL ? xstrdup(what)
				   : xstrndup(what, (size_t)(slash - what));
	struct process_facts facts;
	struct process *process = NULL;
	struct group *group;
	int result;

	result = supervisor_find(tails->supervisor, name, &group, &process);
	free(name);
	if (result == -1 || process == NULL)
		return NULL;
	process_get_facts(process, &facts);
	if (strcmp(channel, "stdout") == 0)
		return facts.stdout_logfile;
	return strcmp(channel, "stderr") == 0 ? facts.stderr_logfile : NULL;
}

void
tails_serve_process(struct http_request *request, void *arg)
{
	static const char prefix[] = "/logtail/";
	const char *path = http_request_path(request);
	struct tails *tails = arg;

	if (strncmp(path, prefix, sizeof(prefix) - 1) != 0)
		http_reply_error(request, 404);
	else
		serve_file(tails, request,
		    log_path(tails, path + sizeof(prefix) - 1));
}
