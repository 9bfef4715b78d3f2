/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "loop/hand.h"

struct hand {
	pthread_t thread;
	bool is_there, is_refused;
	sem_t offered; /* may be ahead: what was taken back stays counted */
	sem_t finished;
	/* Whoever turns it from false to true does the work below. */
	atomic_bool is_taken;
	hand_fn work; /* NULL: to end */
	void *arg;
};

static void
wait_for(sem_t *sem)
{
	while (sem_wait(sem) == -1 && errno == EINTR)
		continue;
}

static bool
take(struct hand *hand)
{
	return !atomic_exchange(&hand->is_taken, true);
}

static void *
run_hand(void *arg)
{
	struct hand *hand = arg;

	for (;;) {
		wait_for(&hand->offered);
		if (!take(hand))
			continue;
		if (hand->work == NULL)
			return NULL;
		hand->work(1, hand->arg);
		sem_post(&hand->finished);
	}
}

static void
offer(struct hand *hand, hand_fn work, void *arg)
{
	hand->work = work;
	hand->arg = arg;
	atomic_store(&hand->is_taken, false);
	sem_post(&hand->offered);
}

static bool
has_second_processor(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 &&
	    CPU_COUNT(&set) > 1;
}

/* Signals are for the loop's thread. */
static bool
start_thread(struct hand *hand)
{
	sigset_t all, before;
	int error;

	if (!has_second_processor())
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&hand->thread, NULL, run_hand, hand);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

static bool
is_ready(struct hand *hand)
{
	if (!hand->is_there && !hand->is_refused) {
		hand->is_there = start_thread(hand);
		hand->is_refused = !hand->is_there;
	}
	return hand->is_there;
}

struct hand *
hand_create(void)
{
	struct hand *hand = xcalloc(1, sizeof(*hand));

	sem_init(&hand->offered, 0, 0);
	sem_init(&hand->finished, 0, 0);
	atomic_init(&hand->is_taken, true);
	return hand;
}

void
hand_free(struct hand *hand)
{
	if (hand == NULL)
		return;
	if (hand->is_there) {
		offer(hand, NULL, NULL);
		pthread_join(hand->thread, NULL);
	}
	sem_destroy(&hand->offered);
	sem_destroy(&hand->finished);
	free(hand);
}

void
hand_share(struct hand *hand, hand_fn mine, void *my_arg, hand_fn theirs,
    void *their_arg)
{
	bool is_shared = is_ready(hand);

	if (is_shared)
		offer(hand, theirs, their_arg);
	mine(0, my_arg);
	if (!is_shared || take(hand))
		theirs(1, their_arg);
	else
		wait_for(&hand->finished);
}
