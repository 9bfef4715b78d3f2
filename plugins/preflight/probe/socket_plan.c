/* SPDX-License-Identifier: ISC */
/*
 * A socket before the start: what the creator can do in its directory, what it
 * will look like, and whether the worker may then connect.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"
#include "preflight/probe/socket_plan.h"

#define FS_TMPFS 0x01021994u
#define FS_RAMFS 0x858458f6u

/* The directory part of a path; the caller frees. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

/* As the creator: bind, and the way to the directory with all facts. */
static int
ask_creator(const struct socket_plan *plan, const char *dir,
    struct answer answers[2], char **cause)
{
	struct probe_as as = {
		.cred = plan->creation.creator,
		.proc_fd = -1,
		.cwd = plan->cwd,
		.umask = -1,
		.image = plan->worker->image,
	};
	struct question questions[2] = {
		{ .what = ASK_BIND_SOCKET, .path = plan->path },
		{ .what = ASK_STAT, .path = dir, .trace = true },
	};

	return probe_ask(&as, questions, 2, answers, &plan->probe, cause);
}

/* As the worker: the directory, and what is there now. */
static int
ask_worker(const struct socket_plan *plan, const char *dir,
    struct answer answers[2], char **cause)
{
	struct probe_as as = {
		.cred = &plan->worker->cred,
		.proc_fd = plan->worker->proc_fd,
		.view = identity_view(plan->worker),
		.cwd = plan->cwd,
		.umask = -1,
		.image = plan->worker->image,
	};
	struct question questions[2] = {
		{ .what = ASK_ENTER, .path = dir },
		{ .what = ASK_SOCKET,
		    .path = plan->path,
		    .confirm = plan->confirm },
	};

	return probe_ask(&as, questions, 2, answers, &plan->probe, cause);
}

/* Whether anybody may go where the steps lead. */
static bool
is_passable_by_all(const struct answer *way)
{
	for (size_t i = 0; i < way->step_count; i++) {
		if (S_ISDIR(way->steps[i].facts.mode) &&
		    !access_world(&way->steps[i].facts, ACCESS_SEARCH))
			return false;
	}
	return way->step_count > 0;
}

static void
judge(const struct socket_plan *plan, const struct answer *dir,
    struct socket_verdict *verdict)
{
	const struct facts *facts = &dir->facts;

	verdict->predictable = dir->verdict == ANSWER_YES &&
	    S_ISDIR(facts->mode) && !facts->default_acl.cut;
	if (!verdict->predictable)
		return;
	verdict->dir = *facts;
	verdict->is_volatile =
	    facts->fs_type == FS_TMPFS || facts->fs_type == FS_RAMFS;
	predict_socket(facts, &plan->creation, &verdict->predicted);
	access_explain(&plan->worker->cred, &verdict->predicted.inode,
	    ACCESS_WRITE, &verdict->connect);
	verdict->refused = !access_granted(&plan->worker->cred,
	    &verdict->predicted.inode, ACCESS_WRITE);
	verdict->open_to_all = is_passable_by_all(dir) &&
	    access_world(&verdict->predicted.inode, ACCESS_WRITE);
}

/*
 * The directory is going to be made for program and worker: only the way to it
 * and what lies there now is to be asked.
 */
static int
check_made(const struct socket_plan *plan, const char *dir,
    struct socket_verdict *verdict, char **cause)
{
	const struct answer made = {
		.verdict = ANSWER_YES,
		.on_target = true,
		.facts = *plan->made,
	};
	struct answer worker[2];
	char *parent = directory_of(dir);
	int result = ask_worker(plan, parent, worker, cause);

	free(parent);
	if (result == -1)
		return -1;
	verdict->bind = made;
	verdict->enter = worker[0];
	verdict->now = worker[1];
	if (verdict->enter.verdict == ANSWER_YES)
		verdict->enter.facts = *plan->made;
	judge(plan, &made, verdict);
	verdict->open_to_all = false;
	verdict->is_volatile = false;
	return 0;
}

int
socket_plan_check(const struct socket_plan *plan,
    struct socket_verdict *verdict, char **cause)
{
	struct answer creator[2], worker[2];
	char *dir = directory_of(plan->path);
	int result = -1;

	*verdict = (struct socket_verdict){ .refused = false };
	if (plan->made != NULL) {
		result = check_made(plan, dir, verdict, cause);
		goto out;
	}
	if (ask_creator(plan, dir, creator, cause) == -1)
		goto out;
	if (ask_worker(plan, dir, worker, cause) == -1) {
		answer_done(&creator[0]);
		answer_done(&creator[1]);
		goto out;
	}
	verdict->bind = creator[0];
	verdict->enter = worker[0];
	verdict->now = worker[1];
	verdict->elsewhere = creator[1].verdict == ANSWER_YES &&
	    verdict->enter.verdict == ANSWER_YES &&
	    (creator[1].facts.dev != verdict->enter.facts.dev ||
		creator[1].facts.ino != verdict->enter.facts.ino);
	judge(plan, &creator[1], verdict);
	answer_done(&creator[1]);
	result = 0;
out:
	free(dir);
	return result;
}

void
socket_verdict_done(struct socket_verdict *verdict)
{
	answer_done(&verdict->bind);
	answer_done(&verdict->enter);
	answer_done(&verdict->now);
}
