/* SPDX-License-Identifier: ISC */
/*
 * The child's way to its work, in the order that was proved: what needs
 * privilege first (namespace, root directory), then the identity, then the
 * check that nothing is left of the old one.  After fork there is no name
 * service, no stdio stream and no exec: below a foreign root these would load
 * foreign code.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "preflight/probe/child.h"
#include "preflight/probe/record.h"

/* Descriptors are kept above this until the child puts them in their slots. */
#define ABOVE_SLOTS    32
#define OPEN_FILES_MAX 64

enum slot {
	SLOT_OUT = 3,
	SLOT_ROOT,
	SLOT_CWD,
	SLOT_NAMESPACE,
	SLOT_END,
};

/* What the parent opens for the child; -1: not needed. */
struct doors {
	int fds[SLOT_END];
	bool protects_files;
	pid_t parent;
};

static void
doors_close(struct doors *doors)
{
	for (int slot = SLOT_OUT; slot < SLOT_END; slot++)
		fd_close(&doors->fds[slot]);
}

/* Takes fd to a number that is out of the way of the slots. */
static int
out_of_the_way(int fd)
{
	int moved;

	if (fd == -1)
		return -1;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_SLOTS);
	fd_close(&fd);
	return moved;
}

static bool
is_own_namespace(int fd)
{
	struct stat theirs, ours;

	return fstat(fd, &theirs) == 0 &&
	    stat("/proc/self/ns/mnt", &ours) == 0 &&
	    theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

/* The worker's own root, cwd and namespace. */
static enum why
open_worker_doors(int proc_fd, struct doors *doors)
{
	int fd;

	fd = openat(proc_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return errno == ESRCH || errno == ENOENT ? WHY_VANISHED
							 : WHY_NO_NAMESPACE;
	doors->fds[SLOT_ROOT] = out_of_the_way(fd);
	fd = openat(proc_fd, "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	doors->fds[SLOT_CWD] = out_of_the_way(fd);
	fd = openat(proc_fd, "ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ESRCH || errno == ENOENT ? WHY_VANISHED
							 : WHY_NO_NAMESPACE;
	if (is_own_namespace(fd))
		fd_close(&fd);
	doors->fds[SLOT_NAMESPACE] = out_of_the_way(fd);
	return WHY_NONE;
}

/* The working directory, inside the image if there is one; -1: none. */
static int
open_cwd(const struct probe_as *as, const struct doors *doors)
{
	struct view view = {
		.root = doors->fds[SLOT_ROOT],
		.cwd = -1,
		.beneath = as->image != NULL,
	};

	return as->cwd == NULL || view.root == -1
	    ? -1
	    : view_open(&view, as->cwd, O_PATH | O_DIRECTORY);
}

static enum why
open_doors(const struct probe_as *as, struct doors *doors)
{
	int fd;

	if (as->proc_fd != -1)
		return open_worker_doors(as->proc_fd, doors);
	fd = open(as->image != NULL ? as->image : "/",
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	doors->fds[SLOT_ROOT] = out_of_the_way(fd);
	doors->fds[SLOT_CWD] = out_of_the_way(open_cwd(as, doors));
	return doors->fds[SLOT_ROOT] == -1 ? WHY_OTHER_ERROR : WHY_NONE;
}

static bool
sysctl_is_on(const char *path)
{
	size_t len;
	char *text = fd_read_file(path, 64, &len);
	bool on = text != NULL && len > 0 && text[0] != '0';

	free(text);
	return on;
}

static _Noreturn void
give_up(enum why why, int error)
{
	struct record record;

	record_init(&record, RECORD_FATAL, 0);
	record.why = (uint16_t)why;
	record.error = error;
	record_send(SLOT_OUT, &record, NULL);
	_exit(1);
}

/* Dies with the parent; taking another identity makes the kernel forget. */
static void
die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
}

/* Leaves the slots open, /dev/null below them and nothing else. */
static void
place_descriptors(const struct doors *doors)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2; fd++) {
		if (null == -1)
			close(fd);
		else
			dup2(null, fd);
	}
	for (int slot = SLOT_OUT; slot < SLOT_END; slot++) {
		if (doors->fds[slot] == -1)
			close(slot);
		else
			dup3(doors->fds[slot], slot, O_CLOEXEC);
	}
	fd_close_from(SLOT_END);
}

static void
limit(int resource, rlim_t value)
{
	struct rlimit limits = { value, value };

	setrlimit((__rlimit_resource_t)resource, &limits);
}

static void
set_limits(unsigned cpu_seconds)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, OPEN_FILES_MAX);
	if (cpu_seconds > 0)
		limit(RLIMIT_CPU, cpu_seconds);
}

/*
 * Enters the worker's namespace and root.  Without the right to, openat2(2)
 * confines every path below the worker's root instead.
 */
static void
enter(const struct probe_as *as, const struct doors *doors, struct view *view)
{
	bool foreign = as->proc_fd != -1;
	int root;

	view->root = SLOT_ROOT;
	view->cwd = doors->fds[SLOT_CWD] == -1 ? -1 : SLOT_CWD;
	view->beneath = as->image != NULL;
	if (!foreign)
		return;
	if ((doors->fds[SLOT_NAMESPACE] != -1 &&
		setns(SLOT_NAMESPACE, CLONE_NEWNS) == -1) ||
	    fchdir(SLOT_ROOT) == -1 || chroot(".") == -1) {
		view->beneath = true;
		return;
	}
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root == -1)
		give_up(WHY_NO_NAMESPACE, errno);
	dup3(root, SLOT_ROOT, O_CLOEXEC);
	close(root);
}

/* Whether any capability survived. */
static bool
has_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	if (syscall(SYS_capget, &head, sets) == -1)
		return true;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if ((sets[i].effective | sets[i].permitted) != 0)
			return true;
	}
	return false;
}

static void
become(const struct cred *cred)
{
	if (cred_impersonate(cred) == -1)
		give_up(WHY_NO_PRIVILEGE, errno);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		give_up(WHY_NOT_DROPPED, errno);
	/* SECBIT_NO_SETUID_FIXUP or ambient capabilities would make every
	 * answer a yes. */
	if (cred->uid != 0 && has_capabilities())
		give_up(WHY_NOT_DROPPED, EPERM);
}

static _Noreturn void
run(const struct child_plan *plan, const struct doors *doors)
{
	struct child child = {
		.out = SLOT_OUT,
		.protects_files = doors->protects_files,
	};
	struct record end;

	die_with(doors->parent);
	place_descriptors(doors);
	set_limits(plan->cpu_seconds);
	child.links = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (child.links == -1)
		give_up(WHY_NO_FEATURE, errno);
	enter(plan->as, doors, &child.view);
	if (fchdir(child.links) == -1)
		give_up(WHY_NO_FEATURE, errno);
	if (plan->as->umask != -1)
		umask((mode_t)plan->as->umask);
	if (plan->become)
		become(plan->as->cred);
	die_with(doors->parent);
	plan->work(&child, plan->arg);
	record_init(&end, RECORD_END, 0);
	record_send(SLOT_OUT, &end, NULL);
	_exit(0);
}

enum why
child_start(const struct child_plan *plan, pid_t *pid, int *out)
{
	struct doors doors = { .parent = getpid() };
	int ends[2];
	enum why why;

	for (int slot = 0; slot < SLOT_END; slot++)
		doors.fds[slot] = -1;
	why = open_doors(plan->as, &doors);
	if (why == WHY_NONE && fd_pipe(ends) == -1)
		why = WHY_OTHER_ERROR;
	if (why != WHY_NONE) {
		doors_close(&doors);
		return why;
	}
	doors.fds[SLOT_OUT] = out_of_the_way(ends[1]);
	doors.protects_files = sysctl_is_on("/proc/sys/fs/protected_regular");
	fd_set_nonblock(ends[0]);
	*pid = fork();
	if (*pid == 0)
		run(plan, &doors);
	doors_close(&doors);
	*out = ends[0];
	if (*pid != -1)
		return WHY_NONE;
	fd_close(out);
	return WHY_OTHER_ERROR;
}
