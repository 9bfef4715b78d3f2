/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"

#include "preflight/app/server_settings.h"

/*
 * One layer of what is known about a server.  Values are kept as written as
 * long as they are paths: what they are relative to is known only when all
 * layers are together.
 */

void
server_settings_done(struct server_settings *settings)
{
	strvec_done(&settings->binds);
	strvec_done(&settings->undecided);
	free(settings->user);
	free(settings->group);
	free(settings->socket_owner);
	free(settings->host);
	free(settings->port);
	free(settings->chdir);
	free(settings->config);
	*settings = (struct server_settings)SERVER_SETTINGS_INIT;
}

static void
replace(char **text, const char *with)
{
	if (with == NULL)
		return;
	free(*text);
	*text = xstrdup(with);
}

void
server_settings_overlay(struct server_settings *base,
    const struct server_settings *over)
{
	if (over->binds.len > 0) {
		strvec_done(&base->binds);
		for (size_t i = 0; i < over->binds.len; i++)
			strvec_push(&base->binds, over->binds.items[i]);
	}
	if (over->umask != -1)
		base->umask = over->umask;
	if (over->socket_mode != -1)
		base->socket_mode = over->socket_mode;
	replace(&base->user, over->user);
	replace(&base->group, over->group);
	replace(&base->socket_owner, over->socket_owner);
	replace(&base->host, over->host);
	replace(&base->port, over->port);
	replace(&base->chdir, over->chdir);
	replace(&base->config, over->config);
	base->keeps_stale = base->keeps_stale || over->keeps_stale;
	for (size_t i = 0; i < over->undecided.len; i++)
		strvec_push(&base->undecided, over->undecided.items[i]);
}

/* A mode or mask in the given base (0: by its prefix, 0o included). */
static int
parse_mask(const char *value, int base)
{
	char *end;
	long mask;

	if (value[0] == '0' && (value[1] == 'o' || value[1] == 'O')) {
		value += 2;
		base = 8;
	}
	mask = strtol(value, &end, base);
	if (end == value || *end != '\0' || mask < 0 || mask > 07777)
		return -1;
	return (int)mask;
}

/* Notes a mask; -1 is none that could be understood. */
static void
note_mask(struct server_settings *settings, int *mask, int parsed,
    const char *value, const char *where)
{
	if (parsed == -1)
		strvec_pushf(&settings->undecided, "%s%s%s", value,
		    where == NULL ? "" : " in ", where == NULL ? "" : where);
	else
		*mask = parsed;
}

static void
set_mask(struct server_settings *settings, int *mask, const char *value,
    int base, const char *where)
{
	note_mask(settings, mask, parse_mask(value, base), value, where);
}

/* uwsgi does not start with any other number of digits. */
static void
set_digits(struct server_settings *settings, int *mask, const char *value,
    const char *where)
{
	note_mask(settings, mask,
	    strlen(value) == 3 ? parse_mask(value, 8) : -1, value, where);
}

/* uwsgi takes whatever has a colon for a TCP address, a path too; "=0" is one
 * of its shared sockets. */
static void
add_uwsgi_socket(struct server_settings *settings, const char *value,
    const char *where)
{
	if (*value == '=')
		strvec_pushf(&settings->undecided, "socket %s in %s", value,
		    where == NULL ? "?" : where);
	else if (strchr(value, ':') != NULL)
		strvec_push(&settings->binds, value);
	else
		strvec_pushf(&settings->binds, "unix:%s", value);
}

/* As uwsgi takes it, and click. */
static bool
is_true(const char *value)
{
	return strcmp(value, "0") != 0 && strcasecmp(value, "false") != 0 &&
	    strcasecmp(value, "off") != 0 && strcasecmp(value, "no") != 0;
}

static void
take(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

void
server_settings_set(struct server_settings *settings, enum server_key key,
    const char *value, const char *where)
{
	switch (key) {
	case SERVER_KEY_BIND:
		strvec_push(&settings->binds, value);
		break;
	case SERVER_KEY_PATH:
		strvec_pushf(&settings->binds, "unix:%s", value);
		break;
	case SERVER_KEY_UWSGI:
		add_uwsgi_socket(settings, value, where);
		break;
	case SERVER_KEY_UMASK:
		set_mask(settings, &settings->umask, value, 0, where);
		break;
	case SERVER_KEY_UMASK_DECIMAL:
		set_mask(settings, &settings->umask, value, 10, where);
		break;
	case SERVER_KEY_MODE:
		set_mask(settings, &settings->socket_mode, value, 8, where);
		break;
	case SERVER_KEY_UWSGI_MODE:
		if (*value == '\0' || strcmp(value, "1") == 0)
			value = "666";
		set_digits(settings, &settings->socket_mode, value, where);
		break;
	case SERVER_KEY_UWSGI_UMASK:
		set_digits(settings, &settings->umask, value, where);
		break;
	case SERVER_KEY_FD:
		strvec_pushf(&settings->binds, "fd://%s", value);
		break;
	case SERVER_KEY_HOST:
		take(&settings->host, value);
		break;
	case SERVER_KEY_PORT:
		take(&settings->port, value);
		break;
	case SERVER_KEY_USER:
		take(&settings->user, value);
		break;
	case SERVER_KEY_GROUP:
		take(&settings->group, value);
		break;
	case SERVER_KEY_OWNER:
		take(&settings->socket_owner, value);
		break;
	case SERVER_KEY_CHDIR:
		take(&settings->chdir, value);
		break;
	case SERVER_KEY_CONFIG:
		take(&settings->config, value);
		break;
	case SERVER_KEY_WORKERS:
		settings->keeps_stale |= strtol(value, NULL, 10) > 1;
		break;
	case SERVER_KEY_RELOAD:
		settings->keeps_stale |= is_true(value);
		break;
	case SERVER_KEY_OTHER:
		break;
	}
}
