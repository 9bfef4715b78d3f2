/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/errname.h"
#include "base/utf8.h"
#include "base/xmalloc.h"

#include "preflight/report/quote.h"
#include "preflight/report/report.h"
#include "preflight/report/report_json.h"

/*
 * The report as JSON.  Members are written in a fixed order and lists keep the
 * order of report_finish, so equal states give equal documents.  Names that
 * are not UTF-8 appear twice: readable, and exact as base64.
 */

#define SCHEMA "preflight/1"

static json_t *
text(const char *value)
{
	char *clean;
	json_t *json;

	if (value == NULL)
		return json_null();
	clean = quote_replaced(value, true);
	json = json_string(clean);
	free(clean);
	return json;
}

static void
set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void
set_path(json_t *object, const char *path)
{
	char *encoded;

	set(object, "path", text(path));
	if (path == NULL || utf8_valid(path, strlen(path)))
		return;
	encoded = base64_encode(path, strlen(path));
	set(object, "path_b64", json_string(encoded));
	free(encoded);
}

static json_t *
words_json(const struct strvec *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->len; i++)
		json_array_append_new(list, text(words->items[i]));
	return list;
}

static json_t *
commands_json(const struct fix_command *commands, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, words_json(&commands[i].words));
	return list;
}

static json_t *
fix_json(const struct fix *fix)
{
	json_t *json = json_object();

	set(json, "id", text(fix->id));
	set(json, "advised", json_boolean(fix->advised));
	set(json, "text", text(fix->text));
	set(json, "diff", text(fix->diff));
	set(json, "commands", commands_json(fix->commands, fix->command_count));
	set(json, "undo", words_json(&fix->undo));
	set(json, "saves", words_json(&fix->saved));
	set(json, "saves_below", words_json(&fix->saved_trees));
	set(json, "reload", json_boolean(fix->reload));
	set(json, "restart", json_boolean(fix->restart));
	set(json, "takes_effect", text(fix->takes_effect));
	set(json, "simulated",
	    text(fix->simulated == SIMULATED_PASS ? "pass" : NULL));
	set(json, "price", text(fix->price));
	set(json, "also_gains", words_json(&fix->also_gains));
	return json;
}

static json_t *
apart_json(const struct apart *apart)
{
	json_t *json = json_object();

	set(json, "written_after", text(apart->written_after));
	set(json, "larger_than",
	    apart->larger_than == -1 ? json_null()
				     : json_integer(apart->larger_than));
	set(json, "owner", text(apart->owner));
	set(json, "partial", json_boolean(apart->partial));
	return json;
}

static json_t *
evidence_json(const struct finding *finding)
{
	const struct evidence *evidence = &finding->evidence;
	json_t *json;

	if (!finding->has_evidence)
		return json_null();
	json = json_object();
	set(json, "mode", text(evidence->mode));
	set(json, "owner", text(evidence->owner));
	set(json, "group", text(evidence->group));
	set(json, "acl", text(evidence->acl));
	set(json, "class", text(evidence->class));
	set(json, "have", text(evidence->have));
	set(json, "need", text(evidence->need));
	set(json, "unlike_readable",
	    evidence->has_apart ? apart_json(&evidence->apart) : json_null());
	return json;
}

static json_t *
effect_json(const struct effect *effect)
{
	json_t *json;

	if (effect->status == 0 && effect->log == NULL)
		return json_null();
	json = json_object();
	set(json, "status",
	    effect->status == 0 ? json_null() : json_integer(effect->status));
	set(json, "url", text(effect->url));
	set(json, "log", text(effect->log));
	set(json, "see", words_json(&effect->see));
	return json;
}

static json_t *
finding_json(const struct finding *finding, const char *fid)
{
	json_t *json = json_object(), *fixes = json_array();

	for (size_t i = 0; i < finding->fix_count; i++)
		json_array_append_new(fixes, fix_json(&finding->fixes[i]));
	set(json, "fid", json_string(fid));
	set(json, "code", text(finding_code_id(finding->code)));
	set(json, "name", text(finding_code_name(finding->code)));
	set(json, "severity", text(severity_name(finding->severity)));
	set(json, "confidence", text(confidence_name(finding->confidence)));
	set_path(json, finding->path);
	set(json, "at", text(finding->at));
	set(json, "fingerprint", text(finding->fingerprint));
	set(json, "message", text(finding->message));
	set(json, "needed_for", words_json(&finding->needed_for));
	set(json, "opens", words_json(&finding->opens));
	set(json, "evidence", evidence_json(finding));
	set(json, "effect", effect_json(&finding->effect));
	set(json, "fixes", fixes);
	set(json, "waived", json_boolean(finding->waived));
	if (finding->waived)
		set(json, "waiver", text(finding->waiver));
	return json;
}

/* "f3" for the third finding of its list. */
static char *
fid(struct finding *const *findings, size_t count, const struct finding *one)
{
	for (size_t i = 0; i < count; i++) {
		if (findings[i] == one)
			return xasprintf("f%zu", i + 1);
	}
	return xstrdup("");
}

static json_t *
findings_json(struct finding *const *findings, size_t count)
{
	json_t *list = json_array();
	char *id;

	for (size_t i = 0; i < count; i++) {
		id = fid(findings, count, findings[i]);
		json_array_append_new(list, finding_json(findings[i], id));
		free(id);
	}
	return list;
}

static json_t *
seen_json(const struct check *check)
{
	json_t *json;

	if (!check->has_seen)
		return json_null();
	json = json_object();
	set(json, "dirs", json_integer((json_int_t)check->seen_dirs));
	set(json, "files", json_integer((json_int_t)check->seen_files));
	set(json, "complete", json_boolean(check->seen_complete));
	return json;
}

static json_t *
check_json(const struct program_report *program, const struct check *check)
{
	json_t *json = json_object(), *list = json_array();
	char *id;

	for (size_t i = 0; i < check->finding_count; i++) {
		id = fid(program->findings, program->finding_count,
		    check->findings[i]);
		json_array_append_new(list, json_string(id));
		free(id);
	}
	set(json, "id", text(check->id));
	set(json, "kind", text(check->kind));
	set_path(json, check->path);
	set(json, "url", text(check->url));
	set(json, "at", text(check->at));
	set(json, "identity", text(check->identity));
	set(json, "result", text(check_result_name(check->result)));
	set(json, "confidence", text(confidence_name(check->confidence)));
	set(json, "confirmed", json_boolean(check->is_confirmed));
	set(json, "errno",
	    check->error == 0 ? json_null() : text(errname(check->error)));
	set(json, "seen", seen_json(check));
	set(json, "findings", list);
	return json;
}

static json_t *
program_json(const struct program_report *program)
{
	json_t *json = json_object(), *checks = json_array();

	for (size_t i = 0; i < program->check_count; i++)
		json_array_append_new(checks,
		    check_json(program, &program->checks[i]));
	set(json, "name", text(program->name));
	set(json, "user", text(program->user));
	set(json, "result", text(check_result_name(program->result)));
	set(json, "paired_by", text(program->paired_by));
	set(json, "checks", checks);
	set(json, "findings",
	    findings_json(program->findings, program->finding_count));
	return json;
}

static json_t *
identity_json(const struct report_identity *identity)
{
	json_t *json = json_object(), *pids = json_array();
	json_t *groups = json_array(), *confinement = json_object();

	for (size_t i = 0; i < identity->pid_count; i++)
		json_array_append_new(pids, json_integer(identity->pids[i]));
	for (size_t i = 0; i < identity->group_count; i++)
		json_array_append_new(groups,
		    json_integer(identity->groups[i]));
	set(confinement, "seccomp", json_integer(identity->seccomp));
	set(confinement, "nnp", json_boolean(identity->nnp));
	set(confinement, "label", text(identity->label));
	set(json, "id", text(identity->id));
	set(json, "source", text(identity->source));
	set(json, "pids", pids);
	set(json, "taken", json_boolean(identity->is_taken));
	set(json, "uid", json_integer(identity->uid));
	set(json, "gid", json_integer(identity->gid));
	set(json, "groups", groups);
	set(json, "user", text(identity->user));
	set(json, "root", text(identity->root));
	set(json, "mnt_ns", text(identity->mnt_ns));
	set(json, "generation", text(identity->generation));
	set(json, "confinement", confinement);
	return json;
}

static json_t *
summary_json(const struct report *report)
{
	json_t *json = json_object();

	for (int i = SEVERITY_COUNT - 1; i >= 0; i--)
		set(json, severity_name((enum severity)i),
		    json_integer(report->summary[i]));
	set(json, "waived", json_integer(report->waived));
	return json;
}

static json_t *
started_json(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	char stamp[sizeof("-2147483648-12-31T23:59:60Z")];

	if (gmtime_r(&seconds, &tm) == NULL)
		return json_null();
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(stamp);
}

json_t *
report_json_tree(const struct report *report)
{
	json_t *json = json_object(), *list;

	set(json, "schema", json_string(SCHEMA));
	set(json, "tool", json_string(PACKAGE_STRING));
	set(json, "host", text(report->host));
	set(json, "started", started_json(report->started_ms));
	set(json, "duration_ms", json_integer(report->duration_ms));
	set(json, "mode", text(report->mode));
	set(json, "exit", json_integer(report->exit));
	list = json_array();
	for (size_t i = 0; i < report->exit_count; i++)
		json_array_append_new(list, json_integer(report->exits[i]));
	set(json, "exits", list);
	list = json_array();
	for (size_t i = 0; i < report->identity_count; i++)
		json_array_append_new(list,
		    identity_json(&report->identities[i]));
	set(json, "identities", list);
	list = json_array();
	for (size_t i = 0; i < report->program_count; i++)
		json_array_append_new(list, program_json(&report->programs[i]));
	set(json, "programs", list);
	set(json, "findings",
	    findings_json(report->findings, report->finding_count));
	set(json, "summary", summary_json(report));
	return json;
}

void
report_json_write(const struct report *report, bool one_line,
    struct strbuf *out)
{
	json_t *tree = report_json_tree(report);
	char *dumped;

	dumped = json_dumps(tree, one_line ? JSON_COMPACT : JSON_INDENT(2));
	json_decref(tree);
	strbuf_addstr(out, dumped == NULL ? "null" : dumped);
	strbuf_addch(out, '\n');
	free(dumped);
}
