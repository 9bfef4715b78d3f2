/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_DUMP_H
#define PREFLIGHT_JUDGE_DUMP_H

struct nginx_instance;
struct report;

/*
 * Lets nginx itself test and print its configuration ("nginx -T"), sealed so
 * that nothing of it is left, and adds to the report where it reads it
 * otherwise than the checker does, if it ends in time.  The answer is a
 * cross-check only: findings rest on the checker's own reading.  image is the
 * unpacked image that the instance is of, or NULL.  Where it cannot be run,
 * that is said.
 */
void judge_dump(struct report *, const struct nginx_instance *,
    const char *image, int timeout_ms);

#endif
