/* SPDX-License-Identifier: ISC */
#ifndef WEB_ROW_H
#define WEB_ROW_H

#include <stdint.h>

#include "base/strbuf.h"
#include "supervisor/supervisor.h"

/* Every process by group, then name; the caller frees the array. */
struct process **row_processes(struct supervisor *, size_t *count);
/* "group:name", or "name" if both are the same; the caller frees. */
char *row_namespec(const struct process_facts *);
/* One <tr>, on one line (contract C5.2). */
void row_write(struct strbuf *, const struct process *, bool shade);
/* Changes whenever the row would, but for the time that passes. */
uint64_t row_fingerprint(const struct process *);

#endif
