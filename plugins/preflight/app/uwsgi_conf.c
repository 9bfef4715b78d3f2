/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/app/uwsgi_conf.h"
#include "preflight/app/uwsgi_text.h"

/*
 * uwsgi expands twice: %d and $(NAME) while a file is read, %(name) when all
 * options are there; of several options of a name the first one is meant.
 */

/* More than anybody writes; files can name each other in circles. */
#define FILES_MAX   16
#define OPTIONS_MAX 2000
/* Longer values are no paths, but one may be made of others, or of the path of
 * its file, twice over. */
#define VALUE_MAX   4096

static const struct {
	const char *option;
	uwsgi_text_fn *read;
} languages[] = {
	{ "ini", uwsgi_ini_read },
	{ "xml", uwsgi_xml_read },
	{ "xmlconfig", uwsgi_xml_read },
	{ "yaml", uwsgi_yaml_read },
	{ "yml", uwsgi_yaml_read },
	{ "json", uwsgi_json_read },
	{ "js", uwsgi_json_read },
};

/* One file while it is read. */
struct reading {
	struct uwsgi_conf *conf;
	const char *path;
	const char *section; /* NULL: the usual one */
	unsigned conditions; /* "if-..." and "for" without their end */
};

void
uwsgi_conf_done(struct uwsgi_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		free(conf->options[i].name);
		free(conf->options[i].value);
		free(conf->options[i].where);
	}
	free(conf->options);
	strvec_done(&conf->undecided);
}

/*
 * While a file is read
 */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The folder with its slash; of "/srv/app/x.ini" the name of it is "app". */
static void
add_folder(struct strbuf *out, const char *path, bool only_name)
{
	const char *end = base_name(path), *start = path;

	for (const char *p = path; only_name && p + 1 < end; p++)
		if (*p == '/')
			start = p + 1;
	strbuf_add(out, start, (size_t)(end - start - only_name));
}

static void
add_stem(struct strbuf *out, const char *path)
{
	const char *name = base_name(path), *dot = strrchr(name, '.');

	strbuf_add(out, name,
	    dot == NULL ? strlen(name) : (size_t)(dot - name));
}

/* %d and its like; false for those that depend on the machine. */
static bool
add_magic(struct strbuf *out, char letter, const struct reading *reading)
{
	const char *path = reading->path, *dot = strrchr(path, '.');

	switch (letter) {
	case 'd':
		add_folder(out, path, false);
		return true;
	case 'c':
		add_folder(out, path, true);
		return *path == '/';
	case 'n':
		add_stem(out, path);
		return true;
	case 'p':
		strbuf_addstr(out, path);
		return true;
	case 's':
		strbuf_addstr(out, base_name(path));
		return true;
	case 'e':
		strbuf_addstr(out, dot == NULL ? "" : dot + 1);
		return dot != NULL;
	case 'x':
		strbuf_addstr(out,
		    reading->section == NULL ? "" : reading->section);
		return true;
	case '%':
		strbuf_addch(out, '%');
		return true;
	default:
		return false;
	}
}

/* "$(NAME)" at p; where it ends, or NULL if nobody knows it. */
static const char *
add_variable(struct strbuf *out, const char *p, const struct uwsgi_conf *conf)
{
	const char *end = strchr(p, ')'), *value;
	char *name;

	if (end == NULL)
		return NULL;
	name = xstrndup(p + 2, (size_t)(end - p - 2));
	value = strvec_env_get(conf->environment, name);
	free(name);
	if (value == NULL)
		return NULL;
	strbuf_addstr(out, value);
	return end + 1;
}

/* A value as the file's own forms leave it; NULL if it cannot be known. */
static char *
read_value(const struct reading *reading, const char *value)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = value;

	while (p != NULL && *p != '\0' && out.len <= VALUE_MAX) {
		if (p[0] == '$' && p[1] == '(')
			p = add_variable(&out, p, reading->conf);
		else if (p[0] == '%' && p[1] != '(')
			p = add_magic(&out, p[1], reading) ? p + 2 : NULL;
		else
			strbuf_addch(&out, *p++);
	}
	if (p == NULL || out.len > VALUE_MAX) {
		strbuf_done(&out);
		return NULL;
	}
	return strbuf_steal(&out);
}

/*
 * Options
 */

static const struct server_option *
find_option(const struct uwsgi_conf *conf, const char *name)
{
	const struct server_option *option = conf->table;

	for (; option->name != NULL; option++)
		if (strncmp(option->name, "--", 2) == 0 &&
		    strcmp(option->name + 2, name) == 0)
			return option;
	return NULL;
}

/* Takes the value. */
static void
append(struct uwsgi_conf *conf, const char *name, char *value,
    const char *where)
{
	const struct server_option *known = find_option(conf, name);

	if (conf->count == OPTIONS_MAX) {
		free(value);
		return;
	}
	if (conf->count == conf->room) {
		conf->room = conf->room == 0 ? 32 : conf->room * 2;
		conf->options = xreallocarray(conf->options, conf->room,
		    sizeof(*conf->options));
	}
	conf->options[conf->count++] = (struct uwsgi_option){
		.name = xstrdup(name),
		.value = value,
		.where = xstrdup(where),
		.known = known != NULL && known->key != SERVER_KEY_CONFIG,
		.key = known == NULL ? SERVER_KEY_CONFIG : known->key,
	};
}

/* "set = name=value" is an option of that name. */
static void
append_set(struct uwsgi_conf *conf, const char *name, const char *value,
    const char *where)
{
	const char *equals = value == NULL ? NULL : strchr(value, '=');
	char *inner;

	if (equals == NULL ||
	    (strcmp(name, "set") != 0 && strcmp(name, "set-ph") != 0 &&
		strcmp(name, "set-placeholder") != 0))
		return;
	inner = xstrndup(value, (size_t)(equals - value));
	append(conf, inner, xstrdup(equals + 1), where);
	free(inner);
}

static void
read_option(void *arg, const char *name, const char *raw, unsigned line)
{
	struct reading *reading = arg;
	char *value = read_value(reading, raw);
	char *where = line == 0 ? xstrdup(reading->path)
				: xasprintf("%s:%u", reading->path, line);

	if (strncmp(name, "if-", 3) == 0 || strcmp(name, "for") == 0)
		reading->conditions++;
	else if ((strcmp(name, "endif") == 0 || strcmp(name, "end-if") == 0 ||
		     strcmp(name, "endfor") == 0 ||
		     strcmp(name, "end-for") == 0) &&
	    reading->conditions > 0)
		reading->conditions--;
	if (reading->conditions > 0) {
		free(value);
		value = NULL;
	}
	if (value == NULL)
		append(reading->conf, name, NULL, where);
	else
		uwsgi_conf_add(reading->conf, name, value, where);
	free(value);
	free(where);
}

/* The file, below the directory if it is relative; NULL if nobody knows. */
static char *
resolve(const struct uwsgi_conf *conf, const char *name, size_t len)
{
	const char *directory = conf->directory;

	if (name[0] == '/')
		return xstrndup(name, len);
	if (directory == NULL)
		return NULL;
	return xasprintf("%s%s%.*s", directory,
	    directory[strlen(directory) - 1] == '/' ? "" : "/", (int)len, name);
}

static void
read_file(struct uwsgi_conf *conf, const char *name, uwsgi_text_fn *read)
{
	const char *colon = strrchr(name, ':');
	size_t len = colon == NULL ? strlen(name) : (size_t)(colon - name);
	char *path = resolve(conf, name, len);
	struct reading reading = { .conf = conf, .path = path };
	char *text = path == NULL ? NULL : conf->read(conf->arg, path);

	if (colon != NULL)
		reading.section = colon + 1;
	if (text == NULL)
		strvec_pushf(&conf->undecided, "cannot read %s", name);
	else if (read(text, reading.section, read_option, &reading) == -1)
		strvec_pushf(&conf->undecided, "config %s", path);
	free(text);
	free(path);
}

void
uwsgi_conf_add(struct uwsgi_conf *conf, const char *name, const char *value,
    const char *where)
{
	append(conf, name, xstrdup(value), where);
	append_set(conf, name, value, where);
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (strcmp(languages[i].option, name) != 0)
			continue;
		if (conf->files++ == FILES_MAX)
			strvec_pushf(&conf->undecided, "config %s", value);
		if (conf->files <= FILES_MAX)
			read_file(conf, value, languages[i].read);
	}
}

/*
 * When all are there
 */

/* The first option of the name at p, which ends before end; NULL: none. */
static const struct uwsgi_option *
named(const struct uwsgi_conf *conf, const char *p, const char *end)
{
	size_t len = (size_t)(end - p);

	for (size_t i = 0; i < conf->count; i++)
		if (strncmp(conf->options[i].name, p, len) == 0 &&
		    conf->options[i].name[len] == '\0')
			return &conf->options[i];
	return NULL;
}

/* "%(name)" at p; where it ends, or NULL if it cannot be known. */
static const char *
add_named(struct strbuf *out, const char *p, const struct uwsgi_conf *conf)
{
	const char *end = strchr(p, ')');
	const struct uwsgi_option *option =
	    end == NULL ? NULL : named(conf, p + 2, end);

	/* A name that leads to a later name: uwsgi may or may not follow. */
	if (option == NULL || option->value == NULL ||
	    strstr(option->value, "%(") != NULL)
		return NULL;
	strbuf_addstr(out, option->value);
	return end + 1;
}

/* Options before this one are resolved already. */
static void
resolve_names(const struct uwsgi_conf *conf, struct uwsgi_option *option)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = option->value;

	if (p == NULL || strstr(p, "%(") == NULL)
		return;
	while (p != NULL && *p != '\0') {
		if (p[0] == '%' && p[1] == '(')
			p = out.len > VALUE_MAX ? NULL
						: add_named(&out, p, conf);
		else
			strbuf_addch(&out, *p++);
	}
	free(option->value);
	option->value = p == NULL ? NULL : strbuf_steal(&out);
	strbuf_done(&out);
}

void
uwsgi_conf_settle(struct uwsgi_conf *conf, struct server_settings *settings)
{
	for (size_t i = 0; i < conf->undecided.len; i++)
		strvec_push(&settings->undecided, conf->undecided.items[i]);
	for (size_t i = 0; i < conf->count; i++) {
		struct uwsgi_option *option = &conf->options[i];

		resolve_names(conf, option);
		if (!option->known)
			continue;
		if (option->value == NULL)
			strvec_pushf(&settings->undecided, "%s (%s)",
			    option->name, option->where);
		else
			server_settings_set(settings, option->key,
			    option->value, option->where);
	}
}
