/* SPDX-License-Identifier: ISC */
#ifndef BASE_ERRNAME_H
#define BASE_ERRNAME_H

/*
 * The symbolic name of an error number ("ENOENT"), as Supervisor shows it in
 * its messages; the number as text for one without a name.  Never NULL,
 * async-signal-safe, valid until the next call with an unnamed number.
 */
const char *errname(int error);

#endif
