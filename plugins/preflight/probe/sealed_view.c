/* SPDX-License-Identifier: ISC */
/*
 * The child of a sealed run, on its way to exec.  It is root until its last
 * step; what it does is fixed, and nothing is parsed.
 *
 * Folders to write in are overlays whose upper layer is memory.  What is to be
 * written lies in the upper layer already, empty and owned by root: so a log of
 * many gigabytes is not copied up, and no right over other users' files is
 * needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path_below.h"
#include "base/xmalloc.h"
#include "preflight/probe/sealed.h"

/* Memory is mounted there, in nobody's way. */
#define MEMORY_POINT   "/sys"
#define MEMORY_OPTIONS "size=16m,nr_inodes=4096,mode=0755"
#define OUT_MAX_BYTES  (96ul * 1024 * 1024)

#define KEPT                                                                   \
	(1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_CHOWN |                     \
	    1ull << CAP_NET_BIND_SERVICE)

enum slot {
	SLOT_TROUBLE = 3,
	SLOT_BINARY,
	SLOT_END,
};

/* Descriptors are kept above this until they are put in their slots. */
#define ABOVE_SLOTS 32

struct view {
	int trouble;
	struct strvec folders; /* real ones, to lie in memory */
	int *originals;	       /* descriptors of them */
};

/* mount(2), whose header does not go together with linux/mount.h. */
static int
attach(const char *what, const char *where, const char *type,
    unsigned long flags, const char *options)
{
	return (int)syscall(SYS_mount, what, where, type, flags, options);
}

static _Noreturn void
give_up(const struct view *view, const char *what)
{
	dprintf(view->trouble, "%s: %s", what, strerror(errno));
	_exit(1);
}

/* The kernel's own trees are not written to as files. */
static bool
is_kernels(const char *folder)
{
	return strcmp(folder, "/") == 0 || path_is_inside(folder, "/proc") ||
	    path_is_inside(folder, "/sys") ||
	    (path_is_inside(folder, "/dev") &&
		!path_is_inside(folder, "/dev/shm"));
}

/* The real folder that the path lies in; NULL if there is none. */
static char *
folder_of(const char *path)
{
	char *copy = xstrdup(path), *slash, *real;
	size_t len = strlen(copy);

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	slash = strrchr(copy, '/');
	slash[slash == copy] = '\0';
	real = realpath(copy, NULL);
	free(copy);
	return real;
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash + 1;
}

static void
add_folders(struct view *view, const struct strvec *paths)
{
	for (size_t i = 0; i < paths->len; i++) {
		char *folder = folder_of(paths->items[i]);

		if (folder == NULL || is_kernels(folder) ||
		    strvec_find(&view->folders, folder) != -1)
			free(folder);
		else
			strvec_push_taken(&view->folders, folder);
	}
}

/* Outer ones come before those inside of them, and each is opened before
 * anything lies over it. */
static void
open_folders(struct view *view, const struct sealed_plan *plan)
{
	add_folders(view, plan->files);
	add_folders(view, plan->folders);
	add_folders(view, plan->sockets);
	strvec_sort(&view->folders);
	view->originals =
	    xcalloc(view->folders.len + 1, sizeof(*view->originals));
	for (size_t i = 0; i < view->folders.len; i++)
		view->originals[i] = open(view->folders.items[i],
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void
make_layers(const struct view *view)
{
	for (size_t i = 0; i < view->folders.len; i++) {
		char *upper = xasprintf(MEMORY_POINT "/u%zu", i);
		char *work = xasprintf(MEMORY_POINT "/w%zu", i);

		if (mkdir(upper, 0755) == -1 || mkdir(work, 0755) == -1)
			give_up(view, "no folders in memory");
		free(upper);
		free(work);
	}
}

/* Where the path lies in memory; NULL if its folder does not. */
static char *
place_in_memory(const struct view *view, const char *path)
{
	char *folder = folder_of(path);
	int index =
	    folder == NULL ? -1 : (int)strvec_find(&view->folders, folder);

	free(folder);
	return index == -1
	    ? NULL
	    : xasprintf(MEMORY_POINT "/u%d/%s", index, name_of(path));
}

static void
fill_layers(const struct view *view, const struct sealed_plan *plan)
{
	for (size_t i = 0; i < plan->folders->len; i++) {
		char *place = place_in_memory(view, plan->folders->items[i]);

		if (place != NULL)
			(void)mkdir(place, 0700);
		free(place);
	}
	for (size_t i = 0; i < plan->files->len; i++) {
		char *place = place_in_memory(view, plan->files->items[i]);
		int fd = place == NULL
		    ? -1
		    : open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		fd_close(&fd);
		free(place);
	}
}

/* A folder that cannot be had in memory stays read-only. */
static void
cover_folders(const struct view *view)
{
	for (size_t i = 0; i < view->folders.len; i++) {
		char *layers = xasprintf("lowerdir=/proc/self/fd/%d,"
					 "upperdir=" MEMORY_POINT "/u%zu,"
					 "workdir=" MEMORY_POINT "/w%zu",
		    view->originals[i], i, i);

		(void)attach("overlay", view->folders.items[i], "overlay",
		    MS_NOSUID | MS_NODEV, layers);
		free(layers);
	}
}

/* Of all devices those that hold nothing. */
static void
open_devices(void)
{
	static const char *const harmless[] = { "/dev/null", "/dev/zero",
		"/dev/full", "/dev/random", "/dev/urandom" };
	struct mount_attr open = { .attr_clr = MOUNT_ATTR_NODEV };

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (attach(harmless[i], harmless[i], NULL, MS_BIND, NULL) == 0)
			(void)syscall(SYS_mount_setattr, AT_FDCWD, harmless[i],
			    0, &open, sizeof(open));
}

static void
make_view(struct view *view, const struct sealed_plan *plan)
{
	struct mount_attr closed = { .attr_set = MOUNT_ATTR_RDONLY |
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

	if (attach(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		give_up(view, "its mounts cannot be made private");
	open_folders(view, plan);
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &closed,
		sizeof(closed)) == -1)
		give_up(view, "its file systems cannot be made read-only");
	open_devices();
	if (attach("tmpfs", MEMORY_POINT, "tmpfs",
		MS_NOSUID | MS_NODEV | MS_NOEXEC, MEMORY_OPTIONS) == -1)
		give_up(view, "no memory to write in");
	make_layers(view);
	fill_layers(view, plan);
	cover_folders(view);
	if (attach("proc", "/proc", "proc",
		MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) == -1)
		give_up(view, "no /proc of its own");
}

/* The empty network has no address; any can be bound all the same. */
static void
allow_any_address(void)
{
	static const char *const switches[] = {
		"/proc/sys/net/ipv4/ip_nonlocal_bind",
		"/proc/sys/net/ipv6/ip_nonlocal_bind",
	};

	for (int i = 0; i < 2; i++) {
		int fd = open(switches[i], O_WRONLY | O_CLOEXEC);

		if (fd != -1)
			(void)fd_write_all(fd, "1", 1);
		fd_close(&fd);
	}
}

static void
set_limits(int timeout_ms)
{
	const struct rlimit none = { 0, 0 };
	const struct rlimit bytes = { OUT_MAX_BYTES, OUT_MAX_BYTES };
	rlim_t seconds = (rlim_t)timeout_ms / 1000 + 1;
	const struct rlimit cpu = { seconds, seconds };

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &bytes);
	setrlimit(RLIMIT_CPU, &cpu);
}

static void
drop_capabilities(const struct view *view)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if ((KEPT >> i & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1)
			give_up(view, "its capabilities cannot be taken");
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted =
		    (uint32_t)(KEPT >> 32 * i);
	if (syscall(SYS_capset, &head, sets) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		give_up(view, "its capabilities cannot be taken");
}

static void
reset_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
out_of_the_way(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_SLOTS);
}

/* Standard streams, and the executable, which stays open: if it is a script its
 * interpreter reads it from there. */
static void
place_descriptors(struct view *view, const struct sealed_streams *streams,
    int *binary)
{
	int trouble = out_of_the_way(view->trouble);
	int moved = out_of_the_way(*binary);
	int null = out_of_the_way(open("/dev/null", O_RDONLY | O_CLOEXEC));
	int out = out_of_the_way(streams->out);
	int err = out_of_the_way(streams->err);

	if (dup2(null, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
	    dup2(err, STDERR_FILENO) == -1 ||
	    dup3(trouble, SLOT_TROUBLE, O_CLOEXEC) == -1 ||
	    dup2(moved, SLOT_BINARY) == -1)
		give_up(view, "its descriptors cannot be placed");
	view->trouble = SLOT_TROUBLE;
	*binary = SLOT_BINARY;
	fd_close_from(SLOT_END);
}

_Noreturn void
sealed_child(const struct sealed_plan *plan,
    const struct sealed_streams *streams)
{
	char *const environment[] = {
		(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	struct view view = { .trouble = streams->trouble,
		.folders = STRVEC_INIT };
	int binary = plan->binary;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(022);
	allow_any_address();
	make_view(&view, plan);
	place_descriptors(&view, streams, &binary);
	if (chdir("/") == -1)
		give_up(&view, "it cannot be put to /");
	set_limits(plan->timeout_ms);
	reset_signals();
	drop_capabilities(&view);
	syscall(SYS_execveat, binary, "", plan->argv, environment,
	    AT_EMPTY_PATH);
	give_up(&view, "it cannot be executed");
}
