/* SPDX-License-Identifier: ISC */
#ifndef INI_ENCODING_H
#define INI_ENCODING_H

#include <stddef.h>

/*
 * Whether a file is UTF-8: 0, or -1 with the text that Python has for it
 * ("'utf-8' codec can't decode byte 0xff in position 23: invalid start byte").
 * Positions count as Python's do, which reads in chunks of 8 KiB.
 */
int encoding_check(const char *data, size_t len, char **cause);

#endif
