/* SPDX-License-Identifier: ISC */
/*
 * Two limits, one way.  Different from Supervisor they are raised while the
 * daemon is still root, and the message tells the true hard limit.
 */
#include <inttypes.h>
#include <sys/resource.h>

#include "base/xmalloc.h"
#include "supervisor/limits.h"

struct limit {
	int resource;
	const char *name;
	/* Texts of the usage error: before the minimum, between it and the hard
	 * limit, behind that. */
	const char *message[3];
};

/* clang-format off */
static const struct limit files = {
	RLIMIT_NOFILE, "RLIMIT_NOFILE", {
	"The minimum number of file descriptors required to run this process "
	"is ",
	" as per the \"minfds\" command-line argument or config file setting. "
	"The current environment will only allow you to open ",
	" file descriptors.  Either raise the number of usable file "
	"descriptors in your environment (see README.rst) or lower the minfds "
	"setting in the config file to allow the process to start." },
};
static const struct limit processes = {
	RLIMIT_NPROC, "RLIMIT_NPROC", {
	"The minimum number of available processes required to run this "
	"program is ",
	" as per the \"minprocs\" command-line argument or config file "
	"setting. The current environment will only allow you to open ",
	" processes.  Either raise the number of usable processes in your "
	"environment (see README.rst) or lower the minprocs setting in the "
	"config file to allow the program to start." },
};
/* clang-format on */

static int
raise_limit(const struct limit *limit, int minimum, struct strvec *infos,
    char **cause)
{
	const rlim_t wanted = minimum < 0 ? 0 : (rlim_t)minimum;
	struct rlimit now, next;

	if (getrlimit((__rlimit_resource_t)limit->resource, &now) == -1 ||
	    now.rlim_cur == RLIM_INFINITY || now.rlim_cur >= wanted)
		return 0;
	next.rlim_cur = wanted;
	next.rlim_max = now.rlim_max < wanted ? wanted : now.rlim_max;
	if (setrlimit((__rlimit_resource_t)limit->resource, &next) == -1)
		return cause_set(cause, "%s%d%s%" PRIuMAX "%s",
		    limit->message[0], minimum, limit->message[1],
		    (uintmax_t)now.rlim_max, limit->message[2]);
	strvec_pushf(infos, "Increased %s limit to %d", limit->name, minimum);
	return 0;
}

int
limits_raise(int minfds, int minprocs, struct strvec *infos, char **cause)
{
	if (raise_limit(&files, minfds, infos, cause) == -1)
		return -1;
	return raise_limit(&processes, minprocs, infos, cause);
}
