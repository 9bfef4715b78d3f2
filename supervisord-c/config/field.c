/* SPDX-License-Identifier: ISC */
/*
 * What each type of field does.  A type is a row of field_types; the functions
 * get the field and the record, since some fill a second member.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cred.h"
#include "base/parse.h"
#include "base/signame.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/field.h"

/* Where a value goes, and what it is. */
struct slot {
	const struct field *field;
	void *record;
	const char *base; /* of relative paths */
};

typedef int (*read_fn)(const struct slot *, const char *text, char **cause);
typedef bool (*equal_fn)(const struct field *, const void *, const void *);
typedef void (*own_fn)(const struct field *, void *record);
typedef void (*done_fn)(const struct field *, void *record);

static void *
member(const struct field *field, void *record)
{
	return (char *)record + field->offset;
}

static const void *
const_member(const struct field *field, const void *record)
{
	return (const char *)record + field->offset;
}

static void *
companion(const struct field *field, void *record)
{
	return (char *)record + field->companion;
}

static const void *
const_companion(const struct field *field, const void *record)
{
	return (const char *)record + field->companion;
}

static int
read_int(const struct slot *slot, const char *text, char **cause)
{
	return convert_int(text, member(slot->field, slot->record), cause);
}

static int
read_bool(const struct slot *slot, const char *text, char **cause)
{
	return parse_bool(text, member(slot->field, slot->record), cause);
}

static int
read_bytes(const struct slot *slot, const char *text, char **cause)
{
	int64_t *out = member(slot->field, slot->record);
	long long value;

	if (parse_bytes(text, &value, cause) == -1)
		return -1;
	*out = value;
	return 0;
}

static int
read_octal(const struct slot *slot, const char *text, char **cause)
{
	mode_t *out = member(slot->field, slot->record);
	long long value;

	if (parse_octal(text, &value, cause) == -1)
		return -1;
	*out = (mode_t)value;
	return 0;
}

static int
read_umask(const struct slot *slot, const char *text, char **cause)
{
	int *out = member(slot->field, slot->record);
	long long value;

	if (parse_octal(text, &value, cause) == -1)
		return -1;
	*out = (int)(value & 0777);
	return 0;
}

static void
set_text(const struct slot *slot, char *text)
{
	char **out = member(slot->field, slot->record);

	free(*out);
	*out = text;
}

static int
read_string(const struct slot *slot, const char *text, char **cause)
{
	(void)cause;
	set_text(slot, xstrdup(text));
	return 0;
}

static int
read_loglevel(const struct slot *slot, const char *text, char **cause)
{
	return convert_loglevel(text, member(slot->field, slot->record), cause);
}

static int
read_directory(const struct slot *slot, const char *text, char **cause)
{
	char *path;

	if (convert_directory(text, slot->base, &path, cause) == -1)
		return -1;
	set_text(slot, path);
	return 0;
}

static int
read_dirpath(const struct slot *slot, const char *text, char **cause)
{
	char *path;

	if (convert_dirpath(text, slot->base, &path, cause) == -1)
		return -1;
	set_text(slot, path);
	return 0;
}

static int
read_signal(const struct slot *slot, const char *text, char **cause)
{
	int *out = member(slot->field, slot->record);
	int signo = signame_parse(text, cause);

	if (signo == -1)
		return -1;
	*out = signo;
	return 0;
}

static int
read_autorestart(const struct slot *slot, const char *text, char **cause)
{
	return convert_autorestart(text, member(slot->field, slot->record),
	    cause);
}

static int
read_exitcodes(const struct slot *slot, const char *text, char **cause)
{
	int **out = member(slot->field, slot->record), *codes;
	size_t *count = companion(slot->field, slot->record);

	if (convert_exitcodes(text, &codes, count, cause) == -1)
		return -1;
	free(*out);
	*out = codes;
	return 0;
}

static int
read_user(const struct slot *slot, const char *text, char **cause)
{
	bool *given = companion(slot->field, slot->record);

	if (cred_parse_user(text, member(slot->field, slot->record), cause) ==
	    -1)
		return -1;
	*given = true;
	return 0;
}

static int
read_name(const struct slot *slot, const char *text, char **cause)
{
	char *name;

	if (convert_name(text, &name, cause) == -1)
		return -1;
	set_text(slot, name);
	return 0;
}

/* An empty URL means that children are told none. */
static int
read_serverurl(const struct slot *slot, const char *text, char **cause)
{
	bool *is_auto = companion(slot->field, slot->record);
	char *stripped = parse_stripped(text);

	(void)cause;
	*is_auto = strcasecmp(stripped, "auto") == 0;
	set_text(slot, *is_auto || *text == '\0' ? NULL : xstrdup(text));
	free(stripped);
	return 0;
}

static int
read_logfile(const struct slot *slot, const char *text, char **cause)
{
	struct channel_config *out = member(slot->field, slot->record);
	char *path = NULL;
	enum logfile_kind kind = LOGFILE_NONE;
	bool *syslog = companion(slot->field, slot->record);

	*syslog = strcasecmp(text, "syslog") == 0;
	if (strcasecmp(text, "auto") == 0) {
		kind = LOGFILE_AUTO;
	} else if (!*syslog && *text != '\0' && strcasecmp(text, "none") != 0 &&
	    strcasecmp(text, "off") != 0) {
		if (convert_dirpath(text, slot->base, &path, cause) == -1)
			return -1;
		kind = LOGFILE_PATH;
	}
	free(out->path);
	out->kind = kind;
	out->path = path;
	return 0;
}

#define EQUAL_BY_VALUE(function, type)                                         \
	static bool function(const struct field *field, const void *a,         \
	    const void *b)                                                     \
	{                                                                      \
		const type *x = const_member(field, a);                        \
		const type *y = const_member(field, b);                        \
                                                                               \
		return *x == *y;                                               \
	}

EQUAL_BY_VALUE(equal_int, int)
EQUAL_BY_VALUE(equal_bool, bool)
EQUAL_BY_VALUE(equal_bytes, int64_t)
EQUAL_BY_VALUE(equal_octal, mode_t)
EQUAL_BY_VALUE(equal_loglevel, enum log_level)
EQUAL_BY_VALUE(equal_autorestart, enum autorestart)

static bool
equal_text(const struct field *field, const void *a, const void *b)
{
	char *const *x = const_member(field, a);
	char *const *y = const_member(field, b);

	if (*x == NULL || *y == NULL)
		return *x == *y;
	return strcmp(*x, *y) == 0;
}

static bool
equal_exitcodes(const struct field *field, const void *a, const void *b)
{
	int *const *x = const_member(field, a);
	int *const *y = const_member(field, b);
	const size_t *count = const_companion(field, a);
	const size_t *other = const_companion(field, b);

	return *count == *other &&
	    (*count == 0 || memcmp(*x, *y, *count * sizeof(**x)) == 0);
}

static bool
equal_user(const struct field *field, const void *a, const void *b)
{
	const uid_t *x = const_member(field, a);
	const uid_t *y = const_member(field, b);
	const bool *given = const_companion(field, a);
	const bool *other = const_companion(field, b);

	return *given == *other && (!*given || *x == *y);
}

/* What AUTO stands for may change without a process being told. */
static bool
equal_serverurl(const struct field *field, const void *a, const void *b)
{
	const bool *is_auto = const_companion(field, a);
	const bool *other = const_companion(field, b);

	if (*is_auto != *other)
		return false;
	return *is_auto || equal_text(field, a, b);
}

/* AUTO equals only AUTO, whichever file that became (contract D7, 24). */
static bool
equal_logfile(const struct field *field, const void *a, const void *b)
{
	const struct channel_config *x = const_member(field, a);
	const struct channel_config *y = const_member(field, b);

	if (x->kind != y->kind)
		return false;
	return x->kind != LOGFILE_PATH || strcmp(x->path, y->path) == 0;
}

static bool
equal_environment(const struct field *field, const void *a, const void *b)
{
	const struct strvec *x = const_member(field, a);
	const struct strvec *y = const_member(field, b);

	if (x->len != y->len)
		return false;
	for (size_t i = 0; i < x->len; i++) {
		if (strvec_find(y, x->items[i]) == -1)
			return false;
	}
	return true;
}

static void
own_text(const struct field *field, void *record)
{
	char **text = member(field, record);

	if (*text != NULL)
		*text = xstrdup(*text);
}

static void
own_exitcodes(const struct field *field, void *record)
{
	int **codes = member(field, record);
	const size_t *count = companion(field, record);

	if (*count > 0)
		*codes = xmemdup(*codes, *count * sizeof(**codes));
}

static void
done_pointer(const struct field *field, void *record)
{
	void **pointer = member(field, record);

	free(*pointer);
	*pointer = NULL;
}

static void
done_logfile(const struct field *field, void *record)
{
	struct channel_config *channel = member(field, record);

	free(channel->path);
	channel->path = NULL;
}

static void
done_environment(const struct field *field, void *record)
{
	strvec_done(member(field, record));
}

static const struct {
	read_fn read; /* NULL: not by a table */
	equal_fn equal;
	own_fn own; /* NULL: nothing to copy */
	done_fn done;
} field_types[] = {
	[FIELD_INT] = { read_int, equal_int, NULL, NULL },
	[FIELD_BOOL] = { read_bool, equal_bool, NULL, NULL },
	[FIELD_BYTES] = { read_bytes, equal_bytes, NULL, NULL },
	[FIELD_OCTAL] = { read_octal, equal_octal, NULL, NULL },
	[FIELD_UMASK] = { read_umask, equal_int, NULL, NULL },
	[FIELD_STRING] = { read_string, equal_text, own_text, done_pointer },
	[FIELD_LOGLEVEL] = { read_loglevel, equal_loglevel, NULL, NULL },
	[FIELD_DIRECTORY] = { read_directory, equal_text, own_text,
	    done_pointer },
	[FIELD_DIRPATH] = { read_dirpath, equal_text, own_text, done_pointer },
	[FIELD_SIGNAL] = { read_signal, equal_int, NULL, NULL },
	[FIELD_AUTORESTART] = { read_autorestart, equal_autorestart, NULL,
	    NULL },
	[FIELD_EXITCODES] = { read_exitcodes, equal_exitcodes, own_exitcodes,
	    done_pointer },
	[FIELD_USER] = { read_user, equal_user, NULL, NULL },
	[FIELD_NAME] = { read_name, equal_text, own_text, done_pointer },
	[FIELD_SERVERURL] = { read_serverurl, equal_serverurl, own_text,
	    done_pointer },
	[FIELD_LOGFILE] = { read_logfile, equal_logfile, NULL, done_logfile },
	[FIELD_ENVIRONMENT] = { NULL, equal_environment, NULL,
	    done_environment },
};

/* The text of a field after all its expansions; NULL if absent. */
static int
field_text(const struct field *field, const struct source *source, char **text,
    char **cause)
{
	const struct ini_value *raw;
	char *once;

	if (field->type == FIELD_NAME) {
		raw = source_raw(source, field->name);
		*text = raw != NULL ? xstrdup(raw->value) : NULL;
		return 0;
	}
	if (source_get(source, field->name, NULL, text, cause) == -1)
		return -1;
	if (!field->twice || *text == NULL)
		return 0;
	once = *text;
	*text = expand(source->names, once, field->name, cause);
	free(once);
	return *text != NULL ? 0 : -1;
}

static int
field_read(const struct field *field, const struct source *source, void *record,
    char **cause)
{
	struct slot slot = {
		.field = field,
		.record = record,
		.base = source->reader->base,
	};
	char *text;
	int result = 0;

	if (field_text(field, source, &text, cause) == -1)
		return -1;
	if (text != NULL)
		result = field_types[field->type].read(&slot, text, cause);
	else if (field->def != NULL)
		result =
		    field_types[field->type].read(&slot, field->def, cause);
	free(text);
	return result;
}

int
field_table_read(const struct field *field, const struct source *source,
    void *record, char **cause)
{
	for (; field->name != NULL; field++) {
		if (field_types[field->type].read == NULL)
			continue;
		if (field_read(field, source, record, cause) == -1)
			return -1;
	}
	return 0;
}

bool
field_table_equal(const struct field *field, const void *a, const void *b)
{
	for (; field->name != NULL; field++) {
		if (!field->reading_only &&
		    !field_types[field->type].equal(field, a, b))
			return false;
	}
	return true;
}

void
field_table_own(const struct field *field, void *record)
{
	for (; field->name != NULL; field++) {
		if (!field->reading_only &&
		    field_types[field->type].own != NULL)
			field_types[field->type].own(field, record);
	}
}

void
field_table_done(const struct field *field, void *record)
{
	for (; field->name != NULL; field++) {
		if (!field->reading_only &&
		    field_types[field->type].done != NULL)
			field_types[field->type].done(field, record);
	}
}

bool
field_table_has(const struct field *field, const char *key)
{
	for (; field->name != NULL; field++) {
		if (strcmp(field->name, key) == 0)
			return true;
	}
	return false;
}

void
field_table_names(const struct field *field, struct strvec *names)
{
	for (; field->name != NULL; field++)
		strvec_push(names, field->name);
}
