/* SPDX-License-Identifier: ISC */
/*
 * RPC: check(name) runs a check now, report(name) gives the last one as JSON,
 * reports() lists the last ones.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

static void
fill_row(struct supd_value row[3], const struct record *record)
{
	row[0] = (struct supd_value){ .type = SUPD_STRING,
		.name = "name",
		.text = record->program };
	row[1] = (struct supd_value){ .type = SUPD_STRING,
		.name = "verdict",
		.text = verdict_word(record->verdict) };
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
on_checked(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	return_record(preflight, arg,
	    record_renew(preflight, process, result, true));
}

static void
method_check(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	struct supd_process process;

	if (!find_process(preflight, call, &process))
		return;
	check_ask(preflight, CHECK_ANEW, &process, on_checked, call);
}

static void
return_report(const struct preflight *preflight, struct supd_call *call,
    const char *report)
{
	const struct supd_value value = { .type = SUPD_STRING, .text = report };

	preflight->host->rpc_return(preflight->host, call, &value);
}

/* A report that root left for us says more than what we found out. */
static void
on_kept_report(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	const struct record *known = record_find(preflight, process->program);
	struct record kept = { .kept = -1 };

	record_take(&kept, result);
	return_report(preflight, arg,
	    kept.verdict != VERDICT_NONE || known == NULL ? kept.report
							  : known->report);
	free(kept.sentence);
	free(kept.report);
}

static void
method_report(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	struct supd_process process;
	const struct record *record;

	if (!find_process(preflight, call, &process))
		return;
	if (geteuid() != 0 && settings_report_dir(preflight)) {
		check_ask(preflight, CHECK_REPORT, &process, on_kept_report,
		    call);
		return;
	}
	record = record_find(preflight, process.program);
	return_report(preflight, call, record == NULL ? NULL : record->report);
}

static void
method_reports(struct supd_call *call, void *arg)
{
	struct preflight *preflight = arg;
	struct supd_value list = { .type = SUPD_ARRAY };
	struct supd_value *rows, *members;
	const struct record *record;
	size_t i = 0;

	records_forget_gone(preflight);
	SLIST_FOREACH(record, &preflight->records, next)
	{
		if (record->sentence != NULL)
			list.count++;
	}
	rows = xcalloc(list.count, sizeof(*rows));
	members = xcalloc(list.count, 3 * sizeof(*members));
	SLIST_FOREACH(record, &preflight->records, next)
	{
		if (record->sentence == NULL)
			continue;
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
	    "The last verdict about each program that was checked, by name\n\n"
	    "@return array          structs of name, verdict and sentence",
	    method_reports },
};

void
rpc_methods_add(struct preflight *preflight)
{
	const struct supd_host *host = preflight->host;

	if (host->rpc_register(host, "preflight", methods,
		sizeof(methods) / sizeof(methods[0]), preflight) == -1)
		host->log(host, SUPD_WARN,
		    "the RPC namespace 'preflight' is taken");
}
