/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd.h"
#include "loop/loop.h"

struct seen {
	struct loop *loop;
	int count;
	char order[16];
	struct loop_timer *timer;
	struct loop_watch *watch;
};

static void
stop_loop(void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	loop_stop(seen->loop);
}

static void
note_a(void *arg)
{
	struct seen *seen = arg;

	seen->order[seen->count++] = 'a';
}

static void
note_b_and_defer_a(void *arg)
{
	struct seen *seen = arg;

	seen->order[seen->count++] = 'b';
	loop_defer(seen->loop, note_a, seen);
}

Test(loop, a_timer_fires_once)
{
	struct seen seen = { .loop = loop_create() };
	struct loop_timer *timer =
	    loop_timer_create(seen.loop, stop_loop, &seen);

	cr_expect_not(loop_timer_is_set(timer));
	loop_timer_set(timer, 1);
	cr_expect(loop_timer_is_set(timer));
	loop_run(seen.loop);
	cr_expect_eq(seen.count, 1);
	cr_expect_not(loop_timer_is_set(timer));
	loop_timer_free(timer);
	loop_free(seen.loop);
}

Test(loop, a_cleared_timer_does_not_fire)
{
	struct seen seen = { .loop = loop_create() };
	struct loop_timer *timer =
	    loop_timer_create(seen.loop, stop_loop, &seen);

	loop_timer_set(timer, 0);
	loop_timer_clear(timer);
	loop_turn(seen.loop);
	cr_expect_eq(seen.count, 0);
	loop_timer_free(timer);
	loop_free(seen.loop);
}

Test(loop, deferred_calls_keep_their_order_and_may_defer_more)
{
	struct seen seen = { .loop = loop_create() };

	loop_defer(seen.loop, note_b_and_defer_a, &seen);
	loop_defer(seen.loop, note_a, &seen);
	loop_turn(seen.loop);
	cr_expect_str_eq(seen.order, "baa");
	loop_free(seen.loop);
}

Test(loop, a_deferred_call_can_be_taken_back)
{
	struct seen seen = { .loop = loop_create() };

	loop_defer(seen.loop, note_a, &seen);
	loop_defer_cancel(seen.loop, note_a, &seen);
	loop_turn(seen.loop);
	cr_expect_eq(seen.count, 0);
	loop_free(seen.loop);
}

static void
read_one(int fd, unsigned int ready, void *arg)
{
	struct seen *seen = arg;

	cr_expect_eq(ready, LOOP_READ);
	cr_expect_eq(read(fd, &seen->order[seen->count++], 1), 1);
}

Test(loop, a_watch_rests_until_it_is_wanted)
{
	struct seen seen = { .loop = loop_create() };
	struct loop_watch *watch;
	int ends[2];

	cr_assert_eq(fd_pipe(ends), 0);
	cr_assert_eq(fd_write_all(ends[1], "xy", 2), 0);
	watch = loop_watch_create(seen.loop, ends[0], read_one, &seen);
	loop_turn(seen.loop);
	cr_expect_eq(seen.count, 0);
	loop_watch_want(watch, LOOP_READ);
	loop_turn(seen.loop);
	loop_turn(seen.loop);
	cr_expect_str_eq(seen.order, "xy");
	loop_watch_free(watch);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	loop_free(seen.loop);
}

static void
count_signal(int signo, void *arg)
{
	struct seen *seen = arg;

	cr_expect_eq(signo, SIGUSR1);
	stop_loop(seen);
}

Test(loop, a_signal_arrives_as_a_call_from_the_loop)
{
	struct seen seen = { .loop = loop_create() };

	cr_assert_eq(
	    loop_signal_on(seen.loop, SIGUSR1, count_signal, &seen), 0);
	raise(SIGUSR1);
	cr_expect_eq(seen.count, 0);
	loop_run(seen.loop);
	cr_expect_eq(seen.count, 1);
	loop_free(seen.loop);
}
