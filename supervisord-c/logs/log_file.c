/* SPDX-License-Identifier: ISC */
/*
 * Rotation, and what becomes of bytes that cannot be written.
 *
 * The old file is kept open until the new one is: whatever goes wrong in
 * between, there is somewhere to write to.  The exception is a daemon without
 * free descriptors, which gives the old one up to get the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "logs/close_later.h"
#include "logs/log_file.h"
#include "logs/log_stream.h"

/* Up to so many names of backups are tried, whatever is missing among them;
 * with a larger number the first that is missing ends the search, as nobody
 * waits for two billion renames. */
#define BACKUPS_TRIED 100

/* A disk that fills and empties all the time is told of this often. */
#define REPORT_EVERY_MS 10000

struct log_file {
	char *path;
	struct log_stream stream;
	int64_t maxbytes;
	int backups;
	unsigned int owners;
	/* Rotate at this size: maxbytes, more after a rotation that failed. */
	int64_t rotate_at;
	uint64_t lost;	/* bytes that were not told yet */
	bool overdue;	/* log_file_append could not rotate it */
	bool failing;	/* the last write was not whole */
	bool announced; /* and that was told */
	bool reported;
	int64_t reported_ms; /* when something was told last */
	log_file_report_fn report;
};

static void
report_to_log(const char *text)
{
	log_errorx("%s", text);
}

static void __attribute__((format(printf, 2, 3)))
report(struct log_file *file, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	file->report(text);
	free(text);
	errno = saved;
}

struct log_file *
log_file_open(const char *path, int64_t maxbytes, int backups)
{
	struct log_stream stream;
	struct log_file *file;

	if (log_stream_open(&stream, path, false) == -1)
		return NULL;
	file = xcalloc(1, sizeof(*file));
	file->path = xstrdup(path);
	file->stream = stream;
	file->maxbytes = maxbytes;
	file->rotate_at = maxbytes;
	file->backups = backups;
	file->owners = 1;
	file->report = report_to_log;
	return file;
}

struct log_file *
log_file_share(struct log_file *file)
{
	file->owners++;
	return file;
}

void
log_file_free(struct log_file *file)
{
	if (file == NULL || --file->owners > 0)
		return;
	if (file->lost > 0)
		report(file, "%" PRIu64 " bytes for '%s' lost", file->lost,
		    file->path);
	log_stream_close(&file->stream);
	free(file->path);
	free(file);
}

const char *
log_file_path(const struct log_file *file)
{
	return file->path;
}

void
log_file_report_to(struct log_file *file, log_file_report_fn fn)
{
	file->report = fn;
}

/* Whether it is time to say something again. */
static bool
may_report(struct log_file *file)
{
	int64_t now = clock_mono_ms();

	if (file->reported && now - file->reported_ms < REPORT_EVERY_MS)
		return false;
	file->reported = true;
	file->reported_ms = now;
	return true;
}

/* errno says why. */
static void
note_lost(struct log_file *file, size_t len)
{
	file->lost += len;
	if (!file->failing && may_report(file)) {
		report(file,
		    "can't write to '%s': %s; what comes is lost "
		    "until it can be written again",
		    file->path, strerror(errno));
		file->announced = true;
	}
	file->failing = true;
}

static void
note_written(struct log_file *file)
{
	file->failing = false;
	if (file->lost == 0 || !(file->announced || may_report(file)))
		return;
	report(file, "'%s' can be written again, %" PRIu64 " bytes lost",
	    file->path, file->lost);
	file->lost = 0;
	file->announced = false;
}

/* Opens by name; the old stream is closed once there is a new one. */
static int
replace_stream(struct log_file *file, bool truncate)
{
	struct log_stream opened;
	int result = log_stream_open(&opened, file->path, truncate);

	if (result == -1 && (errno == EMFILE || errno == ENFILE)) {
		log_stream_close(&file->stream);
		result = log_stream_open(&opened, file->path, truncate);
	}
	if (result == -1)
		return -1;
	close_later(&file->stream.fd);
	file->stream = opened;
	file->rotate_at = file->maxbytes;
	return 0;
}

/* A missing file is no error. */
static int
move(const char *from, const char *to)
{
	return rename(from, to) == -1 && errno != ENOENT ? -1 : 0;
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static char *
backup_path(const struct log_file *file, int number)
{
	return number == 0 ? xstrdup(file->path)
			   : xasprintf("%s.%d", file->path, number);
}

/* The highest number that a backup to be moved may have. */
static int
highest_backup(const struct log_file *file)
{
	int number = MIN(file->backups - 1, BACKUPS_TRIED);
	bool may_be_more = number == BACKUPS_TRIED;
	char *path;

	while (may_be_more && number < file->backups - 1) {
		path = backup_path(file, number + 1);
		may_be_more = exists(path);
		free(path);
		number += may_be_more;
	}
	return number;
}

/*
 * Removes the backup whose name is needed; *held keeps it from being given back
 * yet, if there was one.  If another took its name by rename(2) instead, ext4
 * would write that to the disk there and then (auto_da_alloc).
 */
static int
remove_oldest(const struct log_file *file, int highest, int *held)
{
	char *source = backup_path(file, highest);
	char *path = backup_path(file, highest + 1);
	int result = 0;

	if (exists(source)) {
		*held = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		result = unlink(path) == -1 && errno != ENOENT ? -1 : 0;
	}
	free(source);
	free(path);
	return result;
}

/* Makes room for path.1 by moving every backup one up. */
static int
shift_backups(const struct log_file *file, int *held)
{
	int highest = highest_backup(file);
	int result = remove_oldest(file, highest, held);
	char *from, *to;

	to = backup_path(file, highest + 1);
	for (int i = highest; i >= 0 && result == 0; i--) {
		from = backup_path(file, i);
		result = move(from, to);
		free(to);
		to = from;
	}
	free(to);
	return result;
}

/* The name stands for another file: somebody else moved ours away. */
static bool
was_moved(const struct log_file *file)
{
	struct stat ours, named;

	return fstat(file->stream.fd, &ours) == 0 &&
	    stat(file->path, &named) == 0 &&
	    (ours.st_dev != named.st_dev || ours.st_ino != named.st_ino);
}

/* Somebody else may truncate the file or write to it, too. */
static int64_t
size_of(const struct log_file *file)
{
	return lseek(file->stream.fd, 0, SEEK_END);
}

bool
log_file_has_room(const struct log_file *file, size_t len)
{
	return file->maxbytes <= 0 || !file->stream.is_file ||
	    size_of(file) + (int64_t)len < file->rotate_at;
}

static bool
is_due(const struct log_file *file)
{
	return !log_file_has_room(file, 0);
}

static bool
is_disk_full(void)
{
	return errno == ENOSPC || errno == EDQUOT;
}

/* The oldest backup may have to be given back before there is room for a new
 * file. */
static int
replace_moved(struct log_file *file, int *oldest)
{
	int result = replace_stream(file, true);

	if (result == 0 || !is_disk_full())
		return result;
	fd_close(oldest);
	close_later_finish();
	return replace_stream(file, true);
}

/* With two writers the first who is due rotates for both, also if the second
 * is due at the same time: then it is not any more, or the name is that of
 * another file.  Nobody waits for the kernel to give the pages of an
 * old file back, which takes longer than all the rest. */
static int
rotate(struct log_file *file)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	int result, saved, oldest = -1;

	pthread_mutex_lock(&one_at_a_time);
	if (!is_due(file) ||
	    (was_moved(file) && replace_stream(file, false) == 0))
		result = 0;
	else if (file->backups > 0 && shift_backups(file, &oldest) == -1)
		result = -1;
	else
		result = replace_moved(file, &oldest);
	saved = errno;
	pthread_mutex_unlock(&one_at_a_time);
	close_later(&oldest);
	errno = saved;
	return result;
}

static void
rotate_if_due(struct log_file *file)
{
	file->overdue = false;
	if (!is_due(file) || rotate(file) == 0)
		return;
	if (may_report(file))
		report(file,
		    "can't rotate '%s': %s; going on with the old file",
		    file->path, strerror(errno));
	file->rotate_at = size_of(file) + file->maxbytes;
}

/* A disk that is full may be about to get the blocks of an old log back. */
static size_t
write_record(struct log_file *file, const char *data, size_t len)
{
	size_t written = log_stream_write(&file->stream, data, len);

	if (written < len && is_disk_full() && close_later_finish())
		written += log_stream_write(&file->stream, data + written,
		    len - written);
	return written;
}

void
log_file_write(struct log_file *file, const void *data, size_t len)
{
	size_t written;

	if (file->stream.fd == -1 && replace_stream(file, false) == -1) {
		note_lost(file, len);
		return;
	}
	written = write_record(file, data, len);
	if (written < len)
		note_lost(file, len - written);
	else
		note_written(file);
	rotate_if_due(file);
}

/* A file with two owners may be the other thread's as well. */
static bool
is_in_order(const struct log_file *file)
{
	return file->stream.is_file && file->owners == 1 && !file->failing &&
	    file->lost == 0 && !file->overdue;
}

size_t
log_file_append(struct log_file *file, const void *data, size_t len)
{
	ssize_t n;

	if (!is_in_order(file))
		return 0;
	n = write(file->stream.fd, data, len);
	if (n == -1)
		return 0;
	if ((size_t)n == len)
		file->overdue = is_due(file) && rotate(file) == -1;
	return (size_t)n;
}

int
log_file_reopen(struct log_file *file)
{
	return replace_stream(file, false);
}

int
log_file_remove(struct log_file *file)
{
	if (!file->stream.is_file)
		return 0;
	return unlink(file->path) == -1 && errno != ENOENT ? -1 : 0;
}

int
log_file_clear(struct log_file *file)
{
	if (!file->stream.is_file)
		return 0;
	if (log_file_remove(file) == -1)
		return -1;
	return replace_stream(file, false);
}
