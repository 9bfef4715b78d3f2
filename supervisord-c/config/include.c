/* SPDX-License-Identifier: ISC */
/*
 * [include]: patterns, in their order, to files, sorted.  A file that cannot be
 * read is skipped, as Supervisor does.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/xmalloc.h"
#include "config/include.h"
#include "config/path_glob.h"

static int
read_file(struct config_reader *reader, const char *path, char **cause)
{
	size_t len;
	char *data;
	int result;

	reader_message(reader, LOG_LEVEL_INFO,
	    "Included extra file \"%s\" during parsing", path);
	strvec_push(&reader->config->files, path);
	data = fd_read_file(path, CONFIG_FILE_MAX, &len);
	if (data == NULL)
		return 0;
	result = ini_file_add(&reader->ini, path, data, len, cause);
	free(data);
	return result;
}

static int
read_pattern(struct config_reader *reader, const char *pattern, char **cause)
{
	struct strvec paths = STRVEC_INIT;
	char *joined;
	int result = 0;

	if (pattern[0] == '/')
		joined = xstrdup(pattern);
	else if (strcmp(reader->config->here, "/") == 0)
		joined = xasprintf("/%s", pattern);
	else
		joined = xasprintf("%s/%s", reader->config->here, pattern);
	path_glob(joined, &paths);
	if (paths.len == 0)
		reader_message(reader, LOG_LEVEL_WARN,
		    "No file matches via include \"%s\"", joined);
	for (size_t i = 0; i < paths.len && result == 0; i++)
		result = read_file(reader, paths.items[i], cause);
	strvec_push(&reader->config->patterns, joined);
	strvec_done(&paths);
	free(joined);
	return result;
}

static int
read_patterns(struct config_reader *reader, char *list, char **cause)
{
	char *p = list, *start, end;
	size_t n;
	int result = 0;

	while (result == 0) {
		while ((n = parse_space_len(p)) > 0)
			p += n;
		if (*p == '\0')
			break;
		for (start = p; *p != '\0' && parse_space_len(p) == 0; p++)
			;
		end = *p;
		*p = '\0';
		result = read_pattern(reader, start, cause);
		*p = end;
	}
	return result;
}

int
includes_read(struct config_reader *reader, char **cause)
{
	struct source source = {
		.reader = reader,
		.section = ini_file_section(&reader->ini, "include"),
		.names = &reader->host,
	};
	char *text;
	int result;

	if (source.section == NULL)
		return 0;
	reader->has_include = true;
	if (source_get(&source, "files", "include.files", &text, cause) == -1)
		return -1;
	if (text == NULL)
		return cause_set(cause,
		    ".ini file has [include] section, but no files setting");
	result = read_patterns(reader, text, cause);
	free(text);
	return result;
}
