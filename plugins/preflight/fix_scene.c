/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/fix_scene.h"
#include "preflight/sentence.h"

/*
 * The app child sees its own tree and tells by arithmetic what else the worker
 * would meet.
 */

void
fix_scene_fill(const struct judge *judge, struct fix_scene *scene)
{
	*scene = (struct fix_scene){
		.worker = &judge->identity->cred,
		.worker_user = judge->user,
		.worker_group = judge->group,
		.app = &judge->view->cred,
		.app_user = judge->view->user,
		.app_group = sentence_group(judge->view->cred.gid),
		.program = judge->view->name,
	};
}

void
fix_scene_done(struct fix_scene *scene)
{
	free((char *)scene->app_group);
}

static bool
holds(const struct answer *list, size_t count, const char *blocker)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].blocker != NULL &&
		    strcmp(list[i].blocker, blocker) == 0)
			return true;
	}
	return false;
}

void
fix_scene_access(struct judge *judge, struct finding *finding,
    const struct question *question, const struct answer *first)
{
	const struct probe_as app = {
		.cred = &judge->view->cred,
		.proc_fd = judge->identity->proc_fd,
		.view = identity_view(judge->identity),
		.image = judge->image,
		.umask = -1,
	};
	struct answer *behind;
	struct fix_scene scene;
	size_t count = 0;

	if (finding->fix_count > 0)
		return;
	behind = probe_obstacles(&app, &judge->identity->cred, question, &count,
	    &judge->probe);
	fix_scene_fill(judge, &scene);
	if (first->blocker != NULL && !holds(behind, count, first->blocker))
		fix_plan_access(finding, &scene, first, 1);
	else
		fix_plan_access(finding, &scene, behind, count);
	for (size_t i = 0; i < count; i++) {
		if (behind[i].blocker != NULL &&
		    strcmp(behind[i].blocker, first->blocker) != 0)
			strvec_pushf(&finding->needed_for,
			    "and, once this is fixed, %s is in the way as well",
			    behind[i].blocker);
		answer_done(&behind[i]);
	}
	free(behind);
	fix_scene_done(&scene);
}
