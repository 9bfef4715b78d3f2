/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "process/orphans.h"
#include "spawn/command.h"

enum {
	STAT_MAX = 4096,
	CHILDREN_MAX = 1024 * 1024,
	/* /proc counts in ticks, mostly of 10 ms. */
	TICK_MS = 10,
};

struct wanted {
	struct stat file;
	const struct child_map *ours;
	int64_t age_ms;
};

/* Fields behind the name, which may hold anything: from the state on. */
static int
read_stat(long pid, long *parent, unsigned long long *start_ticks)
{
	char *path = xasprintf("/proc/%ld/stat", pid);
	char *text = fd_read_file(path, STAT_MAX, NULL), *rest;
	int found = 0;

	free(path);
	rest = text == NULL ? NULL : strrchr(text, ')');
	if (rest != NULL)
		found = sscanf(rest,
		    ") %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
		    "%*d %*d %*d %*d %*d %llu",
		    parent, start_ticks);
	free(text);
	return found == 2 ? 0 : -1;
}

static int64_t
age_of(unsigned long long start_ticks)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 -
	    (int64_t)(start_ticks * 1000 /
		(unsigned long long)sysconf(_SC_CLK_TCK));
}

static bool
runs_file(long pid, const struct stat *file)
{
	char *path = xasprintf("/proc/%ld/exe", pid);
	struct stat st;
	bool same = stat(path, &st) == 0 && st.st_dev == file->st_dev &&
	    st.st_ino == file->st_ino;

	free(path);
	return same;
}

static bool
is_wanted(long pid, const struct wanted *wanted)
{
	unsigned long long start;
	long parent;

	return !child_map_has(wanted->ours, (pid_t)pid) &&
	    runs_file(pid, &wanted->file) &&
	    read_stat(pid, &parent, &start) == 0 &&
	    age_of(start) <= wanted->age_ms + 2 * TICK_MS;
}

static bool
has_such_a_child(long parent, const struct wanted *wanted)
{
	char *path = xasprintf("/proc/%ld/task/%ld/children", parent, parent);
	char *text = fd_read_file(path, CHILDREN_MAX, NULL), *save = NULL;
	bool found = false;

	free(path);
	if (text == NULL)
		return false;
	for (char *word = strtok_r(text, " ", &save); word != NULL && !found;
	     word = strtok_r(NULL, " ", &save))
		found = is_wanted(strtol(word, NULL, 10), wanted);
	free(text);
	return found;
}

static bool
file_of(const struct process_config *config, struct stat *file)
{
	struct command command;
	char *cause = NULL;
	bool found;

	if (command_resolve(config->command,
		strvec_env_get(&config->environment, "PATH"), &command,
		&cause) != COMMAND_OK) {
		free(cause);
		return false;
	}
	found = stat(command.path, file) == 0;
	command_done(&command);
	return found;
}

bool
orphan_runs(const struct process_config *config, const struct child_map *ours,
    int64_t age_ms)
{
	struct wanted wanted = { .ours = ours, .age_ms = age_ms };
	unsigned long long start;
	long ancestor = (long)getpid();

	if (!file_of(config, &wanted.file))
		return false;
	while (ancestor > 0) {
		if (has_such_a_child(ancestor, &wanted))
			return true;
		if (read_stat(ancestor, &ancestor, &start) == -1)
			return false;
	}
	return false;
}
