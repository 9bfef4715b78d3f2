/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/xmalloc.h"

#include "preflight/judge/effect.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/runtime_dir.h"
#include "preflight/judge/socket_maker.h"
#include "preflight/probe/socket_plan.h"
#include "preflight/report/sentence.h"
#include "preflight/witness/witness.h"

/*
 * A socket that a program is going to make is judged by what it will be; one
 * that somebody listens on already by what it is.  A stale one that lies there
 * says nothing: the program will replace it.
 */

#define PATH_MAX_BYTES (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

static struct finding *
add_socket_finding(struct judge *judge, size_t check, const struct need *need,
    struct finding *finding, int error)
{
	effect_set(finding, need, error, need->path);
	effect_see(judge->instance->site.model, finding, need, NULL);
	return judge_add(judge, check, need, finding);
}

/* Paths that cannot work whatever the permissions; true if so. */
static bool
judge_form(struct judge *judge, size_t check, const struct need *need)
{
	struct finding *finding = NULL;

	if (*need->path == '@') {
		finding = finding_create(PF217, need->path);
		finding_say(finding,
		    "nginx cannot use abstract sockets: it "
		    "takes %s for the name of a file",
		    need->path);
	} else if (strlen(need->path) > PATH_MAX_BYTES) {
		finding = finding_create(PF210, need->path);
		finding_say(finding,
		    "the socket path has %zu bytes, the limit "
		    "is %zu: %s",
		    strlen(need->path), PATH_MAX_BYTES, need->path);
	} else if (*need->path != '/') {
		finding = finding_create(PF215, need->path);
		finding_say(finding,
		    "unix:%s depends on where nginx was "
		    "started: write an absolute path",
		    need->path);
	}
	if (finding == NULL)
		return false;
	judge_add(judge, check, need, finding);
	return finding->code != PF215;
}

/* Whether the socket itself is missing and not a directory before it. */
static bool
only_last_missing(const struct need *need, const struct answer *answer)
{
	return answer->blocker != NULL &&
	    pairing_same_socket(answer->blocker, need->path);
}

static enum finding_code
socket_code(const struct answer *answer)
{
	static const struct {
		enum why why;
		enum finding_code code;
	} codes[] = {
		{ WHY_SEARCH, PF201 },
		{ WHY_SOCKET_WRITE, PF202 },
		{ WHY_MISSING, PF203 },
		{ WHY_DANGLING, PF203 },
		{ WHY_LOOP, PF203 },
		{ WHY_NOT_DIRECTORY, PF203 },
		{ WHY_IS_DIRECTORY, PF207 },
		{ WHY_NOT_REGULAR, PF207 },
		{ WHY_NOT_SOCKET, PF207 },
		{ WHY_NOBODY_BOUND, PF212 },
		{ WHY_BACKLOG_FULL, PF212 },
		{ WHY_SOCKET_TYPE, PF211 },
		{ WHY_TOO_LONG, PF210 },
	};

	if (answer->unexplained)
		return PF111;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].why == answer->why)
			return codes[i].code;
	}
	return judge_code(answer);
}

/* What is refused on the socket, or on the way to it, as it is now. */
static struct finding *
judge_present(struct judge *judge, size_t check, const struct need *need,
    const struct answer *answer)
{
	enum finding_code code = socket_code(answer);
	struct finding *finding;

	if (answer->why == WHY_SEARCH && judge_code(answer) == PF109)
		code = PF109;
	finding = judge_refusal(judge, code, need->path, answer);
	if (code == PF203 && answer->why == WHY_MISSING) {
		bool last = only_last_missing(need, answer);

		finding_say(finding,
		    last ? "the socket %s does not exist (yet)"
			 : "the socket's directory %s does not exist",
		    last ? need->path : answer->blocker);
		if (last && !judge->running)
			finding->severity = SEVERITY_NOTICE;
	}
	if (code == PF212 && judge->running)
		finding->severity = SEVERITY_ERROR;
	finding = add_socket_finding(judge, check, need, finding,
	    answer->why == WHY_NOBODY_BOUND ? ECONNREFUSED : answer->error);
	if (answer->why == WHY_SEARCH) {
		const struct question question = {
			.what = ASK_SOCKET,
			.path = need->path,
		};

		fix_scene_access(judge, finding, &question, answer, NULL);
	}
	return finding;
}

/* As the program's user: does anybody listen? */
static bool
is_stale(struct judge *judge, const char *path)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = { .what = ASK_SOCKET, .path = path };
	struct answer answer;
	bool stale;

	if (probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return false;
	stale = answer.why == WHY_NOBODY_BOUND;
	answer_done(&answer);
	return stale;
}

static void
judge_bind(struct judge *judge, size_t check, const struct need *need,
    const struct cred *by, const struct answer *bind)
{
	char *user = sentence_user(by->uid);
	char *creator = xasprintf("the program (%s)", user);
	char *sentence = sentence_refusal(creator, need->path, bind);
	struct finding *finding;
	enum finding_code code = PF204;

	free(user);
	if (bind->verdict != ANSWER_NO) {
		free(creator);
		free(sentence);
		return;
	}
	if (bind->why == WHY_NOT_REMOVABLE)
		code = PF206;
	else if (bind->why == WHY_MISSING || bind->why == WHY_DANGLING)
		code = PF203;
	else if (bind->why == WHY_NOT_SOCKET || bind->why == WHY_IS_DIRECTORY ||
	    bind->why == WHY_NOT_REGULAR)
		code = PF207;
	else if (bind->why == WHY_TOO_LONG)
		code = PF210;
	finding = finding_create(code,
	    bind->blocker == NULL ? need->path : bind->blocker);
	if (code == PF204)
		finding_say(finding, "the socket %s cannot be created: %s",
		    need->path, sentence);
	else if (code == PF203)
		finding_say(finding,
		    "the socket %s cannot be created: %s and "
		    "nobody is known to make it",
		    need->path, sentence);
	else
		finding_say(finding, "%s", sentence);
	sentence_evidence(finding, bind);
	if (bind->inferred)
		finding->confidence = CONFIDENCE_INFERRED;
	add_socket_finding(judge, check, need, finding, ENOENT);
	free(creator);
	free(sentence);
}

/* A socket of a server that ended is in the way of one that never removes
 * any. */
static void
judge_kept(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned)
{
	struct finding *finding;

	if (!planned->keeps_stale || judge->running ||
	    !is_stale(judge, need->path))
		return;
	finding = finding_create(PF206, need->path);
	finding_say(finding,
	    "%s is left from an earlier run, and %s does not start while it "
	    "is there: it removes no old socket",
	    need->path, judge->view->plan.server);
	add_socket_finding(judge, check, need, finding, ECONNREFUSED);
}

/* A place where nobody but the two gets at it. */
static void
plan_place(const struct judge *judge, struct finding *finding,
    const struct need *need, const struct socket_plan *plan,
    const struct socket_verdict *verdict)
{
	const struct fix_socket wanted = {
		.path = need->path,
		.dir = &verdict->enter.facts,
		.creation = plan->creation,
		.server = judge->view->plan.server,
	};
	struct fix_scene scene;

	if (finding->fix_count > 0 || verdict->enter.facts.mode == 0)
		return;
	fix_scene_fill(judge, &scene);
	fix_plan_socket(finding, &scene, &wanted);
	fix_scene_done(&scene);
}

/* "the socket /run/web/app.sock will be srwxr-xr-x app:app (gunicorn with
 * umask 022); nginx (www-data) needs w" */
static void
judge_prediction(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned, const struct socket_plan *plan,
    const struct socket_verdict *verdict)
{
	bool by_acl = (verdict->predicted.mask_lost & ACCESS_WRITE) != 0;
	char *facts = sentence_facts(&verdict->predicted.inode);
	struct finding *finding =
	    finding_create(by_acl ? PF214 : PF205, need->path);
	const struct answer as_predicted = {
		.facts = verdict->predicted.inode,
		.explained = verdict->connect,
	};

	finding->confidence = CONFIDENCE_PREDICTED;
	finding_say(finding, "the socket %s will be %s (%s)%s; %s needs w",
	    need->path, facts,
	    planned->says == NULL ? "by its umask" : planned->says,
	    by_acl ? ", because sockets obey the umask even below a default "
		     "ACL"
		   : "",
	    judge->worker);
	sentence_evidence(finding, &as_predicted);
	finding = add_socket_finding(judge, check, need, finding, EACCES);
	plan_place(judge, finding, need, plan, verdict);
	free(facts);
}

/* Directories that are there after every boot. */
static bool
is_always_there(const char *path)
{
	static const char *const places[] = { "/run/", "/var/run/", "/tmp/",
		"/var/tmp/", "/dev/shm/", NULL };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; places[i] != NULL; i++) {
		if (strncmp(path, places[i], (size_t)(slash - path) + 1) == 0 &&
		    places[i][slash - path + 1] == '\0')
			return true;
	}
	return false;
}

static void
judge_boot(struct judge *judge, size_t check, const struct need *need,
    const struct socket_verdict *verdict)
{
	struct finding *finding;

	if (!verdict->is_volatile || is_always_there(need->path))
		return;
	finding = finding_create(PF216, need->path);
	finding_say(finding,
	    "the directory of %s does not survive a boot, and "
	    "nobody is known to make it: tmpfiles.d can",
	    need->path);
	judge_add(judge, check, need, finding);
}

static void
judge_open(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned, const struct socket_plan *plan,
    const struct socket_verdict *verdict)
{
	struct finding *finding;
	char *facts;

	if (verdict->open_to_all) {
		facts = sentence_facts(&verdict->predicted.inode);
		finding = finding_create(PF213, need->path);
		finding->confidence = CONFIDENCE_PREDICTED;
		if (judge->view->keys.exclusive)
			finding->severity = SEVERITY_ERROR;
		finding_say(finding,
		    "any local user can connect to %s: it "
		    "will be %s (%s) and its directories are open",
		    need->path, facts,
		    planned->says == NULL ? "by its umask" : planned->says);
		finding = judge_add(judge, check, need, finding);
		plan_place(judge, finding, need, plan, verdict);
		free(facts);
	}
}

static void
judge_now(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned, const struct socket_plan *plan,
    const struct socket_verdict *verdict)
{
	const struct answer *now = &verdict->now;
	struct finding *finding;
	bool listening = now->verdict == ANSWER_YES ||
	    now->why == WHY_BACKLOG_FULL ||
	    (now->why == WHY_SOCKET_WRITE && !is_stale(judge, need->path));

	judge_undecided(judge, check, need->path, now);
	if (now->why == WHY_SOCKET_WRITE && listening &&
	    verdict->bind.why != WHY_NOT_REMOVABLE) {
		finding = judge_present(judge, check, need, now);
		plan_place(judge, finding, need, plan, verdict);
	} else if (now->why == WHY_SOCKET_TYPE || now->why == WHY_NOT_SOCKET ||
	    now->why == WHY_BACKLOG_FULL || now->why == WHY_DANGLING)
		judge_present(judge, check, need, now);
	else if (!listening && judge->running)
		judge_present(judge, check, need, now);
	else if (!listening && verdict->refused)
		judge_prediction(judge, check, need, planned, plan, verdict);
	else if (!listening && plan->made == NULL &&
	    (now->why == WHY_MISSING || now->why == WHY_NOBODY_BOUND))
		judge_present(judge, check, need, now);
	if (listening && judge->running && verdict->predictable)
		judge_real_socket(judge, check, need, planned,
		    &verdict->predicted);
	else if (now->verdict == ANSWER_YES && verdict->predictable &&
	    verdict->refused) {
		finding = finding_create(PF218, need->path);
		finding_say(finding,
		    "nginx can connect to %s now, but by its "
		    "settings (%s) the program would make a socket that "
		    "refuses it",
		    need->path,
		    planned->says == NULL ? "umask" : planned->says);
		judge_add(judge, check, need, finding);
	}
}

static void
judge_hidden(struct judge *judge, size_t check, const struct need *need)
{
	struct finding *finding = finding_create(PF209, need->path);

	finding_say(finding,
	    "the program's %s is not in nginx's view of the file system "
	    "(PrivateTmp, ProtectHome or a container)",
	    need->path);
	add_socket_finding(judge, check, need, finding, ENOENT);
}

static void
judge_verdict(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned, const struct socket_plan *plan,
    const struct socket_verdict *verdict)
{
	judge_bind(judge, check, need, plan->creation.creator, &verdict->bind);
	judge_kept(judge, check, need, planned);
	if (judge_undecided(judge, check, need->path, &verdict->enter))
		return;
	if (verdict->enter.verdict == ANSWER_NO &&
	    verdict->enter.why == WHY_MISSING) {
		if (verdict->bind.verdict == ANSWER_YES)
			judge_hidden(judge, check, need);
		else
			judge_present(judge, check, need, &verdict->enter);
		return;
	}
	if (verdict->elsewhere) {
		judge_hidden(judge, check, need);
		return;
	}
	if (verdict->enter.verdict == ANSWER_NO) {
		judge_present(judge, check, need, &verdict->enter);
		if (verdict->predictable && verdict->refused)
			judge_prediction(judge, check, need, planned, plan,
			    verdict);
		return;
	}
	judge_now(judge, check, need, planned, plan, verdict);
	judge_open(judge, check, need, planned, plan, verdict);
	judge_boot(judge, check, need, verdict);
}

/* What preflight_runtime_dir makes before the start; false if it is not this
 * socket's directory, or will be left as it is. */
static bool
will_be_made(struct judge *judge, const char *path, struct facts *made)
{
	const char *dir = judge->view->keys.runtime_dir;
	char *inside;
	bool same;

	if (dir == NULL || judge->running || judge->image != NULL)
		return false;
	witness_path(0, dir);
	inside = xasprintf("%s/%s", dir, strrchr(path, '/') + 1);
	same = pairing_same_socket(inside, path);
	free(inside);
	*made = (struct facts){
		.mode = S_IFDIR | RUNTIME_DIR_MODE,
		.uid = judge->view->cred.uid,
		.gid = judge->identity->cred.gid,
	};
	return same && runtime_dir_is_ours(dir, judge->view->cred.uid);
}

static void
judge_planned(struct judge *judge, size_t check, const struct need *need,
    const struct planned_socket *planned)
{
	struct socket_maker maker;
	struct socket_plan plan = {
		.path = need->path,
		.worker = judge->identity,
		.cwd = judge->view->directory,
		.confirm = judge->confirm,
		.probe = judge->probe,
	};
	struct socket_verdict verdict = { 0 };
	struct finding *finding;
	struct facts made;
	char *cause = NULL;

	if (will_be_made(judge, need->path, &made))
		plan.made = &made;
	if (judge->running)
		judge_wait_for_socket(judge, need->path);
	socket_maker_find(judge, planned, &maker);
	plan.creation = maker.creation;
	if (socket_plan_check(&plan, &verdict, &cause) == -1) {
		finding = finding_create(PF901, need->path);
		finding_say(finding, "%s", cause);
		free(cause);
		judge_add(judge, check, need, finding);
		socket_maker_done(&maker);
		return;
	}
	if (verdict.now.verdict == ANSWER_YES)
		judge_confirm_socket(judge, check, need);
	else if (judge->program->checks[check].confidence == CONFIDENCE_PROBED)
		judge->program->checks[check].confidence = CONFIDENCE_PREDICTED;
	judge_verdict(judge, check, need, planned, &plan, &verdict);
	socket_verdict_done(&verdict);
	socket_maker_done(&maker);
}

void
judge_socket(struct judge *judge, const struct need *need,
    const struct planned_socket *planned)
{
	size_t check = judge_add_check(judge, need, need->path);
	struct question question = {
		.what = ASK_SOCKET,
		.path = need->path,
		.confirm = judge->confirm,
	};
	struct answer answer;

	if (judge_form(judge, check, need))
		return;
	if (planned != NULL && !planned->likely && *need->path == '/') {
		judge_planned(judge, check, need, planned);
		return;
	}
	if (!judge_ask(judge, check, &question, &answer))
		return;
	if (!judge_undecided(judge, check, need->path, &answer) &&
	    answer.verdict == ANSWER_NO)
		judge_present(judge, check, need, &answer);
	else if (answer.verdict == ANSWER_YES)
		judge_confirm_socket(judge, check, need);
	answer_done(&answer);
}

void
judge_misses(struct judge *judge, const struct pairing *pairing)
{
	for (size_t i = 0; i < pairing->miss_count; i++) {
		const struct near_miss *miss = &pairing->misses[i];
		size_t check =
		    judge_add_check(judge, miss->need, miss->need->path);
		struct finding *finding =
		    finding_create(PF208, miss->need->path);

		finding_say(finding,
		    "nginx expects the socket at %s, the "
		    "program makes it at %s",
		    miss->need->path, miss->planned->path);
		add_socket_finding(judge, check, miss->need, finding, ENOENT);
	}
}
