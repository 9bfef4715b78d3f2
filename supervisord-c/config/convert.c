/* SPDX-License-Identifier: ISC */
/*
 * Converters from text to the types of options.  The texts of their errors are
 * Supervisor's.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/cred.h"
#include "base/parse.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/path.h"

#define PORT_LAST 65535

/* Ends in -1: "FORMAT" with the quoted text as its %s. */
static int __attribute__((format(printf, 2, 0)))
refuse(char **cause, const char *format, const char *text)
{
	char *shown = repr(text);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	cause_set(cause, format, shown);
#pragma GCC diagnostic pop
	free(shown);
	return -1;
}

static char *
lower_cased(const char *text)
{
	char *lower = xstrdup(text);

	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

int
convert_int(const char *text, int *out, char **cause)
{
	long long value;

	if (parse_int(text, &value, cause) == -1)
		return -1;
	if (value > INT_MAX)
		value = INT_MAX;
	if (value < INT_MIN)
		value = INT_MIN;
	*out = (int)value;
	return 0;
}

int
convert_loglevel(const char *text, enum log_level *out, char **cause)
{
	int level = log_level_parse(text);

	if (level == -1)
		return refuse(cause, "bad logging level name %s", text);
	*out = (enum log_level)level;
	return 0;
}

static bool
is_directory(const char *path, const char *base)
{
	char *full = path_join(path, base);
	struct stat st;
	bool result = stat(full, &st) == 0 && S_ISDIR(st.st_mode);

	free(full);
	return result;
}

int
convert_directory(const char *text, const char *base, char **path, char **cause)
{
	char *expanded = path_expand_user(text);

	if (*expanded == '\0' || !is_directory(expanded, base)) {
		free(expanded);
		return cause_set(cause, "%s is not an existing directory",
		    text);
	}
	*path = expanded;
	return 0;
}

int
convert_dirpath(const char *text, const char *base, char **path, char **cause)
{
	char *expanded = path_expand_user(text);
	char *folder = path_directory(expanded);
	bool ok = *folder == '\0' || is_directory(folder, base);

	free(folder);
	if (ok) {
		*path = expanded;
		return 0;
	}
	free(expanded);
	return cause_set(cause,
	    "The directory named as part of the path %s does not exist", text);
}

int
convert_autorestart(const char *text, enum autorestart *out, char **cause)
{
	char *lower;
	bool value;

	if (strcasecmp(text, "unexpected") == 0) {
		*out = AUTORESTART_UNEXPECTED;
		return 0;
	}
	if (parse_bool(text, &value, NULL) == 0) {
		*out = value ? AUTORESTART_ALWAYS : AUTORESTART_NEVER;
		return 0;
	}
	lower = lower_cased(text);
	refuse(cause, "invalid 'autorestart' value %s", lower);
	free(lower);
	return -1;
}

void
convert_list(const char *text, struct strvec *list)
{
	char *part;
	size_t len;

	if (*text == '\0')
		return;
	for (;;) {
		len = strcspn(text, ",");
		part = xstrndup(text, len);
		strvec_push_taken(list, parse_stripped(part));
		free(part);
		if (text[len] == '\0')
			return;
		text += len + 1;
	}
}

int
convert_exitcodes(const char *text, int **codes, size_t *count, char **cause)
{
	struct strvec list = STRVEC_INIT;
	int *result = NULL;
	size_t n = 0;

	convert_list(text, &list);
	if (list.len > 0)
		result = xcalloc(list.len, sizeof(*result));
	for (; n < list.len; n++) {
		if (convert_int(list.items[n], &result[n], NULL) == -1 ||
		    result[n] < 0 || result[n] > 255)
			break;
	}
	if (n < list.len) {
		free(result);
		strvec_done(&list);
		return refuse(cause, "not a valid list of exit codes: %s",
		    text);
	}
	strvec_done(&list);
	*codes = result;
	*count = n;
	return 0;
}

int
convert_owner(const char *text, uid_t *uid, gid_t *gid)
{
	const char *colon = strchr(text, ':');
	char *user;
	uid_t u;
	gid_t g = (gid_t)-1;
	int result;

	if (colon == NULL)
		colon = text + strlen(text);
	user = xstrndup(text, (size_t)(colon - text));
	result = cred_parse_user(user, &u, NULL);
	free(user);
	if (result == 0 && *colon == ':')
		result = cred_parse_group(colon + 1, &g, NULL);
	if (result == 0) {
		*uid = u;
		*gid = g;
	}
	return result;
}

int
convert_name(const char *text, char **name, char **cause)
{
	static const char forbidden[] = " :/";
	char *stripped = parse_stripped(text), *shown;

	for (const char *c = forbidden; *c != '\0'; c++) {
		if (strchr(stripped, *c) == NULL)
			continue;
		shown = repr(stripped);
		cause_set(cause, "Invalid name: %s because of character: '%c'",
		    shown, *c);
		free(shown);
		free(stripped);
		return -1;
	}
	*name = stripped;
	return 0;
}

int
convert_port(const char *text, int *port, char **cause)
{
	long long value;

	if (parse_int(text, &value, cause) == -1)
		return -1;
	if (value < 1)
		return cause_set(cause, "%lld is below lower bound (1)", value);
	if (value > PORT_LAST)
		return cause_set(cause, "%lld is above upper bound (%d)", value,
		    PORT_LAST);
	*port = (int)value;
	return 0;
}

int
convert_inet_address(const char *text, char **host, int *port, char **cause)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL) {
		if (convert_port(text, port, NULL) == -1)
			return refuse(cause, "not a valid port number: %s ",
			    text);
		*host = xstrdup("");
		return 0;
	}
	if (colon[1] == '\0')
		return refuse(cause, "no port number specified in %s",
		    colon + 1);
	if (convert_port(colon + 1, port, cause) == -1)
		return -1;
	*host = xstrndup(text, (size_t)(colon - text));
	for (char *p = *host; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (strcmp(*host, "*") == 0)
		(*host)[0] = '\0';
	return 0;
}
