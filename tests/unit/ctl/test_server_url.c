/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "ctl/server_url.h"

static const struct {
	const char *text, *shown, *path, *host, *port, *username, *password;
} good[] = {
	{ .text = "unix:///run/s.sock",
	    .shown = "unix:///run/s.sock",
	    .path = "/run/s.sock" },
	{ .text = "UNIX://s.sock", .shown = "unix://s.sock", .path = "s.sock" },
	{ .text = "http://localhost",
	    .shown = "http://localhost",
	    .host = "localhost",
	    .port = "80" },
	{ .text = "http://127.0.0.1:9001/RPC2?x",
	    .shown = "http://127.0.0.1:9001/RPC2?x",
	    .host = "127.0.0.1",
	    .port = "9001" },
	{ .text = "http://[::1]:9001",
	    .shown = "http://[::1]:9001",
	    .host = "::1",
	    .port = "9001" },
	{ .text = "http://[::1]",
	    .shown = "http://[::1]",
	    .host = "::1",
	    .port = "80" },
	{ .text = "http://u:p%40%3A@h:1",
	    .shown = "http://h:1",
	    .host = "h",
	    .port = "1",
	    .username = "u",
	    .password = "p@:" },
	{ .text = "http://u@h",
	    .shown = "http://h",
	    .host = "h",
	    .port = "80",
	    .username = "u",
	    .password = "" },
	{ .text = "http://u:a@b%4@h:007",
	    .shown = "http://h:007",
	    .host = "h",
	    .port = "7",
	    .username = "u",
	    .password = "a@b%4" },
};

static const char *const bad[] = { "", "unix://", "http://", "http://:9001",
	"http://h:x", "http://h:65536", "http://h:-1", "http://[::1",
	"http://[::1]x", "http://[]:1", "ftp://h", "localhost:9001",
	"https://h" };

static void
check_text(const char *seen, const char *expected)
{
	if (expected == NULL)
		cr_assert_null(seen);
	else
		cr_assert_str_eq(seen, expected);
}

Test(server_url, takes_apart)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct server_url url;
		char *cause = NULL;

		cr_assert_eq(server_url_parse(good[i].text, &url, &cause), 0,
		    "%s: %s", good[i].text, cause);
		check_text(url.text, good[i].shown);
		check_text(url.path, good[i].path);
		check_text(url.host, good[i].host);
		check_text(url.port, good[i].port);
		check_text(url.username, good[i].username);
		check_text(url.password, good[i].password);
		server_url_done(&url);
	}
}

Test(server_url, refuses_with_a_cause)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct server_url url;
		char *cause = NULL;

		cr_assert_eq(server_url_parse(bad[i], &url, &cause), -1, "%s",
		    bad[i]);
		cr_assert_not_null(cause);
		free(cause);
	}
}

Test(server_url, knows_schemes)
{
	cr_assert(server_url_is_known("HTTP://x"));
	cr_assert(server_url_is_known("unix://x"));
	cr_assert_not(server_url_is_known("https://x"));
	cr_assert(server_url_is_https("HTTPS://x"));
	cr_assert_not(server_url_is_https("http://x"));
}
