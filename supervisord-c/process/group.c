/* SPDX-License-Identifier: ISC */
/*
 * A group is made whole or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "process/fcgi_socket.h"
#include "process/group.h"

struct group {
	const struct group_config *config;
	struct process **processes;
	size_t count;
	struct process **by_priority; /* ascending, else as configured */
	struct fcgi_socket **sockets; /* one for each of config->fcgi */
};

/* Makes and closes each socket once, so that a bad one is known at start. */
static int
create_sockets(struct group *group, const struct process_env *env, char **cause)
{
	const struct group_config *config = group->config;

	group->sockets =
	    xcalloc(config->fcgi_count + 1, sizeof(*group->sockets));
	for (size_t i = 0; i < config->fcgi_count; i++) {
		group->sockets[i] = fcgi_socket_create(&config->fcgi[i]);
		if (fcgi_socket_take(group->sockets[i], cause) != -1)
			fcgi_socket_drop(group->sockets[i]);
		else if (env->tolerant)
			log_errorx("%s", *cause);
		else
			return -1;
	}
	return 0;
}

static struct fcgi_socket *
socket_of(const struct group *group, const struct process_config *config)
{
	for (size_t i = 0; i < group->config->fcgi_count; i++) {
		if (config->fcgi == &group->config->fcgi[i])
			return group->sockets[i];
	}
	return NULL;
}

static int
create_processes(struct group *group, const struct process_env *env,
    char **cause)
{
	const struct group_config *config = group->config;

	group->processes =
	    xcalloc(config->process_count + 1, sizeof(*group->processes));
	for (size_t i = 0; i < config->process_count; i++) {
		const struct process_parts parts = {
			.env = env,
			.group = group,
			.group_name = config->name,
			.config = &config->processes[i],
			.socket = socket_of(group, &config->processes[i]),
		};

		group->processes[group->count] = process_create(&parts, cause);
		if (group->processes[group->count] == NULL)
			return -1;
		group->count++;
	}
	return 0;
}

/* Insertion keeps equal ones in their order. */
static void
sort_by_priority(struct group *group)
{
	group->by_priority =
	    xcalloc(group->count + 1, sizeof(*group->by_priority));
	for (size_t i = 0; i < group->count; i++) {
		struct process *process = group->processes[i];
		int priority = process_config(process)->priority;
		size_t at = i;

		while (at > 0 &&
		    process_config(group->by_priority[at - 1])->priority >
			priority) {
			group->by_priority[at] = group->by_priority[at - 1];
			at--;
		}
		group->by_priority[at] = process;
	}
}

struct group *
group_create(const struct process_env *env, const struct group_config *config,
    char **cause)
{
	struct group *group = xcalloc(1, sizeof(*group));

	group->config = config;
	if (create_sockets(group, env, cause) == -1 ||
	    create_processes(group, env, cause) == -1) {
		group_free(group);
		return NULL;
	}
	sort_by_priority(group);
	return group;
}

void
group_free(struct group *group)
{
	if (group == NULL)
		return;
	for (size_t i = 0; i < group->count; i++)
		process_free(group->processes[i]);
	free(group->processes);
	free(group->by_priority);
	for (size_t i = 0;
	     group->sockets != NULL && i < group->config->fcgi_count; i++)
		fcgi_socket_free(group->sockets[i]);
	free(group->sockets);
	free(group);
}

const struct group_config *
group_config(const struct group *group)
{
	return group->config;
}

size_t
group_count(const struct group *group)
{
	return group->count;
}

struct process *
group_process(const struct group *group, size_t index)
{
	return group->processes[index];
}

struct process *
group_find(const struct group *group, const char *name)
{
	for (size_t i = 0; i < group->count; i++) {
		if (strcmp(process_config(group->processes[i])->name, name) ==
		    0)
			return group->processes[i];
	}
	return NULL;
}

bool
group_is_stopped(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		if (!process_state_in(process_state(group->processes[i]),
			SET_STOPPED))
			return false;
	}
	return true;
}

void
group_end(struct group *group)
{
	for (size_t i = group->count; i > 0; i--)
		process_end(group->by_priority[i - 1]);
}
