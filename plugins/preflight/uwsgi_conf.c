/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/server_settings.h"
#include "preflight/uwsgi_conf.h"

/*
 * uwsgi's ini dialect, as far as the location and mode of sockets go.  Every
 * option is also a name that %(name) stands for afterwards, so all of them are
 * kept while reading.
 */

struct reader {
	const struct uwsgi_source *source;
	struct strvec names; /* NAME=value of every option so far */
	struct server_settings *settings;
};

/* clang-format off */
static const struct {
	const char *name;
	enum server_key key;
} options[] = {
	{ "socket",		SERVER_KEY_UWSGI },
	{ "uwsgi-socket",	SERVER_KEY_UWSGI },
	{ "http-socket",	SERVER_KEY_UWSGI },
	{ "fastcgi-socket",	SERVER_KEY_UWSGI },
	{ "scgi-socket",	SERVER_KEY_UWSGI },
	{ "chmod-socket",	SERVER_KEY_MODE },
	{ "chown-socket",	SERVER_KEY_OWNER },
	{ "umask",		SERVER_KEY_UMASK_OCTAL },
	{ "uid",		SERVER_KEY_USER },
	{ "gid",		SERVER_KEY_GROUP },
	{ "chdir",		SERVER_KEY_CHDIR },
	{ "vacuum",		SERVER_KEY_VACUUM },
};
/* clang-format on */

static void
add_directory(struct strbuf *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		strbuf_addstr(out, "./");
	else
		strbuf_add(out, path, (size_t)(slash - path) + 1);
}

/* The file's name without directory and suffix. */
static void
add_stem(struct strbuf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	const char *dot = strrchr(name, '.');

	strbuf_add(out, name,
	    dot == NULL ? strlen(name) : (size_t)(dot - name));
}

/* %(name) or $(NAME) at p: adds the value and returns where it ends; NULL if
 * nobody knows it. */
static const char *
add_named(struct strbuf *out, const char *p, const struct strvec *names)
{
	const char *end = strchr(p, ')');
	const char *value;
	char *name;

	if (end == NULL)
		return NULL;
	name = xstrndup(p + 2, (size_t)(end - p - 2));
	value = strvec_env_get(names, name);
	free(name);
	if (value == NULL)
		return NULL;
	strbuf_addstr(out, value);
	return end + 1;
}

/* One % or $ form at p; NULL if it cannot be known. */
static const char *
add_expanded(struct strbuf *out, const char *p, const struct reader *reader)
{
	const char *path = reader->source->path;

	if (p[0] == '$')
		return p[1] == '('
		    ? add_named(out, p, reader->source->environment)
		    : (strbuf_addch(out, '$'), p + 1);
	switch (p[1]) {
	case '(':
		return add_named(out, p, &reader->names);
	case 'd':
		add_directory(out, path);
		break;
	case 'n':
		add_stem(out, path);
		break;
	case 'p':
		strbuf_addstr(out, path);
		break;
	case '%':
		strbuf_addch(out, '%');
		break;
	default:
		return NULL;
	}
	return p + 2;
}

static char *
expand(const char *value, const struct reader *reader)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = value;

	while (p != NULL && *p != '\0') {
		if (*p == '%' || *p == '$')
			p = add_expanded(&out, p, reader);
		else
			strbuf_addch(&out, *p++);
	}
	if (p == NULL) {
		strbuf_done(&out);
		return NULL;
	}
	return strbuf_steal(&out);
}

static char *
trimmed(const char *start, size_t len)
{
	while (len > 0 && strchr(" \t\r", *start) != NULL) {
		start++;
		len--;
	}
	while (len > 0 && strchr(" \t\r", start[len - 1]) != NULL)
		len--;
	return xstrndup(start, len);
}

static void
set_option(struct reader *reader, const char *name, const char *raw,
    unsigned int line)
{
	char *value = expand(raw, reader);

	if (value != NULL)
		strvec_env_set(&reader->names, name, value);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(options[i].name, name) != 0)
			continue;
		if (value == NULL)
			strvec_pushf(&reader->settings->undecided, "%s (%s:%u)",
			    name, reader->source->path, line);
		else
			server_settings_set(reader->settings, options[i].key,
			    value, reader->source->path);
	}
	free(value);
}

static void
read_option(struct reader *reader, const char *text, size_t len,
    unsigned int line)
{
	const char *equals = memchr(text, '=', len);
	char *name, *value;

	if (equals == NULL) {
		name = trimmed(text, len);
		value = xstrdup("");
	} else {
		name = trimmed(text, (size_t)(equals - text));
		value = trimmed(equals + 1, len - (size_t)(equals - text) - 1);
	}
	if (*name != '\0')
		set_option(reader, name, value, line);
	free(name);
	free(value);
}

/* xml, yaml and json are told by the end of their name, as uwsgi does. */
static bool
is_ini(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot == NULL || strcmp(dot, ".ini") == 0;
}

int
uwsgi_conf_read(const char *text, const struct uwsgi_source *source,
    struct server_settings *settings)
{
	struct reader reader = { .source = source, .settings = settings };
	const char *wanted =
	    source->section == NULL ? "uwsgi" : source->section;
	bool inside = false;
	unsigned int line = 1;
	size_t len;

	if (!is_ini(source->path))
		return -1;
	for (; *text != '\0'; line++) {
		len = strcspn(text, "\n");
		if (*text == '[') {
			inside =
			    strncmp(text + 1, wanted, strlen(wanted)) == 0 &&
			    text[1 + strlen(wanted)] == ']';
		} else if (inside && *text != '#' && *text != ';')
			read_option(&reader, text, len, line);
		text += len + (text[len] == '\n');
	}
	strvec_done(&reader.names);
	return 0;
}
