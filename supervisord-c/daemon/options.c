/* SPDX-License-Identifier: ISC */
/*
 * The options of the daemon as one table, and what each does to the overrides.
 * They are applied from left to right and the first mistake ends it, so that
 * "-h" helps even before a wrong option behind it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "daemon/options.h"

/* Where an option's value goes. */
struct row {
	struct cmdline_option option;
	int (*apply)(const struct row *, struct options *, const char *value,
	    char **cause);
	size_t offset; /* in struct config_overrides */
	enum options_action action;
	const char *argument; /* its name in the help */
	const char *help;     /* NULL: not shown */
};

#define AT(member) offsetof(struct config_overrides, member)

static void *
member(const struct row *row, struct options *options)
{
	return (char *)&options->overrides + row->offset;
}

/* The text belongs to the options from now on. */
static void
set_text(const struct row *row, struct options *options, char *text)
{
	const char **out = member(row, options);

	strvec_push_taken(&options->texts, text);
	*out = text;
}

static int
apply_text(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	(void)cause;
	set_text(row, options, xstrdup(value));
	return 0;
}

static int
apply_directory(const struct row *row, struct options *options,
    const char *value, char **cause)
{
	char *path;

	if (convert_directory(value, NULL, &path, cause) == -1)
		return -1;
	set_text(row, options, path);
	return 0;
}

static int
apply_dirpath(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	char *path;

	if (convert_dirpath(value, NULL, &path, cause) == -1)
		return -1;
	set_text(row, options, path);
	return 0;
}

static int
apply_flag(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	bool *out = member(row, options);

	(void)value;
	(void)cause;
	*out = true;
	return 0;
}

static int
apply_int(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	long long *out = member(row, options);
	int number;

	if (convert_int(value, &number, cause) == -1)
		return -1;
	*out = number;
	return 0;
}

static int
apply_octal(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	return parse_octal(value, member(row, options), cause);
}

static int
apply_bytes(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	return parse_bytes(value, member(row, options), cause);
}

static int
apply_loglevel(const struct row *row, struct options *options,
    const char *value, char **cause)
{
	int *out = member(row, options);
	enum log_level level;

	if (convert_loglevel(value, &level, cause) == -1)
		return -1;
	*out = (int)level;
	return 0;
}

static int
apply_action(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	(void)value;
	(void)cause;
	options->action = row->action;
	return 0;
}

static int
apply_nothing(const struct row *row, struct options *options, const char *value,
    char **cause)
{
	(void)row;
	(void)options;
	(void)value;
	(void)cause;
	return 0;
}

/* The identity of an option is its number in this table. */
static const struct row rows[] = {
	{ .option = { .id = 1,
	      .short_name = 'c',
	      .long_name = "configuration",
	      .takes_value = true },
	    .apply = apply_text,
	    .offset = AT(path),
	    .argument = "FILE",
	    .help = "read this configuration file" },
	{ .option = { .id = 2, .short_name = 'n', .long_name = "nodaemon" },
	    .apply = apply_flag,
	    .offset = AT(nodaemon),
	    .help = "stay in the foreground" },
	{ .option = { .id = 3, .short_name = 's', .long_name = "silent" },
	    .apply = apply_flag,
	    .offset = AT(silent),
	    .help = "do not copy the log to stdout in the foreground" },
	{ .option = { .id = 4, .short_name = 'h', .long_name = "help" },
	    .apply = apply_action,
	    .action = ACTION_HELP,
	    .help = "print this text" },
	{ .option = { .id = 4, .short_name = '?' },
	    .apply = apply_action,
	    .action = ACTION_HELP },
	{ .option = { .id = 5, .short_name = 'v', .long_name = "version" },
	    .apply = apply_action,
	    .action = ACTION_VERSION,
	    .help = "print the version" },
	{ .option = { .id = 6,
	      .short_name = 'u',
	      .long_name = "user",
	      .takes_value = true },
	    .apply = apply_text,
	    .offset = AT(user),
	    .argument = "USER",
	    .help = "run as this user, a name or uid" },
	{ .option = { .id = 7,
	      .short_name = 'm',
	      .long_name = "umask",
	      .takes_value = true },
	    .apply = apply_octal,
	    .offset = AT(umask),
	    .argument = "OCTAL",
	    .help = "umask of the daemon (022)" },
	{ .option = { .id = 8,
	      .short_name = 'd',
	      .long_name = "directory",
	      .takes_value = true },
	    .apply = apply_directory,
	    .offset = AT(directory),
	    .argument = "DIR",
	    .help = "change to DIR as a daemon" },
	{ .option = { .id = 9,
	      .short_name = 'l',
	      .long_name = "logfile",
	      .takes_value = true },
	    .apply = apply_dirpath,
	    .offset = AT(logfile),
	    .argument = "FILENAME",
	    .help = "use FILENAME as the main log; may be syslog" },
	{ .option = { .id = 10,
	      .short_name = 'y',
	      .long_name = "logfile_maxbytes",
	      .takes_value = true },
	    .apply = apply_bytes,
	    .offset = AT(logfile_maxbytes),
	    .argument = "BYTES",
	    .help = "size at which the main log is rotated (50MB)" },
	{ .option = { .id = 11,
	      .short_name = 'z',
	      .long_name = "logfile_backups",
	      .takes_value = true },
	    .apply = apply_int,
	    .offset = AT(logfile_backups),
	    .argument = "NUM",
	    .help = "rotated main logs to keep (10)" },
	{ .option = { .id = 12,
	      .short_name = 'e',
	      .long_name = "loglevel",
	      .takes_value = true },
	    .apply = apply_loglevel,
	    .offset = AT(loglevel),
	    .argument = "LEVEL",
	    .help = "critical, error, warn, info, debug, trace or blather" },
	{ .option = { .id = 13,
	      .short_name = 'j',
	      .long_name = "pidfile",
	      .takes_value = true },
	    .apply = apply_dirpath,
	    .offset = AT(pidfile),
	    .argument = "FILE",
	    .help = "file that the daemon's pid is written to" },
	{ .option = { .id = 14,
	      .short_name = 'i',
	      .long_name = "identifier",
	      .takes_value = true },
	    .apply = apply_text,
	    .offset = AT(identifier),
	    .argument = "NAME",
	    .help = "name of this daemon in log files and events" },
	{ .option = { .id = 15,
	      .short_name = 'q',
	      .long_name = "childlogdir",
	      .takes_value = true },
	    .apply = apply_directory,
	    .offset = AT(childlogdir),
	    .argument = "DIR",
	    .help = "where AUTO logs of children go" },
	{ .option = { .id = 16, .short_name = 'k', .long_name = "nocleanup" },
	    .apply = apply_flag,
	    .offset = AT(nocleanup),
	    .help = "keep the AUTO logs of the last run" },
	{ .option = { .id = 17,
	      .short_name = 'a',
	      .long_name = "minfds",
	      .takes_value = true },
	    .apply = apply_int,
	    .offset = AT(minfds),
	    .argument = "NUM",
	    .help = "descriptors that must be available (1024)" },
	{ .option = { .id = 18, .long_name = "minprocs", .takes_value = true },
	    .apply = apply_int,
	    .offset = AT(minprocs),
	    .argument = "NUM",
	    .help = "processes that must be available (200)" },
	{ .option = { .id = 19, .short_name = 't', .long_name = "strip_ansi" },
	    .apply = apply_flag,
	    .offset = AT(strip_ansi),
	    .help = "remove escape sequences from what children write" },
	{ .option = { .id = 20,
	      .long_name = "profile_options",
	      .takes_value = true },
	    .apply = apply_nothing,
	    .argument = "LIST",
	    .help = "accepted and ignored" },
	{ .option = { .id = 21,
	      .short_name = 'T',
	      .long_name = "check-config",
	      .addition = true },
	    .apply = apply_action,
	    .action = ACTION_CHECK_CONFIG,
	    .help = "check the configuration and exit" },
	{ .option = { .id = 22, .long_name = "dump-config", .addition = true },
	    .apply = apply_action,
	    .action = ACTION_DUMP_CONFIG,
	    .help = "print the configuration as JSON and exit" },
	{ .option = { .id = 23,
	      .long_name = "preflight-only",
	      .addition = true,
	      .ends = true },
	    .apply = apply_action,
	    .action = ACTION_PREFLIGHT,
	    .help = "run the preflight checker; its options follow" },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Programs that a first word stands for. */
static const struct {
	const char *word;
	enum options_action action;
} word_actions[] = {
	{ "ctl", ACTION_CTL },
	{ "preflight", ACTION_PREFLIGHT },
};

static const struct row *
find_row(int id)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].option.id == id)
			return &rows[i];
	}
	return NULL;
}

static bool
is_drop_in(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strcmp(slash != NULL ? slash + 1 : program, "supervisord") == 0;
}

/* What the left-over words mean. */
static int
apply_words(struct options *out, char **cause)
{
	char *const *words = out->cmdline.words;
	char *shown;

	out->words = words;
	if (*words == NULL || out->action == ACTION_PREFLIGHT)
		return 0;
	for (size_t i = 0; i < sizeof(word_actions) / sizeof(word_actions[0]);
	     i++) {
		if (!is_drop_in(out->overrides.program) &&
		    strcmp(*words, word_actions[i].word) == 0) {
			out->action = word_actions[i].action;
			out->words++;
			return 0;
		}
	}
	shown = repr_list(words);
	cause_set(cause, "positional arguments are not supported: %s", shown);
	free(shown);
	return -1;
}

static bool
is_final(enum options_action action)
{
	return action == ACTION_HELP || action == ACTION_VERSION;
}

static int
apply_item(struct options *out, size_t index, char **cause)
{
	const struct cmdline_item *item = &out->cmdline.items[index];
	const struct row *row = find_row(item->id);
	char *why = NULL;
	int result = row->apply(row, out, item->value, &why);

	if (result == -1)
		cmdline_refuse(item, why, cause);
	free(why);
	return result;
}

static int
apply_items(struct options *out, char **cause)
{
	enum options_action word_action = out->action;

	for (size_t i = 0; i < out->cmdline.count; i++) {
		if (apply_item(out, i, cause) == -1)
			return -1;
		if (is_final(out->action))
			return 0;
		if (cmdline_check_once(&out->cmdline, i, cause) == -1)
			return -1;
	}
	if (word_action != ACTION_RUN)
		out->action = word_action;
	return 0;
}

static bool
ends_in_preflight(const struct cmdline *cmdline)
{
	const struct row *last;

	if (cmdline->count == 0)
		return false;
	last = find_row(cmdline->items[cmdline->count - 1].id);
	return last->option.ends;
}

/* A daemon that has changed to another folder still knows relative paths. */
static void
note_start_folder(struct options *out)
{
	char *folder = getcwd(NULL, 0);

	if (folder == NULL)
		return;
	strvec_push_taken(&out->texts, folder);
	out->overrides.base = folder;
}

int
options_parse(const char *program, char *const argv[], struct options *out,
    char **cause)
{
	struct cmdline_option table[ROW_COUNT + 1] = { { .id = 0 } };
	struct options result = {
		.overrides = CONFIG_OVERRIDES_INIT,
		.texts = STRVEC_INIT,
	};

	for (size_t i = 0; i < ROW_COUNT; i++)
		table[i] = rows[i].option;
	result.overrides.program = program;
	note_start_folder(&result);
	if (cmdline_parse(table, argv, &result.cmdline, cause) == -1) {
		options_done(&result);
		return -1;
	}
	if (ends_in_preflight(&result.cmdline))
		result.action = ACTION_PREFLIGHT;
	if (apply_words(&result, cause) == -1 ||
	    apply_items(&result, cause) == -1) {
		options_done(&result);
		return -1;
	}
	*out = result;
	return 0;
}

void
options_done(struct options *options)
{
	cmdline_done(&options->cmdline);
	strvec_done(&options->texts);
}

static void
print_option(FILE *out, const struct row *row)
{
	const struct cmdline_option *option = &row->option;

	if (option->short_name != '\0')
		fprintf(out, "-%c/", option->short_name);
	fprintf(out, "--%s%s%s -- %s\n", option->long_name,
	    row->argument != NULL ? " " : "",
	    row->argument != NULL ? row->argument : "", row->help);
}

void
options_print_help(FILE *out, const char *program)
{
	fprintf(out,
	    "supervisord -- run a set of applications and keep them running.\n"
	    "\nusage: %s [OPTION ...]\n",
	    program);
	if (!is_drop_in(program))
		fprintf(out,
		    "       %s ctl [ARGUMENT ...]\n"
		    "       %s preflight [ARGUMENT ...]\n",
		    program, program);
	fprintf(out,
	    "\nStarts and watches the programs of a configuration file.  An "
	    "option given here\nwins over the file.\n\n");
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].help != NULL)
			print_option(out, &rows[i]);
	}
}
