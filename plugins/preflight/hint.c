/* SPDX-License-Identifier: ISC */
/*
 * Signs of what stands behind a refusal that mode and ACL do not explain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/hint.h"
#include "preflight/proc_status.h"

#define MOUNTINFO_MAX (4u * 1024 * 1024)

static const struct {
	uint32_t type;
	const char *name;
} file_systems[] = {
	{ 0x65735546u, "fuse" },
	{ 0x6969u, "nfs" },
	{ 0x01021994u, "tmpfs" },
	{ 0x858458f6u, "ramfs" },
	{ 0xef53u, "ext4" },
	{ 0x58465342u, "xfs" },
	{ 0x9123683eu, "btrfs" },
	{ 0x794c7630u, "overlay" },
	{ 0xff534d42u, "cifs" },
	{ 0xfe534d42u, "smb2" },
	{ 0x4d44u, "vfat" },
	{ 0x0187u, "autofs" },
	{ 0x9fa0u, "proc" },
	{ 0xf15fu, "ecryptfs" },
	{ 0x2fc12fc1u, "zfs" },
	{ 0x01021997u, "9p" },
	{ 0x786f4256u, "vboxsf" },
};

const char *
hint_fs_name(uint32_t fs_type)
{
	for (size_t i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]);
	     i++) {
		if (file_systems[i].type == fs_type)
			return file_systems[i].name;
	}
	return NULL;
}

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
hint_from_mountinfo(const char *mountinfo, dev_t dev, const char *path)
{
	char *copy, *save = NULL, *hint = NULL;

	if (dev == 0 && path == NULL)
		return NULL;
	copy = xstrdup(mountinfo);
	for (char *line = strtok_r(copy, "\n", &save);
	     line != NULL && hint == NULL; line = strtok_r(NULL, "\n", &save))
		hint = describe_line(line, dev, path);
	free(copy);
	return hint;
}

static char *
read_mountinfo(const struct identity *worker)
{
	size_t len;

	if (worker->proc_fd != -1)
		return proc_read(worker->proc_fd, "mountinfo");
	return fd_read_file("/proc/self/mountinfo", MOUNTINFO_MAX, &len);
}

char *
hint_unexplained(const struct identity *worker, const struct answer *answer)
{
	const char *name = hint_fs_name(answer->facts.fs_type);
	char *mountinfo = read_mountinfo(worker), *hint = NULL;

	if (mountinfo != NULL)
		hint = hint_from_mountinfo(mountinfo, answer->facts.dev,
		    answer->blocker);
	free(mountinfo);
	if (hint != NULL)
		return hint;
	if (name != NULL && strcmp(name, "fuse") == 0)
		return xstrdup("fuse mount of another user without "
			       "allow_other");
	if (worker->confinement.label != NULL)
		return xasprintf("security label %s",
		    worker->confinement.label);
	if (name != NULL && strcmp(name, "nfs") == 0)
		return xstrdup("nfs mount: the server decides");
	return NULL;
}
