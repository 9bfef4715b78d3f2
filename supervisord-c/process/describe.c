/* SPDX-License-Identifier: ISC */
/*
 * A process in a few words, as status shows it and scripts parse it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/xmalloc.h"
#include "process/describe.h"

/* As Python shows a timedelta: "0:00:05", "1 day, 0:00:00". */
static char *
uptime_text(int64_t seconds)
{
	int64_t days = seconds / 86400;
	int hours = (int)(seconds % 86400 / 3600);
	int minutes = (int)(seconds % 3600 / 60);
	int rest = (int)(seconds % 60);

	if (days == 0)
		return xasprintf("%d:%02d:%02d", hours, minutes, rest);
	return xasprintf("%" PRId64 " day%s, %d:%02d:%02d", days,
	    days == 1 ? "" : "s", hours, minutes, rest);
}

static char *
running_text(const struct process_facts *facts)
{
	char *uptime = uptime_text(facts->uptime_ms / 1000);
	char *text = xasprintf("pid %ld, uptime %s", (long)facts->pid, uptime);

	free(uptime);
	return text;
}

static char *
ended_text(const struct process_facts *facts)
{
	time_t stop = (time_t)facts->stop;
	struct tm tm;
	char text[64];

	if (facts->start == 0)
		return xstrdup("Not started");
	if (localtime_r(&stop, &tm) == NULL ||
	    strftime(text, sizeof(text), "%b %d %I:%M %p", &tm) == 0)
		return xstrdup("");
	return xstrdup(text);
}

static char *
failed_text(const struct process_facts *facts)
{
	if (facts->spawnerr[0] != '\0')
		return xstrdup(facts->spawnerr);
	return xasprintf("unknown error (try \"tail %s\")", facts->name);
}

char *
describe(const struct process_facts *facts)
{
	switch (facts->state) {
	case PROC_RUNNING:
		return running_text(facts);
	case PROC_FATAL:
	case PROC_BACKOFF:
		return failed_text(facts);
	case PROC_STOPPED:
	case PROC_EXITED:
		return ended_text(facts);
	case PROC_STARTING:
		return xstrdup(
		    facts->waits_for_gate ? "waiting for preflight" : "");
	case PROC_STOPPING:
	case PROC_UNKNOWN:
	case PROC_STATE_COUNT:
		break;
	}
	return xstrdup("");
}
