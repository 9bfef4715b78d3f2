/* SPDX-License-Identifier: ISC */
/*
 * echo_supervisord_conf: prints the sample configuration, which is built in, so
 * that it is there wherever the program is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/sample_conf.h"

static const char usage[] =
    "usage: echo_supervisord_conf\n"
    "\n"
    "Prints a sample configuration of supervisord; no options but -h.\n";

int
main(int argc, char *argv[])
{
	if (argc == 2 &&
	    (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 1) {
		fputs(usage, stderr);
		return 2;
	}
	for (size_t i = 0; sample_conf[i] != NULL; i++)
		puts(sample_conf[i]);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
