/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FINDING_H
#define PREFLIGHT_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strvec.h"

/*
 * What the checker can find: one row a code (contract P5.2).  Numbers are
 * stable and never used again for something else.
 *
 * UNDECIDED is a severity of its own: it never reaches a fail level and never
 * counts as a pass.
 */
/* clang-format off */
#define FINDING_SEVERITIES(X)		\
	X(UNDECIDED,	"undecided")	\
	X(INFO,		"info")		\
	X(NOTICE,	"notice")	\
	X(WARNING,	"warning")	\
	X(ERROR,	"error")	\
	X(CRITICAL,	"critical")

#define FINDING_CODES(X)						\
	X(PF001, ERROR,	    "nginx-config-unreadable")			\
	X(PF002, ERROR,	    "nginx-config-unparseable")			\
	X(PF003, ERROR,	    "nginx-user-invalid")			\
	X(PF004, INFO,	    "identity-computed")			\
	X(PF005, WARNING,   "reload-pending")				\
	X(PF006, WARNING,   "workers-differ")				\
	X(PF007, WARNING,   "worker-is-root")				\
	X(PF008, UNDECIDED, "identity-undecidable")			\
	X(PF009, NOTICE,    "config-newer-than-workers")		\
	X(PF010, INFO,	    "not-paired")				\
	X(PF011, WARNING,   "pairing-ambiguous")			\
	X(PF012, NOTICE,    "worker-user-is-app-user")			\
	X(PF013, UNDECIDED, "confinement-not-imitated")			\
	X(PF014, INFO,	    "other-namespace")				\
	X(PF015, UNDECIDED, "namespace-not-entered")			\
	X(PF016, UNDECIDED, "not-root")					\
	X(PF019, ERROR,	    "nginx-disagrees")				\
	X(PF101, ERROR,	    "directory-not-searchable")			\
	X(PF102, ERROR,	    "file-not-readable")			\
	X(PF103, ERROR,	    "path-missing")				\
	X(PF104, ERROR,	    "path-missing-for-nginx-only")		\
	X(PF105, ERROR,	    "dangling-link")				\
	X(PF106, WARNING,   "directory-not-listable")			\
	X(PF108, ERROR,	    "some-files-not-readable")			\
	X(PF109, ERROR,	    "acl-entry-cut-by-mask")			\
	X(PF110, ERROR,	    "class-gives-less-than-other")		\
	X(PF111, ERROR,	    "denied-although-mode-allows")		\
	X(PF112, NOTICE,    "denial-hidden-by-try-files")		\
	X(PF113, ERROR,	    "symlink-refused")				\
	X(PF114, WARNING,   "not-a-regular-file")			\
	X(PF115, WARNING,   "gzip-sibling-unreadable")			\
	X(PF116, WARNING,   "error-page-unreadable")			\
	X(PF117, ERROR,	    "htpasswd-unreadable")			\
	X(PF118, ERROR,	    "internal-target-unreadable")		\
	X(PF119, WARNING,   "alias-slash-mismatch")			\
	X(PF120, WARNING,   "future-files-unreadable")			\
	X(PF121, INFO,	    "tree-partly-seen")				\
	X(PF122, UNDECIDED, "variable-in-path")				\
	X(PF123, ERROR,	    "time-out")					\
	X(PF124, INFO,	    "open-file-cache-delays")			\
	X(PF201, ERROR,	    "socket-directory-closed")			\
	X(PF202, ERROR,	    "socket-not-writable")			\
	X(PF203, ERROR,	    "socket-missing")				\
	X(PF204, ERROR,	    "socket-not-creatable")			\
	X(PF205, ERROR,	    "socket-mode-will-deny")			\
	X(PF206, ERROR,	    "stale-socket-not-removable")		\
	X(PF207, ERROR,	    "not-a-socket")				\
	X(PF208, ERROR,	    "socket-paths-differ")			\
	X(PF209, ERROR,	    "socket-hidden-by-namespace")		\
	X(PF210, ERROR,	    "socket-path-too-long")			\
	X(PF211, ERROR,	    "socket-of-wrong-type")			\
	X(PF212, NOTICE,    "nobody-bound")				\
	X(PF213, WARNING,   "socket-open-to-all")			\
	X(PF214, ERROR,	    "socket-acl-cut-by-umask")			\
	X(PF215, UNDECIDED, "socket-path-relative")			\
	X(PF216, NOTICE,    "volatile-directory")			\
	X(PF217, ERROR,	    "abstract-socket")				\
	X(PF218, WARNING,   "socket-differs-from-prediction")		\
	X(PF301, ERROR,	    "app-directory-closed")			\
	X(PF302, ERROR,	    "app-log-not-writable")			\
	X(PF303, ERROR,	    "app-command-not-executable")		\
	X(PF304, WARNING,   "app-upload-not-writable")			\
	X(PF401, ERROR,	    "body-temp-not-usable")			\
	X(PF402, ERROR,	    "answer-temp-not-usable")			\
	X(PF403, WARNING,   "log-not-reopenable")			\
	X(PF404, WARNING,   "variable-log-not-creatable")		\
	X(PF405, ERROR,	    "variable-key-unreadable")			\
	X(PF406, ERROR,	    "log-refused-in-sticky-directory")		\
	X(PF501, ERROR,	    "private-key-readable")			\
	X(PF502, WARNING,   "credentials-readable")			\
	X(PF503, NOTICE,    "version-control-readable")			\
	X(PF504, CRITICAL,  "secret-has-url")				\
	X(PF505, NOTICE,    "database-readable")			\
	X(PF506, ERROR,	    "worker-can-write-code")			\
	X(PF507, WARNING,   "grant-opens-more")				\
	X(PF508, WARNING,   "alias-traversal")				\
	X(PF509, ERROR,	    "worker-in-powerful-group")			\
	X(PF510, ERROR,	    "home-too-open")				\
	X(PF514, ERROR,	    "link-leaves-tree")				\
	X(PF515, WARNING,   "history-readable")				\
	X(PF901, UNDECIDED, "probe-incomplete")				\
	X(PF902, ERROR,	    "privileges-not-dropped")			\
	X(PF903, INFO,	    "kernel-feature-missing")			\
	X(PF920, WARNING,   "waiver-expired")				\
	X(PF921, NOTICE,    "waiver-unused")

/* How sure a result is. */
#define FINDING_CONFIDENCES(X)		\
	X(PROBED,	"probed")	\
	X(PREDICTED,	"predicted")	\
	X(LIKELY,	"likely")	\
	X(INFERRED,	"inferred")
/* clang-format on */

enum severity {
#define X(id, name) SEVERITY_##id,
	FINDING_SEVERITIES(X)
#undef X
	    SEVERITY_COUNT
};

enum finding_code {
#define X(id, severity, name) id,
	FINDING_CODES(X)
#undef X
	    FINDING_CODE_COUNT
};

enum confidence {
#define X(id, name) CONFIDENCE_##id,
	FINDING_CONFIDENCES(X)
#undef X
	    CONFIDENCE_COUNT
};

/* What unreadable files have in common, and no readable one has. */
struct apart {
	char *written_after; /* "2026-03-01T13:00:05Z"; NULL: nothing */
	int64_t larger_than; /* bytes; -1: nothing */
	char *owner;	     /* NULL: nothing */
	bool partial;	     /* as far as the tree was seen */
};

/* Why the kernel decides as it does about one path; strings may be NULL. */
struct evidence {
	char *mode;   /* "0750" */
	char *listed; /* "drwxr-x---" */
	char *owner;
	char *group;
	char *acl;   /* "u:33:--x m::---", NULL without one */
	char *class; /* "owner", "named user", "group", "other" ... */
	char *have;  /* "---" */
	char *need;  /* "--x" */
	struct apart apart;
	bool has_apart;
};

/* What a visitor and the log would see. */
struct effect {
	int status;	   /* HTTP; 0: none */
	char *url;	   /* the request it happens to, "/static/", or NULL */
	char *log;	   /* the line of nginx's error log, NULL: none */
	struct strvec see; /* a command that shows the answer; empty: none */
};

/* One command, as an argument vector. */
struct fix_command {
	struct strvec words;
};

enum simulated {
	SIMULATED_NOT, /* advice in words: nothing to simulate */
	SIMULATED_PASS,
};

/* One way to mend it, the least first; contract P5.6. */
struct fix {
	char *id;   /* "acl-traverse" */
	char *text; /* for a person, where there is no command; or NULL */
	/* Of a configuration that a person edits, as diff -u writes it; or
	 * NULL. */
	char *diff;
	char *takes_effect; /* "at once", "after nginx -s reload" */
	char *price;	    /* what else it opens, in words; NULL: nothing */
	struct fix_command *commands;
	size_t command_count;
	struct strvec undo; /* one command; it needs what was saved before */
	/* What is to be saved with getfacl -p before, and with -Rp. */
	struct strvec saved, saved_trees;
	struct strvec also_gains; /* paths or users that gain by it */
	enum simulated simulated;
	bool reload;  /* nginx has to be reloaded */
	bool restart; /* the program has to be restarted */
	bool advised; /* false: shown with its price only */
};

struct finding {
	enum finding_code code;
	enum severity severity;
	enum confidence confidence;
	char *path; /* what it is about; bytes as in the file system */
	/* What it is about where that is no path: the part of the fingerprint
	 * that tells two of a code apart; or NULL. */
	char *subject;
	char *message;		  /* a sentence for a person */
	char *at;		  /* "site.conf:14", or NULL */
	char *fingerprint;	  /* set by report_finish */
	struct strvec needed_for; /* "/static/ -> /home/app/static/" */
	struct strvec opens;	  /* the worst paths of what a grant opens */
	struct evidence evidence;
	bool has_evidence;
	struct effect effect;
	struct fix *fixes;
	size_t fix_count;
	unsigned int uid; /* of the worker: part of the fingerprint */
	bool waived;
	char *waiver; /* reason of the waiver; NULL unless waived */
};

const char *severity_name(enum severity);
/* "error" to SEVERITY_ERROR; -1 if there is none of that name. */
int severity_parse(const char *);
const char *confidence_name(enum confidence);

/* "PF101" */
const char *finding_code_id(enum finding_code);
/* "directory-not-searchable" */
const char *finding_code_name(enum finding_code);
enum severity finding_code_severity(enum finding_code);
/* "PF101" in any case to PF101; -1 if there is none. */
int finding_code_parse(const char *);
/* All ids, NULL after the last, for suggestions. */
const char *const *finding_code_ids(void);

/*
 * A finding with the default severity of its code, probed, about path (copied,
 * may be NULL), and nothing else.  The caller frees, or hands it to a report.
 */
struct finding *finding_create(enum finding_code, const char *path);
void finding_free(struct finding *); /* takes NULL */
/* Sets the sentence. */
void finding_say(struct finding *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends an empty fix and returns it; valid until the next call. */
struct fix *finding_add_fix(struct finding *, const char *id);
void finding_drop_fixes(struct finding *);
/* Appends a command of NULL-terminated words, printf-free. */
void fix_add_command(struct fix *, const char *word, ...)
    __attribute__((sentinel));
/* Sets the command that takes the plan back. */
void fix_set_undo(struct fix *, const char *word, ...)
    __attribute__((sentinel));

#endif
