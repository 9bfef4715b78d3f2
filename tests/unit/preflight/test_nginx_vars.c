/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "preflight/nginx/nginx_vars.h"

#include "nginx_text.h"

/* The first block that has a directive "here", searching inwards. */
static const struct nginx_node *
find_here(const struct nginx_node *block)
{
	const struct nginx_node *node, *found;

	if (nginx_node_child(block, "here") != NULL)
		return block;
	TAILQ_FOREACH(node, &block->children, entry) {
		found = node->block ? find_here(node) : NULL;
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* Expands the text where "here" stands; candidates are separated by "|", an
 * undecided variable stands behind "?". */
static void
expect(const char *conf, const char *text, const char *expected)
{
	struct nginx_tree *tree = tree_of_text(conf);
	struct nginx_text out;
	char *joined;
	struct strbuf got;

	nginx_vars_expand(find_here(tree->root), text, NULL, &out);
	joined = strvec_join(&out.values, "|");
	strbuf_init(&got);
	strbuf_addstr(&got, joined);
	if (out.variable != NULL)
		strbuf_addf(&got, "?%s", out.variable);
	cr_expect_str_eq(got.data, expected, "%s -> %s", text, got.data);
	strbuf_done(&got);
	free(joined);
	nginx_text_done(&out);
	nginx_tree_free(tree);
}

Test(nginx_vars, what_depends_on_the_request_is_undecided)
{
	expect("here;", "/a/b", "/a/b");
	expect("here;", "/a/$host/b", "/a/?host");
	expect("here;", "/a/x${host}b", "/a/?host");
	expect("here;", "/a/$12", "/a/?1");
	expect("here;", "$uri", "?uri");
	expect("here;", "/a/$", "/a/?");
	expect("here;", "/a/${b", "/a/?");
}

Test(nginx_vars, one_set_of_a_literal_is_folded)
{
	expect("http { server { set $v /x; location / { here; } } }", "$v/y",
	    "/x/y");
	expect("http { server { location / { set $v x; here; } } }", "/a/${v}y",
	    "/a/xy");
	expect("http { server { set $a /x; set $b $a/y; here; } }", "$b/$a",
	    "/x/y//x");
	expect("http { server { set $v x; here; } server { set $v y; } }", "$v",
	    "x");
}

/* Case P9. */
Test(nginx_vars, set_twice_is_undecided)
{
	expect("http { server { set $v a; if ($x) { set $v b; } here; } }",
	    "/p/$v", "/p/?v");
	expect("http { server { set $v $v; here; } }", "/p/$v", "/p/?v");
}

Test(nginx_vars, a_set_elsewhere_does_not_count)
{
	expect("http { server { location /a { set $v x; } location /b "
	       "{ here; } } }",
	    "$v", "?v");
	expect("http { server { location /a { set $v x; location /a/b "
	       "{ here; } } } }",
	    "$v", "?v");
	expect("http { server { if ($a) { set $v x; } here; } }", "$v", "?v");
	expect("http { server { location /a { set $v x; if ($a) { here; } "
	       "} } }",
	    "$v", "x");
}

Test(nginx_vars, other_ways_to_a_value_make_it_undecided)
{
	expect("http { server { set $v x; auth_request_set $v $y; here; } }",
	    "$v", "?v");
	expect("http { server { server_name ~^(?<v>.+)$; set $v x; here; } }",
	    "$v", "?v");
	expect("http { server { server_name ~^(?<vv>.+)$; set $v x; here; } }",
	    "$v", "x");
}

/* Case P8. */
Test(nginx_vars, a_map_of_literals_gives_candidates)
{
	static const char conf[] =
	    "http { map $host $v { hostnames; default a; ~^b\\.(.*)$ b; "
	    "c a; } server { here; } }";

	expect(conf, "/s/$v/x", "/s/a/x|/s/b/x");
	expect(conf, "$v$v", "aa|ab|ba|bb");
	expect("http { map $host $v { a b; } server { here; } }", "/s/$v",
	    "/s/b|/s/");
	expect("http { map $host $v { default a; ~^(.*)$ $1; } server { "
	       "here; } }",
	    "/s/$v", "/s/?v");
	expect("http { geo $v { default a; 10.0.0.0/8 b; } server { here; } }",
	    "/s/$v", "/s/a|/s/b");
	expect("http { split_clients $a $v { 50% a; * b; } server { here; } }",
	    "/s/$v", "/s/a|/s/b");
	expect(conf, "/s/$v/$host", "?host");
}

Test(nginx_vars, endless_definitions_end)
{
	expect("http { server { set $a $b; set $b $a; here; } }", "/x/$a",
	    "/x/?a");
	expect("http { server { set $a $b$b$b$b$b$b$b$b; set $b "
	       "$c$c$c$c$c$c$c$c; set $c $d$d$d$d$d$d$d$d; set $d "
	       "$e$e$e$e$e$e$e$e; set $e x; here; } }",
	    "/x/$a", "/x/?a");
}
