/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/report/report.h"

/*
 * Collecting what a run has to say and bringing it into its final order.  The
 * order depends on nothing but the content, so that reports can be compared.
 */

static const char *const check_result_names[] = {
#define X(id, name) name,
	CHECK_RESULTS(X)
#undef X
};

const char *
check_result_name(enum check_result result)
{
	return check_result_names[result];
}

void
report_init(struct report *report)
{
	*report = (struct report){
		.mode = "provision",
		.fail_level = SEVERITY_ERROR,
	};
}

static void
check_done(struct check *check)
{
	free(check->id);
	free(check->kind);
	free(check->path);
	free(check->url);
	free(check->at);
	free(check->identity);
	free(check->findings);
}

static void
findings_free(struct finding **findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finding_free(findings[i]);
	free(findings);
}

static void
program_report_done(struct program_report *program)
{
	free(program->name);
	free(program->user);
	free(program->paired_by);
	strvec_done(&program->places);
	for (size_t i = 0; i < program->check_count; i++)
		check_done(&program->checks[i]);
	free(program->checks);
	findings_free(program->findings, program->finding_count);
}

static void
report_identity_done(struct report_identity *identity)
{
	free(identity->id);
	free(identity->source);
	free(identity->pids);
	free(identity->groups);
	free(identity->user);
	free(identity->root);
	free(identity->mnt_ns);
	free(identity->generation);
	free(identity->label);
}

void
report_done(struct report *report)
{
	for (size_t i = 0; i < report->identity_count; i++)
		report_identity_done(&report->identities[i]);
	free(report->identities);
	for (size_t i = 0; i < report->program_count; i++)
		program_report_done(&report->programs[i]);
	free(report->programs);
	findings_free(report->findings, report->finding_count);
	free(report->host);
	free(report->store);
	free(report->conf);
	report_init(report);
}

struct report_identity *
report_add_identity(struct report *report)
{
	struct report_identity *identity;

	report->identities = xreallocarray(report->identities,
	    report->identity_count + 1, sizeof(*report->identities));
	identity = &report->identities[report->identity_count++];
	*identity = (struct report_identity){
		.id = xasprintf("n%zu", report->identity_count),
	};
	return identity;
}

struct program_report *
report_add_program(struct report *report, const char *name, const char *user)
{
	struct program_report *program;

	report->programs = xreallocarray(report->programs,
	    report->program_count + 1, sizeof(*report->programs));
	program = &report->programs[report->program_count++];
	*program = (struct program_report){
		.name = xstrdup(name),
		.user = user == NULL ? NULL : xstrdup(user),
	};
	return program;
}

struct check *
program_report_add_check(struct program_report *program, const char *kind,
    const char *path)
{
	struct check *check;

	program->checks = xreallocarray(program->checks,
	    program->check_count + 1, sizeof(*program->checks));
	check = &program->checks[program->check_count++];
	*check = (struct check){
		.kind = xstrdup(kind),
		.path = xstrdup(path),
		.result = CHECK_PASS,
	};
	return check;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Whether one of them repeats the other.  What is about no path, or about a
 * place in a file, is told apart by the sentence. */
static bool
same_finding(const struct finding *a, const struct finding *b)
{
	return a->code == b->code && same_text(a->path, b->path) &&
	    a->uid == b->uid &&
	    (a->path != NULL || same_text(a->message, b->message));
}

static void
finding_merge(struct finding *into, const struct finding *from)
{
	if (from->severity > into->severity)
		into->severity = from->severity;
	for (size_t i = 0; i < from->needed_for.len; i++) {
		if (strvec_find(&into->needed_for, from->needed_for.items[i]) ==
		    -1)
			strvec_push(&into->needed_for,
			    from->needed_for.items[i]);
	}
}

static struct finding *
findings_add(struct finding ***findings, size_t *count, struct finding *new)
{
	for (size_t i = 0; i < *count; i++) {
		if (same_finding((*findings)[i], new)) {
			finding_merge((*findings)[i], new);
			finding_free(new);
			return (*findings)[i];
		}
	}
	*findings = xreallocarray(*findings, *count + 1, sizeof(**findings));
	(*findings)[(*count)++] = new;
	return new;
}

struct finding *
program_report_add(struct program_report *program, struct finding *finding)
{
	return findings_add(&program->findings, &program->finding_count,
	    finding);
}

struct finding *
report_add(struct report *report, struct finding *finding)
{
	return findings_add(&report->findings, &report->finding_count, finding);
}

void
check_add_finding(struct check *check, struct finding *finding)
{
	for (size_t i = 0; i < check->finding_count; i++) {
		if (check->findings[i] == finding)
			return;
	}
	check->findings = xreallocarray(check->findings,
	    check->finding_count + 1, sizeof(struct finding *));
	check->findings[check->finding_count++] = finding;
}

static void
check_forget(struct check *check, const struct finding *finding)
{
	for (size_t i = 0; i < check->finding_count; i++) {
		if (check->findings[i] != finding)
			continue;
		check->finding_count--;
		memmove(&check->findings[i], &check->findings[i + 1],
		    (check->finding_count - i) * sizeof(*check->findings));
		return;
	}
}

static void
findings_remove(struct finding **findings, size_t *count, size_t index)
{
	finding_free(findings[index]);
	(*count)--;
	memmove(&findings[index], &findings[index + 1],
	    (*count - index) * sizeof(*findings));
}

void
program_report_drop(struct program_report *program, size_t index)
{
	for (size_t i = 0; i < program->check_count; i++)
		check_forget(&program->checks[i], program->findings[index]);
	findings_remove(program->findings, &program->finding_count, index);
}

void
report_drop(struct report *report, size_t index)
{
	findings_remove(report->findings, &report->finding_count, index);
}

/* The worse first, then by code and path, which people look for. */
static int
compare_findings(const void *one, const void *two)
{
	const struct finding *a = *(struct finding *const *)one;
	const struct finding *b = *(struct finding *const *)two;
	int order;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	order = strcmp(a->path == NULL ? "" : a->path,
	    b->path == NULL ? "" : b->path);
	if (order == 0)
		order = strcmp(a->message == NULL ? "" : a->message,
		    b->message == NULL ? "" : b->message);
	return order;
}

static int
compare_programs(const void *one, const void *two)
{
	const struct program_report *a = one, *b = two;

	return strcmp(a->name, b->name);
}

/* What one finding does to the check that led to it. */
static enum check_result
finding_result(const struct finding *finding, enum severity fail_level)
{
	if (finding->waived)
		return CHECK_WAIVED;
	if (finding->severity == SEVERITY_UNDECIDED)
		return CHECK_UNDECIDED;
	return finding->severity >= fail_level ? CHECK_FAIL : CHECK_PASS;
}

static enum check_result
worse(enum check_result a, enum check_result b)
{
	return a > b ? a : b;
}

static void
check_settle(struct check *check, enum severity fail_level)
{
	for (size_t i = 0; i < check->finding_count; i++)
		check->result = worse(check->result,
		    finding_result(check->findings[i], fail_level));
}

/* "web/static-tree/2": the second of its kind. */
static char *
check_id(const struct program_report *program, size_t index)
{
	const char *kind = program->checks[index].kind;
	size_t number = 1;

	for (size_t i = 0; i < index; i++) {
		if (strcmp(program->checks[i].kind, kind) == 0)
			number++;
	}
	return xasprintf("%s/%s/%zu", program->name, kind, number);
}

static void
finding_settle(struct report *report, struct finding *finding,
    const char *program)
{
	free(finding->fingerprint);
	finding->fingerprint =
	    xasprintf("%s:%s:%s:%u", finding_code_id(finding->code), program,
		finding->path != NULL	       ? finding->path
		    : finding->subject != NULL ? finding->subject
					       : "",
		finding->uid);
	strvec_sort(&finding->needed_for);
	if (finding->waived)
		report->waived++;
	else
		report->summary[finding->severity]++;
}

static void
sort_findings(struct finding **findings, size_t count)
{
	if (count > 0)
		qsort(findings, count, sizeof(*findings), compare_findings);
}

static void
program_settle(struct report *report, struct program_report *program)
{
	program->result =
	    program->check_count == 0 ? CHECK_SKIPPED : CHECK_PASS;
	for (size_t i = 0; i < program->finding_count; i++) {
		finding_settle(report, program->findings[i], program->name);
		program->result = worse(program->result,
		    finding_result(program->findings[i], report->fail_level));
	}
	sort_findings(program->findings, program->finding_count);
	for (size_t i = 0; i < program->check_count; i++) {
		struct check *check = &program->checks[i];

		free(check->id);
		check->id = check_id(program, i);
		sort_findings(check->findings, check->finding_count);
		check_settle(check, report->fail_level);
		program->result = worse(program->result, check->result);
	}
	/* A waived finding beside passing checks is a pass. */
	if (program->result == CHECK_WAIVED)
		program->result = CHECK_PASS;
}

void
report_finish(struct report *report)
{
	memset(report->summary, 0, sizeof(report->summary));
	report->waived = 0;
	if (report->program_count > 0)
		qsort(report->programs, report->program_count,
		    sizeof(*report->programs), compare_programs);
	for (size_t i = 0; i < report->program_count; i++)
		program_settle(report, &report->programs[i]);
	for (size_t i = 0; i < report->finding_count; i++)
		finding_settle(report, report->findings[i], "");
	sort_findings(report->findings, report->finding_count);
}
