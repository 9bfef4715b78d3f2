/* SPDX-License-Identifier: ISC */
/*
 * The one place that knows inih.  A system's inih cuts lines at 200 bytes and
 * section names at 49, so it is fed the canonical form of ini/dialect.h through
 * a reader of our own, which keeps within those limits, and its handler puts
 * the pieces together again.
 */
#include <assert.h>
#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ini/dialect.h"
#include "ini/ini_file.h"

/* uthash's macros fall through on purpose, in a way only gcc recognises. */
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"

struct merge {
	struct ini_file *into;
	const struct dialect *dialect;
	const char *file;
	const char *rest;	       /* of the text, for inih to read */
	struct ini_section **sections; /* by number of the header */
	size_t option;		       /* how many options have begun */
	struct ini_section *section;   /* where the last of them belongs */
	struct strbuf value;	       /* its pieces so far */
};

/* fgets(3) for inih. */
static char *
on_read(char *line, int size, void *arg)
{
	struct merge *m = arg;
	size_t len = strcspn(m->rest, "\n");

	if (*m->rest == '\0')
		return NULL;
	len++;
	assert(len < (size_t)size);
	memcpy(line, m->rest, len);
	line[len] = '\0';
	m->rest += len;
	return line;
}

static struct ini_value *
find_value(const struct ini_section *section, const char *key)
{
	for (size_t i = 0; i < section->count; i++) {
		if (strcmp(section->values[i].key, key) == 0)
			return &section->values[i];
	}
	return NULL;
}

static struct ini_value *
add_value(struct ini_section *section, const char *key)
{
	section->values = xreallocarray(section->values, section->count + 1,
	    sizeof(*section->values));
	section->values[section->count] = (struct ini_value){
		.key = xstrdup(key),
	};
	return &section->values[section->count++];
}

static void
finish_value(struct merge *m)
{
	const struct dialect_option *option;
	struct ini_value *value;

	if (m->section == NULL)
		return;
	option = &m->dialect->options[m->option - 1];
	value = find_value(m->section, option->key);
	if (value == NULL)
		value = add_value(m->section, option->key);
	free(value->value);
	value->value = strbuf_steal(&m->value);
	value->file = m->file;
	value->line = option->line;
}

/* One line of canonical text: see ini/dialect.h for the signs. */
static int
on_value(void *arg, const char *section, const char *name, const char *piece)
{
	struct merge *m = arg;

	(void)name;
	if (piece[0] == '=') {
		finish_value(m);
		m->section = m->sections[strtoul(section, NULL, 10)];
		m->option++;
	}
	dialect_unescape(piece + 1, &m->value);
	return 1;
}

static struct ini_section *
enter_section(struct merge *m, const struct dialect_header *header)
{
	struct ini_section *section;

	if (strcmp(header->name, "DEFAULT") == 0)
		return &m->into->defaults;
	section = ini_file_section(m->into, header->name);
	if (section != NULL)
		return section;
	section = xcalloc(1, sizeof(*section));
	section->name = xstrdup(header->name);
	section->file = m->file;
	section->line = header->line;
	HASH_ADD_KEYPTR(hh, m->into->sections, section->name,
	    strlen(section->name), section);
	return section;
}

static void
merge(struct ini_file *file, const char *name, const struct dialect *dialect)
{
	struct merge m = {
		.into = file,
		.dialect = dialect,
		.rest = dialect->text.data,
		.value = STRBUF_INIT,
	};
	int result;

	strvec_push(&file->files, name);
	m.file = file->files.items[file->files.len - 1];
	m.sections = xcalloc(dialect->header_count, sizeof(*m.sections));
	for (size_t i = 0; i < dialect->header_count; i++)
		m.sections[i] = enter_section(&m, &dialect->headers[i]);
	result = ini_parse_stream(on_read, &m, on_value, &m);
	assert(result == 0 && m.option == dialect->option_count);
	(void)result;
	finish_value(&m);
	strbuf_done(&m.value);
	free(m.sections);
}

int
ini_file_add(struct ini_file *file, const char *name, const char *data,
    size_t len, char **cause)
{
	struct dialect dialect;

	if (dialect_read(name, data, len, file->only, &dialect, cause) == -1)
		return -1;
	merge(file, name, &dialect);
	dialect_done(&dialect);
	return 0;
}

static void
section_done(struct ini_section *section)
{
	for (size_t i = 0; i < section->count; i++) {
		free(section->values[i].key);
		free(section->values[i].value);
	}
	free(section->values);
	free(section->name);
}

void
ini_file_done(struct ini_file *file)
{
	struct ini_section *section, *next;

	HASH_ITER(hh, file->sections, section, next)
	{
		HASH_DEL(file->sections, section);
		section_done(section);
		free(section);
	}
	section_done(&file->defaults);
	strvec_done(&file->files);
	*file = (struct ini_file)INI_FILE_INIT;
}

struct ini_section *
ini_file_section(const struct ini_file *file, const char *name)
{
	struct ini_section *section;

	HASH_FIND_STR(file->sections, name, section);
	return section;
}

const struct ini_value *
ini_file_get(const struct ini_file *file, const struct ini_section *section,
    const char *key)
{
	const struct ini_value *value = NULL;

	if (section != NULL)
		value = find_value(section, key);
	return value != NULL ? value : find_value(&file->defaults, key);
}
