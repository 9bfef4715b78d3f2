/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "base/strbuf.h"
#include "logs/capture.h"

#define BEGIN "<!--XSUPERVISOR:BEGIN-->"
#define END   "<!--XSUPERVISOR:END-->"

/* What came out: text as it is, captured text in (), messages in [], what was
 * left at the end in {}. */
struct trace {
	struct strbuf outside, inside, messages, unfinished;
};

static void
on_text(const void *data, size_t len, enum capture_span span, void *arg)
{
	struct trace *trace = arg;

	strbuf_add(span == CAPTURE_OUTSIDE ? &trace->outside
		: span == CAPTURE_INSIDE   ? &trace->inside
					   : &trace->unfinished,
	    data, len);
}

static void
on_message(const void *data, size_t len, void *arg)
{
	struct trace *trace = arg;

	strbuf_addch(&trace->messages, '[');
	strbuf_add(&trace->messages, data, len);
	strbuf_addch(&trace->messages, ']');
}

static const struct {
	const char *in;
	const char *outside, *inside, *messages, *unfinished;
} cases[] = {
	{ "short", "short", "", "", "" },
	{ "a" BEGIN "hello" END "b", "ab", "hello", "[hello]", "" },
	{ BEGIN END, "", "", "[]", "" },
	{ BEGIN "1" END BEGIN "2" END, "", "12", "[1][2]", "" },
	{ "x<!--XSUPERVISOR:BEG", "x<!--XSUPERVISOR:BEG", "", "", "" },
	{ "<<!--XSUPERVISOR:BEGIN-->y" END, "<", "y", "[y]", "" },
	{ END "x", END "x", "", "", "" },
	{ BEGIN BEGIN "x" END, "", BEGIN "x", "[" BEGIN "x]", "" },
	{ "a" BEGIN "lost?", "a", "lost?", "", "lost?" },
	{ BEGIN "x<!--XSUP", "", "x<!--XSUP", "", "x<!--XSUP" },
	{ "<!--<!--<!--XSUPERVISOR:BEGIN-->z" END "<!--", "<!--<!--<!--", "z",
	    "[z]", "" },
};

static void
run_case(size_t i, size_t piece)
{
	struct trace trace = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT,
		STRBUF_INIT };
	struct capture *capture =
	    capture_create(100, on_text, on_message, &trace);
	size_t len = strlen(cases[i].in);

	for (size_t at = 0; at < len; at += piece)
		capture_feed(capture, cases[i].in + at,
		    len - at < piece ? len - at : piece);
	capture_finish(capture);
	cr_expect_str_eq(trace.outside.data, cases[i].outside, "%zu/%zu", i,
	    piece);
	cr_expect_str_eq(trace.inside.data, cases[i].inside, "%zu/%zu", i,
	    piece);
	cr_expect_str_eq(trace.messages.data, cases[i].messages, "%zu/%zu", i,
	    piece);
	cr_expect_str_eq(trace.unfinished.data, cases[i].unfinished, "%zu/%zu",
	    i, piece);
	capture_free(capture);
	strbuf_done(&trace.outside);
	strbuf_done(&trace.inside);
	strbuf_done(&trace.messages);
	strbuf_done(&trace.unfinished);
}

Test(capture, finds_tokens_wherever_they_are_cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 1; piece <= strlen(cases[i].in); piece++)
			run_case(i, piece);
	}
}

Test(capture, holds_back_no_more_than_a_beginning_of_the_token)
{
	struct trace trace = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT,
		STRBUF_INIT };
	struct capture *capture =
	    capture_create(100, on_text, on_message, &trace);

	capture_feed(capture, "ok\n", 3);
	cr_expect_str_eq(trace.outside.data, "ok\n");
	capture_feed(capture, "a<!--X", 6);
	cr_expect_str_eq(trace.outside.data, "ok\na");
	capture_feed(capture, "Y", 1);
	cr_expect_str_eq(trace.outside.data, "ok\na<!--XY");
	capture_free(capture);
	strbuf_done(&trace.outside);
}

static void
expect_message(int64_t max, size_t piece, const char *expected)
{
	struct trace trace = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT,
		STRBUF_INIT };
	struct capture *capture =
	    capture_create(max, on_text, on_message, &trace);
	const char *text = "0123456789";

	capture_feed(capture, BEGIN, strlen(BEGIN));
	for (size_t at = 0; at < 10; at += piece)
		capture_feed(capture, text + at,
		    10 - at < piece ? 10 - at : piece);
	capture_feed(capture, END, strlen(END));
	cr_expect_str_eq(trace.messages.data, expected, "max %d, piece %zu",
	    (int)max, piece);
	cr_expect_str_eq(trace.inside.data, text);
	capture_free(capture);
	strbuf_done(&trace.inside);
	strbuf_done(&trace.messages);
}

Test(capture, keeps_exactly_the_last_bytes)
{
	for (size_t piece = 1; piece <= 10; piece++) {
		expect_message(0, piece, "[]");
		expect_message(1, piece, "[9]");
		expect_message(4, piece, "[6789]");
		expect_message(9, piece, "[123456789]");
		expect_message(10, piece, "[0123456789]");
		expect_message(11, piece, "[0123456789]");
	}
}

Test(capture, reset_forgets_what_was_collected)
{
	struct trace trace = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT,
		STRBUF_INIT };
	struct capture *capture =
	    capture_create(100, on_text, on_message, &trace);

	capture_feed(capture, BEGIN "old", strlen(BEGIN) + 3);
	capture_reset(capture);
	capture_feed(capture, "new" END, 3 + strlen(END));
	cr_expect_str_eq(trace.messages.data, "[new]");
	capture_free(capture);
	strbuf_done(&trace.inside);
	strbuf_done(&trace.messages);
}
