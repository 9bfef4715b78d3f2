/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "base/strbuf.h"
#include "process/state.h"

/* One letter for each happening, in their order. */
static const char letters[] = "sarfuxtgpok";

/*
 * What leads from the state on the left to the one above, under whatever
 * condition: s start, a admitted, r refused, f spawn failed, u stayed up,
 * x child exited, t retry due, g give up, p stop, o stop overdue, k kill
 * failed.
 */
static const char drawing[] =
    "         STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN\n"
    "STOPPED  .       s        .       .       .        .      .     .\n"
    "STARTING p       a        ux      rfx     p        .      .     k\n"
    "RUNNING  .       .        .       .       p        x      .     k\n"
    "BACKOFF  p       t        .       .       .        .      tg    .\n"
    "STOPPING x       .        .       .       o        .      .     k\n"
    "EXITED   .       s        .       .       .        .      .     .\n"
    "FATAL    .       s        .       .       .        .      .     .\n"
    "UNKNOWN  x       .        .       .       .        x      .     .\n";

static const struct process_guard *
guard_of(unsigned int bits)
{
	static struct process_guard guard;

	guard = (struct process_guard){
		.has_child = bits & 1,
		.died_early = bits & 2,
		.retries_spent = bits & 4,
		.stop_requested = bits & 8,
	};
	return &guard;
}

static bool
leads(enum process_state from, enum process_happening on, enum process_state to)
{
	for (unsigned int bits = 0; bits < 16; bits++) {
		struct process_step step;

		if (process_next(from, on, guard_of(bits), &step) &&
		    step.state == to)
			return true;
	}
	return false;
}

static void
draw_cell(struct strbuf *out, enum process_state from, enum process_state to)
{
	size_t begin = out->len;

	for (enum process_happening on = 0; on < ON_COUNT; on++) {
		if (leads(from, on, to))
			strbuf_addch(out, letters[on]);
	}
	if (out->len == begin)
		strbuf_addch(out, '.');
	if (to == PROC_STATE_COUNT - 1)
		return;
	while (out->len - begin <= strlen(process_state_name(to)))
		strbuf_addch(out, ' ');
}

static void
draw(struct strbuf *out)
{
	strbuf_addf(out, "%8s", "");
	for (enum process_state to = 0; to < PROC_STATE_COUNT; to++)
		strbuf_addf(out, " %s", process_state_name(to));
	strbuf_addch(out, '\n');
	for (enum process_state from = 0; from < PROC_STATE_COUNT; from++) {
		strbuf_addf(out, "%-9s", process_state_name(from));
		for (enum process_state to = 0; to < PROC_STATE_COUNT; to++)
			draw_cell(out, from, to);
		strbuf_addch(out, '\n');
	}
}

Test(state, the_table_is_this_drawing)
{
	struct strbuf drawn = STRBUF_INIT;

	cr_assert_eq(sizeof(letters) - 1, (size_t)ON_COUNT);
	draw(&drawn);
	cr_assert_str_eq(drawn.data, drawing);
	strbuf_done(&drawn);
}

Test(state, codes_and_sets_are_those_of_supervisor)
{
	static const struct {
		const char *name;
		int code;
		unsigned int sets;
	} rows[] = {
		{ "STOPPED", 0, SET_STOPPED },
		{ "STARTING", 10, SET_RUNNING | SET_SIGNALLABLE },
		{ "RUNNING", 20, SET_RUNNING | SET_SIGNALLABLE },
		{ "BACKOFF", 30, SET_RUNNING },
		{ "STOPPING", 40, SET_SIGNALLABLE },
		{ "EXITED", 100, SET_STOPPED },
		{ "FATAL", 200, SET_STOPPED },
		{ "UNKNOWN", 1000, SET_STOPPED },
	};

	for (enum process_state s = 0; s < PROC_STATE_COUNT; s++) {
		cr_assert_str_eq(process_state_name(s), rows[s].name);
		cr_assert_eq(process_state_code(s), rows[s].code);
		for (unsigned int set = 1; set <= SET_SIGNALLABLE; set *= 2)
			cr_assert_eq(process_state_in(s, set),
			    (rows[s].sets & set) != 0);
	}
}

static struct process_step
next(enum process_state from, enum process_happening on,
    struct process_guard guard)
{
	struct process_step step = { PROC_STATE_COUNT, ACT_NONE };

	cr_assert(process_next(from, on, &guard, &step));
	return step;
}

Test(state, conditions_decide_between_rows)
{
	struct process_guard none = { 0 }, child = { .has_child = true };
	struct process_guard early = { .has_child = true, .died_early = true };
	struct process_guard spent = { .retries_spent = true };
	struct process_guard asked = { .stop_requested = true };

	cr_assert_eq(next(PROC_STARTING, ON_CHILD_EXITED, early).state,
	    PROC_BACKOFF);
	cr_assert_eq(next(PROC_STARTING, ON_CHILD_EXITED, child).act,
	    ACT_AGAIN);
	cr_assert_eq(next(PROC_STARTING, ON_STOP, none).act, ACT_WITHDRAW);
	cr_assert_eq(next(PROC_STARTING, ON_STOP, child).act, ACT_SIGNAL_STOP);
	cr_assert_eq(next(PROC_BACKOFF, ON_RETRY_DUE, none).act, ACT_ASK);
	cr_assert_eq(next(PROC_BACKOFF, ON_RETRY_DUE, spent).state, PROC_FATAL);
	cr_assert_eq(next(PROC_UNKNOWN, ON_CHILD_EXITED, asked).state,
	    PROC_STOPPED);
	cr_assert_eq(next(PROC_UNKNOWN, ON_CHILD_EXITED, none).state,
	    PROC_EXITED);
}

Test(state, what_has_no_row_changes_nothing)
{
	struct process_guard none = { 0 };
	struct process_step step = { PROC_FATAL, ACT_FAIL };

	cr_assert_not(process_next(PROC_RUNNING, ON_START, &none, &step));
	cr_assert_not(process_next(PROC_STOPPING, ON_STOP, &none, &step));
	cr_assert_not(process_next(PROC_UNKNOWN, ON_START, &none, &step));
	cr_assert_eq(step.state, PROC_FATAL);
	cr_assert_eq(step.act, ACT_FAIL);
}

Test(state, happenings_have_names)
{
	cr_assert_str_eq(process_happening_name(ON_START), "START");
	cr_assert_str_eq(process_happening_name(ON_KILL_FAILED), "KILL_FAILED");
}
