/* SPDX-License-Identifier: ISC */
/*
 * Signs of what stands behind a refusal that mode and ACL do not explain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/judge/hint.h"
#include "preflight/probe/hung.h"
#include "preflight/witness/mountinfo.h"

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

char *
hint_unexplained(const struct identity *worker, const struct answer *answer)
{
	const char *name = hint_fs_name(answer->facts.fs_type);
	char *mountinfo = hung_mountinfo(worker->proc_fd), *hint = NULL;

	if (mountinfo != NULL)
		hint = mountinfo_server(mountinfo, answer->facts.dev,
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
