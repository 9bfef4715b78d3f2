/* SPDX-License-Identifier: ISC */
/*
 * The grammar of Python's % operator, and the tables of names.  A text without
 * a percent sign, which nearly all are, is only copied.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/strvec.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ini/conversion.h"
#include "ini/expand.h"

/* A width or precision above this is a mistake, not a wish. */
#define WIDTH_MAX 65536

struct expand_name {
	char *name;
	char *text; /* NULL: number counts */
	long long number;
};

struct format {
	const struct expand_table *table;
	const char *value; /* all of it */
	const char *option;
	const char *p;
	struct strbuf out;
	bool mapping_used; /* the table itself was an argument already */
	char **cause;
};

static struct expand_name *
find_own(const struct expand_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->names[i].name, name) == 0)
			return &table->names[i];
	}
	return NULL;
}

static struct expand_name *
own_slot(struct expand_table *table, const char *name)
{
	struct expand_name *slot = find_own(table, name);

	if (slot != NULL) {
		free(slot->text);
		slot->text = NULL;
		return slot;
	}
	table->names = xreallocarray(table->names, table->count + 1,
	    sizeof(*table->names));
	slot = &table->names[table->count++];
	*slot = (struct expand_name){ .name = xstrdup(name) };
	return slot;
}

void
expand_set(struct expand_table *table, const char *name, const char *text)
{
	char *copy = xstrdup(text);

	own_slot(table, name)->text = copy;
}

void
expand_set_int(struct expand_table *table, const char *name, long long number)
{
	own_slot(table, name)->number = number;
}

void
expand_table_done(struct expand_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->names[i].name);
		free(table->names[i].text);
	}
	free(table->names);
	table->names = NULL;
	table->count = 0;
}

static char *
available_names(const struct expand_table *table)
{
	struct strvec names = STRVEC_INIT;
	char *list;

	for (; table != NULL; table = table->parent) {
		for (size_t i = 0; !table->unlisted && i < table->count; i++) {
			if (strvec_find(&names, table->names[i].name) == -1)
				strvec_push(&names, table->names[i].name);
		}
	}
	strvec_sort(&names);
	list = strvec_join(&names, ", ");
	strvec_done(&names);
	return list;
}

static int
unknown_name(struct format *f, const char *name)
{
	char *value = repr(f->value), *option = repr(f->option);
	char *shown = repr(name), *available = available_names(f->table);

	cause_set(f->cause,
	    "Format string %s for %s contains names (%s) which cannot be "
	    "expanded. Available names: %s",
	    value, option, shown, available);
	free(value);
	free(option);
	free(shown);
	free(available);
	return -1;
}

static int
badly_formatted(struct format *f, const char *why)
{
	char *value = repr(f->value), *option = repr(f->option);

	cause_set(f->cause, "Format string %s for %s is badly formatted: %s",
	    value, option, why);
	free(value);
	free(option);
	return -1;
}

static int
look_up(struct format *f, const char *name, struct operand *operand)
{
	const struct expand_name *found = NULL;

	for (const struct expand_table *t = f->table;
	     t != NULL && found == NULL; t = t->parent)
		found = find_own(t, name);
	if (found == NULL)
		return unknown_name(f, name);
	operand->kind = found->text != NULL ? OPERAND_TEXT : OPERAND_INT;
	operand->text = found->text;
	operand->number = found->number;
	return 0;
}

/* What a conversion is given that names nothing. */
static void
unnamed_operand(struct format *f, struct operand *operand)
{
	operand->kind = f->mapping_used ? OPERAND_NONE : OPERAND_MAPPING;
	f->mapping_used = true;
}

/* "(name)"; parentheses nest. */
static int
read_name(struct format *f, struct operand *operand)
{
	const char *start = f->p + 1, *p = start;
	int depth = 1, result;
	char *name;

	for (; *p != '\0' && depth > 0; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
	}
	if (depth > 0)
		return badly_formatted(f, "incomplete format key");
	name = xstrndup(start, (size_t)(p - start - 1));
	result = look_up(f, name, operand);
	free(name);
	f->p = p;
	f->mapping_used = true;
	return result;
}

static void
read_flags(struct format *f, struct conversion *c)
{
	for (;; f->p++) {
		if (*f->p == '-')
			c->left = true;
		else if (*f->p == '+')
			c->sign = true;
		else if (*f->p == ' ')
			c->blank = true;
		else if (*f->p == '#')
			c->alternate = true;
		else if (*f->p == '0')
			c->zero = true;
		else
			return;
	}
}

/* Digits, or a star that takes the operand and is 0, as what needs the operand
 * fails then.  what is for messages. */
static int
read_size(struct format *f, const char *what, struct operand *operand,
    size_t *size)
{
	char *why;

	*size = 0;
	if (*f->p == '*') {
		if (operand->kind == OPERAND_NONE)
			return badly_formatted(f,
			    "not enough arguments for format string");
		if (operand->kind != OPERAND_INT)
			return badly_formatted(f, "* wants int");
		operand->kind = OPERAND_NONE;
		f->p++;
		return 0;
	}
	for (; isdigit((unsigned char)*f->p); f->p++) {
		*size = *size * 10 + (size_t)(*f->p - '0');
		if (*size > WIDTH_MAX) {
			why = xasprintf("%s too big", what);
			badly_formatted(f, why);
			free(why);
			return -1;
		}
	}
	return 0;
}

/* The character at the end of a conversion. */
static int
read_type(struct format *f, struct conversion *c)
{
	size_t n;

	if (*f->p == 'h' || *f->p == 'l' || *f->p == 'L')
		f->p++;
	if (*f->p == '\0')
		return badly_formatted(f, "incomplete format");
	c->index = utf8_count(f->value, (size_t)(f->p - f->value));
	n = utf8_decode(f->p, strlen(f->p), &c->type);
	if (n == 0)
		c->type = (unsigned char)*f->p;
	f->p += n > 0 ? n : 1;
	return 0;
}

/* All between the percent sign, at which p is, and the type. */
static int
read_conversion(struct format *f, struct conversion *c, struct operand *operand)
{
	size_t precision;

	f->p++;
	if (*f->p == '(') {
		if (read_name(f, operand) == -1)
			return -1;
	} else if (*f->p != '\0') {
		unnamed_operand(f, operand);
	}
	read_flags(f, c);
	if (read_size(f, "width", operand, &c->width) == -1)
		return -1;
	if (*f->p == '.') {
		f->p++;
		if (read_size(f, "precision", operand, &precision) == -1)
			return -1;
		c->precision = (int)precision;
	}
	return read_type(f, c);
}

static int
convert(struct format *f)
{
	struct conversion c = { .precision = -1 };
	struct operand operand = { .kind = OPERAND_NONE };
	char *why = NULL;
	int result;

	if (f->p[1] == '%') {
		strbuf_addch(&f->out, '%');
		f->p += 2;
		return 0;
	}
	if (read_conversion(f, &c, &operand) == -1)
		return -1;
	result = conversion_add(&f->out, &c, &operand, &why);
	if (result == -1)
		badly_formatted(f, why);
	free(why);
	return result;
}

char *
expand(const struct expand_table *table, const char *value, const char *option,
    char **cause)
{
	struct format f = {
		.table = table,
		.value = value,
		.option = option,
		.p = value,
		.out = STRBUF_INIT,
		.cause = cause,
	};
	size_t len;

	while (*f.p != '\0') {
		len = strcspn(f.p, "%");
		strbuf_add(&f.out, f.p, len);
		f.p += len;
		if (*f.p == '%' && convert(&f) == -1) {
			strbuf_done(&f.out);
			return NULL;
		}
	}
	return strbuf_steal(&f.out);
}
