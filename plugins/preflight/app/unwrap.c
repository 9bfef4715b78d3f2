/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app/unwrap.h"
#include "preflight/app/wrapper_table.h"

/*
 * A cursor moves over the words; each wrapper in the table takes away its own
 * name, options and operands.  A shell line is split into simple commands and
 * each is unwrapped again, to a depth nobody reaches by hand.
 */

#define DEPTH_LIMIT 8

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

/* A cursor over words that somebody else owns, or, when a wrapper has put them
 * in another order, over its own. */
struct cursor {
	char *const *words;
	size_t at, len;
	struct strvec own;
	const char *line; /* a shell's, instead of the words; or NULL */
};

static const char *
peek(const struct cursor *cursor, size_t ahead)
{
	return cursor->at + ahead < cursor->len
	    ? cursor->words[cursor->at + ahead]
	    : NULL;
}

static void
set_chdir(struct plain_command *command, const char *path)
{
	free(command->chdir);
	command->chdir = xstrdup(path);
}

static void
set_umask(struct plain_command *command, const char *octal)
{
	long long umask;

	if (parse_octal(octal, &umask, NULL) == -1)
		return;
	command->umask = (int)(umask & 0777);
	command->masks = 0;
}

/* What the options of one wrapper say. */
struct said {
	const struct wrapper *wrapper;
	struct plain_command *command;
	struct command_identity as;
	bool groups; /* as.groups is said */
	const char *program, *line;
};

static void
say_groups(struct said *said, enum identity_groups groups)
{
	said->as.groups = groups;
	said->groups = true;
}

static void
take_option(enum wrapper_key key, const char *value, void *arg)
{
	struct said *said = arg;

	switch (key) {
	case WRAPPER_SKIP:
		break;
	case WRAPPER_USER:
		command_identity_user(&said->as, value);
		break;
	case WRAPPER_GROUP:
		command_identity_group(&said->as, value);
		break;
	case WRAPPER_ACCOUNT:
		command_identity_account(&said->as, said->wrapper->rule, value);
		break;
	case WRAPPER_GROUPS:
		command_identity_groups(&said->as, value);
		say_groups(said, IDENTITY_NAMED);
		break;
	case WRAPPER_CHDIR:
		set_chdir(said->command, value);
		break;
	case WRAPPER_UMASK:
		set_umask(said->command, value);
		break;
	case WRAPPER_PROGRAM:
		said->program = value;
		break;
	case WRAPPER_LINE:
		said->line = value;
		break;
	case WRAPPER_KEEP_GROUPS:
		say_groups(said, IDENTITY_KEEPS);
		break;
	case WRAPPER_CLEAR_GROUPS:
		say_groups(said, IDENTITY_NAMED);
		break;
	case WRAPPER_INIT_GROUPS:
		say_groups(said, IDENTITY_LOGS_IN);
		break;
	}
}

/* One word that begins with "-", and its value. */
static void
take_option_word(struct cursor *cursor, struct said *said)
{
	const char *word = peek(cursor, 0);

	cursor->at++;
	if (wrapper_option_read(said->wrapper, word, peek(cursor, 0),
		take_option, said))
		cursor->at++;
}

static void
take_options(struct cursor *cursor, struct said *said)
{
	const char *word;

	while ((word = peek(cursor, 0)) != NULL && word[0] == '-') {
		if (strcmp(word, "--") == 0) {
			cursor->at++;
			return;
		}
		take_option_word(cursor, said);
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

/* The innermost one decides. */
static void
settle(struct said *said)
{
	struct plain_command *command = said->command;

	if (said->wrapper->rule != NULL) {
		command_identity_settle(&said->as, said->wrapper->rule,
		    said->groups);
		if (command_identity_is_set(&said->as)) {
			command_identity_done(&command->as);
			command_identity_copy(&command->as, &said->as);
		}
	}
	command->masks |= said->wrapper->masks;
}

/* Its own words before the command; the first may name the user. */
static void
take_operands(struct cursor *cursor, struct said *said)
{
	const struct wrapper *wrapper = said->wrapper;
	const char *word = peek(cursor, 0);

	if (wrapper->operands == 0)
		return;
	if (wrapper->rule != NULL && word != NULL)
		command_identity_account(&said->as, wrapper->rule, word);
	cursor->at += wrapper->operands;
	word = peek(cursor, 0);
	if (word != NULL && strcmp(word, "--") == 0)
		cursor->at++;
}

/*
 * "su app -c LINE" and "runuser - app -c LINE", whose options come in any
 * order; behind "runuser -u app" the command follows.  False if neither is
 * there.
 */
static bool
take_login(struct cursor *cursor, struct said *said)
{
	const char *word;
	bool has_user = false;

	while ((word = peek(cursor, 0)) != NULL) {
		if (strcmp(word, "-") == 0 || strcmp(word, "--") == 0)
			cursor->at++;
		else if (word[0] == '-')
			take_option_word(cursor, said);
		else if (said->as.user != NULL && !has_user)
			return true;
		else {
			if (!has_user)
				command_identity_user(&said->as, word);
			has_user = true;
			cursor->at++;
		}
	}
	cursor->line = said->line;
	return cursor->line != NULL;
}

/* start-stop-daemon, which goes to "/": the program, and what is behind
 * "--". */
static bool
take_daemon(struct cursor *cursor, struct said *said)
{
	struct strvec words = STRVEC_INIT;

	set_chdir(said->command, "/");
	take_options(cursor, said);
	if (said->program == NULL)
		return false;
	strvec_push(&words, said->program);
	for (; peek(cursor, 0) != NULL; cursor->at++)
		strvec_push(&words, peek(cursor, 0));
	strvec_done(&cursor->own);
	cursor->own = words;
	cursor->words = words.items;
	cursor->at = 0;
	cursor->len = words.len;
	return true;
}

static bool
take_rest(struct cursor *cursor, struct said *said)
{
	if (said->wrapper->form == WRAPPER_LOGIN)
		return take_login(cursor, said);
	if (said->wrapper->form == WRAPPER_DAEMON)
		return take_daemon(cursor, said);
	take_options(cursor, said);
	if (said->wrapper->assigns)
		take_assignments(cursor, said->command);
	take_operands(cursor, said);
	return true;
}

/* Takes one wrapper off the front; false if there is none that says what it
 * runs. */
static bool
take_wrapper(struct cursor *cursor, struct plain_command *command)
{
	struct said said = { .command = command };
	size_t first = cursor->at;
	bool taken;

	if (peek(cursor, 0) == NULL || cursor->line != NULL)
		return false;
	said.wrapper =
	    wrapper_find(base_name(peek(cursor, 0)), peek(cursor, 1));
	if (said.wrapper == NULL)
		return false;
	cursor->at += said.wrapper->verb == NULL ? 1 : 2;
	taken = take_rest(cursor, &said);
	if (taken)
		settle(&said);
	else
		cursor->at = first;
	command_identity_done(&said.as);
	return taken;
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
	command_identity_done(&command->as);
}

/* A command in the same surroundings, without words yet. */
static struct plain_command
plain_command_within(const struct plain_command *context)
{
	struct plain_command command = {
		.umask = context->umask,
		.masks = context->masks,
	};

	if (context->chdir != NULL)
		set_chdir(&command, context->chdir);
	command_identity_copy(&command.as, &context->as);
	strvec_copy(&command.env, &context->env);
	return command;
}

/* One simple command of a shell line; some only change what follows. */
static void
flush_simple(struct strvec *words, struct plain_command *context,
    struct plain_commands *commands, unsigned int depth)
{
	if (words->len >= 2 && strcmp(words->items[0], "cd") == 0)
		set_chdir(context, words->items[1]);
	else if (words->len >= 2 && strcmp(words->items[0], "umask") == 0)
		set_umask(context, words->items[1]);
	else if (words->len >= 2 && strcmp(words->items[0], "export") == 0) {
		for (size_t i = 1; i < words->len; i++)
			strvec_push(&context->env, words->items[i]);
	} else if (words->len > 0)
		unwrap_words(words, context, commands, depth + 1);
	strvec_done(words);
}

/* Takes the brackets of a subshell, "(cd /x" and "app)", off a word. */
static void
strip_brackets(char *word, bool first)
{
	const char *bare = word + (first ? strspn(word, "(") : 0);
	size_t len = strlen(bare);

	memmove(word, bare, len + 1);
	if (len > 1 && word[len - 1] == ')' && strchr(word, '(') == NULL)
		word[len - 1] = '\0';
}

static void
unwrap_line(const char *line, const struct plain_command *outer,
    struct plain_commands *commands, unsigned int depth)
{
	struct plain_command context = plain_command_within(outer);
	struct strvec all = STRVEC_INIT, simple = STRVEC_INIT;
	bool readable = shell_words_split(line, &all, NULL) == 0;

	for (size_t i = 0; readable && i < all.len; i++) {
		char *word = all.items[i];
		size_t len = strlen(word);
		bool last = len > 1 && word[len - 1] == ';';

		if (last)
			word[len - 1] = '\0';
		if (ends_command(word))
			last = true;
		else {
			strip_brackets(word, simple.len == 0);
			strvec_push(&simple, word);
		}
		if (last)
			flush_simple(&simple, &context, commands, depth);
	}
	flush_simple(&simple, &context, commands, depth);
	strvec_done(&all);
	plain_command_done(&context);
}

static void
unwrap_words(const struct strvec *words, const struct plain_command *context,
    struct plain_commands *commands, unsigned int depth)
{
	struct cursor cursor = { .words = words->items, .len = words->len };
	struct plain_command command = plain_command_within(context);

	take_assignments(&cursor, &command);
	while (take_wrapper(&cursor, &command))
		;
	if (cursor.line == NULL) {
		take_python(&cursor, &command);
		cursor.line = shell_line(&cursor);
	}
	if (cursor.line != NULL && depth < DEPTH_LIMIT) {
		unwrap_line(cursor.line, &command, commands, depth + 1);
	} else if (peek(&cursor, 0) != NULL) {
		for (; peek(&cursor, 0) != NULL; cursor.at++)
			strvec_push(&command.words, peek(&cursor, 0));
		commands->items = xreallocarray(commands->items,
		    commands->count + 1, sizeof(*commands->items));
		commands->items[commands->count++] = command;
		command = (struct plain_command){ .umask = -1 };
	}
	plain_command_done(&command);
	strvec_done(&cursor.own);
}

void
unwrap_command(const struct strvec *words, struct plain_commands *commands)
{
	const struct plain_command nothing = { .umask = -1 };

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
