/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_DESCRIBE_H
#define PROCESS_DESCRIBE_H

#include "process/process.h"

/* What getProcessInfo calls the description (contract C3.2), from facts alone;
 * the caller frees. */
char *describe(const struct process_facts *);

#endif
