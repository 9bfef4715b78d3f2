/* SPDX-License-Identifier: ISC */
#ifndef CTL_FORMAT_H
#define CTL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "ctl/client.h"

/*
 * Lines as tools parse them (contract C6.5 to C6.7).  Everything is appended,
 * lines with their newline.
 */

/* Width of the column of names in which the widest has that many characters. */
size_t format_name_width(size_t widest);
/* Characters of the name that is shown for the process. */
size_t format_name_length(const struct process_info *);
/* The text and blanks up to that many characters. */
void format_padded(struct strbuf *, const char *, size_t width);
/* One line of "status"; colour for terminals only. */
void format_status(struct strbuf *, const struct process_info *, size_t width,
    bool colour);
/* One line of "avail" from a member of getAllConfigInfo. */
void format_avail(struct strbuf *, const struct value *);
/* Names in columns of at most 80 characters, sorted downwards. */
void format_columns(struct strbuf *, const struct strvec *);

#endif
