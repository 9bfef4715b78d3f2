/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_user.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/account.h"

/*
 * nginx looks the one-argument form's group up by the user's name, not in the
 * password database, and takes no numbers.  Its messages are repeated, because
 * they are what its own log would say.
 */

/* The two names to look up; group NULL: the group of the same name. */
struct names {
	char *user;
	char *group;
	const char *source;
};

static struct names
assumed_names(const char *assume)
{
	const char *colon = strchr(assume, ':');
	struct names names = { .source = "assumed" };

	if (colon == NULL) {
		names.user = xstrdup(assume);
		return names;
	}
	names.user = xstrndup(assume, (size_t)(colon - assume));
	names.group = xstrdup(colon + 1);
	return names;
}

/* Whom to look up; user NULL if nothing says so. */
static struct names
choose_names(const struct nginx_site *site,
    const struct nginx_user_options *options)
{
	struct names names = { .user = NULL };

	if (options->assume != NULL)
		return assumed_names(options->assume);
	if (site->master_process_off) {
		names.user = xstrdup("root");
		names.source = "master process";
	} else if (site->user != NULL) {
		names.user = xstrdup(site->user);
		if (site->group != NULL)
			names.group = xstrdup(site->group);
		names.source = "user directive";
	} else if (site->default_user != NULL) {
		names.user = xstrdup(site->default_user);
		if (site->default_group != NULL)
			names.group = xstrdup(site->default_group);
		names.source = "compiled in";
	}
	return names;
}

static int
look_up(const struct names *names, const char *root, struct nginx_user *out,
    char **cause)
{
	const char *group = names->group == NULL ? names->user : names->group;
	gid_t gid;

	if (account_user(root, names->user, &out->cred.uid) == -1)
		return cause_set(cause, "getpwnam(\"%s\") failed", names->user);
	if (account_group(root, group, &gid) == -1)
		return cause_set(cause, "getgrnam(\"%s\") failed", group);
	return account_groups(root, names->user, gid, &out->cred, cause);
}

int
nginx_user_find(const struct nginx_site *site,
    const struct nginx_user_options *options, struct nginx_user *out,
    const char **code, char **cause)
{
	struct names names = choose_names(site, options);

	memset(out, 0, sizeof(*out));
	if (names.user == NULL) {
		*code = "PF008";
		return cause_set(cause,
		    "no 'user' directive, and no nginx "
		    "executable to tell its default");
	}
	if (look_up(&names, options->root, out, cause) == -1) {
		*code = "PF003";
		free(names.user);
		free(names.group);
		return -1;
	}
	out->user = names.user;
	out->group = names.group != NULL ? names.group : xstrdup(names.user);
	out->source = names.source;
	return 0;
}

void
nginx_user_done(struct nginx_user *user)
{
	cred_done(&user->cred);
	free(user->user);
	free(user->group);
	memset(user, 0, sizeof(*user));
}
