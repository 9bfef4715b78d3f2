/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "logs/close_later.h"
#include "logs/log_file.h"

#define MIB (1024 * 1024)

/* A file of that size without a name. */
static int
open_nameless(off_t size)
{
	char path[] = "/tmp/test-close-later-XXXXXX";
	int fd = mkstemp(path);

	cr_assert_neq(fd, -1);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(ftruncate(fd, size), 0);
	return fd;
}

static void
expect_closed(int fd)
{
	cr_expect_eq(fcntl(fd, F_GETFD), -1);
	cr_expect_eq(errno, EBADF);
}

Test(close_later, a_large_file_is_closed_beside_the_caller)
{
	int fd = open_nameless(4 * MIB), number = fd;

	close_later(&fd);
	cr_expect_eq(fd, -1);
	cr_expect(close_later_finish());
	expect_closed(number);
	cr_expect_not(close_later_finish());
}

Test(close_later, all_else_is_closed_here)
{
	int none = -1, small = open_nameless(10), number = small;

	close_later(&none);
	close_later(&small);
	cr_expect_eq(small, -1);
	expect_closed(number);
	cr_expect_not(close_later_finish());
}

Test(close_later, many_are_closed_one_way_or_the_other)
{
	int numbers[50], fd;

	for (int i = 0; i < 50; i++)
		numbers[i] = open_nameless(2 * MIB);
	for (int i = 0; i < 50; i++) {
		fd = numbers[i];
		close_later(&fd);
	}
	close_later_finish();
	for (int i = 0; i < 50; i++)
		expect_closed(numbers[i]);
}

/* The thread of the parent is not there: nobody must wait for it. */
Test(close_later, a_fork_has_none, .timeout = 30)
{
	int fd = open_nameless(4 * MIB), status;
	pid_t pid;

	close_later(&fd);
	pid = fork();
	cr_assert_neq(pid, -1);
	if (pid == 0)
		_exit(close_later_finish());
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0);
	cr_expect(close_later_finish());
}

static bool
enter_small_disk(const char *folder, const char *size)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", folder, "tmpfs", 0, size) == 0 && chdir(folder) == 0;
}

static void
refuse_report(const char *text)
{
	cr_expect_fail("%s", text);
}

static void
leave_small_disk(const char *folder)
{
	close_later_finish();
	cr_expect_eq(chdir("/"), 0);
	cr_expect_eq(umount(folder), 0);
	cr_expect_eq(rmdir(folder), 0);
}

/* Rotates many times, on a disk that is mounted with these options. */
static void
rotate_on(const char *options, int backups, size_t maxbytes)
{
	static char record[64 * 1024];
	struct log_file *file;
	char folder[] = "/tmp/test-close-later-XXXXXX";

	cr_assert_not_null(mkdtemp(folder));
	if (!enter_small_disk(folder, options)) {
		rmdir(folder);
		cr_skip_test("no file system of one's own: %s",
		    strerror(errno));
	}
	memset(record, 'x', sizeof(record));
	file = log_file_open("log", (int64_t)maxbytes, backups);
	cr_assert_not_null(file);
	log_file_report_to(file, refuse_report);
	for (size_t i = 0; i < 100 * maxbytes / sizeof(record); i++)
		log_file_write(file, record, sizeof(record));
	log_file_free(file);
	cr_expect_eq(access("log.1", F_OK), 0);
	leave_small_disk(folder);
}

/* Four logs fit and a little more, and the third backup goes at each rotation:
 * the disk is full before its blocks are back. */
Test(close_later, a_full_disk_waits_for_the_blocks_of_an_old_log)
{
	rotate_on("size=8500k", 3, 2 * MIB);
}

/* Its folder and three files are all that may be there. */
Test(close_later, a_new_log_waits_for_the_inode_of_an_old_one)
{
	rotate_on("nr_inodes=4", 2, 2 * MIB);
}
