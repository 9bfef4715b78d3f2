/* SPDX-License-Identifier: ISC */
/*
 * readLog and tail.  The arithmetic is kept apart from the file: it is what
 * clients rely on to the byte, and what the unit tests go through row by row.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "logs/log_read.h"

/* A part of a file. */
struct span {
	int64_t offset;
	int64_t len;
};

/* Far above any size, and sums of two are still numbers. */
static int64_t
clamp(int64_t value)
{
	const int64_t limit = INT64_MAX / 4;

	return value > limit ? limit : value < -limit ? -limit : value;
}

static void
limit_span(struct span *span)
{
	if (span->len > LOG_READ_MAX) {
		span->offset += span->len - LOG_READ_MAX;
		span->len = LOG_READ_MAX;
	}
}

/*
 * Opens what can be read without waiting.  A device such as /dev/null has the
 * size 0; pipes and terminals have none and are refused.
 */
static int
open_log(const char *path, int64_t *size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		*size = -1;
		errno = EISDIR;
	} else {
		*size = lseek(fd, 0, SEEK_END);
	}
	if (*size == -1)
		fd_close(&fd);
	return fd;
}

/* The bytes of the span, fewer if the file has become shorter; NULL without
 * memory for them or on an error. */
static char *
read_span(int fd, const struct span *span, size_t *len)
{
	char *data = malloc((size_t)span->len + 1);
	int64_t used = 0;
	ssize_t n;

	if (data == NULL)
		return NULL;
	while (used < span->len) {
		n = pread(fd, data + used, (size_t)(span->len - used),
		    span->offset + used);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			free(data);
			return NULL;
		}
		if (n == 0)
			break;
		used += n;
	}
	data[used] = '\0';
	*len = (size_t)used;
	return data;
}

/* Negative offsets count from the end and take no length. */
static int
read_arithmetic(int64_t size, int64_t offset, int64_t length, struct span *span)
{
	if (offset < 0) {
		if (length != 0)
			return -1;
		span->len = -offset < size ? -offset : size;
		span->offset = size - span->len;
		return 0;
	}
	if (length < 0)
		return -1;
	span->offset = offset;
	span->len = offset < size ? size - offset : 0;
	if (length > 0 && length < span->len)
		span->len = length;
	return 0;
}

enum log_read_result
log_read(const char *path, int64_t offset, int64_t length, char **data,
    size_t *len)
{
	enum log_read_result result = LOG_READ_BAD_ARGUMENTS;
	struct span span;
	int64_t size;
	char *bytes;
	int fd = open_log(path, &size);

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? LOG_READ_NO_FILE
							   : LOG_READ_FAILED;
	if (read_arithmetic(size, clamp(offset), clamp(length), &span) == 0) {
		limit_span(&span);
		bytes = read_span(fd, &span, len);
		if (bytes != NULL)
			*data = bytes;
		result = bytes != NULL ? LOG_READ_OK : LOG_READ_FAILED;
	}
	fd_close(&fd);
	return result;
}

/* The last bytes, whatever the offset, unless it lies at the end. */
static bool
tail_arithmetic(int64_t size, int64_t offset, int64_t length, struct span *span)
{
	bool overflow = false;

	if (size > offset + length) {
		overflow = true;
		offset = size - 1;
	}
	if (offset + length > size) {
		if (offset > size - 1)
			length = 0;
		offset = size - length;
	}
	span->offset = offset > 0 ? offset : 0;
	span->len = length > 0 ? length : 0;
	if (span->len > size - span->offset)
		span->len = size > span->offset ? size - span->offset : 0;
	return overflow;
}

void
log_tail(const char *path, int64_t offset, int64_t length,
    struct log_tail *tail)
{
	struct span span;
	int64_t size;
	int fd = open_log(path, &size);

	*tail = (struct log_tail){ .offset = offset };
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		tail->offset = 0;
	if (fd != -1) {
		tail->overflow =
		    tail_arithmetic(size, clamp(offset), clamp(length), &span);
		limit_span(&span);
		tail->data = read_span(fd, &span, &tail->len);
		if (tail->data == NULL)
			tail->overflow = false;
		else
			tail->offset = size;
		fd_close(&fd);
	}
	if (tail->data == NULL)
		tail->data = xstrdup("");
}
