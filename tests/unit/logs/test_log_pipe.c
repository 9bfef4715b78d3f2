/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	loop_turn(loop);
	say("two\n");
	loop_turn(loop);
	expect_log("one\ntwo\n");
	cr_expect_str_eq(data.data, "one\ntwo\n");
	cr_expect_not(closed);
	close(writer);
	loop_turn(loop);
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
	loop_turn(loop);
	cr_assert_eq(fd_write_all(first_writer, "5678", 4), 0);
	loop_turn(loop);
	expect_log("");
	say("9");
	loop_turn(loop);
	close(first_writer);
	log_pipe_free(first);
	say("0");
	loop_turn(loop);
	expect_log("90");
	close(writer);
	log_pipe_free(second);
}
