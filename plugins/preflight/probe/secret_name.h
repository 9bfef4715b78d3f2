/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SECRET_NAME_H
#define PREFLIGHT_SECRET_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which files are not meant for a web server, by their names and first bytes
 * (contract P4.8).  Pure, usable after fork.
 */
/* clang-format off */
#define SECRET_KINDS(X)							\
	X(NONE,		"",	 "")					\
	X(PRIVATE_KEY,	"PF501", "private key")				\
	X(CREDENTIALS,	"PF502", "credentials")				\
	X(REPOSITORY,	"PF503", "version control")			\
	X(DATABASE,	"PF505", "database, dump or backup")		\
	X(HISTORY,	"PF515", "command history")			\
	X(LOGIN,	"PF515", "keys of those who may log in")	\
	X(SOURCE,	"PF504", "program source")
/* clang-format on */

enum secret_kind {
#define X(id, code, text) SECRET_##id,
	SECRET_KINDS(X)
#undef X
};

/* What the first bytes of a file say. */
enum content {
	CONTENT_UNKNOWN,
	CONTENT_TEXT, /* and none of the following */
	CONTENT_PRIVATE_KEY,
	CONTENT_ENCRYPTED_KEY,
	CONTENT_CERTIFICATE, /* and no key behind it */
	CONTENT_SQLITE,
	CONTENT_PASSWORD,
	CONTENT_EMPTY,
	CONTENT_GIT_POINTER, /* the one-line .git of a worktree */
};

/* What has to be seen in the content before the name counts. */
enum secret_proof {
	PROOF_NAME, /* the name is enough */
	PROOF_KEY,  /* text that is a key, or binary */
	PROOF_SQLITE,
	PROOF_PASSWORD,
};

struct secret_guess {
	enum secret_kind kind;
	enum secret_proof proof;
};

/* Of a path relative to a tree, without a leading slash. */
struct secret_guess secret_by_name(const char *relative, bool is_dir);

/* Whether one of the patterns, which somebody wrote (NULL-terminated; NULL:
 * none), names the path. */
bool secret_is_named(char *const *patterns, const char *relative);

/* Bytes of a file that are looked at, at most. */
#define CONTENT_HEAD 36
#define CONTENT_MORE 28

/*
 * What CONTENT_HEAD bytes from the start say, and what CONTENT_MORE bytes
 * have to be read to be sure: from after the head, or from the end.
 */
enum content_more { MORE_NOTHING, MORE_NEXT, MORE_LAST };
enum content content_of_head(const char *head, size_t len,
    enum content_more *more);
enum content content_of_more(enum content so_far, enum content_more,
    const char *more, size_t len);

/* The guess with what the content says; SECRET_NONE: harmless.  *weaker: one
 * level less than the code's (encrypted keys, test data, .git files). */
enum secret_kind secret_settle(struct secret_guess, const char *relative,
    enum content, bool *weaker);

/* The kind that a path suggests to somebody who must not read the content. */
enum secret_kind secret_suspected(const char *path);

const char *secret_code(enum secret_kind);
const char *secret_text(enum secret_kind);

#endif
