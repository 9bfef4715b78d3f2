/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/app/uwsgi_conf.h"

/* The one file there is. */
struct file {
	const char *path, *text;
};

static char *
read_one(void *arg, const char *path)
{
	const struct file *file = arg;

	return strcmp(path, file->path) == 0 ? xstrdup(file->text) : NULL;
}

static char *
summary(const char *option, const char *value, const char *text)
{
	struct strvec env = STRVEC_INIT;
	const char *colon = strchr(value, ':');
	char *path = xasprintf("/srv/app/%.*s",
	    (int)(colon == NULL ? strlen(value) : (size_t)(colon - value)),
	    value);
	struct file file = { path, text };
	struct uwsgi_conf conf = {
		.table = server_find("uwsgi", false)->options,
		.environment = &env,
		.directory = "/srv/app",
		.read = read_one,
		.arg = &file,
	};
	struct server_settings settings = SERVER_SETTINGS_INIT;
	struct strbuf out = STRBUF_INIT;
	char *binds, *undecided;

	strvec_push(&env, "NAME=web");
	uwsgi_conf_add(&conf, option, value, "line");
	uwsgi_conf_settle(&conf, &settings);
	uwsgi_conf_done(&conf);
	binds = strvec_join(&settings.binds, ",");
	undecided = strvec_join(&settings.undecided, ",");
	strbuf_addf(&out, "%s|%o|%s|%s|%s", binds,
	    (unsigned)settings.socket_mode & 07777,
	    settings.chdir == NULL ? "" : settings.chdir,
	    settings.socket_owner == NULL ? "" : settings.socket_owner,
	    undecided);
	free(binds);
	free(undecided);
	free(path);
	server_settings_done(&settings);
	strvec_done(&env);
	return strbuf_steal(&out);
}

static const struct {
	const char *option, *value, *text, *wanted;
} cases[] = {
	{ "ini", "s.ini", "[uwsgi]\nsocket = /a.sock\nchmod-socket = 660\n",
	    "unix:/a.sock|660|||" },
	{ "ini", "s.ini", "[uwsgi]\nchmod-socket\nsocket=/a\n",
	    "unix:/a|666|||" },
	{ "ini", "s.ini", "[uwsgi]\nchmod-socket = 0660\n",
	    "|7777|||0660 in /srv/app/s.ini:2" },
	{ "ini", "s.ini",
	    "[uwsgi]\nbase = /srv\nchdir = %(base)/app\n"
	    "socket = %(chdir)/%n.sock\n",
	    "unix:/srv/app/s.sock|7777|/srv/app||" },
	{ "ini", "s.ini", "[uwsgi]\nsocket = %(b)/x\nb = /later\n",
	    "unix:/later/x|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nb = /1\nb = /2\nsocket = %(b)\n",
	    "unix:/1|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nset = b=/s\nsocket = %(b)\n",
	    "unix:/s|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nsocket = %dx-%c-%s-%e-%x\n",
	    "unix:/srv/app/x-app-s.ini-ini-|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nsocket = /run/$(NAME).sock\n",
	    "unix:/run/web.sock|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nsocket = /run/$(NOT).sock\n",
	    "|7777|||socket (/srv/app/s.ini:2)" },
	{ "ini", "s.ini", "[uwsgi]\nif-env = X\nsocket = /a\nendif =\n",
	    "|7777|||socket (/srv/app/s.ini:3)" },
	{ "ini", "s.ini", "[uwsgi]\nsocket = 127.0.0.1:3031\n",
	    "127.0.0.1:3031|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nchown-socket = app:www\n",
	    "|7777||app:www|" },
	{ "ini", "s.ini",
	    "[other]\nsocket=/no\n[uwsgi]\n; socket=/no\nsocket=/a\n",
	    "unix:/a|7777|||" },
	{ "ini", "s.ini:other", "[uwsgi]\nsocket=/no\n[other]\nsocket=/a\n",
	    "unix:/a|7777|||" },
	{ "ini", "s.ini",
	    "[uwsgi]\nini = s.ini:base\nsocket = /a\n"
	    "[base]\nsocket = /%x\n",
	    "unix:/base,unix:/a|7777|||" },
	{ "ini", "s.ini", "[uwsgi]\nini = none.ini\n",
	    "|7777|||cannot read none.ini" },
	{ "xml", "s.xml", "<uwsgi><socket>/%n</socket><chmod-socket/></uwsgi>",
	    "unix:/s|666|||" },
	{ "xml", "s.xml:b",
	    "<all><uwsgi id='a'><socket>/a</socket></uwsgi>"
	    "<uwsgi id='b'><socket>/b&amp;</socket></uwsgi></all>",
	    "unix:/b&|7777|||" },
	{ "xml", "s.xml", "<uwsgi><socket>", "|7777|||config /srv/app/s.xml" },
	{ "yaml", "s.yml",
	    "other:\n  socket: /no\nuwsgi:\n  socket: [/a, '/b']\n"
	    "  chmod-socket: 660 # c\n",
	    "unix:/a,unix:/b|660|||" },
	{ "yaml", "s.yml", "uwsgi:\n  socket:\n    - /a\n    - /%n\n",
	    "unix:/a,unix:/s|7777|||" },
	{ "yaml", "s.yml", "- {", "|7777|||config /srv/app/s.yml" },
	{ "json", "s.json",
	    "{\"uwsgi\": {\"socket\": [\"/a\", \"/b\"], \"chmod-socket\": 660,"
	    " \"vacuum\": true}}",
	    "unix:/a,unix:/b|660|||" },
	{ "json", "s.json:x", "{\"x\": {\"chmod-socket\": true}}", "|666|||" },
	{ "json", "s.json", "{", "|7777|||config /srv/app/s.json" },
	{ "socket", "/a", "", "unix:/a|7777|||" },
};

Test(uwsgi_conf, reads_four_languages)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got =
		    summary(cases[i].option, cases[i].value, cases[i].text);

		cr_expect_str_eq(got, cases[i].wanted, "<%s>: got <%s>",
		    cases[i].text, got);
		free(got);
	}
}

/* A file that names itself, more than once. */
Test(uwsgi_conf, ends_in_circles, .timeout = 20)
{
	char *got = summary("ini", "s.ini",
	    "[uwsgi]\nini = s.ini\nini = s.ini\nsocket = /a\n");

	cr_expect_not_null(strstr(got, "config s.ini"));
	free(got);
}

/* The path of a file that names itself doubles each time. */
Test(uwsgi_conf, lets_no_value_grow, .timeout = 20)
{
	struct strbuf text = STRBUF_INIT;
	char *got;

	strbuf_addstr(&text, "[uwsgi]\nsocket = ");
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&text, "%p");
	strbuf_addstr(&text, "\n");
	got = summary("ini", "s.ini", text.data);
	cr_expect_str_eq(got, "|7777|||socket (/srv/app/s.ini:2)", "%.100s",
	    got);
	free(got);
	strbuf_done(&text);
}
