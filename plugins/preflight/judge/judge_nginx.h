/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_NGINX_H
#define PREFLIGHT_JUDGE_NGINX_H

#include <stdbool.h>

struct nginx_instance;
struct report;
struct finding;
struct identity;

/* What there is to say about an nginx and its workers, whatever program is
 * concerned: PF001 to PF016. */
void judge_nginx(struct report *, const struct nginx_instance *);

/* Registers an identity of the instance and returns its id ("n1"), borrowed
 * from the report. */
const char *judge_nginx_identity(struct report *, const struct nginx_instance *,
    const struct identity *);

/* Says that the identity was refused what the next workers will be granted:
 * its PF005 becomes an error (contract P5.2). */
void judge_nginx_stale(struct report *, const struct nginx_instance *,
    const struct identity *);

/* Whether this process becomes the worker and tries; of an image, or without
 * the rights, results are inferred. */
bool identity_is_taken(const struct identity *);

/* Whether the finding says that the instance's configuration cannot be used
 * (PF001, PF002, PF003), or that a file of it cannot. */
bool judge_nginx_is_broken_by(const struct nginx_instance *,
    const struct finding *);

#endif
