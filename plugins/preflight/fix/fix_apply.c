/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/fix/fix_apply.h"
#include "preflight/report/quote.h"
#include "preflight/report/report.h"

/*
 * Applying a plan: save what is there, ask once, run the commands one by one
 * without a shell, stop at the first that fails.
 */

#define RESTORE_TEMPLATE "/var/tmp/preflight-restore-XXXXXX.acl"
#define RESTORE_SUFFIX	 4

struct plan {
	struct strvec **commands; /* borrowed from the report */
	size_t count;
	struct strvec paths, trees; /* what is saved before */
};

static const struct fix *
first_plan(const struct finding *finding)
{
	for (size_t i = 0; i < finding->fix_count; i++) {
		const struct fix *fix = &finding->fixes[i];

		if (fix->advised && fix->simulated == SIMULATED_PASS &&
		    fix->command_count > 0)
			return fix;
	}
	return NULL;
}

static bool
same_command(const struct strvec *a, const struct strvec *b)
{
	char *one = strvec_join(a, "\n"), *two = strvec_join(b, "\n");
	bool same = strcmp(one, two) == 0;

	free(one);
	free(two);
	return same;
}

static void
add_command(struct plan *plan, struct strvec *command)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (same_command(plan->commands[i], command))
			return;
	}
	plan->commands = xreallocarray(plan->commands, plan->count + 1,
	    sizeof(*plan->commands));
	plan->commands[plan->count++] = command;
}

static void
add_missing(struct strvec *to, const struct strvec *from)
{
	for (size_t i = 0; i < from->len; i++) {
		if (strvec_find(to, from->items[i]) == -1)
			strvec_push(to, from->items[i]);
	}
}

static void
add_fix(struct plan *plan, const struct fix *fix)
{
	for (size_t i = 0; i < fix->command_count; i++)
		add_command(plan, &fix->commands[i].words);
	add_missing(&plan->paths, &fix->saved);
	add_missing(&plan->trees, &fix->saved_trees);
}

static void
collect(const struct report *report, struct plan *plan)
{
	for (size_t i = 0; i < report->program_count; i++) {
		const struct program_report *program = &report->programs[i];

		for (size_t j = 0; j < program->finding_count; j++) {
			const struct fix *fix =
			    first_plan(program->findings[j]);

			if (fix != NULL && !program->findings[j]->waived)
				add_fix(plan, fix);
		}
	}
}

static int
wait_for(pid_t pid, const char *name, char **cause)
{
	int status;

	if (pid == -1)
		return cause_set(cause, "cannot start %s: %s", name,
		    strerror(errno));
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return cause_set(cause, "cannot wait for %s: %s", name,
			    strerror(errno));
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return cause_set(cause, "%s failed", name);
	return 0;
}

/* Runs argv; its output goes to out, or to standard error. */
static int
run(char *const argv[], int out, char **cause)
{
	pid_t pid = fork();

	if (pid == 0) {
		dup2(out == -1 ? STDERR_FILENO : out, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	return wait_for(pid, argv[0], cause);
}

/* Appends what getfacl says of the paths, and below them if options say so. */
static int
save_list(const char *options, const struct strvec *paths, int fd, char **cause)
{
	struct strvec words = STRVEC_INIT;
	int failed;

	if (paths->len == 0)
		return 0;
	strvec_push(&words, "getfacl");
	strvec_push(&words, options);
	strvec_push(&words, "--");
	for (size_t i = 0; i < paths->len; i++)
		strvec_push(&words, paths->items[i]);
	failed = run(words.items, fd, cause);
	strvec_done(&words);
	return failed;
}

/* The state before, into a new file of root's; -P: never through a link. */
static int
save(const struct plan *plan, char **cause)
{
	char name[] = RESTORE_TEMPLATE;
	int fd = mkostemps(name, RESTORE_SUFFIX, O_CLOEXEC), failed;

	if (fd == -1)
		return cause_set(cause, "cannot make %s: %s", name,
		    strerror(errno));
	failed = save_list("-p", &plan->paths, fd, cause);
	if (!failed)
		failed = save_list("-RPp", &plan->trees, fd, cause);
	if (close(fd) == -1 && !failed)
		failed = cause_set(cause, "cannot write %s: %s", name,
		    strerror(errno));
	if (!failed)
		fprintf(stderr, "undo with: setfacl --restore=%s\n", name);
	return failed;
}

static void
show(const struct plan *plan)
{
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; i < plan->count; i++) {
		strbuf_clear(&line);
		quote_command(&line, plan->commands[i]);
		fprintf(stderr, "  %s\n", line.data);
	}
	strbuf_done(&line);
}

static int
consent(bool yes, char **cause)
{
	int answer, rest;

	if (geteuid() != 0)
		return cause_set(cause, "--fix=apply needs root");
	if (yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return cause_set(cause,
		    "--fix=apply needs a terminal, or --yes");
	fputs("Run these commands? [y/N] ", stderr);
	answer = getchar();
	for (rest = answer; rest != '\n' && rest != EOF;)
		rest = getchar();
	return answer == 'y' || answer == 'Y'
	    ? 0
	    : cause_set(cause, "nothing was changed");
}

int
fix_apply(const struct report *report, bool yes, char **cause)
{
	struct plan plan = { .paths = STRVEC_INIT, .trees = STRVEC_INIT };
	int failed = 0;

	collect(report, &plan);
	if (plan.count > 0) {
		show(&plan);
		failed = consent(yes, cause);
		if (!failed)
			failed = save(&plan, cause);
		for (size_t i = 0; i < plan.count && !failed; i++)
			failed = run(plan.commands[i]->items, -1, cause);
	}
	free(plan.commands);
	strvec_done(&plan.paths);
	strvec_done(&plan.trees);
	return failed;
}
