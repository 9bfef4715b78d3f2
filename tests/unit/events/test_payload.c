/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "events/payload.h"

static const struct payload_process web = { .process = "w_0",
	.group = "web",
	.from_state = "RUNNING",
	.pid = 4711,
	.tries = 2,
	.expected = true };

Test(payload, states_have_the_members_listeners_know)
{
	static const struct {
		enum event_type type;
		const char *body;
	} rows[] = {
		{ EV_PROCESS_STATE_STARTING, " tries:2" },
		{ EV_PROCESS_STATE_BACKOFF, " tries:2" },
		{ EV_PROCESS_STATE_RUNNING, " pid:4711" },
		{ EV_PROCESS_STATE_STOPPING, " pid:4711" },
		{ EV_PROCESS_STATE_STOPPED, " pid:4711" },
		{ EV_PROCESS_STATE_EXITED, " expected:1 pid:4711" },
		{ EV_PROCESS_STATE_FATAL, "" },
		{ EV_PROCESS_STATE_UNKNOWN, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf got, want;

		strbuf_init(&got);
		strbuf_init(&want);
		payload_process_state(&got, rows[i].type, &web);
		strbuf_addf(&want,
		    "processname:w_0 groupname:web from_state:RUNNING%s",
		    rows[i].body);
		cr_assert_str_eq(got.data, want.data);
		strbuf_done(&got);
		strbuf_done(&want);
	}
}

static void
assert_text(struct strbuf *got, const char *want)
{
	cr_assert_str_eq(got->data, want);
	strbuf_done(got);
}

Test(payload, output)
{
	struct strbuf out = STRBUF_INIT;

	payload_process_log(&out, &web, "stderr", "err line\n", 9);
	assert_text(&out,
	    "processname:w_0 groupname:web pid:4711 channel:stderr\n"
	    "err line\n");
	payload_process_communication(&out, &web, "hi", 2);
	assert_text(&out, "processname:w_0 groupname:web pid:4711\nhi");
	payload_process_log(&out, &web, "stdout", "a\xff'\n", 4);
	assert_text(&out,
	    "processname:w_0 groupname:web pid:4711 channel:stdout\n"
	    "Undecodable: b\"a\\xff'\\n\"");
}

Test(payload, the_others)
{
	struct strbuf out = STRBUF_INIT;

	payload_remote(&out, "T", "d\xc3\xa9", 3);
	assert_text(&out, "type:T\nd\xc3\xa9");
	payload_tick(&out, 1795446575);
	assert_text(&out, "when:1795446575");
	payload_group(&out, "lis");
	assert_text(&out, "groupname:lis\n");
}
