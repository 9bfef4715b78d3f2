/* SPDX-License-Identifier: ISC */
/*
 * Questions to a child and its records back to answers.  When a child hangs
 * the question it hangs on is undecided and a new child takes the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "preflight/probe/check.h"
#include "preflight/probe/hung.h"
#include "preflight/probe/infer.h"
#include "preflight/probe/memory.h"
#include "preflight/probe/probe.h"
#include "preflight/probe/session.h"
#include "preflight/witness/witness.h"

#define QUESTION_MS    3000
#define CPU_SECONDS    30
/* Children that hang before nothing more is asked (contract P6). */
#define HANGING_MAX    3
/* Questions to one child: what it sends stays below RECORD_TOTAL_MAX. */
#define PART_MAX       1500
#define TRACED_MAX     48
/* So many questions at once are remembered one by one; who asks more keeps what
 * it makes of the answers. */
#define REMEMBERED_MAX 16
/* Steps of one question that are believed. */
#define STEPS_MAX      4096

/* What the child needs, as fork leaves it in its memory. */
struct asking {
	const struct question *questions;
	struct answer *answers;
	size_t first; /* the child begins here */
	size_t count;
	size_t current; /* the question it is at */
	const struct probe_as *as;
	const struct cred *who;
	struct probe_memory *memory; /* may be NULL */
};

static void
ask_all(const struct child *child, void *arg)
{
	const struct asking *asking = arg;
	struct probe_check check;
	struct record begin;

	for (size_t i = asking->first; i < asking->count; i++) {
		record_init(&begin, RECORD_BEGIN, (uint32_t)i);
		record_send(child->out, &begin, NULL);
		check.view = &child->view;
		check.question = &asking->questions[i];
		check.out = child->out;
		check.index = (uint32_t)i;
		check.protects_files = child->protects_files;
		check_run(&check);
		record_send(child->out, &check.answer,
		    check.path[0] == '\0' ? NULL : check.path);
	}
}

/* What the blocker was asked for; 0: it was no question of permission. */
static unsigned
blocker_need(const struct question *question, const struct answer *answer)
{
	switch (answer->why) {
	case WHY_SEARCH:
	case WHY_EXECUTE_DENIED:
		return ACCESS_SEARCH;
	case WHY_READ:
	case WHY_LIST:
		return ACCESS_READ;
	case WHY_SOCKET_WRITE:
		return ACCESS_WRITE;
	case WHY_WRITE:
		return question->what == ASK_WRITE_FILE && answer->on_target
		    ? ACCESS_WRITE
		    : ACCESS_WRITE | ACCESS_SEARCH;
	default:
		return 0;
	}
}

static void
explain(const struct cred *who, const struct question *question,
    struct answer *answer)
{
	unsigned need = blocker_need(question, answer);

	if (need == 0 || answer->verdict != ANSWER_NO)
		return;
	access_explain(who, &answer->facts, need, &answer->explained);
	answer->unexplained = answer->error == EACCES &&
	    (answer->facts.mode == 0 ||
		(answer->explained.known && answer->explained.granted));
}

static void
take_step(struct answer *answer, const struct record *record, const char *path)
{
	struct step *step;

	if (answer->step_count == STEPS_MAX)
		return;
	answer->steps = xreallocarray(answer->steps, answer->step_count + 1,
	    sizeof(*answer->steps));
	step = &answer->steps[answer->step_count++];
	step->path = xstrndup(path, record->path_len);
	step->facts = record->facts;
}

static void
take_answer(struct asking *asking, struct answer *answer,
    const struct record *record, const char *path)
{
	answer->verdict = (enum verdict)record->verdict;
	answer->why = (enum why)record->why;
	answer->error = record->error;
	answer->on_target = record->on_target != 0;
	answer->through_link = record->through_link != 0;
	answer->writable = record->numbers[0] != 0;
	answer->content = (enum content)record->numbers[1];
	answer->facts = record->facts;
	if (record->path_len > 0 && answer->blocker == NULL)
		answer->blocker = xstrndup(path, record->path_len);
	explain(asking->who, &asking->questions[record->question], answer);
}

static void
take(const struct record *record, const char *path, void *arg)
{
	struct asking *asking = arg;
	struct answer *answer;

	if (record->question < asking->first ||
	    record->question >= asking->count)
		return;
	answer = &asking->answers[record->question];
	asking->current = record->question;
	if (record->kind == RECORD_STEP)
		take_step(answer, record, path);
	else if (record->kind == RECORD_ANSWER) {
		take_answer(asking, answer, record, path);
		asking->current = record->question + 1u;
	}
}

/* The answer to what hangs, or is left because something did. */
static void
leave_one(struct answer *answer, enum why why, int error, const char *hung)
{
	answer->verdict = ANSWER_UNDECIDED;
	answer->why = why;
	answer->error = error;
	if (why == WHY_TIMED_OUT && hung != NULL && answer->blocker == NULL)
		answer->blocker = xstrdup(hung);
}

/* Everything from the current question on is undecided for this reason. */
static void
leave_undecided(struct asking *asking, size_t end, enum why why, int error)
{
	for (size_t i = asking->current; i < end && i < asking->count; i++)
		leave_one(&asking->answers[i], why, error,
		    hung_last(asking->memory));
}

/* Asks until all is answered, or there is no hope for the rest; then why. */
static enum why
ask_until_done(struct session *session, struct asking *asking)
{
	unsigned hanging = 0;
	enum why why;
	bool late;

	for (;;) {
		asking->current = asking->first;
		why = session_run(session);
		if (why == WHY_NONE || asking->current >= asking->count)
			return WHY_NONE;
		late = session->deadline_ms != 0 &&
		    clock_mono_ms() >= session->deadline_ms;
		if (why == WHY_TIMED_OUT && !late && !session->refused)
			hung_note(asking->memory, asking->as,
			    asking->questions[asking->current].path);
		if (why != WHY_TIMED_OUT || late || ++hanging == HANGING_MAX)
			break;
		leave_undecided(asking, asking->current + 1, why, 0);
		asking->first = asking->current + 1;
		if (asking->first >= asking->count)
			return WHY_NONE;
	}
	leave_undecided(asking, asking->count, why, session->error);
	return why;
}

static bool
has_capability(int capability)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, sets) == -1)
		return false;
	return (sets[capability / 32].effective & 1u << capability % 32) != 0;
}

/* This process as it is; the caller calls cred_done. */
static void
own_cred(struct cred *own)
{
	int count = getgroups(0, NULL);

	*own = (struct cred){ .uid = geteuid(), .gid = getegid() };
	own->groups = xcalloc(count > 0 ? (size_t)count : 1, sizeof(gid_t));
	if (count > 0)
		count = getgroups(count, own->groups);
	own->group_count = count > 0 ? (size_t)count : 0;
}

static bool
is_own_cred(const struct cred *cred)
{
	struct cred own;
	bool same;

	own_cred(&own);
	/* faccessat(2) asks for the real ids. */
	same = identity_same_cred(&own, cred) && getuid() == own.uid &&
	    getgid() == own.gid;
	cred_done(&own);
	return same && !has_capability(CAP_DAC_OVERRIDE) &&
	    !has_capability(CAP_DAC_READ_SEARCH);
}

enum probe_mode
probe_mode_for(const struct cred *cred)
{
	if (is_own_cred(cred))
		return PROBE_AS_WE_ARE;
	return has_capability(CAP_SETUID) && has_capability(CAP_SETGID)
	    ? PROBE_BECOME
	    : PROBE_INFER;
}

bool
probe_can_become(const struct cred *cred)
{
	return probe_mode_for(cred) != PROBE_INFER;
}

static void
set_times(struct session *session, const struct probe_options *options)
{
	session->quiet_ms = QUESTION_MS;
	if (options == NULL)
		return;
	if (options->timeout_ms > 0)
		session->quiet_ms = options->timeout_ms;
	session->deadline_ms = options->deadline_ms;
}

/* One child's worth, with the identity taken, or as who we are. */
static enum why
ask(const struct probe_as *as, bool become, struct asking *asking,
    const struct probe_options *options)
{
	struct child_plan plan = {
		.as = as,
		.become = become,
		.work = ask_all,
		.arg = asking,
		.cpu_seconds = CPU_SECONDS,
	};
	struct session session = {
		.plan = &plan,
		.take = take,
		.arg = asking,
	};

	for (size_t i = 0; i < asking->count; i++)
		asking->answers[i] = (struct answer){ .why = WHY_BROKEN };
	set_times(&session, options);
	return ask_until_done(&session, asking);
}

int
probe_may_enter(int proc_fd)
{
	int fd;

	if (proc_fd == -1 || geteuid() == 0)
		return proc_fd;
	fd = openat(proc_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return errno == EACCES || errno == EPERM ? -1 : proc_fd;
	close(fd);
	return proc_fd;
}

/* Walks as ourselves and lets the arithmetic speak for the identity. */
static enum why
ask_inferred(const struct probe_as *as, struct asking *asking,
    const struct probe_options *options)
{
	const struct question *questions = asking->questions;
	struct question *walks =
	    xcalloc(asking->count, sizeof(*asking->questions));
	struct probe_as us = *as;
	enum why why;

	us.proc_fd = probe_may_enter(us.proc_fd);
	for (size_t i = 0; i < asking->count; i++)
		infer_question(&questions[i], &walks[i]);
	asking->questions = walks;
	why = ask(&us, false, asking, options);
	for (size_t i = 0; i < asking->count; i++)
		infer_answer(as->cred, &questions[i], &asking->answers[i]);
	free(walks);
	return why;
}

/* How many of the questions one child can answer within what it may send. */
static size_t
part_size(const struct question *questions, size_t count, bool traced)
{
	size_t part = 0;

	while (part < count && part < PART_MAX &&
	    !((traced || questions[part].trace) && part >= TRACED_MAX))
		part++;
	return part;
}

/* Notes what the answers are going to rest on. */
static void
bear_witness(const struct probe_as *as, const struct question *questions,
    size_t count)
{
	const char *path;
	char *joined;

	for (size_t i = 0; i < count; i++) {
		path = questions[i].path;
		joined = *path != '/' && as->view == 0 && as->cwd != NULL
		    ? xasprintf("%s/%s", as->cwd, path)
		    : NULL;
		witness_path(as->view, joined != NULL ? joined : path);
		if (questions[i].peek && as->view == 0)
			witness_file(path);
		else if (questions[i].peek)
			witness_give_up();
		free(joined);
	}
}

/* All questions, to as many children as it takes. */
static int
ask_parts(const struct probe_as *as, const struct question *questions,
    size_t count, struct answer *answers, const struct probe_options *options,
    char **cause)
{
	enum probe_mode mode = probe_mode_for(as->cred);
	struct asking asking = {
		.as = as,
		.who = as->cred,
		.memory = options == NULL ? NULL : options->memory,
	};
	enum why why = WHY_NONE;

	for (size_t at = 0; at < count; at += asking.count) {
		asking.questions = questions + at;
		asking.answers = answers + at;
		asking.first = 0;
		asking.count =
		    part_size(questions + at, count - at, mode == PROBE_INFER);
		if (mode == PROBE_INFER)
			why = ask_inferred(as, &asking, options);
		else
			why = ask(as, mode == PROBE_BECOME, &asking, options);
		for (size_t i = 0; i < asking.count && as->image != NULL; i++)
			asking.answers[i].inferred = true;
		if (why != WHY_OTHER_ERROR)
			continue;
		/* Not a refusal: the child could not be started. */
		for (size_t i = 0; i < at + asking.count; i++)
			answer_done(&answers[i]);
		return cause_set(cause, "cannot start a probe: %s",
		    strerror(errno));
	}
	return 0;
}

/* Who listens at a socket may change at any time. */
static bool
is_lasting(const struct question *question)
{
	return question->what != ASK_SOCKET &&
	    question->what != ASK_BIND_SOCKET;
}

static void
make_key(const struct probe_as *as, const struct question *question,
    struct strbuf *key)
{
	memory_key(key, MEMORY_ANSWER);
	memory_key_cred(key, as->cred);
	memory_key_view(key, as->proc_fd, as->image);
	memory_key_text(key, as->cwd);
	memory_key_number(key, question->what);
	memory_key_text(key, question->path);
	memory_key_number(key, question->links);
	memory_key_number(key, question->links_from);
	memory_key_number(key,
	    question->stat_only | question->trace << 1 |
		question->and_write << 2 | question->peek << 3 |
		question->brief << 4);
}

static void
forget(void *answer)
{
	answer_done(answer);
	free(answer);
}

/* The answer that is known; false if none is. */
static bool
recall(const struct probe_as *as, const struct question *question,
    const struct probe_memory *memory, struct answer *answer)
{
	const char *hung = hung_at(memory, as->view, question->path);
	const struct answer *known;
	struct strbuf key;

	if (hung != NULL) {
		*answer = (struct answer){ 0 };
		leave_one(answer, WHY_TIMED_OUT, 0, hung);
		return true;
	}
	if (!is_lasting(question))
		return false;
	make_key(as, question, &key);
	known = probe_memory_get(memory, &key);
	strbuf_done(&key);
	if (known != NULL)
		answer_copy(answer, known);
	return known != NULL;
}

static void
remember(const struct probe_as *as, const struct question *question,
    const struct answer *answer, struct probe_memory *memory)
{
	struct answer *kept;
	struct strbuf key;

	if (!is_lasting(question) || answer->verdict == ANSWER_UNDECIDED)
		return;
	make_key(as, question, &key);
	if (probe_memory_get(memory, &key) == NULL) {
		kept = xmalloc(sizeof(*kept));
		answer_copy(kept, answer);
		probe_memory_put(memory, &key, kept, forget);
	}
	strbuf_done(&key);
}

/* Asks only what is not known yet. */
static int
ask_new(const struct probe_as *as, const struct question *questions,
    size_t count, struct answer *answers, const struct probe_options *options,
    char **cause)
{
	struct question asked[REMEMBERED_MAX];
	struct answer found[REMEMBERED_MAX];
	bool known[REMEMBERED_MAX];
	size_t fresh = 0;
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		known[i] =
		    recall(as, &questions[i], options->memory, &answers[i]);
		if (!known[i])
			asked[fresh++] = questions[i];
	}
	if (fresh > 0)
		failed = ask_parts(as, asked, fresh, found, options, cause);
	fresh = 0;
	for (size_t i = 0; i < count; i++) {
		if (failed && known[i])
			answer_done(&answers[i]);
		if (failed || known[i])
			continue;
		answers[i] = found[fresh++];
		remember(as, &questions[i], &answers[i], options->memory);
	}
	return failed;
}

int
probe_ask(const struct probe_as *as, const struct question *questions,
    size_t count, struct answer *answers, const struct probe_options *options,
    char **cause)
{
	bear_witness(as, questions, count);
	if (options == NULL || options->memory == NULL ||
	    count > REMEMBERED_MAX)
		return ask_parts(as, questions, count, answers, options, cause);
	return ask_new(as, questions, count, answers, options, cause);
}

int
probe_ask_worker(const struct identity *worker,
    const struct question *questions, size_t count, struct answer *answers,
    const struct probe_options *options, char **cause)
{
	struct probe_as as = {
		.cred = &worker->cred,
		.proc_fd = worker->proc_fd,
		.view = identity_view(worker),
		.umask = -1,
		.image = worker->image,
	};

	return probe_ask(&as, questions, count, answers, options, cause);
}

struct answer *
probe_obstacles(const struct probe_as *app, const struct cred *identity,
    const struct question *question, size_t *count,
    const struct probe_options *options)
{
	struct question walk;
	struct answer walked, *found = NULL;

	*count = 0;
	infer_question(question, &walk);
	if (probe_ask(app, &walk, 1, &walked, options, NULL) == -1)
		return NULL;
	found = infer_obstacles(identity, question, &walked, count);
	answer_done(&walked);
	return found;
}
