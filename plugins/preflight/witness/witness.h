/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_WITNESS_H
#define PREFLIGHT_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "base/strvec.h"

/*
 * What a verdict rests on (contract P6, TOCTOU): every object that was looked
 * at, as it was just before.  A verdict may be given again as long as all of
 * it is the same.
 *
 * A checker process makes one run, so there is one witness: the readers and
 * the prober note what they look at without being handed anything.  Nothing is
 * noted before witness_begin.
 */

void witness_begin(void);

/*
 * The path, with everything on the way to it: what decides about access, but
 * no content and no times, so that a log may grow and a directory may gain
 * entries.  In the view of process view (0: ours).
 */
void witness_path(pid_t view, const char *path);
/* A file or directory whose content counts, by its times and size. */
void witness_file(const char *path);
/* The directory that a glob pattern looks into. */
void witness_glob(const char *pattern);
/* A tree that was listed in the view of a process: the key says how (for
 * stamp_list_by), the digest what was seen (0: it cannot be told whether it
 * changes). */
void witness_tree(const char *path, const char *key, size_t len, pid_t view,
    uint64_t digest);
/* The same of one that is too large to be listed while somebody waits: paths of
 * all its directories and of what was tried in it come with it. */
void witness_large_tree(const char *path, const char *key, size_t len,
    pid_t view, uint64_t digest, const struct strvec *dirs,
    const struct strvec *entries);
/* Whether anything is noted at all. */
bool witness_is_noting(void);
/* The processes of this nginx master, itself included, or all masters if it is
 * 0: numbers, start times and titles. */
void witness_nginx(pid_t master);
/* The rest: user database, rules of the kernel. */
void witness_system(void);
/* The verdict rests on something that cannot be held on to. */
void witness_give_up(void);

/* Appends everything that was noted; false if it would not be enough. */
bool witness_write(struct strbuf *);
/* Whether all that witness_write wrote is still so; glance: without listing
 * large trees, so that a change of a file that was only counted is missed. */
bool witness_holds(const char *data, size_t len, bool glance);

#endif
