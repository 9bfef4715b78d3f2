/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_ANSWER_H
#define PREFLIGHT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/probe/access.h"
#include "preflight/probe/secret_name.h"

/*
 * What a probe child can be asked, and what it answers (contract P4.2).
 *
 * A path is absolute, or relative to the working directory of the identity
 * (sockets).  Nothing that is asked creates, changes or wakes anything: files
 * are looked at with O_PATH first and only regular ones opened, sockets are
 * knocked at with a type that the kernel refuses after its permission check.
 */
/* clang-format off */
#define ASKS(X)								\
	X(ENTER,	"enter")	/* a directory: search it */	\
	X(READ_FILE,	"read")		/* a regular file: open it */	\
	X(STAT,		"stat")		/* any object: reach it */	\
	X(LIST_DIR,	"list")		/* a directory: open and search */ \
	X(WRITE_DIR,	"write-dir")	/* create files in it, or in the */ \
					/* deepest directory there is */ \
	X(WRITE_FILE,	"write")	/* append, or create if missing */ \
	X(EXECUTE,	"execute")	/* a regular file with x */	\
	X(SOCKET,	"socket")	/* connect to it */		\
	X(BIND_SOCKET,	"bind")		/* create it, replacing a stale one */ \
	X(FACTS,	"facts")	/* only look: lstat and ACLs */

/*
 * Why the answer is what it is.  The second column is the finding code that
 * usually follows, "" where it depends on what the path is for.
 */
#define WHYS(X)								\
	X(NONE,		"")						\
	X(SEARCH,	"PF101") /* blocker: directory without x */	\
	X(READ,		"PF102") /* blocker: the file */		\
	X(LIST,		"PF106") /* blocker: directory without r */	\
	X(WRITE,	"")	 /* blocker: what may not be written */	\
	X(EXECUTE_DENIED, "PF303")					\
	X(MISSING,	"PF103") /* blocker: first name not there */	\
	X(DANGLING,	"PF105") /* blocker: the link */		\
	X(LOOP,		"PF105") /* blocker: a link of the loop */	\
	X(NOT_DIRECTORY, "PF105") /* blocker: what is not one */	\
	X(IS_DIRECTORY,	"PF105") /* where a file is expected */		\
	X(NOT_REGULAR,	"PF114") /* FIFO, device, socket */		\
	X(LINK_REFUSED,	"PF113") /* disable_symlinks; blocker: link */	\
	X(LINK_PROTECTED, "PF113") /* fs.protected_symlinks */		\
	X(SOCKET_WRITE,	"PF202") /* blocker: the socket */		\
	X(NOT_SOCKET,	"PF207")					\
	X(NOBODY_BOUND,	"PF212")					\
	X(SOCKET_TYPE,	"PF211") /* datagram or seqpacket */		\
	X(BACKLOG_FULL,	"PF212")					\
	X(TOO_LONG,	"")	 /* path or name beyond the limits */	\
	X(NOT_REMOVABLE, "PF206") /* entry in a sticky directory */	\
	X(READ_ONLY,	"")	 /* file system mounted read-only */	\
	X(FILE_PROTECTED, "PF406") /* fs.protected_regular */		\
	X(OTHER_ERROR,	"")	 /* see error */			\
	X(TIMED_OUT,	"PF123") /* undecided from here on */		\
	X(NO_NAMESPACE,	"PF015")					\
	X(NO_PRIVILEGE,	"PF016")					\
	X(NOT_DROPPED,	"PF902")					\
	X(VANISHED,	"PF901")					\
	X(BROKEN,	"PF901") /* the child died or sent garbage */	\
	X(NO_FEATURE,	"PF903")
/* clang-format on */

enum ask {
#define X(id, name) ASK_##id,
	ASKS(X)
#undef X
};

enum why {
#define X(id, code) WHY_##id,
	WHYS(X)
#undef X
};

enum verdict {
	ANSWER_UNDECIDED,
	ANSWER_YES,
	ANSWER_NO,
};

/* What nginx's disable_symlinks does with links. */
enum link_policy {
	LINKS_FOLLOW,
	LINKS_REFUSE,
	LINKS_SAME_OWNER,
};

struct question {
	enum ask what;
	const char *path; /* borrowed while the probe runs */
	enum link_policy links;
	size_t links_from; /* bytes of path in which links are allowed */
	/* Files: ask faccessat instead of opening. */
	bool stat_only;
	/* Report every directory and link on the way, not only the blocker. */
	bool trace;
	/* Sockets: also connect for real, which the server sees. */
	bool confirm;
	/* Also say whether the target may be written. */
	bool and_write;
	/* Files that may be read: look at 64 bytes, report only their kind. */
	bool peek;
	/* No facts when the answer is yes: for thousands of questions. */
	bool brief;
};

/* One object on the way to the target. */
struct step {
	char *path;
	struct facts facts;
};

/*
 * The answer to one question.  answer_done frees what it holds.
 */
struct answer {
	enum verdict verdict;
	enum why why;
	int error;	    /* errno of what was refused, 0: nothing was */
	bool inferred;	    /* by arithmetic, not by system calls */
	char *blocker;	    /* what is in the way; NULL if nothing is */
	struct facts facts; /* of the blocker; of the target if there is none */
	/* How mode and ACL of the blocker speak about the identity; meaningful
	 * if explained.known. */
	struct access_explained explained;
	/* The kernel refused what the arithmetic allows (PF111). */
	bool unexplained;
	bool writable;	      /* if and_write was asked */
	enum content content; /* if peek was asked */
	bool on_target;	   /* the blocker is the target, not on the way to it */
	bool through_link; /* a symlink was followed on the way */
	struct step *steps; /* if traced, from "/" on */
	size_t step_count;
};

void answer_done(struct answer *);
/* Sets the first to a copy of the second, with texts of its own. */
void answer_copy(struct answer *, const struct answer *);

const char *ask_name(enum ask);
const char *why_name(enum why); /* "SEARCH" */
/* "PF101"; "" where the code depends on the question. */
const char *why_code(enum why);

#endif
