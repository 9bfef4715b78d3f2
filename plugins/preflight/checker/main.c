/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"

#include "preflight/checker/checkup.h"
#include "preflight/checker/exit_code.h"
#include "preflight/checker/prepare.h"
#include "preflight/fix/fix_apply.h"
#include "preflight/policy/options.h"
#include "preflight/probe/tree_key.h"
#include "preflight/report/report.h"
#include "preflight/report/report_gate.h"
#include "preflight/report/report_json.h"
#include "preflight/report/report_junit.h"
#include "preflight/report/report_prometheus.h"
#include "preflight/report/report_store.h"
#include "preflight/report/report_text.h"
#include "preflight/report/report_yaml.h"
#include "preflight/witness/digest.h"
#include "preflight/witness/kept.h"
#include "preflight/witness/stamp.h"

/*
 * supervisord-c-preflight: parse, run, print, exit.
 */

static int
print_report(const struct options *options, const struct report *report,
    struct strbuf *out, char **cause)
{
	switch (options->format) {
	case FORMAT_TEXT:
		report_text_write(report, out);
		break;
	case FORMAT_JSON:
		report_json_write(report, false, out);
		break;
	case FORMAT_YAML:
		return report_yaml_write(report, out, cause);
	case FORMAT_JUNIT:
		report_junit_write(report, out);
		break;
	case FORMAT_PROMETHEUS:
		report_prometheus_write(report, out);
		break;
	case FORMAT_GATE:
		report_gate_write(report, report->programs[0].name, out);
		break;
	}
	return 0;
}

static int
put_out(const struct options *options, const struct strbuf *text, char **cause)
{
	if (options->out != NULL)
		return report_file_write(options->out, text, cause);
	if (fd_write_all(STDOUT_FILENO, text->data, text->len) == 0)
		return 0;
	return cause_set(cause, "cannot write the report: %s", strerror(errno));
}

/* Takes the text of the report over into kept. */
static int
deliver(const struct options *options, struct report *report, struct kept *kept,
    char **cause)
{
	int failed;

	strbuf_init(&kept->text);
	failed = print_report(options, report, &kept->text, cause);
	if (!failed)
		failed = put_out(options, &kept->text, cause);
	kept->exit = report->exit;
	if (!failed && options->keep && report->exit != EXIT_INCOMPLETE)
		kept_write(STDIN_FILENO, kept);
	if (!failed && report->store != NULL)
		failed = report_store(report, cause);
	return failed;
}

static int
complain(char *cause, int code)
{
	fprintf(stderr, "supervisord-c preflight: %s\n", cause);
	free(cause);
	return code;
}

static int
check(const struct options *options, struct kept *kept)
{
	struct report report;
	char *cause = NULL;
	int code;

	report_init(&report);
	if (checkup_run(options, &report, &cause) == -1)
		code = complain(cause, EXIT_CONFIG);
	else if (deliver(options, &report, kept, &cause) == -1)
		code = complain(cause, EXIT_INCOMPLETE);
	else if (options->fix == FIX_APPLY &&
	    fix_apply(&report, options->yes, &cause) == -1)
		code = complain(cause, EXIT_NOT_PERMITTED);
	else
		code = report.exit;
	report_done(&report);
	return code;
}

/* Nothing at all if there is none that holds. */
static int
show_stored(const struct options *options, struct kept *kept)
{
	char *cause = NULL;

	strbuf_init(&kept->text);
	if (checkup_stored(options, &kept->text, &cause) == -1)
		return complain(cause, EXIT_CONFIG);
	if (put_out(options, &kept->text, &cause) == -1)
		return complain(cause, EXIT_INCOMPLETE);
	return EXIT_PASS;
}

static int
prepare(const struct options *options, struct kept *kept)
{
	char *cause = NULL;

	strbuf_init(&kept->text);
	if (prepare_run(options, &kept->text, &cause) == -1)
		return complain(cause, EXIT_CONFIG);
	if (put_out(options, &kept->text, &cause) == -1)
		return complain(cause, EXIT_INCOMPLETE);
	return EXIT_PASS;
}

/* The kept answer if it still holds, else a new one. */
static int
answer(const struct options *options, struct kept *kept)
{
	char *cause = NULL;

	if (options->make_runtime_dir)
		return prepare(options, kept);
	if (options->stored)
		return show_stored(options, kept);
	if (!options->keep || !kept_read(STDIN_FILENO, KEPT_MAX_MS, kept))
		return check(options, kept);
	if (put_out(options, &kept->text, &cause) == -1)
		return complain(cause, EXIT_INCOMPLETE);
	return kept->exit;
}

/* What is asked, and by whom. */
static uint64_t
digest_question(int argc, char *argv[])
{
	uid_t uid = geteuid();
	uint64_t digest = digest_add(DIGEST_INIT, &uid, sizeof(uid));

	for (int i = 0; i < argc; i++)
		digest = digest_add(digest, argv[i], strlen(argv[i]) + 1);
	return digest;
}

int
main(int argc, char *argv[])
{
	struct options options = OPTIONS_INIT;
	struct kept kept = { .asked = digest_question(argc, argv),
		.text = STRBUF_INIT };
	char *cause = NULL;
	int code = EXIT_PASS;

	signal(SIGPIPE, SIG_IGN);
	/* Ignored, as who started us may have it, no child could be waited for. */
	signal(SIGCHLD, SIG_DFL);
	log_set_level(LOG_LEVEL_CRITICAL);
	stamp_list_by(tree_key_digest);
	if (options_parse(argc, argv, &options, &cause) == -1)
		code = complain(cause, EXIT_USAGE);
	else if (options.help)
		fputs(options_usage, stdout);
	else if (options.version)
		puts(PACKAGE_VERSION);
	else
		code = answer(&options, &kept);
	strbuf_done(&kept.text);
	options_done(&options);
	return code;
}
