/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/names.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/report/sentence.h"

/*
 * One row for each reason of the prober says what a person is told.  In a row
 * %w is the worker, %p the path asked for, %b what is in the way and %f its
 * mode and owner.
 */

char *
sentence_user(uid_t uid)
{
	const struct passwd *pw = names_uid(uid);

	return pw != NULL ? xstrdup(pw->pw_name)
			  : xasprintf("%lu", (unsigned long)uid);
}

char *
sentence_group(gid_t gid)
{
	const struct group *gr = names_gid(gid);

	return gr != NULL ? xstrdup(gr->gr_name)
			  : xasprintf("%lu", (unsigned long)gid);
}

static char
type_letter(mode_t mode)
{
	static const struct {
		mode_t type;
		char letter;
	} types[] = {
		{ S_IFDIR, 'd' },
		{ S_IFLNK, 'l' },
		{ S_IFSOCK, 's' },
		{ S_IFIFO, 'p' },
		{ S_IFCHR, 'c' },
		{ S_IFBLK, 'b' },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((mode & S_IFMT) == types[i].type)
			return types[i].letter;
	}
	return '-';
}

/* The x of one class, which shares its place with setuid, setgid, sticky. */
static char
execute_letter(bool execute, bool special, char letter)
{
	if (!special)
		return execute ? 'x' : '-';
	return execute ? letter : (char)(letter - 'a' + 'A');
}

char *
sentence_mode(mode_t mode)
{
	return xasprintf("%c%c%c%c%c%c%c%c%c%c", type_letter(mode),
	    mode & 0400 ? 'r' : '-', mode & 0200 ? 'w' : '-',
	    execute_letter(mode & 0100, mode & S_ISUID, 's'),
	    mode & 040 ? 'r' : '-', mode & 020 ? 'w' : '-',
	    execute_letter(mode & 010, mode & S_ISGID, 's'),
	    mode & 04 ? 'r' : '-', mode & 02 ? 'w' : '-',
	    execute_letter(mode & 01, mode & S_ISVTX, 't'));
}

char *
sentence_facts(const struct facts *facts)
{
	char *mode, *user, *group, *text;

	if (facts->mode == 0)
		return xstrdup("not to be looked at");
	mode = sentence_mode(facts->mode);
	user = sentence_user(facts->uid);
	group = sentence_group(facts->gid);
	text = xasprintf("%s%s %s:%s", mode, facts->acl.count > 0 ? "+" : "",
	    user, group);
	free(mode);
	free(user);
	free(group);
	return text;
}

static void
add_acl_entry(struct strbuf *out, const struct acl_entry *entry)
{
	switch ((enum acl_tag)entry->tag) {
	case ACL_TAG_USER:
		strbuf_addf(out, "u:%lu:", (unsigned long)entry->id);
		break;
	case ACL_TAG_GROUP:
		strbuf_addf(out, "g:%lu:", (unsigned long)entry->id);
		break;
	case ACL_TAG_MASK:
		strbuf_addstr(out, "m::");
		break;
	case ACL_TAG_USER_OBJ:
		strbuf_addstr(out, "u::");
		break;
	case ACL_TAG_GROUP_OBJ:
		strbuf_addstr(out, "g::");
		break;
	case ACL_TAG_OTHER:
		strbuf_addstr(out, "o::");
		break;
	}
	strbuf_addstr(out, access_bits_text(entry->bits));
}

char *
sentence_acl(const struct acl *acl)
{
	struct strbuf out = STRBUF_INIT;

	if (acl->count == 0)
		return NULL;
	for (size_t i = 0; i < acl->count && i < ACL_ENTRIES_KEPT; i++) {
		if (i > 0)
			strbuf_addch(&out, ' ');
		add_acl_entry(&out, &acl->entries[i]);
	}
	return strbuf_steal(&out);
}

/* clang-format off */
static const char *const templates[] = {
	[WHY_NONE] = "%w can use %p",
	[WHY_SEARCH] = "%w cannot pass through %b (%f)",
	[WHY_READ] = "%w cannot read %b (%f)",
	[WHY_LIST] = "%w cannot list %b (%f)",
	[WHY_WRITE] = "%w cannot write to %b (%f)",
	[WHY_EXECUTE_DENIED] = "%w cannot execute %b (%f)",
	[WHY_MISSING] = "%b does not exist",
	[WHY_DANGLING] = "the link %b leads to something that does not exist",
	[WHY_LOOP] = "the links at %b lead in a circle",
	[WHY_NOT_DIRECTORY] = "%b is not a directory (%f)",
	[WHY_IS_DIRECTORY] = "%b is a directory where a file is expected",
	[WHY_NOT_REGULAR] = "%b is not a regular file (%f)",
	[WHY_LINK_REFUSED] = "nginx is told to refuse symlinks "
	    "(disable_symlinks), and %b is one",
	[WHY_LINK_PROTECTED] = "the kernel does not let %w follow the link %b: "
	    "it lies in a sticky directory and is somebody else's "
	    "(fs.protected_symlinks)",
	[WHY_SOCKET_WRITE] = "%w cannot connect to %b (%f): that needs w",
	[WHY_NOT_SOCKET] = "%b is not a socket (%f)",
	[WHY_NOBODY_BOUND] = "nobody listens on %b",
	[WHY_SOCKET_TYPE] = "%b is not a stream socket",
	[WHY_BACKLOG_FULL] = "the queue of %b is full: the program lives but "
	    "does not accept",
	[WHY_TOO_LONG] = "the path %p is too long",
	[WHY_NOT_REMOVABLE] = "%w cannot remove the old %b (%f) from its "
	    "sticky directory",
	[WHY_READ_ONLY] = "%b lies on a file system that is mounted read-only",
	[WHY_FILE_PROTECTED] = "the kernel does not let %w open %b (%f) to "
	    "write: it is somebody else's in a sticky directory "
	    "(fs.protected_regular)",
	[WHY_OTHER_ERROR] = "%w cannot reach %p: %e",
	[WHY_TIMED_OUT] = "%b did not answer in time; an nginx worker that "
	    "touches it stops serving",
	[WHY_NO_NAMESPACE] = "cannot enter the file system view of %w to look "
	    "at %p",
	[WHY_NO_PRIVILEGE] = "without root rights nothing can be tried as %w",
	[WHY_NOT_DROPPED] = "privileges could not be dropped, %p was not tried",
	[WHY_VANISHED] = "the nginx worker went away while %p was tried",
	[WHY_BROKEN] = "the probe of %p broke off",
	[WHY_NO_FEATURE] = "this kernel cannot answer about %p",
};
/* clang-format on */

static void
add_field(struct strbuf *out, char field, const char *worker, const char *path,
    const struct answer *answer)
{
	char *facts;

	switch (field) {
	case 'w':
		strbuf_addstr(out, worker);
		break;
	case 'p':
		strbuf_addstr(out, path);
		break;
	case 'b':
		strbuf_addstr(out,
		    answer->blocker == NULL ? path : answer->blocker);
		break;
	case 'e':
		strbuf_addstr(out, strerror(answer->error));
		break;
	case 'f':
		facts = sentence_facts(&answer->facts);
		strbuf_addstr(out, facts);
		free(facts);
		break;
	default:
		strbuf_addch(out, field);
	}
}

char *
sentence_refusal(const char *worker, const char *path,
    const struct answer *answer)
{
	const char *p = templates[answer->why];
	struct strbuf out = STRBUF_INIT;

	for (; *p != '\0'; p++) {
		if (*p == '%')
			add_field(&out, *++p, worker, path, answer);
		else
			strbuf_addch(&out, *p);
	}
	return strbuf_steal(&out);
}

void
sentence_evidence(struct finding *finding, const struct answer *answer)
{
	const struct facts *facts = &answer->facts;
	const struct access_explained *why = &answer->explained;
	struct evidence *evidence = &finding->evidence;

	if (facts->mode == 0 || finding->has_evidence)
		return;
	finding->has_evidence = true;
	evidence->mode = xasprintf("%04o", (unsigned)(facts->mode & 07777));
	evidence->listed = sentence_mode(facts->mode);
	evidence->owner = sentence_user(facts->uid);
	evidence->group = sentence_group(facts->gid);
	evidence->acl = sentence_acl(&facts->acl);
	if (!why->known || why->need == 0)
		return;
	evidence->class = xstrdup(access_class_name(why->class));
	evidence->have = xstrdup(access_bits_text(why->have));
	evidence->need = xstrdup(access_bits_text(why->need));
}
