/* SPDX-License-Identifier: ISC */
/*
 * The identities of running workers (contract P2.5).  Every process is looked
 * at through one descriptor of its /proc directory: if it ends and its number
 * is taken by somebody else, the descriptor answers ESRCH, never with a
 * stranger's identity.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/nginx/identity.h"
#include "preflight/witness/nginx_procs.h"
#include "preflight/witness/proc_status.h"
#include "preflight/witness/witness.h"

/* A worker shows uid 0 between its fork and its setuid. */
#define FRESH_MS      200
#define FRESH_STEP_MS 20
#define UNMAPPED_ID   65534

#define WORKER_TITLE   "worker process"
#define DRAINING_TITLE "worker process is shutting down"
#define MASTER_TITLE   "master process "

struct scan {
	const struct identity_options *options;
	struct identities *found;
	int proc;
	struct nginx_procs procs;
	int64_t boot; /* seconds since 1970 */
	bool mapped;  /* ids are those of the initial user namespace */
	struct confinement own;
	int64_t fresh_until_ms;
};

static int64_t
boot_time(int proc)
{
	char *text = proc_read(proc, "stat");
	char *line = text == NULL ? NULL : strstr(text, "\nbtime ");
	int64_t boot = line == NULL ? 0 : strtoll(line + 7, NULL, 10);

	free(text);
	return boot;
}

/* Clock ticks after boot; -1 if it is gone. */
static int64_t
start_ticks(int proc_fd)
{
	char *text = proc_read(proc_fd, "stat");
	int64_t ticks = text == NULL ? -1 : proc_stat_start(text);

	free(text);
	return ticks;
}

static int64_t
start_time(const struct scan *scan, int proc_fd)
{
	int64_t ticks = start_ticks(proc_fd);

	return ticks == -1 ? 0 : scan->boot + ticks / sysconf(_SC_CLK_TCK);
}

/* Whether it was forked so recently that it may still become somebody else. */
static bool
is_fresh(int proc_fd)
{
	struct timespec now;
	int64_t ticks = start_ticks(proc_fd), age_ms;

	if (ticks == -1 || clock_gettime(CLOCK_BOOTTIME, &now) == -1)
		return true;
	age_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000 -
	    ticks * 1000 / sysconf(_SC_CLK_TCK);
	return age_ms < FRESH_MS;
}

/* Whether all ids are shown as they are. */
static bool
is_initial_user_namespace(int proc)
{
	char *text = proc_read(proc, "self/uid_map");
	unsigned long inside = 1, outside = 1, count = 0;
	char *p = text;

	if (text == NULL)
		return true;
	inside = strtoul(p, &p, 10);
	outside = strtoul(p, &p, 10);
	count = strtoul(p, &p, 10);
	free(text);
	return inside == 0 && outside == 0 && count == 4294967295ul;
}

/* The label of the security module; NULL if it does not confine. */
static char *
read_label(int proc_fd)
{
	char *label = proc_read(proc_fd, "attr/current");
	size_t len;

	if (label == NULL)
		return NULL;
	len = strcspn(label, "\n");
	label[len] = '\0';
	if (len == 0 || strcmp(label, "unconfined") == 0) {
		free(label);
		return NULL;
	}
	return label;
}

static void
read_confinement(int proc_fd, const struct proc_status *status,
    struct confinement *confinement)
{
	confinement->seccomp = status->seccomp == -1 ? 0 : status->seccomp;
	confinement->no_new_privs = status->no_new_privs;
	confinement->label = read_label(proc_fd);
}

static int
read_status(int proc_fd, struct proc_status *status)
{
	char *text = proc_read(proc_fd, "status");
	int result = text == NULL ? -1 : proc_status_parse(text, status);

	free(text);
	return result;
}

/* What confines this process itself. */
static void
read_own_confinement(struct scan *scan)
{
	struct proc_status status;
	int self =
	    openat(scan->proc, "self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (self != -1 && read_status(self, &status) == 0) {
		read_confinement(self, &status, &scan->own);
		cred_done(&status.cred);
	}
	fd_close(&self);
}

/* Whether the worker is confined in a way that we are not. */
static bool
confinement_differs(const struct confinement *own, const struct confinement *it)
{
	if (it->seccomp != own->seccomp && it->seccomp != 0)
		return true;
	if (it->no_new_privs && !own->no_new_privs)
		return true;
	if (it->label == NULL || own->label == NULL)
		return it->label != own->label;
	return strcmp(it->label, own->label) != 0;
}

static bool
same_object(int fd, const char *path)
{
	struct stat theirs, ours;

	return fd != -1 && fstat(fd, &theirs) == 0 && stat(path, &ours) == 0 &&
	    theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static bool
is_other(int proc_fd, const char *name, int flags, const char *ours)
{
	int fd = openat(proc_fd, name, flags | O_CLOEXEC);
	bool other = fd != -1 && !same_object(fd, ours);

	fd_close(&fd);
	return other;
}

/*
 * The status once the worker is what it will be.  False if it is gone, or
 * stays uid 0 without the config saying so.
 */
static bool
settled_status(struct scan *scan, int proc_fd, struct proc_status *status)
{
	while (read_status(proc_fd, status) == 0) {
		if (status->cred.uid != 0)
			return true;
		if (!is_fresh(proc_fd) ||
		    clock_mono_ms() >= scan->fresh_until_ms) {
			if (scan->options->expect_root)
				return true;
			cred_done(&status->cred);
			scan->found->undecidable++;
			return false;
		}
		cred_done(&status->cred);
		poll(NULL, 0, FRESH_STEP_MS);
	}
	return false;
}

/* Looks at one worker; keeps proc_fd or closes it. */
static void
look_at_worker(struct scan *scan, int proc_fd, pid_t pid, bool draining)
{
	struct proc_status status;
	struct identity worker;

	if (!settled_status(scan, proc_fd, &status)) {
		fd_close(&proc_fd);
		return;
	}
	if (!scan->mapped && status.cred.uid == UNMAPPED_ID) {
		scan->found->undecidable++;
		cred_done(&status.cred);
		fd_close(&proc_fd);
		return;
	}
	worker = (struct identity){
		.cred = status.cred,
		.running = true,
		.draining = draining,
		.pids = xmemdup(&pid, sizeof(pid)),
		.pid_count = 1,
		.master = status.parent,
		.started = start_time(scan, proc_fd),
		.proc_fd = proc_fd,
		.other_namespace =
		    is_other(proc_fd, "ns/mnt", O_RDONLY, "/proc/self/ns/mnt"),
		.other_root = is_other(proc_fd, "root", O_PATH, "/"),
		.root = proc_readlink(proc_fd, "root"),
	};
	read_confinement(proc_fd, &status, &worker.confinement);
	worker.confinement.differs =
	    confinement_differs(&scan->own, &worker.confinement);
	identities_add(scan->found, &worker);
}

static void
add_master(struct scan *scan, int proc_fd, pid_t pid, const char *command)
{
	struct identities *found = scan->found;
	struct proc_status status;

	if (read_status(proc_fd, &status) == -1)
		return;
	found->masters = xreallocarray(found->masters, found->master_count + 1,
	    sizeof(*found->masters));
	found->masters[found->master_count++] = (struct nginx_master){
		.pid = pid,
		.uid = status.cred.uid,
		.command = xstrdup(command),
		.started = start_time(scan, proc_fd),
	};
	cred_done(&status.cred);
}

/* Calls fn for each nginx process, with its number and an open directory, which
 * fn closes or keeps. */
static void
each_process(struct scan *scan,
    void (*fn)(struct scan *, int proc_fd, pid_t, const char *title))
{
	const char *title;
	char name[32], *command;
	int fd;

	for (size_t i = 0; i < scan->procs.count; i++) {
		snprintf(name, sizeof(name), "%ld", (long)scan->procs.pids[i]);
		fd = openat(scan->proc, name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		command = fd == -1 ? NULL : proc_read(fd, "cmdline");
		title = command == NULL ? NULL : nginx_procs_title(command);
		if (title != NULL)
			fn(scan, fd, scan->procs.pids[i], title);
		else
			fd_close(&fd);
		free(command);
	}
}

static void
find_master(struct scan *scan, int proc_fd, pid_t pid, const char *title)
{
	if (strncmp(title, MASTER_TITLE, strlen(MASTER_TITLE)) == 0 &&
	    (scan->options->master == 0 || scan->options->master == pid))
		add_master(scan, proc_fd, pid, title + strlen(MASTER_TITLE));
	fd_close(&proc_fd);
}

/* Whether the process is a child of one of the masters. */
static bool
is_of_a_master(const struct scan *scan, int proc_fd)
{
	struct proc_status status;
	bool found = false;

	if (read_status(proc_fd, &status) == -1)
		return false;
	for (size_t i = 0; i < scan->found->master_count && !found; i++)
		found = scan->found->masters[i].pid == status.parent;
	cred_done(&status.cred);
	return found;
}

static void
find_worker(struct scan *scan, int proc_fd, pid_t pid, const char *title)
{
	size_t len = strlen(title);
	bool draining;

	/* Titles are padded with blanks. */
	while (len > 0 && title[len - 1] == ' ')
		len--;
	draining = len == strlen(DRAINING_TITLE) &&
	    strncmp(title, DRAINING_TITLE, len) == 0;
	if ((draining ||
		(len == strlen(WORKER_TITLE) &&
		    strncmp(title, WORKER_TITLE, len) == 0)) &&
	    is_of_a_master(scan, proc_fd))
		look_at_worker(scan, proc_fd, pid, draining);
	else
		fd_close(&proc_fd);
}

/* A pid file that names a live process which is not to be seen. */
static bool
is_hidden(int proc, const char *pid_file)
{
	size_t len;
	char *text, name[32];
	long pid;

	witness_file(pid_file);
	text = fd_read_file(pid_file, 64, &len);
	pid = text == NULL ? 0 : strtol(text, NULL, 10);
	free(text);
	if (pid <= 0)
		return false;
	snprintf(name, sizeof(name), "%ld/cmdline", pid);
	return faccessat(proc, name, F_OK, 0) == -1 &&
	    (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static int
find_procs(struct scan *scan)
{
	return scan->options->master == 0
	    ? nginx_procs_find(scan->proc, &scan->procs)
	    : nginx_procs_of_master(scan->proc, scan->options->master,
		  &scan->procs);
}

static int
run_scan(struct scan *scan, char **cause)
{
	struct identities *found = scan->found;

	scan->boot = boot_time(scan->proc);
	scan->mapped = is_initial_user_namespace(scan->proc);
	scan->fresh_until_ms = clock_mono_ms() + FRESH_MS;
	if (find_procs(scan) == -1)
		return cause_set(cause, "cannot list processes: %s",
		    strerror(errno));
	each_process(scan, find_master);
	if (found->master_count == 0) {
		found->hidden = scan->options->pid_file != NULL &&
		    is_hidden(scan->proc, scan->options->pid_file);
		return 0;
	}
	read_own_confinement(scan);
	each_process(scan, find_worker);
	identities_sort(found);
	return 0;
}

int
identity_running(const struct identity_options *options,
    struct identities *found, char **cause)
{
	struct scan scan = {
		.options = options,
		.found = found,
		.proc = open(options->proc != NULL ? options->proc : "/proc",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	int result;

	*found = (struct identities){ .count = 0 };
	if (scan.proc == -1)
		return cause_set(cause, "cannot open /proc: %s",
		    strerror(errno));
	result = run_scan(&scan, cause);
	nginx_procs_done(&scan.procs);
	free(scan.own.label);
	fd_close(&scan.proc);
	return result;
}

bool
identity_is_hidden(const char *pid_file)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool hidden = proc != -1 && is_hidden(proc, pid_file);

	fd_close(&proc);
	return hidden;
}
