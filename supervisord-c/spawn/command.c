/* SPDX-License-Identifier: ISC */
/*
 * A command line as people write it in command=, to the words and the file
 * that are executed.  No shell is involved: quoting is understood, nothing is
 * expanded.  What is wrong is told in Supervisor's words, as status and log
 * show them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/repr.h"
#include "base/shell_words.h"
#include "base/xmalloc.h"
#include "spawn/command.h"

#define DEFAULT_PATH "/bin:/usr/bin:/usr/local/bin"

static const char *
search_path(const char *search)
{
	const char *own;

	if (search != NULL)
		return search;
	own = getenv("PATH");
	return own != NULL && *own != '\0' ? own : DEFAULT_PATH;
}

/*
 * The first folder of the path in which the name exists decides, whatever it
 * is: so it is told why it cannot be run.  An empty folder is the current one.
 */
static char *
find_in_path(const char *path, const char *name, struct stat *st)
{
	size_t len;
	char *file;

	for (;; path += len + 1) {
		len = strcspn(path, ":");
		if (len == 0)
			file = xstrdup(name);
		else
			file = xasprintf("%.*s%s%s", (int)len, path,
			    path[len - 1] == '/' ? "" : "/", name);
		if (stat(file, st) == 0)
			return file;
		free(file);
		if (path[len] == '\0')
			return NULL;
	}
}

/* The file of a command's first word; NULL if there is none. */
static char *
find_file(const char *name, const char *search, struct stat *st)
{
	if (strchr(name, '/') == NULL)
		return find_in_path(search_path(search), name, st);
	return stat(name, st) == 0 ? xstrdup(name) : NULL;
}

/* Sets the cause to a sentence around the quoted text. */
static void
set_quoting(char **cause, const char *before, const char *text,
    const char *after)
{
	char *quoted = repr(text);

	cause_set(cause, "%s %s%s", before, quoted, after);
	free(quoted);
}

static enum command_problem
check_file(const char *file, const struct stat *st, char **cause)
{
	if (S_ISDIR(st->st_mode)) {
		set_quoting(cause, "command at", file, " is a directory");
		return COMMAND_NOT_EXECUTABLE;
	}
	if ((st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		set_quoting(cause, "command at", file, " is not executable");
		return COMMAND_NOT_EXECUTABLE;
	}
	if (access(file, X_OK) == -1) {
		set_quoting(cause, "no permission to run command", file, "");
		return COMMAND_NO_PERMISSION;
	}
	return COMMAND_OK;
}

static enum command_problem
split_line(const char *line, struct strvec *words, char **cause)
{
	char *reason = NULL, *after;

	if (shell_words_split(line, words, &reason) == -1) {
		after = xasprintf(": %s", reason);
		set_quoting(cause, "can't parse command", line, after);
		free(after);
		free(reason);
		return COMMAND_UNPARSABLE;
	}
	if (words->len == 0) {
		cause_set(cause, "command is empty");
		return COMMAND_UNPARSABLE;
	}
	return COMMAND_OK;
}

enum command_problem
command_resolve(const char *line, const char *search, struct command *command,
    char **cause)
{
	struct strvec words = STRVEC_INIT;
	enum command_problem problem;
	struct stat st;
	char *file = NULL;

	problem = split_line(line, &words, cause);
	if (problem != COMMAND_OK)
		goto fail;
	file = find_file(words.items[0], search, &st);
	if (file == NULL) {
		set_quoting(cause, "can't find command", words.items[0], "");
		problem = COMMAND_NOT_FOUND;
		goto fail;
	}
	problem = check_file(file, &st, cause);
	if (problem != COMMAND_OK)
		goto fail;
	command->argv = words;
	command->path = file;
	return COMMAND_OK;
fail:
	free(file);
	strvec_done(&words);
	return problem;
}

void
command_done(struct command *command)
{
	strvec_done(&command->argv);
	free(command->path);
	command->path = NULL;
}
