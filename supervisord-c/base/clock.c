/* SPDX-License-Identifier: ISC */
#include <stdbool.h>

#include "base/clock.h"

static bool frozen;
static int64_t frozen_mono_ms, frozen_wall_ms;
static int64_t wall_step_ms;

static int64_t
to_ms(struct timespec ts)
{
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono_us(void)
{
	struct timespec ts;

	if (frozen)
		return frozen_mono_ms * 1000;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static struct timespec
to_timespec(int64_t ms)
{
	return (struct timespec){
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};
}

struct timespec
clock_wall(void)
{
	struct timespec ts;

	if (frozen)
		return to_timespec(frozen_wall_ms);
	clock_gettime(CLOCK_REALTIME, &ts);
	if (wall_step_ms != 0)
		return to_timespec(to_ms(ts) + wall_step_ms);
	return ts;
}

int64_t
clock_wall_ms(void)
{
	return to_ms(clock_wall());
}

void
clock_freeze(int64_t mono_ms, int64_t wall_ms)
{
	frozen = true;
	frozen_mono_ms = mono_ms;
	frozen_wall_ms = wall_ms;
}

void
clock_step_wall(int64_t ms)
{
	wall_step_ms += ms;
}

void
clock_release(void)
{
	frozen = false;
}
