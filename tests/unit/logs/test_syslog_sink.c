/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "logs/main_log.h"
#include "logs/syslog_sink.h"

static char path[64];
static int server = -1;

static void
listen_at(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	cr_assert_eq(bind(server, (struct sockaddr *)&address, sizeof(address)),
	    0);
}

static void
start(void)
{
	snprintf(path, sizeof(path), "/tmp/test-syslog-%d", (int)getpid());
	setenv("TZ", "UTC", 1);
	program_invocation_short_name = (char *)"supervisord";
	clock_freeze(0, 1763912329000); /* 2025-11-23 15:38:49 */
	listen_at();
	syslog_sink_use(path);
}

static void
stop(void)
{
	close(server);
	unlink(path);
}

TestSuite(syslog_sink, .init = start, .fini = stop);

/* NULL: nothing is waiting. */
static void
expect(const char *expected)
{
	char got[4096];
	ssize_t n = recv(server, got, sizeof(got) - 1, 0);

	if (expected == NULL) {
		cr_expect_eq(n, -1);
		return;
	}
	cr_assert_gt(n, 0, "nothing for %s", expected);
	got[n] = '\0';
	cr_expect_str_eq(got, expected);
}

#define PREFIX "<14>Nov 23 15:38:49 supervisord: "

Test(syslog_sink, gets_the_main_log_line_by_line)
{
	struct main_log_options options = { .syslog = true };
	struct main_log *log = main_log_open(&options, NULL);

#define STAMP "2025-11-23 15:38:49,000 "
	log_info("one");
	log_warnx("'p' stdout output:\n\ntwo\n\n");
	log_info("%s", "");
	expect(PREFIX STAMP "INFO one\n");
	expect(PREFIX STAMP "WARN 'p' stdout output:\n");
	expect(PREFIX STAMP "WARN \n");
	expect(PREFIX STAMP "WARN two\n");
	expect(PREFIX STAMP "INFO \n");
	expect(NULL);
	main_log_free(log);
}

Test(syslog_sink, sends_each_line_with_the_name)
{
	syslog_sink_write("web", "one\n\ntwo\n\n", 10);
	expect(PREFIX "web one");
	expect(PREFIX "web ");
	expect(PREFIX "web two");
	expect(NULL);
	syslog_sink_write("web", "\n", 1);
	expect(PREFIX "web ");
	syslog_sink_write(NULL, "bare", 4);
	expect(PREFIX "bare");
	expect(NULL);
}

Test(syslog_sink, replaces_what_is_not_utf8)
{
	syslog_sink_write("web", "a\xff\xc3\xa4", 4);
	expect(PREFIX "web a\xef\xbf\xbd\xc3\xa4");
}

/* A record is at most 128 KiB, and a socket takes that as one message. */
Test(syslog_sink, sends_a_line_as_long_as_a_record)
{
	size_t len = 128 * 1024;
	char *line = xmalloc(len), *got = xmalloc(2 * len);

	memset(line, 'x', len);
	syslog_sink_write("web", line, len);
	cr_expect_eq(recv(server, got, 2 * len, 0),
	    (ssize_t)(strlen(PREFIX "web ") + len));
	free(line);
	free(got);
}

Test(syslog_sink, finds_a_new_syslog_daemon)
{
	syslog_sink_write(NULL, "one", 3);
	expect(PREFIX "one");
	close(server);
	unlink(path);
	syslog_sink_write(NULL, "lost", 4);
	listen_at();
	syslog_sink_write(NULL, "two", 3);
	expect(PREFIX "two");
}

Test(syslog_sink, does_not_wait_for_one_that_hangs)
{
	for (int i = 0; i < 10000; i++)
		syslog_sink_write("web", "line", 4);
	expect(PREFIX "web line");
}
