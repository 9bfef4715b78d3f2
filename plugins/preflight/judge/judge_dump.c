/* SPDX-License-Identifier: ISC */
#include "preflight/judge/judge_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#include "preflight/nginx/nginx_dump.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/nginx/nginx_written.h"
#include "preflight/probe/sealed.h"
#include "preflight/report/report.h"

/*
 * Root runs a foreign program here, so it is run only on what nobody but root
 * could have written: a configuration may load code, and a sentence about a
 * file that it includes may quote the file.
 */

/* Two sentences of one code about one file are two findings. */
#define SUBJECT "nginx -T"

static void
add(struct report *report, enum finding_code code, const char *path,
    enum severity severity, char *sentence)
{
	struct finding *finding = finding_create(code, path);

	finding->subject = xstrdup(SUBJECT);
	finding->severity = severity;
	finding_say(finding, "%s", sentence);
	free(sentence);
	report_add(report, finding);
}

static void
add_undecided(struct report *report, const struct nginx_instance *instance,
    const char *reason)
{
	add(report, PF015, instance->site.conf_path, SEVERITY_UNDECIDED,
	    xasprintf("nginx was not asked how it reads its configuration "
		      "(nginx -T): %s",
		reason));
}

/* A folder with the sticky bit lets nobody replace what is root's. */
static bool
is_roots(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0 &&
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
		(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0));
}

/* The same of every folder on the way. */
static bool
is_roots_way(const char *path)
{
	char *way = xstrdup(path), *slash;
	bool roots = is_roots(path);

	while (roots && (slash = strrchr(way, '/')) != NULL) {
		*slash = '\0';
		roots = is_roots(*way == '\0' ? "/" : way);
	}
	free(way);
	return roots;
}

/* Whether nobody but root can change what the path leads to. */
static bool
only_root_changes(const char *path)
{
	char *real = realpath(path, NULL);
	bool only = real != NULL && is_roots_way(path) && is_roots_way(real);

	free(real);
	return only;
}

/* The first file that others can change, or NULL. */
static const char *
changeable(const struct nginx_site *site)
{
	for (size_t i = 0; i < site->tree->file_count; i++)
		if (!only_root_changes(site->tree->files[i]))
			return site->tree->files[i];
	/* The executable of a process may have no name any more. */
	return is_roots(site->build.binary) ? NULL : site->build.binary;
}

/* Why it is not even tried; the caller frees; NULL: nothing speaks against. */
static char *
hindrance(const struct nginx_instance *instance, const char *image)
{
	const char *file;

	if (image != NULL)
		return xstrdup("nothing of an image is executed");
	if (geteuid() != 0)
		return xstrdup("that needs root");
	if (instance->foreign)
		return xstrdup(
		    "it runs in a root or mount namespace of its own, "
		    "and what is in there is not executed");
	if (instance->master_uid != 0)
		return xstrdup("this nginx is not root's");
	if (instance->site.build.binary == NULL)
		return xstrdup("there is no nginx to be executed");
	file = changeable(&instance->site);
	return file == NULL ? NULL
			    : xasprintf("others than root can change %s", file);
}

static void
make_arguments(const struct nginx_site *site, struct strvec *words)
{
	strvec_push(words, "nginx");
	strvec_push(words, "-T");
	strvec_push(words, "-q");
	strvec_push(words, "-p");
	strvec_push(words, site->prefix);
	strvec_push(words, "-c");
	strvec_push(words, site->conf_path);
	if (site->globals != NULL) {
		strvec_push(words, "-g");
		strvec_push(words, site->globals);
	}
	if (site->error_log != NULL) {
		strvec_push(words, "-e");
		strvec_push(words, site->error_log);
	}
}

static int
run(const struct nginx_site *site, int timeout_ms, struct sealed_result *result,
    char **cause)
{
	struct nginx_written written;
	struct strvec words = STRVEC_INIT;
	struct sealed_plan plan = {
		.binary = open(site->build.binary, O_PATH | O_CLOEXEC),
		.files = &written.files,
		.folders = &written.folders,
		.sockets = &written.sockets,
		.timeout_ms = timeout_ms,
	};
	int failed;

	if (plan.binary == -1)
		return cause_set(cause, "%s: %s", site->build.binary,
		    strerror(errno));
	make_arguments(site, &words);
	nginx_written_find(site, &written);
	plan.argv = words.items;
	failed = sealed_run(&plan, result, cause);
	nginx_written_done(&written);
	strvec_done(&words);
	fd_close(&plan.binary);
	return failed;
}

static bool
is_about_user(const char *sentence)
{
	return strncmp(sentence, "getpwnam(", 9) == 0 ||
	    strncmp(sentence, "getgrnam(", 9) == 0;
}

/* What can go wrong only because it is sealed: there is no network, nothing can
 * be written but what the checker knew of, and a service that knows users may
 * not answer in there. */
static bool
is_of_the_seal(const struct nginx_instance *instance, const char *sentence)
{
	static const char *const signs[] = { "host not found", "bind() to ",
		"(1: ", "(13: ", "(28: ", "(30: " };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(sentence, signs[i]) != NULL)
			return true;
	return instance->has_user && is_about_user(sentence);
}

/* Whether the checker's own reading complains about the same line, or about
 * the user (PF003). */
static bool
is_known(const struct nginx_instance *instance, const char *sentence,
    const char *at)
{
	const struct nginx_site *site = &instance->site;
	bool same = instance->user_code != NULL && is_about_user(sentence);

	for (size_t i = 0; i < site->problem_count && at != NULL && !same;
	     i++) {
		const struct nginx_problem *problem = &site->problems[i];
		char *place = problem->file == NULL
		    ? NULL
		    : xasprintf("%s:%u", problem->file, problem->line);

		same = place != NULL && strcmp(place, at) == 0;
		free(place);
	}
	return same;
}

static void
judge_refusal_of(struct report *report, const struct nginx_instance *instance,
    const struct sealed_result *result)
{
	char *at, *sentence = nginx_dump_refusal(result->err, &at);
	struct finding *finding;
	char *path;

	if (sentence == NULL || is_of_the_seal(instance, sentence)) {
		char *reason = xasprintf("where it was sealed it could not go "
					 "on: %s",
		    sentence == NULL ? "it gave no reason" : sentence);

		add_undecided(report, instance, reason);
		free(reason);
	} else if (!is_known(instance, sentence, at)) {
		path = at == NULL
		    ? xstrdup(instance->site.conf_path)
		    : xstrndup(at, (size_t)(strrchr(at, ':') - at));
		finding = finding_create(PF002, path);
		finding->subject = xstrdup(SUBJECT);
		finding->at = at == NULL ? NULL : xstrdup(at);
		finding_say(finding, "nginx refuses its configuration: %s",
		    sentence);
		report_add(report, finding);
		free(path);
	}
	free(sentence);
	free(at);
}

static void
add_real(struct strvec *paths, const char *path)
{
	char *real = realpath(path, NULL);

	strvec_push_taken(paths, real == NULL ? xstrdup(path) : real);
}

/* What one reading has and the other has not. */
static void
compare(struct report *report, const struct strvec *have,
    const struct strvec *other, const char *sentence)
{
	for (size_t i = 0; i < have->len; i++)
		if (strvec_find(other, have->items[i]) == -1)
			add(report, PF001, have->items[i], SEVERITY_UNDECIDED,
			    xasprintf("%s: %s", have->items[i], sentence));
}

static void
judge_files_of(struct report *report, const struct nginx_instance *instance,
    const struct sealed_result *result)
{
	const struct nginx_site *site = &instance->site;
	struct strvec names = STRVEC_INIT, theirs = STRVEC_INIT,
		      ours = STRVEC_INIT;
	char *cause = NULL;

	if (nginx_dump_files(result->out, result->out_len, &names, &cause) ==
	    -1) {
		add_undecided(report, instance, cause);
		free(cause);
	} else {
		for (size_t i = 0; i < names.len; i++)
			add_real(&theirs, names.items[i]);
		for (size_t i = 0; i < site->tree->file_count; i++)
			add_real(&ours, site->tree->files[i]);
		compare(report, &theirs, &ours,
		    "nginx reads this file, and the checker does not: what it "
		    "says is undecided");
		compare(report, &ours, &theirs,
		    "the checker reads this file, and nginx does not: what is "
		    "said of it may be wrong");
	}
	strvec_done(&names);
	strvec_done(&theirs);
	strvec_done(&ours);
}

void
judge_dump(struct report *report, const struct nginx_instance *instance,
    const char *image, int timeout_ms)
{
	struct sealed_result result = { .out = NULL };
	char *cause;

	/* PF001 says all there is to say. */
	if (instance->site_problem != NULL)
		return;
	cause = hindrance(instance, image);
	if (cause == NULL &&
	    run(&instance->site, timeout_ms, &result, &cause) == 0) {
		if (result.succeeded)
			judge_files_of(report, instance, &result);
		else
			judge_refusal_of(report, instance, &result);
	} else
		add_undecided(report, instance, cause);
	free(cause);
	sealed_result_done(&result);
}
