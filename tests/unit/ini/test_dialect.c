/* SPDX-License-Identifier: ISC */
/*
 * The dialect is tested through ini_file_add, so that every row also goes
 * through inih.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "ini/dialect.h"
#include "ini/ini_file.h"

static void
add(struct ini_file *ini, const char *text)
{
	char *cause = NULL;
	int result = ini_file_add(ini, "f", text, strlen(text), &cause);

	cr_assert_eq(result, 0, "%s", cause);
}

static void
expect_value(const char *text, const char *key, const char *expected)
{
	struct ini_file ini = INI_FILE_INIT;
	const struct ini_value *value;

	add(&ini, text);
	value = ini_file_get(&ini, ini_file_section(&ini, "s"), key);
	cr_assert_not_null(value, "no %s in %s", key, text);
	cr_expect_str_eq(value->value, expected);
	ini_file_done(&ini);
}

static void
expect_error(const char *text, size_t len, const char *expected)
{
	struct ini_file ini = INI_FILE_INIT;
	char *cause = NULL;

	cr_assert_eq(ini_file_add(&ini, "f", text, len, &cause), -1);
	cr_expect_str_eq(cause, expected);
	free(cause);
	ini_file_done(&ini);
}

Test(dialect, finds_comments_in_lock_step)
{
	static const struct {
		const char *line, *value;
	} rows[] = {
		{ "a=b ;c", "b" },
		{ "a=b #c", "b" },
		{ "a=b;c", "b;c" },
		{ "a=b#c", "b#c" },
		{ "a=;c", ";c" },
		{ "a= ;c", "" },
		{ "a=\t#c", "" },
		{ "a=x;y;z ; d # e", "x;y;z ; d" },
		{ "a=x;y ;z", "x;y" },
		{ "a=x#y;z ;q #r", "x#y;z" },
		{ "a='q ; r'", "'q" },
		{ "a=b\xc2\xa0;c", "b" },
		{ "a=x ;y # z", "x" },
		{ "a=x # y ;z", "x" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = xasprintf("[s]\n%s\n", rows[i].line);

		expect_value(text, "a", rows[i].value);
		free(text);
	}
}

Test(dialect, splits_at_the_first_sign)
{
	expect_value("[s]\na:b=c\n", "a", "b=c");
	expect_value("[s]\na = b:c \n", "a", "b:c");
	expect_value("[s]\nA_Key\xc2\xa0=1\n", "a_key", "1");
	expect_value("[s]\n[half = x\n", "[half", "x");
	expect_value("[s]\n[program:\n", "[program", "");
	expect_value("[s]\na b;c=1\n", "a b;c", "1");
	expect_value("[s]\na=1\na=2\n", "a", "2");
}

Test(dialect, continues_by_indentation)
{
	expect_value("[s]\na=1\n 2\n\n 3\n", "a", "1\n2\n\n3");
	expect_value("[s]\na=\n b\n", "a", "\nb");
	expect_value("[s]\na=1\n # no\n ; no\n 2\n", "a", "1\n2");
	expect_value("[s]\na=1\n [t]\n b=2\n", "a", "1\n[t]\nb=2");
	expect_value("[s]\n  a=1\n  b=2\n", "b", "2");
	expect_value("[s]\na=1\n\n\n\n", "a", "1");
	expect_value("[s]\na=x ;c\n\ty # z\n", "a", "x\ny");
	expect_value("[s]\na=1\n[s]\n x=2\n", "x", "2");
}

Test(dialect, takes_all_line_ends_and_a_mark)
{
	expect_value("[s]\r\na=1\r\nb=2\r\n", "b", "2");
	expect_value("[s]\ra=1\rb=2", "b", "2");
	expect_value("\xef\xbb\xbf[s]\na=1\n", "a", "1");
	expect_value("[s]\na=1\x0b 2\n", "a", "1\x0b 2");
}

Test(dialect, names_sections_greedily)
{
	struct ini_file ini = INI_FILE_INIT;
	const struct ini_section *s;

	add(&ini, "[ s ] rest\n[a]b]\n[empty]\n[]=x\n[DEFAULT]\nd=1\n");
	s = ini.sections;
	cr_expect_str_eq(s->name, " s ");
	s = s->hh.next;
	cr_expect_str_eq(s->name, "a]b");
	s = s->hh.next;
	cr_expect_str_eq(s->name, "empty");
	cr_expect_eq(s->line, 3);
	cr_expect_str_eq(s->values[0].key, "[]");
	cr_expect_null(s->hh.next);
	cr_expect_str_eq(ini_file_get(&ini, s, "d")->value, "1");
	ini_file_done(&ini);
}

Test(dialect, merges_sections_and_files)
{
	struct ini_file ini = INI_FILE_INIT;
	const struct ini_value *value;

	add(&ini, "[s]\na=1\nb=1\n[t]\n[s]\nb=2\n");
	cr_assert_eq(ini_file_add(&ini, "g", "\n[s]\nb=3\n", 9, NULL), 0);
	value = ini_file_get(&ini, ini_file_section(&ini, "s"), "b");
	cr_expect_str_eq(value->value, "3");
	cr_expect_str_eq(value->file, "g");
	cr_expect_eq(value->line, 3);
	value = ini_file_get(&ini, ini_file_section(&ini, "s"), "a");
	cr_expect_str_eq(value->file, "f");
	cr_expect_eq(value->line, 2);
	cr_expect_str_eq(ini.sections->file, "f");
	ini_file_done(&ini);
}

Test(dialect, carries_long_names_keys_and_values_through_inih)
{
	struct ini_file ini = INI_FILE_INIT;
	struct strbuf text = STRBUF_INIT, long_value = STRBUF_INIT;
	char name[201], key[121];

	memset(name, 'n', 200);
	memset(key, 'k', 120);
	name[200] = key[120] = '\0';
	while (long_value.len < 64 * 1024)
		strbuf_addf(&long_value, "%zu;%%\xc3\xa9=[x]:+-#",
		    long_value.len);
	strbuf_addf(&text, "[%s]\n%s=1\n[%sb]\n%s=%s\n%sx=2\n", name, key, name,
	    key, long_value.data, key);
	add(&ini, text.data);
	cr_expect_str_eq(
	    ini_file_get(&ini, ini_file_section(&ini, name), key)->value, "1");
	name[199] = 'n';
	strbuf_clear(&text);
	strbuf_addf(&text, "%sb", name);
	cr_expect_str_eq(
	    ini_file_get(&ini, ini_file_section(&ini, text.data), key)->value,
	    long_value.data);
	strbuf_done(&text);
	strbuf_done(&long_value);
	ini_file_done(&ini);
}

Test(dialect, writes_no_line_that_inih_would_cut)
{
	struct dialect dialect;
	char text[4096];
	size_t longest = 0;

	memset(text, ';', sizeof(text));
	memcpy(text,
	    "[s]\nkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk=", 53);
	text[sizeof(text) - 1] = '\0';
	cr_assert_eq(dialect_read("f", text, strlen(text), NULL, &dialect,
			 NULL),
	    0);
	for (const char *p = dialect.text.data; *p != '\0';) {
		size_t len = strcspn(p, "\n") + 1;

		longest = len > longest ? len : longest;
		p += len;
	}
	cr_expect_leq(longest, DIALECT_LINE_MAX);
	dialect_done(&dialect);
}

Test(dialect, refuses_a_file_without_sections)
{
	expect_error("\n; c\nx y\n", 9,
	    "File contains no section headers.\nfile: 'f', line: 3\n'x y\\n'");
	expect_error("a=1", 3,
	    "File contains no section headers.\nfile: 'f', line: 1\n'a=1'");
}

Test(dialect, lists_all_bad_lines)
{
	expect_error("[s]\nfoo\na=1\n=v\n  x\nb\n", 21,
	    "Source contains parsing errors: 'f'\n"
	    "\t[line  2]: 'foo\\n'\n"
	    "\t[line  4]: '=v\\n'\n"
	    "\t[line  5]: '  x\\n'\n"
	    "\t[line  6]: 'b\\n'");
	expect_error("[s]\na=x\0y\n", 10,
	    "Source contains parsing errors: 'f'\n"
	    "\t[line  2]: 'a=x\\x00y\\n'");
}

Test(dialect, refuses_what_is_not_utf8)
{
	expect_error("[s]\na=\xff\n", 8,
	    "'utf-8' codec can't decode byte 0xff in position 6: invalid "
	    "start byte");
	expect_error("[s]\na=\xe2\x82(\n", 10,
	    "'utf-8' codec can't decode bytes in position 6-7: invalid "
	    "continuation byte");
	expect_error("[s]\na=\xc3", 7,
	    "'utf-8' codec can't decode byte 0xc3 in position 0: unexpected "
	    "end of data");
}

Test(dialect, survives_nothing_at_all)
{
	struct ini_file ini = INI_FILE_INIT;

	add(&ini, "");
	add(&ini, "\n;\n");
	cr_expect_null(ini.sections);
	cr_expect_null(ini_file_section(&ini, "s"));
	cr_expect_null(ini_file_get(&ini, NULL, "a"));
	ini_file_done(&ini);
}

Test(dialect, keeps_one_section_and_the_defaults)
{
	struct ini_file ini = { .only = "s" };
	char *cause = NULL;

	add(&ini,
	    "[DEFAULT]\nd=1\n[other]\nx=1\n  y\n[s]\na=b\n  c\n[t]\n\nz=2\n"
	    "[s]\ne=f\n");
	cr_expect_null(ini_file_section(&ini, "other"));
	cr_expect_null(ini_file_section(&ini, "t"));
	cr_expect_str_eq(
	    ini_file_get(&ini, ini_file_section(&ini, "s"), "a")->value,
	    "b\nc");
	cr_expect_str_eq(
	    ini_file_get(&ini, ini_file_section(&ini, "s"), "e")->value, "f");
	cr_expect_str_eq(
	    ini_file_get(&ini, ini_file_section(&ini, "s"), "d")->value, "1");
	cr_assert_eq(ini_file_add(&ini, "g", "[other]\nbad\n[s]\na=1\n", 20,
			 &cause),
	    -1);
	cr_expect_str_eq(cause,
	    "Source contains parsing errors: 'g'\n\t[line  2]: 'bad\\n'");
	free(cause);
	ini_file_done(&ini);
}
