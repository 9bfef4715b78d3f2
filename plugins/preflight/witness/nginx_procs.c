/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/witness/nginx_procs.h"
#include "preflight/witness/proc_status.h"

/* More of a title than the longest family name has. */
#define TITLE_START 48

/* Names that nginx and its forks give themselves in process titles. */
static const char *const families[] = { "nginx: ", "openresty: ", "angie: ",
	"freenginx: ", "tengine: " };

const char *
nginx_procs_title(const char *command)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strncmp(command, families[i], strlen(families[i])) == 0)
			return command + strlen(families[i]);
	}
	return NULL;
}

static void
add(struct nginx_procs *procs, pid_t pid)
{
	procs->pids =
	    xreallocarray(procs->pids, procs->count + 1, sizeof(*procs->pids));
	procs->pids[procs->count++] = pid;
}

/* Whether the title begins with what, behind the family's name. */
static bool
is_nginx(int proc, const char *pid, const char *what)
{
	char path[NAME_MAX + sizeof("/cmdline")], title[TITLE_START + 1];
	const char *own;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/cmdline", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	len = read(fd, title, TITLE_START);
	close(fd);
	if (len <= 0)
		return false;
	title[len] = '\0';
	own = nginx_procs_title(title);
	return own != NULL && strncmp(own, what, strlen(what)) == 0;
}

static int
find(int proc, const char *what, struct nginx_procs *procs)
{
	int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy == -1 ? NULL : fdopendir(copy);
	struct dirent *entry;

	*procs = (struct nginx_procs){ .count = 0 };
	if (dir == NULL) {
		fd_close(&copy);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_nginx(proc, entry->d_name, what))
			add(procs, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	closedir(dir);
	return 0;
}

int
nginx_procs_find(int proc, struct nginx_procs *procs)
{
	return find(proc, "", procs);
}

int
nginx_procs_masters(int proc, struct nginx_procs *procs)
{
	return find(proc, "master process ", procs);
}

int
nginx_procs_of_master(int proc, pid_t master, struct nginx_procs *procs)
{
	char *name =
	    xasprintf("%ld/task/%ld/children", (long)master, (long)master);
	char *text = proc_read(proc, name), *p = text, *end;
	long pid;

	free(name);
	if (text == NULL)
		return nginx_procs_find(proc, procs);
	*procs = (struct nginx_procs){ .count = 0 };
	add(procs, master);
	while ((pid = strtol(p, &end, 10)) > 0 && end != p) {
		add(procs, (pid_t)pid);
		p = end;
	}
	free(text);
	return 0;
}

void
nginx_procs_done(struct nginx_procs *procs)
{
	free(procs->pids);
	*procs = (struct nginx_procs){ .count = 0 };
}
