/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_args.h"
#include "preflight/nginx/nginx_build.h"
#include "preflight/nginx/nginx_site.h"
#include "preflight/nginx/nginx_user.h"

#include "nginx_folder.h"

/* What an executable has in it; the NULs are part of it. */
static const char binary[] =
    "\177ELF\0getpwnam(\"%s\") failed\0getpwnam(\"nobody\") failed\0"
    "getgrnam(\"nogroup\") failed\0nginx version: x\0configure arguments: "
    "--with-cc-opt='-g --prefix=/no' --prefix=/usr/share/nginx "
    "--conf-path=/etc/nginx/nginx.conf --http-proxy-temp-path=/v/proxy\n\0";

static struct folder folder;

static void
set_up(void)
{
	folder_make(&folder);
}

static void
tear_down(void)
{
	folder_remove(&folder);
}

Test(nginx_build, reads_what_was_compiled_in)
{
	struct nginx_build build = { .binary = NULL };

	nginx_build_scan(binary, sizeof(binary), &build);
	cr_expect_str_eq(build.prefix, "/usr/share/nginx");
	cr_expect_str_eq(build.conf_path, "/etc/nginx/nginx.conf");
	cr_expect_str_eq(build.proxy_temp, "/v/proxy");
	cr_expect_str_eq(build.body_temp, "client_body_temp");
	cr_expect_str_eq(build.user, "nobody");
	cr_expect_str_eq(build.group, "nogroup");
	nginx_build_done(&build);
}

Test(nginx_build, a_configured_user_wins)
{
	static const char other[] =
	    "configure arguments: --user=www --group='w w'\r\n"
	    "getpwnam(\"nobody\")";
	struct nginx_build build = { .binary = NULL };

	nginx_build_scan(other, sizeof(other), &build);
	cr_expect_str_eq(build.user, "www");
	cr_expect_str_eq(build.group, "w w");
	nginx_build_done(&build);
	nginx_build_scan("", 0, &build);
	cr_expect_null(build.user);
	cr_expect_str_eq(build.prefix, "/usr/local/nginx");
	nginx_build_done(&build);
}

static void
expect_args(const char *title, const char *expected)
{
	struct nginx_args args;
	char *got;

	nginx_args_read(title, &args);
	got = xasprintf("%s|%s|%s|%s", args.binary, args.conf, args.prefix,
	    args.globals);
	cr_expect_str_eq(got, expected, "%s -> %s", title, got);
	free(got);
	nginx_args_done(&args);
}

Test(nginx_args, titles_are_read_leniently)
{
	expect_args("nginx", "nginx|(null)|(null)|(null)");
	expect_args("/usr/sbin/nginx -g daemon on; master_process on;",
	    "/usr/sbin/nginx|(null)|(null)|daemon on; master_process on;");
	expect_args("nginx -c /a -p /b -g user x; -e stderr",
	    "nginx|/a|/b|user x;");
	expect_args("nginx -c/a -qp/b -g user x y; pid /z -c /d",
	    "nginx|/d|/b|user x y; pid /z");
	expect_args("nginx -c", "nginx|(null)|(null)|(null)");
	expect_args("", "(null)|(null)|(null)|(null)");
}

TestSuite(nginx_site, .init = set_up, .fini = tear_down);

static void
write_image(const char *conf)
{
	folder_dir(&folder, "etc");
	folder_dir(&folder, "etc/nginx");
	folder_file(&folder, "etc/nginx/nginx.conf", conf);
	folder_file(&folder, "etc/passwd",
	    "root:x:0:0::/:/bin/sh\nweb:x:1033:50::/:/bin/sh\n"
	    "nobody:x:65534:65534::/:/bin/sh\n");
	folder_file(&folder, "etc/group",
	    "root:x:0:\nstaff:x:50:\nweb:x:1034:\napp:x:70:a,web\n"
	    "b:x:71:webx\nnogroup:x:65534:\n");
}

/* The image's user as "user:group uid:gid groups", or the error. */
static void
expect_user(const char *conf, const char *assume, const char *expected)
{
	const struct nginx_options options = { .root = folder.path };
	const struct nginx_user_options user_options = { .assume = assume,
		.root = folder.path };
	struct nginx_site site;
	struct nginx_user user;
	const char *code = "";
	char *cause = NULL, *got;

	write_image(conf);
	cr_assert_eq(nginx_site_read(&options, &site, &cause), 0, "%s", cause);
	if (nginx_user_find(&site, &user_options, &user, &code, &cause) == 0) {
		got = xasprintf("%s:%s %d:%d %zu %s", user.user, user.group,
		    (int)user.cred.uid, (int)user.cred.gid,
		    user.cred.group_count, user.source);
		nginx_user_done(&user);
	} else
		got = xasprintf("%s %s", code, cause);
	cr_expect_str_eq(got, expected, "%s", got);
	free(got);
	free(cause);
	nginx_site_done(&site);
}

Test(nginx_site, one_name_means_the_group_of_that_name)
{
	expect_user("user web;", NULL, "web:web 1033:1034 2 user directive");
}

Test(nginx_site, two_names_are_user_and_group)
{
	expect_user("user web staff;", NULL,
	    "web:staff 1033:50 2 user directive");
}

Test(nginx_site, a_user_without_a_group_of_that_name_is_refused)
{
	expect_user("user nobody;", NULL, "PF003 getgrnam(\"nobody\") failed");
}

Test(nginx_site, numbers_are_no_names)
{
	expect_user("user 1033;", NULL, "PF003 getpwnam(\"1033\") failed");
}

Test(nginx_site, the_user_can_be_assumed)
{
	expect_user("user nobody;", "web:app", "web:app 1033:70 1 assumed");
}

Test(nginx_site, without_master_process_everything_is_root)
{
	expect_user("master_process off; user web;", NULL,
	    "root:root 0:0 1 master process");
}

Test(nginx_site, without_a_user_nobody_knows)
{
	expect_user("events {}", NULL,
	    "PF008 no 'user' directive, and no nginx executable to tell its "
	    "default");
}

Test(nginx_site, the_default_user_is_in_the_executable)
{
	char *path = xasprintf("%s/usr/sbin/nginx", folder.path);
	FILE *file;

	folder_dir(&folder, "usr");
	folder_dir(&folder, "usr/sbin");
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fwrite(binary, 1, sizeof(binary), file);
	fclose(file);
	free(path);
	expect_user("events {}", NULL,
	    "nobody:nogroup 65534:65534 1 compiled in");
}

Test(nginx_site, paths_count_from_where_nginx_counts)
{
	char *prefix = xasprintf("%s/px", folder.path);
	const struct nginx_options options = { .conf = "conf/n.conf",
		.prefix = prefix,
		.binary = "/none" };
	struct nginx_site site;
	char *cause = NULL, *expected;

	folder_dir(&folder, "px");
	folder_dir(&folder, "px/conf");
	folder_file(&folder, "px/conf/n.conf",
	    "http { server { auth_basic x; auth_basic_user_file h; } }");
	cr_assert_eq(nginx_site_read(&options, &site, &cause), 0, "%s", cause);
	expected = xasprintf("%s/px/html/", folder.path);
	cr_expect_str_eq(site.needs[1].path, expected);
	free(expected);
	expected = xasprintf("%s/px/conf/h", folder.path);
	cr_expect_str_eq(site.needs[2].path, expected);
	free(expected);
	free(prefix);
	nginx_site_done(&site);
}

Test(nginx_site, a_missing_main_file_is_an_error)
{
	const struct nginx_options options = { .conf = "/none/n.conf" };
	struct nginx_site site;
	char *cause = NULL;

	cr_expect_eq(nginx_site_read(&options, &site, &cause), -1);
	cr_expect_str_eq(cause,
	    "open() \"/none/n.conf\" failed (2: No such "
	    "file or directory)");
	free(cause);
	nginx_site_done(&site);
}

Test(nginx_site, the_command_line_may_name_the_user)
{
	const struct nginx_options options = { .root = folder.path,
		.globals = "user web;" };
	struct nginx_site site;

	write_image("user nobody;");
	cr_assert_eq(nginx_site_read(&options, &site, NULL), 0);
	cr_expect_str_eq(site.user, "web");
	cr_expect_eq(site.problem_count, 1);
	nginx_site_done(&site);
}
