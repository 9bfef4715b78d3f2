/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

#define TIMEOUT_DEFAULT_S 5
/* What the checker may need over its own deadline to report that it passed. */
#define TIMEOUT_GRACE_MS  2000

/* Whether the name is an item of a list with commas or newlines. */
static bool
lists(const char *list, const char *name)
{
	static const char blanks[] = " \t\r\n,";
	size_t len;

	for (list += strspn(list, blanks); *list != '\0';
	     list += len, list += strspn(list, blanks)) {
		len = strcspn(list, blanks);
		if (strlen(name) == len && strncmp(list, name, len) == 0)
			return true;
	}
	return false;
}

/* [preflight:x] is about the program or group x, or its programs=. */
static bool
is_about(const struct supd_host *host, const char *section,
    const struct supd_process *process)
{
	static const char prefix[] = "preflight:";
	const char *programs;

	if (strncmp(section, prefix, strlen(prefix)) != 0)
		return false;
	programs = host->section_option(host, section, "programs");
	if (programs == NULL)
		programs = section + strlen(prefix);
	return lists(programs, process->program) ||
	    lists(programs, process->group);
}

static const char *
option(const struct preflight *preflight, const struct supd_process *process,
    const char *key)
{
	const struct supd_host *host = preflight->host;
	char *own = xasprintf("preflight_%s", key);
	const char *section, *value;

	value = host->program_option(host, process->group, process->name,
	    strcmp(key, "mode") == 0 ? "preflight" : own);
	for (size_t i = 0;
	     value == NULL && (section = host->section_name(host, i)) != NULL;
	     i++)
		if (is_about(host, section, process))
			value = host->section_option(host, section, key);
	if (value == NULL)
		value = host->section_option(host, "preflight", key);
	free(own);
	return value;
}

/* Any of these says that somebody wants the program checked. */
static const char *const other_keys[] = { "nginx", "nginx_user", "server",
	"static", "socket", "socket_mode", "upload", "policy", "timeout",
	"budget", "confirm", "runtime_dir", "fail_level", "report_dir" };

static bool
is_mentioned(const struct preflight *preflight,
    const struct supd_process *process)
{
	for (size_t i = 0; i < sizeof(other_keys) / sizeof(other_keys[0]);
	     i++) {
		if (option(preflight, process, other_keys[i]) != NULL)
			return true;
	}
	return false;
}

enum mode
settings_mode(const struct preflight *preflight,
    const struct supd_process *process)
{
	const char *word = option(preflight, process, "mode");
	char *text;

	if (word == NULL)
		return is_mentioned(preflight, process) ? MODE_WARN : MODE_OFF;
	if (strcasecmp(word, "off") == 0)
		return MODE_OFF;
	if (strcasecmp(word, "block") == 0)
		return MODE_BLOCK;
	if (strcasecmp(word, "warn") != 0) {
		text = xasprintf("preflight of '%s': '%s' is none of off, "
				 "warn and block, taken as warn",
		    process->program, word);
		preflight->host->log(preflight->host, SUPD_WARN, text);
		free(text);
	}
	return MODE_WARN;
}

int64_t
settings_deadline_ms(const struct preflight *preflight,
    const struct supd_process *process)
{
	const char *text = option(preflight, process, "timeout");
	long seconds = text == NULL ? 0 : strtol(text, NULL, 10);

	if (seconds <= 0 || seconds > 3600)
		seconds = TIMEOUT_DEFAULT_S;
	return (int64_t)seconds * 1000 + TIMEOUT_GRACE_MS;
}

bool
settings_report_dir(const struct preflight *preflight)
{
	return preflight->host->section_option(preflight->host, "preflight",
		   "report_dir") != NULL;
}

bool
settings_runtime_dir(const struct preflight *preflight,
    const struct supd_process *process)
{
	const char *path = option(preflight, process, "runtime_dir");

	return path != NULL && path[0] != '\0' && strcmp(path, "none") != 0;
}
