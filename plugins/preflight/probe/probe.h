/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PROBE_H
#define PREFLIGHT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preflight/nginx/identity.h"
#include "preflight/probe/answer.h"

/*
 * Asks questions as somebody else (contract P4.1): a broker opens the
 * worker's root, working directory and mount namespace, a child enters them,
 * becomes the worker for good, makes the real system calls and writes records
 * into one pipe.  The caller only forks, reads and waits for a deadline.
 */

struct probe_memory;

struct probe_options {
	int64_t timeout_ms;  /* for one question; 0: 3000 */
	int64_t deadline_ms; /* clock_mono_ms() at which all ends; 0: none */
	/* How long listing trees has taken so far (struct tree_budget, all_ms);
	 * NULL: nobody counts. */
	int64_t *trees_ms;
	/* What was found out before and holds for the run; NULL: nothing. */
	struct probe_memory *memory;
};

/* An app child's or worker child's view. */
struct probe_as {
	const struct cred *cred;
	/* /proc/PID whose root, cwd and mount namespace are entered; -1: ours. */
	int proc_fd;
	/* That process if its view is another than ours, else 0; so that the
	 * answer can be vouched for (witness.h). */
	pid_t view;
	/* Working directory for relative paths with proc_fd -1; may be NULL. */
	const char *cwd;
	int umask; /* -1: unchanged */
	/* Root of an unpacked image to look into instead (proc_fd is -1); its
	 * answers count as inferred.  NULL: none. */
	const char *image;
};

/*
 * Answers questions[0..count) into answers, every one of which is set, each to
 * be freed with answer_done.  What could not be asked is undecided with the
 * reason.  Without the right to become the identity the answers are inferred
 * from what this process itself may see.  Returns 0, or -1 with *cause if a
 * child could not be started; answers then need no freeing.
 */
int probe_ask(const struct probe_as *, const struct question *questions,
    size_t count, struct answer *answers, const struct probe_options *,
    char **cause);

/* The same as a worker. */
int probe_ask_worker(const struct identity *, const struct question *questions,
    size_t count, struct answer *answers, const struct probe_options *,
    char **cause);

/*
 * Walks to path as an app user (who sees his own tree), in the worker's view
 * if proc_fd says so, and decides by arithmetic what the identity would be
 * refused: all of it, not only the first (contract P4.3).  Returns the
 * obstacles in an array that the caller frees after answer_done on each;
 * every one is inferred.  NULL and *count 0 if there are none.
 */
struct answer *probe_obstacles(const struct probe_as *app,
    const struct cred *identity, const struct question *, size_t *count,
    const struct probe_options *);

enum probe_mode {
	PROBE_AS_WE_ARE, /* we are it already */
	PROBE_BECOME,
	PROBE_INFER, /* neither: by arithmetic */
};

/* How this process can speak for the identity. */
enum probe_mode probe_mode_for(const struct cred *);
/* Whether it can for real. */
bool probe_can_become(const struct cred *);

/* proc_fd, or -1 if we are not root and may not look into the worker's root:
 * then ours has to do. */
int probe_may_enter(int proc_fd);

#endif
