/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_PATH_GLOB_H
#define CONFIG_PATH_GLOB_H

#include "base/strvec.h"

/*
 * Appends the paths that match an absolute pattern, as Python's glob finds them
 * (contract D2.2), and sorts all by code point: *, ? and [...] with ranges and !,
 * each for a character and not a byte; no braces, no backslashes, no classes;
 * "**" is "*".  A name that begins with a dot is found only by a part of the
 * pattern that does too.  A pattern without any of these matches what exists,
 * also a link that leads nowhere.
 */
void path_glob(const char *pattern, struct strvec *paths);

#endif
