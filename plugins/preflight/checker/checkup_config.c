/* SPDX-License-Identifier: ISC */
/*
 * supervisord.conf, as a run and the question about a stored report read it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/helper_path.h"
#include "base/names.h"
#include "config/config.h"

#include "preflight/app/preflight_keys.h"
#include "preflight/checker/checkup.h"
#include "preflight/nginx/image.h"
#include "preflight/report/report_store.h"

/* For names_from: a file of the image whose folder is given. */
static FILE *
open_in_image(const char *path, void *root)
{
	int fd = image_open(root, path);
	FILE *file = fd == -1 ? NULL : fdopen(fd, "r");

	if (file == NULL && fd != -1)
		close(fd);
	return file;
}

struct config *
checkup_config(const struct options *options, char **cause)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	/* Without a file the daemon's own places are searched. */
	char *daemon = helper_path(HELPER_PROGRAM, "supervisord-c");
	struct config *config;

	if (options->root != NULL)
		names_from(open_in_image, (void *)options->root);
	overrides.path = options->conf;
	overrides.program = daemon;
	config = config_load(&overrides, NULL, cause);
	free(daemon);
	return config;
}

int
checkup_stored(const struct options *options, struct strbuf *out, char **cause)
{
	struct config *config = checkup_config(options, cause);
	const char *dir;

	if (config == NULL)
		return -1;
	dir = preflight_global(config, "report_dir");
	if (dir != NULL)
		report_store_read(dir, config->path, options->programs.items[0],
		    out);
	config_free(config);
	return 0;
}
