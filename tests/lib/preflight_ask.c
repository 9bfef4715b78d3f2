/* SPDX-License-Identifier: ISC */
/*
 * For functional tests: asks one question as every identity of the workers of
 * an nginx, and prints a line for each:
 *
 *	preflight_ask MASTER-PID ASK PATH
 *	current uid=33 gid=33 groups=33,70 NO SEARCH /home/app
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preflight/probe/probe.h"

static int
find_ask(const char *name)
{
	for (int ask = ASK_ENTER; ask <= ASK_FACTS; ask++) {
		if (strcmp(ask_name((enum ask)ask), name) == 0)
			return ask;
	}
	return -1;
}

static void
print(const struct identity *worker, const struct answer *answer)
{
	static const char *const verdicts[] = {
		[ANSWER_UNDECIDED] = "UNDECIDED",
		[ANSWER_YES] = "YES",
		[ANSWER_NO] = "NO",
	};

	printf("%s uid=%u gid=%u groups=",
	    worker->draining ? "draining" : "current", worker->cred.uid,
	    worker->cred.gid);
	for (size_t i = 0; i < worker->cred.group_count; i++)
		printf("%s%u", i == 0 ? "" : ",", worker->cred.groups[i]);
	printf(" %s %s %s\n", verdicts[answer->verdict], why_name(answer->why),
	    answer->blocker == NULL ? "-" : answer->blocker);
}

int
main(int argc, char **argv)
{
	struct identity_options options = { .proc = NULL };
	struct identities found;
	struct question question;
	struct answer answer;
	char *cause = NULL;
	int ask;

	if (argc != 4 || (ask = find_ask(argv[2])) == -1) {
		fprintf(stderr, "usage: preflight_ask MASTER ASK PATH\n");
		return 64;
	}
	options.master = (pid_t)strtol(argv[1], NULL, 10);
	question = (struct question){ .what = (enum ask)ask, .path = argv[3] };
	if (identity_running(&options, &found, &cause) == -1) {
		fprintf(stderr, "preflight_ask: %s\n", cause);
		return 1;
	}
	for (size_t i = 0; i < found.count; i++) {
		if (probe_ask_worker(&found.items[i], &question, 1, &answer,
			NULL, &cause) == -1)
			return 1;
		print(&found.items[i], &answer);
		answer_done(&answer);
	}
	identities_done(&found);
	return 0;
}
