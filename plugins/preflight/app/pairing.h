/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PAIRING_H
#define PREFLIGHT_PAIRING_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/app/program_view.h"
#include "preflight/nginx/need.h"
#include "preflight/nginx/nginx_site.h"

/*
 * Which needs of an nginx concern which program (contract P3.4).
 */
/* clang-format off */
#define PAIR_REASONS(X)			\
	X(NONE,		NULL)		\
	X(KEY,		"key")		/* preflight_static */		\
	X(STATIC,	"static")	/* tree below its directory */	\
	X(TCP,		"tcp")		\
	X(SOCKET,	"socket")
/* clang-format on */

enum pair_reason {
#define X(id, name) PAIR_##id,
	PAIR_REASONS(X)
#undef X
};

/* One need of the program, with the socket the program will make for it. */
struct paired_need {
	const struct need *need; /* borrowed from the site or the pairing */
	const struct planned_socket *planned; /* NULL: none */
	bool likely; /* by its place, not by a socket */
};

/* A socket that nginx and the program probably mean to be the same. */
struct near_miss {
	const struct need *need;
	const struct planned_socket *planned;
};

struct pairing {
	enum pair_reason by;
	struct paired_need *needs; /* in the order of the configuration */
	size_t need_count;
	struct near_miss *misses;
	size_t miss_count;
	struct need *own; /* made of preflight_static */
	size_t own_count;
};

/*
 * Pairs view, one of views, with the site.  All three have to outlive the
 * pairing.
 */
void pairing_make(const struct program_views *, const struct program_view *,
    const struct nginx_site *, struct pairing *);
void pairing_done(struct pairing *);

const char *pair_reason_name(enum pair_reason); /* NULL for NONE */

/* Whether it is a tree or file that requests lead to. */
bool pairing_is_served(const struct need *);
/* Whether the need is likely the program's: below its directory or its user's
 * home, or his. */
bool pairing_is_likely(const struct program_view *, const struct need *);

/* Whether two socket paths name the same place: lexically, then by the real
 * directory. */
bool pairing_same_socket(const char *, const char *);

#endif
