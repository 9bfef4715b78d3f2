/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "base/xmalloc.h"

#include "preflight/judge/tree_trait.h"
#include "preflight/probe/tree.h"
#include "preflight/report/finding.h"
#include "preflight/report/sentence.h"

/* Above it Django keeps an upload in a file of its own, with its mode. */
#define UPLOAD_BYTES  (5 * INT64_C(1024) * 1024 / 2)
/* Ways to draw the files, of which one is theirs. */
#define WAYS_MIN      20
#define DAY_SECONDS   86400
#define TEXT_TIME_MAX 32

/* Files on one side. */
struct side {
	size_t files;
	struct tree_range mtime, size;
	uid_t owner; /* of the first */
};

static void
widen(struct tree_range *range, const struct tree_range *by)
{
	if (by->least < range->least)
		range->least = by->least;
	if (by->most > range->most)
		range->most = by->most;
}

static void
add_class(struct side *side, const struct tree_class *class)
{
	if (side->files == 0) {
		side->mtime = class->mtime;
		side->size = class->size;
		side->owner = class->facts.uid;
	}
	side->files += class->members;
	widen(&side->mtime, &class->mtime);
	widen(&side->size, &class->size);
}

static bool
is_readable(const struct tree_class *class, const struct cred *worker)
{
	return class->refused == 0 &&
	    access_granted(worker, &class->facts, ACCESS_READ);
}

/* Whether all refused files are the owner's, and no readable one is. */
static bool
is_owner_apart(const struct tree_result *tree, const struct cred *worker,
    uid_t owner)
{
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];

		if (!S_ISREG(class->facts.mode))
			continue;
		if (class->refused > 0 && class->facts.uid != owner)
			return false;
		if (is_readable(class, worker) && class->facts.uid == owner)
			return false;
	}
	return true;
}

/* Whether there are that many ways to choose some files of all. */
static bool
has_ways(size_t some, size_t others)
{
	size_t ways = 1;

	for (size_t i = 1; i <= some && i <= others; i++) {
		ways = ways * (some + others - i + 1) / i;
		if (ways >= WAYS_MIN)
			return true;
	}
	return false;
}

void
tree_trait_find(const struct tree_result *tree, const struct cred *worker,
    struct tree_trait *trait)
{
	struct side refused = { .files = 0 }, readable = { .files = 0 };

	*trait = (struct tree_trait){ .later = false };
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];

		if (!S_ISREG(class->facts.mode))
			continue;
		if (class->refused > 0)
			add_class(&refused, class);
		else if (is_readable(class, worker))
			add_class(&readable, class);
	}
	if (!has_ways(refused.files, readable.files))
		return;
	trait->later = refused.mtime.least > readable.mtime.most;
	trait->written_after = readable.mtime.most;
	trait->written_from = refused.mtime.least;
	trait->larger = refused.size.least > readable.size.most;
	trait->larger_than = readable.size.most;
	trait->larger_or_even = refused.size.least;
	trait->owner = refused.owner;
	trait->foreign = is_owner_apart(tree, worker, refused.owner);
}

/* "2026-03-01T13:00:05Z", or only the day if that tells them apart; the caller
 * frees. */
static char *
time_text(int64_t seconds, bool day)
{
	char text[TEXT_TIME_MAX];
	time_t at = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(text, sizeof(text),
		day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return xasprintf("@%lld", (long long)seconds);
	return xstrdup(text);
}

static char *
after_text(const struct tree_trait *trait)
{
	return time_text(trait->written_after,
	    trait->written_after / DAY_SECONDS <
		trait->written_from / DAY_SECONDS);
}

/* "2.4 MB", never more than it is; a bound known to lie between the two comes
 * first.  The caller frees. */
static char *
size_text(const struct tree_trait *trait)
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB", "TB" };
	int64_t bytes = trait->larger_than;
	size_t unit = 0;
	int64_t tenths;

	if (bytes <= UPLOAD_BYTES && trait->larger_or_even > UPLOAD_BYTES)
		bytes = UPLOAD_BYTES;
	if (bytes < 1024)
		return xasprintf("%lld bytes", (long long)bytes);
	for (tenths = bytes * 10; tenths >= 10 * 1024 && unit < 4; unit++)
		tenths /= 1024;
	return xasprintf("%lld.%lld %s", (long long)(tenths / 10),
	    (long long)(tenths % 10), units[unit]);
}

static void
note(const struct tree_trait *trait, struct evidence *evidence, bool partial)
{
	struct apart *apart = &evidence->apart;

	evidence->has_apart = true;
	apart->partial = partial;
	apart->larger_than = trait->larger ? trait->larger_than : -1;
	if (trait->later)
		apart->written_after = time_text(trait->written_after, false);
	if (trait->foreign)
		apart->owner = sentence_user(trait->owner);
}

/* What is said of it, "were all written after 2026-03-01" and the like. */
static void
say(const struct tree_trait *trait, bool one, struct strvec *parts)
{
	char *text;

	if (trait->later) {
		text = after_text(trait);
		strvec_pushf(parts, "%s written after %s",
		    one ? "was" : "were all", text);
		free(text);
	}
	if (trait->larger) {
		text = size_text(trait);
		strvec_pushf(parts, "%s larger than %s", one ? "is" : "are all",
		    text);
		free(text);
	}
	if (trait->foreign) {
		text = sentence_user(trait->owner);
		strvec_pushf(parts, "%s to %s", one ? "belongs" : "all belong",
		    text);
		free(text);
	}
}

void
tree_trait_tell(const struct tree_trait *trait, struct finding *finding,
    bool one, bool partial)
{
	struct strvec parts = STRVEC_INIT;
	char *said, *before = finding->message;

	say(trait, one, &parts);
	if (parts.len > 0) {
		said = strvec_join(&parts, ", ");
		finding->message = NULL;
		finding_say(finding, "%s; unlike the readable ones%s %s %s",
		    before, partial ? ", as far as they were seen," : "",
		    one ? "it" : "they", said);
		note(trait, &finding->evidence, partial);
		free(said);
		free(before);
	}
	strvec_done(&parts);
}
