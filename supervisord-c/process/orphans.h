/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_ORPHANS_H
#define PROCESS_ORPHANS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "process/child_map.h"

/*
 * Whether the command's file is run by somebody who is not older than age_ms and
 * has lost his parent: what a program leaves behind that goes into the
 * background.  Orphans are children of one of our ancestors, or of ourselves but
 * not in the map; no other process is looked at.  False where /proc does not
 * tell.
 */
bool orphan_runs(const struct process_config *, const struct child_map *,
    int64_t age_ms);

#endif
