/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <sys/types.h>

#include "preflight/probe/probe.h"

/*
 * A temporary directory with files of other users in it.  Making one needs
 * root: scene_begin skips the test, saying so, without.
 */

/* Ids that belong to nobody. */
#define APP	     61001
#define WORKER	     61002
#define STRANGER     61003
#define SHARED_GROUP 61010

struct scene {
	char root[64]; /* mode 0755, owned by APP */
};

void scene_begin(struct scene *);
void scene_end(struct scene *);

/* From here on the test is this user, with the gid of the same number and no
 * groups; scene_end is root again. */
void scene_become(uid_t);

/* The absolute path of a name below the root; valid for the next 8 calls. */
const char *scene_path(const struct scene *, const char *name);
void scene_dir(const struct scene *, const char *name, mode_t, uid_t, gid_t);
void scene_file(const struct scene *, const char *name, mode_t, uid_t, gid_t);
void scene_link(const struct scene *, const char *name, const char *target);
/* Binds a socket of the type; returns the descriptor, listening if listen. */
int scene_socket(const struct scene *, const char *name, int type, int listen);
void scene_chmod(const struct scene *, const char *name, mode_t);
void scene_chown(const struct scene *, const char *name, uid_t, gid_t);

/* "u:61002:x,g:61010:rw,m::r"; base entries come from the mode.  The default
 * ACL if is_default. */
void scene_acl(const struct scene *, const char *name, const char *acl,
    int is_default);

/* One question as a uid whose gid is the same number, with one more group
 * unless it is 0.  The caller calls answer_done. */
struct answer scene_ask(uid_t, gid_t group, enum ask, const struct scene *,
    const char *name);
struct answer scene_ask_question(uid_t, gid_t group, const struct question *);

/* "NO SEARCH /home", "YES", "UNDECIDED VANISHED": for comparing.  The root of
 * the scene is cut from the path.  Valid until the next call. */
const char *scene_said(const struct scene *, const struct answer *);

#endif
