/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_SHARED_LOGS_H
#define CONFIG_SHARED_LOGS_H

#include "config/reader.h"

/* Warns of each rotated log file that more than one process writes to: their
 * lines are mixed, and under Supervisor rotation loses some (contract D5.2). */
void shared_logs_find(struct config_reader *);

#endif
