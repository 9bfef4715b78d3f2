/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "preflight/nginx/nginx_route.h"

#include "nginx_text.h"

static const struct nginx_base base = { .prefix = "/px/", .conf_dir = "/cd/" };

/* "location files... !status ?undecided" */
static char *
describe(const struct nginx_route *route)
{
	struct strbuf out;

	strbuf_init(&out);
	strbuf_addstr(&out,
	    route->location == NULL ? "-" : route->location->name);
	for (size_t i = 0; i < route->files.len; i++)
		strbuf_addf(&out, " %s", route->files.items[i]);
	if (route->content == NGINX_CONTENT_PASS)
		strbuf_addstr(&out, " pass");
	if (route->status != 0)
		strbuf_addf(&out, " !%d", route->status);
	if (route->undecided)
		strbuf_addstr(&out, " ?");
	if (route->restricted)
		strbuf_addstr(&out, " restricted");
	return strbuf_steal(&out);
}

static void
expect(const char *server, const char *uri, const char *expected)
{
	char *conf = NULL, *got;
	struct nginx_tree *tree;
	struct nginx_model *model;
	struct nginx_route route;

	cr_assert_gt(asprintf(&conf, "http { server { %s } }", server), 0);
	tree = tree_of_text(conf);
	model = nginx_model_create(tree);
	cr_assert_eq(model->server_count, 1);
	nginx_route_find(&model->servers[0], &base, uri, &route);
	got = describe(&route);
	cr_expect_str_eq(got, expected, "%s: %s -> %s", server, uri, got);
	free(got);
	nginx_route_done(&route);
	nginx_model_free(model);
	nginx_tree_free(tree);
	free(conf);
}

Test(nginx_route, locations_are_tried_in_nginx_order)
{
	static const char conf[] = "root /r; location / {} location = /a {} "
				   "location /a/ {} location ^~ /f/ {} "
				   "location ~ \\.x$ {} location ~* \\.Y$ {} "
				   "location ~ ^/a/b {}";

	expect(conf, "/", "/ /r/index.html");
	expect(conf, "/a", "/a /r/a");
	expect(conf, "/ab", "/ /r/ab");
	expect(conf, "/a/c", "/a/ /r/a/c");
	expect(conf, "/a/b", "^/a/b /r/a/b");
	expect(conf, "/a/b.x", "\\.x$ /r/a/b.x");
	expect(conf, "/f/b.x", "/f/ /r/f/b.x");
	expect(conf, "/q.y", "\\.Y$ /r/q.y");
	expect(conf, "/q.X", "/ /r/q.X");
}

Test(nginx_route, modifiers_may_be_glued)
{
	static const char conf[] = "root /r; location =/e {} location ~\\.x$ "
				   "{} location ~*\\.y$ {} location ^~/f {}";

	expect(conf, "/e", "/e /r/e");
	expect(conf, "/e/", "- /r/e/index.html");
	expect(conf, "/f.x", "/f /r/f.x");
	expect(conf, "/g.x", "\\.x$ /r/g.x");
	expect(conf, "/g.Y", "\\.y$ /r/g.Y");
}

Test(nginx_route, nested_locations_inherit_alias_and_prefix)
{
	static const char conf[] =
	    "location /al/ { alias /x/; location /al/b/ {} location "
	    "/al/c/ { root /r; } location ~ \\.p$ {} }";

	expect(conf, "/al/y", "/al/ /x/y");
	expect(conf, "/al/b/y", "/al/b/ /x/b/y");
	expect(conf, "/al/c/y", "/al/c/ /r/al/c/y");
	expect(conf, "/al/y.p", "\\.p$ /x/y.p");
	expect(conf, "/al/b/y.p", "\\.p$ /x/b/y.p");
}

Test(nginx_route, captures_are_known_for_a_concrete_uri)
{
	static const char conf[] =
	    "location ~ ^/u/([a-z]+)/(.*)$ { alias /h/$1/pub/$2; }";

	expect(conf, "/u/ann/i.png", "^/u/([a-z]+)/(.*)$ /h/ann/pub/i.png");
	expect("location ~ ^/(u)/ { alias /h/$1/; }", "/u/",
	    "^/(u)/ /h/u/index.html");
	expect("location / { root /h/$host; }", "/a", "/ ?");
}

Test(nginx_route, without_a_root_there_is_the_default_one)
{
	expect("", "/a", "- /px/html/a");
	expect("location / { root rel/; }", "/a", "/ /px/rel/a");
}

Test(nginx_route, try_files_names_the_files)
{
	expect("root /r; location / { try_files $uri $uri/ /i.html =404; }",
	    "/a", "/ /r/a /r/a/index.html /r/i.html");
	expect("location /s/ { alias /x/; try_files $uri @app; }", "/s/a",
	    "/s/ /x/a");
	expect("root /r; location / { try_files /st$uri $host @app; }", "/a",
	    "/ /r/st/a ?");
}

Test(nginx_route, not_every_uri_is_answered_with_a_file)
{
	static const char conf[] =
	    "root /r; location ~ /\\. { deny all; } location /r/ { return "
	    "404; } location /p/ { proxy_pass http://unix:/s; } location /i/ "
	    "{ internal; } location @n {} location /w/ { rewrite ^/w/x /y "
	    "last; } location /old { rewrite ^ /new permanent; } location "
	    "/auth { auth_basic x; }";

	expect(conf, "/a/.env", "/\\. !403");
	expect(conf, "/r/x", "/r/ !404");
	expect(conf, "/p/x", "/p/ pass");
	expect(conf, "/p", "/p/ !301");
	expect(conf, "/i/x", "/i/ !404");
	expect(conf, "/w/x", "/w/ /r/w/x ?");
	expect(conf, "/w/y", "/w/ /r/w/y");
	expect(conf, "/old", "/old !301");
	expect(conf, "/auth", "/auth /r/auth restricted");
	expect("root /r; return 301 https://x$uri; location / {}", "/a",
	    "- !301");
}

Test(nginx_route, the_uri_is_normalised_first)
{
	expect("root /r; location /a/b {}", "//a/.//x/../b", "/a/b /r/a/b");
	expect("root /r; location / {}", "/a/..", "/ /r/index.html");
	expect("root /r;", "/../a", "- !400");
	expect("root /r; merge_slashes off; location /a {}", "//a", "- /r/a");
	expect("location /s { alias /x/st/; }", "/s../.env",
	    "/s /x/st/../.env");
}

Test(nginx_route, a_faulty_regex_is_a_problem_and_undecided)
{
	struct nginx_tree *tree =
	    tree_of_text("http { server {\nlocation ~ (a {} } }");
	struct nginx_model *model = nginx_model_create(tree);
	struct nginx_route route;

	cr_assert_eq(tree->problem_count, 1);
	cr_expect_str_eq(tree->problems[0].code, "PF002");
	cr_expect_eq(tree->problems[0].line, 2);
	cr_expect(strncmp(tree->problems[0].message,
		      "pcre2_compile() failed: ", 24) == 0);
	nginx_route_find(&model->servers[0], &base, "/a", &route);
	cr_expect(route.undecided);
	nginx_route_done(&route);
	nginx_model_free(model);
	nginx_tree_free(tree);
}

Test(nginx_route, says_whether_a_uri_gives_a_file_away)
{
	struct nginx_tree *tree = tree_of_text(
	    "http { server { location ~ /\\.git { deny all; } location /s { "
	    "alias /x/st/; } } }");
	struct nginx_model *model = nginx_model_create(tree);
	const struct nginx_server *server = &model->servers[0];

	cr_expect(nginx_route_exposes(server, &base, "/s/a", "/x/st/a"));
	cr_expect_not(nginx_route_exposes(server, &base, "/a", "/x/st/a"));
	cr_expect(
	    nginx_route_exposes(server, &base, "/s../.env", "/x/st/../.env"));
	cr_expect_not(nginx_route_exposes(server, &base, "/s/.git/config",
	    "/x/st/.git/config"));
	nginx_model_free(model);
	nginx_tree_free(tree);
}

Test(nginx_route, a_rewrite_of_the_server_hides_what_it_takes)
{
	static const char hidden[] =
	    "root /r; rewrite ^/priv/ /a.html last; location / {}";

	expect(hidden, "/priv/x", "- !404");
	expect(hidden, "/b.html", "/ /r/b.html");
	/* It may be what another one leads to, or not be for all. */
	expect("root /r; rewrite ^/(.*)$ /pub/$1; location / {}", "/pub/x",
	    "/ /r/pub/x ?");
	expect("root /r; rewrite ^/priv/ /priv/x; location / {}", "/priv/x",
	    "/ /r/priv/x ?");
	expect("root /r; rewrite ^/priv/ /a; location / { if ($x) { "
	       "rewrite ^ /priv/y; } }",
	    "/priv/y", "/ /r/priv/y ? restricted");
	expect("root /r; break; rewrite ^/priv/ /a; location / {}", "/priv/y",
	    "/ /r/priv/y ?");
	expect("root /r; if ($x) { break; } rewrite ^/priv/ /a; location / {}",
	    "/priv/y", "/ /r/priv/y ? restricted");
}

Test(nginx_route, an_if_about_the_uri_may_return)
{
	static const char *const refusing[] = { "if ($uri ~ /\\.) {",
		"if ( $document_uri ~ \"/\\.(git|env)\" ) {",
		"if ($uri ~* ENV) {", "if ($uri = /.env) {" };
	static const char *const passing[] = { "if ($uri ~ ENV) {",
		"if ($request_uri ~ /\\.) {", "if ($uri !~ x) {",
		"if ($uri = /.env$x) {", "rewrite x y; if ($uri ~ env) {",
		"break; if ($uri ~ env) {", "if ($uri ~ env) { break;",
		"if ($x) {" };
	char conf[200];

	for (size_t i = 0; i < 2 * sizeof(refusing) / sizeof(refusing[0]);
	     i++) {
		bool server = i % 2 == 0;

		snprintf(conf, sizeof(conf), "root /r; %s %s return 403; } %s",
		    server ? "" : "location / {", refusing[i / 2],
		    server ? "location / {}" : "}");
		expect(conf, "/.env", server ? "- !403" : "/ !403");
		expect(conf, "/a", "/ /r/a restricted");
	}
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
		snprintf(conf, sizeof(conf),
		    "root /r; %s return 403; } location / {}", passing[i]);
		expect(conf, "/.env", "/ /r/.env restricted");
	}
}

Test(nginx_route, a_return_is_for_what_no_rewrite_takes)
{
	static const char conf[] = "location / { root /r; rewrite ^/v/(.*)$ "
				   "/s/$1 break; return 403; }";

	expect(conf, "/v/x", "/ /r/v/x ?");
	expect(conf, "/w/x", "/ !403");
	expect("location / { root /r; break; return 403; }", "/x", "/ /r/x");
}
