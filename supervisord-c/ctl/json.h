/* SPDX-License-Identifier: ISC */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include "base/strbuf.h"
#include "xmlrpc/value.h"

/* Appends text in quotes; bytes that are not UTF-8 become U+FFFD. */
void json_write_string(struct strbuf *, const char *text, size_t len);
/* Appends a value: structs keep the order of their members, null stands for
 * nil and for numbers that JSON cannot express. */
void json_write_value(struct strbuf *, const struct value *);

#endif
