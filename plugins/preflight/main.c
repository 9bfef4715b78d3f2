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

#include "preflight/checkup.h"
#include "preflight/exit_code.h"
#include "preflight/fix_apply.h"
#include "preflight/options.h"
#include "preflight/report.h"
#include "preflight/report_gate.h"
#include "preflight/report_json.h"
#include "preflight/report_junit.h"
#include "preflight/report_prometheus.h"
#include "preflight/report_text.h"
#include "preflight/report_yaml.h"

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

/* The report may name secrets: 0600, and never through somebody's link. */
static int
write_out(const char *path, const struct strbuf *text, char **cause)
{
	char *fresh = xasprintf("%s.new", path);
	int fd, failed;

	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	failed = fd == -1 || fd_write_all(fd, text->data, text->len) == -1 ||
	    close(fd) == -1 || rename(fresh, path) == -1;
	if (failed)
		cause_set(cause, "cannot write the report %s: %s", path,
		    strerror(errno));
	free(fresh);
	return failed ? -1 : 0;
}

static int
deliver(const struct options *options, const struct report *report,
    char **cause)
{
	struct strbuf text = STRBUF_INIT;
	int failed = print_report(options, report, &text, cause);

	if (!failed && options->out != NULL)
		failed = write_out(options->out, &text, cause);
	else if (!failed &&
	    fd_write_all(STDOUT_FILENO, text.data, text.len) == -1)
		failed = cause_set(cause, "cannot write the report: %s",
		    strerror(errno));
	strbuf_done(&text);
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
check(const struct options *options)
{
	struct report report;
	char *cause = NULL;
	int code;

	report_init(&report);
	if (checkup_run(options, &report, &cause) == -1)
		code = complain(cause, EXIT_CONFIG);
	else if (deliver(options, &report, &cause) == -1)
		code = complain(cause, EXIT_INCOMPLETE);
	else if (options->fix == FIX_APPLY &&
	    fix_apply(&report, options->yes, &cause) == -1)
		code = complain(cause, EXIT_NOT_PERMITTED);
	else
		code = report.exit;
	report_done(&report);
	return code;
}

int
main(int argc, char *argv[])
{
	struct options options = OPTIONS_INIT;
	char *cause = NULL;
	int code = EXIT_PASS;

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_CRITICAL);
	if (options_parse(argc, argv, &options, &cause) == -1)
		code = complain(cause, EXIT_USAGE);
	else if (options.help)
		fputs(options_usage, stdout);
	else if (options.version)
		puts(PACKAGE_VERSION);
	else
		code = check(&options);
	options_done(&options);
	return code;
}
