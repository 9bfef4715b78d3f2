/* SPDX-License-Identifier: ISC */
/*
 * The shell's memory.  Lines are appended as they are typed instead of written
 * at the end, so that two shells do not forget each other's, and none is lost
 * when a shell is ended by Ctrl-C.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "ctl/history.h"

#define FILE_BYTES_MAX (4 * 1024 * 1024)

static int
open_file(const char *path, int flags)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

static void
split_lines(const char *text, struct strvec *lines)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > 0)
			strvec_push_taken(lines, xstrndup(text, len));
		text += len;
		if (*text == '\n')
			text++;
	}
}

/* Leaves the newest lines in the vector and in the file. */
static void
shorten(const char *path, struct strvec *lines)
{
	struct strvec newest = STRVEC_INIT;
	char *text;
	int fd;

	for (size_t i = lines->len - HISTORY_LINES_MAX; i < lines->len; i++)
		strvec_push(&newest, lines->items[i]);
	strvec_done(lines);
	*lines = newest;
	fd = open_file(path, O_TRUNC);
	if (fd == -1)
		return;
	text = strvec_join(lines, "\n");
	(void)fd_write_all(fd, text, strlen(text));
	(void)fd_write_all(fd, "\n", 1);
	free(text);
	close(fd);
}

void
history_load(const char *path, struct strvec *lines)
{
	size_t len;
	char *text = fd_read_file(path, FILE_BYTES_MAX, &len);

	if (text == NULL)
		return;
	split_lines(text, lines);
	free(text);
	if (lines->len > HISTORY_LINES_MAX)
		shorten(path, lines);
}

void
history_append(const char *path, const char *line)
{
	int fd = open_file(path, O_APPEND);
	char *text;

	if (fd == -1)
		return;
	text = xasprintf("%s\n", line);
	(void)fd_write_all(fd, text, strlen(text));
	free(text);
	close(fd);
}
