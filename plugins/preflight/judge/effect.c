/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/judge/confirm_http.h"
#include "preflight/judge/effect.h"

/*
 * nginx's answers were observed, not derived: the same EACCES is a 403 for a
 * static file, 404 behind try_files, 500 for a password file and 502 for a
 * socket.
 */

struct outcome {
	int denied;  /* status for EACCES and the like */
	int missing; /* for ENOENT */
	const char *call;
};

/* clang-format off */
static const struct outcome outcomes[NEED_KIND_COUNT] = {
	[NEED_STATIC_TREE] =	{ 403, 404, "open()" },
	[NEED_STATIC_FILE] =	{ 403, 404, "open()" },
	[NEED_INTERNAL_TREE] =	{ 403, 404, "open()" },
	[NEED_ERROR_PAGE] =	{ 403, 404, "open()" },
	[NEED_HTPASSWD] =	{ 500, 403, "open()" },
	[NEED_SOCKET] =		{ 502, 502, "connect()" },
	[NEED_TEMP_DIR] =	{ 500, 500, "open()" },
	[NEED_STORE_DIR] =	{ 0, 0, NULL },
	[NEED_LOG_REOPEN] =	{ 0, 0, "open()" },
	[NEED_LOG_VARIABLE] =	{ 0, 0, "open()" },
	[NEED_TLS_KEY] =	{ 0, 0, NULL },
};
/* clang-format on */

static void
set_log(struct finding *finding, const struct need *need, const char *call,
    int error, const char *file)
{
	free(finding->effect.log);
	if (need->kind == NEED_SOCKET)
		finding->effect.log = xasprintf(
		    "connect() to unix:%s failed (%d: %s) while connecting to "
		    "upstream",
		    need->path, error, strerror(error));
	else
		finding->effect.log = xasprintf("%s \"%s\" failed (%d: %s)",
		    call, file, error, strerror(error));
}

void
effect_set(struct finding *finding, const struct need *need, int error,
    const char *file)
{
	const struct outcome *outcome = &outcomes[need->kind];
	const char *call = outcome->call;
	int status;

	if (error == 0)
		return;
	status = error == ENOENT || error == ENOTDIR ? outcome->missing
						     : outcome->denied;
	if (need->try_files && status == 403) {
		call = "stat()";
		status = 404;
	}
	if (need->kind == NEED_SOCKET && need->backup)
		status = 0;
	/* Behind try_files the application answers instead. */
	if (need->try_files_upstream && need->kind != NEED_SOCKET)
		status = 0;
	finding->effect.status = status;
	free(finding->effect.url);
	finding->effect.url = need->url == NULL ? NULL : xstrdup(need->url);
	if (call != NULL)
		set_log(finding, need, call, error, file);
}

bool
effect_opens_to_find(const struct need *need)
{
	return need->symlinks_off || need->symlinks_owner;
}

struct need
effect_found(const struct need *need)
{
	struct need found = *need;

	if (effect_opens_to_find(need))
		return found;
	found.try_files = found.try_files_upstream = false;
	return found;
}

void
effect_see(const struct nginx_model *model, struct finding *finding,
    const struct need *need, const char *file)
{
	char *uri;

	if (finding->effect.status == 0 || finding->effect.see.len > 0 ||
	    need->url == NULL || *need->url != '/')
		return;
	uri = need_uri(need, file == NULL ? need->path : file);
	if (uri != NULL)
		confirm_http_command(model, need, uri, &finding->effect.see);
	free(uri);
}
