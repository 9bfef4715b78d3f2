/* SPDX-License-Identifier: ISC */
/*
 * Values on their way from the file to a field: found, expanded, and told
 * about.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/path.h"
#include "config/reader.h"

/*
 * With an [include] section every value may use %(here)s, and it is the folder
 * of the file that the value stands in (contract D2.2).
 */
static char *
expand_in_place(const struct source *source, const struct ini_value *value,
    const char *option, char **cause)
{
	struct expand_table here = {
		.parent = source->names,
		.unlisted = true,
	};
	char *folder, *absolute, *text;

	if (!source->reader->has_include ||
	    strstr(value->value, "%(here)s") == NULL)
		return expand(source->names, value->value, option, cause);
	folder = path_directory(value->file);
	absolute = path_absolute(folder, source->reader->base);
	expand_set(&here, "here", absolute);
	text = expand(&here, value->value, option, cause);
	expand_table_done(&here);
	free(absolute);
	free(folder);
	return text;
}

const struct ini_value *
source_raw(const struct source *source, const char *key)
{
	return ini_file_get(&source->reader->ini, source->section, key);
}

int
source_get(const struct source *source, const char *key, const char *option,
    char **text, char **cause)
{
	const struct ini_value *value = source_raw(source, key);
	char *place;

	*text = NULL;
	if (value == NULL)
		return 0;
	place = option != NULL ? xstrdup(option)
			       : xasprintf("%s.%s", source->section->name, key);
	*text = expand_in_place(source, value, place, cause);
	free(place);
	return *text != NULL ? 0 : -1;
}

static void
add_message(struct message **list, size_t *count, enum log_level level,
    char *text)
{
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = (struct message){ .level = level, .text = text };
}

void
reader_message(struct config_reader *reader, enum log_level level,
    const char *fmt, ...)
{
	struct config *config = reader->config;
	va_list ap;

	va_start(ap, fmt);
	add_message(&config->messages, &config->message_count, level,
	    xvasprintf(fmt, ap));
	va_end(ap);
}

void
reader_hint(struct config_reader *reader, const char *file, unsigned int line,
    const char *fmt, ...)
{
	struct config *config = reader->config;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	add_message(&config->hints, &config->hint_count, LOG_LEVEL_WARN,
	    xasprintf("%s:%u: %s", file, line, text));
	free(text);
}
