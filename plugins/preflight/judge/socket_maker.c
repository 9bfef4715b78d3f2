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
#include "preflight/nginx/account.h"

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
take_alone(struct cred *who, uid_t uid, gid_t gid)
{
	*who = (struct cred){ .uid = uid, .gid = gid, .group_count = 1 };
	who->groups = xmemdup(&gid, sizeof(gid));
}

/*
 * Whom root becomes before it makes the socket.  Like uwsgi: the groups of the
 * user come with a named group only.  False if there is no such user.
 */
static bool
become(const struct planned_socket *planned, struct cred *who)
{
	long uid = planned->user == NULL ? 0 : find_uid(planned->user);
	long gid = planned->group == NULL ? 0 : find_gid(planned->group);
	const struct passwd *pw;

	if (uid == PREDICT_KEEP || gid == PREDICT_KEEP)
		return false;
	if (planned->logs_in)
		return cred_resolve((uid_t)uid, who, NULL) == 0;
	pw = planned->group == NULL ? NULL : names_uid((uid_t)uid);
	if (pw == NULL || uid == 0) {
		take_alone(who, (uid_t)uid, (gid_t)gid);
		return true;
	}
	who->uid = (uid_t)uid;
	return account_groups(NULL, pw->pw_name, (gid_t)gid, who, NULL) == 0;
}

/* Only root can give it away or become somebody else. */
static void
use_identity(const struct planned_socket *planned, struct socket_maker *maker)
{
	struct creation *creation = &maker->creation;

	if (!planned->becomes) {
		if (planned->user != NULL)
			creation->chown_uid = find_uid(planned->user);
		if (planned->group != NULL)
			creation->chown_gid = find_gid(planned->group);
		return;
	}
	if ((planned->user != NULL || planned->group != NULL) &&
	    become(planned, &maker->who))
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
			.umask = (mode_t)(planned->umask != -1 ? planned->umask
				: view->umask != -1	       ? view->umask
							: UMASK_USUAL),
			.chown_uid = PREDICT_KEEP,
			.chown_gid = PREDICT_KEEP,
			.chmod = mode == -1 ? PREDICT_KEEP : mode,
		},
	};
	if (view->fcgi.path != NULL)
		use_manager(view, maker);
	if (view->cred.uid == 0)
		use_identity(planned, maker);
}

void
socket_maker_done(struct socket_maker *maker)
{
	cred_done(&maker->who);
}
