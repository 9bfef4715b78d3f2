/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/tenants.h"
#include "preflight/judge/fix_whole.h"
#include "preflight/judge/hint.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_nginx.h"
#include "preflight/judge/trees_ahead.h"
#include "preflight/nginx/nginx_location.h"
#include "preflight/report/sentence.h"

/*
 * What all judges share: a check for each need, a finding for each refusal,
 * and "undecided" where nothing could be tried.  The judges themselves are
 * chosen by a table of need kinds.
 */

typedef void (*judge_fn)(struct judge *, const struct need *);

static const judge_fn judges[NEED_KIND_COUNT] = {
	[NEED_STATIC_TREE] = judge_tree,
	[NEED_INTERNAL_TREE] = judge_tree,
	[NEED_STATIC_FILE] = judge_file,
	[NEED_ERROR_PAGE] = judge_file,
	[NEED_HTPASSWD] = judge_file,
	[NEED_TLS_KEY] = judge_file,
	[NEED_TEMP_DIR] = judge_written,
	[NEED_STORE_DIR] = judge_written,
	[NEED_LOG_REOPEN] = judge_written,
	[NEED_LOG_VARIABLE] = judge_written,
};

void
judge_init(struct judge *judge)
{
	const struct nginx_instance *instance = judge->instance;

	/* A computed one may be of an image, with names of its own. */
	judge->user = instance->has_computed
	    ? xstrdup(instance->user.user)
	    : sentence_user(judge->identity->cred.uid);
	judge->group = instance->has_computed
	    ? xstrdup(instance->user.group)
	    : sentence_group(judge->identity->cred.gid);
	judge->worker = xasprintf("nginx (%s)", judge->user);
	judge->inferred = !identity_is_taken(judge->identity);
}

void
judge_done(struct judge *judge)
{
	free(judge->user);
	free(judge->group);
	free(judge->worker);
	judge->user = judge->group = judge->worker = NULL;
}

struct probe_as
judge_as_app(const struct judge *judge)
{
	return (struct probe_as){
		.cred = &judge->view->cred,
		.proc_fd = -1,
		.umask = -1,
		.image = judge->image,
	};
}

char *
judge_place(const struct need *need)
{
	if (need->location_file != NULL)
		return xasprintf("%s:%u", need->location_file,
		    need->location_line);
	if (need->file == NULL)
		return NULL;
	return xasprintf("%s:%u", need->file, need->line);
}

enum confidence
judge_confidence(const struct judge *judge)
{
	if (judge->inferred)
		return CONFIDENCE_INFERRED;
	return judge->identity->confinement.differs ? CONFIDENCE_LIKELY
						    : CONFIDENCE_PROBED;
}

size_t
judge_add_check(struct judge *judge, const struct need *need, const char *path)
{
	struct check *check = program_report_add_check(judge->program,
	    need_kind_name(need->kind), path);

	check->url = need->url != NULL ? xstrdup(need->url)
	    : need->regex != NULL      ? xstrdup(need->regex)
				       : NULL;
	check->at = judge_place(need);
	check->identity = xstrdup(judge->identity_id);
	check->confidence = judge_confidence(judge);
	return judge->program->check_count - 1;
}

/* "/static/ -> /home/app/static/  site.conf:14" */
static char *
purpose(const struct need *need)
{
	char *place = judge_place(need), *text;
	const char *url = need->url != NULL ? need->url
	    : need->regex != NULL	    ? need->regex
					    : NULL;

	text = xasprintf("%s%s%s%s%s", url == NULL ? "" : url,
	    url == NULL ? "" : " -> ",
	    need->written != NULL && need->variable != NULL ? need->written
							    : need->path,
	    place == NULL ? "" : "  ", place == NULL ? "" : place);
	free(place);
	return text;
}

/* A hole in the worker is worth more where it reads for several tenants
 * (contract P4.8). */
static void
weigh(const struct judge *judge, struct finding *finding)
{
	if (finding->code >= PF501 && finding->code <= PF515 &&
	    judge->tenants->count > 1 && finding->severity < SEVERITY_CRITICAL)
		finding->severity++;
}

struct finding *
judge_add(struct judge *judge, size_t check, const struct need *need,
    struct finding *finding)
{
	struct check *one = &judge->program->checks[check];

	finding->uid = judge->identity->cred.uid;
	if (judge->inferred && finding->confidence == CONFIDENCE_PROBED)
		finding->confidence = CONFIDENCE_INFERRED;
	weigh(judge, finding);
	if (need != NULL)
		strvec_push_taken(&finding->needed_for, purpose(need));
	if (need != NULL && finding->at == NULL)
		finding->at = judge_place(need);
	if (finding->confidence > one->confidence)
		one->confidence = finding->confidence;
	finding = program_report_add(judge->program, finding);
	check_add_finding(one, finding);
	return finding;
}

/* How the refusal came about, where mode and ACL alone do not say it. */
enum finding_code
judge_code(const struct answer *answer)
{
	int code = finding_code_parse(why_code(answer->why));

	if (answer->unexplained)
		return PF111;
	if (answer->explained.known && answer->error == EACCES) {
		if (answer->explained.cut_by_mask ||
		    answer->explained.acl_skipped)
			return PF109;
		if (answer->explained.shadowed)
			return PF110;
	}
	return code == -1 ? PF102 : (enum finding_code)code;
}

static void
say_special(struct judge *judge, struct finding *finding, const char *path,
    const struct answer *answer)
{
	const char *blocker = answer->blocker == NULL ? path : answer->blocker;
	const struct access_explained *why = &answer->explained;
	char *facts = sentence_facts(&answer->facts), *hint;

	switch (finding->code) {
	case PF109:
		finding_say(finding,
		    "an ACL gives %s %s on %s (%s), but the "
		    "mask %s cancels it: a chmod after the setfacl sets the "
		    "mask",
		    judge->user, access_bits_text(why->entry), blocker, facts,
		    access_bits_text(why->mask));
		break;
	case PF110:
		finding_say(finding,
		    "%s is judged as \"%s\" of %s (%s), and "
		    "that may do less here than everybody else",
		    judge->worker, access_class_name(why->class), blocker,
		    facts);
		break;
	case PF111:
		hint = hint_unexplained(judge->identity, answer);
		finding_say(finding,
		    "mode and ACL of %s (%s) allow it, but "
		    "the system refuses %s%s%s",
		    blocker, facts, judge->worker, hint == NULL ? "" : ": ",
		    hint == NULL ? "" : hint);
		free(hint);
		break;
	default:
		break;
	}
	free(facts);
}

/* A refusal that a reload of nginx would end. */
static void
note_stale(struct judge *judge, const struct answer *answer)
{
	const struct nginx_instance *instance = judge->instance;

	if (answer->error == EACCES && answer->explained.known &&
	    !answer->explained.granted && judge->identity->running &&
	    instance->has_user &&
	    access_granted(&instance->user.cred, &answer->facts,
		answer->explained.need))
		judge_nginx_stale(judge->report, instance, judge->identity);
}

struct finding *
judge_refusal(struct judge *judge, enum finding_code code, const char *path,
    const struct answer *answer)
{
	struct finding *finding = finding_create(code,
	    answer->blocker == NULL ? path : answer->blocker);
	char *sentence = sentence_refusal(judge->worker, path, answer);

	finding_say(finding, "%s", sentence);
	free(sentence);
	say_special(judge, finding, path, answer);
	note_stale(judge, answer);
	sentence_evidence(finding, answer);
	if (answer->inferred)
		finding->confidence = CONFIDENCE_INFERRED;
	else if (judge->identity->confinement.differs)
		finding->confidence = CONFIDENCE_LIKELY;
	return finding;
}

bool
judge_undecided(struct judge *judge, size_t check, const char *path,
    const struct answer *answer)
{
	struct finding *finding;
	int code;

	if (answer->verdict != ANSWER_UNDECIDED)
		return false;
	code = finding_code_parse(why_code(answer->why));
	finding = judge_refusal(judge,
	    code == -1 ? PF901 : (enum finding_code)code, path, answer);
	/* A lack that only costs detail is an info; here it cost the answer. */
	if (finding->severity == SEVERITY_INFO)
		finding->severity = SEVERITY_UNDECIDED;
	judge_add(judge, check, NULL, finding);
	return true;
}

bool
judge_ask(struct judge *judge, size_t check, const struct question *question,
    struct answer *answer)
{
	struct check *one = &judge->program->checks[check];
	struct question asked = *question;
	struct finding *finding;
	char *cause = NULL;

	asked.stat_only |= judge->stat_only;
	if (probe_ask_worker(judge->identity, &asked, 1, answer, &judge->probe,
		&cause) == -1) {
		finding = finding_create(PF901, question->path);
		finding_say(finding, "%s", cause);
		free(cause);
		judge_add(judge, check, NULL, finding);
		return false;
	}
	if (answer->verdict == ANSWER_NO)
		one->error = answer->error;
	if (answer->inferred)
		one->confidence = CONFIDENCE_INFERRED;
	return true;
}

/* A value that depends on the request: only its constant part can be tried. */
void
judge_variable(struct judge *judge, const struct need *need)
{
	size_t check = judge_add_check(judge, need, need->path);
	struct question question = {
		.what = ASK_ENTER,
		.path = need->path,
	};
	struct answer answer = { 0 };
	struct finding *finding = finding_create(PF122, need->path);
	bool asked = *need->path == '/' && strcmp(need->path, "/") != 0 &&
	    judge_ask(judge, check, &question, &answer);
	bool passable = asked && answer.verdict == ANSWER_YES;

	finding_say(finding, "%s %s: depends on %s%s%s%s", need->directive,
	    need->written, need->by_code ? "the code of " : "the variable $",
	    need->variable, passable ? "; passable up to " : "",
	    passable ? need->path : "");
	judge_add(judge, check, need, finding);
	if (asked && answer.verdict == ANSWER_NO) {
		finding = judge_refusal(judge, judge_code(&answer), need->path,
		    &answer);
		judge_add(judge, check, need, finding);
	}
	answer_done(&answer);
}

/* The written path with the variable replaced; NULL if it is not there.  The
 * caller frees. */
static char *
with_value(const struct need *need, const char *value)
{
	char *whole = xasprintf("${%s}", need->variable), *text = NULL;
	char *plain = xasprintf("$%s", need->variable);
	const char *found = strstr(need->written, whole);
	size_t len = strlen(found == NULL ? plain : whole);

	if (found == NULL)
		found = strstr(need->written, plain);
	if (found != NULL && strchr(found + len, '$') == NULL)
		text = xasprintf("%.*s%s%s", (int)(found - need->written),
		    need->written, value, found + len);
	free(whole);
	free(plain);
	return text;
}

/* A key by the name of the server: the names are written down. */
static void
judge_keys_of_names(struct judge *judge, const struct need *need)
{
	struct need known = *need;

	if (need->server == NULL || *need->written != '/' ||
	    strcmp(need->variable, "ssl_server_name") != 0)
		return;
	known.variable = NULL;
	known.optional = true;
	for (size_t i = 0; i < need->server->names.len; i++) {
		const char *name = need->server->names.items[i];

		if (strpbrk(name, "*~$") != NULL || *name == '.')
			continue;
		known.path = with_value(need, name);
		if (known.path != NULL)
			judge_file(judge, &known);
		free(known.path);
	}
}

/* A log in a known directory: only whether it may be made there matters.
 * False if the directory itself depends on the request. */
static bool
judge_log_in(struct judge *judge, const struct need *need)
{
	struct need known = *need;

	if (need->kind != NEED_LOG_VARIABLE || need->deeper ||
	    *need->path != '/')
		return false;
	known.variable = NULL;
	known.path = xasprintf("%s%s*", need->path,
	    need->path[strlen(need->path) - 1] == '/' ? "" : "/");
	judge_written(judge, &known);
	free(known.path);
	return true;
}

static void
judge_need(struct judge *judge, const struct paired_need *paired)
{
	const struct need *need = paired->need;

	if (need->variable != NULL && judge_log_in(judge, need))
		return;
	if (need->variable != NULL && need->kind == NEED_TLS_KEY)
		judge_keys_of_names(judge, need);
	if (need->variable != NULL)
		judge_variable(judge, need);
	else if (need->kind == NEED_SOCKET)
		judge_socket(judge, need, paired->planned);
	else if (need->is_file)
		judge_file(judge, need);
	else
		judges[need->kind](judge, need);
}

/* "location = /404.html" for a page that error_page shows: nobody asks for it
 * by its name, so that it is told once and as what it is. */
static bool
is_error_page(const struct pairing *pairing, const struct need *need)
{
	const struct need *other;

	for (size_t i = 0; i < pairing->need_count; i++) {
		other = pairing->needs[i].need;
		if (need->kind == NEED_STATIC_FILE &&
		    other->kind == NEED_ERROR_PAGE && need->variable == NULL &&
		    other->variable == NULL &&
		    strcmp(other->path, need->path) == 0)
			return true;
	}
	return false;
}

void
judge_pairing(struct judge *judge, const struct pairing *pairing)
{
	judge->pairing = pairing;
	if (judge->trees_ahead && !judge->gate)
		trees_ahead(judge, pairing);
	for (size_t i = 0; i < pairing->need_count; i++) {
		if (!is_error_page(pairing, pairing->needs[i].need))
			judge_need(judge, &pairing->needs[i]);
	}
	judge_misses(judge, pairing);
	judge_secrets(judge, pairing);
	fix_whole_plan(judge);
}
