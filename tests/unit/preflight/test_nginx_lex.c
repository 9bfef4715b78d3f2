/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "preflight/nginx/nginx_lex.h"

/*
 * The words of all directives as one text: words in brackets, then the end.
 */
static char *
cut_bytes(const char *text, size_t len)
{
	static const char ends[] = { '!', ';', '{', '}', '.' };
	struct nginx_lex lex;
	struct strbuf out;
	enum nginx_end end;
	char *cause = NULL;

	nginx_lex_init(&lex, text, len);
	strbuf_init(&out);
	do {
		end = nginx_lex_next(&lex, &cause);
		for (size_t i = 0; end != NGINX_END_ERROR && i < lex.word_count;
		     i++)
			strbuf_addf(&out, "[%s]", lex.words[i].text);
		strbuf_addch(&out, ends[end]);
	} while (end != NGINX_END_ERROR && end != NGINX_END_FILE);
	if (cause != NULL)
		strbuf_addf(&out, "%u:%s", lex.line, cause);
	free(cause);
	nginx_lex_done(&lex);
	return strbuf_steal(&out);
}

static void
expect_cut(const char *text, const char *expected)
{
	char *got = cut_bytes(text, strlen(text));

	cr_expect_str_eq(got, expected, "%s: %s", text, got);
	free(got);
}

Test(nginx_lex, cuts_directives_and_blocks)
{
	expect_cut("", ".");
	expect_cut("a b;c{d;}", "[a][b];[c]{[d];}.");
	expect_cut(" a\tb\r\nc ;", "[a][b][c];.");
	expect_cut("a \"\";", "[a][];.");
	expect_cut("a'b';", "[a'b'];.");
	expect_cut("a }b;", "!1:unexpected \"}\"");
	expect_cut(";", "!1:unexpected \";\"");
	expect_cut("\n{", "!2:unexpected \"{\"");
}

/* Case P1. */
Test(nginx_lex, quoted_words_hold_delimiters)
{
	expect_cut("a \"}{;#\n\" '; x';", "[a][}{;#\n][; x];.");
	expect_cut("a \"b\"c;", "!1:unexpected \"c\"");
	expect_cut("if (\"b\") {", "[if][(\"b\")]{.");
	expect_cut("if ( \"b\") {", "[if][(][b][)]{.");
	expect_cut("a \"b\");", "[a][b][)];.");
}

/* Case P2. */
Test(nginx_lex, a_comment_begins_only_where_a_word_could)
{
	expect_cut("a b#c;", "[a][b#c];.");
	expect_cut("# x;\na #y;{\n;", "[a];.");
	expect_cut("# x", ".");
	expect_cut("a # x",
	    "!1:unexpected end of file, expecting \";\" "
	    "or \"}\"");
}

Test(nginx_lex, backslashes_protect_and_some_vanish)
{
	expect_cut("a \\;b\\ c\\{;", "[a][\\;b\\ c\\{];.");
	expect_cut("a \\\"b \"\\\"\" '\\'';", "[a][\"b][\"]['];.");
	expect_cut("a b\\\\c \\td\\re\\nf;", "[a][b\\c][\td\re\nf];.");
	expect_cut("a \\.(gif|png)$;", "[a][\\.(gif|png)$];.");
	expect_cut("a \\#b;", "[a][\\#b];.");
}

Test(nginx_lex, a_brace_after_a_dollar_belongs_to_the_word)
{
	expect_cut("a ${b}c $d{", "[a][${b}c][$d]{.");
	expect_cut("a x${{b;", "[a][x${{b];.");
	expect_cut("a \\${b;", "[a][\\$]{[b];.");
}

/* Case P7. */
Test(nginx_lex, an_unquoted_repetition_opens_a_block)
{
	expect_cut("location ~ ^/[a-z]{1,2}$ {}",
	    "[location][~][^/[a-z]]{[1,2}$]{}.");
	expect_cut("location ~ \"^/[a-z]{1,2}$\" {}",
	    "[location][~][^/[a-z]{1,2}$]{}.");
}

Test(nginx_lex, takes_any_bytes)
{
	static const char nul[] = "a b\0c;";
	char *got = cut_bytes(nul, sizeof(nul) - 1);

	cr_expect_str_eq(got, "[a][b];.");
	free(got);
	expect_cut("\xef\xbb\xbfuser x;", "[\xef\xbb\xbfuser][x];.");
	expect_cut("a b",
	    "!1:unexpected end of file, expecting \";\" or "
	    "\"}\"");
	expect_cut("a \"b;\n",
	    "!2:unexpected end of file, expecting \";\" or "
	    "\"}\"");
}

/* A word of len letters in the middle of other things. */
static char *
cut_long(const char *before, size_t len, const char *after)
{
	struct strbuf text;
	char *got;

	strbuf_init(&text);
	strbuf_addstr(&text, before);
	for (size_t i = 0; i < len; i++)
		strbuf_addch(&text, 'a');
	strbuf_addstr(&text, after);
	got = cut_bytes(text.data, text.len);
	strbuf_done(&text);
	return got;
}

Test(nginx_lex, a_word_must_fit_in_the_buffer)
{
	char *got = cut_long("x\ny ", 4095, ";z;");

	cr_expect_eq(strlen(got), 3 + 3 + 4097 + 1 + 4 + 1);
	free(got);
	got = cut_long("x\ny ", 4096, "\n\n;z;");
	cr_expect_str_eq(got,
	    "!2:too long parameter \"aaaaaaaaaa...\" started");
	free(got);
	got = cut_long("x '", 4096, "';");
	cr_expect_str_eq(got,
	    "!1:too long parameter, probably missing "
	    "terminating \"'\" character");
	free(got);
	got = cut_long("x ", 4096, "");
	cr_expect_str_eq(got,
	    "!1:unexpected end of file, expecting \";\" or "
	    "\"}\"");
	free(got);
}

/* Case P10. */
Test(nginx_lex, lua_is_skipped_by_its_own_rules)
{
	static const char lua[] = "x_by_lua_block {\n"
				  " -- don't stop at } or \"\n"
				  " local t = { ['}'] = \"}\\\"}\" }\n"
				  " --[==[ } ]] ]=] ' ]==] s = [[ } ]]\n"
				  "} y;";
	struct nginx_lex lex;
	char *cause = NULL;

	nginx_lex_init(&lex, lua, sizeof(lua) - 1);
	cr_expect_eq(nginx_lex_next(&lex, &cause), NGINX_END_BLOCK_OPEN);
	cr_expect_eq(nginx_lex_skip_lua(&lex, &cause), 0);
	cr_expect_eq(nginx_lex_next(&lex, &cause), NGINX_END_SIMPLE);
	cr_expect_str_eq(lex.words[0].text, "y");
	cr_expect_eq(lex.first_line, 5);
	nginx_lex_done(&lex);

	nginx_lex_init(&lex, "x { ' }", 7);
	nginx_lex_next(&lex, &cause);
	cr_expect_eq(nginx_lex_skip_lua(&lex, &cause), -1);
	cr_expect_str_eq(cause, "unexpected end of file in Lua code");
	free(cause);
	nginx_lex_done(&lex);
}
