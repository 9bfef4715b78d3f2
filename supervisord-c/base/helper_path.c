/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/helper_path.h"
#include "base/xmalloc.h"

static const char *const installed[] = {
	[HELPER_PROGRAM] = SUPD_BINDIR,
	[HELPER_INTERNAL] = SUPD_LIBEXECDIR,
	[HELPER_MODULE] = SUPD_PKGLIBDIR,
};

/* libtool leaves modules in .libs. */
static const char *const in_build_tree[] = {
	[HELPER_PROGRAM] = "",
	[HELPER_INTERNAL] = "",
	[HELPER_MODULE] = ".libs/",
};

static char *
own_folder(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len == -1)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	return slash == NULL ? NULL : xstrndup(path, (size_t)(slash - path));
}

char *
helper_path(enum helper_kind kind, const char *name)
{
	char *folder = own_folder();
	char *path = NULL;

	if (folder != NULL) {
		path = xasprintf("%s/%s%s", folder, in_build_tree[kind], name);
		if (access(path, F_OK) != 0) {
			free(path);
			path = NULL;
		}
	}
	free(folder);
	if (path == NULL)
		path = xasprintf("%s/%s", installed[kind], name);
	return path;
}
