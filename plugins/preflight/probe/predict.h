/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PREDICT_H
#define PREFLIGHT_PREDICT_H

#include <stdbool.h>
#include <sys/types.h>

#include "preflight/probe/access.h"

/*
 * What a file or socket will look like that does not exist yet (contract P4.6
 * and S14).  Pure.
 */

/* Leaves an owner, a group or a mode as creation makes it. */
#define PREDICT_KEEP (-1)

/* How it will be made. */
struct creation {
	const struct cred *creator;
	mode_t mode; /* asked for: 0777 for bind(2), 0666 for open(2) */
	mode_t umask;
	/* Then, as root or by the owner; PREDICT_KEEP: not done. */
	long chown_uid;
	long chown_gid;
	long chmod;
};

struct prediction {
	struct facts inode;
	/* A default ACL of the directory decides, with this mask. */
	bool from_default_acl;
	/* Bits that the default ACL's mask had and the umask took: sockets
	 * obey the umask, files below a default ACL do not (PF214). */
	unsigned mask_lost;
};

/* A socket made by bind(2) in a directory with these facts. */
void predict_socket(const struct facts *dir, const struct creation *,
    struct prediction *);
/* A regular file made by open(2). */
void predict_file(const struct facts *dir, const struct creation *,
    struct prediction *);

/* Whether a real inode is what was predicted: type, mode, owner, group, ACL
 * (else PF218). */
bool predict_matches(const struct prediction *, const struct facts *real);

#endif
