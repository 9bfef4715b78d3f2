/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/config.h"

#include "preflight/app/nginx_program.h"
#include "preflight/app/nginx_unit.h"
#include "preflight/app/pairing.h"
#include "preflight/checker/checkup.h"
#include "preflight/checker/prepare.h"
#include "preflight/judge/runtime_dir.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/report/quote.h"

/*
 * The worker's group is that of the nginx which belongs to the program best.
 */

struct choice {
	const struct program_views *views;
	const struct program_view *view;
	enum pair_reason by;
	const struct identity *worker; /* NULL: none yet */
};

static void
consider(struct choice *choice, const struct nginx_instance *instance)
{
	struct pairing pairing;

	if (instance->site_problem != NULL || instance->identity_count == 0)
		return;
	pairing_make(choice->views, choice->view, &instance->site, &pairing);
	if (choice->worker == NULL || pairing.by > choice->by) {
		choice->by = pairing.by;
		choice->worker = instance->identities[0];
	}
	pairing_done(&pairing);
}

static int
make_for(const struct program_views *views, const struct program_view *view,
    char **cause)
{
	struct nginx_args args;
	struct nginx_unit unit;
	const struct program_view *nginx = nginx_program_find(views, &args);
	bool has_unit = nginx_unit_find(NULL, &unit);
	const struct nginx_instance_options finding = {
		.key = view->keys.nginx,
		.assume = view->keys.nginx_user,
		.args = nginx == NULL ? NULL : &args,
		.starter = nginx == NULL ? NULL : &nginx->cred,
		.unit = has_unit ? &unit.args : NULL,
		.unit_starter = unit.has_starter ? &unit.starter : NULL,
	};
	struct choice choice = { .views = views, .view = view };
	struct nginx_instances instances = { .count = 0 };
	struct nginx_range range = { 0, 0 };
	int result = 0;

	if (strcmp(view->keys.nginx, "none") != 0)
		result =
		    nginx_instances_find(&instances, &finding, &range, cause);
	for (size_t i = range.first; i < range.last; i++)
		consider(&choice, instances.items[i]);
	if (result == 0 && choice.worker == NULL)
		result = cause_set(cause,
		    "%s: not made, as the worker's group is not known",
		    view->keys.runtime_dir);
	if (result == 0)
		result = runtime_dir_make(view->keys.runtime_dir,
		    view->cred.uid, choice.worker->cred.gid, cause);
	nginx_instances_done(&instances);
	nginx_unit_done(&unit);
	if (nginx != NULL)
		nginx_args_done(&args);
	return result;
}

static int
make_all(const struct options *options, const struct program_views *views,
    char **cause)
{
	for (size_t i = 0; i < views->count; i++) {
		const struct program_view *view = &views->items[i];

		if (strcmp(view->name, options->programs.items[0]) == 0 &&
		    view->keys.runtime_dir != NULL &&
		    make_for(views, view, cause) == -1)
			return -1;
	}
	return 0;
}

int
prepare_run(const struct options *options, struct strbuf *out, char **cause)
{
	struct config *config = checkup_config(options, cause);
	struct program_views views = { .count = 0 };
	char *problem = NULL;
	int result;

	if (config == NULL)
		return -1;
	result = program_views_read(config, NULL, &views, cause);
	if (result == 0 && make_all(options, &views, &problem) == 0)
		strbuf_addstr(out, "ok\t");
	else if (result == 0) {
		strbuf_addstr(out, "fail\t");
		quote_text(out, problem);
	}
	strbuf_addch(out, '\n');
	free(problem);
	program_views_done(&views);
	config_free(config);
	return result;
}
