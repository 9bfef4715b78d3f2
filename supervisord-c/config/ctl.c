/* SPDX-License-Identifier: ISC */
/*
 * What the client reads of a configuration file.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "config/ctl.h"
#include "config/include.h"
#include "config/path.h"

#define UNIX_SCHEME "unix://"

/* The names that values of the section may use. */
struct names {
	struct expand_table env;
	struct expand_table here; /* and here */
};

static void
names_init(struct names *names, const char *path)
{
	char *folder = path_directory(path);
	char *here = path_absolute(folder, NULL);
	char *name;

	*names = (struct names){ .here = { .parent = &names->env } };
	expand_set(&names->here, "here", here);
	for (char **e = environ; *e != NULL; e++) {
		size_t len = strcspn(*e, "=");

		if ((*e)[len] == '\0')
			continue;
		name = xasprintf("ENV_%.*s", (int)len, *e);
		expand_set(&names->env, name, *e + len + 1);
		free(name);
	}
	free(here);
	free(folder);
}

static void
names_done(struct names *names)
{
	expand_table_done(&names->env);
	expand_table_done(&names->here);
}

/* "unix://~/x" to "unix:///home/..."; takes the text. */
static char *
settled_url(char *url)
{
	char *path, *result;

	if (strncmp(url, UNIX_SCHEME, strlen(UNIX_SCHEME)) != 0)
		return url;
	path = path_normalize(url + strlen(UNIX_SCHEME), NULL);
	result = xasprintf(UNIX_SCHEME "%s", path);
	free(path);
	free(url);
	return result;
}

/*
 * Whether there is a scheme and something behind it: as Python's urlparse, to
 * which a colon without slashes is a scheme too.
 */
static int
is_url(const char *text)
{
	size_t len = strcspn(text, ":/?#");

	if (len == 0 || text[len] != ':')
		return 0;
	text += len + 1;
	if (strncmp(text, "//", 2) == 0)
		text += 2;
	return *text != '\0' && *text != '?' && *text != '#';
}

char *
ctl_config_url(const char *text, char **cause)
{
	char *shown;

	if (is_url(text))
		return settled_url(xstrdup(text));
	shown = repr(text);
	cause_set(cause, "value %s is not a URL", shown);
	free(shown);
	return NULL;
}

static int
read_option(const struct ini_file *ini, const struct expand_table *names,
    const char *key, char **out, char **cause)
{
	const struct ini_section *section;
	const struct ini_value *value;
	char *place, *text;

	section = ini_file_section(ini, "supervisorctl");
	if (section == NULL)
		return cause_set(cause,
		    ".ini file does not include supervisorctl section");
	value = ini_file_get(ini, section, key);
	if (value == NULL)
		return 0;
	place = xasprintf("supervisorctl.%s", key);
	text = expand(names, value->value, place, cause);
	free(place);
	if (text == NULL)
		return -1;
	free(*out);
	*out = text;
	return 0;
}

static int
read_section(const struct ini_file *ini, const struct names *names,
    struct ctl_config *out, char **cause)
{
	char *path;

	if (read_option(ini, &names->here, "serverurl", &out->serverurl,
		cause) == -1 ||
	    read_option(ini, &names->env, "prompt", &out->prompt, cause) ==
		-1 ||
	    read_option(ini, &names->env, "username", &out->username, cause) ==
		-1 ||
	    read_option(ini, &names->env, "password", &out->password, cause) ==
		-1 ||
	    read_option(ini, &names->here, "history_file", &out->history_file,
		cause) == -1)
		return -1;
	out->serverurl = settled_url(out->serverurl);
	if (out->history_file == NULL)
		return 0;
	path = *out->history_file == '\0'
	    ? NULL
	    : path_normalize(out->history_file, NULL);
	free(out->history_file);
	out->history_file = path;
	return 0;
}

static int
read_file(const char *path, struct ini_file *ini, char **cause)
{
	struct stat st;
	size_t len;
	char *data;
	int result;

	if (*path == '\0' || stat(path, &st) == -1)
		return cause_set(cause, "could not find config file %s", path);
	data = fd_read_file(path, CONFIG_FILE_MAX, &len);
	if (data == NULL)
		return cause_set(cause, "could not read config file %s", path);
	result = ini_file_add(ini, path, data, len, cause);
	free(data);
	return result;
}

int
ctl_config_load(const char *path, struct ctl_config *out, char **cause)
{
	struct ctl_config config = {
		.serverurl = xstrdup("http://localhost:9001"),
		.prompt = xstrdup("supervisor"),
	};
	struct ini_file ini = { .only = "supervisorctl" };
	struct names names;
	int result = 0;

	if (path != NULL) {
		names_init(&names, path);
		result = read_file(path, &ini, cause);
		if (result == 0)
			result = read_section(&ini, &names, &config, cause);
		names_done(&names);
		ini_file_done(&ini);
	}
	if (result == 0)
		*out = config;
	else
		ctl_config_done(&config);
	return result;
}

void
ctl_config_done(struct ctl_config *config)
{
	free(config->serverurl);
	free(config->username);
	free(config->password);
	free(config->prompt);
	free(config->history_file);
	*config = (struct ctl_config){ .serverurl = NULL };
}
