/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_HINTS_H
#define CONFIG_HINTS_H

#include "config/reader.h"

/*
 * What --check-config tells beside errors: sections and keys that nothing
 * reads, with what was probably meant.  Fills hints of the configuration.
 */
void hints_find(struct config_reader *);

#endif
