/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "rpc/endings.h"

void
endings_init(struct endings *endings, size_t size)
{
	endings->order = xcalloc(size, sizeof(*endings->order));
	endings->count = 0;
	endings_next_look(endings);
}

void
endings_done(struct endings *endings)
{
	free(endings->order);
}

void
endings_next_look(struct endings *endings)
{
	endings->look = endings->count;
	endings->look_ms = -1;
}

void
endings_add(struct endings *endings, size_t index, int64_t now_ms)
{
	size_t *order = endings->order;
	size_t at;

	if (endings->look_ms != -1 &&
	    now_ms - endings->look_ms >= ENDINGS_LOOK_MS)
		endings_next_look(endings);
	if (endings->look_ms == -1)
		endings->look_ms = now_ms;
	/* They mostly come in order, so this rarely moves one. */
	for (at = endings->count++; at > endings->look; at--) {
		if (order[at - 1] < index)
			break;
		order[at] = order[at - 1];
	}
	order[at] = index;
}
