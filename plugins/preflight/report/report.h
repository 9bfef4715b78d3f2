/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_H
#define PREFLIGHT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "preflight/report/finding.h"

/*
 * Everything one run has to say, as plain data: filled by the judge, settled
 * by report_finish, printed by the writers (contract P5).
 */

/* clang-format off */
#define CHECK_RESULTS(X)		\
	X(SKIPPED,	"skipped")	\
	X(PASS,		"pass")		\
	X(WAIVED,	"waived")	\
	X(UNDECIDED,	"undecided")	\
	X(FAIL,		"fail")
/* clang-format on */

enum check_result {
#define X(id, name) CHECK_##id,
	CHECK_RESULTS(X)
#undef X
};

/* One question that was asked. */
struct check {
	char *id;   /* "web/static-tree/1", set by report_finish */
	char *kind; /* "static-tree", "socket" ... */
	char *path;
	char *url;	/* or NULL */
	char *at;	/* "/etc/nginx/site.conf:14", or NULL */
	char *identity; /* id of a report_identity */
	enum check_result result;
	enum confidence confidence;
	int error;	   /* errno of the refusal, 0: none */
	bool is_confirmed; /* nginx itself was asked, and agreed */
	bool has_seen;
	unsigned long seen_dirs, seen_files;
	bool seen_complete;
	struct finding **findings; /* borrowed from the program */
	size_t finding_count;
};

/* An identity the worker child took. */
struct report_identity {
	char *id;     /* "n1" */
	char *source; /* "worker", "config", "assumed" */
	pid_t *pids;
	size_t pid_count;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	char *user; /* name, or the number as text */
	char *root;
	char *mnt_ns;	  /* "same", "other" */
	char *generation; /* "current", "old" */
	int seccomp;
	bool nnp;
	bool is_taken; /* the checker became it: results are probed */
	char *label;   /* of SELinux or AppArmor, or NULL */
};

struct program_report {
	char *name;
	char *user;
	struct strvec places; /* its directory, its user's home */
	char *paired_by; /* "socket", "static", "key" ..., NULL: not paired */
	enum check_result result; /* set by report_finish */
	struct check *checks;
	size_t check_count;
	struct finding **findings; /* owned */
	size_t finding_count;
};

/* Exit codes other than 0 that a report can have. */
#define REPORT_EXITS_MAX 5

struct report {
	char *host;
	char *store;	    /* directory to store it in, NULL: none */
	char *conf;	    /* supervisord.conf */
	int64_t started_ms; /* wall clock */
	int64_t duration_ms;
	const char *mode; /* "provision", "start" or "running" */
	int exit;	  /* the first of exits; 0 if there are none */
	int exits[REPORT_EXITS_MAX];
	size_t exit_count;
	enum severity fail_level;
	struct report_identity *identities;
	size_t identity_count;
	struct program_report *programs;
	size_t program_count;
	struct finding **findings; /* of no program: nginx, policy; owned */
	size_t finding_count;
	unsigned int summary[SEVERITY_COUNT];
	unsigned int waived;
};

void report_init(struct report *);
void report_done(struct report *);
/* These append; the result is valid until the next call of the same kind. */
struct report_identity *report_add_identity(struct report *);
struct program_report *report_add_program(struct report *, const char *name,
    const char *user);
struct check *program_report_add_check(struct program_report *,
    const char *kind, const char *path);
/*
 * Takes the finding.  If the program has the same code about the same path
 * already, the two are merged (needed_for, the higher severity) and the one
 * that stays is returned.
 */
struct finding *program_report_add(struct program_report *, struct finding *);
struct finding *report_add(struct report *, struct finding *);
/* Frees the finding at the index, also where checks refer to it. */
void program_report_drop(struct program_report *, size_t index);
void report_drop(struct report *, size_t index);
/* Notes that the check led to the finding; it lowers the check's result. */
void check_add_finding(struct check *, struct finding *);

/* Orders, numbers and counts everything: after it two runs over the same state
 * print the same text. */
void report_finish(struct report *);

const char *check_result_name(enum check_result);

#endif
