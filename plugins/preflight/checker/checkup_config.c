/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/helper_path.h"
#include "base/names.h"
#include "config/config.h"

#include "preflight/checker/checkup.h"
#include "preflight/nginx/image.h"
#include "preflight/witness/witness.h"

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

void
checkup_note_config(const struct config *config)
{
	witness_file(config->path);
	for (size_t i = 0; i < config->files.len; i++)
		witness_file(config->files.items[i]);
	for (size_t i = 0; i < config->patterns.len; i++)
		witness_glob(config->patterns.items[i]);
}
