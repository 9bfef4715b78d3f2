/* SPDX-License-Identifier: ISC */
#ifndef BASE_SIGNAME_H
#define BASE_SIGNAME_H

/*
 * "SIGTERM" for 15; "signal 33" for a number without a name, as Supervisor's
 * log lines show it.  Never NULL; the second form is valid until the next call.
 */
const char *signame(int signo);

/*
 * A signal as people write it: a number, or a name in any case with or without
 * SIG and with blanks around it.  Numbers are those that have a name: 0 to 31,
 * 34 (RTMIN) and 64 (RTMAX).  Returns the number, or -1 with *cause set to
 * "value 'x' is not a valid signal name" or "... number".
 */
int signame_parse(const char *, char **cause);

#endif
