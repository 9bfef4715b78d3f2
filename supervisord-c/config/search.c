/* SPDX-License-Identifier: ISC */
/*
 * The search for a configuration file, beside the program first, because that
 * is where installations in a folder of their own keep it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "config/path.h"
#include "config/search.h"

static char *
beside(const char *folder, const char *name)
{
	size_t len = strlen(folder);

	if (len == 0 || folder[len - 1] == '/')
		return xasprintf("%s%s", folder, name);
	return xasprintf("%s/%s", folder, name);
}

void
config_search_places(const char *program, struct strvec *places)
{
	char *bin = path_directory(program);
	char *above = path_directory(bin);

	strvec_push_taken(places, beside(above, "etc/supervisord.conf"));
	strvec_push_taken(places, beside(above, "supervisord.conf"));
	strvec_push(places, "supervisord.conf");
	strvec_push(places, "etc/supervisord.conf");
	strvec_push(places, "/etc/supervisord.conf");
	strvec_push(places, "/etc/supervisor/supervisord.conf");
	free(above);
	free(bin);
}

char *
config_search(const char *program, const char *base)
{
	struct strvec places = STRVEC_INIT;
	struct stat st;
	char *found = NULL, *full;

	config_search_places(program, &places);
	for (size_t i = 0; i < places.len && found == NULL; i++) {
		full = path_join(places.items[i], base);
		if (stat(full, &st) == 0)
			found = xstrdup(places.items[i]);
		free(full);
	}
	strvec_done(&places);
	return found;
}

const char *
config_search_warning(void)
{
	if (getuid() != 0)
		return NULL;
	return "Supervisord is running as root and it is searching for its "
	       "configuration file in default locations (including its "
	       "current working directory); you probably want to specify a "
	       "\"-c\" argument specifying an absolute path to a "
	       "configuration file for improved security.";
}
