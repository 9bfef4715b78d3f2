/* SPDX-License-Identifier: ISC */
/*
 * A program section becomes numprocs processes.  The order of the rows is the
 * order in which mistakes are reported.
 */
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/environ.h"
#include "config/plugin_settings.h"
#include "config/program.h"

/* More processes than this of one section are a slip of the keyboard. */
#define NUMPROCS_MAX 100000

#define AT(member) offsetof(struct program_section, member)

const struct field program_section_fields[] = {
	{ .name = "priority",
	    .type = FIELD_INT,
	    .offset = AT(proc.priority),
	    .def = "999" },
	{ .name = "autostart",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.autostart),
	    .def = "true" },
	{ .name = "autorestart",
	    .type = FIELD_AUTORESTART,
	    .offset = AT(proc.autorestart),
	    .def = "unexpected" },
	{ .name = "startsecs",
	    .type = FIELD_INT,
	    .offset = AT(proc.startsecs),
	    .def = "1" },
	{ .name = "startretries",
	    .type = FIELD_INT,
	    .offset = AT(proc.startretries),
	    .def = "3" },
	{ .name = "stopsignal",
	    .type = FIELD_SIGNAL,
	    .offset = AT(proc.stopsignal),
	    .def = "TERM" },
	{ .name = "stopwaitsecs",
	    .type = FIELD_INT,
	    .offset = AT(proc.stopwaitsecs),
	    .def = "10" },
	{ .name = "stopasgroup",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.stopasgroup),
	    .def = "false" },
	{ .name = "killasgroup",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.killasgroup) },
	{ .name = "exitcodes",
	    .type = FIELD_EXITCODES,
	    .offset = AT(proc.exitcodes),
	    .companion = AT(proc.exitcode_count),
	    .def = "0" },
	{ .name = "redirect_stderr",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.redirect_stderr),
	    .def = "false" },
	{ .name = "numprocs",
	    .type = FIELD_INT,
	    .offset = AT(numprocs),
	    .def = "1",
	    .reading_only = true },
	{ .name = "numprocs_start",
	    .type = FIELD_INT,
	    .offset = AT(numprocs_start),
	    .def = "0",
	    .reading_only = true },
	{ .name = "stdout_capture_maxbytes",
	    .type = FIELD_BYTES,
	    .offset = AT(proc.out.capture_maxbytes),
	    .def = "0" },
	{ .name = "stdout_events_enabled",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.out.events),
	    .def = "false" },
	{ .name = "stderr_capture_maxbytes",
	    .type = FIELD_BYTES,
	    .offset = AT(proc.err.capture_maxbytes),
	    .def = "0" },
	{ .name = "stderr_events_enabled",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.err.events),
	    .def = "false" },
	{ .name = "serverurl",
	    .type = FIELD_SERVERURL,
	    .offset = AT(proc.serverurl),
	    .companion = AT(proc.serverurl_auto),
	    .def = "AUTO" },
	{ .name = "user",
	    .type = FIELD_USER,
	    .offset = AT(proc.uid),
	    .companion = AT(proc.has_user) },
	{ .name = "umask", .type = FIELD_UMASK, .offset = AT(proc.umask) },
	{ .name = "process_name",
	    .type = FIELD_NAME,
	    .offset = AT(process_name),
	    .def = "%(program_name)s",
	    .reading_only = true },
	{ .name = NULL },
};

const struct field program_process_fields[] = {
	{ .name = "environment",
	    .type = FIELD_ENVIRONMENT,
	    .offset = AT(proc.environment) },
	{ .name = "directory",
	    .type = FIELD_STRING,
	    .offset = AT(proc.directory) },
	{ .name = "stdout_logfile",
	    .type = FIELD_LOGFILE,
	    .offset = AT(proc.out),
	    .companion = AT(out_was_syslog),
	    .def = "AUTO",
	    .twice = true },
	{ .name = "stdout_logfile_backups",
	    .type = FIELD_INT,
	    .offset = AT(proc.out.backups),
	    .def = "10" },
	{ .name = "stdout_logfile_maxbytes",
	    .type = FIELD_BYTES,
	    .offset = AT(proc.out.maxbytes),
	    .def = "50MB" },
	{ .name = "stdout_syslog",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.out.syslog),
	    .def = "false" },
	{ .name = "stderr_logfile",
	    .type = FIELD_LOGFILE,
	    .offset = AT(proc.err),
	    .companion = AT(err_was_syslog),
	    .def = "AUTO",
	    .twice = true },
	{ .name = "stderr_logfile_backups",
	    .type = FIELD_INT,
	    .offset = AT(proc.err.backups),
	    .def = "10" },
	{ .name = "stderr_logfile_maxbytes",
	    .type = FIELD_BYTES,
	    .offset = AT(proc.err.maxbytes),
	    .def = "50MB" },
	{ .name = "stderr_syslog",
	    .type = FIELD_BOOL,
	    .offset = AT(proc.err.syslog),
	    .def = "false" },
	{ .name = "command", .type = FIELD_STRING, .offset = AT(proc.command) },
	{ .name = NULL },
};

/* The tables of names while one section is read. */
struct program_names {
	struct expand_table section; /* program_name and group_name */
	struct expand_table process; /* process_num, numprocs, own ENV_x */
};

const char *
section_suffix(const char *section)
{
	const char *colon = strchr(section, ':');

	return colon != NULL ? colon + 1 : section;
}

void
process_config_done(struct process_config *proc)
{
	field_table_done(program_section_fields, proc);
	field_table_done(program_process_fields, proc);
	free(proc->name);
	free(proc->program);
	free(proc->section);
	free(proc->file);
	settings_done(&proc->extra);
}

static int
read_section_fields(const struct source *source, struct program_section *out,
    char **cause)
{
	struct process_config *proc = &out->proc;

	if (field_table_read(program_section_fields, source, out, cause) == -1)
		return -1;
	if (source_raw(source, "killasgroup") == NULL)
		proc->killasgroup = proc->stopasgroup;
	if (out->numprocs > 1 &&
	    strstr(out->process_name, "%(process_num)") == NULL)
		return cause_set(cause,
		    "%%(process_num) must be present within process_name "
		    "when numprocs > 1");
	if (proc->stopasgroup && !proc->killasgroup)
		return cause_set(cause,
		    "Cannot set stopasgroup=true and killasgroup=false");
	if (out->numprocs > NUMPROCS_MAX)
		return cause_set(cause, "numprocs is above upper bound (%d)",
		    NUMPROCS_MAX);
	return 0;
}

/* What follows from a log file's options; channel is "stdout" or "stderr". */
static void
settle_channel(const struct source *source, struct channel_config *channel,
    bool was_syslog, const char *name)
{
	const char *section = source->section->name;

	if (was_syslog) {
		reader_message(source->reader, LOG_LEVEL_WARN,
		    "For [%s], %s_logfile=syslog but this is deprecated and "
		    "will be removed.  Use %s_syslog=true to enable syslog "
		    "instead.",
		    section, name, name);
		channel->syslog = true;
	}
	if (channel->kind == LOGFILE_AUTO && channel->maxbytes == 0)
		reader_message(source->reader, LOG_LEVEL_WARN,
		    "For [%s], AUTO logging used for %s_logfile without "
		    "rollover, set maxbytes > 0 to avoid filling up filesystem "
		    "unintentionally",
		    section, name);
}

static void
settle_channels(const struct source *source, struct program_section *section)
{
	struct process_config *proc = &section->proc;

	settle_channel(source, &proc->out, section->out_was_syslog, "stdout");
	settle_channel(source, &proc->err, section->err_was_syslog, "stderr");
	if (!proc->redirect_stderr)
		return;
	if (proc->err.kind == LOGFILE_PATH)
		reader_message(source->reader, LOG_LEVEL_WARN,
		    "For [%s], redirect_stderr=true but stderr_logfile has "
		    "also been set to a filename, the filename has been "
		    "ignored",
		    source->section->name);
	free(proc->err.path);
	proc->err.path = NULL;
	proc->err.kind = LOGFILE_NONE;
}

static void
warn_environment(const struct source *source, const struct strvec *notes)
{
	for (size_t i = 0; i < notes->len; i++)
		reader_message(source->reader, LOG_LEVEL_WARN, "For [%s], %s",
		    source->section->name, notes->items[i]);
}

/* The process's own variables: they become names, then the daemon's go under
 * them. */
static int
read_environment(const struct source *source, struct program_names *names,
    struct process_config *proc, char **cause)
{
	struct strvec own = STRVEC_INIT, notes = STRVEC_INIT;
	char *text, *name;
	int result;

	if (source_get(source, "environment", "environment", &text, cause) ==
	    -1)
		return -1;
	if (text == NULL)
		text = xstrdup("");
	result = environ_parse(text, &own, &notes, cause);
	free(text);
	warn_environment(source, &notes);
	strvec_done(&notes);
	if (result == 0)
		strvec_copy(&proc->environment,
		    &source->reader->config->environment);
	for (size_t i = 0; result == 0 && i < own.len; i++) {
		size_t len = strcspn(own.items[i], "=");
		const char *value = own.items[i] + len + 1;

		name = xasprintf("ENV_%.*s", (int)len, own.items[i]);
		expand_set(&names->process, name, value);
		strvec_env_set(&proc->environment, name + 4, value);
		free(name);
	}
	strvec_done(&own);
	return result;
}

static int
read_process_fields(const struct source *source, struct program_names *names,
    struct program_section *out, char **cause)
{
	struct process_config *proc = &out->proc;

	if (read_environment(source, names, proc, cause) == -1 ||
	    field_table_read(program_process_fields, source, out, cause) == -1)
		return -1;
	settle_channels(source, out);
	if (proc->command == NULL)
		return cause_set(cause,
		    "program section %s does not specify a command",
		    source->section->name);
	proc->name =
	    expand(source->names, out->process_name, "process_name", cause);
	return proc->name != NULL ? 0 : -1;
}

static void
list_add(struct process_list *list, const struct process_config *proc)
{
	list->items =
	    xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = *proc;
}

/* One process of the section that the prototype was read from. */
static int
read_process(const struct source *source, struct program_names *names,
    const struct program_section *prototype, int number,
    struct process_list *list, char **cause)
{
	struct program_section one = *prototype;
	struct source own = *source;

	own.names = &names->process;
	expand_table_done(&names->process);
	expand_set_int(&names->process, "process_num", number);
	expand_set_int(&names->process, "numprocs", prototype->numprocs);
	field_table_own(program_section_fields, &one);
	one.proc.section = xstrdup(source->section->name);
	one.proc.file = xstrdup(source->section->file);
	one.proc.program = xstrdup(prototype->proc.program);
	settings_read_program(source, &one.proc.extra);
	if (read_process_fields(&own, names, &one, cause) == -1) {
		process_config_done(&one.proc);
		return -1;
	}
	list_add(list, &one.proc);
	return 0;
}

static int
compare_processes(const void *a, const void *b)
{
	const struct process_config *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
read_processes(const struct source *source, struct program_names *names,
    struct program_section *prototype, struct process_list *list, char **cause)
{
	size_t first = list->count;

	if (read_section_fields(source, prototype, cause) == -1)
		return -1;
	for (int i = 0; i < prototype->numprocs; i++) {
		if (read_process(source, names, prototype,
			prototype->numprocs_start + i, list, cause) == -1)
			return -1;
	}
	if (list->count > first)
		qsort(list->items + first, list->count - first,
		    sizeof(*list->items), compare_processes);
	return 0;
}

static void
name_section(const struct ini_section *section, char **cause)
{
	char *name = repr(section->name), *file = repr(section->file);

	if (cause != NULL)
		cause_set(cause, "%s in section %s (file: %s)", *cause, name,
		    file);
	free(name);
	free(file);
}

int
program_read(struct config_reader *reader, const struct ini_section *section,
    enum process_kind kind, const char *group, struct process_list *list,
    char **cause)
{
	struct program_names names = {
		.section = { .parent = &reader->host },
		.process = { .parent = &names.section },
	};
	struct program_section prototype = {
		.proc = { .kind = kind, .umask = -1 },
	};
	struct source source = {
		.reader = reader,
		.section = section,
		.names = &names.section,
	};
	int result;

	result = convert_name(section_suffix(section->name),
	    &prototype.proc.program, cause);
	if (result == 0) {
		expand_set(&names.section, "program_name",
		    prototype.proc.program);
		expand_set(&names.section, "group_name", group);
		result =
		    read_processes(&source, &names, &prototype, list, cause);
	}
	if (result == -1)
		name_section(section, cause);
	process_config_done(&prototype.proc);
	free(prototype.process_name);
	expand_table_done(&names.section);
	expand_table_done(&names.process);
	return result;
}
