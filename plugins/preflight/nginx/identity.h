/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_IDENTITY_H
#define PREFLIGHT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cred.h"

/*
 * Who the nginx workers are.  Running ones are believed before any config
 * (contract P2.5): groups are frozen when a worker is forked, and root
 * directory and mount namespace belong to the identity.
 */

/* What a probe child cannot imitate (PF013). */
struct confinement {
	int seccomp; /* 0 none, 1 strict, 2 filter */
	bool no_new_privs;
	char *label;  /* of the security module, NULL: none or "unconfined" */
	bool differs; /* from this process: the probe sees less than it does */
};

/* Workers that are alike in everything that decides about access. */
struct identity {
	struct cred cred;
	bool running;  /* taken from processes; else computed */
	bool draining; /* all of them are shutting down: the old generation */
	pid_t *pids;   /* sorted */
	size_t pid_count;
	pid_t master;
	int64_t started;      /* seconds since 1970, of the oldest of pids */
	int proc_fd;	      /* /proc/PID of one of pids; -1: not running */
	bool other_namespace; /* mount namespace differs from ours */
	bool other_root;
	char *root;	   /* as this process reads it; NULL: unknown */
	const char *image; /* as in struct probe_as; borrowed */
	struct confinement confinement;
};

struct nginx_master {
	pid_t pid;
	uid_t uid;
	char *command; /* the title after "master process " */
	int64_t started;
};

struct identities {
	struct nginx_master *masters;
	size_t master_count;
	struct identity *items; /* current generation first */
	size_t count;
	/* Workers whose uid stayed 0 although the config does not say root, or
	 * whose ids this user namespace cannot show (PF008). */
	size_t undecidable;
	/* A pid file names a live process that is not to be seen: hidepid. */
	bool hidden;
};

struct identity_options {
	const char *proc;     /* NULL: "/proc" */
	pid_t master;	      /* only this one's workers; 0: of every nginx */
	bool expect_root;     /* the config says "user root" */
	const char *pid_file; /* only a hint; may be NULL */
};

/*
 * Fills identities from running processes; none running is success with
 * count 0.  Waits for workers that show uid 0 until they are 200 ms old.  -1
 * with *cause if /proc cannot be read.
 */
int identity_running(const struct identity_options *, struct identities *,
    char **cause);
void identities_done(struct identities *);
/* Whether the pid file names a process that lives and is not to be seen: /proc
 * hides it from us, or it is of another pid namespace. */
bool identity_is_hidden(const char *pid_file);
/* For the scan: adds a worker to the identity it shares, or as a new one, and
 * takes what it holds. */
void identities_add(struct identities *, struct identity *worker);
/* Current generation first, then by uid, then by pid. */
void identities_sort(struct identities *);

/* The process whose view of the file system is the worker's; 0: it is ours. */
pid_t identity_view(const struct identity *);

/* A computed identity (contract P2.4); copies the cred. */
void identity_computed(const struct cred *, struct identity *);
void identity_done(struct identity *);

/* Whether two creds have the same uid, gid and set of groups. */
bool identity_same_cred(const struct cred *, const struct cred *);

#endif
