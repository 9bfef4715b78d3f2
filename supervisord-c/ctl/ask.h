/* SPDX-License-Identifier: ISC */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include <stdbool.h>

/*
 * Questions to the person at the terminal.  All of them show the prompt on
 * stdout and read a line of stdin.
 */

/* The line without its end, or NULL at the end of the input; the caller
 * frees. */
char *ask_line(const char *prompt);
/* The same, and a terminal does not show what is typed. */
char *ask_secret(const char *prompt);
/* Whether the answer begins with y or Y. */
bool ask_yes(const char *prompt);

#endif
