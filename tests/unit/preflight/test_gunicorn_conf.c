/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/strbuf.h"

#include "preflight/app/gunicorn_conf.h"
#include "preflight/app/server_settings.h"

/* "binds|umask|undecided" */
static char *
summary(const char *text)
{
	struct server_settings settings = SERVER_SETTINGS_INIT;
	struct strbuf out = STRBUF_INIT;
	char *binds, *undecided;

	gunicorn_conf_read(text, "g.py", &settings);
	binds = strvec_join(&settings.binds, ",");
	undecided = strvec_join(&settings.undecided, ",");
	strbuf_addf(&out, "%s|%d|%s", binds, settings.umask, undecided);
	free(binds);
	free(undecided);
	server_settings_done(&settings);
	return strbuf_steal(&out);
}

static const struct {
	const char *text, *wanted;
} cases[] = {
	{ "", "|-1|" },
	{ "bind = 'unix:/run/a.sock'\n", "unix:/run/a.sock|-1|" },
	{ "bind=\"unix:/a\" # why\numask = 0o007", "unix:/a|7|" },
	{ "umask = 7\n", "|7|" },
	{ "bind = [\n  'unix:/a', # one\n  \"127.0.0.1:80\",\n]\n",
	    "unix:/a,127.0.0.1:80|-1|" },
	{ "bind = ('unix:/a', 'unix:/b')\n", "unix:/a,unix:/b|-1|" },
	{ "bind: str = r'unix:/a'\n", "unix:/a|-1|" },
	{ "bind = '''unix:/a'''\n", "unix:/a|-1|" },
	{ "bind = 'unix:/a'\nbind = 'unix:/b'\n", "unix:/b|-1|" },
	/* code is never executed, so its result is not known */
	{ "\nbind = f'unix:{home}/a'\n", "|-1|bind (g.py:2)" },
	{ "bind = 'unix:' + path\n", "|-1|bind (g.py:1)" },
	{ "bind = os.environ['BIND']\n", "|-1|bind (g.py:1)" },
	{ "bind = ['unix:/a', b]\n", "|-1|bind (g.py:1)" },
	{ "if x:\n    bind = 'unix:/a'\n", "|-1|bind (g.py:2)" },
	{ "bind = x\nbind = 'unix:/a'\n", "unix:/a|-1|" },
	/* not assignments */
	{ "\"\"\"\nbind = 'unix:/no'\n\"\"\"\n", "|-1|" },
	{ "# bind = 'unix:/no'\n", "|-1|" },
	{ "bind == 'unix:/no'\nbinding = 'x'\n", "|-1|" },
	{ "x = ['a',\nbind\n]\n", "|-1|" },
	{ "\xef\xbb\xbf"
	  "bind = 'unix:/a'\r\n",
	    "unix:/a|-1|" },
	{ "bind = 'unix:/a", "|-1|bind (g.py:1)" },
	{ "bind = 'a\\x41'\n", "|-1|bind (g.py:1)" },
};

Test(gunicorn_conf, takes_literals_and_nothing_else)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = summary(cases[i].text);

		cr_expect_str_eq(got, cases[i].wanted, "<%s>: got <%s>",
		    cases[i].text, got);
		free(got);
	}
}
