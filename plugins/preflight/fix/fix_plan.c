/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_model.h"
#include "preflight/fix/fix_plan.h"
#include "preflight/fix/fix_tree.h"
#include "preflight/probe/grant.h"

/*
 * A plan is a function that changes a copy of an inode's facts as its commands
 * would, and the commands themselves.  Commands on an app's tree run as its
 * owner: that is enough, and a symlink put there in between gains nothing.
 */

static unsigned
needed(const struct answer *answer)
{
	return answer->explained.need != 0 ? answer->explained.need
	    : S_ISDIR(answer->facts.mode)  ? ACCESS_SEARCH
					   : ACCESS_READ;
}

static bool
acl_helps(const struct fix_scene *scene, const struct answer *obstacle)
{
	struct facts facts = obstacle->facts;

	return facts.mode != 0 && !obstacle->unexplained &&
	    fix_model_entry(&facts, scene->worker->uid, needed(obstacle),
		false) &&
	    access_granted(scene->worker, &facts, needed(obstacle));
}

static bool
all_helped(const struct fix_scene *scene, const struct answer *obstacles,
    size_t count,
    bool (*helps)(const struct fix_scene *, const struct answer *))
{
	for (size_t i = 0; i < count; i++) {
		if (!helps(scene, &obstacles[i]))
			return false;
	}
	return count > 0;
}

/* "u:www:--x", with the mask if there is one: setfacl would widen it. */
static void
add_entry(struct fix *fix, const struct fix_scene *scene,
    const struct answer *obstacle)
{
	struct strvec *words = fix_tree_begin_command(fix);
	struct facts after = obstacle->facts;
	unsigned mask;

	fix_tree_as_owner(words, scene, obstacle->facts.uid);
	strvec_push(words, "setfacl");
	strvec_push(words, "-m");
	if (fix_model_mask(&obstacle->facts, &mask))
		strvec_pushf(words, "u:%s:%s,m::%s", scene->worker_user,
		    access_bits_text(needed(obstacle)),
		    access_bits_text(mask | needed(obstacle)));
	else
		strvec_pushf(words, "u:%s:%s", scene->worker_user,
		    access_bits_text(needed(obstacle)));
	strvec_push(words, "--");
	strvec_push(words, obstacle->blocker);
	strvec_push(&fix->saved, obstacle->blocker);
	if (fix_model_entry(&after, scene->worker->uid, needed(obstacle),
		false))
		fix_model_gains(&obstacle->facts, &after, scene->worker->uid,
		    obstacle->blocker, &fix->also_gains);
}

/* Whether the cred may use all trees as they are. */
static bool
are_open(const struct fix_scene *scene, const struct cred *cred)
{
	for (size_t i = 0; i < scene->tree_count; i++) {
		if (!fix_tree_is_open(&scene->trees[i], cred))
			return false;
	}
	return true;
}

static bool
can_be_opened(const struct fix_scene *scene)
{
	for (size_t i = 0; i < scene->tree_count; i++) {
		if (!fix_tree_can_be_opened(scene, &scene->trees[i]))
			return false;
	}
	return true;
}

static void
plan_acl(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;

	if (!all_helped(scene, obstacles, count, acl_helps) ||
	    !can_be_opened(scene))
		return;
	fix = finding_add_fix(finding, "acl-traverse");
	fix->simulated = SIMULATED_PASS;
	fix->takes_effect = xstrdup("at once");
	for (size_t i = 0; i < count; i++)
		add_entry(fix, scene, &obstacles[i]);
	for (size_t i = 0; i < scene->tree_count; i++)
		fix_tree_add(fix, scene, &scene->trees[i]);
	if (fix->also_gains.len > 0)
		fix->price = strvec_join(&fix->also_gains, "; ");
	fix_set_undo(fix, "setfacl", "--restore=" FIX_RESTORE_FILE, NULL);
}

/* The inode after "chgrp WORKERGROUP; chmod g+BITS". */
static struct facts
in_workers_group(const struct fix_scene *scene, const struct answer *obstacle)
{
	struct facts facts = obstacle->facts;

	facts.gid = scene->worker->gid;
	facts.mode |= (mode_t)needed(obstacle) << 3;
	return facts;
}

static bool
group_helps(const struct fix_scene *scene, const struct answer *obstacle)
{
	struct facts facts = in_workers_group(scene, obstacle);

	return obstacle->facts.mode != 0 && !obstacle->unexplained &&
	    access_granted(scene->worker, &facts, needed(obstacle));
}

static bool
lacks_acls(const struct answer *obstacles, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (obstacles[i].facts.no_acl)
			return true;
	}
	return false;
}

/* chgrp or chmod.  The owner may give away to a group that it is in, so not even
 * this needs root, which would follow whatever link is put there. */
static void
add_group_command(struct fix *fix, const struct fix_scene *scene,
    unsigned owner, const char *program, const char *what, const char *path)
{
	struct strvec *words = fix_tree_begin_command(fix);

	fix_tree_as_owner_in_group(words, scene, owner);
	strvec_push(words, program);
	strvec_push(words, "--");
	strvec_push(words, what);
	strvec_push(words, path);
}

/* Where the file system has no ACLs: the group of what is in the way becomes
 * the worker's own, which takes effect without a reload. */
static void
plan_group(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;

	if (!lacks_acls(obstacles, count) || scene->worker->gid == 0 ||
	    !all_helped(scene, obstacles, count, group_helps) ||
	    !are_open(scene, scene->worker))
		return;
	fix = finding_add_fix(finding, "group-traverse");
	fix->simulated = SIMULATED_PASS;
	fix->takes_effect = xstrdup("at once");
	fix->price = xasprintf("members of group %s may do what the group "
			       "may; those of the former group no longer",
	    scene->worker_group);
	strvec_pushf(&fix->also_gains, "members of group %s",
	    scene->worker_group);
	for (size_t i = 0; i < count; i++) {
		const struct answer *obstacle = &obstacles[i];

		add_group_command(fix, scene, obstacle->facts.uid, "chgrp",
		    scene->worker_group, obstacle->blocker);
		add_group_command(fix, scene, obstacle->facts.uid, "chmod",
		    S_ISDIR(obstacle->facts.mode) ? "g+x" : "g+r",
		    obstacle->blocker);
		strvec_push(&fix->saved, obstacle->blocker);
	}
	fix_set_undo(fix, "setfacl", "--restore=" FIX_RESTORE_FILE, NULL);
}

static bool
other_helps(const struct fix_scene *scene, const struct answer *obstacle)
{
	struct facts facts = obstacle->facts;

	if (facts.mode == 0 || obstacle->unexplained)
		return false;
	facts.mode |= (mode_t)needed(obstacle);
	return S_ISDIR(facts.mode) &&
	    access_granted(scene->worker, &facts, needed(obstacle));
}

/* Traverse for everybody: only directories, never files. */
static void
plan_other(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;
	struct strvec *words;

	if (!all_helped(scene, obstacles, count, other_helps) ||
	    !are_open(scene, scene->worker))
		return;
	fix = finding_add_fix(finding, "other-traverse");
	fix->simulated = SIMULATED_PASS;
	fix->takes_effect = xstrdup("at once");
	fix->price = xstrdup("every local user may pass through, too");
	strvec_push(&fix->also_gains, "all local users: traverse");
	for (size_t i = 0; i < count; i++) {
		words = fix_tree_begin_command(fix);
		fix_tree_as_owner(words, scene, obstacles[i].facts.uid);
		strvec_push(words, "chmod");
		strvec_push(words, "o+x");
		strvec_push(words, "--");
		strvec_push(words, obstacles[i].blocker);
		strvec_push(&fix->saved, obstacles[i].blocker);
	}
	fix_set_undo(fix, "setfacl", "--restore=" FIX_RESTORE_FILE, NULL);
}

/* The worker as a member of the app's group. */
static bool
seed_helps(const struct fix_scene *scene, const struct answer *obstacles,
    size_t count)
{
	struct cred member =
	    grant_with_group(scene->worker, scene->app->gid, true);
	bool helps = count > 0 && are_open(scene, &member);

	for (size_t i = 0; i < count && helps; i++)
		helps = obstacles[i].facts.mode != 0 &&
		    !obstacles[i].unexplained &&
		    access_granted(&member, &obstacles[i].facts,
			needed(&obstacles[i]));
	free(member.groups);
	return helps;
}

static void
plan_seed(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;

	if (scene->app->uid == 0 || scene->app->gid == 0 ||
	    !seed_helps(scene, obstacles, count))
		return;
	fix = finding_add_fix(finding, "seed-membership");
	fix->simulated = SIMULATED_PASS;
	fix->advised = false;
	fix->reload = true;
	fix->takes_effect = xstrdup("after a reload of nginx");
	fix->price =
	    xasprintf("everything that group %s may read becomes readable",
		scene->app_group);
	fix_add_command(fix, "usermod", "-a", "-G", scene->app_group,
	    scene->worker_user, NULL);
	fix_add_command(fix, "nginx", "-s", "reload", NULL);
	fix_set_undo(fix, "gpasswd", "-d", scene->worker_user, scene->app_group,
	    NULL);
}

/* A file that nobody's business but the program's is not opened by a plan;
 * keys and password files that nginx has to read are. */
static bool
opens_secret(const struct finding *finding, const struct answer *obstacles,
    size_t count)
{
	enum secret_kind kind;

	if (finding->code == PF117 || finding->code == PF405)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (obstacles[i].blocker == NULL ||
		    S_ISDIR(obstacles[i].facts.mode))
			continue;
		kind = secret_suspected(obstacles[i].blocker);
		if (kind != SECRET_NONE && kind != SECRET_SOURCE)
			return true;
	}
	return false;
}

bool
fix_plan_has_acl(const struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	return !opens_secret(finding, obstacles, count) &&
	    all_helped(scene, obstacles, count, acl_helps) &&
	    can_be_opened(scene);
}

/* "A/, B/" */
static char *
tree_names(const struct fix_scene *scene)
{
	struct strvec names = STRVEC_INIT;
	char *text;

	for (size_t i = 0; i < scene->tree_count; i++)
		strvec_push(&names, scene->trees[i].path);
	text = strvec_join(&names, ", ");
	strvec_done(&names);
	return text;
}

/* In words: how a framework collects its files is not ours to know. */
static void
plan_move(struct finding *finding, const struct fix_scene *scene)
{
	struct fix *fix = finding_add_fix(finding, "move-tree");
	bool several = scene->tree_count > 1;
	char *names = several ? tree_names(scene) : NULL;

	fix->text =
	    xasprintf("move the tree%s out of the home: %s%s/srv/www/%s, "
		      "owner %s:%s, mode 2750 (Django: STATIC_ROOT), "
		      "and change the root or alias%s",
		several ? "s" : "", several ? names : "",
		several ? ", to below " : "", scene->program, scene->app_user,
		scene->worker_group, several ? " of each" : "");
	fix->takes_effect = xstrdup("after a reload of nginx");
	fix->reload = true;
	free(names);
}

void
fix_plan_access(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	if (opens_secret(finding, obstacles, count))
		return;
	plan_acl(finding, scene, obstacles, count);
	plan_group(finding, scene, obstacles, count);
	if (finding->code == PF101 && scene->app->uid != 0)
		plan_move(finding, scene);
	plan_other(finding, scene, obstacles, count);
	plan_seed(finding, scene, obstacles, count);
}

void
fix_plan_tree(struct finding *finding, const struct fix_scene *scene)
{
	struct fix *fix;

	if (can_be_opened(scene)) {
		fix = finding_add_fix(finding, "acl-tree");
		fix->simulated = SIMULATED_PASS;
		fix->takes_effect = xstrdup("at once");
		fix_tree_add(fix, scene, scene->trees);
		if (fix->also_gains.len > 0)
			fix->price = strvec_join(&fix->also_gains, "; ");
		fix_set_undo(fix, "setfacl", "--restore=" FIX_RESTORE_FILE,
		    NULL);
	}
	fix = finding_add_fix(finding, "umask");
	fix->text = xstrdup("let the program write its files readable: umask "
			    "in its section, FILE_UPLOAD_PERMISSIONS = 0o644");
	fix->takes_effect = xstrdup("for new files, after a restart of the "
				    "program");
	fix->restart = true;
}

/* The directory belongs to app and nobody else's sockets lie in it. */
static bool
is_private_place(const struct fix_scene *scene, const struct facts *dir)
{
	return dir->mode != 0 && S_ISDIR(dir->mode) &&
	    dir->uid == scene->app->uid && !(dir->mode & S_ISVTX);
}

static bool
socket_helps(const struct fix_scene *scene, const struct facts *dir,
    const struct creation *creation)
{
	struct prediction predicted;

	predict_socket(dir, creation, &predicted);
	return access_granted(scene->worker, dir, ACCESS_SEARCH) &&
	    access_granted(scene->worker, &predicted.inode, ACCESS_WRITE);
}

static char *
umask_advice(const struct fix_socket *socket)
{
	if (socket->creation.chmod != PREDICT_KEEP)
		return xstrdup("let the socket be made with mode 0660");
	if (socket->server != NULL && strcmp(socket->server, "gunicorn") == 0)
		return xstrdup("start it with: gunicorn -m 007");
	return xstrdup("umask=007 in the program's section");
}

/* As the plan makes it. */
static bool
is_shared_place(const struct fix_scene *scene, const struct facts *dir)
{
	return dir->gid == scene->worker->gid && (dir->mode & 07777) == 02710 &&
	    dir->acl.count == 0;
}

static void
add_share_commands(struct fix *fix, const struct fix_scene *scene,
    const struct fix_socket *socket)
{
	char *path = xstrdup(socket->path), *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
	add_group_command(fix, scene, socket->dir->uid, "chgrp",
	    scene->worker_group, path);
	add_group_command(fix, scene, socket->dir->uid, "chmod", "2710", path);
	strvec_push(&fix->saved, path);
	fix_set_undo(fix, "setfacl", "--restore=" FIX_RESTORE_FILE, NULL);
	free(path);
}

void
fix_plan_socket(struct finding *finding, const struct fix_scene *scene,
    const struct fix_socket *socket)
{
	struct facts dir = *socket->dir;
	struct creation creation = socket->creation;
	struct fix *fix;
	bool enough;

	if (!is_private_place(scene, socket->dir)) {
		fix = finding_add_fix(finding, "runtime-dir");
		fix->text = xasprintf(
		    "give the socket a directory of its own, %s:%s with mode "
		    "2710, such as /run/%s, made by tmpfiles.d at boot, and "
		    "umask 007",
		    scene->app_user, scene->worker_group, scene->program);
		fix->takes_effect = xstrdup("after a restart of the program "
					    "and a reload of nginx");
		fix->reload = fix->restart = true;
		return;
	}
	dir.gid = scene->worker->gid;
	dir.mode = S_IFDIR | 02710;
	dir.acl.count = 0;
	enough = socket_helps(scene, &dir, &creation);
	creation.umask = 007;
	if (creation.chmod != PREDICT_KEEP)
		creation.chmod = 0660;
	if (!socket_helps(scene, &dir, &creation))
		return;
	fix = finding_add_fix(finding, "socket-dir");
	fix->simulated = SIMULATED_PASS;
	if (!is_shared_place(scene, socket->dir))
		add_share_commands(fix, scene, socket);
	if (!enough)
		fix->text = umask_advice(socket);
	fix->restart = true;
	fix->takes_effect = xstrdup("after a restart of the program");
	fix->price = xstrdup("nobody but the program and nginx can connect");
}
