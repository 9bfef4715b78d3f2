/* SPDX-License-Identifier: ISC */
#include "nginx_folder.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"

void
folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "%s",
	    "/tmp/preflight-XXXXXX");
	assert(mkdtemp(folder->path) != NULL);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
folder_remove(struct folder *folder)
{
	nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
folder_dir(struct folder *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder->path, name);

	assert(mkdir(path, 0755) == 0);
	free(path);
}

void
folder_file(struct folder *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder->path, name);
	FILE *file = fopen(path, "w");

	assert(file != NULL);
	fputs(text, file);
	fclose(file);
	free(path);
}

void
folder_link(struct folder *folder, const char *name, const char *target)
{
	char *path = xasprintf("%s/%s", folder->path, name);

	assert(symlink(target, path) == 0);
	free(path);
}
