/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/probe/predict.h"
#include "preflight/report/sentence.h"

/*
 * What will be wrong tomorrow: files that the program writes with its umask
 * (contract P1.2, S14), and a home that lets others in.
 */

#define UMASK_USUAL 022

/* What the program's user sees of a directory; false if it is none. */
static bool
look_at(struct judge *judge, const char *path, struct facts *facts)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = { .what = ASK_FACTS, .path = path };
	struct answer answer;

	if (probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return false;
	*facts = answer.facts;
	answer_done(&answer);
	return S_ISDIR(facts->mode);
}

void
judge_future(struct judge *judge, size_t check, const struct need *need,
    const char *dir)
{
	const struct program_view *view = judge->view;
	const struct creation creation = {
		.creator = &view->cred,
		.mode = 0666,
		.umask = view->umask == -1 ? UMASK_USUAL : (mode_t)view->umask,
		.chown_uid = PREDICT_KEEP,
		.chown_gid = PREDICT_KEEP,
		.chmod = PREDICT_KEEP,
	};
	struct prediction predicted;
	struct finding *finding;
	struct facts facts;
	char *future;

	if (view->cred.uid == 0 || !look_at(judge, dir, &facts) ||
	    !access_granted(&view->cred, &facts, ACCESS_WRITE | ACCESS_SEARCH))
		return;
	predict_file(&facts, &creation, &predicted);
	if (access_granted(&judge->identity->cred, &predicted.inode,
		ACCESS_READ))
		return;
	future = sentence_facts(&predicted.inode);
	finding = finding_create(PF120, dir);
	finding->confidence = CONFIDENCE_PREDICTED;
	finding_say(finding,
	    "files that the program writes to %s will be %s "
	    "(umask %03o): %s will not be able to read them",
	    dir, future, (unsigned)creation.umask, judge->worker);
	judge_add(judge, check, need, finding);
	free(future);
}

void
judge_home(struct judge *judge)
{
	const struct program_view *view = judge->view;
	struct finding *finding;
	struct facts facts;
	char *listed;

	if (view->cred.uid == 0 || view->home == NULL ||
	    !look_at(judge, view->home, &facts) ||
	    facts.uid != view->cred.uid || (facts.mode & 026) == 0)
		return;
	listed = sentence_facts(&facts);
	finding = finding_create(PF510, view->home);
	if ((facts.mode & 022) == 0)
		finding->severity = SEVERITY_NOTICE;
	finding_say(finding,
	    (facts.mode & 022) != 0
		? "the home %s (%s) can be changed by others than its owner"
		: "the home %s (%s) can be listed by every local user",
	    view->home, listed);
	if (judge->serves_several)
		finding->severity++;
	program_report_add(judge->program, finding);
	free(listed);
}
