/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#include "preflight/report/report_gate.h"
#include "preflight/report/report_json.h"
#include "preflight/report/report_store.h"
#include "preflight/witness/digest.h"
#include "preflight/witness/kept.h"

/*
 * Files appear by rename within a directory that is held open, so that it
 * cannot be exchanged under us.
 */

static int
open_dir(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? xstrdup(".")
	    : slash == path	  ? xstrdup("/")
				  : xstrndup(path, (size_t)(slash - path));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*name = slash == NULL ? path : slash + 1;
	free(dir);
	return fd;
}

static int
give_to_owner(int dir, int fd)
{
	struct stat st;

	if (fstat(dir, &st) == -1)
		return -1;
	return geteuid() != 0 || st.st_uid == 0
	    ? 0
	    : fchown(fd, st.st_uid, st.st_gid);
}

static int
write_in(int dir, const char *name, const struct strbuf *text)
{
	char *fresh = xasprintf("%s.%ld.new", name, (long)getpid());
	int fd, failed;

	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	failed = fd == -1 || fd_write_all(fd, text->data, text->len) == -1 ||
	    give_to_owner(dir, fd) == -1 ||
	    renameat(dir, fresh, dir, name) == -1;
	if (failed && fd != -1)
		unlinkat(dir, fresh, 0);
	fd_close(&fd);
	free(fresh);
	return failed ? -1 : 0;
}

int
report_file_write(const char *path, const struct strbuf *text, char **cause)
{
	const char *name;
	int dir = open_dir(path, &name), failed;

	failed = dir == -1 || write_in(dir, name, text) == -1;
	if (failed)
		cause_set(cause, "cannot write the report %s: %s", path,
		    strerror(errno));
	fd_close(&dir);
	return failed ? -1 : 0;
}

/* Who asks and how does not matter: it is about this program of this file. */
static uint64_t
digest_question(const char *conf, const char *program)
{
	char *real = realpath(conf, NULL);
	const char *path = real == NULL ? conf : real;
	uint64_t digest = digest_add(DIGEST_INIT, path, strlen(path) + 1);

	free(real);
	return digest_add(digest, program, strlen(program) + 1);
}

static int
write_named(const char *dir, const char *program, const char *ending,
    const struct strbuf *text, char **cause)
{
	char *path = xasprintf("%s/%s%s", dir, program, ending);
	int failed = report_file_write(path, text, cause);

	free(path);
	return failed;
}

/* The report about one of its programs; it counts anew. */
static struct report
about_one(const struct report *report, size_t index)
{
	struct report one = *report;

	one.programs = &report->programs[index];
	one.program_count = 1;
	report_finish(&one);
	return one;
}

static int
store_one(const struct report *report, char **cause)
{
	const char *dir = report->store, *program = report->programs[0].name;
	struct kept kept = {
		.asked = digest_question(report->conf, program),
		.text = STRBUF_INIT,
		.exit = report->exit,
	};
	struct strbuf json = STRBUF_INIT, all = STRBUF_INIT;
	int failed;

	report_json_write(report, false, &json);
	failed = write_named(dir, program, ".json", &json, cause);
	report_gate_write(report, program, &kept.text);
	/* Even if nothing can be vouched for: no older one may stay. */
	kept_pack(&kept, &all);
	if (!failed)
		failed = write_named(dir, program, ".kept", &all, cause);
	strbuf_done(&all);
	strbuf_done(&json);
	strbuf_done(&kept.text);
	return failed;
}

int
report_store(struct report *report, char **cause)
{
	struct report one;
	int failed = 0;

	for (size_t i = 0; i < report->program_count && !failed; i++) {
		if (strchr(report->programs[i].name, '/') != NULL)
			continue;
		one = about_one(report, i);
		failed = store_one(&one, cause);
	}
	report_finish(report);
	return failed;
}

bool
report_store_read(const char *dir, const char *conf, const char *program,
    struct strbuf *out)
{
	char *path = xasprintf("%s/%s.kept", dir, program);
	struct kept kept = { .asked = digest_question(conf, program) };
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool found = fd != -1 && kept_read(fd, 0, &kept);

	if (found) {
		strbuf_add(out, kept.text.data, kept.text.len);
		strbuf_done(&kept.text);
	}
	fd_close(&fd);
	free(path);
	return found;
}
