/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "loop/hand.h"

struct side {
	sem_t *here, *there;
	int hand, calls;
	bool met;
	pthread_t thread;
};

static bool
wait_for(sem_t *sem)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += 20;
	return sem_timedwait(sem, &deadline) == 0;
}

/* Ends only when the other side has begun, too. */
static void
meet(int hand, void *arg)
{
	struct side *side = arg;

	sem_post(side->here);
	side->met = wait_for(side->there);
	side->hand = hand;
	side->thread = pthread_self();
}

static void
count(int hand, void *arg)
{
	struct side *side = arg;

	side->hand = hand;
	side->thread = pthread_self();
	side->calls++;
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
	struct side mine = { .hand = -1 }, theirs = { .hand = -1 };
	sem_t a, b;

	if (processors() < 2)
		cr_skip_test("one processor only");
	sem_init(&a, 0, 0);
	sem_init(&b, 0, 0);
	mine.here = theirs.there = &a;
	mine.there = theirs.here = &b;
	hand_share(hand, meet, &mine, meet, &theirs);
	cr_expect(mine.met && theirs.met);
	cr_expect_eq(mine.hand, 0);
	cr_expect_eq(theirs.hand, 1);
	cr_expect(pthread_equal(mine.thread, pthread_self()));
	cr_expect(!pthread_equal(theirs.thread, pthread_self()));
	hand_free(hand);
}

Test(hand, one_processor_does_one_after_the_other)
{
	struct hand *hand;
	struct side mine = { .calls = 0 }, theirs = { .calls = 0 };

	stay_on_one_processor();
	hand = hand_create();
	hand_share(hand, count, &mine, count, &theirs);
	cr_expect_eq(mine.calls, 1);
	cr_expect_eq(theirs.calls, 1);
	cr_expect_neq(mine.hand, theirs.hand);
	cr_expect(pthread_equal(theirs.thread, pthread_self()));
	hand_free(hand);
}

/* However late the thread is, each piece is done once and before the return. */
Test(hand, nothing_is_done_twice_or_left)
{
	struct hand *hand = hand_create();
	struct side mine = { .calls = 0 }, theirs = { .calls = 0 };

	for (int i = 1; i <= 20000; i++) {
		hand_share(hand, count, &mine, count, &theirs);
		cr_assert_eq(mine.calls, i);
		cr_assert_eq(theirs.calls, i);
	}
	hand_free(hand);
}
