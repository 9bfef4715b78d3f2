/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PLUGIN_H
#define PREFLIGHT_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "plugin/supd_plugin.h"

/*
 * The parts of the plugin and what they share.  The plugin decides when the
 * checker is asked, what an answer means for the start, and remembers the last
 * answer of each program; it looks at no file itself.
 */

/* How the checker's first line begins. */
enum verdict {
	VERDICT_OK,
	VERDICT_WARN,
	VERDICT_FAIL,
	VERDICT_UNDECIDED,
	VERDICT_NONE, /* the checker itself failed */
};

const char *verdict_word(enum verdict);

/*
 * The last answer about a program.
 */
struct record {
	char *program;
	enum verdict verdict;
	char *sentence; /* NULL: never checked */
	char *report;	/* JSON, or NULL */
	/* The checker's own memory of the program: a file that the plugin
	 * holds and the checker reads and writes; -1: none yet. */
	int kept;
	SLIST_ENTRY(record) next;
};

/* A start that was refused; it is asked about again every so often. */
struct held {
	char *group;
	char *name;
	char *program;
	TAILQ_ENTRY(held) next;
};

struct check;

struct preflight {
	const struct supd_host *host;
	SLIST_HEAD(, record) records; /* by name */
	TAILQ_HEAD(, check) checks;
	TAILQ_HEAD(, held) held;
	struct supd_timer *recheck; /* runs only while something is held */
	unsigned int running;
};

/*
 * Settings: the program's own key, then [preflight:PROGRAM], then [preflight].
 */
enum mode {
	MODE_OFF,
	MODE_WARN,
	MODE_BLOCK,
};

enum mode settings_mode(const struct preflight *, const struct supd_process *);
int64_t settings_deadline_ms(const struct preflight *,
    const struct supd_process *);
/* Whether the program wants a directory made before it starts. */
bool settings_runtime_dir(const struct preflight *,
    const struct supd_process *);
/* Whether reports are kept in a directory. */
bool settings_report_dir(const struct preflight *);

/*
 * Records.
 */
struct record *record_find(const struct preflight *, const char *program);
/* The program's record, made if there is none. */
struct record *record_of(struct preflight *, const char *program);
/* Takes the checker's output: "verdict TAB sentence", newline, the report.
 * False if it says what was known already. */
bool record_take(struct record *, const struct supd_result *);
/* Takes it for the process's program and tells log and listeners; if not
 * always, only when it is new.  The record stays the plugin's. */
struct record *record_renew(struct preflight *, const struct supd_process *,
    const struct supd_result *, bool always);
/* Forgets what the checker kept: the next answer is found out anew. */
void record_forget_kept(struct record *);
/* Forgets programs that a reload took out of the configuration. */
void records_forget_gone(struct preflight *);
void records_free(struct preflight *);

/*
 * Checks: a queue of checker processes, two at a time.  Nothing about a program
 * is begun while one runs whose answer is kept.
 */
enum check_kind {
	CHECK_PREPARE, /* make the runtime directory */
	CHECK_START,   /* may it start? */
	CHECK_ANEW,    /* the same, whatever is kept */
	CHECK_RUNNING, /* is the socket what it was to be? */
	CHECK_REPORT,  /* what was kept in the report directory */
};

/* Called once; check_process tells about whom.  Not called after a cancel. */
typedef void (*check_fn)(struct preflight *, const struct supd_process *,
    const struct supd_result *, void *arg);

/*
 * Asks for a check; one of the kind that waits for the same program is shared,
 * one that has begun is not: what it has looked at may have changed.
 */
void check_ask(struct preflight *, enum check_kind, const struct supd_process *,
    check_fn, void *arg);
/* Whoever gave this argument is not called any more; a check that nobody wants
 * to know the result of ends. */
void check_forget(struct preflight *, void *arg);
/* Whether one of the kind waits or runs. */
bool check_is_under_way(const struct preflight *, enum check_kind,
    const char *program);
void checks_free(struct preflight *);

/*
 * Held back: programs that were refused.
 */
void hold_add(struct preflight *, const struct supd_process *);
void hold_drop(struct preflight *, const struct supd_process *);
void holds_free(struct preflight *);

/* The RPC namespace. */
void rpc_methods_add(struct preflight *);

#endif
