/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/ctl.h"
#include "files.h"

TestSuite(ctl_config, .init = files_init, .fini = files_done);

static int
load(const char *text, struct ctl_config *out, char **cause)
{
	char *path = xasprintf("%s/ctl.conf", files_folder());
	int result;

	files_write("ctl.conf", text);
	result = ctl_config_load(path, out, cause);
	free(path);
	return result;
}

Test(ctl_config, has_defaults)
{
	struct ctl_config config;

	cr_assert_eq(ctl_config_load(NULL, &config, NULL), 0);
	cr_expect_str_eq(config.serverurl, "http://localhost:9001");
	cr_expect_str_eq(config.prompt, "supervisor");
	cr_expect_null(config.username);
	cr_expect_null(config.history_file);
	ctl_config_done(&config);
}

Test(ctl_config, reads_its_section_only)
{
	struct ctl_config config;
	char *expected = xasprintf("unix://%s/s.sock", files_folder());

	setenv("HOME", "/home/me", 1);
	cr_assert_eq(
	    load("[include]\nfiles=nothing\n[supervisorctl]\n"
		 "serverurl=unix://%(here)s//s.sock\nusername=%(ENV_HOME)s\n"
		 "password=p;q\nprompt=cats\nhistory_file=~/.h\n"
		 "[program:x]\ncommand=%(bad)s\n",
		&config, NULL),
	    0);
	cr_expect_str_eq(config.serverurl, expected);
	cr_expect_str_eq(config.username, "/home/me");
	cr_expect_str_eq(config.password, "p;q");
	cr_expect_str_eq(config.prompt, "cats");
	cr_expect_str_eq(config.history_file, "/home/me/.h");
	ctl_config_done(&config);
	free(expected);
}

Test(ctl_config, refuses)
{
	struct ctl_config config;
	char *cause = NULL;

	cr_expect_eq(load("[supervisord]\n", &config, &cause), -1);
	cr_expect_str_eq(cause,
	    ".ini file does not include supervisorctl section");
	cr_expect_eq(load("[supervisorctl]\nprompt=%(here)s\n", &config,
			 &cause),
	    -1);
	cr_expect_not_null(strstr(cause,
	    "for 'supervisorctl.prompt' contains "
	    "names ('here')"));
	cr_expect_eq(load("junk\n", &config, &cause), -1);
	cr_expect_eq(ctl_config_load("/no/such", &config, &cause), -1);
	cr_expect_str_eq(cause, "could not find config file /no/such");
	free(cause);
}

Test(ctl_config, knows_urls)
{
	static const char *const good[] = { "http://localhost", "unix:///a",
		"http://u:p@h:1/x", "mailto:me" };
	static const char *const bad[] = { "foo", "", "http:", "http://",
		"/path", "//host" };
	char *cause = NULL, *url;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		url = ctl_config_url(good[i], &cause);
		cr_expect_str_eq(url, good[i]);
		free(url);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_null(ctl_config_url(bad[i], NULL), "%s", bad[i]);
	cr_expect_null(ctl_config_url("foo", &cause));
	cr_expect_str_eq(cause, "value 'foo' is not a URL");
	free(cause);
}
