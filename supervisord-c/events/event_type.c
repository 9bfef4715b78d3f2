/* SPDX-License-Identifier: ISC */
/*
 * Names and ancestry of event types, read off the one list in the header.
 */
#include <string.h>

#include "events/event_type.h"

static const struct {
	const char *name;
	enum event_type parent; /* itself: a root */
} types[] = {
#define X(type, up) [EV_##type] = { .name = #type, .parent = EV_##up },
	EVENT_TYPES(X)
#undef X
};

const char *
event_type_name(enum event_type type)
{
	return types[type].name;
}

enum event_type
event_type_parse(const char *name)
{
	enum event_type type = 0;

	while (type < EVENT_TYPE_COUNT && strcmp(types[type].name, name) != 0)
		type++;
	return type;
}

bool
event_type_is_a(enum event_type type, enum event_type ancestor)
{
	while (type != ancestor) {
		if (types[type].parent == type)
			return false;
		type = types[type].parent;
	}
	return true;
}
