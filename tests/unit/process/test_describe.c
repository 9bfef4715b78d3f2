/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "process/describe.h"

static void
assert_described(struct process_facts facts, const char *want)
{
	char *got;

	facts.name = "web";
	if (facts.spawnerr == NULL)
		facts.spawnerr = "";
	got = describe(&facts);
	cr_assert_str_eq(got, want);
	free(got);
}

Test(describe, running_counts_as_python_does)
{
	struct process_facts facts = { .state = PROC_RUNNING, .pid = 12 };

	facts.uptime_ms = 5999;
	assert_described(facts, "pid 12, uptime 0:00:05");
	facts.uptime_ms = (10 * 3600 + 61) * 1000LL;
	assert_described(facts, "pid 12, uptime 10:01:01");
	facts.uptime_ms = 86400 * 1000LL;
	assert_described(facts, "pid 12, uptime 1 day, 0:00:00");
	facts.uptime_ms = (5 * 86400 + 7 * 3600 + 18 * 60 + 14) * 1000LL;
	assert_described(facts, "pid 12, uptime 5 days, 7:18:14");
}

Test(describe, ended)
{
	struct process_facts facts = { .state = PROC_STOPPED };

	setenv("TZ", "UTC", 1);
	tzset();
	assert_described(facts, "Not started");
	facts.start = 1;
	facts.stop = 1795446599; /* 2026-11-23 15:09:59 */
	assert_described(facts, "Nov 23 03:09 PM");
	facts.state = PROC_EXITED;
	assert_described(facts, "Nov 23 03:09 PM");
}

Test(describe, failed)
{
	struct process_facts facts = { .state = PROC_FATAL };

	assert_described(facts, "unknown error (try \"tail web\")");
	facts.spawnerr = "can't find command 'x'";
	assert_described(facts, "can't find command 'x'");
	facts.state = PROC_BACKOFF;
	assert_described(facts, "can't find command 'x'");
}

Test(describe, in_between_is_empty_but_for_the_gate)
{
	struct process_facts facts = { .state = PROC_STARTING };

	assert_described(facts, "");
	facts.waits_for_gate = true;
	assert_described(facts, "waiting for preflight");
	facts.state = PROC_STOPPING;
	assert_described(facts, "");
	facts.state = PROC_UNKNOWN;
	assert_described(facts, "");
}
