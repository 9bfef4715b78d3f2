/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/app_file.h"
#include "preflight/app/command_file.h"

/*
 * pip and venv make small scripts, whose first line names the environment's
 * Python; pyvenv.cfg beside bin/ says which version's packages are used.
 */

#define SCRIPT_MAX_BYTES (256 * 1024)
#define CONFIG_MAX_BYTES (16 * 1024)

/* The interpreter of "#! /p args"; NULL if it is no script. */
static char *
interpreter_of(const char *text)
{
	if (strncmp(text, "#!", 2) != 0)
		return NULL;
	text += 2;
	text += strspn(text, " \t");
	return *text == '/' ? xstrndup(text, strcspn(text, " \t\r\n")) : NULL;
}

/* "3.11" of a line "version = 3.11.2" or "version_info = 3.11.2.final.0"; the
 * caller frees. */
static char *
python_version(const char *text)
{
	static const char key[] = "version";
	const char *line = text, *value;
	size_t len;

	while (line != NULL) {
		if (strncmp(line, key, strlen(key)) == 0) {
			value = line + strcspn(line, "=\n");
			value += *value == '=';
			value += strspn(value, " \t");
			len = strcspn(value, ".\n");
			if (value[len] == '.')
				len +=
				    1 + strspn(value + len + 1, "0123456789");
			if (len > 0)
				return xstrndup(value, len);
		}
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return NULL;
}

/* "/venv" of "/venv/bin/x"; NULL if it lies elsewhere. */
static char *
environment_of(const char *path)
{
	const char *name = strrchr(path, '/');

	if (name == NULL || name - path <= 4 ||
	    strncmp(name - 4, "/bin", 4) != 0)
		return NULL;
	return xstrndup(path, (size_t)(name - 4 - path));
}

static char *
packages_of(const struct cred *cred, const char *image, const char *path)
{
	char *environment = environment_of(path), *packages = NULL;
	char *config, *text, *version;

	if (environment == NULL)
		return NULL;
	config = xasprintf("%s/pyvenv.cfg", environment);
	text = app_file_read(cred, image, config, CONFIG_MAX_BYTES);
	version = text == NULL ? NULL : python_version(text);
	if (version != NULL)
		packages = xasprintf("%s/lib/python%s/site-packages",
		    environment, version);
	free(version);
	free(text);
	free(config);
	free(environment);
	return packages;
}

static bool
is_python(const char *path)
{
	return strncmp(strrchr(path, '/') + 1, "python", 6) == 0;
}

void
command_file_read(const struct cred *cred, const char *image, const char *path,
    struct command_file *file)
{
	char *text = NULL;

	*file = (struct command_file){ .interpreter = NULL };
	if (!is_python(path))
		text = app_file_read(cred, image, path, SCRIPT_MAX_BYTES);
	if (text != NULL)
		file->interpreter = interpreter_of(text);
	if (is_python(path) || file->interpreter != NULL)
		file->packages = packages_of(cred, image, path);
	free(text);
}

void
command_file_done(struct command_file *file)
{
	free(file->interpreter);
	free(file->packages);
	*file = (struct command_file){ .interpreter = NULL };
}
