/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strvec.h"
#include "base/xmalloc.h"

#include "preflight/report/finding.h"

/*
 * The tables behind finding.h and the life of a finding.  Nothing here knows
 * where a finding comes from or who prints it.
 */

static const char *const severity_names[] = {
#define X(id, name) name,
	FINDING_SEVERITIES(X)
#undef X
};

static const char *const confidence_names[] = {
#define X(id, name) name,
	FINDING_CONFIDENCES(X)
#undef X
};

static const char *const code_ids[] = {
#define X(id, severity, name) #id,
	FINDING_CODES(X)
#undef X
	    NULL,
};

static const char *const code_names[] = {
#define X(id, severity, name) name,
	FINDING_CODES(X)
#undef X
};

static const enum severity code_severities[] = {
#define X(id, severity, name) SEVERITY_##severity,
	FINDING_CODES(X)
#undef X
};

const char *
severity_name(enum severity severity)
{
	assert(severity < SEVERITY_COUNT);
	return severity_names[severity];
}

int
severity_parse(const char *name)
{
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		if (strcasecmp(severity_names[i], name) == 0)
			return i;
	}
	return -1;
}

const char *
confidence_name(enum confidence confidence)
{
	assert(confidence < CONFIDENCE_COUNT);
	return confidence_names[confidence];
}

const char *
finding_code_id(enum finding_code code)
{
	assert(code < FINDING_CODE_COUNT);
	return code_ids[code];
}

const char *
finding_code_name(enum finding_code code)
{
	assert(code < FINDING_CODE_COUNT);
	return code_names[code];
}

enum severity
finding_code_severity(enum finding_code code)
{
	assert(code < FINDING_CODE_COUNT);
	return code_severities[code];
}

int
finding_code_parse(const char *id)
{
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		if (strcasecmp(code_ids[i], id) == 0)
			return i;
	}
	return -1;
}

const char *const *
finding_code_ids(void)
{
	return code_ids;
}

struct finding *
finding_create(enum finding_code code, const char *path)
{
	struct finding *finding = xcalloc(1, sizeof(*finding));

	finding->code = code;
	finding->severity = finding_code_severity(code);
	finding->confidence = CONFIDENCE_PROBED;
	finding->path = path == NULL ? NULL : xstrdup(path);
	return finding;
}

static void
commands_free(struct fix_command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strvec_done(&commands[i].words);
	free(commands);
}

static void
fix_done(struct fix *fix)
{
	free(fix->id);
	free(fix->text);
	free(fix->takes_effect);
	free(fix->diff);
	free(fix->price);
	commands_free(fix->commands, fix->command_count);
	strvec_done(&fix->undo);
	strvec_done(&fix->saved);
	strvec_done(&fix->saved_trees);
	strvec_done(&fix->also_gains);
}

static void
evidence_done(struct evidence *evidence)
{
	free(evidence->mode);
	free(evidence->listed);
	free(evidence->owner);
	free(evidence->group);
	free(evidence->acl);
	free(evidence->class);
	free(evidence->have);
	free(evidence->need);
	free(evidence->apart.written_after);
	free(evidence->apart.owner);
}

void
finding_drop_fixes(struct finding *finding)
{
	for (size_t i = 0; i < finding->fix_count; i++)
		fix_done(&finding->fixes[i]);
	free(finding->fixes);
	finding->fixes = NULL;
	finding->fix_count = 0;
}

void
finding_free(struct finding *finding)
{
	if (finding == NULL)
		return;
	finding_drop_fixes(finding);
	evidence_done(&finding->evidence);
	strvec_done(&finding->needed_for);
	strvec_done(&finding->opens);
	free(finding->effect.url);
	free(finding->effect.log);
	strvec_done(&finding->effect.see);
	free(finding->path);
	free(finding->subject);
	free(finding->message);
	free(finding->at);
	free(finding->fingerprint);
	free(finding->waiver);
	free(finding);
}

void
finding_say(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	free(finding->message);
	va_start(ap, fmt);
	finding->message = xvasprintf(fmt, ap);
	va_end(ap);
}

struct fix *
finding_add_fix(struct finding *finding, const char *id)
{
	struct fix *fix;

	finding->fixes = xreallocarray(finding->fixes, finding->fix_count + 1,
	    sizeof(*finding->fixes));
	fix = &finding->fixes[finding->fix_count++];
	*fix = (struct fix){ .id = xstrdup(id), .advised = true };
	return fix;
}

static void
push_words(struct strvec *words, const char *word, va_list ap)
{
	for (; word != NULL; word = va_arg(ap, const char *))
		strvec_push(words, word);
}

void
fix_add_command(struct fix *fix, const char *word, ...)
{
	struct fix_command *command;
	va_list ap;

	fix->commands = xreallocarray(fix->commands, fix->command_count + 1,
	    sizeof(*fix->commands));
	command = &fix->commands[fix->command_count++];
	*command = (struct fix_command){ .words = STRVEC_INIT };
	va_start(ap, word);
	push_words(&command->words, word, ap);
	va_end(ap);
}

void
fix_set_undo(struct fix *fix, const char *word, ...)
{
	va_list ap;

	strvec_done(&fix->undo);
	va_start(ap, word);
	push_words(&fix->undo, word, ap);
	va_end(ap);
}
