/* SPDX-License-Identifier: ISC */
/*
 * Path arithmetic that gives the same text as Supervisor's, since paths appear
 * in URLs, messages and comparisons.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "config/path.h"

static const char *
home_of(const char *user)
{
	const struct passwd *pw;
	const char *home;

	if (*user == '\0') {
		home = getenv("HOME");
		if (home != NULL)
			return home;
		pw = getpwuid(getuid());
	} else {
		pw = getpwnam(user);
	}
	return pw != NULL ? pw->pw_dir : NULL;
}

char *
path_expand_user(const char *path)
{
	const char *rest, *home;
	size_t len;
	char *user, *result;

	if (path[0] != '~')
		return xstrdup(path);
	rest = path + strcspn(path, "/");
	user = xstrndup(path + 1, (size_t)(rest - path - 1));
	home = home_of(user);
	free(user);
	if (home == NULL)
		return xstrdup(path);
	len = strlen(home);
	while (len > 0 && home[len - 1] == '/')
		len--;
	result = xasprintf("%.*s%s", (int)len, home, rest);
	if (*result == '\0') {
		free(result);
		result = xstrdup("/");
	}
	return result;
}

/* Appends one part of an absolute path that has none of these before. */
static void
add_part(struct strbuf *out, size_t root, const char *part, size_t len)
{
	const char *slash;

	if (len == 0 || (len == 1 && part[0] == '.'))
		return;
	if (len == 2 && part[0] == '.' && part[1] == '.') {
		slash = strrchr(out->data, '/');
		if (out->len > root)
			strbuf_truncate(out,
			    slash < out->data + root
				? root
				: (size_t)(slash - out->data));
		return;
	}
	if (out->len > root)
		strbuf_addch(out, '/');
	strbuf_add(out, part, len);
}

static char *
without_dots(const char *path)
{
	struct strbuf out = STRBUF_INIT;
	size_t root = path[1] == '/' && path[2] != '/' ? 2 : 1, len;

	strbuf_add(&out, "//", root);
	for (; *path != '\0'; path += len) {
		len = strcspn(path, "/");
		add_part(&out, root, path, len);
		if (path[len] == '/')
			len++;
	}
	return strbuf_steal(&out);
}

char *
path_join(const char *path, const char *base)
{
	char *current, *result;

	if (path[0] == '/')
		return xstrdup(path);
	if (base != NULL)
		return xasprintf("%s/%s", base, path);
	current = getcwd(NULL, 0);
	result = xasprintf("%s/%s", current != NULL ? current : "", path);
	free(current);
	return result;
}

char *
path_absolute(const char *path, const char *base)
{
	char *joined = path_join(path, base);
	char *result = without_dots(joined);

	free(joined);
	return result;
}

char *
path_normalize(const char *path, const char *base)
{
	char *expanded = path_expand_user(path);
	char *result = path_absolute(expanded, base);

	free(expanded);
	return result;
}

char *
path_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len;

	if (slash == NULL)
		return xstrdup("");
	len = (size_t)(slash - path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	return len == 0 ? xstrndup(path, (size_t)(slash - path) + 1)
			: xstrndup(path, len);
}
