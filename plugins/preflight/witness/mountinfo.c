/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
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

/* One line, taken apart in place. */
struct mount {
	dev_t dev;
	char *point;
	char *type;
	char *options;
};

/* Blanks and the like are written as three octal digits. */
static void
decode(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
		    text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
		    text[3] <= '7') {
			*out++ = (char)((text[1] - '0') * 64 +
			    (text[2] - '0') * 8 + (text[3] - '0'));
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

/* "36 35 98:0 /root /mount opts ... - type source superopts" */
static bool
parse_line(char *line, struct mount *mount)
{
	unsigned major_, minor_;
	char *save = NULL, *dash = strstr(line, " - ");
	int at = 0;

	if (dash == NULL ||
	    sscanf(line, "%*u %*u %u:%u %*s %n", &major_, &minor_, &at) != 2 ||
	    at == 0)
		return false;
	mount->dev = makedev(major_, minor_);
	mount->type = strtok_r(dash + 3, " ", &save);
	strtok_r(NULL, " ", &save);
	mount->options = strtok_r(NULL, " ", &save);
	if (mount->options == NULL)
		mount->options = (char *)"";
	mount->point = line + at;
	mount->point[strcspn(mount->point, " ")] = '\0';
	decode(mount->point);
	return mount->type != NULL;
}

char *
mountinfo_server(const char *mountinfo, dev_t dev, const char *path)
{
	char *copy, *save = NULL, *server = NULL;
	struct mount mount;

	if (dev == 0 && path == NULL)
		return NULL;
	copy = xstrdup(mountinfo);
	for (char *line = strtok_r(copy, "\n", &save);
	     line != NULL && server == NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (parse_line(line, &mount) &&
		    (dev != 0 ? mount.dev == dev
			      : strcmp(mount.point, path) == 0))
			server = describe(mount.type, mount.options);
	}
	free(copy);
	return server;
}

static void
add_points(const char *mountinfo, bool served, struct strvec *points)
{
	char *copy = xstrdup(mountinfo), *save = NULL, *server;
	struct mount mount;

	for (char *line = strtok_r(copy, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!parse_line(line, &mount))
			continue;
		server = describe(mount.type, mount.options);
		if (!served || server != NULL)
			strvec_push(points, mount.point);
		free(server);
	}
	free(copy);
}

void
mountinfo_served(const char *mountinfo, struct strvec *points)
{
	add_points(mountinfo, true, points);
}

void
mountinfo_points(const char *mountinfo, struct strvec *points)
{
	add_points(mountinfo, false, points);
}
