/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "logs/log_stream.h"

/* Lets fd be what the other one is, for the time of a test. */
static int
replace(int fd, int by)
{
	int saved = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	cr_assert_neq(dup2(by, fd), -1);
	return saved;
}

Test(log_stream, opens_a_standard_output_that_is_a_socket)
{
	struct log_stream stream = LOG_STREAM_INIT;
	char block[4096] = "", got[8] = "";
	int ends[2], saved;
	size_t taken = 0, n;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	saved = replace(1, ends[1]);
	cr_expect_eq(log_stream_open(&stream, "/dev/stdout", false), 0);
	cr_expect(stream.is_shared);
	cr_expect_not(stream.is_file);
	cr_expect_eq(log_stream_write(&stream, "out", 3), 3);
	cr_expect_eq(read(ends[0], got, 3), 3);
	cr_expect_str_eq(got, "out");
	/* Nobody reads: it stops and does not wait. */
	do {
		n = log_stream_write(&stream, block, sizeof(block));
		taken += n;
	} while (n == sizeof(block) && taken < (64 << 20));
	cr_expect_eq(errno, EAGAIN);
	/* And what the other owners see is not changed. */
	cr_expect_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
	log_stream_close(&stream);
	replace(1, saved);
}

Test(log_stream, never_calls_the_standard_output_its_own_file)
{
	struct log_stream stream = LOG_STREAM_INIT;
	char name[] = "/tmp/test-log-stream-XXXXXX";
	int fd = mkstemp(name), saved;

	cr_assert_neq(fd, -1);
	saved = replace(1, fd);
	cr_expect_eq(log_stream_open(&stream, "/dev/stdout", false), 0);
	cr_expect_not(stream.is_file);
	cr_expect_eq(log_stream_write(&stream, "x", 1), 1);
	log_stream_close(&stream);
	cr_expect_eq(log_stream_open(&stream, name, false), 0);
	cr_expect(stream.is_file);
	log_stream_close(&stream);
	replace(1, saved);
	unlink(name);
}

Test(log_stream, shares_the_position_of_a_standard_output_that_is_a_file)
{
	struct log_stream stream = LOG_STREAM_INIT;
	char name[] = "/tmp/test-log-stream-XXXXXX", got[8] = "";
	int fd = mkstemp(name), saved;

	cr_assert_neq(fd, -1);
	saved = replace(1, fd);
	cr_expect_eq(log_stream_open(&stream, "/dev/stdout", false), 0);
	cr_expect_eq(log_stream_write(&stream, "one", 3), 3);
	/* As stderr does behind 2>&1. */
	cr_expect_eq(write(fd, "two", 3), 3);
	cr_expect_eq(pread(fd, got, sizeof(got) - 1, 0), 6);
	cr_expect_str_eq(got, "onetwo");
	log_stream_close(&stream);
	replace(1, saved);
	unlink(name);
	close(fd);
}

Test(log_stream, calls_a_file_in_memory_its_own)
{
	struct log_stream stream = LOG_STREAM_INIT;
	char name[] = "/dev/shm/test-log-stream-XXXXXX";
	int fd = mkstemp(name);

	if (fd == -1)
		cr_skip_test("there is no /dev/shm");
	cr_expect_eq(log_stream_open(&stream, name, false), 0);
	cr_expect(stream.is_file);
	log_stream_close(&stream);
	unlink(name);
	close(fd);
}

Test(log_stream, says_why_when_nothing_is_there)
{
	struct log_stream stream = LOG_STREAM_INIT;

	cr_expect_eq(log_stream_open(&stream, "/no/such/log", false), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(log_stream_open(&stream, "/tmp", false), -1);
	cr_expect_eq(errno, EISDIR);
	cr_expect_eq(stream.fd, -1);
}
