/* SPDX-License-Identifier: ISC */
/*
 * The kernel's text about a process.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "preflight/witness/proc_status.h"

/* Groups are listed in full: 65536 of them at most. */
#define PROC_FILE_MAX (1024u * 1024)

/* The value of a "Name:\tvalue" line, or NULL. */
static const char *
find_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, name, len) == 0 && text[len] == ':')
			return text + len + 1;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return NULL;
}

/* The next number of a line; false at its end. */
static bool
next_number(const char **p, unsigned long *number)
{
	char *end;

	*p += strspn(*p, " \t");
	if (**p < '0' || **p > '9')
		return false;
	*number = strtoul(*p, &end, 10);
	*p = end;
	return true;
}

/* The index-th number (from 0) of a line. */
static int
line_number(const char *text, const char *name, int index, unsigned long *out)
{
	const char *p = find_line(text, name);

	if (p == NULL)
		return -1;
	for (int i = 0; i <= index; i++) {
		if (!next_number(&p, out))
			return -1;
	}
	return 0;
}

static void
read_groups(const char *line, struct cred *cred)
{
	unsigned long gid;
	const char *p = line;
	size_t count = 0;

	while (next_number(&p, &gid))
		count++;
	cred->groups = xcalloc(count + 1, sizeof(*cred->groups));
	p = line;
	while (cred->group_count < count && next_number(&p, &gid))
		cred->groups[cred->group_count++] = (gid_t)gid;
}

int
proc_status_parse(const char *text, struct proc_status *status)
{
	const char *groups = find_line(text, "Groups");
	unsigned long parent, uid, gid, number;

	/* Real, effective, saved, file system. */
	if (line_number(text, "PPid", 0, &parent) == -1 ||
	    line_number(text, "Uid", 3, &uid) == -1 ||
	    line_number(text, "Gid", 3, &gid) == -1 || groups == NULL)
		return -1;
	*status = (struct proc_status){
		.parent = (pid_t)parent,
		.cred = { .uid = (uid_t)uid, .gid = (gid_t)gid },
		.seccomp = -1,
	};
	read_groups(groups, &status->cred);
	if (line_number(text, "Seccomp", 0, &number) == 0)
		status->seccomp = (int)number;
	if (line_number(text, "NoNewPrivs", 0, &number) == 0)
		status->no_new_privs = number != 0;
	return 0;
}

int64_t
proc_stat_start(const char *text)
{
	/* The name in parentheses may hold anything, parentheses too. */
	const char *p = strrchr(text, ')');
	unsigned long long ticks;
	char *end;

	/* The start is field 22; the name is field 2. */
	for (int field = 2; p != NULL && field < 22; field++) {
		p = strchr(p, ' ');
		p = p == NULL ? NULL : p + 1;
	}
	if (p == NULL || *p < '0' || *p > '9')
		return -1;
	ticks = strtoull(p, &end, 10);
	return (int64_t)ticks;
}

char *
proc_read(int proc_fd, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	int saved, fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return NULL;
	while ((n = read(fd, strbuf_reserve(&text, 4096), 4096)) > 0 &&
	    text.len < PROC_FILE_MAX)
		strbuf_grew(&text, (size_t)n);
	saved = errno;
	close(fd);
	if (n == -1) {
		strbuf_done(&text);
		errno = saved;
		return NULL;
	}
	while (text.len > 0 && text.data[text.len - 1] == '\0')
		strbuf_truncate(&text, text.len - 1);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\0')
			text.data[i] = ' ';
	}
	return strbuf_steal(&text);
}

char *
proc_readlink(int proc_fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(proc_fd, name, target, sizeof(target));

	return len == -1 ? NULL : xstrndup(target, (size_t)len);
}
