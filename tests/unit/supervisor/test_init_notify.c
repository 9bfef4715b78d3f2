/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "supervisor/init_notify.h"

static char *name;
static int manager = -1;
static int warnings;

static void
on_log(enum log_level level, const char *text, void *arg)
{
	(void)text;
	(void)arg;
	warnings += level == LOG_LEVEL_WARN;
}

static void
listen_at(bool abstract)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len;

	name = xasprintf("%s%d",
	    abstract ? "@test-notify-" : "/tmp/test-notify-", (int)getpid());
	memcpy(address.sun_path, name, strlen(name));
	len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	if (abstract)
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(manager, (struct sockaddr *)&address, len), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	log_set_sink(on_log, NULL);
}

static void
done(void)
{
	if (name != NULL && name[0] == '/')
		unlink(name);
	free(name);
	close(manager);
}

TestSuite(init_notify, .fini = done);

static void
expect(const char *message)
{
	char got[256];
	ssize_t n = recv(manager, got, sizeof(got) - 1, 0);

	cr_assert_geq(n, 0, "no message");
	got[n] = '\0';
	cr_assert_str_eq(got, message);
}

Test(init_notify, tells_who_asked_and_nobody_else_learns_of_it)
{
	for (int abstract = 0; abstract < 2; abstract++) {
		listen_at(abstract == 1);
		init_notify_take();
		cr_assert_null(getenv("NOTIFY_SOCKET"));
		init_notify("READY=1\nMAINPID=7");
		init_notify("STOPPING=1");
		expect("READY=1\nMAINPID=7");
		expect("STOPPING=1");
		cr_assert_eq(warnings, 0);
		if (abstract == 0) {
			unlink(name);
			free(name);
			close(manager);
		}
	}
}

Test(init_notify, does_nothing_if_nobody_asked)
{
	unsetenv("NOTIFY_SOCKET");
	init_notify_take();
	init_notify("READY=1");
}

Test(init_notify, a_manager_that_is_gone_or_full_is_told_of)
{
	listen_at(false);
	init_notify_take();
	for (int i = 0; i < 100000 && warnings == 0; i++)
		init_notify("STOPPING=1");
	cr_assert_eq(warnings, 1, "a full socket");
	unlink(name);
	init_notify("STOPPING=1");
	cr_assert_eq(warnings, 2, "no socket");
}

Test(init_notify, takes_no_other_addresses)
{
	char name_too_long[200];

	log_set_sink(on_log, NULL);
	memset(name_too_long, '/', sizeof(name_too_long) - 1);
	name_too_long[sizeof(name_too_long) - 1] = '\0';
	for (int i = 0; i < 3; i++) {
		setenv("NOTIFY_SOCKET",
		    i == 0	 ? name_too_long
			: i == 1 ? "vsock:2:1"
				 : "",
		    1);
		init_notify_take();
		init_notify("READY=1");
		cr_assert_null(getenv("NOTIFY_SOCKET"));
	}
	cr_assert_eq(warnings, 0);
}
