/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "listener/protocol.h"

/* Verdicts as letters: r ready, a accepted, x rejected, b bad result, c
 * confused. */
static const char letters[] = ".raxbc";

/* Feeds in pieces of at most piece bytes and notes the verdicts; whenever it is
 * READY an event is sent if the script says so. */
static void
feed(struct protocol *protocol, const char *text, size_t piece, char *verdicts)
{
	size_t len = strlen(text), count = strlen(verdicts);
	enum protocol_verdict verdict;

	while (len > 0) {
		size_t now = len < piece ? len : piece;

		protocol_feed(protocol, text, now);
		text += now;
		len -= now;
		while ((verdict = protocol_next(protocol)) != PROTOCOL_MORE)
			verdicts[count++] = letters[verdict];
	}
	verdicts[count] = '\0';
}

static const struct {
	const char *name;
	const char *before; /* said in ACKNOWLEDGED */
	const char *after;  /* said after an event was sent; NULL: none was */
	const char *verdicts;
	enum listener_state state;
} cases[] = {
	{ "half a token", "REA", NULL, "", LISTENER_ACKNOWLEDGED },
	{ "ready", "READY\n", NULL, "r", LISTENER_READY },
	{ "not ready", "Ready\n", NULL, "c", LISTENER_UNKNOWN },
	{ "carriage return", "READY\r\n", NULL, "c", LISTENER_UNKNOWN },
	{ "ready twice", "READY\nREADY\n", NULL, "rc", LISTENER_UNKNOWN },
	{ "ok", "READY\n", "RESULT 2\nOK", "ra", LISTENER_ACKNOWLEDGED },
	{ "ok and ready", "READY\n", "RESULT 2\nOKREADY\n", "rar",
	    LISTENER_READY },
	{ "fail", "READY\n", "RESULT 4\nFAIL", "rx", LISTENER_ACKNOWLEDGED },
	{ "empty result", "READY\n", "RESULT 0\n", "rx",
	    LISTENER_ACKNOWLEDGED },
	{ "seven bytes are not looked at", "READY\n", "XXXXXX 2\nOK", "ra",
	    LISTENER_ACKNOWLEDGED },
	{ "python's idea of an integer", "READY\n", "RESULT  +0_2 \r\nOK", "ra",
	    LISTENER_ACKNOWLEDGED },
	{ "no number", "READY\n", "RESULT x\n", "rb", LISTENER_UNKNOWN },
	{ "too short a line", "READY\n", "hello\n", "rb", LISTENER_UNKNOWN },
	{ "negative", "READY\n", "RESULT -2\nOK", "rb", LISTENER_UNKNOWN },
	{ "huge", "READY\n", "RESULT 99999999999999999999\n", "rb",
	    LISTENER_UNKNOWN },
	{ "no end of line yet", "READY\n", "RESULT 2", "r", LISTENER_BUSY },
	{ "body not complete", "READY\n", "RESULT 3\nOK", "r", LISTENER_BUSY },
	{ "echo adds a newline", "READY\n", "RESULT 2\nOK\nREADY\n", "rac",
	    LISTENER_UNKNOWN },
};

Test(protocol, verdicts_do_not_depend_on_the_cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 1; piece < 20; piece += 3) {
			char verdicts[16] = "";
			struct protocol protocol;

			protocol_init(&protocol);
			feed(&protocol, cases[i].before, piece, verdicts);
			if (cases[i].after != NULL) {
				protocol_sent(&protocol);
				feed(&protocol, cases[i].after, piece,
				    verdicts);
			}
			cr_expect_str_eq(verdicts, cases[i].verdicts, "%s",
			    cases[i].name);
			cr_expect_eq(protocol.state, cases[i].state, "%s",
			    cases[i].name);
			protocol_done(&protocol);
		}
	}
}

Test(protocol, the_bad_line_is_kept_for_the_log)
{
	char verdicts[16] = "";
	struct protocol protocol;

	protocol_init(&protocol);
	feed(&protocol, "READY\n", 6, verdicts);
	protocol_sent(&protocol);
	feed(&protocol, "RESULT many\nmore", 64, verdicts);
	cr_assert_str_eq(protocol.bad, "RESULT many");
	cr_assert_eq(protocol.bad_len, strlen("RESULT many"));
	feed(&protocol, "READY\n", 6, verdicts);
	cr_assert_str_eq(verdicts, "rb", "nothing counts any more");
	protocol_done(&protocol);
}

Test(protocol, unexpected_output_is_kept_for_the_log)
{
	char verdicts[16] = "";
	struct protocol protocol;
	char block[1000];

	protocol_init(&protocol);
	feed(&protocol, "OK\nREADY\n", 64, verdicts);
	cr_assert_eq(protocol.bad_len, 9);
	cr_assert_str_eq(protocol.bad, "OK\nREADY\n");
	protocol_done(&protocol);

	memset(block, '\0', sizeof(block));
	protocol_init(&protocol);
	protocol_feed(&protocol, block, sizeof(block));
	cr_assert_eq(protocol_next(&protocol), PROTOCOL_CONFUSED);
	cr_assert_eq(protocol.bad_len, PROTOCOL_BAD_SHOWN);
	protocol_done(&protocol);
}

Test(protocol, a_line_without_end_is_bounded)
{
	struct protocol protocol;
	char block[4096];
	size_t fed = 0;

	memset(block, 'x', sizeof(block));
	protocol_init(&protocol);
	protocol_feed(&protocol, "READY\n", 6);
	cr_assert_eq(protocol_next(&protocol), PROTOCOL_IS_READY);
	protocol_sent(&protocol);
	while (fed <= PROTOCOL_MAX_LINE) {
		cr_assert_eq(protocol_next(&protocol), PROTOCOL_MORE);
		protocol_feed(&protocol, block, sizeof(block));
		fed += sizeof(block);
	}
	cr_assert_eq(protocol_next(&protocol), PROTOCOL_BAD_RESULT);
	protocol_done(&protocol);
}

Test(protocol, states_have_names)
{
	cr_assert_str_eq(listener_state_name(LISTENER_ACKNOWLEDGED),
	    "ACKNOWLEDGED");
	cr_assert_str_eq(listener_state_name(LISTENER_UNKNOWN), "UNKNOWN");
}
