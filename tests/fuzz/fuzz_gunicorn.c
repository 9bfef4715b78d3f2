/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "preflight/app/gunicorn_conf.h"
#include "preflight/app/server_settings.h"

/*
 * Any bytes as a gunicorn configuration file.
 */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct server_settings settings = SERVER_SETTINGS_INIT;
	char *text = xstrndup((const char *)data, size);

	gunicorn_conf_read(text, "gunicorn.conf.py", &settings);
	server_settings_done(&settings);
	free(text);
	return 0;
}
