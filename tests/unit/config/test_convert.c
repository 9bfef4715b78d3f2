/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>

#include "base/strvec.h"
#include "config/convert.h"

static char *cause;

static void
expect_cause(int result, const char *expected)
{
	cr_expect_eq(result, -1);
	cr_assert_not_null(cause);
	cr_expect_str_eq(cause, expected);
	free(cause);
	cause = NULL;
}

Test(convert, keeps_integers_within_int)
{
	int value;

	cr_expect_eq(convert_int("99999999999", &value, NULL), 0);
	cr_expect_eq(value, INT_MAX);
	cr_expect_eq(convert_int("-99999999999", &value, NULL), 0);
	cr_expect_eq(value, INT_MIN);
}

Test(convert, reads_levels)
{
	enum log_level level;

	cr_expect_eq(convert_loglevel("Blather", &level, NULL), 0);
	cr_expect_eq(level, LOG_LEVEL_BLATHER);
	expect_cause(convert_loglevel("warning", &level, &cause),
	    "bad logging level name 'warning'");
}

Test(convert, checks_folders)
{
	char *path = NULL;

	setenv("HOME", "/", 1);
	cr_expect_eq(convert_directory("tmp", "/", &path, NULL), 0);
	cr_expect_str_eq(path, "tmp");
	free(path);
	cr_expect_eq(convert_directory("~", NULL, &path, NULL), 0);
	cr_expect_str_eq(path, "/");
	free(path);
	expect_cause(convert_directory("/etc/passwd", NULL, &path, &cause),
	    "/etc/passwd is not an existing directory");
	expect_cause(convert_directory("", NULL, &path, &cause),
	    " is not an existing directory");
	cr_expect_eq(convert_dirpath("bare", "/nonexistent", &path, NULL), 0);
	cr_expect_str_eq(path, "bare");
	free(path);
	expect_cause(convert_dirpath("/tmp/none/../x", NULL, &path, &cause),
	    "The directory named as part of the path /tmp/none/../x does not "
	    "exist");
}

Test(convert, reads_autorestart)
{
	enum autorestart value;

	cr_expect_eq(convert_autorestart("UnExpected", &value, NULL), 0);
	cr_expect_eq(value, AUTORESTART_UNEXPECTED);
	cr_expect_eq(convert_autorestart("on", &value, NULL), 0);
	cr_expect_eq(value, AUTORESTART_ALWAYS);
	cr_expect_eq(convert_autorestart("0", &value, NULL), 0);
	cr_expect_eq(value, AUTORESTART_NEVER);
	expect_cause(convert_autorestart("MayBe", &value, &cause),
	    "invalid 'autorestart' value 'maybe'");
}

Test(convert, reads_exit_codes)
{
	int *codes = NULL;
	size_t count = 9;

	cr_expect_eq(convert_exitcodes(" 0, 2,255", &codes, &count, NULL), 0);
	cr_expect_eq(count, 3);
	cr_expect_eq(codes[2], 255);
	free(codes);
	cr_expect_eq(convert_exitcodes("", &codes, &count, NULL), 0);
	cr_expect_eq(count, 0);
	cr_expect_null(codes);
	expect_cause(convert_exitcodes("0,", &codes, &count, &cause),
	    "not a valid list of exit codes: '0,'");
	expect_cause(convert_exitcodes("256", &codes, &count, &cause),
	    "not a valid list of exit codes: '256'");
}

Test(convert, checks_names)
{
	char *name;

	cr_expect_eq(convert_name(" a-b.c ", &name, NULL), 0);
	cr_expect_str_eq(name, "a-b.c");
	free(name);
	expect_cause(convert_name("a:b c", &name, &cause),
	    "Invalid name: 'a:b c' because of character: ' '");
	expect_cause(convert_name("a/b:c", &name, &cause),
	    "Invalid name: 'a/b:c' because of character: ':'");
}

Test(convert, splits_lists)
{
	struct strvec list = STRVEC_INIT;

	convert_list("", &list);
	cr_expect_eq(list.len, 0);
	convert_list(" a , b\n,", &list);
	cr_expect_eq(list.len, 3);
	cr_expect_str_eq(list.items[1], "b");
	cr_expect_str_eq(list.items[2], "");
	strvec_done(&list);
}

Test(convert, reads_owners)
{
	uid_t uid = 7;
	gid_t gid = 7;

	cr_expect_eq(convert_owner("root", &uid, &gid), 0);
	cr_expect_eq(uid, 0);
	cr_expect_eq(gid, (gid_t)-1);
	cr_expect_eq(convert_owner("0:0", &uid, &gid), 0);
	cr_expect_eq(gid, 0);
	cr_expect_eq(convert_owner("root:no-such-group", &uid, &gid), -1);
	cr_expect_eq(convert_owner("", &uid, &gid), -1);
}

Test(convert, reads_addresses)
{
	char *host;
	int port;

	cr_expect_eq(convert_inet_address("9001", &host, &port, NULL), 0);
	cr_expect_str_eq(host, "");
	cr_expect_eq(port, 9001);
	free(host);
	cr_expect_eq(convert_inet_address("*:80", &host, &port, NULL), 0);
	cr_expect_str_eq(host, "");
	free(host);
	cr_expect_eq(convert_inet_address("LocalHost:80", &host, &port, NULL),
	    0);
	cr_expect_str_eq(host, "localhost");
	free(host);
	cr_expect_eq(convert_inet_address("[::1]:80", &host, &port, NULL), 0);
	cr_expect_str_eq(host, "[::1]");
	free(host);
	expect_cause(convert_inet_address("h:", &host, &port, &cause),
	    "no port number specified in ''");
	expect_cause(convert_inet_address("h:0", &host, &port, &cause),
	    "0 is below lower bound (1)");
	expect_cause(convert_inet_address("h:99999", &host, &port, &cause),
	    "99999 is above upper bound (65535)");
	expect_cause(convert_inet_address("h:x", &host, &port, &cause),
	    "invalid literal for int() with base 10: 'x'");
	expect_cause(convert_inet_address("99999", &host, &port, &cause),
	    "not a valid port number: '99999' ");
}
