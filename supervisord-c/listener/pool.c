/* SPDX-License-Identifier: ISC */
/*
 * Events wait in a queue of bounded length and go to the first listener that is
 * RUNNING and READY, at once.  What a listener rejects, or dies over, goes back
 * to the head of its own pool's queue.  Nothing here waits: an event that a
 * listener's pipe does not take is queued in front of its stdin (contract C7.4,
 * D6.2).
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "listener/pool.h"
#include "listener/protocol.h"

struct pool_event {
	enum event_type type;
	int64_t serial;	     /* the same in all pools */
	int64_t pool_serial; /* from 0 in each pool */
	char *payload;
	size_t len;
	TAILQ_ENTRY(pool_event) next;
};

struct listener {
	struct pool *pool;
	struct process *process;
	struct process_watch *watch;
	struct protocol protocol;
	struct pool_event *in_hand; /* while BUSY */
	bool was_ready;		    /* since it was spawned */
};

struct pool {
	const struct process_env *env;
	struct group *group;
	struct bus_subscription *subscription;
	struct listener *listeners;
	size_t count;
	TAILQ_HEAD(, pool_event) waiting;
	size_t waiting_count;
	int64_t next_serial;
	bool len_in_bytes;
};

static const char *
pool_name(const struct pool *pool)
{
	return group_config(pool->group)->name;
}

static const char *
listener_name(const struct listener *listener)
{
	return process_config(listener->process)->name;
}

/*
 * The queue
 */

static void
event_free(struct pool_event *event)
{
	if (event == NULL)
		return;
	free(event->payload);
	free(event);
}

static struct pool_event *
take_first(struct pool *pool)
{
	struct pool_event *event = TAILQ_FIRST(&pool->waiting);

	if (event != NULL) {
		TAILQ_REMOVE(&pool->waiting, event, next);
		pool->waiting_count--;
	}
	return event;
}

/* Drops the oldest event if there is no room for another. */
static void
make_room(struct pool *pool)
{
	int max = group_config(pool->group)->pool->buffer_size;
	struct pool_event *event;

	if (pool->waiting_count < (size_t)max)
		return;
	event = take_first(pool);
	log_errorx("pool %s event buffer overflowed, discarding event %" PRId64,
	    pool_name(pool), event->serial);
	event_free(event);
}

/* To the head, as it was accepted before. */
static void
put_back(struct pool *pool, struct pool_event *event)
{
	log_debug("rebuffering event %" PRId64
		  " for pool %s (buf size=%zu, max=%d)",
	    event->serial, pool_name(pool), pool->waiting_count,
	    group_config(pool->group)->pool->buffer_size);
	make_room(pool);
	TAILQ_INSERT_HEAD(&pool->waiting, event, next);
	pool->waiting_count++;
}

static int64_t
next_pool_serial(struct pool *pool)
{
	int64_t serial = pool->next_serial;

	pool->next_serial = serial == INT64_MAX ? 0 : serial + 1;
	return serial;
}

/*
 * Sending
 */

static void
add_envelope(const struct pool *pool, const struct pool_event *event,
    struct strbuf *out)
{
	size_t len = pool->len_in_bytes
	    ? event->len
	    : utf8_count(event->payload, event->len);

	strbuf_addf(out,
	    "ver:3.0 server:%s serial:%" PRId64 " pool:%s poolserial:%" PRId64
	    " eventname:%s len:%zu\n",
	    pool->env->identifier, event->serial, pool_name(pool),
	    event->pool_serial, event_type_name(event->type), len);
	strbuf_add(out, event->payload, event->len);
}

/* False if this listener cannot take it, and another may. */
static bool
send_event(struct listener *listener, struct pool_event *event)
{
	struct strbuf message;
	int result;

	strbuf_init(&message);
	add_envelope(listener->pool, event, &message);
	result =
	    process_write_stdin(listener->process, message.data, message.len);
	strbuf_done(&message);
	if (result == -1) {
		log_debug("%s occurred while sending event %" PRId64
			  " to listener %s, listener state unchanged",
		    errno == EPIPE ? "epipe" : "error", event->serial,
		    listener_name(listener));
		return false;
	}
	listener->in_hand = event;
	protocol_sent(&listener->protocol);
	log_debug("event %" PRId64 " sent to listener %s", event->serial,
	    listener_name(listener));
	return true;
}

static bool
is_free(const struct listener *listener)
{
	return process_state(listener->process) == PROC_RUNNING &&
	    listener->protocol.state == LISTENER_READY;
}

static bool
send_to_any(struct pool *pool, struct pool_event *event)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (is_free(&pool->listeners[i]) &&
		    send_event(&pool->listeners[i], event))
			return true;
	}
	return false;
}

static bool
any_is_free(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (is_free(&pool->listeners[i]))
			return true;
	}
	return false;
}

static void
dispatch(struct pool *pool)
{
	struct pool_event *event;

	if (!any_is_free(pool))
		return;
	while ((event = take_first(pool)) != NULL) {
		if (!send_to_any(pool, event)) {
			put_back(pool, event);
			return;
		}
	}
}

static void
on_pool_event(const struct event *happened, void *arg)
{
	struct pool *pool = arg;
	struct pool_event *event = xcalloc(1, sizeof(*event));

	event->type = happened->type;
	event->serial = bus_serial(pool->env->bus, happened);
	event->pool_serial = next_pool_serial(pool);
	event->payload = xmemdup(happened->payload, happened->len);
	event->len = happened->len;
	make_room(pool);
	TAILQ_INSERT_TAIL(&pool->waiting, event, next);
	pool->waiting_count++;
	dispatch(pool);
}

static bool
is_busy(const struct listener *listener)
{
	if (process_state(listener->process) != PROC_RUNNING)
		return false;
	return listener->in_hand != NULL ||
	    (listener->was_ready && listener->pool->waiting_count > 0 &&
		listener->protocol.state == LISTENER_ACKNOWLEDGED);
}

bool
pool_is_busy(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (is_busy(&pool->listeners[i]))
			return true;
	}
	return false;
}

/*
 * Hearing
 */

static void
release_event(struct listener *listener)
{
	struct pool_event *event = listener->in_hand;

	listener->in_hand = NULL;
	if (event != NULL)
		put_back(listener->pool, event);
}

static void
log_change(const struct listener *listener, enum listener_state from)
{
	log_debug("%s: %s -> %s", listener_name(listener),
	    listener_state_name(from),
	    listener_state_name(listener->protocol.state));
}

static void
log_unknown(const struct listener *listener, enum listener_state from)
{
	log_change(listener, from);
	log_warnx("%s: has entered the UNKNOWN state and will no longer "
		  "receive events, this usually indicates the process "
		  "violated the eventlistener protocol",
	    listener_name(listener));
}

static void
handle_bad_result(struct listener *listener, enum listener_state from)
{
	struct protocol *protocol = &listener->protocol;
	char *shown = NULL;

	if (!utf8_valid(protocol->bad, protocol->bad_len))
		shown = repr_bytes(protocol->bad, protocol->bad_len);
	log_warnx("%s: bad result line: '%s%s'", listener_name(listener),
	    shown == NULL ? "" : "Undecodable: ",
	    shown == NULL ? protocol->bad : shown);
	free(shown);
	log_unknown(listener, from);
	release_event(listener);
}

static void
handle_confusion(struct listener *listener, enum listener_state from)
{
	struct protocol *protocol = &listener->protocol;
	char *shown = repr_bytes(protocol->bad, protocol->bad_len);

	log_warnx("%s: unexpected output: %s", listener_name(listener), shown);
	free(shown);
	log_unknown(listener, from);
}

/* from: the state before the verdict.  Lines come in Supervisor's order. */
static void
handle_verdict(struct listener *listener, enum protocol_verdict verdict,
    enum listener_state from)
{
	switch (verdict) {
	case PROTOCOL_MORE:
		break;
	case PROTOCOL_IS_READY:
		listener->was_ready = true;
		log_change(listener, from);
		break;
	case PROTOCOL_ACCEPTED:
		log_debug("%s: event was processed", listener_name(listener));
		log_change(listener, from);
		event_free(listener->in_hand);
		listener->in_hand = NULL;
		break;
	case PROTOCOL_REJECTED:
		log_warnx("%s: event was rejected", listener_name(listener));
		log_change(listener, from);
		release_event(listener);
		break;
	case PROTOCOL_BAD_RESULT:
		handle_bad_result(listener, from);
		break;
	case PROTOCOL_CONFUSED:
		handle_confusion(listener, from);
		break;
	}
}

static void
on_listener_output(struct process *process, const void *data, size_t len,
    void *arg)
{
	struct listener *listener = arg;
	const struct process_env *env = listener->pool->env;
	enum protocol_verdict verdict;
	enum listener_state from;

	protocol_feed(&listener->protocol, data, len);
	do {
		from = listener->protocol.state;
		verdict = protocol_next(&listener->protocol);
		handle_verdict(listener, verdict, from);
	} while (verdict != PROTOCOL_MORE);
	dispatch(listener->pool);
	if (env->changed != NULL && !pool_is_busy(listener->pool))
		env->changed(process, env->arg);
}

static void
on_listener_spawned(struct process *process, void *arg)
{
	struct listener *listener = arg;

	(void)process;
	listener->was_ready = false;
	protocol_done(&listener->protocol);
	protocol_init(&listener->protocol);
}

static void
on_listener_gone(struct process *process, void *arg)
{
	struct listener *listener = arg;

	on_listener_spawned(process, arg);
	release_event(listener);
	dispatch(listener->pool);
}

static const struct process_tap tap = {
	.spawned = on_listener_spawned,
	.output = on_listener_output,
	.gone = on_listener_gone,
};

/* It may just have become RUNNING. */
static void
on_listener_changed(struct process *process, void *arg)
{
	struct listener *listener = arg;

	(void)process;
	dispatch(listener->pool);
}

/*
 * Making
 */

static bool
wants_len_in_bytes(const struct group_config *config)
{
	const char *unit = NULL;

	if (config->process_count > 0)
		unit = settings_get(&config->processes[0].extra, "event_len");
	if (unit == NULL || strcasecmp(unit, "chars") == 0)
		return false;
	if (strcasecmp(unit, "bytes") == 0)
		return true;
	log_warnx("pool %s: event_len is neither chars nor bytes, using chars",
	    config->name);
	return false;
}

static void
add_listener(struct pool *pool, size_t index)
{
	struct listener *listener = &pool->listeners[index];

	listener->pool = pool;
	listener->process = group_process(pool->group, index);
	protocol_init(&listener->protocol);
	process_set_tap(listener->process, &tap, listener);
	listener->watch =
	    process_watch(listener->process, on_listener_changed, listener);
}

static void
subscribe(struct pool *pool)
{
	const struct strvec *names = &group_config(pool->group)->pool->events;
	enum event_type *types = xcalloc(names->len + 1, sizeof(*types));
	size_t count = 0;

	for (size_t i = 0; i < names->len; i++) {
		types[count] = event_type_parse(names->items[i]);
		if (types[count] != EVENT_TYPE_COUNT)
			count++;
	}
	pool->subscription = bus_subscribe_all(pool->env->bus, types, count,
	    on_pool_event, pool);
	free(types);
}

struct pool *
pool_create(const struct process_env *env, struct group *group)
{
	struct pool *pool = xcalloc(1, sizeof(*pool));

	assert(group_config(group)->pool != NULL);
	pool->env = env;
	pool->group = group;
	TAILQ_INIT(&pool->waiting);
	pool->len_in_bytes = wants_len_in_bytes(group_config(group));
	pool->count = group_count(group);
	pool->listeners = xcalloc(pool->count + 1, sizeof(*pool->listeners));
	for (size_t i = 0; i < pool->count; i++)
		add_listener(pool, i);
	subscribe(pool);
	return pool;
}

void
pool_free(struct pool *pool)
{
	struct pool_event *event;

	if (pool == NULL)
		return;
	bus_unsubscribe(pool->subscription);
	for (size_t i = 0; i < pool->count; i++) {
		struct listener *listener = &pool->listeners[i];

		process_set_tap(listener->process, NULL, NULL);
		process_unwatch(listener->watch);
		protocol_done(&listener->protocol);
		event_free(listener->in_hand);
	}
	while ((event = take_first(pool)) != NULL)
		event_free(event);
	free(pool->listeners);
	free(pool);
}
