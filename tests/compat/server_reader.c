/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/fd.h"
#include "preflight/app/gunicorn_conf.h"
#include "preflight/app/server_plan.h"
#include "preflight/app/server_settings.h"

/*
 * Shows what is understood of application servers, for comparison with them:
 *
 *	server_reader plan DIRECTORY COMMAND [NAME=VALUE ...]
 *	server_reader gunicorn FILE ...
 */

static void
print_all(const char *what, const struct strvec *items)
{
	for (size_t i = 0; i < items->len; i++)
		printf("%s %s\n", what, items->items[i]);
}

static int
show_plan(int argc, char *argv[])
{
	gid_t group = getegid();
	const struct cred cred = { .uid = geteuid(),
		.gid = group,
		.groups = &group,
		.group_count = 1 };
	struct strvec env = STRVEC_INIT;
	const struct server_source source = { argv[3], argv[2], &env, &cred,
		NULL };
	struct server_plan plan = SERVER_PLAN_INIT;

	for (int i = 4; i < argc; i++)
		strvec_push(&env, argv[i]);
	server_plan_add(&plan, &source);
	for (size_t i = 0; i < plan.socket_count; i++) {
		const struct planned_socket *one = &plan.sockets[i];

		printf("socket %s %d %d %s %s\n", one->path, one->mode,
		    one->umask, one->owner.user == NULL ? "-" : one->owner.user,
		    one->owner.group == NULL ? "-" : one->owner.group);
	}
	print_all("tcp", &plan.tcp);
	print_all("undecided", &plan.undecided);
	if (plan.takes_fd)
		puts("fd");
	server_plan_done(&plan);
	strvec_done(&env);
	return 0;
}

static void
print_text(const char *what, const char *text)
{
	if (text != NULL)
		printf("%s %s\n", what, text);
}

static int
show_gunicorn(const char *path)
{
	struct server_settings settings = SERVER_SETTINGS_INIT;
	size_t len;
	char *text = fd_read_file(path, 1 << 20, &len);

	if (text == NULL)
		return 1;
	gunicorn_conf_read(text, "x", &settings);
	print_all("bind", &settings.binds);
	print_all("undecided", &settings.undecided);
	print_text("user", settings.user);
	print_text("group", settings.group);
	print_text("chdir", settings.chdir);
	if (settings.umask != -1)
		printf("umask %d\n", settings.umask);
	puts("end");
	server_settings_done(&settings);
	free(text);
	return 0;
}

int
main(int argc, char *argv[])
{
	int result = 0;

	if (argc >= 4 && strcmp(argv[1], "plan") == 0)
		return show_plan(argc, argv);
	if (argc < 3 || strcmp(argv[1], "gunicorn") != 0) {
		fprintf(stderr, "usage: server_reader plan|gunicorn ...\n");
		return 64;
	}
	for (int i = 2; i < argc && result == 0; i++)
		result = show_gunicorn(argv[i]);
	return result;
}
