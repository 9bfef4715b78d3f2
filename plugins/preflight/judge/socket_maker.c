/* SPDX-License-Identifier: ISC */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/parse.h"
#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/judge/socket_maker.h"

#define UMASK_USUAL 022

/* The mode of a socket that is there now; -1 if none is. */
static int
present_mode(struct judge *judge, const char *path)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = { .what = ASK_FACTS, .path = path };
	struct answer answer;
	int mode = -1;

	if (probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return -1;
	if (S_ISSOCK(answer.facts.mode))
		mode = (int)(answer.facts.mode & 07777);
	answer_done(&answer);
	return mode;
}

static long
find_uid(const char *name)
{
	const struct passwd *pw = names_user(name);
	long long number;

	if (pw != NULL)
		return (long)pw->pw_uid;
	return parse_int(name, &number, NULL) == 0 ? (long)number
						   : PREDICT_KEEP;
}

static long
find_gid(const char *name)
{
	const struct group *gr = names_group(name);
	long long number;

	if (gr != NULL)
		return (long)gr->gr_gid;
	return parse_int(name, &number, NULL) == 0 ? (long)number
						   : PREDICT_KEEP;
}

static void
add_group(struct cred *who, gid_t gid)
{
	for (size_t i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return;
	who->groups = xreallocarray(who->groups, who->group_count + 1,
	    sizeof(*who->groups));
	who->groups[who->group_count++] = gid;
}

static void
take_alone(struct cred *who, uid_t uid, gid_t gid)
{
	*who = (struct cred){ .uid = uid, .gid = gid };
	add_group(who, gid);
}

/* The group it is told to have, or that of the user; a number that is no
 * user's has root's. */
static long
owner_gid(const struct command_identity *owner, uid_t uid)
{
	const struct passwd *pw;

	if (owner->group != NULL)
		return find_gid(owner->group);
	pw = names_uid(uid);
	return pw == NULL ? 0 : (long)pw->pw_gid;
}

/* The groups that list the user; a number that is no user's is in none. */
static void
take_membership(const struct command_identity *owner, struct cred *who)
{
	struct cred member;
	int failed = owner->groups == IDENTITY_LOGS_IN
	    ? cred_resolve(who->uid, &member, NULL)
	    : cred_resolve_with(who->uid, who->gid, &member, NULL);

	if (failed == -1)
		return;
	for (size_t i = 0; i < member.group_count; i++)
		add_group(who, member.groups[i]);
	cred_done(&member);
}

static void
take_named(const struct command_identity *owner, struct cred *who)
{
	for (size_t i = 0; i < owner->named.len; i++) {
		long gid = find_gid(owner->named.items[i]);

		if (gid != PREDICT_KEEP)
			add_group(who, (gid_t)gid);
	}
}

/* Whom root becomes before it makes the socket; false if there is no such
 * user or group. */
static bool
become(const struct command_identity *owner, const struct cred *root,
    struct cred *who)
{
	long uid = owner->user == NULL ? 0 : find_uid(owner->user), gid;

	if (uid == PREDICT_KEEP)
		return false;
	gid = owner_gid(owner, (uid_t)uid);
	if (gid == PREDICT_KEEP)
		return false;
	take_alone(who, (uid_t)uid, (gid_t)gid);
	if (owner->groups == IDENTITY_NAMED)
		take_named(owner, who);
	else if (owner->groups == IDENTITY_KEEPS || owner->user == NULL) {
		for (size_t i = 0; i < root->group_count; i++)
			add_group(who, root->groups[i]);
	} else
		take_membership(owner, who);
	return true;
}

/* Only root can give it away or become somebody else. */
static void
use_identity(const struct planned_socket *planned, const struct cred *root,
    struct socket_maker *maker)
{
	const struct command_identity *owner = &planned->owner;
	struct creation *creation = &maker->creation;

	if (!planned->becomes) {
		if (owner->user != NULL)
			creation->chown_uid = find_uid(owner->user);
		if (owner->group != NULL)
			creation->chown_gid = find_gid(owner->group);
		return;
	}
	if (command_identity_is_set(owner) && become(owner, root, &maker->who))
		creation->creator = &maker->who;
}

/* The manager makes the socket of an fcgi-program. */
static void
use_manager(const struct program_view *view, struct socket_maker *maker)
{
	struct creation *creation = &maker->creation;

	take_alone(&maker->who, geteuid(), getegid());
	creation->creator = &maker->who;
	if (view->fcgi.uid != (uid_t)-1)
		creation->chown_uid = (long)view->fcgi.uid;
	if (view->fcgi.gid != (gid_t)-1)
		creation->chown_gid = (long)view->fcgi.gid;
}

void
socket_maker_find(struct judge *judge, const struct planned_socket *planned,
    struct socket_maker *maker)
{
	const struct program_view *view = judge->view;
	int mode = planned->mode, present;

	if (planned->keeps_mode) {
		present = present_mode(judge, planned->path);
		if (present != -1)
			mode = present;
	}
	*maker = (struct socket_maker){
		.creation = {
			.creator = &view->cred,
			.mode = 0777,
			.umask = (mode_t)(planned->masks |
			    (planned->umask != -1     ? planned->umask
				    : view->umask != -1 ? view->umask
							: UMASK_USUAL)),
			.chown_uid = PREDICT_KEEP,
			.chown_gid = PREDICT_KEEP,
			.chmod = mode == -1 ? PREDICT_KEEP : mode,
		},
	};
	if (view->fcgi.path != NULL)
		use_manager(view, maker);
	if (view->cred.uid == 0)
		use_identity(planned, &view->cred, maker);
}

void
socket_maker_done(struct socket_maker *maker)
{
	cred_done(&maker->who);
}
