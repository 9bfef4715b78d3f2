/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "base/xmalloc.h"
#include "config/config.h"

#include "preflight/app/preflight_keys.h"

/*
 * One row a key: its name without the prefix and who reads its value.  Python
 * Supervisor ignores all of them, so a file that has them can be given back to
 * it as it is.
 */

#define TIMEOUT_DEFAULT_S 5

typedef int (*key_read_fn)(struct preflight_keys *, const char *, char **);

/* Items of a comma or newline separated list. */
static void
split_list(const char *text, struct strvec *items)
{
	char *item;
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, ",\n");
		item = xstrndup(text, len);
		strvec_push_taken(items, parse_stripped(item));
		free(item);
		if (*items->items[items->len - 1] == '\0')
			strvec_remove(items, items->len - 1);
		text += len + (text[len] != '\0');
	}
}

static int
check_paths(const struct strvec *paths, char **cause)
{
	for (size_t i = 0; i < paths->len; i++)
		if (*paths->items[i] != '/')
			return cause_set(cause, "'%s' is not an absolute path",
			    paths->items[i]);
	return 0;
}

static int
take_text(char **text, const char *value)
{
	free(*text);
	*text = *value == '\0' ? NULL : xstrdup(value);
	return 0;
}

static int
read_mode(struct preflight_keys *keys, const char *value, char **cause)
{
	static const char *const words[] = {
		[PREFLIGHT_OFF] = "off",
		[PREFLIGHT_WARN] = "warn",
		[PREFLIGHT_BLOCK] = "block",
	};

	for (int i = PREFLIGHT_OFF; i <= PREFLIGHT_BLOCK; i++) {
		if (strcasecmp(words[i], value) == 0) {
			keys->mode = (enum preflight_mode)i;
			keys->mode_said = true;
			return 0;
		}
	}
	return cause_set(cause, "'%s' is none of off, warn, block", value);
}

static int
read_nginx(struct preflight_keys *keys, const char *value, char **cause)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "none") != 0 &&
	    strncmp(value, "pid:/", 5) != 0 && *value != '/')
		return cause_set(cause,
		    "'%s' is none of auto, none, pid:/file, /path/nginx.conf",
		    value);
	return take_text(&keys->nginx, value);
}

static int
read_nginx_dump(struct preflight_keys *keys, const char *value, char **cause)
{
	return parse_bool(value, &keys->nginx_dump, cause);
}

static int
read_nginx_user(struct preflight_keys *keys, const char *value, char **cause)
{
	(void)cause;
	return take_text(&keys->nginx_user, value);
}

static int
read_server(struct preflight_keys *keys, const char *value, char **cause)
{
	(void)cause;
	split_list(value, &keys->servers);
	return 0;
}

/* "/path=/url/"; the "=" of a path itself cannot be meant, URLs begin with a
 * slash. */
static int
read_static(struct preflight_keys *keys, const char *value, char **cause)
{
	struct strvec items = STRVEC_INIT;
	struct served_path *served;
	int failed = 0;

	split_list(value, &items);
	for (size_t i = 0; i < items.len && !failed; i++) {
		char *item = items.items[i], *url = strstr(item, "=/");

		if (*item != '/') {
			failed = cause_set(cause,
			    "'%s' is not an absolute path", item);
			break;
		}
		keys->served = xreallocarray(keys->served,
		    keys->served_count + 1, sizeof(*keys->served));
		served = &keys->served[keys->served_count++];
		*served = (struct served_path){ 0 };
		served->path = url == NULL
		    ? xstrdup(item)
		    : xstrndup(item, (size_t)(url - item));
		served->url = url == NULL ? NULL : xstrdup(url + 1);
	}
	strvec_done(&items);
	return failed;
}

static int
read_socket(struct preflight_keys *keys, const char *value, char **cause)
{
	if (strcmp(value, "auto") != 0)
		split_list(value, &keys->sockets);
	return check_paths(&keys->sockets, cause);
}

static int
read_socket_mode(struct preflight_keys *keys, const char *value, char **cause)
{
	long long mode;

	if (strcmp(value, "auto") == 0)
		return 0;
	if (parse_octal(value, &mode, cause) == -1)
		return -1;
	if (mode < 0 || mode > 0777)
		return cause_set(cause, "%s is no mode of a socket", value);
	keys->socket_mode = (int)mode;
	return 0;
}

static int
read_upload(struct preflight_keys *keys, const char *value, char **cause)
{
	if (strcmp(value, "auto") != 0)
		split_list(value, &keys->uploads);
	return check_paths(&keys->uploads, cause);
}

static int
read_policy(struct preflight_keys *keys, const char *value, char **cause)
{
	(void)cause;
	return take_text(&keys->policy, value);
}

static int
read_timeout(struct preflight_keys *keys, const char *value, char **cause)
{
	long long seconds;

	if (parse_int(value, &seconds, cause) == -1)
		return -1;
	if (seconds < 1 || seconds > 3600)
		return cause_set(cause, "%s is not from 1 to 3600", value);
	keys->timeout_s = (long)seconds;
	return 0;
}

/* files=20000,opens=400 */
static int
read_budget(struct preflight_keys *keys, const char *value, char **cause)
{
	struct strvec items = STRVEC_INIT;
	int failed = 0;

	split_list(value, &items);
	for (size_t i = 0; i < items.len && !failed; i++) {
		char *equals = strchr(items.items[i], '=');
		long long number = 0;

		failed = equals == NULL ||
		    parse_int(equals + 1, &number, NULL) == -1 || number < 1;
		if (!failed && strncmp(items.items[i], "files=", 6) == 0)
			keys->budget_files = (long)number;
		else if (!failed && strncmp(items.items[i], "opens=", 6) == 0)
			keys->budget_opens = (long)number;
		else
			failed = 1;
	}
	strvec_done(&items);
	return failed ? cause_set(cause, "'%s' is not files=N,opens=N", value)
		      : 0;
}

static int
read_confirm(struct preflight_keys *keys, const char *value, char **cause)
{
	if (strcmp(value, "http") != 0 && strcmp(value, "no") != 0)
		return cause_set(cause, "'%s' is none of no, http", value);
	keys->confirm_http = strcmp(value, "http") == 0;
	return 0;
}

static int
read_runtime_dir(struct preflight_keys *keys, const char *value, char **cause)
{
	if (strcmp(value, "none") == 0)
		return take_text(&keys->runtime_dir, "");
	if (*value != '/' && *value != '\0')
		return cause_set(cause, "'%s' is not an absolute path", value);
	return take_text(&keys->runtime_dir, value);
}

/* clang-format off */
static const struct {
	const char *name;
	key_read_fn read;
	bool demands; /* whoever says this expects a pairing */
} rows[] = {
	{ "mode",		read_mode,		false },
	{ "nginx",		read_nginx,		true },
	{ "nginx_dump",		read_nginx_dump,	false },
	{ "nginx_user",		read_nginx_user,	false },
	{ "server",		read_server,		true },
	{ "static",		read_static,		false },
	{ "socket",		read_socket,		true },
	{ "socket_mode",	read_socket_mode,	false },
	{ "upload",		read_upload,		false },
	{ "policy",		read_policy,		false },
	{ "timeout",		read_timeout,		false },
	{ "budget",		read_budget,		false },
	{ "confirm",		read_confirm,		false },
	{ "runtime_dir",	read_runtime_dir,	false },
};
/* clang-format on */

#define KEY_COUNT (sizeof(rows) / sizeof(rows[0]))

static bool
names_program(const struct plugin_section *section,
    const struct preflight_source *source)
{
	static const char prefix[] = "preflight:";
	const char *name = section->name, *list;
	struct strvec programs = STRVEC_INIT;
	bool named;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	name += sizeof(prefix) - 1;
	list = settings_get(&section->settings, "programs");
	if (list == NULL)
		return strcmp(name, source->program) == 0 ||
		    strcmp(name, source->group) == 0;
	split_list(list, &programs);
	named = strvec_find(&programs, source->program) != -1 ||
	    strvec_find(&programs, source->group) != -1;
	strvec_done(&programs);
	return named;
}

const char *
preflight_global(const struct config *config, const char *key)
{
	for (size_t i = 0; i < config->plugin_section_count; i++) {
		if (strcmp(config->plugin_sections[i].name, "preflight") == 0)
			return settings_get(
			    &config->plugin_sections[i].settings, key);
	}
	return NULL;
}

static bool
has_global_section(const struct config *config)
{
	for (size_t i = 0; i < config->plugin_section_count; i++) {
		if (strcmp(config->plugin_sections[i].name, "preflight") == 0)
			return true;
	}
	return false;
}

/* The value that counts, or NULL; *own: it was said about this program. */
static const char *
find_value(const struct preflight_source *source, const char *name, bool *own)
{
	const struct config *config = source->config;
	const char *value;
	char *key = strcmp(name, "mode") == 0 ? xstrdup("preflight")
					      : xasprintf("preflight_%s", name);

	value = settings_get(source->own, key);
	free(key);
	for (size_t i = 0; value == NULL && i < config->plugin_section_count;
	     i++) {
		const struct plugin_section *section =
		    &config->plugin_sections[i];

		if (names_program(section, source))
			value = settings_get(&section->settings, name);
	}
	*own = value != NULL;
	return value == NULL ? preflight_global(config, name) : value;
}

/* Whether a key without its prefix is one of the rows, or of more. */
static int
check_name(const struct setting *setting, const char *name,
    const char *const *more, char **cause)
{
	const char *names[KEY_COUNT + 3], *meant;
	size_t count = 0;

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[count++] = rows[i].name;
	for (; *more != NULL; more++)
		names[count++] = *more;
	names[count] = NULL;
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return 0;
	meant = suggest(name, names);
	return cause_set(cause, "%s:%u: unknown key '%s'%s%.*s%s%s",
	    setting->file, setting->line, setting->key,
	    meant == NULL ? "" : ", did you mean '",
	    meant == NULL ? 0 : (int)(name - setting->key), setting->key,
	    meant == NULL ? "" : meant, meant == NULL ? "" : "'?");
}

static int
check_section(const struct plugin_section *section, char **cause)
{
	static const char *const global[] = { "fail_level", "report_dir",
		NULL };
	static const char *const named[] = { "programs", NULL };
	const struct settings *settings = &section->settings;
	int failed = 0;

	if (strncmp(section->name, "preflight", 9) != 0)
		return 0;
	for (size_t i = 0; i < settings->count && failed == 0; i++)
		failed = check_name(&settings->items[i], settings->items[i].key,
		    section->name[9] == ':' ? named : global, cause);
	return failed;
}

/* A misspelled key would otherwise be a check that nobody makes. */
static int
check_names(const struct preflight_source *source, char **cause)
{
	static const char *const none[] = { NULL };
	const struct config *config = source->config;
	int failed = 0;

	for (size_t i = 0; i < source->own->count && failed == 0; i++) {
		const struct setting *own = &source->own->items[i];

		if (strncmp(own->key, "preflight_", 10) == 0)
			failed = check_name(own, own->key + 10, none, cause);
	}
	for (size_t i = 0; i < config->plugin_section_count && failed == 0; i++)
		failed = check_section(&config->plugin_sections[i], cause);
	return failed;
}

int
preflight_keys_read(const struct preflight_source *source,
    struct preflight_keys *keys, char **cause)
{
	bool own, said = has_global_section(source->config);
	char *reason = NULL, *value;
	const char *raw;
	int failed = 0;

	*keys = (struct preflight_keys){ .socket_mode = -1,
		.timeout_s = TIMEOUT_DEFAULT_S };
	failed = check_names(source, &reason);
	for (size_t i = 0; i < KEY_COUNT && !failed; i++) {
		raw = find_value(source, rows[i].name, &own);
		if (raw == NULL)
			continue;
		said = true;
		value = parse_stripped(raw);
		if (own && rows[i].demands && strcmp(value, "none") != 0 &&
		    strcmp(value, "auto") != 0)
			keys->demanded = true;
		failed = rows[i].read(keys, value, &reason);
		free(value);
	}
	if (failed) {
		cause_set(cause, "preflight of '%s': %s", source->program,
		    reason);
		free(reason);
		return -1;
	}
	if (keys->nginx == NULL)
		keys->nginx = xstrdup("auto");
	if (!keys->mode_said)
		keys->mode = said ? PREFLIGHT_WARN : PREFLIGHT_OFF;
	return 0;
}

void
preflight_keys_done(struct preflight_keys *keys)
{
	for (size_t i = 0; i < keys->served_count; i++) {
		free(keys->served[i].path);
		free(keys->served[i].url);
	}
	free(keys->served);
	free(keys->nginx);
	free(keys->nginx_user);
	free(keys->policy);
	free(keys->runtime_dir);
	strvec_done(&keys->more_nginx);
	strvec_done(&keys->dumped_nginx);
	strvec_done(&keys->servers);
	strvec_done(&keys->sockets);
	strvec_done(&keys->uploads);
	*keys = (struct preflight_keys){ .socket_mode = -1 };
}
