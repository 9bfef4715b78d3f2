/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/strbuf.h"

#include "preflight/server_settings.h"
#include "preflight/uwsgi_conf.h"

static char *
summary(const char *text, const char *section)
{
	struct strvec env = STRVEC_INIT;
	struct uwsgi_source source = { "/srv/app/site.ini", section, &env };
	struct server_settings settings = SERVER_SETTINGS_INIT;
	struct strbuf out = STRBUF_INIT;
	char *binds, *undecided;

	strvec_push(&env, "NAME=web");
	cr_assert_eq(uwsgi_conf_read(text, &source, &settings), 0);
	binds = strvec_join(&settings.binds, ",");
	undecided = strvec_join(&settings.undecided, ",");
	strbuf_addf(&out, "%s|%o|%s|%s|%s", binds,
	    (unsigned)settings.socket_mode & 07777,
	    settings.chdir == NULL ? "" : settings.chdir,
	    settings.socket_owner == NULL ? "" : settings.socket_owner,
	    undecided);
	free(binds);
	free(undecided);
	server_settings_done(&settings);
	strvec_done(&env);
	return strbuf_steal(&out);
}

static const struct {
	const char *text, *section, *wanted;
} cases[] = {
	{ "[uwsgi]\nsocket = /run/a.sock\nchmod-socket = 660\n", NULL,
	    "unix:/run/a.sock|660|||" },
	{ "[uwsgi]\nchmod-socket\nsocket=/a\n", NULL, "unix:/a|666|||" },
	{ "[uwsgi]\nbase = /srv\nchdir = %(base)/app\n"
	  "socket = %(chdir)/%n.sock\n",
	    NULL, "unix:/srv/app/site.sock|7777|/srv/app||" },
	{ "[uwsgi]\nsocket = %dx.sock\n", NULL,
	    "unix:/srv/app/x.sock|7777|||" },
	{ "[uwsgi]\nsocket = /run/$(NAME).sock\n", NULL,
	    "unix:/run/web.sock|7777|||" },
	{ "[uwsgi]\nsocket = /run/$(NOT).sock\n", NULL,
	    "|7777|||socket (/srv/app/site.ini:2)" },
	{ "[uwsgi]\nsocket = 127.0.0.1:3031\n", NULL,
	    "127.0.0.1:3031|7777|||" },
	{ "[uwsgi]\nchown-socket = app:www\n", NULL, "|7777||app:www|" },
	{ "[other]\nsocket=/no\n[uwsgi]\n; socket=/no\nsocket=/a\n", NULL,
	    "unix:/a|7777|||" },
	{ "[uwsgi]\nsocket=/no\n[other]\nsocket=/a\n", "other",
	    "unix:/a|7777|||" },
};

Test(uwsgi_conf, reads_sockets_and_placeholders)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = summary(cases[i].text, cases[i].section);

		cr_expect_str_eq(got, cases[i].wanted, "<%s>: got <%s>",
		    cases[i].text, got);
		free(got);
	}
}
