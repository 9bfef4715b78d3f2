/* SPDX-License-Identifier: ISC */
/*
 * Adding and removing groups.  A group that is removed disappears at once for
 * everybody who looks for it, but its memory stays until the turn is over: the
 * one who asked may be a watch of one of its processes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "events/payload.h"
#include "supervisor/members.h"

struct generation *
generation_create(struct config *config)
{
	struct generation *generation = xcalloc(1, sizeof(*generation));

	generation->config = config;
	generation->users = 1;
	return generation;
}

void
generation_drop(struct generation *generation)
{
	if (generation == NULL || --generation->users > 0)
		return;
	config_free(generation->config);
	free(generation);
}

void
members_init(struct members *members, const struct process_env *env)
{
	*members = (struct members){ .env = env };
}

static void
member_free(struct member *member)
{
	pool_free(member->pool);
	group_free(member->group);
	generation_drop(member->generation);
	free(member);
}

static void
free_leaving(void *arg)
{
	struct members *members = arg;
	struct member *member;

	while ((member = members->leaving) != NULL) {
		members->leaving = member->next_leaving;
		member_free(member);
	}
}

void
members_done(struct members *members)
{
	loop_defer_cancel(members->env->loop, free_leaving, members);
	free_leaving(members);
	HASH_CLEAR(hh, members->by_name);
	for (size_t i = 0; i < members->count; i++)
		member_free(members->active[i]);
	free(members->active);
	members->active = NULL;
	members->count = 0;
}

static void
announce(const struct members *members, enum event_type type, const char *name)
{
	struct strbuf body;

	strbuf_init(&body);
	payload_group(&body, name);
	bus_publish(members->env->bus, type, body.data, body.len);
	strbuf_done(&body);
}

/* Behind all of its priority. */
static void
insert(struct members *members, struct member *member)
{
	const struct group_config *config = group_config(member->group);
	size_t at = members->count++;
	struct member **active = xreallocarray(members->active, members->count,
	    sizeof(struct member *));

	for (; at > 0; at--) {
		if (group_config(active[at - 1]->group)->priority <=
		    config->priority)
			break;
		active[at] = active[at - 1];
	}
	active[at] = member;
	members->active = active;
	HASH_ADD_KEYPTR(hh, members->by_name, config->name,
	    strlen(config->name), member);
}

struct member *
members_add(struct members *members, struct generation *generation,
    const struct group_config *config, char **cause)
{
	struct group *group = group_create(members->env, config, cause);
	struct member *member;

	if (group == NULL)
		return NULL;
	member = xcalloc(1, sizeof(*member));
	member->group = group;
	if (config->pool != NULL)
		member->pool = pool_create(members->env, group);
	member->generation = generation;
	generation->users++;
	insert(members, member);
	announce(members, EV_PROCESS_GROUP_ADDED, config->name);
	return member;
}

static void
take_out(struct members *members, struct member *member)
{
	size_t at = 0;

	HASH_DEL(members->by_name, member);
	while (members->active[at] != member)
		at++;
	members->count--;
	memmove(&members->active[at], &members->active[at + 1],
	    (members->count - at) * sizeof(*members->active));
}

void
members_remove(struct members *members, struct member *member)
{
	pool_free(member->pool);
	member->pool = NULL;
	take_out(members, member);
	member->next_leaving = members->leaving;
	members->leaving = member;
	loop_defer_cancel(members->env->loop, free_leaving, members);
	loop_defer(members->env->loop, free_leaving, members);
	announce(members, EV_PROCESS_GROUP_REMOVED,
	    group_config(member->group)->name);
}

struct member *
members_find(const struct members *members, const char *name)
{
	struct member *member;

	HASH_FIND_STR(members->by_name, name, member);
	return member;
}
