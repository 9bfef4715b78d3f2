/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app/unwrap.h"

/*
 * A cursor moves over the words; each wrapper in the table takes away its own
 * name, options and operands.  A shell line is split into simple commands and
 * each is unwrapped again, to a depth nobody reaches by hand.
 */

#define DEPTH_LIMIT 8

/* The first operand names the user. */
#define OPERAND ""

struct wrapper {
	const char *name;
	const char *verb;	/* has to follow: "poetry run" */
	const char *with_value; /* options that take the next word */
	size_t operands;	/* words of its own before the command */
	bool assigns;		/* NAME=value words are for the command */
	const char *user;	/* options that name who runs it, each with */
				/* its NUL, or OPERAND; NULL: it stays */
};

/* clang-format off */
static const struct wrapper wrappers[] = {
	{ "env",	NULL,	" -u --unset -C --chdir ",	0, true, NULL },
	{ "exec",	NULL,	" -a ",				0, false, NULL },
	{ "command",	NULL,	"",				0, false, NULL },
	{ "nice",	NULL,	" -n --adjustment ",		0, false, NULL },
	{ "ionice",	NULL,	" -c -n ",			0, false, NULL },
	{ "chrt",	NULL,	"",				1, false, NULL },
	{ "nohup",	NULL,	"",				0, false, NULL },
	{ "setsid",	NULL,	"",				0, false, NULL },
	{ "time",	NULL,	"",				0, false, NULL },
	{ "stdbuf",	NULL,	" -i -o -e ",			0, false, NULL },
	{ "timeout",	NULL,	" -k -s ",			1, false, NULL },
	{ "tini",	NULL,	" -p ",				0, false, NULL },
	{ "dumb-init",	NULL,	" -r ",				0, false, NULL },
	{ "pidproxy",	NULL,	"",				1, false, NULL },
	{ "poetry",	"run",	" -C --directory ",		0, false, NULL },
	{ "pipenv",	"run",	"",				0, false, NULL },
	{ "uv",		"run",	" --with --python -p --directory ", 0, false, NULL },
	{ "pdm",	"run",	" -p ",				0, false, NULL },
	{ "ddtrace-run", NULL,	"",				0, false, NULL },
	{ "opentelemetry-instrument", NULL, "",			0, false, NULL },
	{ "newrelic-admin", "run-program", "",			0, false, NULL },
	{ "sudo",	NULL,	" -u --user -g --group -p -C -D -h -R -T -U ",
	  0, true, "-u\0--user\0" },
	{ "doas",	NULL,	" -u -C ",		0, false, "-u\0" },
	{ "chpst",	NULL,	" -u -U -e -/ -n -l -L -b ", 0, false, "-u\0" },
	{ "setpriv",	NULL,	" --reuid --regid --groups ",
	  0, false, "--reuid\0" },
	{ "runuser",	"-u",	"",			1, false, OPERAND },
	{ "gosu",	NULL,	"",			1, false, OPERAND },
	{ "su-exec",	NULL,	"",			1, false, OPERAND },
	{ "setuidgid",	NULL,	"",			1, false, OPERAND },
	{ "s6-setuidgid", NULL,	"",			1, false, OPERAND },
};
/* clang-format on */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
is_assignment(const char *word)
{
	size_t len;

	if (!isalpha((unsigned char)*word) && *word != '_')
		return false;
	len = strspn(word,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return word[len] == '=';
}

static bool
lists_option(const char *list, const char *option)
{
	char *wanted = xasprintf(" %s ", option);
	bool found = strstr(list, wanted) != NULL;

	free(wanted);
	return found;
}

static const struct wrapper *
wrapper_find(const char *name, const char *next)
{
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
		const struct wrapper *one = &wrappers[i];

		if (strcmp(one->name, base_name(name)) == 0 &&
		    (one->verb == NULL ||
			(next != NULL && strcmp(next, one->verb) == 0)))
			return one;
	}
	return NULL;
}

/* A cursor over words that somebody else owns. */
struct cursor {
	char *const *words;
	size_t at, len;
};

static const char *
peek(const struct cursor *cursor, size_t ahead)
{
	return cursor->at + ahead < cursor->len
	    ? cursor->words[cursor->at + ahead]
	    : NULL;
}

/* "app:group" of chpst, gosu and su-exec is app. */
static void
set_user(struct plain_command *command, const char *user)
{
	if (user == NULL)
		return;
	free(command->user);
	command->user = xstrndup(user, strcspn(user, ":"));
}

/* The user in "-u app", "-uapp", "--user app" or "--user=app"; NULL if the
 * word is another option.  names ends with an empty one. */
static const char *
user_in(const char *names, const char *word, const char *next)
{
	for (; *names != '\0'; names += strlen(names) + 1) {
		size_t len = strlen(names);

		if (strncmp(word, names, len) != 0)
			continue;
		if (word[len] == '\0')
			return next;
		if (names[1] != '-')
			return word + len;
		if (word[len] == '=')
			return word + len + 1;
	}
	return NULL;
}

static void
skip_options(struct cursor *cursor, const struct wrapper *wrapper,
    struct plain_command *command)
{
	const char *word;

	while ((word = peek(cursor, 0)) != NULL && word[0] == '-') {
		cursor->at++;
		if (strcmp(word, "--") == 0)
			return;
		if (wrapper->user != NULL)
			set_user(command,
			    user_in(wrapper->user, word, peek(cursor, 0)));
		if (lists_option(wrapper->with_value, word))
			cursor->at++;
	}
}

static void
take_assignments(struct cursor *cursor, struct plain_command *command)
{
	const char *word;

	while ((word = peek(cursor, 0)) != NULL && is_assignment(word)) {
		strvec_push(&command->env, word);
		cursor->at++;
	}
}

/* Takes one wrapper off the front; false if there is none. */
static bool
take_wrapper(struct cursor *cursor, struct plain_command *command)
{
	const struct wrapper *wrapper;

	if (peek(cursor, 0) == NULL)
		return false;
	wrapper = wrapper_find(peek(cursor, 0), peek(cursor, 1));
	if (wrapper == NULL)
		return false;
	cursor->at += wrapper->verb == NULL ? 1 : 2;
	skip_options(cursor, wrapper, command);
	if (wrapper->assigns)
		take_assignments(cursor, command);
	if (wrapper->user != NULL && *wrapper->user == '\0')
		set_user(command, peek(cursor, 0));
	else if (strcmp(wrapper->name, "sudo") == 0 && command->user == NULL)
		set_user(command, "root");
	cursor->at += wrapper->operands;
	if (wrapper->operands > 0 && peek(cursor, 0) != NULL &&
	    strcmp(peek(cursor, 0), "--") == 0)
		cursor->at++;
	return true;
}

/* "python -m gunicorn" becomes the module, "python /venv/bin/gunicorn" the
 * script. */
static void
take_python(struct cursor *cursor, struct plain_command *command)
{
	const char *word = peek(cursor, 0);

	if (word == NULL || strncmp(base_name(word), "python", 6) != 0)
		return;
	for (size_t i = 1; (word = peek(cursor, i)) != NULL; i++) {
		if (strcmp(word, "-m") == 0 && peek(cursor, i + 1) != NULL) {
			cursor->at += i + 1;
			command->is_module = true;
			return;
		}
		if (strcmp(word, "-c") == 0)
			return;
		if (strcmp(word, "-W") == 0 || strcmp(word, "-X") == 0)
			i++;
		else if (word[0] != '-') {
			cursor->at += i;
			return;
		}
	}
}

/* The line behind -c of a shell ("-lc" too), or NULL. */
static const char *
shell_line(const struct cursor *cursor)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash",
		"zsh", "ksh", NULL };
	const char *word = peek(cursor, 0);
	size_t shell = 0;

	while (word != NULL && shells[shell] != NULL &&
	    strcmp(shells[shell], base_name(word)) != 0)
		shell++;
	if (word == NULL || shells[shell] == NULL)
		return NULL;
	for (size_t i = 1; (word = peek(cursor, i)) != NULL; i++) {
		if (word[0] != '-')
			return NULL;
		if (word[1] != '-' && strchr(word, 'c') != NULL)
			return peek(cursor, i + 1);
	}
	return NULL;
}

/* The line of "su app -c LINE" and "runuser - app -c LINE", or NULL. */
static const char *
login_line(struct cursor *cursor, struct plain_command *command)
{
	const char *name = peek(cursor, 0), *word, *line = NULL;
	const char *user = NULL;

	if (name == NULL ||
	    (strcmp(base_name(name), "su") != 0 &&
		strcmp(base_name(name), "runuser") != 0))
		return NULL;
	for (size_t i = 1; (word = peek(cursor, i)) != NULL; i++) {
		if (strcmp(word, "-c") == 0 || strcmp(word, "--command") == 0)
			line = peek(cursor, ++i);
		else if (lists_option(" -s --shell -g -G -w ", word))
			i++;
		else if (word[0] != '-' && user == NULL)
			user = word;
	}
	if (line != NULL)
		set_user(command, user == NULL ? "root" : user);
	return line;
}

/* Operators count only as words of their own or with the ";" at the end of
 * one: splitting further would need the quotes back. */
static bool
ends_command(const char *word)
{
	static const char *const operators[] = { ";", "&&", "||", "|", "&",
		"then", "do", "{", "}", "(", ")", NULL };

	for (size_t i = 0; operators[i] != NULL; i++) {
		if (strcmp(word, operators[i]) == 0)
			return true;
	}
	return false;
}

static void unwrap_words(const struct strvec *, const struct plain_command *,
    struct plain_commands *, unsigned int depth);

static void
plain_command_done(struct plain_command *command)
{
	strvec_done(&command->words);
	strvec_done(&command->env);
	free(command->chdir);
	free(command->user);
}

/* One simple command of a shell line; "cd" only changes what follows. */
static void
flush_simple(struct strvec *words, struct plain_command *context,
    struct plain_commands *commands, unsigned int depth)
{
	if (words->len >= 2 && strcmp(words->items[0], "cd") == 0) {
		free(context->chdir);
		context->chdir = xstrdup(words->items[1]);
	} else if (words->len >= 2 && strcmp(words->items[0], "export") == 0) {
		for (size_t i = 1; i < words->len; i++)
			strvec_push(&context->env, words->items[i]);
	} else if (words->len > 0)
		unwrap_words(words, context, commands, depth + 1);
	strvec_done(words);
}

static void
unwrap_line(const char *line, const struct plain_command *outer,
    struct plain_commands *commands, unsigned int depth)
{
	struct plain_command context = { 0 };
	struct strvec all = STRVEC_INIT, simple = STRVEC_INIT;
	size_t len;

	context.chdir = outer->chdir == NULL ? NULL : xstrdup(outer->chdir);
	set_user(&context, outer->user);
	strvec_copy(&context.env, &outer->env);
	if (shell_words_split(line, &all, NULL) == 0) {
		for (size_t i = 0; i < all.len; i++) {
			len = strlen(all.items[i]);
			if (ends_command(all.items[i])) {
				flush_simple(&simple, &context, commands,
				    depth);
			} else if (len > 1 && all.items[i][len - 1] == ';') {
				all.items[i][len - 1] = '\0';
				strvec_push(&simple, all.items[i]);
				flush_simple(&simple, &context, commands,
				    depth);
			} else
				strvec_push(&simple, all.items[i]);
		}
		flush_simple(&simple, &context, commands, depth);
	}
	strvec_done(&all);
	plain_command_done(&context);
}

static void
unwrap_words(const struct strvec *words, const struct plain_command *context,
    struct plain_commands *commands, unsigned int depth)
{
	struct cursor cursor = { words->items, 0, words->len };
	struct plain_command command = { 0 };
	const char *line;

	command.chdir = context->chdir == NULL ? NULL : xstrdup(context->chdir);
	set_user(&command, context->user);
	strvec_copy(&command.env, &context->env);
	take_assignments(&cursor, &command);
	while (take_wrapper(&cursor, &command))
		;
	take_python(&cursor, &command);
	line = shell_line(&cursor);
	if (line == NULL)
		line = login_line(&cursor, &command);
	if (line != NULL && depth < DEPTH_LIMIT) {
		unwrap_line(line, &command, commands, depth + 1);
		plain_command_done(&command);
		return;
	}
	for (; peek(&cursor, 0) != NULL; cursor.at++)
		strvec_push(&command.words, peek(&cursor, 0));
	if (command.words.len == 0) {
		plain_command_done(&command);
		return;
	}
	commands->items = xreallocarray(commands->items, commands->count + 1,
	    sizeof(*commands->items));
	commands->items[commands->count++] = command;
}

void
unwrap_command(const struct strvec *words, struct plain_commands *commands)
{
	const struct plain_command nothing = { 0 };

	unwrap_words(words, &nothing, commands, 0);
}

void
plain_commands_done(struct plain_commands *commands)
{
	for (size_t i = 0; i < commands->count; i++)
		plain_command_done(&commands->items[i]);
	free(commands->items);
	*commands = (struct plain_commands){ 0 };
}
