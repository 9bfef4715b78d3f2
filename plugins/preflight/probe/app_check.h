/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_APP_CHECK_H
#define PREFLIGHT_APP_CHECK_H

#include <stddef.h>

#include "preflight/probe/probe.h"

/*
 * What the program itself needs before it can start (contract P4.7), asked as
 * its own user with the groups it will have.
 */
/* clang-format off */
#define APP_ITEMS(X)						\
	X(DIRECTORY,	ENTER,		"PF301")		\
	X(COMMAND,	EXECUTE,	"PF303")		\
	X(VENV,		LIST_DIR,	"PF303")		\
	X(LOG,		WRITE_FILE,	"PF302")		\
	X(PIDFILE,	WRITE_FILE,	"PF302")		\
	X(UPLOAD,	WRITE_DIR,	"PF304")		\
	X(SOCKET,	BIND_SOCKET,	"PF204")
/* clang-format on */

enum app_item_kind {
#define X(id, ask, code) APP_##id,
	APP_ITEMS(X)
#undef X
};

struct app_item {
	enum app_item_kind kind;
	const char *path; /* borrowed; relative ones against the directory */
	struct answer answer; /* set; freed with answer_done */
};

struct app_view {
	const struct cred *cred;
	const char *directory; /* of the program; NULL: "/" */
	int umask;	       /* -1: unchanged */
	const char *image;     /* as in struct probe_as */
};

/* Sets the answer of every item; -1 with *cause as probe_ask. */
int app_check(const struct app_view *, struct app_item *, size_t count,
    const struct probe_options *, char **cause);

/* The finding code that follows a refusal. */
const char *app_item_code(enum app_item_kind);

#endif
