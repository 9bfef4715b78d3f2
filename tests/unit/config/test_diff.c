/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "config/diff.h"
#include "files.h"

TestSuite(diff, .init = files_init, .fini = files_done);

/* Whether the first group differs between two texts behind a program's head. */
static bool
differs(const char *head, const char *a, const char *b)
{
	char *first = xasprintf("[supervisord]\n%s%s", head, a);
	char *second = xasprintf("[supervisord]\n%s%s", head, b);
	struct config *old = files_load(first), *new = files_load(second);
	bool result = config_group_differs(&old->groups[0], &new->groups[0]);

	config_free(old);
	config_free(new);
	free(first);
	free(second);
	return result;
}

#define PROGRAM "[program:p]\ncommand=c\n"

Test(diff, sees_every_option)
{
	static const char *const changes[] = { "priority=1", "autostart=0",
		"autorestart=1", "startsecs=9", "startretries=9",
		"stopsignal=INT", "stopwaitsecs=9", "stopasgroup=1",
		"killasgroup=1", "exitcodes=1", "redirect_stderr=1",
		"stdout_capture_maxbytes=1", "stdout_events_enabled=1",
		"stderr_capture_maxbytes=1", "stderr_events_enabled=1",
		"serverurl=x", "user=root", "umask=022", "process_name=q",
		"environment=A=1", "directory=/", "stdout_logfile=/tmp/x",
		"stdout_logfile_backups=1", "stdout_logfile_maxbytes=1",
		"stdout_syslog=1", "stderr_logfile=none",
		"stderr_logfile_backups=1", "stderr_logfile_maxbytes=1",
		"stderr_syslog=1", "command=d", "numprocs=0" };

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		cr_expect(differs(PROGRAM, "", changes[i]), "%s", changes[i]);
		cr_expect(differs(PROGRAM, changes[i], ""), "%s", changes[i]);
		cr_expect_not(differs(PROGRAM, changes[i], changes[i]), "%s",
		    changes[i]);
	}
}

Test(diff, does_not_see_what_changes_nothing)
{
	cr_expect_not(differs(PROGRAM, "",
	    "stopsignal=15\nautorestart="
	    "UNEXPECTED\nstdout_logfile_maxbytes=52428800\nserverurl=auto\n"));
	cr_expect_not(
	    differs(PROGRAM, "environment=A=1,B=2", "environment=B=2,A=1"));
	cr_expect_not(differs(PROGRAM, "", "preflight=warn"));
	cr_expect_not(differs(PROGRAM, "[unix_http_server]\nfile=/a",
	    "[unix_http_server]\nfile=/b"));
}

Test(diff, sees_pools_and_sockets)
{
	const char *pool = "[eventlistener:e]\ncommand=c\n";
	const char *fcgi = "[fcgi-program:f]\ncommand=c\n";

	cr_expect(differs(pool, "events=TICK_5", "events=TICK_60"));
	cr_expect(differs(pool, "events=EVENT", "events=EVENT\nbuffer_size=1"));
	cr_expect_not(
	    differs(pool, "events=TICK_5,EVENT", "events=EVENT,TICK_5"));
	cr_expect(differs(fcgi, "socket=tcp://a:1", "socket=tcp://a:2"));
	cr_expect(differs(fcgi, "socket=tcp://a:1",
	    "socket=tcp://a:1\nsocket_backlog=1"));
	cr_expect(differs(fcgi, "socket=unix:///a",
	    "socket=unix:///a\nsocket_mode=0777"));
	cr_expect_not(differs(fcgi, "socket=tcp://a:1", "socket=tcp://A:1"));
}
