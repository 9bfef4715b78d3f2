/* SPDX-License-Identifier: ISC */
#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include "ctl/command.h"
#include "xmlrpc/value.h"

/*
 * What the TAB key offers (contract C6.11); pure.
 */

/* What kind of word begins at that place of the line. */
enum command_words complete_kind(const char *line, size_t start);
/*
 * Appends the words of the kind that begin with the text, sorted, each once.
 * infos is the answer of getAllProcessInfo, or NULL if it is not known.
 */
void complete_words(enum command_words, const char *text,
    const struct value *infos, struct strvec *out);

#endif
