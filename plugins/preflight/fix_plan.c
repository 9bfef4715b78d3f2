/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/fix_plan.h"

/*
 * A plan is a function that changes a copy of an inode's facts as its commands
 * would, and the commands themselves.  Commands on an app's tree run as its
 * owner: that is enough, and a symlink put there in between gains nothing.
 */

#define RESTORE_FILE "/var/tmp/preflight-restore.acl"

static unsigned
needed(const struct answer *answer)
{
	return answer->explained.need != 0 ? answer->explained.need
	    : S_ISDIR(answer->facts.mode)  ? ACCESS_SEARCH
					   : ACCESS_READ;
}

static struct acl_entry *
find_entry(struct acl *acl, enum acl_tag tag, uint32_t id)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == tag &&
		    (tag != ACL_TAG_USER || acl->entries[i].id == id))
			return &acl->entries[i];
	}
	return NULL;
}

static void
push_entry(struct acl *acl, enum acl_tag tag, uint32_t id, unsigned bits)
{
	acl->entries[acl->count++] = (struct acl_entry){
		.tag = (uint16_t)tag,
		.bits = (uint16_t)bits,
		.id = id,
	};
}

/* What "setfacl -m u:UID:bits" does, its recalculated mask included. */
static bool
model_acl(struct facts *facts, uid_t uid, unsigned bits)
{
	struct acl *acl = &facts->acl;
	struct acl_entry *entry, *mask;

	if (acl->cut || acl->count + 3 > ACL_ENTRIES_KEPT)
		return false;
	if (acl->count == 0) {
		push_entry(acl, ACL_TAG_USER_OBJ, 0, facts->mode >> 6 & 7);
		push_entry(acl, ACL_TAG_GROUP_OBJ, 0, facts->mode >> 3 & 7);
		push_entry(acl, ACL_TAG_OTHER, 0, facts->mode & 7);
	}
	entry = find_entry(acl, ACL_TAG_USER, uid);
	if (entry == NULL)
		push_entry(acl, ACL_TAG_USER, uid, bits);
	else
		entry->bits |= bits;
	mask = find_entry(acl, ACL_TAG_MASK, 0);
	if (mask == NULL)
		push_entry(acl, ACL_TAG_MASK, 0, 0);
	mask = find_entry(acl, ACL_TAG_MASK, 0);
	for (uint32_t i = 0; i < acl->count; i++) {
		unsigned tag = acl->entries[i].tag;

		if (tag == ACL_TAG_USER || tag == ACL_TAG_GROUP ||
		    tag == ACL_TAG_GROUP_OBJ)
			mask->bits |= acl->entries[i].bits;
	}
	facts->mode =
	    (facts->mode & ~(mode_t)070) | ((mode_t)mask->bits & 7) << 3;
	return true;
}

/* Entries that setfacl's new mask makes stronger than they are now: contract
 * P5.6 rule 5. */
static void
note_widened(struct fix *fix, const struct facts *now, const char *path)
{
	unsigned mask = 0, wanted = 0;

	if (now->acl.count == 0)
		return;
	for (uint32_t i = 0; i < now->acl.count; i++) {
		if (now->acl.entries[i].tag == ACL_TAG_MASK)
			mask = now->acl.entries[i].bits;
		else if (now->acl.entries[i].tag != ACL_TAG_USER_OBJ &&
		    now->acl.entries[i].tag != ACL_TAG_OTHER)
			wanted |= now->acl.entries[i].bits;
	}
	if ((wanted & ~mask) != 0)
		strvec_pushf(&fix->also_gains,
		    "other ACL entries of %s, which the mask %s held back",
		    path, access_bits_text(mask));
}

static bool
acl_helps(const struct fix_scene *scene, const struct answer *obstacle)
{
	struct facts facts = obstacle->facts;

	return facts.mode != 0 && !obstacle->unexplained &&
	    model_acl(&facts, scene->worker->uid, needed(obstacle)) &&
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

/* Appends "runuser -u OWNER --" unless root owns it. */
static void
add_as_owner(struct strvec *words, const struct fix_scene *scene, uid_t owner)
{
	if (owner == 0)
		return;
	strvec_push(words, "runuser");
	strvec_push(words, "-u");
	if (owner == scene->app->uid)
		strvec_push(words, scene->app_user);
	else
		strvec_pushf(words, "#%lu", (unsigned long)owner);
	strvec_push(words, "--");
}

static struct strvec *
begin_command(struct fix *fix)
{
	fix_add_command(fix, NULL, NULL);
	return &fix->commands[fix->command_count - 1].words;
}

static void
plan_acl(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;
	struct strvec *words;

	if (!all_helped(scene, obstacles, count, acl_helps))
		return;
	fix = finding_add_fix(finding, "acl-traverse");
	fix->simulated = SIMULATED_PASS;
	fix->takes_effect = xstrdup("at once");
	for (size_t i = 0; i < count; i++) {
		const struct answer *one = &obstacles[i];

		words = begin_command(fix);
		add_as_owner(words, scene, one->facts.uid);
		strvec_push(words, "setfacl");
		strvec_push(words, "-m");
		strvec_pushf(words, "u:%s:%s", scene->worker_user,
		    access_bits_text(needed(one)));
		strvec_push(words, "--");
		strvec_push(words, one->blocker);
		note_widened(fix, &one->facts, one->blocker);
	}
	if (fix->also_gains.len > 0)
		fix->price = strvec_join(&fix->also_gains, "; ");
	fix_add_undo(fix, "setfacl", "--restore=" RESTORE_FILE, NULL);
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

	if (!all_helped(scene, obstacles, count, other_helps))
		return;
	fix = finding_add_fix(finding, "other-traverse");
	fix->simulated = SIMULATED_PASS;
	fix->takes_effect = xstrdup("at once");
	fix->price = xstrdup("every local user may pass through, too");
	strvec_push(&fix->also_gains, "all local users: traverse");
	for (size_t i = 0; i < count; i++) {
		words = begin_command(fix);
		add_as_owner(words, scene, obstacles[i].facts.uid);
		strvec_push(words, "chmod");
		strvec_push(words, "o+x");
		strvec_push(words, "--");
		strvec_push(words, obstacles[i].blocker);
		fix_add_undo(fix, "chmod", "o-x", obstacles[i].blocker, NULL);
	}
}

/* The worker as a member of the app's group. */
static bool
seed_helps(const struct fix_scene *scene, const struct answer *obstacle)
{
	gid_t *groups = xreallocarray(NULL, scene->worker->group_count + 1,
	    sizeof(*groups));
	struct cred member = *scene->worker;
	bool helps;

	for (size_t i = 0; i < member.group_count; i++)
		groups[i] = member.groups[i];
	groups[member.group_count++] = scene->app->gid;
	member.groups = groups;
	helps = obstacle->facts.mode != 0 && !obstacle->unexplained &&
	    access_granted(&member, &obstacle->facts, needed(obstacle));
	free(groups);
	return helps;
}

static void
plan_seed(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;

	if (scene->app->uid == 0 || scene->app->gid == 0 ||
	    !all_helped(scene, obstacles, count, seed_helps))
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
	fix_add_undo(fix, "gpasswd", "-d", scene->worker_user, scene->app_group,
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

void
fix_plan_access(struct finding *finding, const struct fix_scene *scene,
    const struct answer *obstacles, size_t count)
{
	struct fix *fix;

	if (opens_secret(finding, obstacles, count))
		return;
	plan_acl(finding, scene, obstacles, count);
	if (finding->code == PF101 && scene->app->uid != 0) {
		fix = finding_add_fix(finding, "move-tree");
		fix->text = xasprintf(
		    "move the tree out of the home: /srv/www/%s, owner "
		    "%s:%s, mode 2750 (Django: STATIC_ROOT), and change the "
		    "root or alias",
		    scene->program, scene->app_user, scene->worker_group);
		fix->takes_effect = xstrdup("after a reload of nginx");
		fix->reload = true;
	}
	plan_other(finding, scene, obstacles, count);
	plan_seed(finding, scene, obstacles, count);
}

void
fix_plan_tree(struct finding *finding, const struct fix_scene *scene,
    const char *tree)
{
	struct fix *fix = finding_add_fix(finding, "acl-tree");
	struct strvec *words;
	static const char *const options[] = { "-m", "-dm" };

	fix->takes_effect = xstrdup("at once");
	for (size_t i = 0; i < 2; i++) {
		words = begin_command(fix);
		add_as_owner(words, scene, scene->app->uid);
		strvec_push(words, "setfacl");
		strvec_push(words, "-R");
		strvec_push(words, "-P");
		strvec_push(words, options[i]);
		strvec_pushf(words, "u:%s:rX", scene->worker_user);
		strvec_push(words, "--");
		strvec_push(words, tree);
	}
	fix_add_undo(fix, "setfacl", "--restore=" RESTORE_FILE, NULL);
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
		return xstrdup("and let the socket be made with mode 0660");
	if (socket->server != NULL && strcmp(socket->server, "gunicorn") == 0)
		return xstrdup("and start it with: gunicorn -m 007");
	return xstrdup("and umask=007 in the program's section");
}

void
fix_plan_socket(struct finding *finding, const struct fix_scene *scene,
    const struct fix_socket *socket)
{
	struct facts dir = *socket->dir;
	struct creation creation = socket->creation;
	struct fix *fix;
	bool enough;
	char *path, *slash;

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
	path = xstrdup(socket->path);
	slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = '\0';
	fix_add_command(fix, "chgrp", scene->worker_group, path, NULL);
	fix_add_command(fix, "chmod", "2710", path, NULL);
	free(path);
	if (!enough)
		fix->text = umask_advice(socket);
	fix->restart = true;
	fix->takes_effect = xstrdup("after a restart of the program");
	fix->price = xstrdup("nobody but the program and nginx can connect");
}
