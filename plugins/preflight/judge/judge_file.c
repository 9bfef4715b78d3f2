/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"

#include "preflight/judge/effect.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_links.h"
#include "preflight/report/sentence.h"

/*
 * Single files that the worker opens, and places where it writes.  Each kind
 * of need has one code for whatever goes wrong with it, since the person who
 * has to mend it looks for "the password file" and not for "a file".
 */

struct kind_row {
	enum finding_code code; /* FINDING_CODE_COUNT: as the answer says */
	enum ask ask;
	const char *says; /* put in front of the sentence; NULL: nothing */
};

/* clang-format off */
static const struct kind_row rows[NEED_KIND_COUNT] = {
	[NEED_STATIC_FILE] =	{ FINDING_CODE_COUNT, ASK_READ_FILE, NULL },
	[NEED_INTERNAL_TREE] =	{ PF118, ASK_READ_FILE,
	    "downloads handed over by the app (X-Accel-Redirect) will be "
	    "refused" },
	[NEED_ERROR_PAGE] =	{ PF116, ASK_READ_FILE,
	    "the error page itself cannot be shown" },
	[NEED_HTPASSWD] =	{ PF117, ASK_READ_FILE,
	    "the password file cannot be used" },
	[NEED_TLS_KEY] =	{ PF405, ASK_READ_FILE,
	    "this key is read by the worker, not by root" },
	[NEED_TEMP_DIR] =	{ PF402, ASK_WRITE_DIR,
	    "large answers will be cut off for slow clients" },
	[NEED_STORE_DIR] =	{ PF402, ASK_WRITE_DIR,
	    "answers are not stored" },
	[NEED_LOG_REOPEN] =	{ PF403, ASK_ENTER,
	    "after the next rotation nginx goes on in the old log file" },
	[NEED_LOG_VARIABLE] =	{ PF404, ASK_WRITE_DIR,
	    "a log named by a variable is opened by the worker" },
};
/* clang-format on */

/* What fails without the folder.  Where files are kept nginx looks before it
 * asks the application. */
static const char *
purpose(const struct need *need)
{
	if (need->kind != NEED_TEMP_DIR)
		return rows[need->kind].says;
	if (need->buffer_bytes == 0)
		return "every upload will fail";
	if (need->buffer_bytes > 0)
		return "uploads that do not fit into memory will fail";
	if (strstr(need->directive, "_cache_path") != NULL)
		return "what this cache is for will answer 500";
	return rows[need->kind].says;
}

/* The sentence of a refusal is about the cause, the code about the purpose. */
static void
say_purpose(struct finding *finding, enum finding_code code, const char *says)
{
	char *sentence = finding->message;

	finding->code = code;
	finding->severity = finding_code_severity(code);
	finding->message = NULL;
	finding_say(finding, "%s: %s", says, sentence);
	free(sentence);
}

static struct finding *
make_finding(struct judge *judge, const struct need *need,
    const struct answer *answer)
{
	enum finding_code code = rows[need->kind].code;
	struct finding *finding =
	    judge_refusal(judge, judge_code(answer), need->path, answer);

	if (code == FINDING_CODE_COUNT)
		return finding;
	if (need->kind == NEED_TEMP_DIR && need->buffer_bytes >= 0)
		code = PF401;
	say_purpose(finding, code, purpose(need));
	/* They are sent all the same. */
	if (need->kind == NEED_STORE_DIR)
		finding->severity = SEVERITY_WARNING;
	return finding;
}

/* A question beside the one about the need itself; status is what nginx answers
 * if it is denied, 0: nothing that a visitor sees. */
static void
ask_beside(struct judge *judge, size_t check, const struct need *need,
    const struct question *question, enum finding_code code, const char *says,
    int status)
{
	struct answer answer;
	struct finding *finding;

	if (!judge_ask(judge, check, question, &answer))
		return;
	if (answer.verdict == ANSWER_NO) {
		finding = judge_refusal(judge, judge_code(&answer),
		    question->path, &answer);
		say_purpose(finding, code, says);
		finding->effect.status = status;
		judge_add(judge, check, need, finding);
	}
	answer_done(&answer);
}

void
judge_put(struct judge *judge, size_t check, const struct need *need)
{
	const struct question question = {
		.what = ASK_WRITE_DIR,
		.path = need->path,
	};

	ask_beside(judge, check, need, &question, PF401,
	    "uploads by PUT will fail", 500);
}

/* nginx writes to a log that a request names only if the document root of that
 * request is there. */
static void
judge_log_root(struct judge *judge, size_t check, const struct need *need)
{
	const struct question question = {
		.what = ASK_STAT,
		.path = need->document_root,
	};

	if (need->document_root != NULL)
		ask_beside(judge, check, need, &question, PF404,
		    "a log named by a variable is only written if the document "
		    "root can be found",
		    0);
}

void
judge_file(struct judge *judge, const struct need *need)
{
	size_t check = judge_add_check(judge, need, need->path);
	struct question question = {
		.what = need->only_found && !effect_opens_to_find(need)
		    ? ASK_STAT
		    : rows[need->kind].ask,
		.path = need->path,
	};
	struct need found = effect_found(need);
	struct answer answer;
	struct finding *finding;

	judge_links(need, &question);
	if (!judge_ask(judge, check, &question, &answer))
		return;
	if (!judge_undecided(judge, check, need->path, &answer) &&
	    answer.verdict == ANSWER_NO &&
	    !(need->optional && answer.why == WHY_MISSING)) {
		finding = make_finding(judge, need, &answer);
		if (answer.why != WHY_READ)
			found = *need;
		effect_set(finding, &found, answer.error, need->path);
		if (need->kind == NEED_STATIC_FILE)
			effect_see(judge->instance->site.model, finding, &found,
			    need->path);
		finding = judge_add(judge, check, need, finding);
		if (answer.error == EACCES)
			fix_scene_access(judge, finding,
			    &(struct fix_asked){
				.question = &question,
				.first = &answer,
			    });
	} else if (answer.verdict == ANSWER_YES &&
	    need->kind == NEED_STATIC_FILE) {
		judge_confirm_file(judge, check, need);
	}
	answer_done(&answer);
}

void
judge_protected(struct judge *judge, size_t check, const struct need *need,
    const char *path)
{
	gid_t group = getegid();
	const struct cred root = {
		.uid = geteuid(),
		.gid = group,
		.groups = &group,
		.group_count = 1,
	};
	const struct probe_as as = { .cred = &root,
		.proc_fd = -1,
		.umask = -1,
		.image = judge->image };
	const struct question question = {
		.what = ASK_WRITE_FILE,
		.path = path,
	};
	struct answer answer;
	struct finding *finding;
	char *sentence;

	if (root.uid != 0 || *path != '/' ||
	    probe_ask(&as, &question, 1, &answer, &judge->probe, NULL) == -1)
		return;
	if (answer.why == WHY_FILE_PROTECTED) {
		finding = finding_create(PF406, path);
		sentence = sentence_refusal("even root", path, &answer);
		finding_say(finding, "%s", sentence);
		free(sentence);
		sentence_evidence(finding, &answer);
		if (need == NULL)
			check_add_finding(&judge->program->checks[check],
			    program_report_add(judge->program, finding));
		else
			judge_add(judge, check, need, finding);
	}
	answer_done(&answer);
}

static void
cut_component(char *path)
{
	char *slash;

	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL && slash != path)
		*slash = '\0';
}

/*
 * Logs that are opened by path again are asked for by their directory.  So are
 * temporary directories of an nginx that does not run: its master will make
 * them, or give them to the worker, but does not open what is above them.
 */
static char *
place_to_ask(const struct judge *judge, const struct need *need)
{
	char *path = xstrdup(need->path);

	if (need->kind == NEED_STORE_DIR ||
	    (need->kind == NEED_TEMP_DIR && judge->instance->master != 0))
		return path;
	cut_component(path);
	return path;
}

/* Answers are stored in folders that nginx makes as it needs them: the first
 * one above that is there is asked for.  False if nobody could be asked. */
static bool
ask_place(struct judge *judge, size_t check, const struct need *need,
    const struct question *question, char *place, struct answer *answer)
{
	size_t len;

	while (judge_ask(judge, check, question, answer)) {
		len = strlen(place);
		if (need->kind != NEED_STORE_DIR || answer->why != WHY_MISSING)
			return true;
		cut_component(place);
		if (strlen(place) == len)
			return true;
		answer_done(answer);
	}
	return false;
}

static enum ask
what_to_ask(const struct judge *judge, const struct need *need)
{
	if (need->kind == NEED_TEMP_DIR && judge->instance->master == 0)
		return ASK_ENTER;
	return rows[need->kind].ask;
}

void
judge_written(struct judge *judge, const struct need *need)
{
	size_t check = judge_add_check(judge, need, need->path);
	char *place = place_to_ask(judge, need);
	struct question question = {
		.what = what_to_ask(judge, need),
		.path = place,
	};
	struct answer answer;
	struct finding *finding;
	bool will_be_made;

	/* /dev/null and the like are never in the way. */
	if (strncmp(place, "/dev", 4) == 0 ||
	    !ask_place(judge, check, need, &question, place, &answer)) {
		free(place);
		return;
	}
	if (need->kind == NEED_LOG_REOPEN)
		judge_protected(judge, check, need, need->path);
	judge_log_root(judge, check, need);
	will_be_made = need->optional && answer.why == WHY_MISSING;
	if (!judge_undecided(judge, check, place, &answer) &&
	    answer.verdict == ANSWER_NO && !will_be_made) {
		finding = make_finding(judge, need, &answer);
		if (finding->code == PF401)
			effect_set(finding, need, answer.error, place);
		judge_add(judge, check, need, finding);
	}
	answer_done(&answer);
	free(place);
}
