/* SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <string.h>

#include "base/suggest.h"
#include "base/xmalloc.h"

#include "preflight/policy/options.h"

/*
 * The usage speaks of "supervisord-c preflight", which is what people type;
 * this program only does the work behind it.
 */

const char options_usage[] =
    "Usage: supervisord-c preflight [options]\n"
    "Checks whether nginx can reach what the programs of supervisord.conf\n"
    "serve: files, directories and sockets.  Starts and changes nothing.\n"
    "\n"
    "  -c, --configuration FILE  supervisord.conf\n"
    "      --program NAME        check this program or group (repeatable)\n"
    "      --all                 check all programs, switched off ones too\n"
    "      --format FORMAT       text, json, yaml, junit, prometheus or gate\n"
    "      --out FILE            write the report there, mode 0600\n"
    "      --fix plan|apply|none propose repairs (plan), or make them\n"
    "      --yes                 apply without asking\n"
    "      --full                look at every file of every tree\n"
    "      --stat-only           ask for the right to read, open no file\n"
    "      --require probed      fail if nothing could really be tried\n"
    "      --fail-level LEVEL    info, notice, warning, error or critical\n"
    "      --undecided RULE      pass, warn or fail; without it, exit code 2\n"
    "      --nginx FILE          nginx.conf, auto, none or pid:FILE\n"
    "      --nginx-dump          let nginx test its configuration (nginx -T),\n"
    "                            sealed off, and compare\n"
    "      --assume-user U[:G]   who the nginx worker will be\n"
    "      --root DIR            check an unpacked image\n"
    "      --policy FILE         YAML policy with waivers\n"
    "      --baseline FILE       report only what this JSON report lacks\n"
    "      --confirm no|http     ask a running nginx for sample files\n"
    "      --make-runtime-dir    make the program's runtime directory and\n"
    "                            check nothing; --format=gate only\n"
    "      --stored              print what report_dir has about the program,\n"
    "                            if it still holds; --format=gate only\n"
    "      --running             the program runs: look at its socket, not\n"
    "                            at what it will be\n"
    "      --keep                standard input is a file that keeps the\n"
    "                            answer: the daemon's plugin asks so\n"
    "  -h, --help                this text\n"
    "  -v, --version             the version\n"
    "\n"
    "Exit: 0 pass, 1 findings, 2 undecided, 3 configuration, 4 incomplete,\n"
    "5 not permitted, 64 usage.\n";

enum {
	OPTION_PROGRAM = 256,
	OPTION_ALL,
	OPTION_FORMAT,
	OPTION_OUT,
	OPTION_FIX,
	OPTION_YES,
	OPTION_FULL,
	OPTION_STAT_ONLY,
	OPTION_REQUIRE,
	OPTION_FAIL_LEVEL,
	OPTION_UNDECIDED,
	OPTION_NGINX,
	OPTION_NGINX_DUMP,
	OPTION_ASSUME_USER,
	OPTION_ROOT,
	OPTION_POLICY,
	OPTION_BASELINE,
	OPTION_CONFIRM,
	OPTION_RUNNING,
	OPTION_KEEP,
	OPTION_STORED,
	OPTION_MAKE_RUNTIME_DIR,
};

/* clang-format off */
static const struct option long_options[] = {
	{ "configuration",	required_argument, NULL, 'c' },
	{ "program",	required_argument, NULL, OPTION_PROGRAM },
	{ "all",	no_argument,	   NULL, OPTION_ALL },
	{ "format",	required_argument, NULL, OPTION_FORMAT },
	{ "out",	required_argument, NULL, OPTION_OUT },
	{ "fix",	required_argument, NULL, OPTION_FIX },
	{ "yes",	no_argument,	   NULL, OPTION_YES },
	{ "full",	no_argument,	   NULL, OPTION_FULL },
	{ "stat-only",	no_argument,	   NULL, OPTION_STAT_ONLY },
	{ "require",	required_argument, NULL, OPTION_REQUIRE },
	{ "fail-level",	required_argument, NULL, OPTION_FAIL_LEVEL },
	{ "undecided",	required_argument, NULL, OPTION_UNDECIDED },
	{ "nginx",	required_argument, NULL, OPTION_NGINX },
	{ "nginx-dump",	no_argument,	   NULL, OPTION_NGINX_DUMP },
	{ "assume-user", required_argument, NULL, OPTION_ASSUME_USER },
	{ "root",	required_argument, NULL, OPTION_ROOT },
	{ "policy",	required_argument, NULL, OPTION_POLICY },
	{ "baseline",	required_argument, NULL, OPTION_BASELINE },
	{ "confirm",	required_argument, NULL, OPTION_CONFIRM },
	{ "make-runtime-dir", no_argument, NULL, OPTION_MAKE_RUNTIME_DIR },
	{ "stored",	no_argument,	   NULL, OPTION_STORED },
	{ "running",	no_argument,	   NULL, OPTION_RUNNING },
	{ "keep",	no_argument,	   NULL, OPTION_KEEP },
	{ "help",	no_argument,	   NULL, 'h' },
	{ "version",	no_argument,	   NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static const char *const format_words[] = { "text", "json", "yaml", "junit",
	"prometheus", "gate", NULL };
static const char *const fix_words[] = { "plan", "apply", "none", NULL };
static const char *const undecided_words[] = { "code", "pass", "warn", "fail",
	NULL };
static const char *const require_words[] = { "any", "probed", NULL };
static const char *const confirm_words[] = { "no", "http", NULL };

/* The index of the word in the list, -1 with *cause if it is not there. */
static int
choose(const char *const *words, const char *option, const char *value,
    char **cause)
{
	const char *near;

	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], value) == 0)
			return i;
	}
	near = suggest(value, words);
	return cause_set(cause, "--%s does not know '%s'%s%s%s", option, value,
	    near == NULL ? "" : ", did you mean '", near == NULL ? "" : near,
	    near == NULL ? "" : "'?");
}

static int
take_severity(struct options *options, const char *value, char **cause)
{
	int level = severity_parse(value);

	if (level <= SEVERITY_UNDECIDED)
		return cause_set(cause,
		    "--fail-level does not know '%s'; it "
		    "is one of info, notice, warning, error, critical",
		    value);
	options->fail_level = (enum severity)level;
	options->has_fail_level = true;
	return 0;
}

/* Options whose value is one of a few words. */
static int
take_word(struct options *options, int option, const char *value, char **cause)
{
	int word;

	switch (option) {
	case OPTION_FORMAT:
		word = choose(format_words, "format", value, cause);
		options->format = (enum report_format)word;
		break;
	case OPTION_FIX:
		word = choose(fix_words, "fix", value, cause);
		options->fix = (enum fix_mode)word;
		break;
	case OPTION_UNDECIDED:
		word = choose(undecided_words, "undecided", value, cause);
		options->undecided = (enum undecided_rule)word;
		options->has_undecided = true;
		break;
	case OPTION_REQUIRE:
		word = choose(require_words, "require", value, cause);
		options->require_probed = word == 1;
		break;
	case OPTION_CONFIRM:
		word = choose(confirm_words, "confirm", value, cause);
		options->confirm_http = word == 1;
		break;
	default:
		return take_severity(options, value, cause);
	}
	return word == -1 ? -1 : 0;
}

/* Options that only keep their value; NULL for others. */
static const char **
slot(struct options *options, int option)
{
	switch (option) {
	case 'c':
		return &options->conf;
	case OPTION_OUT:
		return &options->out;
	case OPTION_NGINX:
		return &options->nginx;
	case OPTION_ASSUME_USER:
		return &options->assume_user;
	case OPTION_ROOT:
		return &options->root;
	case OPTION_POLICY:
		return &options->policy;
	case OPTION_BASELINE:
		return &options->baseline;
	}
	return NULL;
}

static bool
take_switch(struct options *options, int option)
{
	switch (option) {
	case OPTION_ALL:
		return options->all = true;
	case OPTION_YES:
		return options->yes = true;
	case OPTION_NGINX_DUMP:
		return options->nginx_dump = true;
	case OPTION_FULL:
		return options->full = true;
	case OPTION_STAT_ONLY:
		return options->stat_only = true;
	case OPTION_MAKE_RUNTIME_DIR:
		return options->make_runtime_dir = true;
	case OPTION_STORED:
		return options->stored = true;
	case OPTION_RUNNING:
		return options->running = true;
	case OPTION_KEEP:
		return options->keep = true;
	case 'h':
		return options->help = true;
	case 'v':
		return options->version = true;
	}
	return false;
}

static int
take(struct options *options, int option, const char *value, char **cause)
{
	const char **place = slot(options, option);

	if (place != NULL) {
		*place = value;
		return 0;
	}
	if (take_switch(options, option))
		return 0;
	if (option == OPTION_PROGRAM) {
		strvec_push(&options->programs, value);
		return 0;
	}
	return take_word(options, option, value, cause);
}

int
options_parse(int argc, char *argv[], struct options *options, char **cause)
{
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:hv", long_options,
		    NULL)) != -1) {
		if (option == ':')
			return cause_set(cause, "%s needs a value",
			    argv[optind - 1]);
		if (option == '?')
			return cause_set(cause, "unknown option %s",
			    argv[optind - 1]);
		if (take(options, option, optarg, cause) == -1)
			return -1;
	}
	if (optind < argc)
		return cause_set(cause, "unexpected word '%s'", argv[optind]);
	if (options->format == FORMAT_GATE && options->programs.len != 1)
		return cause_set(cause, "--format=gate needs one --program");
	if ((options->make_runtime_dir || options->stored) &&
	    options->format != FORMAT_GATE)
		return cause_set(cause, "%s needs --format=gate",
		    options->stored ? "--stored" : "--make-runtime-dir");
	if (options->root != NULL && options->nginx != NULL &&
	    strncmp(options->nginx, "pid:", 4) == 0)
		return cause_set(cause,
		    "nothing runs in an image: --root with pid:");
	if (options->root != NULL && options->fix == FIX_APPLY)
		return cause_set(cause,
		    "an image is not repaired: --root with --fix=apply");
	return 0;
}

void
options_done(struct options *options)
{
	strvec_done(&options->programs);
}
