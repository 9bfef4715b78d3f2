/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

#define CHECKER		 "supervisord-c-preflight"
#define REPORT_MAX_BYTES (4 * 1024 * 1024)
#define CHECKS_AT_ONCE	 2

struct asker {
	check_fn done;
	void *arg;
	TAILQ_ENTRY(asker) next;
};

/* One check, waiting or under way. */
struct check {
	struct preflight *preflight;
	enum check_kind kind;
	char *group;
	char *name;
	char *program;
	TAILQ_HEAD(, asker) askers;
	struct supd_child *child; /* NULL while it waits its turn */
	bool is_over;		  /* its askers are being told */
	TAILQ_ENTRY(check) next;
};

/* What each kind asks the checker for, and whether its answer may be one that
 * was given before.  Only one that nobody waits for may take its time. */
static const struct {
	const char *option;
	bool keeps, anew;
	unsigned int at_once;
} kinds[] = {
	[CHECK_PREPARE] = { "--make-runtime-dir", false, false, 2 },
	[CHECK_START] = { "--keep", true, false, 2 },
	[CHECK_ANEW] = { "--keep", true, true, 2 },
	[CHECK_RUNNING] = { "--running", false, false, 1 },
	[CHECK_REPORT] = { "--stored", false, false, 2 },
};

static void start_waiting(struct preflight *);

static void
check_free(struct check *check)
{
	struct asker *asker;

	TAILQ_REMOVE(&check->preflight->checks, check, next);
	while ((asker = TAILQ_FIRST(&check->askers)) != NULL) {
		TAILQ_REMOVE(&check->askers, asker, next);
		free(asker);
	}
	free(check->group);
	free(check->name);
	free(check->program);
	free(check);
}

static struct supd_process
process_of(const struct check *check)
{
	return (struct supd_process){
		.group = check->group,
		.name = check->name,
		.program = check->program,
	};
}

/* An asker that is told may ask again, which makes a new check. */
static void
on_checker_done(const struct supd_result *result, void *arg)
{
	struct check *check = arg;
	struct preflight *preflight = check->preflight;
	const struct supd_process process = process_of(check);
	struct asker *asker;

	preflight->running--;
	check->is_over = true;
	while ((asker = TAILQ_FIRST(&check->askers)) != NULL) {
		TAILQ_REMOVE(&check->askers, asker, next);
		asker->done(preflight, &process, result, asker->arg);
		free(asker);
	}
	check_free(check);
	start_waiting(preflight);
}

static void
start_check(struct check *check)
{
	struct preflight *preflight = check->preflight;
	const struct supd_host *host = preflight->host;
	const struct supd_process process = process_of(check);
	struct record *record = record_of(preflight, check->program);
	const char *const argv[] = { host->helper_path(host, CHECKER), "-c",
		host->config_path(host), "--format=gate", "--program",
		check->program, kinds[check->kind].option, NULL };

	preflight->running++;
	if (kinds[check->kind].anew)
		record_forget_kept(record);
	check->child = host->run_child_with(host, argv,
	    kinds[check->kind].keeps ? record->kept : -1,
	    settings_deadline_ms(preflight, &process), REPORT_MAX_BYTES,
	    on_checker_done, check);
}

/*
 * A kept answer is written by one at a time, and the look at a socket comes
 * after the answer about the start.  But no start waits for such a look, which
 * takes as long as the program needs to bind.
 */
static bool
has_to_wait_for(const struct check *check, const struct check *other)
{
	return kinds[other->kind].keeps &&
	    strcmp(other->program, check->program) == 0;
}

static bool
may_begin(const struct check *check)
{
	const struct check *other;
	unsigned int alike = 0;

	TAILQ_FOREACH(other, &check->preflight->checks, next) {
		if (other->child == NULL)
			continue;
		alike += other->kind == check->kind;
		if (has_to_wait_for(check, other))
			return false;
	}
	return alike < kinds[check->kind].at_once;
}

static void
start_waiting(struct preflight *preflight)
{
	struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (preflight->running >= CHECKS_AT_ONCE)
			break;
		if (check->child == NULL && may_begin(check))
			start_check(check);
	}
}

static struct check *
find_waiting(struct preflight *preflight, enum check_kind kind,
    const char *program)
{
	struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (check->child == NULL && check->kind == kind &&
		    strcmp(check->program, program) == 0)
			return check;
	}
	return NULL;
}

static struct check *
add_check(struct preflight *preflight, enum check_kind kind,
    const struct supd_process *process)
{
	struct check *check = xcalloc(1, sizeof(*check));

	check->preflight = preflight;
	check->kind = kind;
	check->group = xstrdup(process->group);
	check->name = xstrdup(process->name);
	check->program = xstrdup(process->program);
	TAILQ_INIT(&check->askers);
	TAILQ_INSERT_TAIL(&preflight->checks, check, next);
	return check;
}

void
check_ask(struct preflight *preflight, enum check_kind kind,
    const struct supd_process *process, check_fn done, void *arg)
{
	struct check *check = find_waiting(preflight, kind, process->program);
	struct asker *asker = xcalloc(1, sizeof(*asker));

	if (check == NULL)
		check = add_check(preflight, kind, process);
	asker->done = done;
	asker->arg = arg;
	TAILQ_INSERT_TAIL(&check->askers, asker, next);
	start_waiting(preflight);
}

static struct asker *
find_asker(const struct check *check, const void *arg)
{
	struct asker *asker;

	TAILQ_FOREACH(asker, &check->askers, next) {
		if (asker->arg == arg)
			return asker;
	}
	return NULL;
}

/* Others wait for the place that it takes. */
static void
give_up(struct check *check)
{
	struct preflight *preflight = check->preflight;

	if (check->child != NULL) {
		preflight->host->kill_child(preflight->host, check->child);
		preflight->running--;
	}
	check_free(check);
	start_waiting(preflight);
}

void
check_forget(struct preflight *preflight, void *arg)
{
	struct check *check;
	struct asker *asker;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		asker = find_asker(check, arg);
		if (asker == NULL)
			continue;
		TAILQ_REMOVE(&check->askers, asker, next);
		free(asker);
		if (TAILQ_EMPTY(&check->askers) && !check->is_over)
			give_up(check);
		return;
	}
}

bool
check_is_under_way(const struct preflight *preflight, enum check_kind kind,
    const char *program)
{
	const struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (check->kind == kind && strcmp(check->program, program) == 0)
			return true;
	}
	return false;
}

void
checks_free(struct preflight *preflight)
{
	struct check *check;

	while ((check = TAILQ_FIRST(&preflight->checks)) != NULL) {
		if (check->child != NULL)
			preflight->host->kill_child(preflight->host,
			    check->child);
		check_free(check);
	}
}
