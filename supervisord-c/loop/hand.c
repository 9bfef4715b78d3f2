/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/thread.h"
#include "base/xmalloc.h"
#include "loop/hand.h"

struct hand {
	pthread_t thread;
	bool is_there, is_refused;
	sem_t offered; /* at times there is nothing left to take */
	sem_t finished;
	atomic_uint left;	/* pieces that nobody has taken */
	atomic_uint unfinished; /* of all */
	/* Read after a piece was taken, which makes them those of that piece. */
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
take(struct hand *hand, unsigned int *piece)
{
	unsigned int left = atomic_load(&hand->left);

	while (left > 0) {
		if (atomic_compare_exchange_weak(&hand->left, &left,
			left - 1)) {
			*piece = left - 1;
			return true;
		}
	}
	return false;
}

/* Whether that was the last of all. */
static bool
finish(struct hand *hand)
{
	return atomic_fetch_sub(&hand->unfinished, 1) == 1;
}

static void *
run_hand(void *arg)
{
	struct hand *hand = arg;
	unsigned int piece;

	for (;;) {
		wait_for(&hand->offered);
		while (take(hand, &piece)) {
			if (hand->work == NULL)
				return NULL;
			hand->work(piece, hand->arg);
			if (finish(hand))
				sem_post(&hand->finished);
		}
	}
}

static void
offer(struct hand *hand, unsigned int count, hand_fn work, void *arg)
{
	hand->work = work;
	hand->arg = arg;
	atomic_store(&hand->unfinished, count);
	atomic_store(&hand->left, count);
}

static bool
has_second_processor(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 &&
	    CPU_COUNT(&set) > 1;
}

static bool
is_ready(struct hand *hand)
{
	if (!hand->is_there && !hand->is_refused) {
		hand->is_there = has_second_processor() &&
		    thread_start(&hand->thread, run_hand, hand) == 0;
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
	atomic_init(&hand->left, 0);
	atomic_init(&hand->unfinished, 0);
	return hand;
}

void
hand_free(struct hand *hand)
{
	if (hand == NULL)
		return;
	if (hand->is_there) {
		offer(hand, 1, NULL, NULL);
		sem_post(&hand->offered);
		pthread_join(hand->thread, NULL);
	}
	sem_destroy(&hand->offered);
	sem_destroy(&hand->finished);
	free(hand);
}

void
hand_share(struct hand *hand, unsigned int count, hand_fn work, void *arg)
{
	unsigned int piece;
	bool was_last = false;

	offer(hand, count, work, arg);
	if (count > 1 && is_ready(hand))
		sem_post(&hand->offered);
	while (take(hand, &piece)) {
		work(piece, arg);
		was_last = finish(hand);
	}
	if (count > 0 && !was_last)
		wait_for(&hand->finished);
}
