/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "logs/log_pipe.h"

static char folder[] = "/tmp/test-log-pipe-XXXXXX";
static struct loop *loop;
static struct strbuf data = STRBUF_INIT;
static struct strbuf messages = STRBUF_INIT;
static int chunks;
static bool closed;
static int writer;

static void
start(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	loop = loop_create();
}

static void
stop(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	loop_free(loop);
	strbuf_done(&data);
	strbuf_done(&messages);
	cr_assert_eq(system(command), 0);
	free(command);
}

TestSuite(log_pipe, .init = start, .fini = stop);

static void
on_data(const void *p, size_t len, void *arg)
{
	(void)arg;
	chunks++;
	strbuf_add(&data, p, len);
}

static void
on_message(const void *p, size_t len, void *arg)
{
	(void)arg;
	strbuf_addch(&messages, '[');
	strbuf_add(&messages, p, len);
	strbuf_addch(&messages, ']');
}

static void
on_closed(void *arg)
{
	(void)arg;
	closed = true;
}

static struct log_pipe *
make_pipe(struct log_pipe_options options)
{
	struct log_pipe *pipe;
	int ends[2];

	cr_assert_eq(fd_pipe(ends), 0);
	options.fd = ends[0];
	writer = ends[1];
	if (options.file == NULL)
		options.file = log_file_open("log", 0, 0);
	options.on_data = on_data;
	options.on_message = on_message;
	options.on_closed = on_closed;
	pipe = log_pipe_create(loop, &options);
	cr_assert_not_null(pipe);
	return pipe;
}

static void
say(const char *text)
{
	cr_assert_eq(fd_write_all(writer, text, strlen(text)), 0);
}

/* Until something has come of it: in a stream of little the loop rests. */
static void
turn_with_news(void)
{
	int64_t deadline = clock_mono_ms() + 20000;
	size_t before = data.len;

	while (data.len == before && !closed) {
		cr_assert_lt(clock_mono_ms(), deadline);
		loop_turn(loop);
	}
}

static void
expect_log(const char *expected)
{
	size_t len;
	char *text = fd_read_file("log", 4 << 20, &len);

	cr_assert_not_null(text);
	cr_expect_str_eq(text, expected);
	free(text);
}

Test(log_pipe, writes_what_it_reads)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .arg = NULL });

	say("one\n");
	turn_with_news();
	say("two\n");
	turn_with_news();
	expect_log("one\ntwo\n");
	cr_expect_str_eq(data.data, "one\ntwo\n");
	cr_expect_not(closed);
	close(writer);
	turn_with_news();
	cr_expect(closed);
	cr_expect_not(log_pipe_is_open(pipe));
	log_pipe_free(pipe);
}

Test(log_pipe, keeps_bytes_that_are_no_text)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .arg = NULL });
	char *text;
	size_t len;

	cr_assert_eq(fd_write_all(writer, "\0\xff\n\0", 4), 0);
	loop_turn(loop);
	text = fd_read_file("log", 100, &len);
	cr_expect_eq(len, 4);
	cr_expect_arr_eq(text, "\0\xff\n\0", 4);
	free(text);
	close(writer);
	log_pipe_free(pipe);
}

Test(log_pipe, strips_escapes_for_log_and_data)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .strip_ansi = true });

	say("\033[1mbold\033[");
	loop_turn(loop);
	say("0m.\n");
	loop_turn(loop);
	say("\033[0m"); /* nothing is left of this one */
	loop_turn(loop);
	expect_log("bold.\n");
	cr_expect_str_eq(data.data, "bold.\n");
	cr_expect_eq(chunks, 2);
	close(writer);
	log_pipe_free(pipe);
}

Test(log_pipe, can_give_the_data_as_read)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .strip_ansi = true,
		.data_unstripped = true });

	say("\033[1mREADY\n");
	loop_turn(loop);
	expect_log("READY\n");
	cr_expect_str_eq(data.data, "\033[1mREADY\n");
	close(writer);
	log_pipe_free(pipe);
}

#define BEGIN "<!--XSUPERVISOR:BEGIN-->"
#define END   "<!--XSUPERVISOR:END-->"

Test(log_pipe, keeps_captured_text_out_of_the_log)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .capture_maxbytes = 4 });

	say("a" BEGIN "hello" END "b\n");
	loop_turn(loop);
	expect_log("ab\n");
	cr_expect_str_eq(messages.data, "[ello]");
	/* The events of the log channel have it all the same. */
	cr_expect_str_eq(data.data, "ahellob\n");
	close(writer);
	log_pipe_free(pipe);
}

Test(log_pipe, delivers_at_the_end_what_capture_held_back)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .capture_maxbytes = 100 });

	say("last words <!--XSUPER");
	loop_turn(loop);
	expect_log("last words ");
	close(writer);
	loop_turn(loop);
	expect_log("last words <!--XSUPER");
	log_pipe_free(pipe);
}

Test(log_pipe, logs_a_message_that_never_ended)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .capture_maxbytes = 100 });

	say(BEGIN "Traceback");
	loop_turn(loop);
	expect_log("");
	close(writer);
	loop_turn(loop);
	expect_log("Traceback");
	cr_expect_str_eq(data.data, "Traceback");
	cr_expect_str_eq(messages.data, "");
	log_pipe_free(pipe);
}

Test(log_pipe, drains_what_is_there_and_no_more)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .arg = NULL });

	log_pipe_drain(pipe);
	say("last words\n");
	log_pipe_drain(pipe);
	expect_log("last words\n");
	cr_expect(log_pipe_is_open(pipe));
	close(writer);
	log_pipe_drain(pipe);
	cr_expect(log_pipe_is_open(pipe));
	log_pipe_finish(pipe);
	cr_expect_not(log_pipe_is_open(pipe));
	cr_expect_not(closed);
	log_pipe_drain(pipe);
	log_pipe_free(pipe);
}

Test(log_pipe, reads_once_a_turn_and_enlarges_a_busy_pipe)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .arg = NULL });
	char *block = xcalloc(1, 65536);

	cr_expect_eq(fcntl(writer, F_GETPIPE_SZ), 65536);
	cr_assert_eq(fd_write_all(writer, block, 65536), 0);
	loop_turn(loop);
	cr_expect_eq(data.len, 65536);
	cr_expect_eq(fcntl(writer, F_GETPIPE_SZ), 262144);
	for (int i = 0; i < 4; i++)
		cr_assert_eq(fd_write_all(writer, block, 65536), 0);
	chunks = 0;
	loop_turn(loop);
	cr_expect_eq(data.len, 5 * 65536);
	cr_expect_eq(chunks, 2, "records of 128 KiB");
	close(writer);
	log_pipe_free(pipe);
	free(block);
}

Test(log_pipe, clears_file_and_capture)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .capture_maxbytes = 100 });

	say("old" BEGIN "old");
	loop_turn(loop);
	cr_expect_eq(log_pipe_clear(pipe), 0);
	say("new" END "x");
	loop_turn(loop);
	expect_log("x");
	cr_expect_str_eq(messages.data, "[new]");
	close(writer);
	log_pipe_free(pipe);
}

/* A grandchild writes on while the next child already runs. */
Test(log_pipe, two_share_one_file)
{
	struct log_pipe *first = make_pipe(
	    (struct log_pipe_options){ .file = log_file_open("log", 8, 1) });
	int first_writer = writer;
	struct log_pipe *second = make_pipe((struct log_pipe_options){
	    .file = log_file_share(log_pipe_file(first)) });

	say("1234");
	turn_with_news();
	cr_assert_eq(fd_write_all(first_writer, "5678", 4), 0);
	turn_with_news();
	expect_log("");
	say("9");
	turn_with_news();
	close(first_writer);
	log_pipe_free(first);
	say("0");
	turn_with_news();
	expect_log("90");
	close(writer);
	log_pipe_free(second);
}

/* A pipe that writes more than 32 KiB at a time. */
struct busy {
	struct log_pipe *pipe;
	int writer;
};

static struct busy
make_busy(const char *path, int64_t maxbytes)
{
	struct busy busy;

	busy.pipe = make_pipe((struct log_pipe_options){
	    .file = log_file_open(path, maxbytes, 1) });
	busy.writer = writer;
	return busy;
}

static void
fill(struct busy *busy, char letter, size_t size)
{
	char *block = xmalloc(size);

	memset(block, letter, size);
	cr_assert_eq(fd_write_all(busy->writer, block, size), 0);
	free(block);
}

static void
expect_all(const char *path, char letter, size_t size)
{
	size_t len = 0;
	char *text = fd_read_file(path, 4 << 20, &len);

	cr_assert_not_null(text, "%s", path);
	cr_expect_eq(len, size, "%s: %zu", path, len);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(text[i], letter, "%s at %zu", path, i);
	free(text);
}

static void
make_both_busy(struct busy *one, struct busy *two)
{
	fill(one, 'a', 65536);
	fill(two, 'b', 65536);
	loop_turn(loop);
	loop_turn(loop);
	cr_assert_eq(data.len, 2 * 65536);
}

Test(log_pipe, two_busy_pipes_are_copied_in_one_turn)
{
	struct busy one = make_busy("one", 0), two = make_busy("two", 0);

	make_both_busy(&one, &two);
	fill(&one, 'a', 200000);
	fill(&two, 'b', 200000);
	loop_turn(loop);
	cr_expect_eq(data.len, 2 * 265536);
	expect_all("one", 'a', 265536);
	expect_all("two", 'b', 265536);
	/* The end of both at once. */
	close(one.writer);
	close(two.writer);
	loop_turn(loop);
	cr_expect_not(log_pipe_is_open(one.pipe));
	cr_expect_not(log_pipe_is_open(two.pipe));
	log_pipe_free(one.pipe);
	log_pipe_free(two.pipe);
}

Test(log_pipe, busy_pipes_rotate_after_the_same_record)
{
	struct busy one = make_busy("one", 150000),
		    two = make_busy("two", 150000);

	make_both_busy(&one, &two);
	/* 65536 and a record of 131072: due; the rest begins a new file. */
	fill(&one, 'a', 200000);
	fill(&two, 'b', 200000);
	loop_turn(loop);
	expect_all("one.1", 'a', 65536 + 131072);
	expect_all("one", 'a', 200000 - 131072);
	expect_all("two.1", 'b', 65536 + 131072);
	expect_all("two", 'b', 200000 - 131072);
	close(one.writer);
	close(two.writer);
	log_pipe_free(one.pipe);
	log_pipe_free(two.pipe);
}

static int reports;

static void
count_report(const char *text)
{
	cr_expect(strstr(text, "can't rotate") != NULL, "%s", text);
	reports++;
}

Test(log_pipe, a_rotation_that_fails_beside_the_loop_is_reported)
{
	struct busy one = make_busy("one", 150000),
		    two = make_busy("two", 150000);

	log_file_report_to(log_pipe_file(two.pipe), count_report);
	cr_assert_eq(mkdir("two.1", 0755), 0);
	make_both_busy(&one, &two);
	fill(&one, 'a', 100000);
	fill(&two, 'b', 100000);
	loop_turn(loop);
	fill(&one, 'a', 100000);
	fill(&two, 'b', 100000);
	loop_turn(loop);
	cr_expect_eq(reports, 1);
	expect_all("one.1", 'a', 165536);
	expect_all("one", 'a', 100000);
	expect_all("two", 'b', 265536);
	close(one.writer);
	close(two.writer);
	log_pipe_free(one.pipe);
	log_pipe_free(two.pipe);
}

static void
limit_file_size(rlim_t size)
{
	struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static char lost[100];

static void
report_lost(const char *text)
{
	snprintf(lost, sizeof(lost), "%s", text);
}

static void
expect_too_large(const char *text)
{
	cr_expect_not_null(strstr(text, "File too large"), "%s", text);
	reports++;
}

/* The limit stands for a disk that fills up. */
Test(log_pipe, what_does_not_fit_beside_the_loop_is_lost_and_counted)
{
	struct busy one = make_busy("one", 0), two = make_busy("two", 0);

	signal(SIGXFSZ, SIG_IGN);
	log_file_report_to(log_pipe_file(one.pipe), expect_too_large);
	log_file_report_to(log_pipe_file(two.pipe), expect_too_large);
	make_both_busy(&one, &two);
	limit_file_size(165000);
	fill(&one, 'a', 200000);
	fill(&two, 'b', 50000);
	loop_turn(loop);
	limit_file_size(RLIM_INFINITY);
	expect_all("one", 'a', 165000);
	expect_all("two", 'b', 65536 + 50000);
	cr_expect_eq(reports, 1);
	cr_expect_eq(data.len, 2 * 65536 + 250000, "others hear all of it");
	log_file_report_to(log_pipe_file(one.pipe), report_lost);
	log_pipe_free(one.pipe);
	log_pipe_free(two.pipe);
	cr_expect_str_eq(lost, "100536 bytes for 'one' lost");
	close(one.writer);
	close(two.writer);
}

Test(log_pipe, the_end_comes_while_it_rests)
{
	struct log_pipe *pipe =
	    make_pipe((struct log_pipe_options){ .arg = NULL });
	int64_t deadline = clock_mono_ms() + 20000;

	clock_freeze(clock_mono_ms(), 0);
	for (int i = 0; i < 5; i++) {
		say("line\n");
		loop_turn(loop);
	}
	cr_expect_lt(chunks, 5, "it does not rest");
	close(writer);
	clock_release();
	while (!closed) {
		cr_assert_lt(clock_mono_ms(), deadline);
		loop_turn(loop);
	}
	expect_log("line\nline\nline\nline\nline\n");
	log_pipe_free(pipe);
}

Test(log_pipe, two_busy_pipes_to_one_file_lose_nothing)
{
	struct busy one = make_busy("log", 0), two;

	two.pipe = make_pipe((struct log_pipe_options){
	    .file = log_file_share(log_pipe_file(one.pipe)) });
	two.writer = writer;
	fill(&one, 'x', 65536);
	fill(&two, 'x', 65536);
	loop_turn(loop);
	loop_turn(loop);
	fill(&one, 'x', 200000);
	fill(&two, 'x', 200000);
	loop_turn(loop);
	expect_all("log", 'x', 2 * 265536);
	close(one.writer);
	close(two.writer);
	log_pipe_free(one.pipe);
	log_pipe_free(two.pipe);
}

/* As a user has them who has many. */
Test(log_pipe, a_small_pipe_is_not_left_to_fill_up)
{
	struct busy one;
	int ends[2];

	cr_assert_eq(fd_pipe(ends), 0);
	cr_assert_eq(fcntl(ends[0], F_SETPIPE_SZ, 4096), 4096);
	one.pipe = log_pipe_create(loop,
	    &(struct log_pipe_options){ .fd = ends[0],
		.file = log_file_open("log", 0, 0),
		.on_data = on_data });
	one.writer = ends[1];
	clock_freeze(1000, 0);
	for (size_t i = 1; i <= 10; i++) {
		fill(&one, 'a', 3000);
		loop_turn(loop);
		cr_assert_eq(data.len, i * 3000);
	}
	clock_release();
	close(one.writer);
	log_pipe_free(one.pipe);
}
