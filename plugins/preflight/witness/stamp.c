/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "preflight/witness/digest.h"
#include "preflight/witness/nginx_procs.h"
#include "preflight/witness/proc_status.h"
#include "preflight/witness/stamp.h"

#define ACL_BYTES	  4096
#define ZFS_SUPER_MAGIC	  0x2fc12fc1
#define PATH_IN_VIEW_SIZE (PATH_MAX + 64)

static stamp_list_fn *lister;

static void
path_in_view(pid_t view, const char *path, char full[PATH_IN_VIEW_SIZE])
{
	if (view == 0)
		snprintf(full, PATH_IN_VIEW_SIZE, "%s", path);
	else
		snprintf(full, PATH_IN_VIEW_SIZE, "/proc/%ld/root%s",
		    (long)view, path);
}

static bool
look(const char *full, struct stat *st, struct stamp *stamp)
{
	if (fstatat(AT_FDCWD, full, st,
		AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == -1) {
		stamp->error = errno;
		return false;
	}
	stamp->mode = st->st_mode;
	stamp->uid = st->st_uid;
	stamp->gid = st->st_gid;
	stamp->dev = st->st_dev;
	stamp->ino = st->st_ino;
	return true;
}

static void
add_times(const struct stat *st, struct stamp *stamp)
{
	stamp->mtime_ns =
	    st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec;
	stamp->ctime_ns =
	    st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec;
}

static uint64_t
digest_acl(uint64_t digest, const char *full, const char *attribute)
{
	char raw[ACL_BYTES];
	ssize_t len = lgetxattr(full, attribute, raw, sizeof(raw));

	if (len == -1 && errno == ERANGE)
		return digest + 1;
	return len <= 0 ? digest : digest_add(digest, raw, (size_t)len);
}

/* What a knock says (contract P4.6): whether somebody is bound. */
static uint64_t
knock(const char *full)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error = ENAMETOOLONG;

	if (strlen(full) >= sizeof(address.sun_path))
		return (uint64_t)error;
	memcpy(address.sun_path, full, strlen(full) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (uint64_t)errno;
	error = connect(fd, (const struct sockaddr *)&address,
		    sizeof(address)) == -1
	    ? errno
	    : 0;
	close(fd);
	return (uint64_t)error;
}

static void
take_place(const char *full, struct stamp *stamp)
{
	struct stat st;

	if (!look(full, &st, stamp))
		return;
	if (S_ISLNK(st.st_mode)) {
		add_times(&st, stamp);
		return;
	}
	if (S_ISSOCK(st.st_mode))
		stamp->more = knock(full);
	stamp->more = digest_acl(stamp->more, full, "system.posix_acl_access");
	if (S_ISDIR(st.st_mode))
		stamp->more =
		    digest_acl(stamp->more, full, "system.posix_acl_default");
}

static void
take_directory(const char *full, struct stamp *stamp)
{
	struct stat st;

	/* A change of its ACL shows in the times as well. */
	if (look(full, &st, stamp))
		add_times(&st, stamp);
}

static void
take_file(const char *full, struct stamp *stamp)
{
	struct stat st;

	/* Links to it are noted as places, if they matter. */
	if (stat(full, &st) == -1) {
		stamp->error = errno;
		return;
	}
	stamp->mode = st.st_mode;
	stamp->uid = st.st_uid;
	stamp->gid = st.st_gid;
	stamp->dev = st.st_dev;
	stamp->ino = st.st_ino;
	stamp->size = (uint64_t)st.st_size;
	add_times(&st, stamp);
}

static void
take_mount(const char *full, struct stamp *stamp)
{
	struct statfs fs;

	if (statfs(full, &fs) == -1) {
		stamp->error = errno;
		return;
	}
	stamp->size = (uint64_t)fs.f_type;
	stamp->more = (uint64_t)fs.f_flags;
}

static void
take_value(const char *full, struct stamp *stamp)
{
	int fd = open(full, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || read(fd, &stamp->more, sizeof(stamp->more)) == -1)
		stamp->error = errno;
	if (fd != -1)
		close(fd);
}

/* One process; what is between its end and the next look shows as a change. */
static uint64_t
digest_process(uint64_t digest, int proc, pid_t pid)
{
	char name[32];
	char *title = NULL, *stat = NULL;
	int64_t start = -1;
	int fd;

	snprintf(name, sizeof(name), "%ld", (long)pid);
	fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		title = proc_read(fd, "cmdline");
		stat = proc_read(fd, "stat");
	}
	if (stat != NULL)
		start = proc_stat_start(stat);
	digest = digest_add(digest, &pid, sizeof(pid));
	digest = digest_add(digest, &start, sizeof(start));
	if (title != NULL)
		digest = digest_add(digest, title, strlen(title) + 1);
	free(title);
	free(stat);
	fd_close(&fd);
	return digest;
}

static void
take_nginx(pid_t master, struct stamp *stamp)
{
	struct nginx_procs procs = { .count = 0 };
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (proc == -1 ||
	    (master == 0 ? nginx_procs_masters(proc, &procs)
			 : nginx_procs_of_master(proc, master, &procs)) == -1)
		stamp->error = errno;
	stamp->more = DIGEST_INIT;
	for (size_t i = 0; i < procs.count; i++)
		stamp->more = digest_process(stamp->more, proc, procs.pids[i]);
	nginx_procs_done(&procs);
	fd_close(&proc);
}

void
stamp_list_by(stamp_list_fn *fn)
{
	lister = fn;
}

void
stamp_take(enum stamp_kind kind, pid_t view, const char *bytes, size_t len,
    struct stamp *stamp)
{
	static void (*const takers[STAMP_KINDS])(const char *,
	    struct stamp *) = {
		[STAMP_PLACE] = take_place,
		[STAMP_FILE] = take_file,
		[STAMP_MOUNT] = take_mount,
		[STAMP_VALUE] = take_value,
		[STAMP_DIRECTORY] = take_directory,
		[STAMP_ENTRY] = take_place,
	};
	char full[PATH_IN_VIEW_SIZE];

	memset(stamp, 0, sizeof(*stamp));
	if (kind == STAMP_NGINX) {
		take_nginx(view, stamp);
	} else if (kind == STAMP_TREE || kind == STAMP_LARGE_TREE) {
		if (lister == NULL)
			stamp->error = ENOSYS;
		else
			stamp->more = lister(bytes, len, view);
	} else if (len > PATH_MAX) {
		stamp->error = ENAMETOOLONG;
	} else {
		path_in_view(view, bytes, full);
		takers[kind](full, stamp);
	}
}

ssize_t
stamp_read_link(pid_t view, const char *path, char *target, size_t size)
{
	char full[PATH_IN_VIEW_SIZE];
	ssize_t len;

	path_in_view(view, path, full);
	len = readlink(full, target, size - 1);
	if (len >= 0)
		target[len] = '\0';
	return len;
}

bool
stamp_mount_is_local(const struct stamp *stamp)
{
	static const uint64_t types[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,
		BTRFS_SUPER_MAGIC, TMPFS_MAGIC, RAMFS_MAGIC,
		OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, ZFS_SUPER_MAGIC,
		SQUASHFS_MAGIC, ISOFS_SUPER_MAGIC, PROC_SUPER_MAGIC,
		SYSFS_MAGIC };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i] == stamp->size)
			return true;
	}
	return false;
}
