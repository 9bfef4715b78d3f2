/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SEALED_H
#define PREFLIGHT_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strvec.h"

/*
 * A program of somebody else's that is run as root and leaves no trace: with
 * mounts, processes, network and IPC of its own, every file system read-only,
 * memory over the folders that it wants to write in, and no capability but to
 * read what is closed, to give away what lies in that memory and to bind low
 * ports of its empty network.
 */
struct sealed_plan {
	int binary; /* to be executed; a descriptor */
	char *const *argv;
	/* Absolute paths of what it wants to write: each lies in memory for it,
	 * files and folders empty, sockets not there. */
	const struct strvec *files, *folders, *sockets;
	int timeout_ms;
};

struct sealed_result {
	bool succeeded; /* it exited with 0 */
	/* What it wrote, NUL after it; it may hold secrets. */
	char *out, *err;
	size_t out_len;
};

/*
 * Runs it to its end.  -1 with *cause if it could not be sealed, was too slow
 * or was killed.  The caller frees with sealed_result_done either way.
 */
int sealed_run(const struct sealed_plan *, struct sealed_result *,
    char **cause);
void sealed_result_done(struct sealed_result *);

/* Memory files: what it writes, and why it could not be sealed or started. */
struct sealed_streams {
	int out, err, trouble;
};

/* The child's way to exec, in sealed_view.c; for sealed_run alone. */
_Noreturn void sealed_child(const struct sealed_plan *,
    const struct sealed_streams *);

#endif
