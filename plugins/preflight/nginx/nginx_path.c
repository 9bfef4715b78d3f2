/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

/*
 * Paths are only put together here, never looked up.  ".." is left alone: what
 * it means depends on links.
 */

char *
nginx_path_clean(const char *path)
{
	struct strbuf out;

	strbuf_init(&out);
	while (*path != '\0') {
		bool boundary = out.len == 0 || out.data[out.len - 1] == '/';

		if (*path == '/' && out.len > 0 && boundary) {
			path++;
			continue;
		}
		if (boundary && out.len > 0 && path[0] == '.' &&
		    path[1] == '/') {
			path += 2;
			continue;
		}
		strbuf_addch(&out, *path++);
	}
	return strbuf_steal(&out);
}

char *
nginx_path_below(const char *dir, const char *path)
{
	char *full, *clean;

	if (path[0] == '/')
		return nginx_path_clean(path);
	full = xasprintf("%s%s", dir, path);
	clean = nginx_path_clean(full);
	free(full);
	return clean;
}

void
nginx_path_expand(const struct nginx_node *scope, const char *text,
    const struct strvec *known, const char *dir, struct nginx_text *out)
{
	bool others = false;

	nginx_vars_expand(scope, text, known, out);
	for (size_t i = 0; i < out->values.len; i++)
		others = others || out->values.items[i][0] != '\0';
	/* Nothing constant in front: nothing to put below the folder. */
	if (!others && out->variable != NULL)
		return;
	for (size_t i = out->values.len; i-- > 0;) {
		char *value = out->values.items[i];

		if (value[0] == '\0' && others) {
			strvec_remove(&out->values, i);
			continue;
		}
		out->values.items[i] = nginx_path_below(dir, value);
		free(value);
	}
}

static void
cut_slash(char *path)
{
	size_t len = strlen(path);

	if (len > 0 && path[len - 1] == '/')
		path[len - 1] = '\0';
}

void
nginx_path_know_docroot(const struct nginx_node *scope,
    const struct nginx_base *base, struct strvec *known)
{
	struct nginx_text docroot;

	nginx_path_docroot(scope, NULL, base, &docroot);
	if (docroot.variable == NULL && docroot.values.len == 1) {
		strvec_env_set(known, "document_root", docroot.values.items[0]);
		strvec_env_set(known, "realpath_root", docroot.values.items[0]);
	}
	nginx_text_done(&docroot);
}

void
nginx_path_docroot(const struct nginx_node *scope, const struct strvec *known,
    const struct nginx_base *base, struct nginx_text *out)
{
	struct nginx_docroot docroot = nginx_scope_docroot(scope);
	const char *text = docroot.directive == NULL
	    ? "html"
	    : nginx_node_arg(docroot.directive, 1);

	nginx_path_expand(scope, text, known, base->prefix, out);
	if (docroot.alias || out->variable != NULL)
		return;
	for (size_t i = 0; i < out->values.len; i++)
		cut_slash(out->values.items[i]);
}
