/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "files.h"

static char folder[] = "/tmp/supd-unit-XXXXXX";

void
files_init(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static int
on_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void
files_done(void)
{
	nftw(folder, on_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
files_folder(void)
{
	return folder;
}

void
files_write(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	char *slash = strrchr(path, '/');
	FILE *file;

	*slash = '\0';
	mkdir(path, 0700);
	*slash = '/';
	file = fopen(path, "we");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static struct config *
load(const char *text, char **cause)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	char *path = xasprintf("%s/main.conf", folder);
	struct config *config;

	files_write("main.conf", text);
	overrides.path = path;
	config = config_load(&overrides, NULL, cause);
	free(path);
	return config;
}

struct config *
files_load(const char *text)
{
	char *cause = NULL;
	struct config *config = load(text, &cause);

	cr_assert_not_null(config, "%s", cause);
	return config;
}

void
files_refuse(const char *text, const char *cause)
{
	struct strbuf expected = STRBUF_INIT;
	const char *file = strstr(cause, "FILE");
	char *got = NULL;

	strbuf_add(&expected, cause,
	    file != NULL ? (size_t)(file - cause) : strlen(cause));
	if (file != NULL)
		strbuf_addf(&expected, "%s/main.conf%s", folder, file + 4);
	cr_expect_null(load(text, &got), "not refused: %s", text);
	cr_assert_not_null(got);
	cr_expect_str_eq(got, expected.data, "%s\ninstead of\n%s", got,
	    expected.data);
	strbuf_done(&expected);
	free(got);
}
