/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/shell_words.h"
#include "base/strbuf.h"

#include "preflight/app/unwrap.h"

/* "words [env] (chdir) -m <user>" of every command, ";" between them. */
static char *
unwrapped(const char *line)
{
	struct strvec words = STRVEC_INIT;
	struct plain_commands commands = { 0 };
	struct strbuf out = STRBUF_INIT;

	cr_assert_eq(shell_words_split(line, &words, NULL), 0);
	unwrap_command(&words, &commands);
	for (size_t i = 0; i < commands.count; i++) {
		struct plain_command *one = &commands.items[i];
		char *text = strvec_join(&one->words, " ");
		char *env = strvec_join(&one->env, " ");

		strbuf_addf(&out, "%s%s", i > 0 ? "; " : "", text);
		if (one->env.len > 0)
			strbuf_addf(&out, " [%s]", env);
		if (one->chdir != NULL)
			strbuf_addf(&out, " (%s)", one->chdir);
		if (one->is_module)
			strbuf_addstr(&out, " -m");
		if (one->user != NULL)
			strbuf_addf(&out, " <%s>", one->user);
		free(text);
		free(env);
	}
	plain_commands_done(&commands);
	strvec_done(&words);
	return strbuf_steal(&out);
}

static const struct {
	const char *line, *wanted;
} cases[] = {
	{ "gunicorn app", "gunicorn app" },
	{ "env A=1 B=2 gunicorn app", "gunicorn app [A=1 B=2]" },
	{ "env -u X -i A=1 gunicorn", "gunicorn [A=1]" },
	{ "nice -n 5 ionice -c2 gunicorn", "gunicorn" },
	{ "/usr/bin/python3 -m gunicorn -b x", "gunicorn -b x -m" },
	{ "/venv/bin/python -u /venv/bin/gunicorn a", "/venv/bin/gunicorn a" },
	{ "python -c 'import x'", "python -c import x" },
	{ "poetry run gunicorn a", "gunicorn a" },
	{ "uv run --with x uvicorn a", "uvicorn a" },
	{ "timeout -k 5 30 gunicorn a", "gunicorn a" },
	{ "pidproxy /run/x.pid gunicorn a", "gunicorn a" },
	{ "sh -c 'exec gunicorn -b \"unix:/a b\" app'",
	    "gunicorn -b unix:/a b app" },
	{ "bash -lc 'cd /srv/app && A=1 exec gunicorn app'",
	    "gunicorn app [A=1] (/srv/app)" },
	{ "sh -c 'export A=1; migrate; gunicorn app'",
	    "migrate [A=1]; gunicorn app [A=1]" },
	{ "sh -c \"bash -c 'gunicorn app'\"", "gunicorn app" },
	{ "sh start.sh", "sh start.sh" },
	{ "newrelic-admin run-program gunicorn a", "gunicorn a" },
	{ "dumb-init -- gunicorn a", "gunicorn a" },
	{ "tini -p SIGTERM -- gunicorn a", "gunicorn a" },
	{ "stdbuf -oL gunicorn a", "gunicorn a" },
	{ "sudo -E -u app A=1 gunicorn a", "gunicorn a [A=1] <app>" },
	{ "sudo --user=app gunicorn a", "gunicorn a <app>" },
	{ "sudo gunicorn a", "gunicorn a <root>" },
	{ "doas -uapp gunicorn a", "gunicorn a <app>" },
	{ "gosu app:www gunicorn a", "gunicorn a <app>" },
	{ "su-exec app gunicorn a", "gunicorn a <app>" },
	{ "s6-setuidgid app gunicorn a", "gunicorn a <app>" },
	{ "chpst -u app:www -e ./env gunicorn a", "gunicorn a <app>" },
	{ "setpriv --reuid=app --regid app --init-groups gunicorn a",
	    "gunicorn a <app>" },
	{ "runuser -u app -- gunicorn a", "gunicorn a <app>" },
	{ "runuser app -c 'exec gunicorn a'", "gunicorn a <app>" },
	{ "su - app -s /bin/sh -c 'cd /srv; gunicorn a'",
	    "gunicorn a (/srv) <app>" },
	{ "su app", "su app" },
	{ "gosu", "" },
	{ "runuser -u", "" },
	{ "sudo -u", "" },
	{ "env", "" },
	{ "timeout", "" },
};

/* Case P12. */
Test(unwrap, looks_through_what_people_put_in_front)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = unwrapped(cases[i].line);

		cr_expect_str_eq(got, cases[i].wanted, "%s: got <%s>",
		    cases[i].line, got);
		free(got);
	}
}
