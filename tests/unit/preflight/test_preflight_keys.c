/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "config/config.h"

#include "preflight/app/preflight_keys.h"

static struct setting own[2], group[3], global[2];
static struct plugin_section sections[2] = {
	{ .name = (char *)"preflight:web", .settings = { group, 0 } },
	{ .name = (char *)"preflight", .settings = { global, 0 } },
};
static struct config config;
static struct settings extra;

static void
set(struct setting *setting, const char *key, const char *value)
{
	*setting = (struct setting){
		.key = (char *)key,
		.value = (char *)value,
		.file = (char *)"s.conf",
		.line = 7,
	};
}

static int
read_keys(struct preflight_keys *keys, char **cause)
{
	const struct preflight_source source = {
		.config = &config,
		.own = &extra,
		.program = "web",
		.group = "site",
	};

	extra.items = own;
	config.plugin_sections = sections;
	return preflight_keys_read(&source, keys, cause);
}

Test(preflight_keys, nothing_said_is_off)
{
	struct preflight_keys keys;

	config.plugin_section_count = 0;
	cr_assert_eq(read_keys(&keys, NULL), 0);
	cr_expect_eq(keys.mode, PREFLIGHT_OFF);
	cr_expect_str_eq(keys.nginx, "auto");
	preflight_keys_done(&keys);
}

Test(preflight_keys, any_key_means_warn)
{
	struct preflight_keys keys;

	set(&own[0], "preflight_static", "/srv/a=/a/, /srv/b\n/c=d");
	extra.count = 1;
	cr_assert_eq(read_keys(&keys, NULL), 0);
	cr_expect_eq(keys.mode, PREFLIGHT_WARN);
	cr_assert_eq(keys.served_count, 3);
	cr_expect_str_eq(keys.served[0].path, "/srv/a");
	cr_expect_str_eq(keys.served[0].url, "/a/");
	cr_expect_null(keys.served[1].url);
	cr_expect_str_eq(keys.served[2].path, "/c=d");
	preflight_keys_done(&keys);
}

Test(preflight_keys, the_nearest_wins)
{
	struct preflight_keys keys;

	set(&own[0], "preflight_timeout", "7");
	extra.count = 1;
	set(&group[0], "timeout", "8");
	set(&group[1], "mode", "block");
	sections[0].settings.count = 2;
	set(&global[0], "mode", "off");
	set(&global[1], "confirm", "http");
	sections[1].settings.count = 2;
	config.plugin_section_count = 2;
	cr_assert_eq(read_keys(&keys, NULL), 0);
	cr_expect_eq(keys.timeout_s, 7);
	cr_expect_eq(keys.mode, PREFLIGHT_BLOCK);
	cr_expect(keys.confirm_http);
	preflight_keys_done(&keys);
	/* for other programs by name */
	set(&group[2], "programs", "api, db");
	sections[0].settings.count = 3;
	cr_assert_eq(read_keys(&keys, NULL), 0);
	cr_expect_eq(keys.mode, PREFLIGHT_OFF);
	preflight_keys_done(&keys);
}

Test(preflight_keys, a_bad_value_is_told_with_the_program)
{
	static const struct {
		const char *key, *value, *cause;
	} cases[] = {
		{ "preflight", "yes",
		    "preflight of 'web': 'yes' is none of "
		    "off, warn, block" },
		{ "preflight_nginx", "nginx.conf",
		    "preflight of 'web': "
		    "'nginx.conf' is none of auto, none, pid:/file, "
		    "/path/nginx.conf" },
		{ "preflight_static", "static",
		    "preflight of 'web': 'static' "
		    "is not an absolute path" },
		{ "preflight_socket", "/a,b",
		    "preflight of 'web': 'b' is not an absolute path" },
		{ "preflight_upload", "media",
		    "preflight of 'web': 'media' is not an absolute path" },
		{ "preflight_runtime_dir", "run",
		    "preflight of 'web': 'run' is not an absolute path" },
		{ "preflight_sockett", "/a",
		    "preflight of 'web': s.conf:7: unknown key "
		    "'preflight_sockett', did you mean 'preflight_socket'?" },
		{ "preflight_programs", "web",
		    "preflight of 'web': s.conf:7: unknown key "
		    "'preflight_programs'" },
		{ "preflight_timeout", "0",
		    "preflight of 'web': 0 is not from "
		    "1 to 3600" },
		{ "preflight_budget", "files=x",
		    "preflight of 'web': 'files=x'"
		    " is not files=N,opens=N" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct preflight_keys keys;
		char *cause = NULL;

		set(&own[0], cases[i].key, cases[i].value);
		extra.count = 1;
		cr_expect_eq(read_keys(&keys, &cause), -1);
		cr_expect_str_eq(cause, cases[i].cause);
		free(cause);
		preflight_keys_done(&keys);
	}
}

Test(preflight_keys, sections_have_their_own_keys)
{
	static const struct {
		size_t section;
		const char *key, *cause;
	} cases[] = {
		{ 0, "programs", NULL },
		{ 0, "fail_level",
		    "preflight of 'web': s.conf:7: unknown key 'fail_level'" },
		{ 0, "mod",
		    "preflight of 'web': s.conf:7: unknown key 'mod', did you "
		    "mean 'mode'?" },
		{ 1, "fail_level", NULL },
		{ 1, "report_dri",
		    "preflight of 'web': s.conf:7: unknown key 'report_dri', "
		    "did you mean 'report_dir'?" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct setting *only = cases[i].section == 0 ? group : global;
		struct preflight_keys keys;
		char *cause = NULL;

		set(only, cases[i].key, "other");
		sections[cases[i].section].settings.count = 1;
		sections[1 - cases[i].section].settings.count = 0;
		config.plugin_section_count = 2;
		cr_expect_eq(read_keys(&keys, &cause),
		    cases[i].cause == NULL ? 0 : -1);
		cr_expect_str_eq(cause == NULL ? "" : cause,
		    cases[i].cause == NULL ? "" : cases[i].cause);
		free(cause);
		preflight_keys_done(&keys);
	}
}
