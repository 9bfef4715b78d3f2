/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a configuration file: read through the dialect and inih, then
 * each value expanded and taken apart as an environment.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/environ.h"
#include "ini/expand.h"
#include "ini/ini_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
use_value(const struct expand_table *names, const char *value)
{
	struct strvec env = STRVEC_INIT, notes = STRVEC_INIT;
	char *cause = NULL, *text = expand(names, value, "option", &cause);

	if (text != NULL)
		environ_parse(text, &env, &notes, &cause);
	strvec_done(&env);
	strvec_done(&notes);
	free(text);
	free(cause);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ini_file ini = INI_FILE_INIT;
	struct expand_table names = { .names = NULL };
	char *text = xmemdup(data, size), *cause = NULL;

	expand_set(&names, "here", "/etc");
	expand_set_int(&names, "process_num", -3);
	ini_file_add(&ini, "first", text, size, &cause);
	text[size / 2] = '\0';
	ini_file_add(&ini, "second", text, size / 2, &cause);
	for (const struct ini_section *s = ini.sections; s != NULL;
	     s = s->hh.next) {
		for (size_t i = 0; i < s->count; i++)
			use_value(&names, s->values[i].value);
	}
	ini_file_done(&ini);
	expand_table_done(&names);
	free(cause);
	free(text);
	return 0;
}
