/* SPDX-License-Identifier: ISC */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds that never go back, CLOCK_MONOTONIC: for intervals. */
int64_t clock_mono_ms(void);
/* The same in microseconds. */
int64_t clock_mono_us(void);
/* The calendar: for what people and clients are shown. */
struct timespec clock_wall(void);
int64_t clock_wall_ms(void);

/*
 * Tests only: from now on both clocks show these values, until
 * clock_release().
 */
void clock_freeze(int64_t mono_ms, int64_t wall_ms);
void clock_release(void);
/* Tests only: moves the calendar, and nothing else. */
void clock_step_wall(int64_t ms);

#endif
