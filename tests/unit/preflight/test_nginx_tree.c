/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "preflight/nginx/nginx_tree.h"

#include "nginx_folder.h"

static struct folder folder;
static struct nginx_tree *tree;

static void
set_up(void)
{
	folder_make(&folder);
}

static void
tear_down(void)
{
	nginx_tree_free(tree);
	tree = NULL;
	folder_remove(&folder);
}

TestSuite(nginx_tree, .init = set_up, .fini = tear_down);

/* Reads main.conf of the folder and returns what is in it as a line. */
static void
describe(const struct nginx_node *node, struct strbuf *out)
{
	const struct nginx_node *child;

	TAILQ_FOREACH(child, &node->children, entry) {
		for (size_t i = 0; i < child->arg_count; i++)
			strbuf_addf(out, "%s%s", i == 0 ? "" : " ",
			    child->args[i]);
		strbuf_addf(out, "@%s:%u", strrchr(child->file, '/') + 1,
		    child->line);
		if (child->block) {
			strbuf_addstr(out, "{");
			describe(child, out);
			strbuf_addstr(out, "}");
		} else
			strbuf_addstr(out, ";");
	}
}

static void
expect_tree(const char *expected)
{
	char *path = xasprintf("%s/main.conf", folder.path);
	char *dir = xasprintf("%s/", folder.path);
	const struct nginx_tree_source source = { .conf_path = path,
		.conf_dir = dir };
	char *cause = NULL;
	struct strbuf out;

	tree = nginx_tree_create(&source);
	cr_assert_eq(nginx_tree_read(tree, &source, &cause), 0, "%s", cause);
	strbuf_init(&out);
	describe(tree->root, &out);
	cr_expect_str_eq(out.data, expected, "%s", out.data);
	strbuf_done(&out);
	free(path);
	free(dir);
}

static void
expect_problem(const char *code, const char *file, unsigned line,
    const char *part)
{
	cr_expect_not(tree->complete);
	cr_assert_eq(tree->problem_count, 1);
	cr_expect_str_eq(tree->problems[0].code, code);
	cr_expect_str_eq(strrchr(tree->problems[0].file, '/') + 1, file);
	cr_expect_eq(tree->problems[0].line, line);
	cr_expect_not_null(strstr(tree->problems[0].message, part), "%s",
	    tree->problems[0].message);
}

Test(nginx_tree, includes_count_from_the_main_file)
{
	folder_dir(&folder, "sub");
	folder_file(&folder, "main.conf", "a;\nb {\n include sub/x;\n c;\n}\n");
	folder_file(&folder, "sub/x", "\nd;\ninclude y; e;\n");
	folder_file(&folder, "y", "f;");
	expect_tree("a@main.conf:1;b@main.conf:2{include sub/x@main.conf:3;"
		    "d@x:2;include y@x:3;f@y:1;e@x:3;c@main.conf:4;}");
	cr_expect(tree->complete);
	cr_expect_eq(tree->file_count, 3);
}

/* Case P4. */
Test(nginx_tree, one_file_can_stand_in_two_contexts)
{
	folder_file(&folder, "main.conf",
	    "s {\n root /a;\n include l; }\ns { root /b; include l; }\n");
	folder_file(&folder, "l", "location / {}");
	expect_tree("s@main.conf:1{root /a@main.conf:2;include l@main.conf:3;"
		    "location /@l:1{}}s@main.conf:4{root /b@main.conf:4;"
		    "include l@main.conf:4;location /@l:1{}}");
}

Test(nginx_tree, patterns_are_sorted_and_may_match_nothing)
{
	folder_file(&folder, "main.conf", "include *.cnf; include no*such;");
	folder_file(&folder, "b.cnf", "b;");
	folder_file(&folder, "B.cnf", "B;");
	folder_file(&folder, "a.cnf", "a;");
	folder_file(&folder, ".c.cnf", "c;");
	expect_tree("include *.cnf@main.conf:1;B@B.cnf:1;a@a.cnf:1;b@b.cnf:1;"
		    "include no*such@main.conf:1;");
	cr_expect(tree->complete);
}

/* Case P3. */
Test(nginx_tree, a_cycle_is_a_problem_and_ends)
{
	folder_file(&folder, "main.conf", "a;\ninclude x;\nb;");
	folder_file(&folder, "x", "c; include main.conf; d;");
	expect_tree("a@main.conf:1;include x@main.conf:2;c@x:1;"
		    "include main.conf@x:1;d@x:1;b@main.conf:3;");
	expect_problem("PF002", "x", 1, "includes itself");
}

/* Case P5. */
Test(nginx_tree, a_directory_in_the_pattern_is_a_problem)
{
	folder_file(&folder, "main.conf", "include *.d;\nb;");
	folder_dir(&folder, "x.d");
	expect_tree("include *.d@main.conf:1;b@main.conf:2;");
	expect_problem("PF002", "main.conf", 1, "(21: Is a directory)");
}

Test(nginx_tree, a_missing_include_is_a_problem)
{
	folder_file(&folder, "main.conf", "a;\ninclude x.conf;");
	expect_tree("a@main.conf:1;include x.conf@main.conf:2;");
	expect_problem("PF001", "main.conf", 2,
	    "x.conf\" failed (2: No such file or directory)");
}

Test(nginx_tree, an_error_ends_the_file_but_not_the_others)
{
	folder_file(&folder, "main.conf", "include x;\nc;");
	folder_file(&folder, "x", "a;\n}\nb;");
	expect_tree("include x@main.conf:1;a@x:1;c@main.conf:2;");
	expect_problem("PF002", "x", 2, "unexpected \"}\"");
}

Test(nginx_tree, an_open_block_is_a_problem)
{
	folder_file(&folder, "main.conf", "a {\nb;\n");
	expect_tree("a@main.conf:1{b@main.conf:2;}");
	expect_problem("PF002", "main.conf", 3,
	    "unexpected end of file, expecting \"}\"");
}

/* Case P6. */
Test(nginx_tree, line_ends_marks_and_zero_bytes_do_no_harm)
{
	folder_file(&folder, "main.conf",
	    "\xef\xbb\xbf"
	    "a;\r\nb\r\nc;\r\nd x;");
	expect_tree("\xef\xbb\xbf"
		    "a@main.conf:1;b c@main.conf:2;"
		    "d x@main.conf:4;");
	cr_expect(tree->complete);
}

Test(nginx_tree, lua_becomes_one_directive)
{
	folder_file(&folder, "main.conf",
	    "l {\ncontent_by_lua_block {\n-- it's }\nx = {}\n}\nroot /a;\n}");
	expect_tree("l@main.conf:1{content_by_lua_block@main.conf:2;"
		    "root /a@main.conf:6;}");
}

Test(nginx_tree, a_thousand_blocks_are_refused)
{
	struct strbuf text;

	strbuf_init(&text);
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&text, "a{");
	folder_file(&folder, "main.conf", text.data);
	strbuf_done(&text);
	tree =
	    nginx_tree_create(&(struct nginx_tree_source){ .conf_dir = "/" });
	nginx_tree_free(tree);
	{
		char *path = xasprintf("%s/main.conf", folder.path);
		const struct nginx_tree_source source = { .conf_path = path,
			.conf_dir = "/" };

		tree = nginx_tree_create(&source);
		cr_expect_eq(nginx_tree_read(tree, &source, NULL), 0);
		expect_problem("PF002", "main.conf", 1, "nested too deeply");
		free(path);
	}
}

Test(nginx_tree, an_image_is_read_below_its_own_root)
{
	char *root = xasprintf("%s/im[1]", folder.path);
	const struct nginx_tree_source source = { .conf_path = "/main.conf",
		.conf_dir = "/",
		.root = root };
	const struct nginx_node *node;

	folder_dir(&folder, "im[1]");
	folder_file(&folder, "im[1]/main.conf", "include /x/*.conf;");
	folder_dir(&folder, "im[1]/x");
	folder_file(&folder, "im[1]/y", "found;");
	folder_link(&folder, "im[1]/x/a.conf", "/y");
	tree = nginx_tree_create(&source);
	cr_assert_eq(nginx_tree_read(tree, &source, NULL), 0);
	node = nginx_node_child(tree->root, "found");
	cr_assert_not_null(node);
	cr_expect_str_eq(node->file, "/x/a.conf");
	free(root);
}

Test(nginx_tree, the_command_line_comes_first)
{
	char *path = xasprintf("%s/main.conf", folder.path);
	const struct nginx_tree_source source = { .conf_path = path,
		.conf_dir = "/",
		.globals = "daemon on; user x;" };

	folder_file(&folder, "main.conf", "user y;");
	tree = nginx_tree_create(&source);
	cr_assert_eq(nginx_tree_read(tree, &source, NULL), 0);
	cr_expect_str_eq(nginx_node_arg(nginx_node_child(tree->root, "user"),
			     1),
	    "x");
	cr_expect(tree->complete);
	free(path);
}
