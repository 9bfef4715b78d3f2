/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_INCLUDE_H
#define CONFIG_INCLUDE_H

#include "config/reader.h"

/*
 * Reads the files that [include] of the main file names (contract D2.2).  -1
 * with the text of the usage error.
 */
int includes_read(struct config_reader *, char **cause);

/* No configuration is larger than this. */
#define CONFIG_FILE_MAX ((size_t)64 << 20)

#endif
