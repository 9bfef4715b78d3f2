/* SPDX-License-Identifier: ISC */
/*
 * stdout and stderr of one process in one file are a wish; those of two
 * processes are mostly a slip, such as numprocs without %(process_num)d in the
 * file's name.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/xmalloc.h"
#include "config/shared_logs.h"

struct log_user {
	const char *path;
	const struct process_config *process; /* the first one */
	bool told;
	UT_hash_handle hh;
};

/* What is no file of its own is never rotated. */
static bool
is_rotated(const struct channel_config *log)
{
	return log->kind == LOGFILE_PATH && log->maxbytes > 0 &&
	    strncmp(log->path, "/dev/", 5) != 0;
}

static void
note_user(struct config_reader *reader, struct log_user **users,
    const struct process_config *process, const struct channel_config *log)
{
	struct log_user *user;

	if (!is_rotated(log))
		return;
	HASH_FIND_STR(*users, log->path, user);
	if (user == NULL) {
		user = xcalloc(1, sizeof(*user));
		user->path = log->path;
		user->process = process;
		HASH_ADD_KEYPTR(hh, *users, user->path, strlen(user->path),
		    user);
	} else if (user->process != process && !user->told) {
		user->told = true;
		reader_message(reader, LOG_LEVEL_WARN,
		    "%s and %s write to one log file, %s: their lines are "
		    "mixed",
		    user->process->name, process->name, user->path);
	}
}

void
shared_logs_find(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct log_user *users = NULL, *user, *next;

	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];

		for (size_t j = 0; j < group->process_count; j++) {
			const struct process_config *process =
			    &group->processes[j];

			note_user(reader, &users, process, &process->out);
			note_user(reader, &users, process, &process->err);
		}
	}
	HASH_ITER(hh, users, user, next)
	{
		HASH_DEL(users, user);
		free(user);
	}
}
