/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/names.h"
#include "base/parse.h"
#include "base/xmalloc.h"

#include "preflight/nginx/nginx_args.h"
#include "preflight/nginx/nginx_build.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/nginx/nginx_path.h"
#include "preflight/witness/witness.h"

/*
 * Finding nginx: running masters are believed first, and each brings along the
 * configuration it was started with; without one the configuration is read as
 * nginx would at its next start, and the identity is computed from it.
 */

#define PID_FILE_MAX_BYTES 64

static void
instance_free(struct nginx_instance *instance)
{
	nginx_site_done(&instance->site);
	identities_done(&instance->running);
	if (instance->has_computed)
		identity_done(&instance->computed);
	if (instance->has_user)
		nginx_user_done(&instance->user);
	free(instance->key);
	free(instance->site_problem);
	free(instance->user_problem);
	free(instance->identities);
	free(instance);
}

void
nginx_instances_done(struct nginx_instances *instances)
{
	for (size_t i = 0; i < instances->count; i++)
		instance_free(instances->items[i]);
	free(instances->items);
	*instances = (struct nginx_instances){ 0 };
}

static void
add_identity(struct nginx_instance *instance, struct identity *identity)
{
	instance->identities = xreallocarray(instance->identities,
	    instance->identity_count + 1, sizeof(struct identity *));
	instance->identities[instance->identity_count++] = identity;
}

static void
find_user(struct nginx_instance *instance, const char *assume, const char *root)
{
	const struct nginx_user_options options = {
		.assume = assume,
		.root = root,
	};

	instance->has_user =
	    nginx_user_find(&instance->site, &options, &instance->user,
		&instance->user_code, &instance->user_problem) == 0;
}

static bool
expects_root(const struct nginx_instance *instance)
{
	return instance->site.master_process_off ||
	    (instance->has_user && instance->user.cred.uid == 0);
}

/* Whom the questions are asked as. */
static void
settle_identities(struct nginx_instance *instance, const char *assume,
    const char *image)
{
	if (instance->running.count > 0) {
		instance->source = "worker";
		for (size_t i = 0; i < instance->running.count; i++)
			add_identity(instance, &instance->running.items[i]);
		return;
	}
	instance->source = assume == NULL ? "config" : "assumed";
	if (!instance->has_user)
		return;
	identity_computed(&instance->user.cred, &instance->computed);
	instance->computed.image = image;
	instance->has_computed = true;
	add_identity(instance, &instance->computed);
}

static struct nginx_instance *
add_instance(struct nginx_instances *instances, const char *key)
{
	struct nginx_instance *instance = xcalloc(1, sizeof(*instance));

	instance->key = xstrdup(key);
	instances->items = xreallocarray(instances->items, instances->count + 1,
	    sizeof(*instances->items));
	instances->items[instances->count++] = instance;
	return instance;
}

static void
read_site(struct nginx_instance *instance, const struct nginx_options *options)
{
	if (nginx_site_read(options, &instance->site,
		&instance->site_problem) == -1 &&
	    instance->site_problem == NULL)
		instance->site_problem = xstrdup("cannot read nginx.conf");
}

/* What a link below /proc/PID says; the caller frees, NULL if it is not to be
 * read. */
static char *
proc_link(pid_t pid, const char *name)
{
	char *path = xasprintf("/proc/%ld/%s", (long)pid, name);
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	free(path);
	return len <= 0 ? NULL : xstrndup(target, (size_t)len);
}

/*
 * What the master was started with.  A prefix counts from where that was,
 * which nginx never leaves.
 */
static void
read_args(const struct nginx_master *master, struct nginx_args *args)
{
	char *cwd, *prefix;

	nginx_args_read(master->command, args);
	if (args->prefix == NULL || args->prefix[0] == '/')
		return;
	cwd = proc_link(master->pid, "cwd");
	if (cwd == NULL)
		return;
	prefix = xasprintf("%s/%s", cwd, args->prefix);
	free(args->prefix);
	args->prefix = prefix;
	free(cwd);
}

/*
 * The executable of the master: by its name, or by the process if it was
 * replaced on the disk since or has another root.  The caller frees.
 */
static char *
binary_of(pid_t master, bool foreign)
{
	char *path = foreign ? NULL : proc_link(master, "exe");

	if (path != NULL && access(path, R_OK) == 0)
		return path;
	free(path);
	return xasprintf("/proc/%ld/exe", (long)master);
}

/* The prefix of paths in the master's view, if it is not ours. */
static char *
foreign_root(const struct identities *running, pid_t master)
{
	for (size_t i = 0; i < running->count; i++) {
		if (running->items[i].master == master &&
		    (running->items[i].other_namespace ||
			running->items[i].other_root))
			return xasprintf("/proc/%ld/root", (long)master);
	}
	return NULL;
}

static void
add_running(struct nginx_instances *instances,
    const struct nginx_instance_options *options,
    const struct nginx_master *master, const struct identities *all)
{
	struct nginx_instance *instance = add_instance(instances, options->key);
	struct nginx_args title;
	char *root = foreign_root(all, master->pid);
	char *binary = binary_of(master->pid, root != NULL);
	struct nginx_options reading = { .binary = binary, .root = root };
	struct identity_options asking = { .master = master->pid };

	/* Before its workers are looked at, so that no change is missed. */
	witness_nginx(master->pid);
	instance->master = master->pid;
	instance->master_uid = master->uid;
	instance->foreign = root != NULL;
	read_args(master, &title);
	reading.conf = title.conf;
	reading.prefix = title.prefix;
	reading.globals = title.globals;
	reading.error_log = title.error_log;
	read_site(instance, &reading);
	if (instance->site_problem == NULL)
		find_user(instance, NULL, root);
	asking.expect_root = expects_root(instance);
	/* The databases of another root say nothing about ours. */
	(void)identity_running(&asking, &instance->running, NULL);
	settle_identities(instance, NULL, NULL);
	nginx_args_done(&title);
	free(root);
	free(binary);
}

/* The configuration that was written; the caller frees. */
static char *
conf_by(const struct nginx_args *args, const struct nginx_build *build)
{
	char *prefix = xasprintf("%s/",
	    args->prefix != NULL ? args->prefix : build->prefix);
	char *path = nginx_path_below(prefix,
	    args->conf != NULL ? args->conf : build->conf_path);

	free(prefix);
	return path;
}

static bool
is_same_file(const char *path, const char *other)
{
	char *real = realpath(path, NULL), *other_real = realpath(other, NULL);
	bool same =
	    real != NULL && other_real != NULL && strcmp(real, other_real) == 0;

	free(real);
	free(other_real);
	return same;
}

/* The executable, if it is one of this system's and there. */
static const char *
binary_by(const struct nginx_args *args, const char *root)
{
	return root == NULL && args->binary != NULL && args->binary[0] == '/' &&
		access(args->binary, X_OK) == 0
	    ? args->binary
	    : NULL;
}

/* Whether the arguments are those of the nginx that is meant. */
static bool
fits(const struct nginx_args *args, const char *conf, const char *root)
{
	struct nginx_build build;
	char *path;
	bool same;

	if (args == NULL || conf == NULL)
		return args != NULL;
	nginx_build_read(root, binary_by(args, root), &build);
	path = conf_by(args, &build);
	same =
	    root != NULL ? strcmp(path, conf) == 0 : is_same_file(path, conf);
	free(path);
	nginx_build_done(&build);
	return same;
}

static void
use_args(const struct nginx_args *args, struct nginx_options *reading)
{
	reading->binary = binary_by(args, reading->root);
	if (reading->conf == NULL)
		reading->conf = args->conf;
	reading->prefix = args->prefix;
	reading->globals = args->globals;
	reading->error_log = args->error_log;
}

/* A master that is not root is its workers' identity, groups and all. */
static void
keep_starter(struct nginx_instance *instance, const struct cred *starter,
    const char *source)
{
	struct nginx_user *user = &instance->user;
	const struct passwd *pw = names_uid(starter->uid);
	const struct group *gr = names_gid(starter->gid);

	user->cred = *starter;
	user->cred.groups = xmemdup(starter->groups,
	    starter->group_count * sizeof(*starter->groups));
	user->user = pw != NULL ? xstrdup(pw->pw_name)
				: xasprintf("%lu", (unsigned long)starter->uid);
	user->group = gr != NULL
	    ? xstrdup(gr->gr_name)
	    : xasprintf("%lu", (unsigned long)starter->gid);
	user->source = source;
	instance->master_uid = starter->uid;
	instance->has_user = true;
}

/* By the pid directive; its default is known to the binary alone. */
static bool
is_hidden(const struct nginx_instance *instance)
{
	const struct nginx_node *node = instance->site.tree == NULL
	    ? NULL
	    : nginx_node_child(instance->site.tree->root, "pid");
	const char *name = node == NULL ? "" : nginx_node_arg(node, 1);
	char *path;
	bool hidden;

	if (*name == '\0')
		return false;
	path = nginx_path_below(instance->site.prefix, name);
	hidden = identity_is_hidden(path);
	free(path);
	return hidden;
}

/* How an nginx that does not run will be started. */
struct start {
	const struct nginx_args *args; /* NULL: as usual, by root */
	const struct cred *starter;    /* NULL: root */
	const char *source;	       /* that says so */
};

static struct start
find_start(const struct nginx_instance_options *options, const char *conf)
{
	if (fits(options->args, conf, options->root))
		return (struct start){ options->args, options->starter,
			"user of the program" };
	if (fits(options->unit, conf, options->root))
		return (struct start){ options->unit, options->unit_starter,
			"User of nginx.service" };
	return (struct start){ .args = NULL };
}

static void
add_stopped(struct nginx_instances *instances,
    const struct nginx_instance_options *options, const char *conf)
{
	struct nginx_instance *instance = add_instance(instances, options->key);
	struct start start = find_start(options, conf);
	struct nginx_options reading = {
		.conf = conf,
		.root = options->root,
	};

	if (start.args != NULL)
		use_args(start.args, &reading);
	read_site(instance, &reading);
	if (options->assume == NULL && start.starter != NULL &&
	    start.starter->uid != 0)
		keep_starter(instance, start.starter, start.source);
	else if (instance->site_problem == NULL || options->assume != NULL)
		find_user(instance, options->assume, options->root);
	if (options->root == NULL && !options->ignore_running &&
	    instance->site_problem == NULL)
		instance->running.hidden = is_hidden(instance);
	settle_identities(instance, options->assume, options->root);
}

static bool
runs_with(const struct nginx_master *master, const char *conf)
{
	struct nginx_args args;
	struct nginx_build build;
	char *binary = binary_of(master->pid, false), *path;
	bool same;

	read_args(master, &args);
	nginx_build_read(NULL, binary, &build);
	path = conf_by(&args, &build);
	same = is_same_file(path, conf);
	free(path);
	free(binary);
	nginx_args_done(&args);
	nginx_build_done(&build);
	return same;
}

static int
read_pid_file(const char *path, pid_t *pid, char **cause)
{
	long long number;
	char *text;
	int failed;

	witness_file(path);
	text = fd_read_file(path, PID_FILE_MAX_BYTES, NULL);
	if (text == NULL)
		return cause_set(cause, "cannot read the pid file %s: %s", path,
		    strerror(errno));
	failed = parse_int(text, &number, NULL) == -1 || number < 1;
	free(text);
	if (failed)
		return cause_set(cause, "%s contains no pid", path);
	*pid = (pid_t)number;
	return 0;
}

static bool
is_meant(const struct nginx_instance_options *options,
    const struct nginx_master *master, pid_t pid)
{
	if (pid != 0)
		return master->pid == pid;
	return strcmp(options->key, "auto") == 0 ||
	    runs_with(master, options->key);
}

static bool
known_already(const struct nginx_instances *instances, const char *key,
    struct nginx_range *range)
{
	range->first = range->last = instances->count;
	for (size_t i = instances->count; i-- > 0;) {
		if (strcmp(instances->items[i]->key, key) != 0)
			continue;
		if (range->last == instances->count)
			range->last = i + 1;
		range->first = i;
	}
	return range->first != instances->count;
}

int
nginx_instances_find(struct nginx_instances *instances,
    const struct nginx_instance_options *options, struct nginx_range *range,
    char **cause)
{
	const struct identity_options everybody = { 0 };
	struct identities all = { 0 };
	const char *key = options->key;
	bool is_auto = strcmp(key, "auto") == 0;
	pid_t pid = 0;

	if (known_already(instances, key, range))
		return 0;
	if (strncmp(key, "pid:", 4) == 0 &&
	    read_pid_file(key + 4, &pid, cause) == -1)
		return -1;
	if (options->root == NULL && !options->ignore_running &&
	    identity_running(&everybody, &all, cause) == -1)
		return -1;
	for (size_t i = 0; i < all.master_count; i++) {
		if (is_meant(options, &all.masters[i], pid))
			add_running(instances, options, &all.masters[i], &all);
	}
	identities_done(&all);
	if (instances->count == range->first && pid != 0)
		return cause_set(cause,
		    "%s names process %ld, which is no "
		    "nginx master",
		    key + 4, (long)pid);
	if (instances->count == range->first)
		add_stopped(instances, options, is_auto ? NULL : key);
	range->last = instances->count;
	return 0;
}
