/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "supervisor/pidfile.h"

/* In place of the C library's: a file system may not know locks. */
static bool no_locks;

int
flock(int fd, int operation)
{
	if (!no_locks)
		return (int)syscall(SYS_flock, fd, operation);
	errno = ENOLCK;
	return -1;
}

static char folder[] = "/tmp/test-pidfile-XXXXXX";
static struct strbuf lines = STRBUF_INIT;

static void
on_log(enum log_level level, const char *text, void *arg)
{
	(void)arg;
	strbuf_addf(&lines, "%s %s\n", log_level_tag(level), text);
}

static void
begin(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	log_set_sink(on_log, NULL);
	log_set_level(LOG_LEVEL_INFO);
}

static void
end(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	cr_assert_eq(system(command), 0);
	free(command);
	strbuf_done(&lines);
}

TestSuite(pidfile, .init = begin, .fini = end);

static void
assert_content(const char *path, const char *want)
{
	size_t len;
	char *text = fd_read_file(path, 4096, &len);

	cr_assert_not_null(text);
	cr_assert_str_eq(text, want);
	free(text);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static struct pidfile *
take_and_write(const char *path)
{
	struct pidfile *pidfile = pidfile_take(path);

	pidfile_write(pidfile);
	return pidfile;
}

static void
assert_lines(const char *before)
{
	char *want = xasprintf("%sINFO supervisord started with pid %ld\n",
	    before, (long)getpid());

	cr_assert_str_eq(lines.data, want);
	free(want);
}

Test(pidfile, is_made_and_goes_at_the_end)
{
	char *own = xasprintf("%ld\n", (long)getpid());
	struct pidfile *pidfile = pidfile_take("p");

	cr_assert_eq(access("p", F_OK), -1, "made too early");
	cr_assert_not(pidfile_is_held(pidfile));
	pidfile_write(pidfile);
	assert_content("p", own);
	assert_lines("");
	pidfile_remove(pidfile);
	cr_assert_eq(access("p", F_OK), -1);
	pidfile_remove(NULL);
	free(own);
}

Test(pidfile, one_of_a_dead_daemon_is_replaced_and_told)
{
	char *own = xasprintf("%ld\n", (long)getpid());
	struct pidfile *pidfile;

	write_file("p", "123456789\n");
	pidfile = take_and_write("p");
	assert_content("p", own);
	assert_lines("WARN pidfile p was left behind by pid 123456789: that "
		     "daemon did not end properly, and its programs may still "
		     "run\n");
	pidfile_remove(pidfile);
	cr_assert_eq(access("p", F_OK), -1);
	free(own);
}

Test(pidfile, what_is_no_pid_or_lives_is_replaced_in_silence)
{
	char *parent = xasprintf("%ld\n", (long)getppid());
	const char *texts[] = { "", "x\n", parent };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		strbuf_clear(&lines);
		write_file("p", texts[i]);
		pidfile_remove(take_and_write("p"));
		assert_lines("");
	}
	free(parent);
}

Test(pidfile, one_of_a_living_daemon_is_left_alone)
{
	int fd = open("p", O_RDWR | O_CREAT, 0644);
	struct pidfile *pidfile;

	cr_assert_eq(flock(fd, LOCK_EX), 0);
	write_file("p", "77\n");
	pidfile = take_and_write("p");
	cr_assert(pidfile_is_held(pidfile));
	pidfile_remove(pidfile);
	assert_content("p", "77\n");
	cr_assert_str_eq(lines.data, "CRIT could not write pidfile p\n");
	close(fd);
}

/* Two daemons that are to have no pid file. */
Test(pidfile, what_is_no_file_is_held_by_nobody)
{
	int fd = open("/dev/null", O_RDWR);
	struct pidfile *pidfile;

	cr_assert_eq(flock(fd, LOCK_EX), 0);
	pidfile = take_and_write("/dev/null");
	cr_assert_not(pidfile_is_held(pidfile));
	assert_lines("");
	pidfile_remove(pidfile);
	cr_assert_eq(access("/dev/null", F_OK), 0);
	close(fd);
}

Test(pidfile, a_link_goes_at_the_end)
{
	struct stat st;

	cr_assert_eq(symlink("elsewhere", "p"), 0);
	pidfile_remove(take_and_write("p"));
	cr_assert_eq(lstat("p", &st), -1);
}

Test(pidfile, one_that_is_not_ours_any_more_stays)
{
	struct pidfile *pidfile = take_and_write("p");

	cr_assert_eq(unlink("p"), 0);
	write_file("p", "88\n");
	pidfile_remove(pidfile);
	assert_content("p", "88\n");
}

Test(pidfile, one_that_was_never_written_stays)
{
	write_file("p", "99\n");
	pidfile_remove(pidfile_take("p"));
	assert_content("p", "99\n");
}

Test(pidfile, does_without_locks)
{
	no_locks = true;
	pidfile_remove(take_and_write("p"));
	cr_assert_eq(access("p", F_OK), -1);
	assert_lines("");
}

Test(pidfile, what_cannot_be_written_is_said)
{
	pidfile_remove(take_and_write("/no/such/folder/p"));
	cr_assert_str_eq(lines.data,
	    "CRIT could not write pidfile /no/such/folder/p\n");
}
