/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_ENVIRON_H
#define CONFIG_ENVIRON_H

#include "base/strvec.h"

/*
 * The value of environment= : KEY="value",OTHER=1 (contract D2.5).
 *
 * Sets the variables in env.  Returns -1 with the text of the usage error, env
 * untouched.  What Supervisor takes without a word though it is not what was
 * meant, as A=$HOME, is named in notes, a sentence each.
 */
int environ_parse(const char *text, struct strvec *env, struct strvec *notes,
    char **cause);

#endif
