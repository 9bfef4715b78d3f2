/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

/* Without slashes at the end: 0 for "/". */
static size_t
folder_len(const char *folder)
{
	size_t len = strlen(folder);

	while (len > 0 && folder[len - 1] == '/')
		len--;
	return len;
}

bool
path_is_below(const char *path, const char *folder)
{
	size_t len = folder_len(folder);

	return strncmp(path, folder, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0');
}

bool
path_is_inside(const char *path, const char *folder)
{
	return folder != NULL && folder_len(folder) > 0 &&
	    path_is_below(path, folder);
}

char *
path_below(const char *folder, const char *name)
{
	size_t len = folder_len(folder);

	if (*name == '\0')
		return len == 0 ? xstrdup("/") : xstrndup(folder, len);
	return xasprintf("%.*s/%s", (int)len, folder, name);
}
