/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/probe/tree_key.h"
#include "preflight/probe/tree_survey.h"

/* Groups and then the path follow it. */
struct key_head {
	uid_t uid;
	gid_t gid;
	uint32_t group_count;
	uint32_t depth;
	uint64_t entries;
	int64_t ms;
	uint8_t secrets;
	uint8_t home;
	uint8_t unused[6];
};

void
tree_key_write(const struct list_job *job, const struct cred *who,
    struct strbuf *out)
{
	const struct key_head head = {
		.uid = who->uid,
		.gid = who->gid,
		.group_count = (uint32_t)who->group_count,
		.depth = job->depth,
		.entries = job->budget.entries,
		.ms = job->budget.ms,
		.secrets = job->secrets,
		.home = job->home,
	};

	strbuf_add(out, &head, sizeof(head));
	strbuf_add(out, who->groups, who->group_count * sizeof(gid_t));
	strbuf_addstr(out, job->path);
}

static int
open_view(pid_t view)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%ld", (long)view);
	return view == 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

uint64_t
tree_key_digest(const char *bytes, size_t len, pid_t view)
{
	struct key_head head;
	struct list_job job = { .path = NULL };
	struct cred who = { .groups = NULL };
	size_t groups;
	uint64_t digest;
	int proc_fd;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, bytes, sizeof(head));
	groups = head.group_count * sizeof(gid_t);
	if (len - sizeof(head) < groups)
		return 0;
	who.uid = head.uid;
	who.gid = head.gid;
	who.group_count = head.group_count;
	who.groups = xmemdup(bytes + sizeof(head), groups);
	job.path = bytes + sizeof(head) + groups;
	job.depth = head.depth;
	job.budget.entries = head.entries;
	job.budget.ms = head.ms;
	job.secrets = head.secrets != 0;
	job.home = head.home != 0;
	proc_fd = open_view(view);
	digest = tree_survey_digest(&job, &who, proc_fd);
	fd_close(&proc_fd);
	free(who.groups);
	return digest;
}
