/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "ctl/format.h"

static struct process_info
info(const char *group, const char *name, const char *state, const char *text)
{
	return (struct process_info){
		.group = group,
		.name = name,
		.statename = state,
		.description = text,
	};
}

Test(format, status_lines_have_supervisors_columns)
{
	struct process_info cat =
	    info("cat", "cat", "RUNNING", "pid 10258, uptime 0:00:04");
	struct process_info member = info("grp", "pa", "STARTING", "");
	struct strbuf out = STRBUF_INIT;

	format_status(&out, &cat, format_name_width(6), false);
	format_status(&out, &member, format_name_width(6), false);
	cr_assert_str_eq(out.data,
	    "cat                              RUNNING   "
	    "pid 10258, uptime 0:00:04\n"
	    "grp:pa                           STARTING  \n");
	strbuf_done(&out);
}

Test(format, width_counts_characters_of_the_name_shown)
{
	struct process_info short_form =
	    info("caf\xc3\xa9", "caf\xc3\xa9", "", "");
	struct process_info long_form = info("caf\xc3\xa9", "x", "", "");
	struct strbuf out = STRBUF_INIT;

	cr_assert_eq(format_name_length(&short_form), 4);
	cr_assert_eq(format_name_length(&long_form), 6);
	cr_assert_eq(format_name_width(0), 33);
	cr_assert_eq(format_name_width(30), 33);
	cr_assert_eq(format_name_width(31), 34);
	format_status(&out, &short_form, 6, false);
	cr_assert_str_eq(out.data, "caf\xc3\xa9            \n");
	strbuf_done(&out);
}

Test(format, colour_leaves_only_blanks_between_name_and_state)
{
	struct process_info cat = info("cat", "cat", "FATAL", "x");
	struct strbuf out = STRBUF_INIT;

	format_status(&out, &cat, 4, true);
	cr_assert_str_eq(out.data, "\033[31mcat FATAL     \033[0mx\n");
	strbuf_done(&out);
}

static struct value *
config(const char *group, const char *name, bool inuse, bool autostart)
{
	struct value *value = value_struct();

	value_set(value, "group", value_string(group));
	value_set(value, "name", value_string(name));
	value_set(value, "inuse", value_bool(inuse));
	value_set(value, "autostart", value_bool(autostart));
	value_set(value, "group_prio", value_int(50));
	value_set(value, "process_prio", value_int(999));
	return value;
}

Test(format, avail_lines)
{
	struct value *used = config("grp", "pa", true, true);
	struct value *unused = config("newone", "newone", false, false);
	struct strbuf out = STRBUF_INIT;

	format_avail(&out, used);
	format_avail(&out, unused);
	cr_assert_str_eq(out.data,
	    "grp:pa                           in use    auto      50:999\n"
	    "newone                           avail     manual    50:999\n");
	strbuf_done(&out);
	value_free(used);
	value_free(unused);
}

Test(format, columns_run_downwards)
{
	static const char *const names[] = { "add", "avail", "clear", "exit",
		"fg", "maintail", "open", "pid", "quit", "reload", "remove",
		"reread", "restart", "shutdown", "signal", "start", "status",
		"stop", "tail", "update", "version" };
	struct strvec words = STRVEC_INIT;
	struct strbuf out = STRBUF_INIT;

	format_columns(&out, &words);
	cr_assert_str_eq(out.data, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		strvec_push(&words, names[i]);
	format_columns(&out, &words);
	cr_assert_str_eq(out.data,
	    "add    exit      open  reload  restart   start   tail   \n"
	    "avail  fg        pid   remove  shutdown  status  update \n"
	    "clear  maintail  quit  reread  signal    stop    version\n");
	strvec_done(&words);
	strbuf_done(&out);
}
