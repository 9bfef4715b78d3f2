/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/xmalloc.h"
#include "preflight/witness/mountinfo.h"

/* The value of an option in "a,b=c"; len its length. */
static const char *
option_value(const char *options, const char *name, size_t *len)
{
	size_t name_len = strlen(name);
	const char *p = options;

	while (*p != '\0') {
		*len = strcspn(p, ",");
		if (*len > name_len && strncmp(p, name, name_len) == 0 &&
		    p[name_len] == '=') {
			*len -= name_len + 1;
			return p + name_len + 1;
		}
		if (*len == name_len && strncmp(p, name, name_len) == 0) {
			*len = 0;
			return p + name_len;
		}
		p += *len;
		p += *p == ',';
	}
	return NULL;
}

/* What the type and super options of a mount say. */
static char *
describe(const char *type, const char *options)
{
	const char *uid;
	size_t len;

	if (strncmp(type, "fuse", 4) == 0) {
		if (option_value(options, "allow_other", &len) != NULL)
			return xasprintf("%s mount", type);
		uid = option_value(options, "user_id", &len);
		if (uid == NULL)
			return xasprintf("%s mount without allow_other", type);
		return xasprintf("%s mount of uid %.*s without allow_other",
		    type, (int)len, uid);
	}
	if (strncmp(type, "nfs", 3) == 0)
		return xasprintf("%s mount: the server decides", type);
	if (strcmp(type, "cifs") == 0 || strcmp(type, "vfat") == 0 ||
	    strcmp(type, "vboxsf") == 0 || strcmp(type, "9p") == 0)
		return xasprintf("%s mount: its mount options decide", type);
	return NULL;
}

/*
 * "36 35 98:0 /root /mount opts ... - type source superopts": the mount of the
 * device, or at the path where the device is not known.
 */
static char *
describe_line(char *line, dev_t dev, const char *path)
{
	unsigned major_, minor_;
	char *save = NULL, *type, *options, *dash = strstr(line, " - ");
	int at = 0;
	size_t len = path == NULL ? 0 : strlen(path);

	if (dash == NULL ||
	    sscanf(line, "%*u %*u %u:%u %*s %n", &major_, &minor_, &at) != 2 ||
	    at == 0)
		return NULL;
	if (dev != 0 ? makedev(major_, minor_) != dev
		     : strncmp(line + at, path, len) != 0 ||
		    line[(size_t)at + len] != ' ')
		return NULL;
	type = strtok_r(dash + 3, " ", &save);
	strtok_r(NULL, " ", &save);
	options = strtok_r(NULL, " ", &save);
	return type == NULL ? NULL
			    : describe(type, options == NULL ? "" : options);
}

char *
mountinfo_server(const char *mountinfo, dev_t dev, const char *path)
{
	char *copy, *save = NULL, *server = NULL;

	if (dev == 0 && path == NULL)
		return NULL;
	copy = xstrdup(mountinfo);
	for (char *line = strtok_r(copy, "\n", &save);
	     line != NULL && server == NULL; line = strtok_r(NULL, "\n", &save))
		server = describe_line(line, dev, path);
	free(copy);
	return server;
}
