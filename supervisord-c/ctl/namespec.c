/* SPDX-License-Identifier: ISC */
/*
 * Names of processes as they are typed and shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/namespec.h"

void
namespec_split(const char *text, struct namespec *spec)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL) {
		spec->group = xstrdup(text);
		spec->process = xstrdup(text);
		return;
	}
	spec->group = xstrndup(text, (size_t)(colon - text));
	spec->process = colon[1] == '\0' || strcmp(colon, ":*") == 0
	    ? NULL
	    : xstrdup(colon + 1);
}

void
namespec_done(struct namespec *spec)
{
	free(spec->group);
	free(spec->process);
	*spec = (struct namespec){ .group = NULL };
}

char *
namespec_join(const char *group, const char *process)
{
	if (strcmp(group, process) == 0)
		return xstrdup(process);
	return xasprintf("%s:%s", group, process);
}
