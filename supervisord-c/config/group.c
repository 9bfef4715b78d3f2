/* SPDX-License-Identifier: ISC */
/*
 * Four passes over the sections, as a program that a [group:x] names is no
 * group by itself.  Then the groups are sorted, and of those that share a name
 * one is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/fcgi.h"
#include "config/group.h"
#include "config/listener.h"
#include "config/program.h"

/* Programs that a [group:x] has claimed: names of sections. */
struct passes {
	struct config_reader *reader;
	struct strvec claimed;
	char **cause;
};

typedef int (*pass_fn)(struct passes *, const struct ini_section *);

void
group_config_done(struct group_config *group)
{
	for (size_t i = 0; i < group->process_count; i++)
		process_config_done(&group->processes[i]);
	for (size_t i = 0; i < group->fcgi_count; i++)
		fcgi_socket_config_done(&group->fcgi[i]);
	if (group->pool != NULL)
		pool_config_free(group->pool);
	free(group->processes);
	free(group->fcgi);
	free(group->name);
}

/* The new group at the end of the configuration's. */
static struct group_config *
add_group(struct passes *p, const char *name, int priority)
{
	struct config *config = p->reader->config;
	struct group_config *group;

	config->groups = xreallocarray(config->groups, config->group_count + 1,
	    sizeof(*config->groups));
	group = &config->groups[config->group_count++];
	*group = (struct group_config){
		.name = xstrdup(name),
		.priority = priority,
	};
	return group;
}

static struct source
group_source(struct passes *p, const struct ini_section *section)
{
	return (struct source){
		.reader = p->reader,
		.section = section,
		.names = &p->reader->here,
	};
}

static int
read_priority(struct passes *p, const struct ini_section *section,
    const char *def, int *priority)
{
	const struct field table[] = {
		{ .name = "priority", .type = FIELD_INT, .def = def },
		{ .name = NULL },
	};
	struct source source = group_source(p, section);

	return field_table_read(table, &source, priority, p->cause);
}

static int
add_processes(struct passes *p, const struct ini_section *section,
    enum process_kind kind, struct group_config *group)
{
	struct process_list list = { group->processes, group->process_count };
	int result = program_read(p->reader, section, kind, group->name, &list,
	    p->cause);

	group->processes = list.items;
	group->process_count = list.count;
	return result;
}

static struct ini_section *
member_section(struct passes *p, const char *kind, const char *program)
{
	char *name = xasprintf("%s:%s", kind, program);
	struct ini_section *section = ini_file_section(&p->reader->ini, name);

	free(name);
	return section;
}

/*
 * An fcgi-program in a [group:x] gets its socket too, unlike Supervisor's
 * (contract D7, 11); without a socket= it is a plain program as there.
 */
static int
add_fcgi_member(struct passes *p, const struct ini_section *section,
    struct group_config *group)
{
	struct source source = group_source(p, section);
	struct fcgi_socket_config socket;
	size_t index = group->fcgi_count;

	if (source_raw(&source, "socket") == NULL) {
		reader_message(p->reader, LOG_LEVEL_WARN,
		    "[%s] has no \"socket\" line and runs as a plain program "
		    "in group %s",
		    section->name, group->name);
		return add_processes(p, section, PROCESS_PROGRAM, group);
	}
	if (fcgi_read(&source, &socket, p->cause) == -1)
		return -1;
	group->fcgi =
	    xreallocarray(group->fcgi, index + 1, sizeof(*group->fcgi));
	group->fcgi[group->fcgi_count++] = socket;
	return add_processes(p, section, PROCESS_FCGI, group);
}

static int
add_member(struct passes *p, const char *section, const char *program,
    struct group_config *group)
{
	const struct ini_section *plain, *fcgi, *member;

	plain = member_section(p, "program", program);
	fcgi = member_section(p, "fcgi-program", program);
	if (plain == NULL && fcgi == NULL)
		return cause_set(p->cause,
		    "[%s] names unknown program or fcgi-program %s", section,
		    program);
	if (plain != NULL && fcgi != NULL)
		return cause_set(p->cause,
		    "[%s] name %s is ambiguous (exists as program and "
		    "fcgi-program)",
		    section, program);
	member = plain != NULL ? plain : fcgi;
	if (strvec_find(&p->claimed, member->name) == -1)
		strvec_push(&p->claimed, member->name);
	if (fcgi != NULL)
		return add_fcgi_member(p, member, group);
	return add_processes(p, member, PROCESS_PROGRAM, group);
}

/* Tells every process its socket, now that the array does not move. */
static void
link_sockets(struct group_config *group)
{
	struct process_config *proc;

	for (size_t i = 0; i < group->process_count; i++) {
		proc = &group->processes[i];
		for (size_t k = 0; k < group->fcgi_count; k++) {
			if (proc->kind == PROCESS_FCGI &&
			    strcmp(proc->section, group->fcgi[k].section) == 0)
				proc->fcgi = &group->fcgi[k];
		}
	}
}

static int
add_members(struct passes *p, const struct ini_section *section,
    const struct strvec *programs, struct group_config *group)
{
	for (size_t i = 0; i < programs->len; i++) {
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again =
			    strcmp(programs->items[k], programs->items[i]) == 0;
		if (!again &&
		    add_member(p, section->name, programs->items[i], group) ==
			-1)
			return -1;
	}
	link_sockets(group);
	return 0;
}

static int
read_group(struct passes *p, const struct ini_section *section)
{
	struct source source = group_source(p, section);
	struct strvec programs = STRVEC_INIT;
	char *name, *text = NULL;
	int priority, result;

	if (convert_name(section_suffix(section->name), &name, p->cause) == -1)
		return -1;
	result = source_get(&source, "programs", NULL, &text, p->cause);
	if (result == 0 && text != NULL)
		convert_list(text, &programs);
	if (result == 0)
		result = read_priority(p, section, "999", &priority);
	if (result == 0)
		result = add_members(p, section, &programs,
		    add_group(p, name, priority));
	strvec_done(&programs);
	free(text);
	free(name);
	return result;
}

static bool
is_claimed(struct passes *p, const struct ini_section *section)
{
	return strvec_find(&p->claimed, section->name) != -1;
}

static int
read_program(struct passes *p, const struct ini_section *section)
{
	char *name;
	int priority, result;

	if (is_claimed(p, section))
		return 0;
	if (convert_name(section_suffix(section->name), &name, p->cause) == -1)
		return -1;
	result = read_priority(p, section, "999", &priority);
	if (result == 0)
		result = add_processes(p, section, PROCESS_PROGRAM,
		    add_group(p, name, priority));
	free(name);
	return result;
}

static int
read_listener(struct passes *p, const struct ini_section *section)
{
	struct source source = group_source(p, section);
	struct group_config *group;
	struct pool_config *pool;
	int priority;

	if (read_priority(p, section, "-1", &priority) == -1)
		return -1;
	pool = pool_config_read(&source, p->cause);
	if (pool == NULL)
		return -1;
	group = add_group(p, section_suffix(section->name), priority);
	group->pool = pool;
	return add_processes(p, section, PROCESS_LISTENER, group);
}

static int
read_fcgi_program(struct passes *p, const struct ini_section *section)
{
	struct source source = group_source(p, section);
	struct group_config *group;
	char *name;
	int priority, result;

	if (is_claimed(p, section))
		return 0;
	if (convert_name(section_suffix(section->name), &name, p->cause) == -1)
		return -1;
	result = read_priority(p, section, "999", &priority);
	if (result == 0) {
		group = add_group(p, name, priority);
		group->fcgi = xcalloc(1, sizeof(*group->fcgi));
		result = fcgi_read(&source, group->fcgi, p->cause);
	}
	if (result == 0) {
		group->fcgi_count = 1;
		result = add_processes(p, section, PROCESS_FCGI, group);
		link_sockets(group);
	}
	free(name);
	return result;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group_config *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
has_doubled_processes(const struct group_config *group)
{
	size_t count = group->process_count;
	const char **names = xcalloc(count, sizeof(*names));
	bool found = false;

	for (size_t i = 0; i < count; i++)
		names[i] = group->processes[i].name;
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 1; i < count && !found; i++)
		found = strcmp(names[i - 1], names[i]) == 0;
	free(names);
	return found;
}

/* Of two processes of a name the later takes the place of the earlier. */
static void
drop_doubled_processes(struct config_reader *reader, struct group_config *group)
{
	struct process_config *procs = group->processes;
	size_t kept = 0, twin;

	if (!has_doubled_processes(group))
		return;
	for (size_t i = 0; i < group->process_count; i++) {
		for (twin = 0; twin < kept; twin++) {
			if (strcmp(procs[twin].name, procs[i].name) == 0)
				break;
		}
		if (twin == kept) {
			procs[kept++] = procs[i];
			continue;
		}
		reader_message(reader, LOG_LEVEL_WARN,
		    "group %s has two processes named %s, only that of [%s] is "
		    "used",
		    group->name, procs[i].name, procs[i].section);
		process_config_done(&procs[twin]);
		procs[twin] = procs[i];
	}
	group->process_count = kept;
}

/* Of two groups of a name the first counts (contract D2.7). */
static void
drop_doubled_groups(struct config_reader *reader)
{
	struct config *config = reader->config;
	size_t count = config->group_count;

	config->group_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct group_config *group = &config->groups[i];

		if (config_find_group(config, group->name) == NULL) {
			drop_doubled_processes(reader, group);
			config->groups[config->group_count++] = *group;
			continue;
		}
		reader_message(reader, LOG_LEVEL_WARN,
		    "there are two groups named %s, the one with priority %d "
		    "is not used",
		    group->name, group->priority);
		group_config_done(group);
	}
}

int
groups_read(struct config_reader *reader, char **cause)
{
	static const struct {
		const char *prefix;
		pass_fn read;
	} passes[] = {
		{ "group:", read_group },
		{ "program:", read_program },
		{ "eventlistener:", read_listener },
		{ "fcgi-program:", read_fcgi_program },
	};
	struct passes p = { .reader = reader, .cause = cause };
	struct config *config = reader->config;
	int result = 0;

	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		for (const struct ini_section *s = reader->ini.sections;
		     s != NULL && result == 0; s = s->hh.next) {
			if (strncmp(s->name, passes[i].prefix,
				strlen(passes[i].prefix)) == 0)
				result = passes[i].read(&p, s);
		}
	}
	strvec_done(&p.claimed);
	if (result == 0 && config->group_count > 0) {
		qsort(config->groups, config->group_count,
		    sizeof(*config->groups), compare_groups);
		drop_doubled_groups(reader);
	}
	return result;
}
