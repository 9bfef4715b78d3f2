/* SPDX-License-Identifier: ISC */
/*
 * The program that is supervised in a benchmark.  It is linked statically, so
 * that what is measured is the supervisor and not the dynamic linker, and
 * notes with the clock what happens to it, one line a record:
 *
 *	child RECORDS idle			S, then waits for a signal
 *	child RECORDS exit MILLISECONDS		S, waits, X, exits with 0
 *	child RECORDS write BYTES CHUNK		S, writes to stdout, so much at
 *						a time, E, waits
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char chunk[64 * 1024];

/* One write, so that records of many children do not mix. */
static void
record(const char *path, char what)
{
	struct timespec now;
	char line[64];
	int fd, len;

	clock_gettime(CLOCK_MONOTONIC, &now);
	len = snprintf(line, sizeof(line), "%c %lld%09ld\n", what,
	    (long long)now.tv_sec, now.tv_nsec);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd == -1 || write(fd, line, (size_t)len) != len)
		_exit(3);
	close(fd);
}

static void
write_all(long long bytes, size_t size)
{
	memset(chunk, 'x', size);
	chunk[size - 1] = '\n';
	while (bytes > 0) {
		size_t want = size;
		ssize_t n;

		if ((long long)want > bytes)
			want = (size_t)bytes;
		n = write(STDOUT_FILENO, chunk, want);
		if (n <= 0)
			_exit(4);
		bytes -= n;
	}
}

int
main(int argc, char **argv)
{
	long long number = argc > 3 ? strtoll(argv[3], NULL, 10) : 0;
	size_t size = argc > 4 ? strtoul(argv[4], NULL, 10) : sizeof(chunk);

	if (argc < 3 || size == 0 || size > sizeof(chunk))
		return 2;
	record(argv[1], 'S');
	if (strcmp(argv[2], "exit") == 0) {
		usleep((useconds_t)number * 1000);
		record(argv[1], 'X');
		return 0;
	}
	if (strcmp(argv[2], "write") == 0) {
		write_all(number, size);
		record(argv[1], 'E');
	}
	for (;;)
		pause();
}
