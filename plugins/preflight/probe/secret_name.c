/* SPDX-License-Identifier: ISC */
/*
 * Names and first bytes of files that are nobody's business but the program's.
 * A name alone raises suspicion; a certificate, a template or a package's test
 * data is told apart by what follows in the name or in the content.
 */
#include <fnmatch.h>
#include <string.h>

#include "preflight/probe/secret_name.h"

/* Patterns against the last component, or against the end of the path where
 * they have a slash.  The first match counts. */
static const struct {
	const char *pattern;
	enum secret_kind kind;
	enum secret_proof proof;
} names[] = {
	/* clang-format off */
	{ "id_*.pub",		SECRET_NONE,	    PROOF_NAME },
	{ "*.pub",		SECRET_NONE,	    PROOF_NAME },
	{ "cacert.pem",		SECRET_NONE,	    PROOF_NAME },
	{ ".env.example",	SECRET_NONE,	    PROOF_NAME },
	{ ".env.sample",	SECRET_NONE,	    PROOF_NAME },
	{ ".env.dist",		SECRET_NONE,	    PROOF_NAME },
	{ ".env.template",	SECRET_NONE,	    PROOF_NAME },
	{ "id_*",		SECRET_PRIVATE_KEY, PROOF_KEY },
	{ "*.key",		SECRET_PRIVATE_KEY, PROOF_KEY },
	{ "*.pem",		SECRET_PRIVATE_KEY, PROOF_KEY },
	{ "*.p12",		SECRET_PRIVATE_KEY, PROOF_NAME },
	{ "*.pfx",		SECRET_PRIVATE_KEY, PROOF_NAME },
	{ "*.jks",		SECRET_PRIVATE_KEY, PROOF_NAME },
	{ "*.kdbx",		SECRET_PRIVATE_KEY, PROOF_NAME },
	{ ".gnupg/*",		SECRET_PRIVATE_KEY, PROOF_NAME },
	{ ".env",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".env.*",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".netrc",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".pgpass",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".my.cnf",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".git-credentials",	SECRET_CREDENTIALS, PROOF_NAME },
	{ ".npmrc",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".pypirc",		SECRET_CREDENTIALS, PROOF_NAME },
	{ ".aws/credentials",	SECRET_CREDENTIALS, PROOF_NAME },
	{ ".docker/config.json", SECRET_CREDENTIALS, PROOF_NAME },
	{ ".kube/config",	SECRET_CREDENTIALS, PROOF_NAME },
	{ "client_secret*.json", SECRET_CREDENTIALS, PROOF_NAME },
	{ "*service-account*.json", SECRET_CREDENTIALS, PROOF_NAME },
	{ "terraform.tfstate",	SECRET_CREDENTIALS, PROOF_NAME },
	{ "*uwsgi*.ini",	SECRET_CREDENTIALS, PROOF_PASSWORD },
	{ "*supervisor*.conf",	SECRET_CREDENTIALS, PROOF_PASSWORD },
	{ "*supervisor*.ini",	SECRET_CREDENTIALS, PROOF_PASSWORD },
	{ ".git",		SECRET_REPOSITORY,  PROOF_NAME },
	{ ".hg",		SECRET_REPOSITORY,  PROOF_NAME },
	{ ".svn",		SECRET_REPOSITORY,  PROOF_NAME },
	{ "*.sqlite3",		SECRET_DATABASE,    PROOF_NAME },
	{ "*.db",		SECRET_DATABASE,    PROOF_SQLITE },
	{ "*.sql",		SECRET_DATABASE,    PROOF_NAME },
	{ "*.sql.*",		SECRET_DATABASE,    PROOF_NAME },
	{ "*.dump",		SECRET_DATABASE,    PROOF_NAME },
	{ "*.bak",		SECRET_DATABASE,    PROOF_NAME },
	{ "*~",			SECRET_DATABASE,    PROOF_NAME },
	{ "*.swp",		SECRET_DATABASE,    PROOF_NAME },
	{ "*.tar.gz",		SECRET_DATABASE,    PROOF_NAME },
	{ ".bash_history",	SECRET_HISTORY,	    PROOF_NAME },
	{ ".python_history",	SECRET_HISTORY,	    PROOF_NAME },
	{ ".mysql_history",	SECRET_HISTORY,	    PROOF_NAME },
	{ ".psql_history",	SECRET_HISTORY,	    PROOF_NAME },
	{ ".ssh/authorized_keys", SECRET_LOGIN,	    PROOF_NAME },
	{ "*.py",		SECRET_SOURCE,	    PROOF_NAME },
	/* clang-format on */
};

static const char *
last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* As fnmatch(3), but for patterns of letters and stars alone: a lister asks
 * about every file it sees. */
static int
fits(const char *pattern, const char *text, int flags)
{
	const char *star = NULL, *from = text;

	(void)flags;
	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star == NULL) {
			return FNM_NOMATCH;
		} else {
			pattern = star + 1;
			text = ++from;
		}
	}
	pattern += strspn(pattern, "*");
	return *pattern == '\0' ? 0 : FNM_NOMATCH;
}

typedef int match_fn(const char *pattern, const char *text, int flags);

/* Whether the pattern, which has a slash, matches the end of the path. */
static bool
matches_end(match_fn *match, const char *pattern, const char *path)
{
	while (path != NULL) {
		if (match(pattern, path, 0) == 0)
			return true;
		path = strchr(path, '/');
		path = path == NULL ? NULL : path + 1;
	}
	return false;
}

static bool
matches(match_fn *match, const char *pattern, const char *path)
{
	if (strchr(pattern, '/') != NULL)
		return matches_end(match, pattern, path);
	return match(pattern, last_component(path), 0) == 0;
}

struct secret_guess
secret_by_name(const char *relative, bool is_dir)
{
	struct secret_guess guess = { SECRET_NONE, PROOF_NAME };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!matches(fits, names[i].pattern, relative))
			continue;
		if (is_dir && names[i].kind != SECRET_REPOSITORY)
			continue;
		guess.kind = names[i].kind;
		guess.proof = names[i].proof;
		break;
	}
	return guess;
}

bool
secret_is_named(char *const *patterns, const char *relative)
{
	for (; patterns != NULL && *patterns != NULL; patterns++) {
		if (matches(fnmatch, *patterns, relative))
			return true;
	}
	return false;
}

static bool
has_text(const char *bytes, size_t len, const char *text)
{
	return memmem(bytes, len, text, strlen(text)) != NULL;
}

/* clang-format off */
/* What the head may show; the first match counts. */
static const struct {
	const char *text;
	bool at_start;
	enum content content;
	enum content_more more;
} heads[] = {
	{ "-----BEGIN ENCRYPTED PRIV", true,  CONTENT_ENCRYPTED_KEY, MORE_NOTHING },
	{ "PRIVATE KEY",	       false, CONTENT_PRIVATE_KEY,   MORE_NEXT },
	{ "-----BEGIN CERTIFICATE",    true,  CONTENT_CERTIFICATE,   MORE_LAST },
	{ "SQLite format 3",	       true,  CONTENT_SQLITE,	     MORE_NOTHING },
	{ "gitdir: ",		       true,  CONTENT_GIT_POINTER,   MORE_NOTHING },
	{ "password",		       false, CONTENT_PASSWORD,	     MORE_NOTHING },
};
/* clang-format on */

static bool
is_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == 0x7f ||
		    (c < ' ' && c != '\n' && c != '\t' && c != '\r'))
			return false;
	}
	return true;
}

enum content
content_of_head(const char *head, size_t len, enum content_more *more)
{
	*more = MORE_NOTHING;
	if (len == 0)
		return CONTENT_EMPTY;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (heads[i].at_start ? len < strlen(heads[i].text) ||
			    memcmp(head, heads[i].text,
				strlen(heads[i].text)) != 0
				      : !has_text(head, len, heads[i].text))
			continue;
		*more = heads[i].more;
		return heads[i].content;
	}
	if (!is_text(head, len))
		return CONTENT_UNKNOWN;
	*more = MORE_LAST;
	return CONTENT_TEXT;
}

enum content
content_of_more(enum content so_far, enum content_more which, const char *more,
    size_t len)
{
	if (so_far == CONTENT_CERTIFICATE && which == MORE_LAST)
		return has_text(more, len, "PRIVATE KEY-----")
		    ? CONTENT_PRIVATE_KEY
		    : CONTENT_CERTIFICATE;
	/* "Proc-Type: 4,ENCRYPTED", or the cipher in OpenSSH's form. */
	if (so_far == CONTENT_PRIVATE_KEY &&
	    (has_text(more, len, "ENCRYPTED") ||
		(has_text(more, len, "b3BlbnNzaC1rZXktdjEAAAAA") &&
		    !has_text(more, len, "AAAABG5v"))))
		return CONTENT_ENCRYPTED_KEY;
	if (so_far == CONTENT_TEXT && has_text(more, len, "password"))
		return CONTENT_PASSWORD;
	if (so_far == CONTENT_TEXT && has_text(more, len, "PRIVATE KEY"))
		return CONTENT_PRIVATE_KEY;
	return so_far;
}

/* Keys and databases that packages bring for their own tests. */
static bool
is_test_data(const char *relative)
{
	const char *packages = strstr(relative, "site-packages/");

	return packages != NULL && strstr(packages, "/test") != NULL;
}

static enum secret_kind
settle_key(enum content content, bool *weaker)
{
	if (content == CONTENT_CERTIFICATE || content == CONTENT_EMPTY ||
	    content == CONTENT_TEXT)
		return SECRET_NONE;
	*weaker = content == CONTENT_ENCRYPTED_KEY;
	return SECRET_PRIVATE_KEY;
}

enum secret_kind
secret_settle(struct secret_guess guess, const char *relative,
    enum content content, bool *weaker)
{
	*weaker = false;
	if (guess.kind == SECRET_NONE ||
	    matches_end(fits, ".well-known/*", relative))
		return SECRET_NONE;
	if ((guess.kind == SECRET_PRIVATE_KEY ||
		guess.kind == SECRET_DATABASE) &&
	    is_test_data(relative))
		return SECRET_NONE;
	switch (guess.proof) {
	case PROOF_KEY:
		return settle_key(content, weaker);
	case PROOF_SQLITE:
		return content == CONTENT_SQLITE ? guess.kind : SECRET_NONE;
	case PROOF_PASSWORD:
		return content == CONTENT_PASSWORD ? guess.kind : SECRET_NONE;
	case PROOF_NAME:
		break;
	}
	*weaker =
	    guess.kind == SECRET_REPOSITORY && content == CONTENT_GIT_POINTER;
	return guess.kind;
}

enum secret_kind
secret_suspected(const char *path)
{
	bool weaker;

	return secret_settle(secret_by_name(path, false), path, CONTENT_UNKNOWN,
	    &weaker);
}

const char *
secret_code(enum secret_kind kind)
{
	static const char *const codes[] = {
#define X(id, code, text) [SECRET_##id] = code,
		SECRET_KINDS(X)
#undef X
	};

	return codes[kind];
}

const char *
secret_text(enum secret_kind kind)
{
	static const char *const texts[] = {
#define X(id, code, text) [SECRET_##id] = text,
		SECRET_KINDS(X)
#undef X
	};

	return texts[kind];
}
