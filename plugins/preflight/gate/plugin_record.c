/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

/* What each word means to us. */
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

const char *
verdict_word(enum verdict verdict)
{
	return verdicts[verdict].word;
}

struct record *
record_find(const struct preflight *preflight, const char *program)
{
	struct record *record;

	SLIST_FOREACH(record, &preflight->records, next)
	{
		if (strcmp(record->program, program) == 0)
			return record;
	}
	return NULL;
}

/* In the order of the names, as they are listed. */
static void
insert(struct preflight *preflight, struct record *record)
{
	struct record **place = &SLIST_FIRST(&preflight->records);

	while (*place != NULL && strcmp((*place)->program, record->program) < 0)
		place = &SLIST_NEXT(*place, next);
	SLIST_NEXT(record, next) = *place;
	*place = record;
}

struct record *
record_of(struct preflight *preflight, const char *program)
{
	struct record *record = record_find(preflight, program);

	if (record != NULL)
		return record;
	record = xcalloc(1, sizeof(*record));
	record->program = xstrdup(program);
	/* Without one the checker just keeps nothing. */
	record->kept = memfd_create("preflight", MFD_CLOEXEC);
	insert(preflight, record);
	return record;
}

static void
record_free(struct record *record)
{
	free(record->program);
	free(record->sentence);
	free(record->report);
	fd_close(&record->kept);
	free(record);
}

void
records_free(struct preflight *preflight)
{
	struct record *record;

	while ((record = SLIST_FIRST(&preflight->records)) != NULL) {
		SLIST_REMOVE_HEAD(&preflight->records, next);
		record_free(record);
	}
}

void
record_forget_kept(struct record *record)
{
	if (record->kept != -1 && ftruncate(record->kept, 0) == -1)
		fd_close(&record->kept);
}

struct search {
	const char *program;
	bool found;
};

static void
match_program(const struct supd_process *process, void *arg)
{
	struct search *search = arg;

	search->found =
	    search->found || strcmp(search->program, process->program) == 0;
}

void
records_forget_gone(struct preflight *preflight)
{
	const struct supd_host *host = preflight->host;
	struct record **place = &SLIST_FIRST(&preflight->records);
	struct record *record;

	while ((record = *place) != NULL) {
		struct search search = { .program = record->program };

		host->each_process(host, match_program, &search);
		if (search.found) {
			place = &SLIST_NEXT(record, next);
			continue;
		}
		*place = SLIST_NEXT(record, next);
		record_free(record);
	}
}

static enum verdict
parse_verdict(const char *word, size_t len)
{
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (strlen(verdicts[i].word) == len &&
		    strncmp(verdicts[i].word, word, len) == 0)
			return (enum verdict)i;
	}
	return VERDICT_NONE;
}

/* Why there is no answer. */
static char *
failure(const struct supd_result *result)
{
	if (result->timed_out)
		return xstrdup("the check took too long");
	if (result->exit_status == -1)
		return xstrdup("the checker could not be run, or was killed");
	return xasprintf("the checker failed with status %d",
	    result->exit_status);
}

bool
record_take(struct record *record, const struct supd_result *result)
{
	const char *line_end = strchr(result->output, '\n');
	const char *tab = strchr(result->output, '\t');
	enum verdict verdict = VERDICT_NONE;
	char *sentence;
	bool is_new;

	free(record->report);
	record->report = NULL;
	if (result->timed_out || result->exit_status == -1 ||
	    line_end == NULL || tab == NULL || tab > line_end) {
		sentence = failure(result);
	} else {
		verdict = parse_verdict(result->output,
		    (size_t)(tab - result->output));
		sentence = xstrndup(tab + 1, (size_t)(line_end - tab - 1));
		record->report = xstrdup(line_end + 1);
	}
	is_new = record->sentence == NULL || record->verdict != verdict ||
	    strcmp(record->sentence, sentence) != 0;
	free(record->sentence);
	record->sentence = sentence;
	record->verdict = verdict;
	return is_new;
}

static void
announce(const struct preflight *preflight, const struct record *record,
    const struct supd_process *process)
{
	const struct supd_host *host = preflight->host;
	enum supd_level level =
	    record->verdict == VERDICT_OK ? SUPD_INFO : SUPD_WARN;
	char *text;

	text = xasprintf("preflight of '%s': %s%s%s", record->program,
	    verdicts[record->verdict].word,
	    record->sentence[0] == '\0' ? "" : ", ", record->sentence);
	host->log(host, level, text);
	free(text);
	text = xasprintf("processname:%s groupname:%s verdict:%s\n%s",
	    process->name, process->group, verdicts[record->verdict].word,
	    record->report == NULL ? "" : record->report);
	host->publish(host, verdicts[record->verdict].event, text);
	free(text);
}

struct record *
record_renew(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, bool always)
{
	struct record *record = record_of(preflight, process->program);

	if (record_take(record, result) || always)
		announce(preflight, record, process);
	return record;
}
