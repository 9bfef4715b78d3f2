/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_POLICY_H
#define PREFLIGHT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/strvec.h"

#include "preflight/policy/options.h"
#include "preflight/report/finding.h"

/*
 * A policy file (contract P3.3, P5.5) as plain data.
 */

enum code_action {
	CODE_DEFAULT,
	CODE_FAIL,
	CODE_WARN,
	CODE_IGNORE,
};

struct policy_static {
	char *path;
	char *url; /* NULL: not said */
	long max_unreadable;
};

struct policy_pair {
	char *program;
	struct strvec servers;
	struct strvec uploads;
	struct policy_static *trees;
	size_t tree_count;
	char *socket;	 /* NULL: not said */
	int socket_mode; /* -1: not said */
	bool exclusive;	 /* nobody but worker and program may connect */
	enum code_action codes[FINDING_CODE_COUNT];
};

struct waiver {
	enum finding_code code;
	char *program; /* "*" for all */
	char *path;    /* glob; "*": whatever it is about */
	char *reason;
	char *by;
	time_t until; /* the first second it no longer holds */
	char *at;     /* "policy.yaml:12" */
	bool used;
};

struct policy {
	char *file;
	bool has_fail_level;
	enum severity fail_level;
	bool has_undecided;
	enum undecided_rule undecided;
	bool confirm_http;
	struct strvec nginx;	    /* as preflight_nginx: a path or pid:... */
	struct strvec dumped_nginx; /* those of them with "dump: yes" */
	struct policy_pair *pairs;
	size_t pair_count;
	enum code_action codes[FINDING_CODE_COUNT];
	struct strvec secrets_add;    /* globs of names */
	struct strvec secrets_ignore; /* globs of paths */
	struct waiver *waivers;
	size_t waiver_count;
};

/*
 * Reads the file.  -1 with "file:line:column: sentence" in *cause; unknown
 * keys are refused with a suggestion.  now decides how far ahead a waiver may
 * reach.  The caller calls policy_done either way.
 */
int policy_read(const char *path, time_t now, struct policy *, char **cause);
/* The same from memory; file is what the sentences call it. */
int policy_parse(const char *file, const char *text, size_t len, time_t now,
    struct policy *, char **cause);
void policy_done(struct policy *);

/* The pair of a program, or NULL. */
const struct policy_pair *policy_pair_of(const struct policy *,
    const char *program);

#endif
