/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/shell_words.h"
#include "base/strbuf.h"

#include "preflight/app/unwrap.h"

/* "user:group=all" ("own" for the user's, groups as their rule says), masks. */
static void
add_identity(struct strbuf *out, const struct plain_command *one)
{
	static const char *const groups[] = {
		[IDENTITY_KEEPS] = "keeps",
		[IDENTITY_NAMED] = "named",
		[IDENTITY_MEMBER] = "member",
		[IDENTITY_LOGS_IN] = "logs in",
	};
	char *named = strvec_join(&one->as.named, ",");

	strbuf_addf(out, " <%s:%s %s%s%s>",
	    one->as.user == NULL ? "" : one->as.user,
	    one->as.group == NULL ? "" : one->as.group, groups[one->as.groups],
	    *named == '\0' ? "" : " ", named);
	free(named);
}

/* "words [env] (chdir) -m <who> umask|masks" of every command, ";" between
 * them. */
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
		if (command_identity_is_set(&one->as))
			add_identity(&out, one);
		if (one->umask != -1)
			strbuf_addf(&out, " %03o", (unsigned)one->umask);
		if (one->masks != 0)
			strbuf_addf(&out, " |%03o", (unsigned)one->masks);
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
	{ "sh -c '(cd /x && gunicorn -b unix:a)'", "gunicorn -b unix:a (/x)" },
	{ "sh -c '( cd /x; gunicorn app; ); wait'",
	    "gunicorn app (/x); wait (/x)" },
	{ "sh -c 'gunicorn -b $(hostname)'", "gunicorn -b $(hostname)" },
	{ "sh start.sh", "sh start.sh" },
	{ "newrelic-admin run-program gunicorn a", "gunicorn a" },
	{ "dumb-init -- gunicorn a", "gunicorn a" },
	{ "tini -p SIGTERM -- gunicorn a", "gunicorn a" },
	{ "stdbuf -oL gunicorn a", "gunicorn a" },
	{ "sudo -E -u app A=1 gunicorn a",
	    "gunicorn a [A=1] <app: member> |022" },
	{ "sudo --user=app gunicorn a", "gunicorn a <app: member> |022" },
	{ "sudo -EHu app -g www gunicorn a",
	    "gunicorn a <app:www logs in www> |022" },
	{ "sudo -P -uapp gunicorn a", "gunicorn a <app: keeps> |022" },
	{ "sudo gunicorn a", "gunicorn a <root: member> |022" },
	{ "sh -c 'umask 007; exec sudo -u app gunicorn'",
	    "gunicorn <app: member> 007 |022" },
	{ "sudo -u app sh -c 'umask 007; exec gunicorn'",
	    "gunicorn <app: member> 007" },
	{ "doas -uapp gunicorn a", "gunicorn a <app: member>" },
	{ "gosu app gunicorn a", "gunicorn a <app: member>" },
	{ "gosu app:www gunicorn a", "gunicorn a <app:www named www>" },
	{ "su-exec app gunicorn a", "gunicorn a <app: member>" },
	{ "setuidgid app gunicorn a", "gunicorn a <app: named>" },
	{ "s6-setuidgid app gunicorn a", "gunicorn a <app: member>" },
	{ "s6-setuidgid 7:8 gunicorn a", "gunicorn a <7:8 named 8>" },
	{ "chpst -u app gunicorn a", "gunicorn a <app: named>" },
	{ "chpst -P -u app:www:adm -e ./env gunicorn a",
	    "gunicorn a <app:www named www,adm>" },
	{ "chpst -u :7:8 gunicorn a", "gunicorn a <7:8 named 8>" },
	{ "setpriv --reuid=app --regid app --init-groups gunicorn a",
	    "gunicorn a <app:app logs in app>" },
	{ "setpriv --inh-caps -all --reuid app --clear-groups gunicorn a",
	    "gunicorn a <app:0 named>" },
	{ "setpriv --reuid app --regid www --groups a,b -- gunicorn a",
	    "gunicorn a <app:www named www,a,b>" },
	{ "setpriv --nnp gunicorn a", "gunicorn a" },
	{ "runuser -u app -- gunicorn a", "gunicorn a <app: member>" },
	{ "runuser --user=app -g www gunicorn a",
	    "gunicorn a <app:www named www>" },
	{ "runuser -u app -G www -G adm -- gunicorn a",
	    "gunicorn a <app:www named www,adm>" },
	{ "runuser app -c 'exec gunicorn a'", "gunicorn a <app: member>" },
	{ "su - app -s /bin/sh -c 'cd /srv; gunicorn a'",
	    "gunicorn a (/srv) <app: member>" },
	{ "su -lc 'gunicorn a' -g www", "gunicorn a <root:www named www>" },
	{ "start-stop-daemon -S -q -c app:www -k 027 -d /srv -p /run/x "
	  "--exec /usr/bin/gunicorn -- -b x",
	    "/usr/bin/gunicorn -b x (/srv) <app:www member www> 027" },
	{ "start-stop-daemon --start --startas /bin/env -- A=1 gunicorn a",
	    "gunicorn a [A=1] (/)" },
	{ "gosu app env -C /srv sh -c 'umask 07; gunicorn'",
	    "gunicorn (/srv) <app: member> 007" },
	{ "sudo -u app gosu other gunicorn", "gunicorn <other: member> |022" },
	{ "start-stop-daemon -K -p /run/x",
	    "start-stop-daemon -K -p /run/x (/)" },
	{ "su app", "su app" },
	{ "su app gunicorn", "su app gunicorn" },
	{ "gosu", "" },
	{ "runuser -u", "runuser -u" },
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
