/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "preflight/nginx/nginx_dump.h"

/* at NULL: the sentence names no place. */
static void
expect(const char *text, const char *sentence, const char *at)
{
	char *place, *found = nginx_dump_refusal(text, &place);

	cr_assert_not_null(found, "%s", text);
	cr_expect_str_eq(found, sentence);
	cr_expect_eq(place == NULL, at == NULL);
	if (place != NULL && at != NULL)
		cr_expect_str_eq(place, at);
	free(found);
	free(place);
}

Test(nginx_dump, why_nginx_gave_up)
{
	expect("nginx: [warn] \"x\" in /a.conf:1\n"
	       "nginx: [emerg] unknown directive \"y\" in /a b.conf:12\n"
	       "nginx: configuration file /a.conf test failed\n",
	    "unknown directive \"y\"", "/a b.conf:12");
	expect("2026/11/26 12:13:34 [emerg] 7#7: bind() to 10.0.0.1:80 failed "
	       "(99: Cannot assign requested address)\n",
	    "bind() to 10.0.0.1:80 failed (99: Cannot assign requested address)",
	    NULL);
	/* The last " in " is nginx's own. */
	expect("nginx: [emerg] no \" in /x\" in /n.conf:3", "no \" in /x\"",
	    "/n.conf:3");
	expect("nginx: [alert] could not open error log file: x\n",
	    "could not open error log file: x", NULL);
}

Test(nginx_dump, no_reason_at_all)
{
	char *at;

	cr_expect_null(nginx_dump_refusal("", &at));
	cr_expect_null(at);
	cr_expect_null(nginx_dump_refusal("nginx: [warn] x in /a:1\n", &at));
}

Test(nginx_dump, what_is_no_dump)
{
	static const char *const texts[] = { "x", "# configuration file ",
		"# configuration file /dev/null:",
		"# configuration file /dev/null:\n",
		"# configuration file /nonexistent/file:\n\n" };
	struct strvec files = STRVEC_INIT;
	char *cause;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cause = NULL;
		cr_expect_eq(nginx_dump_files(texts[i], strlen(texts[i]),
				 &files, &cause),
		    -1, "%s", texts[i]);
		cr_expect_not_null(cause);
		free(cause);
	}
	cr_expect_eq(nginx_dump_files("", 0, &files, NULL), 0);
	strvec_done(&files);
}
