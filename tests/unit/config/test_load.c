/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "config/listener.h"
#include "events/event_type.h"
#include "files.h"

#define BASE "[supervisord]\n"

TestSuite(load, .init = files_init, .fini = files_done);

static const struct process_config *
first_process(const struct config *config)
{
	cr_assert_gt(config->group_count, 0);
	cr_assert_gt(config->groups[0].process_count, 0);
	return &config->groups[0].processes[0];
}

Test(load, fills_in_defaults)
{
	struct config *config = files_load(BASE "[program:cat]\ncommand=cat\n");
	const struct process_config *p = first_process(config);

	cr_expect_eq(config->minfds, 1024);
	cr_expect_eq(config->umask, 022);
	cr_expect_eq(config->loglevel, LOG_LEVEL_INFO);
	cr_expect_eq(config->logfile_maxbytes, 50 << 20);
	cr_expect_str_eq(config->identifier, "supervisor");
	cr_expect_eq(config->logfile[0], '/');
	cr_expect_null(config->serverurl);
	cr_expect_str_eq(config->here, files_folder());
	cr_expect_str_eq(p->name, "cat");
	cr_expect_eq(p->priority, 999);
	cr_expect(p->autostart);
	cr_expect_eq(p->autorestart, AUTORESTART_UNEXPECTED);
	cr_expect_eq(p->stopsignal, 15);
	cr_expect_eq(p->stopwaitsecs, 10);
	cr_expect_eq(p->exitcode_count, 1);
	cr_expect_eq(p->umask, -1);
	cr_expect_eq(p->out.kind, LOGFILE_AUTO);
	cr_expect_eq(p->out.backups, 10);
	cr_expect_not(p->has_user);
	cr_expect_null(p->serverurl);
	config_free(config);
}

Test(load, makes_numprocs_processes_in_order_of_name)
{
	struct config *config = files_load(BASE
	    "[program:w]\nnumprocs=3\nnumprocs_start=9\n"
	    "process_name=%(program_name)s_%(process_num)d\n"
	    "command=run %(process_num)02d of %(numprocs)d in %(group_name)s\n"
	    "stdout_logfile=/tmp/%%%%%(process_num)d.log\n");
	const struct group_config *group = &config->groups[0];

	cr_assert_eq(group->process_count, 3);
	cr_expect_str_eq(group->processes[0].name, "w_10");
	cr_expect_str_eq(group->processes[0].command, "run 10 of 3 in w");
	cr_expect_str_eq(group->processes[0].out.path, "/tmp/%10.log");
	cr_expect_str_eq(group->processes[2].name, "w_9");
	config_free(config);
}

Test(load, overlays_environments_and_names_them)
{
	struct config *config;
	const struct process_config *p;

	setenv("FROM_OUTSIDE", "out", 1);
	config = files_load(
	    "[supervisord]\nenvironment=A=1,B=\"%(here)s\"\n"
	    "[program:p]\nenvironment=B=own,C=\"%(ENV_A)s\"\n"
	    "command=%(ENV_A)s %(ENV_B)s %(ENV_C)s %(ENV_FROM_OUTSIDE)s\n");
	p = first_process(config);
	cr_expect_str_eq(p->command, "1 own 1 out");
	cr_expect_str_eq(strvec_env_get(&p->environment, "A"), "1");
	cr_expect_str_eq(strvec_env_get(&p->environment, "B"), "own");
	cr_expect_str_eq(strvec_env_get(&config->environment, "B"),
	    files_folder());
	config_free(config);
}

Test(load, sorts_groups_and_takes_members_out)
{
	struct config *config =
	    files_load(BASE "[program:b]\ncommand=b\npriority=5\n"
			    "[program:a]\ncommand=a\npriority=5\n"
			    "[program:z]\ncommand=z\n[program:y]\ncommand=y\n"
			    "[group:g]\nprograms=z,y,z\npriority=7\n");

	cr_assert_eq(config->group_count, 3);
	cr_expect_str_eq(config->groups[0].name, "a");
	cr_expect_str_eq(config->groups[1].name, "b");
	cr_expect_str_eq(config->groups[2].name, "g");
	cr_expect_eq(config->groups[2].process_count, 2);
	cr_expect_str_eq(config->groups[2].processes[0].name, "z");
	cr_expect_not_null(config_find_group(config, "g"));
	cr_expect_null(config_find_group(config, "z"));
	config_free(config);
}

Test(load, keeps_one_of_each_name_and_says_so)
{
	struct config *config =
	    files_load(BASE "[program:a]\ncommand=one\npriority=1\n"
			    "[program:b]\ncommand=two\nprocess_name=same\n"
			    "[program:c]\ncommand=three\nprocess_name=same\n"
			    "[group:g]\nprograms=b,c\n[group:a]\nprograms=\n");

	cr_assert_eq(config->group_count, 2);
	cr_expect_str_eq(config->groups[0].name, "a");
	cr_expect_eq(config->groups[0].process_count, 1);
	cr_expect_str_eq(config->groups[1].processes[0].command, "three");
	cr_expect_eq(config->groups[1].process_count, 1);
	cr_expect_eq(config->message_count, 2);
	config_free(config);
}

Test(load, reads_listeners)
{
	struct config *config = files_load(BASE
	    "[eventlistener: e]\ncommand=x\nevents=tick_5,TICK_5 , EVENT\n");
	const struct group_config *group = &config->groups[0];

	cr_expect_str_eq(group->name, " e");
	cr_expect_eq(group->priority, -1);
	cr_expect_str_eq(group->processes[0].name, "e");
	cr_expect_eq(group->processes[0].priority, 999);
	cr_expect_eq(group->processes[0].kind, PROCESS_LISTENER);
	cr_expect_eq(group->pool->buffer_size, 10);
	cr_expect_eq(group->pool->events.len, 2);
	config_free(config);
}

/* The list in config is a copy, as that room may not know this one. */
Test(load, knows_every_event_type)
{
#define EXPECT_KNOWN(name, parent) cr_expect(is_event_type(#name), #name);
	EVENT_TYPES(EXPECT_KNOWN)
	cr_expect_not(is_event_type("TICK_7"));
}

Test(load, gives_each_fcgi_program_its_socket)
{
	struct config *config = files_load(
	    BASE "[fcgi-program:f]\ncommand=f\n"
		 "socket=unix:///tmp//x/../%(program_name)s.sock\n"
		 "[fcgi-program:t]\ncommand=t\nsocket=tcp://LocalHost:9\n"
		 "socket_backlog=7\n"
		 "[program:p]\ncommand=p\n"
		 "[fcgi-program:bare]\ncommand=b\n"
		 "[group:g]\nprograms=p,t,bare\n");
	const struct group_config *f = config_find_group(config, "f");
	const struct group_config *g = config_find_group(config, "g");

	cr_expect_str_eq(f->fcgi[0].url, "unix:///tmp/f.sock");
	cr_expect_eq(f->fcgi[0].mode, 0700);
	cr_expect_eq(f->processes[0].fcgi, &f->fcgi[0]);
	cr_assert_eq(g->fcgi_count, 1);
	cr_expect_str_eq(g->fcgi[0].url, "tcp://localhost:9");
	cr_expect_eq(g->fcgi[0].backlog, 7);
	cr_expect_null(g->processes[0].fcgi);
	cr_expect_eq(g->processes[1].fcgi, &g->fcgi[0]);
	cr_expect_eq(g->processes[2].kind, PROCESS_PROGRAM);
	config_free(config);
}

Test(load, reads_servers_and_their_url)
{
	struct config *config = files_load(BASE
	    "[unix_http_server:b]\nfile=%(here)s/./b.sock\nchmod=0770\n"
	    "chown=root\n[inet_http_server]\nport=*:9001\nusername=u\n"
	    "password=p\n[inet_http_serverX]\nport=LOCALHOST:9\nusername=\n"
	    "password=\n[program:p]\ncommand=c\n[program:q]\ncommand=c\n"
	    "serverurl=\n");
	char *url = xasprintf("unix://%s/b.sock", files_folder());

	cr_assert_eq(config->server_count, 3);
	cr_expect_eq(config->servers[0].port, 9001);
	cr_expect_str_eq(config->servers[0].host, "");
	cr_expect_str_eq(config->servers[0].username, "u");
	cr_expect_str_eq(config->servers[1].host, "localhost");
	cr_expect_null(config->servers[1].username);
	cr_expect_eq(config->servers[2].mode, 0770);
	cr_expect_eq(config->servers[2].uid, 0);
	cr_expect_eq(config->servers[2].gid, (gid_t)-1);
	cr_expect_str_eq(config->serverurl, url);
	cr_expect_str_eq(config->groups[0].processes[0].serverurl, url);
	cr_expect_null(config->groups[1].processes[0].serverurl);
	free(url);
	config_free(config);
}

Test(load, takes_the_last_inet_server_for_the_url)
{
	struct config *config = files_load(
	    BASE "[inet_http_server]\nport=1.2.3.4:1\n[inet_http_server:b]\n"
		 "port=:2\n");

	cr_expect_str_eq(config->serverurl, "http://localhost:2");
	config_free(config);
}

Test(load, includes_files_in_order_each_with_its_here)
{
	struct config *config;
	const struct process_config *p;
	char *expected;

	files_write("d/b.ini", "[program:p]\ncommand=b %(here)s\n");
	files_write("d/a.ini", "[program:p]\ncommand=a\nautostart=false\n");
	files_write("d/.c.ini", "[program:hidden]\ncommand=x\n");
	config = files_load(
	    "[include]\nfiles=d/*.ini\n none/*.ini\n"
	    "[supervisord]\n[program:p]\ndirectory=%(here)s/%%(here)s\n");
	p = first_process(config);
	cr_expect_eq(config->group_count, 1);
	expected = xasprintf("b %s/d", files_folder());
	cr_expect_str_eq(p->command, expected);
	free(expected);
	expected = xasprintf("%s/%%(here)s", files_folder());
	cr_expect_str_eq(p->directory, expected);
	free(expected);
	cr_expect_not(p->autostart);
	cr_assert_eq(config->message_count, 3);
	cr_expect_eq(config->messages[0].level, LOG_LEVEL_WARN);
	expected = xasprintf("No file matches via include \"%s/none/*.ini\"",
	    files_folder());
	cr_expect_str_eq(config->messages[0].text, expected);
	free(expected);
	expected = xasprintf("Included extra file \"%s/d/a.ini\" during "
			     "parsing",
	    files_folder());
	cr_expect_str_eq(config->messages[1].text, expected);
	free(expected);
	config_free(config);
}

Test(load, lets_default_feed_all_sections)
{
	struct config *config = files_load(
	    "[DEFAULT]\nstartsecs=7\n"
	    "preflight=warn\n[supervisord]\n[program:p]\ncommand=c\n"
	    "preflight_socket=/x\nPreflight=Block\n[program:q]\ncommand=c\n");
	const struct settings *extra = &first_process(config)->extra;

	cr_expect_eq(first_process(config)->startsecs, 7);
	cr_expect_str_eq(settings_get(extra, "preflight"), "Block");
	cr_expect_str_eq(settings_get(extra, "preflight_socket"), "/x");
	cr_expect_str_eq(settings_get(&config->groups[1].processes[0].extra,
			     "preflight"),
	    "warn");
	cr_expect_null(settings_get(extra, "startsecs"));
	config_free(config);
}

Test(load, keeps_sections_of_plugins)
{
	struct config *config = files_load(
	    BASE "[preflight]\nmode=%(x)s\n"
		 "[preflight:web]\na=1\n[plugin:x]\nmodule=y\n[preflights]\n");

	cr_assert_eq(config->plugin_section_count, 3);
	cr_expect_str_eq(config->plugin_sections[0].name, "preflight");
	cr_expect_str_eq(settings_get(&config->plugin_sections[0].settings,
			     "mode"),
	    "%(x)s");
	cr_expect_str_eq(config->plugin_sections[2].name, "plugin:x");
	config_free(config);
}

Test(load, settles_log_files)
{
	struct config *config = files_load(
	    BASE "[program:p]\ncommand=c\n"
		 "stdout_logfile=syslog\nstdout_syslog=false\n"
		 "stderr_logfile=/tmp/e.log\nredirect_stderr=true\n"
		 "[program:q]\ncommand=c\nstdout_logfile=OFF\nstderr_logfile=\n"
		 "[program:r]\ncommand=c\nstdout_logfile_maxbytes=0\n");
	const struct process_config *p = first_process(config);
	const struct process_config *q = &config->groups[1].processes[0];

	cr_expect_eq(p->out.kind, LOGFILE_NONE);
	cr_expect(p->out.syslog);
	cr_expect_eq(p->err.kind, LOGFILE_NONE);
	cr_expect_eq(q->out.kind, LOGFILE_NONE);
	cr_expect_eq(q->err.kind, LOGFILE_NONE);
	cr_assert_eq(config->message_count, 3);
	cr_expect_str_eq(config->messages[0].text,
	    "For [program:p], stdout_logfile=syslog but this is deprecated and "
	    "will be removed.  Use stdout_syslog=true to enable syslog "
	    "instead.");
	cr_expect_str_eq(config->messages[1].text,
	    "For [program:p], redirect_stderr=true but stderr_logfile has also "
	    "been set to a filename, the filename has been ignored");
	cr_expect_str_eq(config->messages[2].text,
	    "For [program:r], AUTO logging used for stdout_logfile without "
	    "rollover, set maxbytes > 0 to avoid filling up filesystem "
	    "unintentionally");
	config_free(config);
}

Test(load, lets_the_command_line_win)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	struct config *config;
	char *path = xasprintf("%s/main.conf", files_folder());

	files_write("main.conf",
	    "[supervisord]\nlogfile=/tmp/a.log\n"
	    "minfds=5\numask=077\nloglevel=error\nlogfile_backups=4\n"
	    "pidfile=rel.pid\n");
	overrides.path = "main.conf";
	overrides.base = files_folder();
	overrides.logfile = "syslog";
	overrides.minfds = 1024;
	overrides.logfile_backups = -1;
	overrides.nodaemon = true;
	config = config_load(&overrides, NULL, NULL);
	cr_assert_not_null(config);
	cr_expect_str_eq(config->path, "main.conf");
	cr_expect_str_eq(config->here, files_folder());
	cr_expect(config->log_to_syslog);
	cr_expect_null(config->logfile);
	cr_expect_eq(config->minfds, 1024);
	cr_expect_eq(config->logfile_backups, -1);
	cr_expect_eq(config->umask, 077);
	cr_expect_eq(config->loglevel, LOG_LEVEL_ERROR);
	cr_expect(config->nodaemon);
	cr_expect_not(config->silent);
	cr_expect_eq(strncmp(config->pidfile, files_folder(),
			 strlen(files_folder())),
	    0);
	config_free(config);
	free(path);
}

Test(load, keeps_names_over_a_reload_without_listing_them)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	struct strvec kept = STRVEC_INIT;
	struct config *config;
	char *path = xasprintf("%s/main.conf", files_folder()), *cause = NULL;

	strvec_env_set(&kept, "OLD", "still");
	overrides.path = path;
	files_write("main.conf", BASE "[program:p]\ncommand=%(ENV_OLD)s\n");
	config = config_load(&overrides, &kept, NULL);
	cr_assert_not_null(config);
	cr_expect_str_eq(first_process(config)->command, "still");
	config_free(config);
	files_write("main.conf", BASE "[program:p]\ncommand=%(ENV_NEW)s\n");
	cr_expect_null(config_load(&overrides, &kept, &cause));
	cr_expect_null(strstr(cause, "ENV_OLD"));
	cr_expect_not_null(strstr(cause, "Available names: group_name, here"));
	free(cause);
	free(path);
	strvec_done(&kept);
}

Test(load, keeps_the_url_of_running_servers)
{
	struct config *old = files_load(BASE "[unix_http_server]\nfile=/a\n");
	struct config *new = files_load(BASE
	    "[unix_http_server]\nfile=/b\n"
	    "[program:p]\ncommand=c\n[program:q]\ncommand=c\nserverurl=x\n");

	config_keep_serverurl(new, old);
	cr_expect_str_eq(first_process(new)->serverurl, "unix:///a");
	cr_expect_str_eq(new->groups[1].processes[0].serverurl, "x");
	config_free(old);
	config_free(new);
}

/* A file, and the words with which it is refused. */
static const char *const refusals[][2] = {
	{ "", ".ini file does not include supervisord section" },
	{ "[include]\n[supervisord]\n",
	    ".ini file has [include] section, but no files setting" },
	{ "[supervisord]\nminfds=\n",
	    "invalid literal for int() with base 10: ''" },
	{ "[supervisord]\nnodaemon=maybe\n",
	    "not a valid boolean value: 'maybe'" },
	{ "[supervisord]\nuser=no-such\n", "Invalid user name no-such" },
	{ "[supervisord]\nlogfile=\n", "logfile must name a file" },
	{ BASE "[program:x]\n",
	    "program section program:x does not specify a command in "
	    "section 'program:x' (file: 'FILE')" },
	{ BASE "[program:a b]\n",
	    "Invalid name: 'a b' because of character: ' '" },
	{ BASE "[program:x]\npriority=y\n",
	    "invalid literal for int() with base 10: 'y'" },
	{ BASE "[program:x]\nstartsecs=y\n",
	    "invalid literal for int() with base 10: 'y' in section "
	    "'program:x' (file: 'FILE')" },
	{ BASE "[program:x]\ncommand=c\nnumprocs=2\n",
	    "%(process_num) must be present within process_name when "
	    "numprocs > 1 in section 'program:x' (file: 'FILE')" },
	{ BASE "[program:x]\ncommand=c\nprocess_name=%(process_num)d\n"
	       "numprocs=100001\n",
	    "numprocs is above upper bound (100000) in section "
	    "'program:x' (file: 'FILE')" },
	{ BASE "[program:x]\nstopasgroup=1\nkillasgroup=0\n",
	    "Cannot set stopasgroup=true and killasgroup=false in "
	    "section 'program:x' (file: 'FILE')" },
	{ BASE "[program:a]\ncommand=c\n[group:g]\nprograms=a,b\n",
	    "[group:g] names unknown program or fcgi-program b" },
	{ BASE "[program:a]\n[fcgi-program:a]\n[group:g]\nprograms=a\n",
	    "[group:g] name a is ambiguous (exists as program and "
	    "fcgi-program)" },
	{ BASE "[eventlistener:e]\nbuffer_size=0\n",
	    "[eventlistener:e] section sets invalid buffer_size (0)" },
	{ BASE "[eventlistener:e]\n",
	    "[eventlistener:e] section requires an \"events\" line" },
	{ BASE "[eventlistener:e]\nevents=EVENT,\n",
	    "Unknown event type  in [eventlistener:e] events" },
	{ BASE "[eventlistener:e]\nevents=EVENT\nredirect_stderr=1\n",
	    "[eventlistener:e] section sets redirect_stderr=true but "
	    "this is not allowed because it will interfere with the "
	    "eventlistener protocol" },
	{ BASE "[eventlistener:e]\nresult_handler=my.mod:fn\n",
	    "my.mod:fn cannot be resolved within [eventlistener:e]: No "
	    "module named 'my'" },
	{ BASE "[fcgi-program:f]\n",
	    "[fcgi-program:f] section requires a \"socket\" line" },
	{ BASE "[fcgi-program:f]\nsocket=unix://x\n",
	    "Unix socket path x is not an absolute path in "
	    "[fcgi-program:f] socket" },
	{ BASE "[fcgi-program:f]\nsocket=http://x\n",
	    "Bad socket format http://x in [fcgi-program:f] socket" },
	{ BASE "[fcgi-program:f]\nsocket=tcp://h:0\n",
	    "0 is below lower bound (1) in [fcgi-program:f] socket" },
	{ BASE "[fcgi-program:f]\nsocket=tcp://h:1\nsocket_mode=1\n",
	    "socket_owner and socket_mode params should only be used "
	    "with a Unix domain socket in [fcgi-program:f] socket" },
	{ BASE "[fcgi-program:f]\nsocket_backlog=65536\n",
	    "Invalid socket_backlog value 65536" },
	{ BASE "[inet_http_server]\n",
	    "section [inet_http_server] has no port value" },
	{ BASE "[unix_http_server]\n",
	    "section [unix_http_server] has no file value" },
	{ BASE "[unix_http_server]\nfile=/x\nchmod=9\n",
	    "Invalid chmod value 9" },
	{ BASE "[unix_http_server]\nfile=/x\nchown=no-such\n",
	    "Invalid sockchown value no-such" },
	{ BASE "[inet_http_server]\nport=1\nusername=u\n",
	    "Section [inet_http_server] contains incomplete "
	    "authentication: If a username or a password is specified, "
	    "both the username and password must be specified" },
	{ BASE "[rpcinterface:x]\n",
	    "section [rpcinterface:x] does not specify a "
	    "supervisor.rpcinterface_factory" },
	{ BASE "[rpcinterface:x]\nsupervisor.rpcinterface_factory=foo:"
	       "bar\n",
	    "foo:bar cannot be resolved within [rpcinterface:x]: No "
	    "module named 'foo'" },
	{ BASE "[program:x]\ncommand=%(y\n",
	    "Format string '%(y' for 'program:x.command' is badly "
	    "formatted: incomplete format key in section 'program:x' "
	    "(file: 'FILE')" },
	{ BASE "[program:x]\nenvironment=A\n",
	    "Unexpected end of key/value pairs in value 'A' in section "
	    "'program:x' (file: 'FILE')" },
	{ "x",
	    "File contains no section headers.\nfile: 'FILE', line: "
	    "1\n'x'" },
};

Test(load, refuses_with_supervisors_words)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		files_refuse(refusals[i][0], refusals[i][1]);
}

Test(load, refuses_files_that_are_not_there)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	char *cause = NULL;

	overrides.path = "/no/such";
	cr_expect_null(config_load(&overrides, NULL, &cause));
	cr_expect_str_eq(cause, "could not find config file /no/such");
	overrides.path = "";
	cr_expect_null(config_load(&overrides, NULL, &cause));
	cr_expect_str_eq(cause, "could not find config file ");
	overrides.path = files_folder();
	cr_expect_null(config_load(&overrides, NULL, &cause));
	cr_expect_eq(strncmp(cause, "could not read config file ", 27), 0);
	free(cause);
}

Test(load, warns_of_a_log_of_two_processes)
{
	/* Of one process, of none, not rotated, or of /dev: no slip. */
	struct config *config = files_load(
	    BASE "[program:a]\ncommand=c\nstdout_logfile=/tmp/x\n"
		 "stderr_logfile=/tmp/x\n"
		 "[program:b]\ncommand=c\nnumprocs=3\n"
		 "process_name=b%(process_num)d\nstdout_logfile=/tmp/y\n"
		 "stderr_logfile=/tmp/z\nstderr_logfile_maxbytes=0\n"
		 "[program:c]\ncommand=c\nstdout_logfile=/dev/stdout\n"
		 "stderr_logfile=/tmp/x\n"
		 "[program:d]\ncommand=c\nstdout_logfile=/dev/stdout\n"
		 "stderr_logfile=NONE\n");

	cr_assert_eq(config->message_count, 2);
	cr_expect_str_eq(config->messages[0].text,
	    "b0 and b1 write to one log file, /tmp/y: their lines are mixed");
	cr_expect_str_eq(config->messages[1].text,
	    "a and c write to one log file, /tmp/x: their lines are mixed");
	config_free(config);
}

Test(load, warns_of_a_socket_of_two_groups)
{
	struct config *config = files_load(
	    BASE "[group:g]\nprograms=a\n[group:h]\nprograms=a\n"
		 "[fcgi-program:a]\ncommand=c\nsocket=unix:///tmp/x\n"
		 "stdout_logfile=NONE\nstderr_logfile=NONE\n"
		 "[fcgi-program:b]\ncommand=c\nsocket=unix:///tmp/y\n"
		 "[fcgi-program:c]\ncommand=c\nsocket=tcp://localhost:1\n"
		 "[fcgi-program:d]\ncommand=c\nsocket=tcp://localhost:1\n");

	cr_assert_eq(config->message_count, 1);
	cr_expect_str_eq(config->messages[0].text,
	    "groups g and h both make the socket /tmp/x: clients reach the one "
	    "that is started last");
	config_free(config);
}

Test(load, hints_at_slips)
{
	struct config *config = files_load(
	    BASE "pidfil=x\n[program:p]\n"
		 "command=c\nautostrat=1\npreflight=warn\n[prgram:q]\n[zzz]\n"
		 "[plugin:x]\nany=1\n[supervisorctl]\nprompt=x\n");
	const char *const expected[] = {
		":2: unknown key 'pidfil' in [supervisord] is ignored, did you "
		"mean 'pidfile'?",
		":5: unknown key 'autostrat' in [program:p] is ignored, did "
		"you mean 'autostart'?",
		":7: unknown section [prgram:q] is ignored, did you mean "
		"[program:q]?",
		":8: unknown section [zzz] is ignored",
	};

	cr_assert_eq(config->hint_count, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_str_eq(strchr(config->hints[i].text, ':'),
		    expected[i]);
	config_free(config);
}
