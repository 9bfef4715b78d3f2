/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_H
#define PREFLIGHT_JUDGE_H

#include <stdbool.h>

#include "preflight/app/pairing.h"
#include "preflight/app/program_view.h"
#include "preflight/judge/fix_matter.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/probe/predict.h"
#include "preflight/probe/tree.h"
#include "preflight/report/report.h"

/*
 * From needs and answers to findings: one judge for a program, an nginx and
 * one identity of its workers.
 */
struct judge {
	struct report *report;
	struct program_report *program; /* borrowed from the report */
	const struct program_view *view;
	const struct nginx_instance *instance;
	const struct pairing *pairing; /* set by judge_pairing */
	const struct tenants *tenants; /* of the instance */
	const struct identity *identity;
	const char *identity_id; /* "n1" */
	char *user;		 /* "www-data" */
	char *group;
	char *worker;	   /* "nginx (www-data)", for sentences */
	const char *image; /* as in struct probe_as */
	struct tree_budget budget;
	struct probe_options probe;
	bool gate;	     /* a start waits for the answer */
	bool serves_several; /* so does one nginx that is paired with it */
	bool inferred; /* nobody could become the worker; set by judge_init */
	bool running;  /* the program has been started already */
	/* Ask nginx itself for files, and connect to sockets for real. */
	bool confirm;
	bool stat_only;		   /* open no file */
	bool trees_ahead;	   /* list two trees at a time */
	char *const *more_secrets; /* patterns of a policy; may be NULL */
	/* What is in the way of what, for plans. */
	struct fix_matters *matters;
};

/* Sets names and inferred; the other members are the caller's to fill. */
void judge_init(struct judge *);
void judge_done(struct judge *);

/* To ask as the program's user. */
struct probe_as judge_as_app(const struct judge *);

/* Asks and judges everything of the pairing. */
void judge_pairing(struct judge *, const struct pairing *);

/*
 * The parts of it.
 */
void judge_tree(struct judge *, const struct need *);
/* As judge_refusal of a file or directory of the tree; what X-Accel-Redirect
 * hands over has a code of its own. */
struct finding *judge_tree_finding(struct judge *, const struct need *,
    enum finding_code, const struct answer *);
void judge_slashes(struct judge *, size_t check, const struct need *);
void judge_confirm(struct judge *, size_t check, const struct need *,
    const struct tree_result *);
/* The single file and the socket, about which the probe said yes. */
void judge_confirm_file(struct judge *, size_t check, const struct need *);
void judge_confirm_socket(struct judge *, size_t check, const struct need *);
/* What confinement leaves open is settled where nginx confirmed everything that
 * requests need (PF013). */
void judge_confirm_settle(struct report *);
void judge_file(struct judge *, const struct need *);
void judge_written(struct judge *, const struct need *);
/* The folder of a tree that dav_methods change. */
void judge_put(struct judge *, size_t check, const struct need *);
void judge_variable(struct judge *, const struct need *);
void judge_socket(struct judge *, const struct need *,
    const struct planned_socket *);
/* Waits until somebody listens at the path, while there is time for it. */
void judge_wait_for_socket(struct judge *, const char *path);
/* The socket that is there beside the one that was predicted (PF218). */
void judge_real_socket(struct judge *, size_t check, const struct need *,
    const struct planned_socket *, const struct prediction *);
void judge_misses(struct judge *, const struct pairing *);
void judge_app(struct judge *);
/* A log that root opens, which the kernel may refuse even so (PF406); need is
 * NULL for the program's own. */
void judge_protected(struct judge *, size_t check, const struct need *,
    const char *path);
/* Files that the program will write into a tree that the worker can reach. */
void judge_future(struct judge *, size_t check, const struct need *,
    const char *dir);
/* The home of the program's user, when all that serve it are known. */
void judge_home(struct judge *);
void judge_secrets(struct judge *, const struct pairing *);

/* How sure what is tried as the worker can be. */
enum confidence judge_confidence(const struct judge *);
/* A check about the need, with what is known of it; the index in the
 * program's list, which stays valid. */
size_t judge_add_check(struct judge *, const struct need *, const char *path);
/* Takes the finding for the check and fills in what follows from the need. */
struct finding *judge_add(struct judge *, size_t check, const struct need *,
    struct finding *);
/* The code that a refusal leads to, seen from a file that is served. */
enum finding_code judge_code(const struct answer *);
/* A finding about the answer with sentence and evidence. */
struct finding *judge_refusal(struct judge *, enum finding_code,
    const char *path, const struct answer *);
/* Asks the worker one question; false (and a finding) if nothing could be
 * asked.  The caller frees with answer_done. */
bool judge_ask(struct judge *, size_t check, const struct question *,
    struct answer *);
/* Notes what an answer that is neither yes nor no means; true if it was. */
bool judge_undecided(struct judge *, size_t check, const char *path,
    const struct answer *);
/* "site.conf:14" with the full path; NULL; the caller frees. */
char *judge_place(const struct need *);

#endif
