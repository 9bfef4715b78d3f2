/* SPDX-License-Identifier: ISC */
#ifndef XMLRPC_VALUE_H
#define XMLRPC_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * XML-RPC values (xmlrpc.com/spec; contract C2).  A value owns what is in it.
 * Strings are bytes: they need not be UTF-8 until they are written.
 */
enum value_type {
	VALUE_NIL,
	VALUE_INT,
	VALUE_BOOL,
	VALUE_DOUBLE,
	VALUE_STRING,
	VALUE_BASE64,	/* held decoded */
	VALUE_DATETIME, /* held as its text */
	VALUE_ARRAY,
	VALUE_STRUCT,
};

struct value;

/* The caller frees them; text and bytes are copied. */
struct value *value_nil(void);
struct value *value_int(int64_t);
struct value *value_bool(bool);
struct value *value_double(double);
struct value *value_string(const char *);
struct value *value_string_len(const char *, size_t len);
struct value *value_array(void);
struct value *value_struct(void);
/* For base64 and dateTime: bytes and their type. */
struct value *value_bytes(enum value_type, const void *, size_t len);
/* A copy that shares nothing with it. */
struct value *value_copy(const struct value *);
void value_free(struct value *); /* takes NULL */

/* Both take the item. */
void value_push(struct value *array, struct value *item);
/* The name is copied; what the member was is freed.  Members keep the order in
 * which they were first set. */
void value_set(struct value *structure, const char *name, struct value *item);

enum value_type value_type(const struct value *);
/* Integers and booleans as they are, doubles truncated; 0 for the others. */
int64_t value_as_int(const struct value *);
/* Whether a number is not 0; false for what is none. */
bool value_as_bool(const struct value *);
/* 0 for what is no number. */
double value_as_double(const struct value *);
/* Bytes of a string, base64 or date with a NUL behind; borrowed. NULL else. */
const char *value_as_string(const struct value *, size_t *len);
/* Length of an array or number of members of a struct, else 0. */
size_t value_count(const struct value *);
/* Borrowed; NULL beyond the end. */
const struct value *value_item(const struct value *array, size_t index);
/* The item itself, now the caller's; a nil stays in its place.  NULL beyond the
 * end. */
struct value *value_take_item(struct value *array, size_t index);
/* Borrowed; NULL if it is no struct or has no such member. */
const struct value *value_member(const struct value *, const char *name);
/* The index-th member and its name, both borrowed; NULL beyond the end, and
 * then the name is not set. */
const struct value *value_member_at(const struct value *, size_t index,
    const char **name);

#endif
