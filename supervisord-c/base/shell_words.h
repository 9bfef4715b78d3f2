/* SPDX-License-Identifier: ISC */
#ifndef BASE_SHELL_WORDS_H
#define BASE_SHELL_WORDS_H

#include "base/strvec.h"

/*
 * Appends the words of a line, quoted as in a POSIX shell: blanks separate,
 * '...', "..." and \ protect; nothing is expanded and # is no comment.  This
 * is Python's shlex.split, which is how Supervisor reads command=.  -1 and
 * "No closing quotation" or "No escaped character" in *cause, words untouched.
 */
int shell_words_split(const char *line, struct strvec *words, char **cause);

#endif
