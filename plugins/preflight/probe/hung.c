/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/path_below.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/probe/hung.h"
#include "preflight/probe/memory.h"
#include "preflight/witness/mountinfo.h"
#include "preflight/witness/proc_status.h"

char *
hung_mountinfo(int proc_fd)
{
	return proc_fd != -1
	    ? proc_read(proc_fd, "mountinfo")
	    : fd_read_file("/proc/self/mountinfo", MOUNTINFO_MAX, NULL);
}

void
hung_served(int proc_fd, struct strvec *mounts)
{
	char *text = hung_mountinfo(proc_fd);

	if (text != NULL)
		mountinfo_served(text, mounts);
	free(text);
}

const char *
hung_note(struct probe_memory *memory, const struct probe_as *as,
    const char *path)
{
	struct strvec mounts = STRVEC_INIT, *hung;
	const char *place = path;

	if (memory == NULL)
		return NULL;
	hung_served(as->proc_fd, &mounts);
	for (size_t i = 0; i < mounts.len; i++) {
		if (path_is_below(path, mounts.items[i]))
			place = mounts.items[i];
	}
	hung = probe_memory_hung(memory);
	strvec_pushf(hung, "%ld %s", (long)as->view, place);
	strvec_done(&mounts);
	return hung_last(memory);
}

const char *
hung_at(const struct probe_memory *memory, pid_t view, const char *path)
{
	const struct strvec *hung =
	    memory == NULL ? NULL : probe_memory_hung(memory);
	const char *place;

	for (size_t i = 0; hung != NULL && i < hung->len; i++) {
		place = strchr(hung->items[i], ' ') + 1;
		if (atol(hung->items[i]) == (long)view &&
		    path_is_below(path, place))
			return place;
	}
	return NULL;
}

const char *
hung_last(const struct probe_memory *memory)
{
	const struct strvec *hung =
	    memory == NULL ? NULL : probe_memory_hung(memory);

	return hung == NULL || hung->len == 0
	    ? NULL
	    : strchr(hung->items[hung->len - 1], ' ') + 1;
}
