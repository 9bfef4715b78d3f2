/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/witness/kept.h"
#include "preflight/witness/witness.h"

/* A file of more is none of ours. */
#define KEPT_MAX_BYTES (16 * 1024 * 1024)

#define KEPT_MAGIC "preflight " PACKAGE_VERSION

/* Then the facts, then the text. */
struct kept_head {
	char magic[32];
	uint64_t asked;
	int64_t boot_ms; /* CLOCK_BOOTTIME */
	int64_t day;	 /* waivers end at midnight */
	uint64_t facts_len;
	uint64_t text_len;
	int64_t exit;
};

static void
fill_head(struct kept_head *head, uint64_t asked)
{
	struct timespec now;

	memset(head, 0, sizeof(*head));
	memcpy(head->magic, KEPT_MAGIC,
	    sizeof(KEPT_MAGIC) < sizeof(head->magic) ? sizeof(KEPT_MAGIC)
						     : sizeof(head->magic));
	head->asked = asked;
	clock_gettime(CLOCK_BOOTTIME, &now);
	head->boot_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
	head->day = time(NULL) / 86400;
}

/* Everything in the file; NULL if it cannot be one of ours. */
static char *
read_all(int fd, struct kept_head *head)
{
	struct stat st;
	size_t rest, done = 0;
	ssize_t n = 1;
	char *data;

	if (fstat(fd, &st) == -1 || st.st_size > KEPT_MAX_BYTES ||
	    pread(fd, head, sizeof(*head), 0) != (ssize_t)sizeof(*head))
		return NULL;
	rest = (size_t)st.st_size - sizeof(*head);
	if (head->facts_len > rest || head->text_len != rest - head->facts_len)
		return NULL;
	data = xmalloc(rest + 1);
	while (done < rest && n > 0) {
		n = pread(fd, data + done, rest - done,
		    (off_t)(sizeof(*head) + done));
		done += n > 0 ? (size_t)n : 0;
	}
	if (done == rest)
		return data;
	free(data);
	return NULL;
}

static bool
is_current(const struct kept_head *head, const struct kept_head *now,
    int64_t max_age_ms)
{
	if (memcmp(head->magic, now->magic, sizeof(now->magic)) != 0 ||
	    head->asked != now->asked)
		return false;
	return max_age_ms == 0 ||
	    (head->day == now->day && head->boot_ms <= now->boot_ms &&
		now->boot_ms - head->boot_ms <= max_age_ms);
}

/* With a limit of age somebody waits for the answer. */
static bool
is_good(const struct kept_head *head, const char *data, uint64_t asked,
    int64_t max_age_ms)
{
	struct kept_head now;

	fill_head(&now, asked);
	return is_current(head, &now, max_age_ms) &&
	    witness_holds(data, head->facts_len,
		max_age_ms != 0 &&
		    now.boot_ms - head->boot_ms <= KEPT_GLANCE_MS);
}

bool
kept_read(int fd, int64_t max_age_ms, struct kept *kept)
{
	struct kept_head head;
	char *data = read_all(fd, &head);
	bool good =
	    data != NULL && is_good(&head, data, kept->asked, max_age_ms);

	if (good) {
		strbuf_init(&kept->text);
		strbuf_add(&kept->text, data + head.facts_len, head.text_len);
		kept->exit = (int)head.exit;
	}
	free(data);
	return good;
}

bool
kept_pack(const struct kept *kept, struct strbuf *out)
{
	struct strbuf facts = STRBUF_INIT;
	struct kept_head head;
	bool vouched = witness_write(&facts);

	if (vouched) {
		fill_head(&head, kept->asked);
		head.facts_len = facts.len;
		head.text_len = kept->text.len;
		head.exit = kept->exit;
		strbuf_add(out, &head, sizeof(head));
		strbuf_add(out, facts.data, facts.len);
		strbuf_add(out, kept->text.data, kept->text.len);
	}
	strbuf_done(&facts);
	return vouched;
}

void
kept_write(int fd, const struct kept *kept)
{
	struct strbuf all = STRBUF_INIT;

	/* Half a file is none: the head says how long it is. */
	if (ftruncate(fd, 0) == 0 && kept_pack(kept, &all) &&
	    lseek(fd, 0, SEEK_SET) == 0)
		(void)fd_write_all(fd, all.data, all.len);
	strbuf_done(&all);
}
