/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
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

	cr_assert_eq(loop_signal_on(seen.loop, SIGUSR1, count_signal, &seen),
	    0);
	raise(SIGUSR1);
	cr_expect_eq(seen.count, 0);
	loop_run(seen.loop);
	cr_expect_eq(seen.count, 1);
	loop_free(seen.loop);
}

/* Pipes that are always readable: who was called, in order. */
struct pipes {
	struct loop *loop;
	loop_watch_fn on_ready; /* NULL: on_pipe_ready */
	int number;		/* of those that there are; 0: three */
	bool keeps;		/* find_little leaves what it finds */
	int ends[LOOP_PIECES + 1][2];
	struct loop_watch *watches[LOOP_PIECES + 1];
	char order[64];
	int count;
	_Atomic int works[LOOP_PIECES];
};

static void
on_pipe_ready(int fd, unsigned int ready, void *arg)
{
	struct pipes *pipes = arg;

	cr_expect_eq(ready, LOOP_READ);
	for (int i = 0; i < pipes->number; i++) {
		if (pipes->ends[i][0] == fd && pipes->count < 60)
			pipes->order[pipes->count++] = (char)('0' + i);
	}
}

static void
put(const struct pipes *pipes, int number)
{
	cr_assert_eq(write(pipes->ends[number][1], "x", 1), 1);
}

static void
open_pipes(struct pipes *pipes, int in_background)
{
	pipes->loop = loop_create();
	if (pipes->number == 0)
		pipes->number = 3;
	for (int i = 0; i < pipes->number; i++) {
		cr_assert_eq(fd_pipe(pipes->ends[i]), 0);
		put(pipes, i);
		pipes->watches[i] = (i < in_background
			? loop_watch_create_background
			: loop_watch_create)(pipes->loop, pipes->ends[i][0],
		    pipes->on_ready != NULL ? pipes->on_ready : on_pipe_ready,
		    pipes);
	}
}

static void
close_pipes(struct pipes *pipes)
{
	for (int i = 0; i < pipes->number; i++) {
		loop_watch_free(pipes->watches[i]);
		fd_close(&pipes->ends[i][0]);
		fd_close(&pipes->ends[i][1]);
	}
	loop_free(pipes->loop);
}

static void
watch_all(struct pipes *pipes)
{
	for (int i = 0; i < pipes->number; i++)
		cr_assert_eq(loop_watch_want(pipes->watches[i], LOOP_READ), 0);
}

Test(loop, background_watches_take_turns)
{
	struct pipes pipes = { .count = 0 };

	open_pipes(&pipes, 3);
	watch_all(&pipes);
	for (int i = 1; i <= 6; i++) {
		loop_turn(pipes.loop);
		cr_expect_eq(pipes.count, i);
	}
	/* Each twice, one after the other. */
	for (int i = 0; i < 3; i++)
		cr_expect_eq(pipes.order[i], pipes.order[i + 3]);
	cr_expect_neq(pipes.order[0], pipes.order[1]);
	cr_expect_neq(pipes.order[1], pipes.order[2]);
	close_pipes(&pipes);
}

Test(loop, the_background_waits_for_others_but_not_for_ever)
{
	struct pipes pipes = { .count = 0 };
	int turns = 0;

	open_pipes(&pipes, 1);
	watch_all(&pipes); /* pipes 1 and 2 are ready all the time */
	while (strchr(pipes.order, '0') == NULL && turns < 30) {
		loop_turn(pipes.loop);
		turns++;
	}
	cr_expect_gt(turns, 3);
	cr_expect_lt(turns, 20);
	close_pipes(&pipes);
}

Test(loop, a_resting_or_freed_background_watch_is_not_called)
{
	struct pipes pipes = { .count = 0 };

	open_pipes(&pipes, 3);
	watch_all(&pipes);
	loop_turn(pipes.loop); /* all are marked, one is called */
	cr_expect_eq(pipes.count, 1);
	for (int i = 0; i < 3; i++)
		loop_watch_want(pipes.watches[i], 0);
	loop_turn(pipes.loop);
	cr_expect_eq(pipes.count, 1);
	close_pipes(&pipes);
}

static void
note_work(unsigned int piece, void *arg)
{
	struct pipes *pipes = arg;

	cr_expect_lt(piece, LOOP_PIECES);
	pipes->works[piece]++;
}

static int
works(const struct pipes *pipes)
{
	int sum = 0;

	for (int i = 0; i < LOOP_PIECES; i++)
		sum += pipes->works[i];
	return sum;
}

static void
share_all(struct pipes *pipes, loop_work_fn work)
{
	for (int i = 0; i < pipes->number; i++)
		loop_watch_share(pipes->watches[i], work);
}

Test(loop, shared_work_is_done_some_at_a_time)
{
	struct pipes pipes = { .number = LOOP_PIECES + 1 };

	open_pipes(&pipes, pipes.number);
	share_all(&pipes, note_work);
	watch_all(&pipes);
	loop_turn(pipes.loop);
	cr_expect_eq(pipes.count, LOOP_PIECES);
	for (int i = 0; i < LOOP_PIECES; i++)
		cr_expect_eq(pipes.works[i], 1);
	loop_turn(pipes.loop);
	cr_expect_eq(pipes.count, pipes.number, "one is left");
	cr_expect_eq(pipes.works[0], 2);
	close_pipes(&pipes);
}

Test(loop, work_is_shared_by_neighbours_that_have_some)
{
	struct pipes pipes = { .count = 0 };

	open_pipes(&pipes, 3);
	share_all(&pipes, note_work);
	loop_watch_share(pipes.watches[1], NULL);
	watch_all(&pipes);
	for (int i = 0; i < 3; i++)
		loop_turn(pipes.loop);
	cr_expect_eq(pipes.count, 3, "one is not enough to share");
	cr_expect_eq(works(&pipes), 2);
	close_pipes(&pipes);
}

static int
works_of_turns(struct pipes *pipes, int turns)
{
	int before = works(pipes);

	for (int i = 0; i < turns; i++)
		loop_turn(pipes->loop);
	return works(pipes) - before;
}

/* It would wait for the other thread, which may have lost its processor. */
Test(loop, no_work_is_shared_while_a_client_calls_all_the_time)
{
	struct pipes pipes = { .count = 0 };
	int most = 0;

	open_pipes(&pipes, 2); /* pipe 2 is the client's */
	for (int i = 0; i < 2; i++)
		loop_watch_share(pipes.watches[i], note_work);
	watch_all(&pipes);
	for (int i = 0; i < 40; i++)
		most = MAX(most, works_of_turns(&pipes, 1));
	cr_expect_eq(most, 1);
	loop_watch_want(pipes.watches[2], 0);
	works_of_turns(&pipes, 20);
	cr_expect_eq(works_of_turns(&pipes, 1), 2);
	close_pipes(&pipes);
}

static void
end_the_others(int fd, unsigned int ready, void *arg)
{
	struct pipes *pipes = arg;

	(void)ready;
	pipes->count++;
	for (int i = 0; i < 3; i++) {
		if (pipes->ends[i][0] == fd)
			continue;
		loop_watch_free(pipes->watches[i]);
		pipes->watches[i] = NULL;
	}
}

Test(loop, who_is_ended_by_the_one_beside_it_is_not_called)
{
	struct pipes pipes = { .on_ready = end_the_others };

	open_pipes(&pipes, 3);
	share_all(&pipes, note_work);
	watch_all(&pipes);
	loop_turn(pipes.loop);
	cr_expect_eq(pipes.count, 1);
	close_pipes(&pipes);
}

/* Reads what is there, which is always called little. */
static void
find_little(int fd, unsigned int ready, void *arg)
{
	struct pipes *pipes = arg;
	char data[64];

	on_pipe_ready(fd, ready, arg);
	if (pipes->keeps || read(fd, data, sizeof(data)) > 0)
		loop_watch_found_little(
		    pipes->watches[pipes->order[pipes->count - 1] - '0']);
}

/* How many of so many turns had a call. */
static int
turns_with_calls(struct pipes *pipes, int turns)
{
	pipes->count = 0;
	for (int i = 0; i < turns; i++)
		loop_turn(pipes->loop);
	return pipes->count;
}

static void
await_call(struct pipes *pipes)
{
	time_t deadline = time(NULL) + 20;

	while (turns_with_calls(pipes, 1) == 0)
		cr_assert_lt(time(NULL), deadline);
}

/* A second later, all at once. */
static void
let_time_pass(struct pipes *pipes)
{
	clock_freeze(clock_mono_ms() + 1000, 0);
	await_call(pipes);
}

/* Pipe 0 is called until it rests; the clock is frozen. */
static void
make_rest(struct pipes *pipes)
{
	clock_freeze(clock_mono_ms(), 0);
	loop_watch_want(pipes->watches[0], LOOP_READ);
	cr_assert_eq(turns_with_calls(pipes, 1), 1, "the first at once");
	put(pipes, 0);
	cr_assert_eq(turns_with_calls(pipes, 1), 1, "soon after it");
	put(pipes, 0);
	cr_assert_eq(turns_with_calls(pipes, 3), 0, "then it rests");
}

Test(loop, a_stream_of_little_rests)
{
	struct pipes pipes = { .on_ready = find_little, .keeps = true };

	open_pipes(&pipes, 1);
	make_rest(&pipes);
	let_time_pass(&pipes);
	/* Who comes once a second is never kept waiting. */
	for (int i = 0; i < 5; i++) {
		clock_freeze(clock_mono_ms() + 1000, 0);
		cr_expect_eq(turns_with_calls(&pipes, 1), 1);
	}
	clock_release();
	close_pipes(&pipes);
}

Test(loop, nobody_else_rests_with_it)
{
	struct pipes pipes = { .on_ready = find_little };

	open_pipes(&pipes, 2);
	make_rest(&pipes);
	loop_watch_want(pipes.watches[1], LOOP_READ);
	cr_expect_eq(turns_with_calls(&pipes, 1), 1);
	cr_expect_eq(pipes.order[0], '1');
	clock_release();
	await_call(&pipes);
	cr_expect_eq(pipes.order[0], '0');
	close_pipes(&pipes);
}

Test(loop, it_is_watched_again_when_the_stream_ends)
{
	struct pipes pipes = { .on_ready = find_little };

	open_pipes(&pipes, 1);
	make_rest(&pipes);
	let_time_pass(&pipes);
	cr_expect_eq(turns_with_calls(&pipes, 5), 0, "nothing is there");
	put(&pipes, 0);
	cr_expect_eq(turns_with_calls(&pipes, 1), 1);
	clock_release();
	close_pipes(&pipes);
}

Test(loop, it_may_be_ended_while_it_rests)
{
	struct pipes pipes = { .on_ready = find_little };

	open_pipes(&pipes, 1);
	make_rest(&pipes);
	loop_watch_want(pipes.watches[0], 0);
	clock_release();
	cr_expect_eq(turns_with_calls(&pipes, 5), 0);
	loop_watch_want(pipes.watches[0], LOOP_READ);
	cr_expect_eq(turns_with_calls(&pipes, 1), 1);
	close_pipes(&pipes);
}

Test(loop, what_has_rested_takes_turns_with_the_others)
{
	struct pipes pipes = { .on_ready = find_little, .keeps = true };

	open_pipes(&pipes, 3);
	make_rest(&pipes);
	loop_watch_want(pipes.watches[1], LOOP_READ);
	cr_assert_eq(turns_with_calls(&pipes, 3), 2, "it rests, too");
	let_time_pass(&pipes);
	loop_watch_want(pipes.watches[2], LOOP_READ);
	cr_expect_eq(turns_with_calls(&pipes, 2), 2);
	cr_expect_neq(pipes.order[0], '1', "who the kernel names");
	cr_expect_eq(pipes.order[1], '1');
	clock_release();
	close_pipes(&pipes);
}

/* A regular file stands for a queue that has no room. */
Test(loop, it_goes_on_resting_if_the_kernel_refuses_to_watch_it)
{
	struct pipes pipes = { .on_ready = find_little };
	int pipe, file = open("/proc/self/exe", O_RDONLY);

	open_pipes(&pipes, 1);
	make_rest(&pipes);
	pipe = dup(pipes.ends[0][0]);
	cr_assert_eq(dup2(file, pipes.ends[0][0]), pipes.ends[0][0]);
	cr_assert_gt(lseek(pipes.ends[0][0], 0, SEEK_END), 0);
	clock_release();
	for (int i = 0; i < 3; i++)
		await_call(&pipes);
	cr_assert_eq(dup2(pipe, pipes.ends[0][0]), pipes.ends[0][0]);
	await_call(&pipes);
	close(pipe);
	close(file);
	close_pipes(&pipes);
}

Test(loop, the_background_goes_on_where_it_finds_much)
{
	struct pipes pipes = { .count = 0 };

	open_pipes(&pipes, 1);
	clock_freeze(1000, 0);
	loop_watch_want(pipes.watches[0], LOOP_READ);
	cr_expect_eq(turns_with_calls(&pipes, 20), 20);
	clock_release();
	close_pipes(&pipes);
}
