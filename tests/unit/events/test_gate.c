/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>

#include "events/gate.h"

struct keeper {
	struct gate_question *open;
	int asked, cancelled;
	bool at_once;
	const char *refusal;
	char process[16];
};

struct asker {
	int answers;
	char refusal[32];
};

static void
keep(struct gate_question *question, const char *group, const char *process,
    const void *config, void *arg)
{
	struct keeper *keeper = arg;

	cr_assert_str_eq(group, "g");
	cr_assert_eq(config, (const void *)keeper);
	snprintf(keeper->process, sizeof(keeper->process), "%s", process);
	keeper->asked++;
	keeper->open = question;
	if (keeper->at_once)
		gate_answer(question, keeper->refusal);
}

static void
cancelled(struct gate_question *question, void *arg)
{
	struct keeper *keeper = arg;

	cr_assert_eq(keeper->open, question);
	keeper->cancelled++;
}

static void
answered(const char *refusal, void *arg)
{
	struct asker *asker = arg;

	asker->answers++;
	snprintf(asker->refusal, sizeof(asker->refusal), "%s",
	    refusal == NULL ? "" : refusal);
}

static struct gate_question *
ask(struct gate *gate, struct keeper *keeper, struct asker *asker)
{
	return gate_ask(gate, "g", "p", keeper, answered, asker);
}

Test(gate, without_a_keeper_everything_may_start)
{
	struct gate *gate = gate_create();
	struct asker asker = { .refusal = "x" };

	cr_assert_null(ask(gate, NULL, &asker));
	cr_assert_eq(asker.answers, 1);
	cr_assert_str_eq(asker.refusal, "");
	gate_free(gate);
}

Test(gate, an_answer_within_the_call_leaves_no_question)
{
	struct gate *gate = gate_create();
	struct keeper keeper = { .at_once = true, .refusal = "no" };
	struct asker asker = { 0 };

	gate_set_keeper(gate, keep, cancelled, &keeper);
	cr_assert_null(ask(gate, &keeper, &asker));
	cr_assert_eq(asker.answers, 1);
	cr_assert_str_eq(asker.refusal, "no");
	cr_assert_str_eq(keeper.process, "p");
	gate_free(gate);
}

Test(gate, an_answer_may_come_later)
{
	struct gate *gate = gate_create();
	struct keeper keeper = { 0 };
	struct asker asker = { 0 };

	gate_set_keeper(gate, keep, cancelled, &keeper);
	cr_assert_not_null(ask(gate, &keeper, &asker));
	cr_assert_eq(asker.answers, 0);
	gate_answer(keeper.open, NULL);
	cr_assert_eq(asker.answers, 1);
	cr_assert_str_eq(asker.refusal, "");
	gate_free(gate);
}

Test(gate, a_cancelled_question_is_never_answered)
{
	struct gate *gate = gate_create();
	struct keeper keeper = { 0 };
	struct asker asker = { 0 };

	gate_set_keeper(gate, keep, cancelled, &keeper);
	gate_cancel(ask(gate, &keeper, &asker));
	cr_assert_eq(keeper.cancelled, 1);
	cr_assert_eq(asker.answers, 0);
	gate_free(gate);
}

Test(gate, a_keeper_that_leaves_lets_everybody_pass)
{
	struct gate *gate = gate_create();
	struct keeper keeper = { 0 };
	struct asker a = { 0 }, b = { 0 };

	gate_set_keeper(gate, keep, cancelled, &keeper);
	ask(gate, &keeper, &a);
	ask(gate, &keeper, &b);
	gate_set_keeper(gate, NULL, NULL, NULL);
	cr_assert_eq(a.answers + b.answers, 2);
	cr_assert_eq(keeper.cancelled, 0);
	gate_free(gate);
}
