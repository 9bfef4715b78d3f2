/* SPDX-License-Identifier: ISC */
/*
 * Questions between those who want to start a process and the one who may
 * object.  A question that is answered while it is being asked never reaches
 * the asker as a handle: that is what asking remembers.
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "events/gate.h"

struct gate_question {
	struct gate *gate;
	gate_answer_fn fn;
	void *arg;
	bool asking;   /* the keeper is in its call */
	bool answered; /* while asking */
	TAILQ_ENTRY(gate_question) next;
};

struct gate {
	gate_keeper_fn keeper; /* NULL: everything may start */
	gate_cancel_fn cancel;
	void *arg;
	TAILQ_HEAD(, gate_question) open;
};

struct gate *
gate_create(void)
{
	struct gate *gate = xcalloc(1, sizeof(*gate));

	TAILQ_INIT(&gate->open);
	return gate;
}

void
gate_free(struct gate *gate)
{
	if (gate == NULL)
		return;
	assert(TAILQ_EMPTY(&gate->open));
	free(gate);
}

void
gate_set_keeper(struct gate *gate, gate_keeper_fn keeper, gate_cancel_fn cancel,
    void *arg)
{
	gate->keeper = keeper;
	gate->cancel = cancel;
	gate->arg = arg;
	while (keeper == NULL && !TAILQ_EMPTY(&gate->open))
		gate_answer(TAILQ_FIRST(&gate->open), NULL);
}

struct gate_question *
gate_ask(struct gate *gate, const char *group, const char *process,
    const void *config, gate_answer_fn fn, void *arg)
{
	struct gate_question *question;

	if (gate->keeper == NULL) {
		fn(NULL, arg);
		return NULL;
	}
	question = xcalloc(1, sizeof(*question));
	question->gate = gate;
	question->fn = fn;
	question->arg = arg;
	question->asking = true;
	TAILQ_INSERT_TAIL(&gate->open, question, next);
	gate->keeper(question, group, process, config, gate->arg);
	question->asking = false;
	if (question->answered) {
		free(question);
		return NULL;
	}
	return question;
}

void
gate_cancel(struct gate_question *question)
{
	struct gate *gate = question->gate;

	TAILQ_REMOVE(&gate->open, question, next);
	if (gate->cancel != NULL)
		gate->cancel(question, gate->arg);
	free(question);
}

void
gate_answer(struct gate_question *question, const char *refusal)
{
	gate_answer_fn fn = question->fn;
	void *arg = question->arg;

	assert(!question->answered);
	TAILQ_REMOVE(&question->gate->open, question, next);
	if (question->asking)
		question->answered = true;
	else
		free(question);
	fn(refusal, arg);
}
