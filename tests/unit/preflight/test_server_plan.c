/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/app/server_plan.h"

/* "server: path mode/umask; ...| tcp | undecided" */
static char *
planned(const char *command, const char *directory, const char *variable)
{
	struct strvec env = STRVEC_INIT;
	struct cred cred = { .uid = geteuid(), .gid = getegid() };
	struct server_source source = { command, directory, &env, &cred, NULL };
	struct server_plan plan = SERVER_PLAN_INIT;
	struct strbuf out = STRBUF_INIT;
	char *tcp, *undecided;

	if (variable != NULL)
		strvec_push(&env, variable);
	server_plan_add(&plan, &source);
	strbuf_addf(&out, "%s:", plan.server == NULL ? "" : plan.server);
	for (size_t i = 0; i < plan.socket_count; i++)
		strbuf_addf(&out, " %s%s%s %o/%o", plan.sockets[i].path,
		    plan.sockets[i].relative ? "?" : "",
		    plan.sockets[i].likely ? "~" : "",
		    (unsigned)plan.sockets[i].mode & 07777,
		    (unsigned)plan.sockets[i].umask & 07777);
	tcp = strvec_join(&plan.tcp, ",");
	undecided = strvec_join(&plan.undecided, ",");
	strbuf_addf(&out, "|%s|%s", tcp, undecided);
	free(tcp);
	free(undecided);
	server_plan_done(&plan);
	strvec_done(&env);
	return strbuf_steal(&out);
}

static const struct {
	const char *command, *variable, *wanted;
} cases[] = {
	{ "gunicorn -b unix:/run/a.sock app", NULL,
	    "gunicorn: /run/a.sock 7777/0||" },
	{ "/venv/bin/gunicorn --bind=unix:///run/a.sock -m 007 app", NULL,
	    "gunicorn: /run/a.sock 7777/7||" },
	{ "gunicorn -bunix:a.sock -m022 app", NULL,
	    "gunicorn: /srv/app/a.sock 7777/22||" },
	{ "gunicorn --chdir sub -b unix:a.sock app", NULL,
	    "gunicorn: /srv/app/sub/a.sock 7777/0||" },
	{ "gunicorn -b unix:/a -b 127.0.0.1:80 app", NULL,
	    "gunicorn: /a 7777/0|127.0.0.1:80|" },
	{ "gunicorn app", "GUNICORN_CMD_ARGS=--bind unix:/e -m 7",
	    "gunicorn: /e 7777/7||" },
	{ "gunicorn -b unix:/c app", "GUNICORN_CMD_ARGS=--bind unix:/e",
	    "gunicorn: /c 7777/0||" },
	{ "sh -c 'exec gunicorn -b unix:$SOCK app'", NULL,
	    "gunicorn:||socket $SOCK" },
	{ "gunicorn app", NULL, "gunicorn:|127.0.0.1:8000|" },
	{ "gunicorn app", "PORT=5000", "gunicorn:|0.0.0.0:5000|" },
	{ "uvicorn --port 81 app", "UVICORN_HOST=::1", "uvicorn:|::1:81|" },
	{ "uvicorn --fd 3 app", NULL, "uvicorn:||" },
	{ "hypercorn -c x.toml app", NULL, "hypercorn:||config x.toml" },
	{ "waitress-serve --port=80 app", NULL, "waitress-serve:|0.0.0.0:80|" },
	{ "uwsgi --chmod-socket=660 -s /a --socket /b", "UWSGI_SOCKET=/e",
	    "uwsgi: /e 660/7777 /a 660/7777 /b 660/7777||" },
	{ "uwsgi --set b=/p -s %(b)/x", NULL, "uwsgi: /p/x 7777/7777||" },
	{ "uvicorn --uds /run/u.sock app:app", NULL,
	    "uvicorn: /run/u.sock 666/7777||" },
	{ "uvicorn app:app", "UVICORN_UDS=/run/u.sock",
	    "uvicorn: /run/u.sock 666/7777||" },
	{ "python3 -m uvicorn --uds=/u app", NULL, "uvicorn: /u 666/7777||" },
	{ "hypercorn -b unix:/h -m 007 app", NULL, "hypercorn: /h 7777/7||" },
	{ "uwsgi --socket /w --chmod-socket=660", NULL,
	    "uwsgi: /w 660/7777||" },
	{ "uwsgi --chmod-socket -s /w", NULL, "uwsgi: /w 666/7777||" },
	{ "uwsgi --http-socket :8000", NULL, "uwsgi:|:8000|" },
	{ "uwsgi --http :8000 -s /a", NULL, "uwsgi: /a 7777/7777|:8000|" },
	{ "waitress-serve --unix-socket=/w app", NULL,
	    "waitress-serve: /w 600/7777||" },
	{ "waitress-serve --unix-socket=/w --unix-socket-perms=666 app", NULL,
	    "waitress-serve: /w 666/7777||" },
	{ "granian --uds /g app", NULL, "granian: /g 7777/7777||" },
	{ "daphne -u /d app", NULL, "daphne: /d 666/7777||" },
	{ "python3 -m aiohttp.web -U /a app:main", NULL,
	    "aiohttp: /a 7777/7777||" },
	{ "python3 -m aiohttp.web app:main", NULL, "aiohttp:|localhost:8080|" },
	{ "sh -c 'umask 007; exec uwsgi -s /w'", NULL, "uwsgi: /w 7777/7||" },
	{ "sh -c 'umask 077; exec gunicorn -b unix:/g a'", NULL,
	    "gunicorn: /g 7777/0||" },
	{ "/usr/bin/node server.js", NULL, ":||" },
};

Test(server_plan, knows_the_servers_and_their_modes)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got =
		    planned(cases[i].command, "/srv/app", cases[i].variable);

		cr_expect_str_eq(got, cases[i].wanted, "%s: got <%s>",
		    cases[i].command, got);
		free(got);
	}
}

static char *directory;

static void
make_directory(void)
{
	directory = xstrdup("/tmp/server-plan-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
}

static void
write_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void
remove_directory(void)
{
	static const char *const names[] = { "gunicorn.conf.py", "start.sh",
		"uwsgi.ini", "ran" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = xasprintf("%s/%s", directory, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(directory);
	free(directory);
}

static void
expect_plan(const char *command, const char *wanted)
{
	char *got = planned(command, directory, NULL);

	cr_expect_str_eq(got, wanted, "%s: got <%s>", command, got);
	free(got);
}

Test(server_plan, reads_files_beside_the_program, .init = make_directory,
    .fini = remove_directory)
{
	write_file("gunicorn.conf.py", "bind = 'unix:/f'\numask = 0o027\n");
	expect_plan("gunicorn app", "gunicorn: /f 7777/27||");
	expect_plan("gunicorn -m 7 app", "gunicorn: /f 7777/7||");
	write_file("start.sh", "#!/bin/sh\nexec x --bind 'unix:/s' app\n");
	expect_plan("./start.sh", ": /s~ 7777/7777||");
	expect_plan("sh start.sh", ": /s~ 7777/7777||");
	write_file("uwsgi.ini", "[uwsgi]\nsocket = %d%n.sock\n");
	char *wanted = xasprintf("uwsgi: %s/uwsgi.sock 7777/7777||", directory);
	expect_plan("uwsgi --ini uwsgi.ini", wanted);
	expect_plan("uwsgi uwsgi.ini", wanted);
	free(wanted);
	expect_plan("gunicorn -c none.py app",
	    "gunicorn:||cannot read none.py");
	/* gunicorn goes to its --chdir when it has read its file. */
	expect_plan("gunicorn --chdir / app", "gunicorn: /f 7777/27||");
	expect_plan("gunicorn -c python:gunicorn.conf app",
	    "gunicorn:||cannot read gunicorn/conf.py");
	expect_plan("gunicorn -c file:gunicorn.conf.py app",
	    "gunicorn: /f 7777/27||");
}

/* The config file is Python; it would leave a mark if it were run. */
Test(server_plan, never_executes_a_config, .init = make_directory,
    .fini = remove_directory)
{
	char *mark = xasprintf("%s/ran", directory);
	char *text =
	    xasprintf("open('%s', 'w').close()\nbind = f'unix:{1}'\n", mark);
	char *wanted =
	    xasprintf("gunicorn:||bind (%s/gunicorn.conf.py:2)", directory);

	write_file("gunicorn.conf.py", text);
	expect_plan("gunicorn app", wanted);
	cr_expect_eq(access(mark, F_OK), -1);
	free(mark);
	free(text);
	free(wanted);
}

/* A FIFO in its place must not hang the checker. */
Test(server_plan, does_not_wait_for_a_fifo, .init = make_directory,
    .fini = remove_directory, .timeout = 10)
{
	char *path = xasprintf("%s/gunicorn.conf.py", directory);

	cr_assert_eq(mkfifo(path, 0600), 0);
	expect_plan("gunicorn app", "gunicorn:|127.0.0.1:8000|");
	free(path);
}
