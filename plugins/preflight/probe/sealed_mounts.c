/* SPDX-License-Identifier: ISC */
/*
 * What the program of a sealed run sees of the file system.
 *
 * Folders to write in are overlays whose upper layer is memory.  What is to be
 * written lies in the upper layer already, empty and owned by root: so a log of
 * many gigabytes is not copied up, and no right over other users' files is
 * needed.  What was mounted inside of such a folder is mounted there again.
 */
#include "preflight/probe/sealed_mounts.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path_below.h"
#include "base/xmalloc.h"
#include "preflight/witness/mountinfo.h"

/* Memory is mounted there, in nobody's way. */
#define MEMORY_POINT   "/sys"
#define MEMORY_OPTIONS "size=16m,nr_inodes=4096,mode=0755"

struct mounts {
	const struct sealed_plan *plan;
	struct strvec covered; /* real folders, to lie in memory */
	/* These and what is mounted inside of them, outer ones first. */
	struct strvec places;
	int *originals; /* descriptors of the places, from before */
};

/* mount(2), whose header does not go together with linux/mount.h. */
static int
attach(const char *what, const char *where, const char *type,
    unsigned long flags, const char *options)
{
	return (int)syscall(SYS_mount, what, where, type, flags, options);
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

/* The path without links before its last name; NULL if it is not absolute or
 * its folder is not there. */
static char *
real_place(const char *path)
{
	char *copy = xstrdup(path), *slash, *folder, *place = NULL;
	size_t len = strlen(copy);

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	slash = copy[0] == '/' ? strrchr(copy, '/') : NULL;
	if (slash != NULL) {
		*slash = '\0';
		folder = realpath(slash == copy ? "/" : copy, NULL);
		if (folder != NULL)
			place = path_below(folder, slash + 1);
		free(folder);
	}
	free(copy);
	return place;
}

static void
cover_folders_of(struct mounts *mounts, const struct strvec *paths)
{
	for (size_t i = 0; i < paths->len; i++) {
		char *place = real_place(paths->items[i]);
		char *slash = place == NULL ? NULL : strrchr(place, '/');

		if (slash != NULL && slash != place) {
			*slash = '\0';
			if (!is_kernels(place) &&
			    strvec_find(&mounts->covered, place) == -1)
				strvec_push(&mounts->covered, place);
		}
		free(place);
	}
}

static bool
is_written(const struct strvec *paths, const char *point)
{
	bool same = false;

	for (size_t i = 0; i < paths->len && !same; i++) {
		char *place = real_place(paths->items[i]);

		same = place != NULL && strcmp(place, point) == 0;
		free(place);
	}
	return same;
}

/* Whether an overlay would hide what is mounted at the point.  What is written
 * is to be hidden. */
static bool
would_be_hidden(const struct mounts *mounts, const char *point)
{
	for (size_t i = 0; i < mounts->covered.len; i++)
		if (path_is_inside(point, mounts->covered.items[i]))
			return strvec_find(&mounts->places, point) == -1 &&
			    !is_written(mounts->plan->files, point) &&
			    !is_written(mounts->plan->folders, point);
	return false;
}

static void
find_places(struct mounts *mounts)
{
	const struct sealed_plan *plan = mounts->plan;
	char *text = fd_read_file("/proc/self/mountinfo", MOUNTINFO_MAX, NULL);
	struct strvec points = STRVEC_INIT;

	cover_folders_of(mounts, plan->files);
	cover_folders_of(mounts, plan->folders);
	cover_folders_of(mounts, plan->sockets);
	strvec_copy(&mounts->places, &mounts->covered);
	if (text != NULL)
		mountinfo_points(text, &points);
	for (size_t i = 0; i < points.len; i++)
		if (would_be_hidden(mounts, points.items[i]))
			strvec_push(&mounts->places, points.items[i]);
	strvec_sort(&mounts->places);
	strvec_done(&points);
	free(text);
}

/* Before anything lies over them. */
static void
open_places(struct mounts *mounts)
{
	mounts->originals =
	    xcalloc(mounts->places.len, sizeof(*mounts->originals));
	for (size_t i = 0; i < mounts->places.len; i++)
		mounts->originals[i] =
		    open(mounts->places.items[i], O_PATH | O_CLOEXEC);
}

/*
 * Memory
 */

static int
make_layers(const struct mounts *mounts)
{
	int failed = 0;

	for (size_t i = 0; i < mounts->covered.len && !failed; i++) {
		char *upper = xasprintf(MEMORY_POINT "/u%zu", i);
		char *work = xasprintf(MEMORY_POINT "/w%zu", i);

		failed = mkdir(upper, 0755) == -1 || mkdir(work, 0755) == -1;
		free(upper);
		free(work);
	}
	return failed ? -1 : 0;
}

/* Where the path lies in memory; NULL if its folder does not. */
static char *
place_in_memory(const struct mounts *mounts, const char *path)
{
	char *place = real_place(path), *memory = NULL;
	char *slash = place == NULL ? NULL : strrchr(place, '/');
	int index = -1;

	if (slash != NULL) {
		*slash = '\0';
		index = (int)strvec_find(&mounts->covered, place);
	}
	if (index != -1)
		memory = xasprintf(MEMORY_POINT "/u%d/%s", index, slash + 1);
	free(place);
	return memory;
}

static void
fill_layers(const struct mounts *mounts)
{
	const struct sealed_plan *plan = mounts->plan;

	for (size_t i = 0; i < plan->folders->len; i++) {
		char *place = place_in_memory(mounts, plan->folders->items[i]);

		if (place != NULL)
			(void)mkdir(place, 0700);
		free(place);
	}
	for (size_t i = 0; i < plan->files->len; i++) {
		char *place = place_in_memory(mounts, plan->files->items[i]);
		int fd = place == NULL
		    ? -1
		    : open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		fd_close(&fd);
		free(place);
	}
}

/*
 * Mounts
 */

/* A folder that cannot be had in memory stays read-only. */
static void
cover(const char *folder, int original, int layer)
{
	char *layers = xasprintf("lowerdir=/proc/self/fd/%d,"
				 "upperdir=" MEMORY_POINT "/u%d,"
				 "workdir=" MEMORY_POINT "/w%d",
	    original, layer, layer);

	(void)attach("overlay", folder, "overlay", MS_NOSUID | MS_NODEV,
	    layers);
	free(layers);
}

/* With the flags it has, which are read-only. */
static void
mount_again(const char *point, int original)
{
	char *source = xasprintf("/proc/self/fd/%d", original);

	(void)attach(source, point, NULL, MS_BIND, NULL);
	free(source);
}

static void
lay_over(const struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->places.len; i++) {
		const char *place = mounts->places.items[i];
		int layer = (int)strvec_find(&mounts->covered, place);

		if (layer == -1)
			mount_again(place, mounts->originals[i]);
		else
			cover(place, mounts->originals[i], layer);
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

const char *
sealed_mounts_make(const struct sealed_plan *plan)
{
	struct mount_attr closed = { .attr_set = MOUNT_ATTR_RDONLY |
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
	struct mounts mounts = { .plan = plan,
		.covered = STRVEC_INIT,
		.places = STRVEC_INIT };

	if (attach(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return "its mounts cannot be made private";
	find_places(&mounts);
	open_places(&mounts);
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &closed,
		sizeof(closed)) == -1)
		return "its file systems cannot be made read-only";
	open_devices();
	if (attach("tmpfs", MEMORY_POINT, "tmpfs",
		MS_NOSUID | MS_NODEV | MS_NOEXEC, MEMORY_OPTIONS) == -1 ||
	    make_layers(&mounts) == -1)
		return "no memory to write in";
	fill_layers(&mounts);
	lay_over(&mounts);
	if (attach("proc", "/proc", "proc",
		MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) == -1)
		return "no /proc of its own";
	return NULL;
}
