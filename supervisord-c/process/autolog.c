/* SPDX-License-Identifier: ISC */
/*
 * Names of AUTO logs: NAME-stdout---IDENTIFIER-xxxxxxxx.log in childlogdir.
 * The same shape is how the next start finds what may be removed, backups
 * included; the identifier is compared as text.  Supervisor uses it as a
 * pattern and also takes files with anything behind ".log".
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "process/autolog.h"

enum {
	RANDOM_LEN = 8,
	ATTEMPTS = 100,
	MAX_BACKUP_DIGITS = 4,
};

static void
random_name(char name[RANDOM_LEN + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	unsigned char bytes[RANDOM_LEN] = { 0 };

	/* Without randomness the name is only easier to guess: O_EXCL guards. */
	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) == -1)
		memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < RANDOM_LEN; i++)
		name[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	name[RANDOM_LEN] = '\0';
}

static char *
file_name(const char *process, const char *channel, const char *identifier)
{
	char random[RANDOM_LEN + 1], *name;

	random_name(random);
	name = xasprintf("%s-%s---%s-%s.log", process, channel, identifier,
	    random);
	for (char *p = strchr(name, '/'); p != NULL; p = strchr(p, '/'))
		*p = '_';
	return name;
}

char *
autolog_create(const char *directory, const char *process, const char *channel,
    const char *identifier)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		char *name = file_name(process, channel, identifier);
		char *path = xasprintf("%s/%s", directory, name);
		int fd;

		free(name);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd != -1) {
			close(fd);
			return path;
		}
		free(path);
		if (errno != EEXIST)
			break;
	}
	return NULL;
}

/* "", ".1", "12" and the like: what may stand behind ".log". */
static bool
is_backup_suffix(const char *s)
{
	size_t digits = 0;

	if (*s == '.')
		s++;
	while (isdigit((unsigned char)s[digits]))
		digits++;
	return digits <= MAX_BACKUP_DIGITS && s[digits] == '\0';
}

/* Text without blanks, at least one character of it, then .log. */
static bool
ends_as_log(const char *s)
{
	const char *p;

	for (p = s; *p != '\0' && !isspace((unsigned char)*p); p++) {
		if (p > s && strncmp(p, ".log", 4) == 0 &&
		    is_backup_suffix(p + 4))
			return true;
	}
	return false;
}

static bool
is_ours(const char *name, const char *marker)
{
	const char *found = name;

	/* The process has a name: the marker is not at the beginning. */
	while (*found != '\0' && (found = strstr(found + 1, marker)) != NULL) {
		if (ends_as_log(found + strlen(marker)))
			return true;
	}
	return false;
}

static void
remove_old(const char *directory, const char *name)
{
	char *path = xasprintf("%s/%s", directory, name);

	if (unlink(path) == -1) {
		char *shown = repr(path);

		log_warnx("Failed to clean up %s", shown);
		free(shown);
	}
	free(path);
}

void
autolog_clean(const char *directory, const char *identifier)
{
	DIR *dir = opendir(directory);
	char *marker;
	struct dirent *entry;

	if (dir == NULL) {
		log_warnx("Could not clear childlog dir");
		return;
	}
	marker = xasprintf("---%s-", identifier);
	for (char *p = strchr(marker, '/'); p != NULL; p = strchr(p, '/'))
		*p = '_';
	while ((entry = readdir(dir)) != NULL) {
		if (is_ours(entry->d_name, marker))
			remove_old(directory, entry->d_name);
	}
	free(marker);
	closedir(dir);
}
