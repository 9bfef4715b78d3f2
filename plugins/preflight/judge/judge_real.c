/* SPDX-License-Identifier: ISC */
/*
 * After the start: the socket as it really is, beside what was predicted
 * (contract P4.6, 7).
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/report/sentence.h"

/* A program that imports itself first binds late. */
#define WAIT_STEP_MS	 20
#define WAIT_STEP_MAX_MS 200
/* What is left of the deadline for the rest of the check. */
#define WAIT_SPARE_MS	 1500

/* As the program's user. */
static void
ask_app(struct judge *judge, enum ask what, const char *path,
    struct answer *answer)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = { .what = what, .path = path };

	if (probe_ask(&app, &question, 1, answer, &judge->probe, NULL) == -1)
		*answer = (struct answer){ .why = WHY_OTHER_ERROR };
}

static bool
is_absent(struct judge *judge, const char *path)
{
	struct answer answer;
	bool absent;

	ask_app(judge, ASK_SOCKET, path, &answer);
	absent = answer.why == WHY_MISSING || answer.why == WHY_NOBODY_BOUND;
	answer_done(&answer);
	return absent;
}

void
judge_wait_for_socket(struct judge *judge, const char *path)
{
	int64_t until_ms = judge->probe.deadline_ms - WAIT_SPARE_MS;
	int pause = WAIT_STEP_MS;

	while (is_absent(judge, path) && clock_mono_ms() + pause < until_ms) {
		poll(NULL, 0, pause);
		pause =
		    pause * 2 > WAIT_STEP_MAX_MS ? WAIT_STEP_MAX_MS : pause * 2;
	}
}

void
judge_real_socket(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned, const struct prediction *predicted)
{
	struct finding *finding;
	struct answer real;
	char *is, *was_to_be;

	ask_app(judge, ASK_FACTS, need->path, &real);
	if (S_ISSOCK(real.facts.mode) &&
	    !predict_matches(predicted, &real.facts)) {
		is = sentence_facts(&real.facts);
		was_to_be = sentence_facts(&predicted->inode);
		finding = finding_create(PF218, need->path);
		finding_say(finding,
		    "the socket %s is %s, but was to be %s (%s)", need->path,
		    is, was_to_be,
		    planned->says == NULL ? "by its umask" : planned->says);
		sentence_evidence(finding, &real);
		judge_add(judge, check, need, finding);
		free(is);
		free(was_to_be);
	}
	answer_done(&real);
}
