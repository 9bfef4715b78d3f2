/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/repr.h"
#include "base/signame.h"
#include "base/xmalloc.h"

/*
 * By number, so fixed values are what we want: they are the wire form of
 * Linux's signals and Supervisor accepts these only.  Of two names for a
 * number the first is the one that is shown.
 */
static const struct signal_name {
	int signo;
	const char *name;
} signal_names[] = {
	{ 1, "SIGHUP" },
	{ 2, "SIGINT" },
	{ 3, "SIGQUIT" },
	{ 4, "SIGILL" },
	{ 5, "SIGTRAP" },
	{ 6, "SIGABRT" },
	{ 6, "SIGIOT" },
	{ 7, "SIGBUS" },
	{ 8, "SIGFPE" },
	{ 9, "SIGKILL" },
	{ 10, "SIGUSR1" },
	{ 11, "SIGSEGV" },
	{ 12, "SIGUSR2" },
	{ 13, "SIGPIPE" },
	{ 14, "SIGALRM" },
	{ 15, "SIGTERM" },
	{ 16, "SIGSTKFLT" },
	{ 17, "SIGCHLD" },
	{ 17, "SIGCLD" },
	{ 18, "SIGCONT" },
	{ 19, "SIGSTOP" },
	{ 20, "SIGTSTP" },
	{ 21, "SIGTTIN" },
	{ 22, "SIGTTOU" },
	{ 23, "SIGURG" },
	{ 24, "SIGXCPU" },
	{ 25, "SIGXFSZ" },
	{ 26, "SIGVTALRM" },
	{ 27, "SIGPROF" },
	{ 28, "SIGWINCH" },
	{ 29, "SIGPOLL" },
	{ 29, "SIGIO" },
	{ 30, "SIGPWR" },
	{ 31, "SIGSYS" },
	{ 34, "SIGRTMIN" },
	{ 64, "SIGRTMAX" },
};

#define SIGNAL_NAME_COUNT (sizeof(signal_names) / sizeof(signal_names[0]))

static const char *
name_of(int signo)
{
	for (size_t i = 0; i < SIGNAL_NAME_COUNT; i++) {
		if (signal_names[i].signo == signo)
			return signal_names[i].name;
	}
	return NULL;
}

const char *
signame(int signo)
{
	static char unnamed[24];
	const char *name = name_of(signo);

	if (name != NULL)
		return name;
	snprintf(unnamed, sizeof(unnamed), "signal %d", signo);
	return unnamed;
}

static int
parse_name(const char *name)
{
	const char *bare = strncasecmp(name, "SIG", 3) == 0 ? name + 3 : name;

	for (size_t i = 0; i < SIGNAL_NAME_COUNT; i++) {
		if (strcasecmp(signal_names[i].name + 3, bare) == 0)
			return signal_names[i].signo;
	}
	return -1;
}

int
signame_parse(const char *text, char **cause)
{
	long long number;
	char *name;
	int signo;

	if (parse_int(text, &number, NULL) == 0) {
		if (number == 0 ||
		    (number > 0 && number <= 64 &&
			name_of((int)number) != NULL))
			return (int)number;
		name = repr(text);
		cause_set(cause, "value %s is not a valid signal number", name);
		free(name);
		return -1;
	}
	name = parse_stripped(text);
	signo = parse_name(name);
	free(name);
	if (signo == -1) {
		name = repr(text);
		cause_set(cause, "value %s is not a valid signal name", name);
		free(name);
	}
	return signo;
}
