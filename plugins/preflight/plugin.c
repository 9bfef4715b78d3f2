/* SPDX-License-Identifier: ISC */
/*
 * The preflight plugin: before a program starts, the checker is asked whether
 * the paired nginx worker can reach it.  The checker is a process of its own
 * with a deadline; this file only decides when to ask it, what an answer means
 * for the start, and remembers the last answer of each program.
 *
 * preflight=block: the start waits and a failure refuses it.
 * preflight=warn:  the start goes on at once, the answer is logged.
 * preflight=off:   nothing is asked.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "plugin/supd_plugin.h"

#define CHECKER		  "supervisord-c-preflight"
#define TIMEOUT_DEFAULT_S 5
/* What the checker may need over its own deadline to report that it passed. */
#define TIMEOUT_GRACE_MS  2000
#define REPORT_MAX_BYTES  (4 * 1024 * 1024)
#define CHECKS_AT_ONCE	  2

enum mode {
	MODE_OFF,
	MODE_WARN,
	MODE_BLOCK,
};

/* How the checker's first line begins, and what each word means to us. */
enum verdict {
	VERDICT_OK,
	VERDICT_WARN,
	VERDICT_FAIL,
	VERDICT_UNDECIDED,
	VERDICT_NONE, /* the checker itself failed */
};

static const struct {
	const char *word;
	const char *event;
} verdicts[] = {
	[VERDICT_OK] = { "ok", "PREFLIGHT_OK" },
	[VERDICT_WARN] = { "warn", "PREFLIGHT_WARN" },
	[VERDICT_FAIL] = { "fail", "PREFLIGHT_FAIL" },
	[VERDICT_UNDECIDED] = { "undecided", "PREFLIGHT_WARN" },
	[VERDICT_NONE] = { "error", "PREFLIGHT_WARN" },
};

#define VERDICT_COUNT (sizeof(verdicts) / sizeof(verdicts[0]))

/* The last answer about a program. */
struct record {
	char *program;
	enum verdict verdict;
	char *sentence;
	char *report; /* JSON */
	SLIST_ENTRY(record) next;
};

/* One check, waiting or under way. */
struct check {
	struct preflight *preflight;
	char *group;
	char *name;
	char *program;
	struct supd_question *question; /* NULL: nobody waits for it */
	struct supd_call *call;		/* likewise */
	struct supd_child *child;	/* NULL while it waits its turn */
	TAILQ_ENTRY(check) next;
};

struct preflight {
	const struct supd_host *host;
	SLIST_HEAD(, record) records;
	TAILQ_HEAD(, check) checks;
	unsigned int running;
};

/*
 * Settings: the program's own key, then [preflight:PROGRAM], then [preflight].
 */
static const char *
option(const struct preflight *preflight, const struct supd_process *process,
    const char *key)
{
	const struct supd_host *host = preflight->host;
	char *own = xasprintf("preflight_%s", key);
	char *section = xasprintf("preflight:%s", process->program);
	const char *value;

	value = host->program_option(host, process->group, process->name,
	    strcmp(key, "mode") == 0 ? "preflight" : own);
	if (value == NULL)
		value = host->section_option(host, section, key);
	if (value == NULL)
		value = host->section_option(host, "preflight", key);
	free(section);
	free(own);
	return value;
}

/* Any of these says that somebody wants the program checked. */
static const char *const other_keys[] = { "nginx", "nginx_user", "server",
	"static", "socket", "socket_mode", "upload", "policy", "timeout",
	"budget", "confirm", "runtime_dir", "fail_level", "report_dir" };

static bool
is_mentioned(const struct preflight *preflight,
    const struct supd_process *process)
{
	for (size_t i = 0; i < sizeof(other_keys) / sizeof(other_keys[0]);
	     i++) {
		if (option(preflight, process, other_keys[i]) != NULL)
			return true;
	}
	return false;
}

static enum mode
mode_of(const struct preflight *preflight, const struct supd_process *process)
{
	const char *word = option(preflight, process, "mode");
	char *text;

	if (word == NULL)
		return is_mentioned(preflight, process) ? MODE_WARN : MODE_OFF;
	if (strcasecmp(word, "off") == 0)
		return MODE_OFF;
	if (strcasecmp(word, "block") == 0)
		return MODE_BLOCK;
	if (strcasecmp(word, "warn") != 0) {
		text = xasprintf("preflight of '%s': '%s' is none of off, "
				 "warn and block, taken as warn",
		    process->program, word);
		preflight->host->log(preflight->host, SUPD_WARN, text);
		free(text);
	}
	return MODE_WARN;
}

static int64_t
deadline_ms(const struct preflight *preflight,
    const struct supd_process *process)
{
	const char *text = option(preflight, process, "timeout");
	long seconds = text == NULL ? 0 : strtol(text, NULL, 10);

	if (seconds <= 0 || seconds > 3600)
		seconds = TIMEOUT_DEFAULT_S;
	return (int64_t)seconds * 1000 + TIMEOUT_GRACE_MS;
}

static struct record *
find_record(const struct preflight *preflight, const char *program)
{
	struct record *record;

	SLIST_FOREACH(record, &preflight->records, next)
	{
		if (strcmp(record->program, program) == 0)
			return record;
	}
	return NULL;
}

static struct record *
renew_record(struct preflight *preflight, const char *program)
{
	struct record *record = find_record(preflight, program);

	if (record == NULL) {
		record = xcalloc(1, sizeof(*record));
		record->program = xstrdup(program);
		SLIST_INSERT_HEAD(&preflight->records, record, next);
	}
	free(record->sentence);
	free(record->report);
	record->sentence = NULL;
	record->report = NULL;
	return record;
}

/* The checker's output: "verdict TAB sentence", newline, the JSON report. */
static void
parse_output(struct record *record, const struct supd_result *result)
{
	const char *line_end = strchr(result->output, '\n');
	const char *tab = strchr(result->output, '\t');

	record->verdict = VERDICT_NONE;
	if (result->timed_out) {
		record->sentence = xstrdup("the check took too long");
		return;
	}
	if (line_end == NULL || tab == NULL || tab > line_end) {
		record->sentence = result->exit_status == -1
		    ? xstrdup("the checker could not be run")
		    : xasprintf("the checker failed with status %d",
			  result->exit_status);
		return;
	}
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (strlen(verdicts[i].word) ==
			(size_t)(tab - result->output) &&
		    strncmp(verdicts[i].word, result->output,
			(size_t)(tab - result->output)) == 0)
			record->verdict = (enum verdict)i;
	}
	record->sentence = xstrndup(tab + 1, (size_t)(line_end - tab - 1));
	record->report = xstrdup(line_end + 1);
}

static void
announce(const struct check *check, const struct record *record)
{
	const struct supd_host *host = check->preflight->host;
	enum supd_level level =
	    record->verdict == VERDICT_OK ? SUPD_INFO : SUPD_WARN;
	char *text;

	text = xasprintf("preflight of '%s': %s%s%s", check->program,
	    verdicts[record->verdict].word,
	    record->sentence[0] == '\0' ? "" : ", ", record->sentence);
	host->log(host, level, text);
	free(text);
	text = xasprintf("processname:%s groupname:%s verdict:%s\n%s",
	    check->name, check->group, verdicts[record->verdict].word,
	    record->report == NULL ? "" : record->report);
	host->publish(host, verdicts[record->verdict].event, text);
	free(text);
}

static void
fill_row(struct supd_value row[3], const struct record *record)
{
	row[0] = (struct supd_value){ .type = SUPD_STRING,
		.name = "name",
		.text = record->program };
	row[1] = (struct supd_value){ .type = SUPD_STRING,
		.name = "verdict",
		.text = verdicts[record->verdict].word };
	row[2] = (struct supd_value){ .type = SUPD_STRING,
		.name = "sentence",
		.text = record->sentence };
}

static void
return_record(const struct preflight *preflight, struct supd_call *call,
    const struct record *record)
{
	struct supd_value row[3];
	struct supd_value value = { .type = SUPD_STRUCT,
		.items = row,
		.count = 3 };

	fill_row(row, record);
	preflight->host->rpc_return(preflight->host, call, &value);
}

static void
check_free(struct check *check)
{
	TAILQ_REMOVE(&check->preflight->checks, check, next);
	free(check->group);
	free(check->name);
	free(check->program);
	free(check);
}

static void start_waiting(struct preflight *);

static void
on_checker_done(const struct supd_result *result, void *arg)
{
	struct check *check = arg;
	struct preflight *preflight = check->preflight;
	const struct supd_host *host = preflight->host;
	struct record *record = renew_record(preflight, check->program);
	char *refusal = NULL;

	preflight->running--;
	parse_output(record, result);
	announce(check, record);
	/* Only a proven failure holds a program back. */
	if (record->verdict == VERDICT_FAIL)
		refusal = xasprintf("preflight: %s", record->sentence);
	if (check->question != NULL)
		host->gate_answer(host, check->question, refusal);
	if (check->call != NULL)
		return_record(preflight, check->call, record);
	free(refusal);
	check_free(check);
	start_waiting(preflight);
}

static void
start_check(struct check *check)
{
	struct preflight *preflight = check->preflight;
	const struct supd_host *host = preflight->host;
	struct supd_process process = { .group = check->group,
		.name = check->name,
		.program = check->program };
	const char *const argv[] = { host->helper_path(host, CHECKER), "-c",
		host->config_path(host), "--format=gate", "--program",
		check->program, NULL };

	preflight->running++;
	check->child =
	    host->run_child(host, argv, deadline_ms(preflight, &process),
		REPORT_MAX_BYTES, on_checker_done, check);
}

static void
start_waiting(struct preflight *preflight)
{
	struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (preflight->running >= CHECKS_AT_ONCE)
			break;
		if (check->child == NULL)
			start_check(check);
	}
}

static struct check *
add_check(struct preflight *preflight, const struct supd_process *process)
{
	struct check *check = xcalloc(1, sizeof(*check));

	check->preflight = preflight;
	check->group = xstrdup(process->group);
	check->name = xstrdup(process->name);
	check->program = xstrdup(process->program);
	TAILQ_INSERT_TAIL(&preflight->checks, check, next);
	return check;
}

/* A background check of the program is wanted, but one is enough. */
static bool
is_being_checked(const struct preflight *preflight, const char *program)
{
	struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (strcmp(check->program, program) == 0)
			return true;
	}
	return false;
}

static void
on_start_asked(struct supd_question *question,
    const struct supd_process *process, void *arg)
{
	struct preflight *preflight = arg;
	enum mode mode = mode_of(preflight, process);

	if (mode == MODE_BLOCK) {
		add_check(preflight, process)->question = question;
		start_waiting(preflight);
		return;
	}
	if (mode == MODE_WARN &&
	    !is_being_checked(preflight, process->program)) {
		add_check(preflight, process);
		start_waiting(preflight);
	}
	preflight->host->gate_answer(preflight->host, question, NULL);
}

static void
on_start_cancelled(struct supd_question *question, void *arg)
{
	struct preflight *preflight = arg;
	struct check *check;

	TAILQ_FOREACH(check, &preflight->checks, next) {
		if (check->question == question) {
			check->question = NULL;
			return;
		}
	}
}

/*
 * RPC: check(name) runs a check now, report(name) gives the last one as JSON,
 * reports() lists the last ones.
 */
struct wanted {
	const char *name; /* "program", "group:name" or the process's name */
	struct supd_process found;
};

static void
match_process(const struct supd_process *process, void *arg)
{
	struct wanted *wanted = arg;
	char *full = xasprintf("%s:%s", process->group, process->name);

	if (wanted->found.name == NULL &&
	    (strcmp(wanted->name, process->program) == 0 ||
		strcmp(wanted->name, process->name) == 0 ||
		strcmp(wanted->name, full) == 0))
		wanted->found = *process;
	free(full);
}

static bool
find_process(const struct preflight *preflight, struct supd_call *call,
    struct supd_process *found)
{
	const struct supd_host *host = preflight->host;
	struct wanted wanted = { .name = host->rpc_param(host, call, 0) };

	if (wanted.name != NULL)
		host->each_process(host, match_process, &wanted);
	if (wanted.found.name == NULL) {
		host->rpc_fault(host, call, 10, wanted.name);
		return false;
	}
	*found = wanted.found;
	return true;
}

static void
method_check(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	struct supd_process process;

	if (!find_process(preflight, call, &process))
		return;
	add_check(preflight, &process)->call = call;
	start_waiting(preflight);
}

static void
method_report(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	const struct supd_host *host = preflight->host;
	struct supd_value value = { .type = SUPD_STRING };
	struct supd_process process;
	const struct record *record;

	if (!find_process(preflight, call, &process))
		return;
	record = find_record(preflight, process.program);
	if (record != NULL && record->report != NULL)
		value.text = record->report;
	host->rpc_return(host, call, &value);
}

static void
method_reports(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	struct supd_value list = { .type = SUPD_ARRAY };
	struct supd_value *rows, *members;
	const struct record *record;
	size_t i = 0;

	SLIST_FOREACH(record, &preflight->records, next)
	list.count++;
	rows = xcalloc(list.count, sizeof(*rows));
	members = xcalloc(list.count, 3 * sizeof(*members));
	SLIST_FOREACH(record, &preflight->records, next)
	{
		fill_row(members + 3 * i, record);
		rows[i] = (struct supd_value){ .type = SUPD_STRUCT,
			.items = members + 3 * i,
			.count = 3 };
		i++;
	}
	list.items = rows;
	preflight->host->rpc_return(preflight->host, call, &list);
	free(members);
	free(rows);
}

static const struct supd_method methods[] = {
	{ "check", "struct,string", 1,
	    "Run the check of a program now\n\n"
	    "@param string name     the program's or process's name\n"
	    "@return struct         name, verdict and sentence",
	    method_check },
	{ "report", "string,string", 1,
	    "The last report about a program\n\n"
	    "@param string name     the program's or process's name\n"
	    "@return string         JSON, empty if it was never checked",
	    method_report },
	{ "reports", "array", 0,
	    "The last verdict about each program that was checked\n\n"
	    "@return array          structs of name, verdict and sentence",
	    method_reports },
};

static void *
start(const struct supd_host *host)
{
	struct preflight *preflight;

	if (host->abi != SUPD_PLUGIN_ABI || host->size < sizeof(*host))
		return NULL;
	preflight = xcalloc(1, sizeof(*preflight));
	preflight->host = host;
	SLIST_INIT(&preflight->records);
	TAILQ_INIT(&preflight->checks);
	host->gate_keep(host, on_start_asked, on_start_cancelled, preflight);
	if (host->rpc_register(host, "preflight", methods,
		sizeof(methods) / sizeof(methods[0]), preflight) == -1)
		host->log(host, SUPD_WARN,
		    "the RPC namespace 'preflight' is taken");
	return preflight;
}

static void
stop(void *data)
{
	struct preflight *preflight = data;
	struct check *check;
	struct record *record;

	while ((check = TAILQ_FIRST(&preflight->checks)) != NULL) {
		if (check->child != NULL)
			preflight->host->kill_child(preflight->host,
			    check->child);
		check_free(check);
	}
	while ((record = SLIST_FIRST(&preflight->records)) != NULL) {
		SLIST_REMOVE_HEAD(&preflight->records, next);
		free(record->program);
		free(record->sentence);
		free(record->report);
		free(record);
	}
	free(preflight);
}

__attribute__((visibility("default"))) const struct supd_plugin supd_plugin = {
	.abi = SUPD_PLUGIN_ABI,
	.size = sizeof(struct supd_plugin),
	.name = "preflight",
	.start = start,
	.stop = stop,
};
