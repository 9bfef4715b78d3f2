/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/app/uwsgi_conf.h"

/*
 * Any bytes as a uwsgi configuration: the first one chooses the language.
 * Whatever file it names is itself.
 */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char *
read_itself(void *arg, const char *path)
{
	(void)path;
	return xstrdup(arg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const languages[] = { "ini", "xml", "yaml", "json" };
	struct server_settings settings = SERVER_SETTINGS_INIT;
	struct strvec environment = STRVEC_INIT;
	struct uwsgi_conf conf = {
		.table = server_find("uwsgi", false)->options,
		.environment = &environment,
		.directory = "/srv/app",
		.read = read_itself,
	};
	char *text;

	/* Files that grow by naming themselves are slow under a sanitizer. */
	if (size == 0 || size > 4096)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	conf.arg = text;
	strvec_push(&environment, "HOME=/home/app");
	uwsgi_conf_add(&conf, languages[data[0] % 4], "app", "line");
	uwsgi_conf_settle(&conf, &settings);
	uwsgi_conf_done(&conf);
	server_settings_done(&settings);
	strvec_done(&environment);
	free(text);
	return 0;
}
