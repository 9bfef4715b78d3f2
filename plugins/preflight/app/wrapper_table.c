/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "preflight/app/wrapper_table.h"

/*
 * Only options with a value matter, and those that decide about groups: what
 * else begins with "-" is passed over.
 */

/* clang-format off */
static const struct wrapper_option no_options[] = {
	{ NULL, 0 },
};

static const struct wrapper_option env_options[] = {
	{ "-u",			WRAPPER_SKIP },
	{ "--unset",		WRAPPER_SKIP },
	{ "-C",			WRAPPER_CHDIR },
	{ "--chdir",		WRAPPER_CHDIR },
	{ NULL, 0 },
};

static const struct wrapper_option exec_options[] = {
	{ "-a",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option nice_options[] = {
	{ "-n",			WRAPPER_SKIP },
	{ "--adjustment",	WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option ionice_options[] = {
	{ "-c",			WRAPPER_SKIP },
	{ "-n",			WRAPPER_SKIP },
	{ "--class",		WRAPPER_SKIP },
	{ "--classdata",	WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option stdbuf_options[] = {
	{ "-i",			WRAPPER_SKIP },
	{ "-o",			WRAPPER_SKIP },
	{ "-e",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option timeout_options[] = {
	{ "-k",			WRAPPER_SKIP },
	{ "-s",			WRAPPER_SKIP },
	{ "--kill-after",	WRAPPER_SKIP },
	{ "--signal",		WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option tini_options[] = {
	{ "-p",			WRAPPER_SKIP },
	{ "-e",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option dumb_init_options[] = {
	{ "-r",			WRAPPER_SKIP },
	{ "--rewrite",		WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option poetry_options[] = {
	{ "-C",			WRAPPER_CHDIR },
	{ "--directory",	WRAPPER_CHDIR },
	{ NULL, 0 },
};

static const struct wrapper_option uv_options[] = {
	{ "--with",		WRAPPER_SKIP },
	{ "--python",		WRAPPER_SKIP },
	{ "-p",			WRAPPER_SKIP },
	{ "--directory",	WRAPPER_CHDIR },
	{ NULL, 0 },
};

static const struct wrapper_option pdm_options[] = {
	{ "-p",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option sudo_options[] = {
	{ "-u",			WRAPPER_USER },
	{ "--user",		WRAPPER_USER },
	{ "-g",			WRAPPER_GROUP },
	{ "--group",		WRAPPER_GROUP },
	{ "-P",			WRAPPER_KEEP_GROUPS },
	{ "--preserve-groups",	WRAPPER_KEEP_GROUPS },
	{ "-D",			WRAPPER_CHDIR },
	{ "--chdir",		WRAPPER_CHDIR },
	{ "-C",			WRAPPER_SKIP },
	{ "--close-from",	WRAPPER_SKIP },
	{ "-h",			WRAPPER_SKIP },
	{ "--host",		WRAPPER_SKIP },
	{ "-p",			WRAPPER_SKIP },
	{ "--prompt",		WRAPPER_SKIP },
	{ "-R",			WRAPPER_SKIP },
	{ "--chroot",		WRAPPER_SKIP },
	{ "-r",			WRAPPER_SKIP },
	{ "--role",		WRAPPER_SKIP },
	{ "-t",			WRAPPER_SKIP },
	{ "--type",		WRAPPER_SKIP },
	{ "-T",			WRAPPER_SKIP },
	{ "--command-timeout",	WRAPPER_SKIP },
	{ "-U",			WRAPPER_SKIP },
	{ "--other-user",	WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option doas_options[] = {
	{ "-u",			WRAPPER_USER },
	{ "-C",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option chpst_options[] = {
	{ "-u",			WRAPPER_ACCOUNT },
	{ "-U",			WRAPPER_SKIP },
	{ "-b",			WRAPPER_SKIP },
	{ "-e",			WRAPPER_SKIP },
	{ "-/",			WRAPPER_SKIP },
	{ "-n",			WRAPPER_SKIP },
	{ "-l",			WRAPPER_SKIP },
	{ "-L",			WRAPPER_SKIP },
	{ "-m",			WRAPPER_SKIP },
	{ "-d",			WRAPPER_SKIP },
	{ "-o",			WRAPPER_SKIP },
	{ "-p",			WRAPPER_SKIP },
	{ "-f",			WRAPPER_SKIP },
	{ "-c",			WRAPPER_SKIP },
	{ "-t",			WRAPPER_SKIP },
	{ "-r",			WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option setpriv_options[] = {
	{ "--reuid",		WRAPPER_USER },
	{ "--regid",		WRAPPER_GROUP },
	{ "--groups",		WRAPPER_GROUPS },
	{ "--clear-groups",	WRAPPER_CLEAR_GROUPS },
	{ "--keep-groups",	WRAPPER_KEEP_GROUPS },
	{ "--init-groups",	WRAPPER_INIT_GROUPS },
	{ "--ruid",		WRAPPER_SKIP },
	{ "--euid",		WRAPPER_USER },
	{ "--rgid",		WRAPPER_SKIP },
	{ "--egid",		WRAPPER_GROUP },
	{ "--inh-caps",		WRAPPER_SKIP },
	{ "--ambient-caps",	WRAPPER_SKIP },
	{ "--bounding-set",	WRAPPER_SKIP },
	{ "--securebits",	WRAPPER_SKIP },
	{ "--pdeathsig",	WRAPPER_SKIP },
	{ "--selinux-label",	WRAPPER_SKIP },
	{ "--apparmor-profile", WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option su_options[] = {
	{ "-u",			WRAPPER_USER },
	{ "--user",		WRAPPER_USER },
	{ "-g",			WRAPPER_GROUP },
	{ "--group",		WRAPPER_GROUP },
	{ "-G",			WRAPPER_GROUPS },
	{ "--supp-group",	WRAPPER_GROUPS },
	{ "-c",			WRAPPER_LINE },
	{ "--command",		WRAPPER_LINE },
	{ "--session-command",	WRAPPER_LINE },
	{ "-s",			WRAPPER_SKIP },
	{ "--shell",		WRAPPER_SKIP },
	{ "-w",			WRAPPER_SKIP },
	{ "--whitelist-environment", WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct wrapper_option daemon_options[] = {
	{ "-c",			WRAPPER_ACCOUNT },
	{ "--chuid",		WRAPPER_ACCOUNT },
	{ "-g",			WRAPPER_GROUP },
	{ "--group",		WRAPPER_GROUP },
	{ "-x",			WRAPPER_PROGRAM },
	{ "--exec",		WRAPPER_PROGRAM },
	{ "-a",			WRAPPER_PROGRAM },
	{ "--startas",		WRAPPER_PROGRAM },
	{ "-d",			WRAPPER_CHDIR },
	{ "--chdir",		WRAPPER_CHDIR },
	{ "-k",			WRAPPER_UMASK },
	{ "--umask",		WRAPPER_UMASK },
	{ "-p",			WRAPPER_SKIP },
	{ "--pidfile",		WRAPPER_SKIP },
	{ "--pid",		WRAPPER_SKIP },
	{ "--ppid",		WRAPPER_SKIP },
	{ "-n",			WRAPPER_SKIP },
	{ "--name",		WRAPPER_SKIP },
	{ "-u",			WRAPPER_SKIP },
	{ "--user",		WRAPPER_SKIP },
	{ "-s",			WRAPPER_SKIP },
	{ "--signal",		WRAPPER_SKIP },
	{ "-r",			WRAPPER_SKIP },
	{ "--chroot",		WRAPPER_SKIP },
	{ "-N",			WRAPPER_SKIP },
	{ "--nicelevel",	WRAPPER_SKIP },
	{ "-P",			WRAPPER_SKIP },
	{ "--procsched",	WRAPPER_SKIP },
	{ "-I",			WRAPPER_SKIP },
	{ "--iosched",		WRAPPER_SKIP },
	{ "-O",			WRAPPER_SKIP },
	{ "--output",		WRAPPER_SKIP },
	{ "-R",			WRAPPER_SKIP },
	{ "--retry",		WRAPPER_SKIP },
	{ "--notify-timeout",	WRAPPER_SKIP },
	{ NULL, 0 },
};

static const struct identity_rule setuidgid_rule = {
	.alone = IDENTITY_NAMED,
};
static const struct identity_rule chpst_rule = {
	.alone = IDENTITY_NAMED, .paired = IDENTITY_NAMED, .splits = true,
};
static const struct identity_rule gosu_rule = {
	.alone = IDENTITY_MEMBER, .paired = IDENTITY_NAMED, .splits = true,
};
static const struct identity_rule sudo_rule = {
	.alone = IDENTITY_MEMBER, .paired = IDENTITY_LOGS_IN,
	.usual_user = "root",
};
static const struct identity_rule su_rule = {
	.alone = IDENTITY_MEMBER, .paired = IDENTITY_NAMED,
	.first_is_group = true, .usual_user = "root",
};
static const struct identity_rule setpriv_rule = {
	.alone = IDENTITY_KEEPS, .paired = IDENTITY_KEEPS, .usual_group = "0",
};
static const struct identity_rule daemon_rule = {
	.alone = IDENTITY_MEMBER, .paired = IDENTITY_MEMBER, .splits = true,
};

static const struct wrapper wrappers[] = {
	{ .name = "env",	.options = env_options,	.assigns = true },
	{ .name = "exec",	.options = exec_options },
	{ .name = "command",	.options = no_options },
	{ .name = "nice",	.options = nice_options },
	{ .name = "ionice",	.options = ionice_options },
	{ .name = "chrt",	.options = no_options,	.operands = 1 },
	{ .name = "nohup",	.options = no_options },
	{ .name = "setsid",	.options = no_options },
	{ .name = "time",	.options = no_options },
	{ .name = "stdbuf",	.options = stdbuf_options },
	{ .name = "timeout",	.options = timeout_options, .operands = 1 },
	{ .name = "tini",	.options = tini_options },
	{ .name = "dumb-init",	.options = dumb_init_options },
	{ .name = "pidproxy",	.options = no_options,	.operands = 1 },
	{ .name = "poetry", .verb = "run", .options = poetry_options },
	{ .name = "pipenv", .verb = "run", .options = no_options },
	{ .name = "uv",	.verb = "run",	.options = uv_options },
	{ .name = "pdm", .verb = "run",	.options = pdm_options },
	{ .name = "ddtrace-run", .options = no_options },
	{ .name = "opentelemetry-instrument", .options = no_options },
	{ .name = "newrelic-admin", .verb = "run-program",
	  .options = no_options },
	{ .name = "sudo",	.options = sudo_options, .assigns = true,
	  .rule = &sudo_rule,	.masks = 022 },
	{ .name = "doas",	.options = doas_options, .rule = &sudo_rule },
	{ .name = "chpst",	.options = chpst_options, .rule = &chpst_rule },
	{ .name = "setpriv",	.options = setpriv_options,
	  .rule = &setpriv_rule },
	{ .name = "runuser",	.options = su_options,
	  .form = WRAPPER_LOGIN, .rule = &su_rule },
	{ .name = "su",		.options = su_options,
	  .form = WRAPPER_LOGIN, .rule = &su_rule },
	{ .name = "gosu",	.options = no_options,	.operands = 1,
	  .rule = &gosu_rule },
	{ .name = "su-exec",	.options = no_options,	.operands = 1,
	  .rule = &gosu_rule },
	{ .name = "setuidgid",	.options = no_options,	.operands = 1,
	  .rule = &setuidgid_rule },
	{ .name = "s6-setuidgid", .options = no_options, .operands = 1,
	  .rule = &gosu_rule },
	{ .name = "start-stop-daemon", .options = daemon_options,
	  .form = WRAPPER_DAEMON, .rule = &daemon_rule },
};
/* clang-format on */

const struct wrapper *
wrapper_find(const char *name, const char *next)
{
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
		const struct wrapper *one = &wrappers[i];

		if (strcmp(one->name, name) == 0 &&
		    (one->verb == NULL ||
			(next != NULL && strcmp(next, one->verb) == 0)))
			return one;
	}
	return NULL;
}

static bool
has_value(const struct wrapper_option *option)
{
	return option->key < WRAPPER_KEEP_GROUPS;
}

/* By the first len bytes of its name; NULL if it is not listed. */
static const struct wrapper_option *
option_find(const struct wrapper *wrapper, const char *name, size_t len)
{
	const struct wrapper_option *option = wrapper->options;

	for (; option->name != NULL; option++)
		if (strlen(option->name) == len &&
		    strncmp(option->name, name, len) == 0)
			return option;
	return NULL;
}

static bool
read_long(const struct wrapper *wrapper, const char *word, const char *next,
    wrapper_take *take, void *arg)
{
	size_t len = strcspn(word, "=");
	const struct wrapper_option *option = option_find(wrapper, word, len);

	if (option == NULL)
		return false;
	if (!has_value(option))
		take(option->key, "", arg);
	else if (word[len] == '=')
		take(option->key, word + len + 1, arg);
	else if (next != NULL)
		take(option->key, next, arg);
	return has_value(option) && word[len] == '\0' && next != NULL;
}

bool
wrapper_option_read(const struct wrapper *wrapper, const char *word,
    const char *next, wrapper_take *take, void *arg)
{
	const struct wrapper_option *option;

	if (word[1] == '-')
		return read_long(wrapper, word, next, take, arg);
	for (const char *p = word + 1; *p != '\0'; p++) {
		const char letter[] = { '-', *p, '\0' };

		option = option_find(wrapper, letter, 2);
		if (option == NULL)
			continue;
		if (!has_value(option)) {
			take(option->key, "", arg);
			continue;
		}
		if (p[1] == '\0' && next == NULL)
			return false;
		take(option->key, p[1] != '\0' ? p + 1 : next, arg);
		return p[1] == '\0';
	}
	return false;
}
