/* SPDX-License-Identifier: ISC */
/*
 * Somebody who may see the way has walked it and noted mode and ACL of
 * everything on it; what another identity could do there follows from the
 * arithmetic.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"
#include "preflight/probe/infer.h"

/* What a question needs of its target, and what to call it when refused. */
static const struct {
	unsigned need;
	enum why why;
} target_needs[] = {
	[ASK_ENTER] = { ACCESS_SEARCH, WHY_SEARCH },
	[ASK_READ_FILE] = { ACCESS_READ, WHY_READ },
	[ASK_STAT] = { 0, WHY_NONE },
	[ASK_LIST_DIR] = { ACCESS_READ | ACCESS_SEARCH, WHY_LIST },
	[ASK_WRITE_DIR] = { ACCESS_WRITE | ACCESS_SEARCH, WHY_WRITE },
	[ASK_WRITE_FILE] = { ACCESS_WRITE, WHY_WRITE },
	[ASK_EXECUTE] = { ACCESS_SEARCH, WHY_EXECUTE_DENIED },
	[ASK_SOCKET] = { ACCESS_WRITE, WHY_SOCKET_WRITE },
	[ASK_BIND_SOCKET] = { 0, WHY_NONE },
	[ASK_FACTS] = { 0, WHY_NONE },
};

unsigned
ask_need(enum ask what)
{
	return target_needs[what].need;
}

void
infer_question(const struct question *question, struct question *as_walker)
{
	*as_walker = *question;
	as_walker->trace = true;
	as_walker->what = question->what == ASK_FACTS ? ASK_FACTS : ASK_STAT;
}

/* Whether the question is about creating something in a directory. */
static bool
creates(enum ask what)
{
	return what == ASK_WRITE_DIR || what == ASK_WRITE_FILE ||
	    what == ASK_BIND_SOCKET;
}

/* What the identity needs of one step; WHY_NONE: nothing. */
static enum why
step_need(const struct question *question, const struct answer *walked,
    size_t i, unsigned *need)
{
	bool last = i + 1 == walked->step_count;
	bool is_target = last && walked->verdict == ANSWER_YES;

	*need = 0;
	if (S_ISLNK(walked->steps[i].facts.mode))
		return WHY_NONE;
	if (is_target) {
		*need = target_needs[question->what].need;
		return *need == 0 ? WHY_NONE : target_needs[question->what].why;
	}
	*need = ACCESS_SEARCH;
	if (last && creates(question->what) && walked->why == WHY_MISSING) {
		*need |= ACCESS_WRITE;
		return WHY_WRITE;
	}
	return WHY_SEARCH;
}

bool
infer_follows_link(const struct answer *walked, size_t steps)
{
	for (size_t i = 0; i < steps; i++) {
		if (S_ISLNK(walked->steps[i].facts.mode))
			return true;
	}
	return false;
}

/* Fills the answer if the step refuses the identity. */
static bool
is_refused(const struct cred *who, const struct question *question,
    const struct answer *walked, size_t i, struct answer *out)
{
	const struct step *step = &walked->steps[i];
	unsigned need;
	enum why why = step_need(question, walked, i, &need);

	if (why == WHY_NONE || access_granted(who, &step->facts, need))
		return false;
	*out = (struct answer){
		.verdict = ANSWER_NO,
		.why = why,
		.error = EACCES,
		.inferred = true,
		.blocker = xstrdup(step->path),
		.facts = step->facts,
		.on_target = i + 1 == walked->step_count &&
		    walked->verdict == ANSWER_YES,
		.through_link = infer_follows_link(walked, i),
	};
	access_explain(who, &step->facts, need, &out->explained);
	if (step->facts.mode == 0) {
		out->verdict = ANSWER_UNDECIDED;
		out->why = WHY_NO_PRIVILEGE;
	}
	return true;
}

/* What remains when no step refuses. */
static void
settle_rest(const struct question *question, struct answer *answer)
{
	bool missing = answer->why == WHY_MISSING;

	if (answer->verdict == ANSWER_YES)
		return;
	if (answer->verdict == ANSWER_NO && answer->error == EACCES) {
		/* The walker himself was stopped. */
		answer->verdict = ANSWER_UNDECIDED;
		answer->why = WHY_NO_PRIVILEGE;
	} else if (missing && creates(question->what) &&
	    (answer->on_target || question->what == ASK_WRITE_DIR)) {
		answer->verdict = ANSWER_YES;
		answer->why = WHY_NONE;
		answer->error = 0;
		free(answer->blocker);
		answer->blocker = NULL;
	}
}

/* The target has to be of the right kind, too. */
static void
check_type(const struct question *question, struct answer *answer)
{
	mode_t type = answer->facts.mode & S_IFMT;
	bool wants_dir = question->what == ASK_ENTER ||
	    question->what == ASK_LIST_DIR || question->what == ASK_WRITE_DIR;
	bool wants_file =
	    question->what == ASK_READ_FILE || question->what == ASK_EXECUTE;
	enum why why = WHY_NONE;

	if (answer->verdict != ANSWER_YES || !answer->on_target || type == 0)
		return;
	if (wants_dir && type != S_IFDIR)
		why = WHY_NOT_DIRECTORY;
	else if (wants_file && type == S_IFDIR)
		why = WHY_IS_DIRECTORY;
	else if (wants_file && type != S_IFREG)
		why = WHY_NOT_REGULAR;
	else if (question->what == ASK_SOCKET && type != S_IFSOCK)
		why = WHY_NOT_SOCKET;
	if (why == WHY_NONE)
		return;
	answer->verdict = ANSWER_NO;
	answer->why = why;
	answer->blocker = xstrdup(question->path);
}

/* What the walker may write says nothing about the identity. */
static bool
may_write(const struct cred *who, const struct question *question,
    const struct answer *walked)
{
	return question->and_write && walked->verdict == ANSWER_YES &&
	    walked->step_count > 0 &&
	    access_granted(who, &walked->steps[walked->step_count - 1].facts,
		ACCESS_WRITE);
}

void
infer_answer(const struct cred *who, const struct question *question,
    struct answer *answer)
{
	struct answer refused;

	answer->inferred = true;
	answer->writable = may_write(who, question, answer);
	for (size_t i = 0; i < answer->step_count; i++) {
		if (!is_refused(who, question, answer, i, &refused))
			continue;
		refused.writable = refused.on_target && answer->writable;
		refused.steps = answer->steps;
		refused.step_count = answer->step_count;
		free(answer->blocker);
		*answer = refused;
		return;
	}
	settle_rest(question, answer);
	check_type(question, answer);
}

struct answer *
infer_obstacles(const struct cred *who, const struct question *question,
    const struct answer *walked, size_t *count)
{
	struct answer *found = NULL, one;

	*count = 0;
	for (size_t i = 0; i < walked->step_count; i++) {
		if (!is_refused(who, question, walked, i, &one))
			continue;
		found = xreallocarray(found, *count + 1, sizeof(*found));
		found[(*count)++] = one;
	}
	return found;
}
