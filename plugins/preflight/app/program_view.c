/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "base/xmalloc.h"
#include "config/config.h"

#include "preflight/app/program_view.h"

/*
 * From configuration to views: processes of one section become one program,
 * because what nginx can reach does not depend on their number.
 */

static struct program_view *
find_view(struct program_views *views, const char *name)
{
	for (size_t i = 0; i < views->count; i++) {
		if (strcmp(views->items[i].name, name) == 0)
			return &views->items[i];
	}
	return NULL;
}

static char *
user_name(uid_t uid, char **home)
{
	const struct passwd *pw = names_uid(uid);

	if (pw == NULL)
		return xasprintf("%lu", (unsigned long)uid);
	*home = xstrdup(pw->pw_dir);
	return xstrdup(pw->pw_name);
}

/* Who it will run as: its own user, the daemon's, or whoever asks. */
static int
resolve_user(const struct config *config, const struct process_config *process,
    struct program_view *view, char **cause)
{
	uid_t uid = process->has_user ? process->uid
	    : config->user != NULL    ? config->uid
				      : geteuid();

	view->user = user_name(uid, &view->home);
	return cred_resolve(uid, &view->cred, cause);
}

static void
add_process(struct program_view *view, const struct process_config *process)
{
	strvec_push(&view->processes, process->name);
	if (strvec_find(&view->commands, process->command) == -1)
		strvec_push(&view->commands, process->command);
}

static void
add_fcgi(struct program_view *view, const struct fcgi_socket_config *fcgi)
{
	view->fcgi = (struct view_fcgi){
		.path = xstrdup(fcgi->path),
		.mode = fcgi->mode,
		.uid = fcgi->uid,
		.gid = fcgi->gid,
	};
}

static void
plan_fcgi(struct program_view *view)
{
	struct planned_socket *planned =
	    server_plan_add_socket(&view->plan, view->fcgi.path);

	planned->mode = (int)view->fcgi.mode;
	planned->says = xasprintf("socket_mode of the fcgi-program, %04o",
	    (unsigned)view->fcgi.mode);
}

/* Sockets that are said outright take the place of what would be guessed. */
void
program_view_plan(struct program_view *view)
{
	const struct strvec *said = &view->keys.sockets;

	server_plan_done(&view->plan);
	if (view->fcgi.path != NULL) {
		plan_fcgi(view);
		return;
	}
	for (size_t i = 0; i < view->commands.len; i++) {
		const struct server_source source = {
			.command = view->commands.items[i],
			.directory = view->directory,
			.environment = &view->environment,
			.cred = &view->cred,
			.image = view->image,
		};

		server_plan_add(&view->plan, &source);
	}
	for (size_t i = 0; i < said->len; i++) {
		bool known = false;

		for (size_t j = 0; j < view->plan.socket_count; j++)
			known = known ||
			    strcmp(view->plan.sockets[j].path,
				said->items[i]) == 0;
		if (!known)
			server_plan_add_socket(&view->plan, said->items[i])
			    ->says = xstrdup("preflight_socket");
	}
	for (size_t i = 0;
	     view->keys.socket_mode != -1 && i < view->plan.socket_count; i++) {
		struct planned_socket *planned = &view->plan.sockets[i];

		planned->mode = view->keys.socket_mode;
		free(planned->says);
		planned->says = xasprintf("preflight_socket_mode, %04o",
		    (unsigned)planned->mode);
	}
}

static int
make_view(const struct config *config, const struct group_config *group,
    const struct process_config *process, struct program_view *view,
    char **cause)
{
	const struct preflight_source source = {
		.config = config,
		.own = &process->extra,
		.program = process->program,
		.group = group->name,
	};

	*view = (struct program_view){
		.name = xstrdup(process->program),
		.group = xstrdup(group->name),
		.umask =
		    process->umask != -1 ? process->umask : (int)config->umask,
	};
	if (process->directory != NULL)
		view->directory = xstrdup(process->directory);
	else if (config->directory != NULL)
		view->directory = xstrdup(config->directory);
	strvec_copy(&view->environment, &process->environment);
	add_process(view, process);
	if (process->out.path != NULL)
		strvec_push(&view->logs, process->out.path);
	if (process->err.path != NULL)
		strvec_push(&view->logs, process->err.path);
	if (process->fcgi != NULL && process->fcgi->path != NULL)
		add_fcgi(view, process->fcgi);
	if (resolve_user(config, process, view, cause) == -1)
		return -1;
	return preflight_keys_read(&source, &view->keys, cause);
}

static void
program_view_done(struct program_view *view)
{
	free(view->name);
	free(view->group);
	free(view->user);
	free(view->home);
	free(view->directory);
	free(view->fcgi.path);
	strvec_done(&view->processes);
	strvec_done(&view->commands);
	strvec_done(&view->environment);
	strvec_done(&view->logs);
	cred_done(&view->cred);
	preflight_keys_done(&view->keys);
	server_plan_done(&view->plan);
}

int
program_views_read(const struct config *config, const char *image,
    struct program_views *views, char **cause)
{
	struct program_view *view;

	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];

		for (size_t j = 0; j < group->process_count; j++) {
			const struct process_config *process =
			    &group->processes[j];

			if (process->kind == PROCESS_LISTENER)
				continue;
			view = find_view(views, process->program);
			if (view != NULL) {
				add_process(view, process);
				continue;
			}
			views->items = xreallocarray(views->items,
			    views->count + 1, sizeof(*views->items));
			view = &views->items[views->count++];
			if (make_view(config, group, process, view, cause) ==
			    -1)
				return -1;
		}
	}
	for (size_t i = 0; i < views->count; i++) {
		views->items[i].image = image;
		program_view_plan(&views->items[i]);
	}
	return 0;
}

void
program_views_done(struct program_views *views)
{
	for (size_t i = 0; i < views->count; i++)
		program_view_done(&views->items[i]);
	free(views->items);
	*views = (struct program_views){ 0 };
}

bool
program_view_is(const struct program_view *view, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t len;

	if (colon == NULL)
		return strcmp(view->name, name) == 0 ||
		    strcmp(view->group, name) == 0 ||
		    strvec_find(&view->processes, name) != -1;
	len = (size_t)(colon - name);
	return strlen(view->group) == len &&
	    strncmp(view->group, name, len) == 0 &&
	    (strcmp(colon + 1, "*") == 0 ||
		strvec_find(&view->processes, colon + 1) != -1);
}
