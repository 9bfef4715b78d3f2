/* SPDX-License-Identifier: ISC */
/*
 * Comparison by the rows of the field tables, so that no option is forgotten.
 */
#include <string.h>

#include "config/diff.h"
#include "config/program.h"

bool
config_process_differs(const struct process_config *a,
    const struct process_config *b)
{
	return a->kind != b->kind || strcmp(a->name, b->name) != 0 ||
	    !field_table_equal(program_section_fields, a, b) ||
	    !field_table_equal(program_process_fields, a, b);
}

static bool
sockets_differ(const struct fcgi_socket_config *a,
    const struct fcgi_socket_config *b)
{
	return strcmp(a->url, b->url) != 0 || a->backlog != b->backlog ||
	    (a->path != NULL &&
		(a->mode != b->mode || a->uid != b->uid || a->gid != b->gid));
}

/* The same events in whatever order. */
static bool
pools_differ(const struct pool_config *a, const struct pool_config *b)
{
	if (a->buffer_size != b->buffer_size ||
	    a->events.len != b->events.len ||
	    strcmp(a->result_handler, b->result_handler) != 0)
		return true;
	for (size_t i = 0; i < a->events.len; i++) {
		if (strvec_find(&b->events, a->events.items[i]) == -1)
			return true;
	}
	return false;
}

bool
config_group_differs(const struct group_config *a, const struct group_config *b)
{
	if (a->priority != b->priority ||
	    a->process_count != b->process_count ||
	    a->fcgi_count != b->fcgi_count ||
	    (a->pool == NULL) != (b->pool == NULL))
		return true;
	if (a->pool != NULL && pools_differ(a->pool, b->pool))
		return true;
	for (size_t i = 0; i < a->fcgi_count; i++) {
		if (sockets_differ(&a->fcgi[i], &b->fcgi[i]))
			return true;
	}
	for (size_t i = 0; i < a->process_count; i++) {
		if (config_process_differs(&a->processes[i], &b->processes[i]))
			return true;
	}
	return false;
}
