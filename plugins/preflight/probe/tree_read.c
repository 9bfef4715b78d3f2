/* SPDX-License-Identifier: ISC */
/*
 * Reading one directory, a part of it at a time.  Of a large one the first part
 * is a sample of all its names: each name draws a number, the same in every run,
 * and those with the smallest are taken.  So the rest can be told from them
 * later by one number.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/probe/facts.h"
#include "preflight/probe/tree_lister.h"
#include "preflight/witness/digest.h"

#define PIECE_BYTES 65536
/* Entries between two looks at the clock. */
#define CLOCK_EVERY 16

struct kernel_dirent {
	uint64_t ino;
	int64_t next;
	unsigned short len;
	unsigned char type;
	char name[];
};

struct piece {
	_Alignas(struct kernel_dirent) char bytes[PIECE_BYTES];
	long len;
	long at;
};

/* The next name that is neither "." nor ".."; NULL at the end. */
static const struct kernel_dirent *
next_name(int fd, struct piece *piece)
{
	const struct kernel_dirent *entry;

	for (;;) {
		if (piece->at >= piece->len) {
			piece->at = 0;
			piece->len = syscall(SYS_getdents64, fd, piece->bytes,
			    sizeof(piece->bytes));
			if (piece->len <= 0)
				return NULL;
		}
		entry = (const void *)(piece->bytes + piece->at);
		piece->at += entry->len;
		if (strcmp(entry->name, ".") != 0 &&
		    strcmp(entry->name, "..") != 0)
			return entry;
	}
}

/* Whether the time is over; gives a sign of life. */
static bool
is_late(struct lister *lister)
{
	int64_t now = clock_mono_ms();
	struct record beat;

	if (now >= lister->beat_ms + LIST_BEAT_MS) {
		lister->beat_ms = now;
		record_init(&beat, RECORD_BEGIN, 0);
		record_send(lister->child->out, &beat, NULL);
	}
	return now >= lister->until_ms;
}

/* The number a name draws.  FNV alone gives like names like numbers. */
static uint64_t
draw(const struct seen_dir *dir, const char *name)
{
	const uint64_t seed[] = { dir->dev, dir->ino };
	uint64_t x = digest_add(DIGEST_INIT, seed, sizeof(seed));

	x = digest_add(x, name, strlen(name));
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static void
pick(struct list_sample *sample, size_t index, uint64_t drawn, const char *name)
{
	struct list_pick *one = &sample->picks[index];

	one->drawn = drawn;
	memcpy(one->name, name, strnlen(name, NAME_MAX) + 1);
	one->name[NAME_MAX] = '\0';
	for (size_t i = 0; i < sample->count; i++) {
		if (sample->picks[i].drawn >
		    sample->picks[sample->largest].drawn)
			sample->largest = i;
	}
}

static void
offer(struct list_sample *sample, uint64_t drawn, const char *name)
{
	if (sample->count < LIST_SAMPLE)
		pick(sample, sample->count++, drawn, name);
	else if (drawn < sample->picks[sample->largest].drawn)
		pick(sample, sample->largest, drawn, name);
}

static void
look_at(struct lister *lister, struct reading *reading, const char *name)
{
	struct facts facts;
	struct stat st;
	bool known = !lister_is_served(lister, reading->dir, name) &&
	    lister_read_entry(lister, reading, name, &st, &facts);

	seen_add(reading->seen, reading->known, name, known ? &st : NULL,
	    &facts);
}

/* Goes through all names and looks at the sample. */
static void
read_sample(struct lister *lister, struct reading *reading)
{
	struct list_sample *sample = &lister->table->sample;
	struct seen_dir *dir = reading->known;
	const struct kernel_dirent *entry;
	struct piece piece = { .len = 0 };
	bool late = false;

	sample->count = sample->largest = 0;
	while (!late && (entry = next_name(reading->fd, &piece)) != NULL) {
		dir->place.names++;
		offer(sample, draw(dir, entry->name), entry->name);
		late = piece.at >= piece.len && is_late(lister);
	}
	dir->place.begun = true;
	dir->place.done = !late && dir->place.names == sample->count;
	dir->place.drawn = sample->picks[sample->largest].drawn;
	for (size_t i = 0; i < sample->count; i++) {
		look_at(lister, reading, sample->picks[i].name);
		if (i % CLOCK_EVERY == 0)
			is_late(lister);
	}
	/* What was not offered is no part of the rest. */
	if (late)
		seen_forget(dir);
}

/* Looks at some of those that were not in the sample. */
static void
read_rest(struct lister *lister, struct reading *reading, size_t count)
{
	struct seen_place *place = &reading->known->place;
	const struct kernel_dirent *entry;
	struct piece piece = { .len = 0 };

	if (lseek(reading->fd, place->next, SEEK_SET) == -1)
		place->done = true;
	while (count > 0 && !place->done) {
		entry = next_name(reading->fd, &piece);
		if (entry == NULL) {
			place->done = true;
			break;
		}
		if (draw(reading->known, entry->name) > place->drawn) {
			look_at(lister, reading, entry->name);
			count--;
		}
		place->next = entry->next;
		if (count % CLOCK_EVERY == 0 && is_late(lister))
			break;
	}
}

/* Hands on entries that are there, up to what is left of the round. */
static void
note_entries(struct lister *lister, struct reading *reading)
{
	struct list_dir *dir = &lister->table->dirs[reading->dir];
	const struct seen_entry *entry;

	while (reading->left > 0 && !lister->stopped &&
	    (entry = seen_after(reading->seen, reading->known, dir->at)) !=
		NULL) {
		dir->at = seen_offset(reading->seen, entry);
		lister_note_entry(lister, reading, entry);
		reading->left--;
		if (lister->entries % CLOCK_EVERY == 0 && is_late(lister))
			lister->stopped = lister->restless = true;
		if (lister->entries >= lister->job->budget.entries)
			lister->stopped = true;
	}
}

/* Finds what is known of the directory, in shared memory if that goes. */
static void
find_known(struct lister *lister, struct reading *reading)
{
	struct list_dir *dir = &lister->table->dirs[reading->dir];
	struct stat st = { .st_ino = 0 };
	struct statfs fs;

	fstat(reading->fd, &st);
	if (!dir->alone && dir->seen == 0 && lister->job->shared != NULL)
		dir->seen = seen_find(lister->job->shared, &st);
	if (dir->seen != 0) {
		reading->seen = lister->job->shared;
		reading->known = seen_dir(reading->seen, dir->seen);
	} else {
		dir->alone = true;
		dir->at = 0;
		seen_clear(lister->alone);
		reading->seen = lister->alone;
		reading->known =
		    seen_dir(lister->alone, seen_find(lister->alone, &st));
		reading->known->place = dir->place;
	}
	if (reading->known->begun_ns == 0) {
		reading->known->begun_ns = clock_wall_ms() * 1000000;
		if (fstatfs(reading->fd, &fs) == 0)
			reading->known->read_only =
			    (fs.f_flags & ST_RDONLY) != 0;
	}
}

/* Shared memory is full: goes on alone from where it is. */
static void
part_with_others(struct lister *lister, struct reading *reading)
{
	struct list_dir *dir = &lister->table->dirs[reading->dir];

	dir->place = reading->known->place;
	dir->seen = 0;
	dir->alone = true;
	find_known(lister, reading);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
lister_read_dir(struct lister *lister, struct reading *reading)
{
	struct list_dir *dir = &lister->table->dirs[reading->dir];
	size_t room = lister->job->budget.entries - lister->entries;

	/* Whoever may not search it gets no stat(2) of what is in it, either. */
	(void)!fchdir(reading->fd);
	find_known(lister, reading);
	note_entries(lister, reading);
	if (reading->left > 0 && !lister->stopped &&
	    !reading->known->place.done) {
		if (reading->seen != lister->alone &&
		    !seen_has_room(reading->seen))
			part_with_others(lister, reading);
		if (!reading->known->place.begun)
			read_sample(lister, reading);
		else
			read_rest(lister, reading, least(reading->left, room));
		note_entries(lister, reading);
	}
	dir->place = reading->known->place;
	dir->done = dir->place.done &&
	    seen_after(reading->seen, reading->known, dir->at) == NULL;
}
