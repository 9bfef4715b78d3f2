/* SPDX-License-Identifier: ISC */
/*
 * Supervisor shows addresses of objects where we show the descriptor and the
 * pid: nobody can use an address, and ours are nobody's business.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "process/dispatcher.h"

static char *
describe_dispatcher(const struct dispatcher *dispatcher)
{
	const struct dispatcher_owner *owner = dispatcher->owner;

	return xasprintf("<%s at %d for <Subprocess at %ld with name %s in "
			 "state %s> (%s)>",
	    dispatcher->kind, dispatcher->fd, (long)owner->pid, owner->process,
	    process_state_name(*owner->state), dispatcher->channel);
}

static void
note(const char *what, const struct dispatcher *dispatcher)
{
	char *shown;

	if (!log_wants(LOG_LEVEL_BLATHER))
		return;
	shown = describe_dispatcher(dispatcher);
	log_blather("%s event caused by %s", what, shown);
	free(shown);
}

void
dispatcher_note_read(const struct dispatcher *dispatcher)
{
	note("read", dispatcher);
}

void
dispatcher_note_write(const struct dispatcher *dispatcher)
{
	note("write", dispatcher);
}

void
dispatcher_note_closed(const struct dispatcher *dispatcher)
{
	char *shown;

	if (!log_wants(LOG_LEVEL_DEBUG))
		return;
	shown = describe_dispatcher(dispatcher);
	log_debug("fd %d closed, stopped monitoring %s", dispatcher->fd, shown);
	free(shown);
}
