/* SPDX-License-Identifier: ISC */
/*
 * A value is one tagged block: text lies behind it, items and members in an
 * array of pointers.  Members are searched one by one, because the structs of
 * this protocol are small; the reader bounds those of a stranger.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "xmlrpc/value.h"

struct member {
	char *name;
	struct value *value;
};

struct value {
	enum value_type type;
	size_t count; /* bytes, items or members */
	size_t size;  /* room for items or members */
	union {
		int64_t integer;
		bool boolean;
		double real;
		struct value **items;
		struct member *members;
	};
	char bytes[]; /* of the textual types, with a NUL */
};

static struct value *
value_new(enum value_type type)
{
	struct value *value = xcalloc(1, sizeof(*value));

	value->type = type;
	return value;
}

struct value *
value_nil(void)
{
	return value_new(VALUE_NIL);
}

struct value *
value_int(int64_t integer)
{
	struct value *value = value_new(VALUE_INT);

	value->integer = integer;
	return value;
}

struct value *
value_bool(bool boolean)
{
	struct value *value = value_new(VALUE_BOOL);

	value->boolean = boolean;
	return value;
}

struct value *
value_double(double real)
{
	struct value *value = value_new(VALUE_DOUBLE);

	value->real = real;
	return value;
}

struct value *
value_bytes(enum value_type type, const void *bytes, size_t len)
{
	struct value *value = xmalloc(sizeof(*value) + len + 1);

	memset(value, 0, sizeof(*value));
	value->type = type;
	value->count = len;
	if (len > 0)
		memcpy(value->bytes, bytes, len);
	value->bytes[len] = '\0';
	return value;
}

struct value *
value_string(const char *text)
{
	return value_bytes(VALUE_STRING, text, strlen(text));
}

struct value *
value_string_len(const char *text, size_t len)
{
	return value_bytes(VALUE_STRING, text, len);
}

struct value *
value_array(void)
{
	return value_new(VALUE_ARRAY);
}

struct value *
value_struct(void)
{
	return value_new(VALUE_STRUCT);
}

static void
free_items(struct value *array)
{
	for (size_t i = 0; i < array->count; i++)
		value_free(array->items[i]);
	free(array->items);
}

static void
free_members(struct value *structure)
{
	for (size_t i = 0; i < structure->count; i++) {
		free(structure->members[i].name);
		value_free(structure->members[i].value);
	}
	free(structure->members);
}

void
value_free(struct value *value)
{
	if (value == NULL)
		return;
	if (value->type == VALUE_ARRAY)
		free_items(value);
	else if (value->type == VALUE_STRUCT)
		free_members(value);
	free(value);
}

/* Room for one more of the given width. */
static void *
grown(struct value *value, void *list, size_t width)
{
	if (value->count < value->size)
		return list;
	value->size = value->size == 0 ? 4 : value->size * 2;
	return xreallocarray(list, value->size, width);
}

void
value_push(struct value *array, struct value *item)
{
	assert(array->type == VALUE_ARRAY);
	array->items = grown(array, array->items, sizeof(*array->items));
	array->items[array->count++] = item;
}

static struct member *
find_member(const struct value *structure, const char *name)
{
	for (size_t i = 0; i < structure->count; i++) {
		if (strcmp(structure->members[i].name, name) == 0)
			return &structure->members[i];
	}
	return NULL;
}

void
value_set(struct value *structure, const char *name, struct value *item)
{
	struct member *member;

	assert(structure->type == VALUE_STRUCT);
	member = find_member(structure, name);
	if (member != NULL) {
		value_free(member->value);
		member->value = item;
		return;
	}
	structure->members =
	    grown(structure, structure->members, sizeof(*structure->members));
	member = &structure->members[structure->count++];
	member->name = xstrdup(name);
	member->value = item;
}

enum value_type
value_type(const struct value *value)
{
	return value->type;
}

/* Casting a double that does not fit is undefined. */
static int64_t
truncated(double real)
{
	if (!(real > -9.2e18))
		return real < 0 ? INT64_MIN : 0;
	return real < 9.2e18 ? (int64_t)real : INT64_MAX;
}

int64_t
value_as_int(const struct value *value)
{
	if (value->type == VALUE_INT)
		return value->integer;
	if (value->type == VALUE_BOOL)
		return value->boolean;
	return value->type == VALUE_DOUBLE ? truncated(value->real) : 0;
}

bool
value_as_bool(const struct value *value)
{
	return value_as_double(value) != 0;
}

double
value_as_double(const struct value *value)
{
	if (value->type == VALUE_DOUBLE)
		return value->real;
	return (double)value_as_int(value);
}

const char *
value_as_string(const struct value *value, size_t *len)
{
	if (value->type != VALUE_STRING && value->type != VALUE_BASE64 &&
	    value->type != VALUE_DATETIME)
		return NULL;
	if (len != NULL)
		*len = value->count;
	return value->bytes;
}

size_t
value_count(const struct value *value)
{
	if (value->type != VALUE_ARRAY && value->type != VALUE_STRUCT)
		return 0;
	return value->count;
}

const struct value *
value_item(const struct value *array, size_t index)
{
	if (array->type != VALUE_ARRAY || index >= array->count)
		return NULL;
	return array->items[index];
}

struct value *
value_take_item(struct value *array, size_t index)
{
	struct value *item;

	if (array->type != VALUE_ARRAY || index >= array->count)
		return NULL;
	item = array->items[index];
	array->items[index] = value_nil();
	return item;
}

const struct value *
value_member(const struct value *structure, const char *name)
{
	const struct member *member;

	if (structure->type != VALUE_STRUCT)
		return NULL;
	member = find_member(structure, name);
	return member == NULL ? NULL : member->value;
}

const struct value *
value_member_at(const struct value *structure, size_t index, const char **name)
{
	if (structure->type != VALUE_STRUCT || index >= structure->count)
		return NULL;
	*name = structure->members[index].name;
	return structure->members[index].value;
}

static struct value *
copy_members(const struct value *value)
{
	struct value *copy = value_struct();
	const struct value *member;
	const char *name = "";

	for (size_t i = 0; i < value_count(value); i++) {
		member = value_member_at(value, i, &name);
		value_set(copy, name, value_copy(member));
	}
	return copy;
}

static struct value *
copy_items(const struct value *value)
{
	struct value *copy = value_array();

	for (size_t i = 0; i < value_count(value); i++)
		value_push(copy, value_copy(value_item(value, i)));
	return copy;
}

struct value *
value_copy(const struct value *value)
{
	const char *bytes;
	size_t len;

	switch (value_type(value)) {
	case VALUE_NIL:
		return value_nil();
	case VALUE_INT:
		return value_int(value_as_int(value));
	case VALUE_BOOL:
		return value_bool(value_as_bool(value));
	case VALUE_DOUBLE:
		return value_double(value_as_double(value));
	case VALUE_STRING:
	case VALUE_BASE64:
	case VALUE_DATETIME:
		bytes = value_as_string(value, &len);
		return value_bytes(value_type(value), bytes, len);
	case VALUE_ARRAY:
		return copy_items(value);
	case VALUE_STRUCT:
		return copy_members(value);
	}
	return value_nil();
}
