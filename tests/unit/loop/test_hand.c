/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "loop/hand.h"

enum { PIECES = 5 };

struct work {
	sem_t begun[2];
	bool met[2];
	_Atomic int calls[PIECES];
	pthread_t threads[PIECES];
};

static bool
wait_for(sem_t *sem)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += 20;
	return sem_timedwait(sem, &deadline) == 0;
}

static void
count(unsigned int piece, void *arg)
{
	struct work *work = arg;

	cr_assert_lt(piece, PIECES);
	work->threads[piece] = pthread_self();
	work->calls[piece]++;
}

/* Ends only when the other one of two has begun, too. */
static void
meet(unsigned int piece, void *arg)
{
	struct work *work = arg;

	sem_post(&work->begun[piece]);
	work->met[piece] = wait_for(&work->begun[1 - piece]);
	count(piece, arg);
}

static int
processors(void)
{
	cpu_set_t set;

	cr_assert_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	return CPU_COUNT(&set);
}

static void
stay_on_one_processor(void)
{
	cpu_set_t set, one;
	int cpu = 0;

	cr_assert_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
}

Test(hand, two_pieces_of_work_run_at_the_same_time)
{
	struct hand *hand = hand_create();
	struct work work = { .calls = { 0 } };

	if (processors() < 2)
		cr_skip_test("one processor only");
	for (int i = 0; i < 2; i++)
		sem_init(&work.begun[i], 0, 0);
	hand_share(hand, 2, meet, &work);
	cr_expect(work.met[0] && work.met[1]);
	cr_expect(!pthread_equal(work.threads[0], work.threads[1]));
	hand_free(hand);
}

Test(hand, one_processor_does_one_after_the_other)
{
	struct hand *hand;
	struct work work = { .calls = { 0 } };

	stay_on_one_processor();
	hand = hand_create();
	hand_share(hand, PIECES, count, &work);
	for (int i = 0; i < PIECES; i++) {
		cr_expect_eq(work.calls[i], 1);
		cr_expect(pthread_equal(work.threads[i], pthread_self()));
	}
	hand_free(hand);
}

Test(hand, a_single_piece_is_done_here)
{
	struct hand *hand = hand_create();
	struct work work = { .calls = { 0 } };

	hand_share(hand, 1, count, &work);
	cr_expect_eq(work.calls[0], 1);
	cr_expect(pthread_equal(work.threads[0], pthread_self()));
	hand_share(hand, 0, count, &work);
	cr_expect_eq(work.calls[0], 1);
	hand_free(hand);
}

/* However late the thread is, each piece is done once and before the return. */
Test(hand, nothing_is_done_twice_or_left)
{
	struct hand *hand = hand_create();
	struct work work = { .calls = { 0 } };
	int wanted[PIECES] = { 0 };

	for (unsigned int i = 1; i <= 40000; i++) {
		unsigned int pieces = i % (PIECES + 1);

		hand_share(hand, pieces, count, &work);
		for (unsigned int k = 0; k < PIECES; k++) {
			wanted[k] += k < pieces;
			cr_assert_eq(work.calls[k], wanted[k]);
		}
	}
	hand_free(hand);
}
