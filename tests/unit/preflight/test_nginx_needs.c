/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "preflight/nginx/nginx_needs.h"

#include "nginx_text.h"

/*
 * Whole configurations, and the needs of the kinds a test asks about as lines
 * "kind path [url] [~regex] [flags] file-line".
 */

struct flag {
	const char *name;
	size_t offset;
};

#define FLAG(name)                                                             \
	{                                                                      \
#name, offsetof(struct need, name)                             \
	}
static const struct flag flags[] = { FLAG(by_code), FLAG(deeper), FLAG(one_of),
	FLAG(optional), FLAG(autoindex), FLAG(try_files),
	FLAG(try_files_upstream), FLAG(gzip_static), FLAG(writable),
	FLAG(symlinks_off), FLAG(symlinks_owner), FLAG(cached),
	FLAG(cached_errors), FLAG(slash_missing), FLAG(slash_escape),
	FLAG(slash_sibling), FLAG(backup) };

static void
describe_need(const struct need *need, struct strbuf *out)
{
	strbuf_addf(out, "%s %s", need_kind_name(need->kind), need->path);
	if (need->variable != NULL)
		strbuf_addf(out, "$%s", need->variable);
	if (need->url != NULL)
		strbuf_addf(out, " %s", need->url);
	if (need->regex != NULL)
		strbuf_addf(out, " ~%s", need->regex);
	if (need->suffix != NULL)
		strbuf_addf(out, " suffix=%s", need->suffix);
	if (need->upstream != NULL)
		strbuf_addf(out, " upstream=%s", need->upstream);
	if (need->symlinks_from != NULL)
		strbuf_addf(out, " from=%s", need->symlinks_from);
	if (need->status != 0)
		strbuf_addf(out, " %d", need->status);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (*(const bool *)((const char *)need + flags[i].offset))
			strbuf_addf(out, " %s", flags[i].name);
	strbuf_addf(out, " :%u\n", need->line);
}

/* kinds: names with a blank on both sides. */
static void
expect_whole(const char *kinds, const char *conf, const char *expected)
{
	struct nginx_tree *tree = tree_of_text(conf);
	struct nginx_model *model = nginx_model_create(tree);
	struct nginx_build build = { .body_temp = (char *)"/t/body",
		.proxy_temp = (char *)"/t/proxy",
		.uwsgi_temp = (char *)"/t/uwsgi",
		.error_log = (char *)"stderr",
		.access_log = (char *)"/log/a" };
	struct nginx_needs needs = { .tree = tree,
		.model = model,
		.build = &build,
		.base = { .prefix = "/px/", .conf_dir = "/cd/" } };
	struct strbuf got;

	nginx_needs_collect(&needs);
	strbuf_init(&got);
	for (size_t i = 0; i < needs.count; i++) {
		char *name = NULL;

		cr_assert_gt(asprintf(&name, " %s ",
				 need_kind_name(needs.items[i].kind)),
		    0);
		if (strstr(kinds, name) != NULL)
			describe_need(&needs.items[i], &got);
		free(name);
	}
	cr_expect_str_eq(got.data, expected, "%s\ngives:\n%swanted:\n%s", conf,
	    got.data, expected);
	strbuf_done(&got);
	nginx_needs_done(&needs);
	nginx_model_free(model);
	nginx_tree_free(tree);
}

static void
expect(const char *kinds, const char *server, const char *expected)
{
	char *conf = NULL;

	cr_assert_gt(asprintf(&conf, "http { server {\n%s\n} }", server), 0);
	expect_whole(kinds, conf, expected);
	free(conf);
}

static const char files[] = " static-tree static-file internal-tree ";

Test(nginx_needs, a_location_reads_its_part_of_the_root)
{
	expect(files, "location /p/ { root /r; }\nlocation / { return 404; }",
	    "static-tree /r/p/ /p/ :2\n");
	expect(files, "location /p { root /r/; }\nlocation / { return 404; }",
	    "static-tree /r/p /p :2\n");
	expect(files, "location = /f { root /r; }\nlocation / { deny all; }",
	    "static-file /r/f /f :2\n");
	expect(files, "root /r;", "static-tree /r/ / :2\n");
	expect(files, "root rel;", "static-tree /px/rel/ / :2\n");
	expect(files, "", "static-tree /px/html/ / :0\n");
	expect(files, "root /r; location / {}", "static-tree /r/ / :2\n");
	expect(files, "root /r; location = / {}\nlocation ~ . { return 404; }",
	    "static-file /r/index.html / :2\n");
}

Test(nginx_needs, a_rewrite_leads_to_other_files)
{
	static const char rest[] = "\nlocation / { return 404; }";
	static const struct {
		const char *location, *expected;
	} cases[] = {
		{ "/v/ { root /r; rewrite ^/v/(.*)$ /s/$1 break; }",
		    "static-tree /r/s/ /v/ :2\n" },
		{ "/v/ { root /r; rewrite ^/v/a\\.b/(.+) /s/$1 break; }",
		    "static-tree /r/v/ /v/ optional :2\n"
		    "static-tree /r/s/ /v/a.b/ :2\n" },
		{ "/v/ { root /r; rewrite ^(.*)$ /s$1 break; }",
		    "static-tree /r/s/v/ /v/ :2\n" },
		{ "~ ^/v { root /r; rewrite ^/v\\d/(.*)$ /s/$1 break; }",
		    "static-tree /r/ / ~^/v optional :2\nstatic-tree /r/s/ ~^/v :2\n" },
		{ "/v/ { root /r; rewrite ^ /one.html break; }",
		    "static-file /r/one.html :2\n" },
		{ "/v/ { root /r; rewrite ^/v/(.*)/(.*)$ /s/$2 break; }",
		    "static-tree /r/v/ /v/ optional :2\nstatic-tree /r/s/$2 :2\n" },
		{ "/v/ { root /r; rewrite ^/v/(.*)$ /s/x$1.gz break; }",
		    "static-tree /r/s/$1 :2\n" },
		/* Another location answers, or nobody. */
		{ "/v/ { root /r; rewrite ^/v/(.*)$ /s/$1 last; }", "" },
		{ "/v/ { root /r; rewrite ^/v/(.*)$ /s/$1 redirect; }", "" },
		{ "/v/ { alias /r/; rewrite ^/v/(.*)$ /s/$1 break; }", "" },
		{ "/v/ { root /r; break; rewrite ^/v/(.*)$ /s/$1 break; }",
		    "static-tree /r/v/ /v/ :2\n" },
		{ "/v/ { root /r; rewrite ^/w/(.*)$ /s/$1 break; }",
		    "static-tree /r/v/ /v/ optional :2\n" },
		/* What a "return" is not for. */
		{ "/v/ { root /r; rewrite ^/v/(.*)$ /s/$1 break; return 404; }",
		    "static-tree /r/s/ /v/ :2\n" },
		{ "/v/ { root /r; return 404; rewrite ^/v/(.*)$ /s/$1 break; }",
		    "" },
		{ "/v/ { root /r; break; return 404; }",
		    "static-tree /r/v/ /v/ :2\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *server = NULL;

		cr_assert_gt(asprintf(&server, "location %s%s",
				 cases[i].location, rest),
		    0);
		expect(files, server, cases[i].expected);
		free(server);
	}
}

Test(nginx_needs, try_files_may_put_something_behind_the_uri)
{
	expect(files, "location / { root /r; try_files $uri.html =404; }",
	    "static-tree /r/ / suffix=.html try_files :2\n");
	/* The folder is read as a whole already. */
	expect(files,
	    "location / { root /r; try_files $uri $uri.html $uri/i.html "
	    "=404; }",
	    "static-tree /r/ / try_files :2\n");
	expect(files,
	    "location = /a { root /r; try_files $uri.html /p$uri.html =404; "
	    "}\nlocation / { return 404; }",
	    "static-file /r/a.html /a optional try_files :2\n"
	    "static-file /r/p/a.html /a optional try_files :2\n");
	expect(files,
	    "location ~ ^/x { root /r; try_files $uri $uri/i.html =404; }\n"
	    "location / { return 404; }",
	    "static-tree /r/ / ~^/x try_files :2\n"
	    "static-tree /r/ / ~^/x suffix=/i.html try_files :2\n");
}

Test(nginx_needs, an_alias_replaces_the_name)
{
	expect(files, "location /p/ { alias /a/; }\nlocation / { return 1; }",
	    "static-tree /a/ /p/ :2\n");
	expect(files, "location = /f { alias /a/g; }\nlocation / { deny all; }",
	    "static-file /a/g /f :2\n");
	expect(files,
	    "location /al/ { alias /x/;\nlocation /al/b/ {}\nlocation ~ "
	    "\\.p$ {} }\nlocation / { return 1; }",
	    "static-tree /x/ /al/ :2\nstatic-tree /x/b/ /al/b/ :2\n"
	    "static-tree /x/ /al/ ~\\.p$ :2\n");
}

Test(nginx_needs, slashes_that_do_not_fit_are_noted)
{
	expect(files, "location /s/ { alias /x; }\nlocation / { return 1; }",
	    "static-tree /x /s/ slash_missing :2\n");
	expect(files, "location /s { alias /x/; }\nlocation / { return 1; }",
	    "static-tree /x/ /s slash_escape :2\n");
	expect(files, "location /s { alias /x; }\nlocation / { return 1; }",
	    "static-tree /x /s slash_sibling :2\n");
	expect(files, "location ~ ^/s { alias /x/; }\nlocation / { return 1; }",
	    "static-file /x/index.html / ~^/s :2\n");
}

Test(nginx_needs, a_regex_filters_the_root)
{
	expect(files,
	    "location ~* \\.js$ { root /r; }\nlocation / { return 1; }",
	    "static-tree /r/ / ~\\.js$ :2\n");
	expect(files,
	    "location ~ ^/u/(.+)/(.*)$ { alias /h/$1/pub/$2; }\n"
	    "location / { return 1; }",
	    "static-tree /h/$1 / ~^/u/(.+)/(.*)$ :2\n");
}

Test(nginx_needs, variables_are_folded_or_undecided)
{
	expect(files, "root /srv/$host/x;", "static-tree /srv/$host / :2\n");
	expect(files, "set $d /srv/a; root $d;", "static-tree /srv/a/ / :2\n");
	expect_whole(files,
	    "http { map $host $d { default a; b b; }\nserver { root /s/$d; } "
	    "}",
	    "static-tree /s/a/ / one_of :2\nstatic-tree /s/b/ / one_of :2\n");
	expect(files, "root $document_root_x;",
	    "static-tree $document_root_x / :2\n");
}

Test(nginx_needs, what_no_request_can_name_is_internal)
{
	expect(files,
	    "location /prot/ { internal; alias /d/; }\nlocation @n { root "
	    "/n; }\nlocation / { return 1; }",
	    "internal-tree /d/ /prot/ :2\nstatic-tree /n/ :3\n");
}

Test(nginx_needs, content_from_elsewhere_reads_nothing)
{
	expect(files,
	    "root /r; location / { proxy_pass http://unix:/s; }\n"
	    "location /r { return 302 /; }\nlocation /s { stub_status; }\n"
	    "location ~ /\\. { deny all; }\n"
	    "location /o { rewrite ^/(.*)$ https://x/$1 permanent; }\n"
	    "location /l { allow 127.0.0.1; deny all; }",
	    "static-tree /r/l /l :2\n");
	expect(files, "root /r; return 301 https://$host;", "");
}

Test(nginx_needs, try_files_adds_and_hides)
{
	expect(files, "root /r;\nlocation / { try_files $uri $uri/ =404; }",
	    "static-tree /r/ / try_files :2\n");
	expect(files,
	    "root /r;\nlocation / { try_files $uri @app; }\nlocation @app { "
	    "proxy_pass http://unix:/s; }",
	    "static-tree /r/ / try_files try_files_upstream :2\n");
	expect(files,
	    "root /r;\nlocation / { try_files $uri /i.php?$args; }\nlocation "
	    "~ \\.php$ { fastcgi_pass unix:/s; }",
	    "static-tree /r/ / try_files try_files_upstream :2\n");
	expect(files,
	    "root /r;\nlocation / { try_files /m.html /st$uri "
	    "/c/$host/x @app; proxy_pass http://a; }",
	    "static-file /r/m.html optional try_files try_files_upstream :2\n"
	    "static-tree /r/st/ / optional try_files try_files_upstream :2\n"
	    "static-tree /r/c/$host optional try_files try_files_upstream "
	    ":2\n");
}

Test(nginx_needs, the_settings_of_files_are_inherited)
{
	expect_whole(files,
	    "http { autoindex on; gzip_static on; disable_symlinks "
	    "if_not_owner from=$document_root; open_file_cache max=9; "
	    "open_file_cache_errors on; server { root /r; location / "
	    "{}\nlocation /o { autoindex off; gzip_static off; "
	    "disable_symlinks on; open_file_cache off; dav_methods PUT; } } "
	    "}",
	    "static-tree /r/ / from=/r autoindex gzip_static symlinks_owner "
	    "cached cached_errors :1\n"
	    "static-tree /r/o /o writable symlinks_off :1\n");
}

Test(nginx_needs, a_root_in_an_if_is_seen)
{
	expect(files,
	    "location / { root /r;\nif ($a) { root /i; }\nif ($b) { return "
	    "1; } }",
	    "static-tree /r/ / :2\nstatic-tree /i/ / :3\n");
}

Test(nginx_needs, embedded_code_is_undecided)
{
	expect(files,
	    "root /r; location / { content_by_lua_block { it's -- ' }\n} }",
	    "static-tree $content_by_lua_block / by_code :2\n");
	expect(files, "root /r; location / { access_by_lua_file x; }",
	    "static-tree $access_by_lua_file / by_code :2\n"
	    "static-tree /r/ / :2\n");
}

Test(nginx_needs, all_forms_of_sockets_are_understood)
{
	expect(" socket ",
	    "location /1 { proxy_pass http://unix:/p; }\n"
	    "location /2 { proxy_pass http://unix:/p:/uri; }\n"
	    "location /3 { proxy_pass http://unix://p; }\n"
	    "location /4 { uwsgi_pass unix:/p; }\n"
	    "location /5 { uwsgi_pass uwsgi://unix:/p; }\n"
	    "location /6 { fastcgi_pass unix:/p; }\n"
	    "location /7 { scgi_pass unix:/p; }\n"
	    "location /8 { grpc_pass grpc://unix:/p; }\n"
	    "location /9 { memcached_pass unix:/p; }\n"
	    "location /a { proxy_pass http://UNIX:rel; }\n"
	    "location /b { proxy_pass http://unix:@abs; }\n"
	    "location /c { proxy_pass http://127.0.0.1:80; }\n"
	    "location /d { if ($x) { proxy_pass http://unix:/q; } }\n"
	    "location /e { proxy_pass http://unix:/r/$x.s; }\n"
	    "location /f { proxy_pass http://$x:80; }\n"
	    "location /g { set $s unix:/t; proxy_pass http://$s; }\n"
	    "location /h { proxy_pass http://unix:/p:$request_uri; }\n"
	    "location /i { proxy_pass http://unix:/p:/x/$1; }\n"
	    "location /k { uwsgi_pass unix:///p; }\n"
	    "location /l { proxy_pass $scheme://unix:/p:$uri; }\n"
	    "location /j { proxy_pass http://unix:/r/$x.s:$uri; }",
	    "socket /p /1 :2\nsocket /p /2 :3\nsocket //p /3 :4\n"
	    "socket /p /4 :5\nsocket /p /5 :6\nsocket /p /6 :7\n"
	    "socket /p /7 :8\nsocket /p /8 :9\nsocket /p /9 :10\n"
	    "socket rel /a :11\nsocket @abs /b :12\nsocket /q /d :14\n"
	    "socket /r/$x /e :15\nsocket /t /g :17\n"
	    "socket /p /h :18\nsocket /p /i :19\nsocket ///p /k :20\n"
	    "socket /p /l :21\nsocket /r/$x /j :22\n");
}

Test(nginx_needs, variables_in_the_uri_do_not_change_the_upstream)
{
	static const char *const uris[] = { "http://app$request_uri",
		"http://app/$1$is_args$args", "http://app$uri?a=$b",
		"$scheme://app/x", "$scheme://app${document_uri}",
		"http://$u/$1", "$s$request_uri" };

	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		char *conf = NULL;

		cr_assert_gt(asprintf(&conf,
				 "http { upstream app { server unix:/a; }\n"
				 "server { set $u app; set $s http://app;\n"
				 "location / { proxy_pass %s; } } }",
				 uris[i]),
		    0);
		expect_whole(" socket ", conf, "socket /a / upstream=app :1\n");
		free(conf);
	}
	/* There is no URI behind the others. */
	expect(" socket ", "location / { grpc_pass grpc://unix:/p$uri; }",
	    "socket /$uri / :2\n");
}

Test(nginx_needs, upstreams_are_followed)
{
	expect_whole(" socket ",
	    "http { upstream App { server unix:/a weight=2;\n"
	    "server unix:/b backup; server 10.0.0.1:80; server unix:/d down; "
	    "}\nupstream b { balancer_by_lua_block { x }\n}\n"
	    "server { location / { proxy_pass http://app/x; }\n"
	    "location /v { set $u app; proxy_pass http://$u; }\n"
	    "location /b { grpc_pass grpc://b; } } }",
	    "socket /a / upstream=App :1\nsocket /b / upstream=App backup :2\n"
	    "socket /a /v upstream=App :1\n"
	    "socket /b /v upstream=App backup :2\n"
	    "socket $balancer_by_lua_block /b upstream=b by_code :3\n");
}

Test(nginx_needs, streams_have_sockets_too)
{
	expect_whole(" socket log-reopen ",
	    "stream { upstream u { server unix:/u; }\naccess_log /l/s;\n"
	    "server { listen 1; proxy_pass unix:/s; }\n"
	    "server { listen 2; proxy_pass u; } }",
	    "socket /s :3\nlog-reopen /l/s :2\nsocket /u upstream=u :1\n");
}

Test(nginx_needs, mail_asks_a_server_who_somebody_is)
{
	expect_whole(" socket log-reopen ",
	    "mail { auth_http unix:/a:/auth; error_log /l;\nserver { }\n"
	    "server { auth_http http://unix:/b:/x; }\n"
	    "server { auth_http 127.0.0.1:1/x; } }",
	    "socket /a :1\nlog-reopen /l :1\n"
	    "socket /b :3\n");
}

Test(nginx_needs, error_pages_go_where_their_uri_leads)
{
	expect(" error-page static-file internal-tree ",
	    "root /r; error_page 404 /404.html;\n"
	    "error_page 500 502 =200 /50x.html; error_page 403 @x;\n"
	    "error_page 401 https://x/y; location / {}\n"
	    "location = /50x.html { internal; root /e; }\n"
	    "location /p { proxy_pass http://a; }",
	    "error-page /r/404.html /404.html 404 :2\n"
	    "error-page /e/50x.html /50x.html 500 :3\n");
	expect(" error-page ",
	    "root /r; error_page 404 /p/x; location /p/ { proxy_pass "
	    "http://a; }",
	    "");
	expect(" error-page ",
	    "root /r; error_page 404 /e/$lang.html;\nerror_page 403 /f;\n"
	    "location = /f { root /x/$host/y; }",
	    "error-page $lang 404 :2\nerror-page /x/$host /f 403 :3\n");
}

Test(nginx_needs, password_files_count_from_the_config)
{
	expect(" htpasswd ",
	    "auth_basic_user_file ht;\nlocation /a { auth_basic x; }\n"
	    "location /b { auth_basic x; auth_basic_user_file /b; }\n"
	    "location /c { auth_basic off; }\n"
	    "location /d { auth_basic x; root /r; auth_basic_user_file "
	    "$document_root/.ht; }\n"
	    "location /e { auth_basic x; auth_basic_user_file u/$host/ht; }",
	    "htpasswd /cd/ht /a :2\nhtpasswd /b /b :4\n"
	    "htpasswd /r/.ht /d :6\nhtpasswd /cd/u/$host /e deeper :7\n");
}

Test(nginx_needs, temporary_folders_go_with_what_uses_them)
{
	expect(" temp-dir ",
	    "location /s { root /r; }\nlocation /p { client_body_buffer_size "
	    "1m; proxy_pass http://a; }\nlocation /u { uwsgi_temp_path ut 1 "
	    "2; uwsgi_pass a; }\nlocation /n { proxy_buffering off; "
	    "proxy_temp_path /q; proxy_pass http://a; }\nlocation /t { "
	    "proxy_store /st$uri; proxy_pass http://a; }",
	    "temp-dir /t/body /p :0\ntemp-dir /t/proxy /p :0\n"
	    "temp-dir /px/ut /u :4\n");
}

Test(nginx_needs, no_temporary_folder_for_what_is_never_written)
{
	expect(" temp-dir ",
	    "proxy_buffering off;\nlocation /g { grpc_pass grpc://a; }\n"
	    "location /m { memcached_pass a; }\n"
	    "location /s { client_max_body_size 8k; proxy_pass http://a; }\n"
	    "location /h { proxy_request_buffering off; "
	    "proxy_http_version 1.1; proxy_pass http://a; }",
	    "");
	/* Bodies in chunks cannot be handed on so. */
	expect(" temp-dir ",
	    "proxy_buffering off; proxy_request_buffering off;\n"
	    "location / { proxy_pass http://a; }",
	    "temp-dir /t/body / :0\n");
	expect(" temp-dir ",
	    "client_max_body_size 1k; proxy_max_temp_file_size 0;\n"
	    "location /a { proxy_pass http://a; }\n"
	    "location /b { proxy_store on; proxy_pass http://a; }",
	    "temp-dir /t/proxy /b :0\n");
}

Test(nginx_needs, a_cache_is_needed_where_it_is_used)
{
	static const char kept[] =
	    "http { client_max_body_size 1k; proxy_cache_path /ca "
	    "keys_zone=a:1m;\nproxy_cache_path /cb levels=1:2 "
	    "keys_zone=ab:1m;\nserver { location / { %s proxy_pass http://a; "
	    "} } }";
	static const char *const cases[][2] = {
		{ "", "" },
		{ "proxy_cache off;", "" },
		{ "proxy_cache a;", "temp-dir /ca / :1\n" },
		{ "proxy_cache ab;", "temp-dir /cb / :2\n" },
		{ "proxy_cache $z;", "temp-dir /ca / :1\ntemp-dir /cb / :2\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *conf = NULL, *wanted = NULL;

		cr_assert_gt(asprintf(&conf, kept, cases[i][0]), 0);
		cr_assert_gt(asprintf(&wanted, "temp-dir /t/proxy / :0\n%s",
				 cases[i][1]),
		    0);
		expect_whole(" temp-dir ", conf, wanted);
		free(conf);
		free(wanted);
	}
}

Test(nginx_needs, answers_are_stored_by_their_uri)
{
	expect(" store-dir ",
	    "root /r;\nlocation /a/ { proxy_store on; proxy_pass http://a; }\n"
	    "location /b/ { alias /x/; proxy_store on; proxy_pass http://a; "
	    "}\nlocation /c { proxy_store /st$uri; proxy_pass http://a; }\n"
	    "location /d { proxy_store $document_root/s/$host; "
	    "proxy_pass http://a; }\n"
	    "location ~ x { proxy_store on; proxy_pass http://a; }\n"
	    "location /e { proxy_store off; proxy_pass http://a; }",
	    "store-dir /r/a/ /a/ :3\nstore-dir /x/ /b/ :4\n"
	    "store-dir /st/ /c :5\nstore-dir /r/s/$host /d :6\n"
	    "store-dir /r/ ~x :7\n");
}

Test(nginx_needs, logs_are_opened_again_or_by_the_worker)
{
	expect(" log-reopen log-variable ",
	    "access_log l/a main;\naccess_log syslog:server=x;\nerror_log "
	    "/e;\nlocation /a { access_log off; }\nlocation /b { root /r; "
	    "access_log /l/$host.log; }\nlocation /c { access_log "
	    "/l/$host/c.log; }",
	    "log-reopen /e :4\nlog-reopen /px/l/a :2\n"
	    "log-variable /l/$host /b :6\n"
	    "log-variable /l/$host /c deeper :7\n");
	/* The prefix is in front of what a variable begins. */
	expect(" log-variable log-reopen ",
	    "root /r; access_log $document_root/a;\n"
	    "error_log /e;\nlocation /b { access_log $host/l; }",
	    "log-reopen /e :3\nlog-variable /px/r/a :2\n"
	    "log-variable /px/$host /b deeper :4\n");
	expect(" log-reopen ", "", "log-reopen /log/a :0\n");
	expect_whole(" log-reopen ", "error_log x;", "log-reopen /px/x :1\n");
}

Test(nginx_needs, keys_named_by_variables_are_read_by_the_worker)
{
	expect(" tls-key ",
	    "ssl_certificate_key /k/$ssl_server_name.key;\nssl_certificate "
	    "/k/a.crt; ssl_certificate_key data:$k;",
	    "tls-key /k/$ssl_server_name :2\n");
}

Test(nginx_needs, the_same_include_means_another_root)
{
	expect_whole(files,
	    "http { server { server_name a; root /a; location /s/ {} location "
	    "/ { return 1; } } server { server_name b; root /b; location /s/ "
	    "{} location / { return 1; } } }",
	    "static-tree /a/s/ /s/ :1\nstatic-tree /b/s/ /s/ :1\n");
}
