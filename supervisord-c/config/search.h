/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_SEARCH_H
#define CONFIG_SEARCH_H

#include "base/strvec.h"

/*
 * Where a configuration file is looked for when no -c names one (contract
 * D1.4).  program is the path the program was started by (AT_EXECFN).
 */

/* Appends the six places in their order, also those that are doubled. */
void config_search_places(const char *program, struct strvec *);
/* The first of them that exists; the caller frees.  NULL if none does.  Relative
 * ones start from base, an absolute directory; NULL: from the current one. */
char *config_search(const char *program, const char *base);

/*
 * What root is told on stderr before a search, once in the life of a process;
 * NULL if the caller is not root.
 */
const char *config_search_warning(void);

#endif
