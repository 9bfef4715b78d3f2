/* SPDX-License-Identifier: ISC */
/*
 * evhttp reads and writes the connections; it gives no limit on their number,
 * tells nobody of one that ends without a request, does not see a client go
 * while its answer is awaited, and (2.1.12) refuses three things otherwise than
 * it should: line ends before a request (the tail -f client of Supervisor
 * sends one too many), a request line without a version, and versions after
 * 1.x.  All of that is made up for here, with public calls on the bufferevent
 * that evhttp is given.
 *
 * One thing is not promised by its manual: that the argument of the
 * bufferevent's callbacks is the evhttp_connection.  It is so in 2.0 to 2.2,
 * and evhttp_connection_get_bufferevent confirms it.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "http/http_conn.h"

static void on_deadline(void *);
static void adopt(void *);

/* Half of the descriptors remain for the programs. */
static size_t
connections_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur / 2 > HTTP_CONNECTIONS_MAX)
		return HTTP_CONNECTIONS_MAX;
	return (size_t)limit.rlim_cur / 2;
}

bool
http_conns_are_full(const struct http_conns *conns, bool is_local)
{
	return conns->count >= conns->max ||
	    (!is_local && conns->remote >= conns->remote_max);
}

/* One more, or one less. */
static void
count_conn(struct http_conns *conns, bool is_local, int change)
{
	bool local_was = http_conns_are_full(conns, true);
	bool remote_was = http_conns_are_full(conns, false);

	conns->count += (size_t)change;
	if (!is_local)
		conns->remote += (size_t)change;
	if (http_conns_are_full(conns, true) != local_was ||
	    http_conns_are_full(conns, false) != remote_was)
		conns->crowded(conns->arg);
}

void
http_conns_init(struct http_conns *conns, struct loop *loop)
{
	conns->loop = loop;
	conns->max = connections_max();
	conns->remote_max = conns->max - conns->max / 4;
	conns->request_ms = HTTP_REQUEST_MS;
	conns->deadline = loop_timer_create(loop, on_deadline, conns);
	TAILQ_INIT(&conns->open);
	TAILQ_INIT(&conns->waiting);
}

void
http_conns_done(struct http_conns *conns)
{
	struct http_conn *conn;

	/* Those that evhttp closed before they were adopted. */
	while ((conn = TAILQ_FIRST(&conns->open)) != NULL) {
		loop_defer_cancel(conns->loop, adopt, conn);
		TAILQ_REMOVE(&conns->open, conn, next);
		bufferevent_decref(conn->bev);
		free(conn);
	}
	loop_timer_free(conns->deadline);
	free(conns->by_fd);
}

/* The time is the same for all, so the list is in its order by itself. */
static void
begin_waiting(struct http_conn *conn)
{
	struct http_conns *conns = conn->conns;

	if (conn->is_waiting)
		return;
	conn->is_waiting = true;
	conn->deadline_ms = clock_mono_ms() + conns->request_ms;
	TAILQ_INSERT_TAIL(&conns->waiting, conn, next_waiting);
	if (!loop_timer_is_set(conns->deadline))
		loop_timer_set(conns->deadline, conns->request_ms);
}

static void
end_waiting(struct http_conn *conn)
{
	struct http_conns *conns = conn->conns;

	conns->unfinished -= conn->unfinished;
	conn->unfinished = 0;
	if (!conn->is_waiting)
		return;
	conn->is_waiting = false;
	TAILQ_REMOVE(&conns->waiting, conn, next_waiting);
	if (TAILQ_EMPTY(&conns->waiting))
		loop_timer_clear(conns->deadline);
}

static void
on_deadline(void *arg)
{
	struct http_conns *conns = arg;
	struct http_conn *conn;
	int64_t now = clock_mono_ms();

	while ((conn = TAILQ_FIRST(&conns->waiting)) != NULL &&
	    conn->deadline_ms <= now) {
		log_debug("http: no whole request in time, closing");
		end_waiting(conn);
		evhttp_connection_free(conn->ev);
	}
	if (conn != NULL)
		loop_timer_set(conns->deadline, conn->deadline_ms - now);
}

/* Line ends before a request mean nothing (RFC 9112, 2.2). */
static void
skip_line_ends(struct evbuffer *input)
{
	unsigned char c;

	while (evbuffer_copyout(input, &c, 1) == 1 && (c == '\r' || c == '\n'))
		evbuffer_drain(input, 1);
}

/* "GET /path" is how HTTP/0.9 asked; it is answered as HTTP/1.0. */
static bool
add_version(struct strbuf *line)
{
	const char *space = strchr(line->data, ' ');

	if (space == NULL || space[1] != '/' ||
	    strpbrk(space + 1, " \t") != NULL)
		return false;
	strbuf_addstr(line, " HTTP/1.0");
	return true;
}

/* A later version than 1.x becomes one that evhttp reads. */
static bool
lower_version(struct strbuf *line)
{
	char *version = strrchr(line->data, ' ');
	size_t major, minor;

	if (version == NULL || strncmp(++version, "HTTP/", 5) != 0)
		return false;
	version += 5;
	major = strspn(version, "0123456789");
	minor = strspn(version + major, ".0123456789");
	if (strtoul(version, NULL, 10) < 2 || minor < 2 ||
	    version[major + minor] != '\0')
		return false;
	strbuf_truncate(line, (size_t)(version - line->data));
	strbuf_addstr(line, "1.1");
	return true;
}

/* Reads the first line, if it is there, and writes it back corrected. */
static void
correct_line(struct http_conn *conn, struct evbuffer *input)
{
	struct strbuf line = STRBUF_INIT;
	size_t end_len;
	struct evbuffer_ptr end =
	    evbuffer_search_eol(input, NULL, &end_len, EVBUFFER_EOL_CRLF);

	if (end.pos == -1)
		return;
	strbuf_reserve(&line, (size_t)end.pos + sizeof(" HTTP/1.0"));
	evbuffer_copyout(input, line.data, (size_t)end.pos);
	strbuf_grew(&line, (size_t)end.pos);
	conn->next_is_too_new = lower_version(&line);
	if (conn->next_is_too_new || add_version(&line)) {
		evbuffer_drain(input, (size_t)end.pos);
		evbuffer_prepend(input, line.data, line.len);
	}
	strbuf_done(&line);
}

/*
 * Tidies the beginning of a request.  Only a line that came as a whole is
 * corrected: a client that sends its bytes one by one speaks HTTP/1.x.
 */
static void
tidy_start(struct http_conn *conn, struct evbuffer *input)
{
	skip_line_ends(input);
	if (evbuffer_get_length(input) == 0)
		return;
	conn->at_start = false;
	correct_line(conn, input);
	begin_waiting(conn);
}

static void
drop(void *arg)
{
	struct http_conn *conn = arg;

	evhttp_connection_free(conn->ev);
}

/* evhttp moves the bytes of a request out of this buffer as it understands
 * them; what was added counts until the request is whole. */
static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *conn = arg;
	struct http_conns *conns = conn->conns;

	if (info->n_added == 0 || conn->request != NULL)
		return;
	if (conn->at_start)
		tidy_start(conn, input);
	if (conn->at_start)
		return;
	conn->unfinished += info->n_added;
	conns->unfinished += info->n_added;
	if (conns->unfinished <= HTTP_UNFINISHED_MAX)
		return;
	log_warnx("http: unfinished requests take too much memory, "
		  "closing a connection");
	end_waiting(conn);
	loop_defer(conns->loop, drop, conn);
}

static void
on_closed(struct evhttp_connection *ev, void *arg)
{
	struct http_conn *conn = arg;
	struct http_conns *conns = conn->conns;

	(void)ev;
	end_waiting(conn);
	loop_defer_cancel(conns->loop, drop, conn);
	if (conn->closed != NULL)
		event_free(conn->closed);
	if (conn->request != NULL)
		conns->gone(conn->request);
	conns->by_fd[conn->fd] = NULL;
	TAILQ_REMOVE(&conns->open, conn, next);
	count_conn(conns, conn->is_local, -1);
	free(conn);
}

static void
remember_fd(struct http_conns *conns, struct http_conn *conn)
{
	size_t need = (size_t)conn->fd + 1;

	if (need > conns->by_fd_size) {
		conns->by_fd = xreallocarray(conns->by_fd, need * 2,
		    sizeof(*conns->by_fd));
		memset(conns->by_fd + conns->by_fd_size, 0,
		    (need * 2 - conns->by_fd_size) * sizeof(*conns->by_fd));
		conns->by_fd_size = need * 2;
	}
	conns->by_fd[conn->fd] = conn;
}

/* evhttp could not watch it and has closed it: the number of the descriptor may
 * be another's by now. */
static void
abandon(struct http_conn *conn)
{
	bufferevent_setfd(conn->bev, -1);
	bufferevent_decref(conn->bev);
	TAILQ_REMOVE(&conn->conns->open, conn, next);
	count_conn(conn->conns, conn->is_local, -1);
	free(conn);
}

/* At the end of the turn in which evhttp accepted the connection. */
static void
adopt(void *arg)
{
	struct http_conn *conn = arg;
	void *ev = NULL;

	bufferevent_getcb(conn->bev, NULL, NULL, NULL, &ev);
	if (ev == NULL) {
		abandon(conn);
		return;
	}
	bufferevent_decref(conn->bev);
	conn->ev = ev;
	conn->fd = bufferevent_getfd(conn->bev);
	remember_fd(conn->conns, conn);
	evhttp_connection_set_closecb(ev, on_closed, conn);
	if (!conn->is_local)
		begin_waiting(conn);
}

struct bufferevent *
http_conn_accept(struct http_conns *conns, struct http_listener *listener,
    bool is_local)
{
	struct http_conn *conn = xcalloc(1, sizeof(*conn));

	conn->bev = bufferevent_socket_new(loop_event_base(conns->loop), -1,
	    BEV_OPT_CLOSE_ON_FREE);
	if (conn->bev == NULL)
		abort();
	bufferevent_incref(conn->bev); /* until adopt() has looked at it */
	conn->conns = conns;
	conn->listener = listener;
	conn->is_local = is_local;
	conn->at_start = true;
	TAILQ_INSERT_TAIL(&conns->open, conn, next);
	evbuffer_add_cb(bufferevent_get_input(conn->bev), on_input, conn);
	loop_defer(conns->loop, adopt, conn);
	count_conn(conns, is_local, 1);
	return conn->bev;
}

struct http_conn *
http_conn_of(struct http_conns *conns, struct evhttp_request *request)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(
	    evhttp_request_get_connection(request));
	struct http_conn *conn = conns->by_fd[bufferevent_getfd(bev)];

	end_waiting(conn);
	conn->is_too_new = conn->next_is_too_new;
	conn->next_is_too_new = false;
	conn->at_start = true;
	tidy_start(conn, bufferevent_get_input(bev));
	return conn;
}

/*
 * A client that has said all it will say may still want its answer.  On a unix
 * socket the end of both directions can be seen.  On TCP it cannot before
 * something is sent; what HTTP/1.1 lets a server send at any time is an interim
 * answer, which clients skip (RFC 9110, 15.2) and a machine whose program has
 * gone refuses.  A client that speaks 1.0 is believed to be there.
 */
static void
ask_if_there(struct http_conn *conn)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (!conn->is_local && conn->takes_interim)
		(void)send(conn->fd, interim, sizeof(interim) - 1,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_peer_change(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *conn = arg;
	struct pollfd look = { .fd = fd, .events = POLLRDHUP };

	(void)what;
	if (poll(&look, 1, 0) != 1)
		return;
	if (conn->is_streaming || (look.revents & (POLLHUP | POLLERR)) != 0)
		evhttp_connection_free(conn->ev);
	else if (!conn->is_half_closed) {
		conn->is_half_closed = true;
		ask_if_there(conn);
	}
}

void
http_conn_watch_end(struct http_conn *conn)
{
	/* evhttp has its own, level-triggered event while it writes a stream;
	 * libevent mixes no kinds.  Else each change is told once. */
	short what = conn->is_streaming
	    ? EV_CLOSED
	    : EV_READ | EV_CLOSED | EV_ET | EV_PERSIST;

	/* A request that already waits behind this one has all the time. */
	end_waiting(conn);
	if (conn->closed != NULL)
		event_free(conn->closed);
	conn->closed = event_new(loop_event_base(conn->conns->loop), conn->fd,
	    what, on_peer_change, conn);
	if (conn->closed == NULL || event_add(conn->closed, NULL) == -1)
		log_warnx("http: cannot watch for the end of a connection");
}

void
http_conn_answered(struct http_conn *conn)
{
	if (conn->closed != NULL)
		event_del(conn->closed);
	conn->is_streaming = false;
	conn->request = NULL;
	if (!conn->at_start)
		begin_waiting(conn);
}

size_t
http_conns_unsent(const struct http_conns *conns)
{
	const struct http_conn *conn;
	size_t sum = 0;

	TAILQ_FOREACH(conn, &conns->open, next)
		sum += evbuffer_get_length(bufferevent_get_output(conn->bev));
	return sum;
}

static void
flush(struct http_conn *conn)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	struct evbuffer_iovec pieces[16];
	int count = evbuffer_peek(output, -1, NULL, pieces, 16);
	struct iovec vectors[16];
	struct msghdr message = { .msg_iov = vectors };

	if (count > 16)
		count = 16;
	for (int i = 0; i < count; i++) {
		vectors[i].iov_base = pieces[i].iov_base;
		vectors[i].iov_len = pieces[i].iov_len;
	}
	message.msg_iovlen = (size_t)count;
	if (count > 0)
		(void)sendmsg(bufferevent_getfd(conn->bev), &message,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
http_conns_flush(struct http_conns *conns)
{
	struct http_conn *conn;

	TAILQ_FOREACH(conn, &conns->open, next)
		flush(conn);
}
