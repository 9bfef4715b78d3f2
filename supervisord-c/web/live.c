/* SPDX-License-Identifier: ISC */
/*
 * The bus says that something changed, not what the page shows of it; so the
 * rows' fingerprints are compared, at most a few times a second however much
 * happens.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "web/html.h"
#include "web/live.h"
#include "web/row.h"

#define PAUSE_MS    200
/* A browser that does not read this much is let go; it will come again. */
#define BACKLOG_MAX (1024 * 1024)

struct viewer {
	struct live *live;
	struct http_request *request;
	LIST_ENTRY(viewer) next;
};

struct live {
	struct supervisor *supervisor;
	const struct verdicts *verdicts;
	struct bus_subscription *subscription; /* NULL while nobody looks */
	struct loop_timer *due;
	bool preflight_spoke; /* since the last that was sent */
	uint64_t *shown;      /* fingerprints of the rows as last sent */
	size_t shown_count;
	LIST_HEAD(, viewer) viewers;
};

static void send_changes(void *);

struct live *
live_create(struct supervisor *supervisor, const struct verdicts *verdicts)
{
	struct live *live = xcalloc(1, sizeof(*live));

	live->supervisor = supervisor;
	live->verdicts = verdicts;
	live->due =
	    loop_timer_create(supervisor_loop(supervisor), send_changes, live);
	LIST_INIT(&live->viewers);
	return live;
}

static void
viewer_free(struct viewer *viewer)
{
	struct live *live = viewer->live;

	LIST_REMOVE(viewer, next);
	free(viewer);
	if (!LIST_EMPTY(&live->viewers))
		return;
	bus_unsubscribe(live->subscription);
	live->subscription = NULL;
	loop_timer_clear(live->due);
}

void
live_free(struct live *live)
{
	struct viewer *viewer;

	if (live == NULL)
		return;
	while ((viewer = LIST_FIRST(&live->viewers)) != NULL) {
		http_request_on_gone(viewer->request, NULL, NULL);
		viewer_free(viewer);
	}
	loop_timer_free(live->due);
	free(live->shown);
	free(live);
}

static void
send_to_all(struct live *live, const struct strbuf *text)
{
	struct viewer *viewer, *after;

	for (viewer = LIST_FIRST(&live->viewers); viewer != NULL;
	     viewer = after) {
		struct http_request *request = viewer->request;

		after = LIST_NEXT(viewer, next);
		if (http_stream_write(request, text->data, text->len) <=
		    BACKLOG_MAX)
			continue;
		http_request_on_gone(request, NULL, NULL);
		viewer_free(viewer);
		http_stream_end(request);
	}
}

/* Notes the rows as they are; false if there are more or fewer than before. */
static bool
note_rows(struct live *live, struct process **processes, size_t count,
    struct strbuf *changes)
{
	bool same = count == live->shown_count;

	live->shown =
	    xreallocarray(live->shown, count + 1, sizeof(*live->shown));
	live->shown_count = count;
	for (size_t i = 0; i < count; i++) {
		uint64_t now = row_fingerprint(processes[i]);

		if (same && now != live->shown[i]) {
			strbuf_addstr(changes, "event: row\ndata: ");
			row_write(changes, processes[i], i % 2 == 1);
			strbuf_addstr(changes, "\n\n");
		}
		live->shown[i] = now;
	}
	return same;
}

/* Nothing if no plugin is there to ask. */
static void
write_verdicts(struct strbuf *out, const struct live *live)
{
	struct strbuf list = STRBUF_INIT;

	verdicts_write(&list, live->verdicts);
	if (list.len > 0)
		strbuf_addf(out, "event: preflight\ndata: %s\n\n", list.data);
	strbuf_done(&list);
}

static void
send_changes(void *arg)
{
	struct live *live = arg;
	struct strbuf text = STRBUF_INIT;
	struct process **processes;
	size_t count;

	processes = row_processes(live->supervisor, &count);
	if (!note_rows(live, processes, count, &text))
		strbuf_addstr(&text, "event: reload\ndata: \n\n");
	if (live->preflight_spoke)
		write_verdicts(&text, live);
	live->preflight_spoke = false;
	if (text.len > 0)
		send_to_all(live, &text);
	strbuf_done(&text);
	free(processes);
}

static void
on_event(const struct event *event, void *arg)
{
	struct live *live = arg;

	live->preflight_spoke =
	    live->preflight_spoke || event_type_is_a(event->type, EV_PREFLIGHT);
	if (!loop_timer_is_set(live->due))
		loop_timer_set(live->due, PAUSE_MS);
}

static void
subscribe(struct live *live)
{
	static const enum event_type types[] = {
		EV_PROCESS_STATE,
		EV_PROCESS_GROUP,
		EV_PREFLIGHT,
	};
	struct strbuf unused = STRBUF_INIT;
	struct process **processes;
	size_t count;

	if (live->subscription != NULL)
		return;
	live->subscription = bus_subscribe_all(supervisor_bus(live->supervisor),
	    types, sizeof(types) / sizeof(types[0]), on_event, live);
	processes = row_processes(live->supervisor, &count);
	live->shown_count = count;
	live->shown =
	    xreallocarray(live->shown, count + 1, sizeof(*live->shown));
	memset(live->shown, 0, (count + 1) * sizeof(*live->shown));
	note_rows(live, processes, count, &unused);
	strbuf_done(&unused);
	free(processes);
}

static void
on_viewer_gone(struct http_request *request, void *arg)
{
	(void)request;
	viewer_free(arg);
}

/* Between the page and this stream something may have changed: every row is
 * sent once, and then their number: from there on the page is up to date. */
static void
send_all_rows(struct live *live, struct http_request *request)
{
	struct strbuf text = STRBUF_INIT;
	struct process **processes;
	size_t count;

	processes = row_processes(live->supervisor, &count);
	strbuf_addstr(&text, "retry: 2000\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_addstr(&text, "event: row\ndata: ");
		row_write(&text, processes[i], i % 2 == 1);
		strbuf_addstr(&text, "\n\n");
	}
	write_verdicts(&text, live);
	strbuf_addf(&text, "event: rows\ndata: %zu\n\n", count);
	http_stream_write(request, text.data, text.len);
	strbuf_done(&text);
	free(processes);
}

void
live_serve(struct http_request *request, void *arg)
{
	struct live *live = arg;
	struct viewer *viewer = xcalloc(1, sizeof(*viewer));

	viewer->live = live;
	viewer->request = request;
	LIST_INSERT_HEAD(&live->viewers, viewer, next);
	subscribe(live);
	html_no_cache(request);
	http_reply_header(request, "X-Accel-Buffering", "no");
	http_request_on_gone(request, on_viewer_gone, viewer);
	http_stream_begin(request, 200, "text/event-stream");
	send_all_rows(live, request);
}
