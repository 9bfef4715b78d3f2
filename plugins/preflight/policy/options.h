/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_OPTIONS_H
#define PREFLIGHT_OPTIONS_H

#include <stdbool.h>

#include "base/strvec.h"

#include "preflight/report/finding.h"

/* The command line of the checker (contract P5.7). */

enum report_format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_YAML,
	FORMAT_JUNIT,
	FORMAT_PROMETHEUS,
	FORMAT_GATE,
};

/* What undecided checks do to the exit code. */
enum undecided_rule {
	UNDECIDED_CODE_2,
	UNDECIDED_PASS,
	UNDECIDED_WARN,
	UNDECIDED_FAIL,
};

enum fix_mode {
	FIX_PLAN,
	FIX_APPLY,
	FIX_NONE,
};

struct options {
	const char *conf; /* supervisord.conf; NULL: searched for */
	struct strvec programs;
	bool all;
	enum report_format format;
	const char *out; /* NULL: standard output */
	enum fix_mode fix;
	bool yes;	     /* --fix=apply without a terminal */
	bool full;	     /* no budget */
	bool stat_only;	     /* no file is opened */
	bool require_probed; /* inferred results are not enough */
	bool has_fail_level;
	enum severity fail_level;
	bool has_undecided;
	enum undecided_rule undecided;
	const char *nginx; /* instead of every program's preflight_nginx */
	bool nginx_dump;   /* as preflight_nginx_dump of every program */
	const char *assume_user;
	const char *root;
	const char *policy;
	const char *baseline;
	bool confirm_http;
	bool make_runtime_dir; /* make it and do nothing else */
	bool stored;	       /* show what report_dir has */
	bool running;	       /* the program has been started */
	bool keep; /* standard input is a file that keeps the answer */
	bool help, version;
};

#define OPTIONS_INIT                                                           \
	{                                                                      \
		.fail_level = SEVERITY_ERROR                                   \
	}

/* -1 with a sentence in *cause about what cannot be used.  Strings are
 * borrowed from argv; options_done frees the rest. */
int options_parse(int argc, char *argv[], struct options *, char **cause);
void options_done(struct options *);

/* The text of --help. */
extern const char options_usage[];

#endif
