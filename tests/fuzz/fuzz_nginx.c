/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_route.h"

/*
 * Any bytes as a configuration: it is read, its needs are collected and a few
 * URIs are routed through every server.  Includes lead nowhere.
 */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
route_some(const struct nginx_model *model, const struct nginx_base *base)
{
	static const char *const uris[] = { "/", "/a/b.c", "//a/../.git" };

	for (size_t i = 0; i < model->server_count; i++)
		for (size_t j = 0; j < sizeof(uris) / sizeof(uris[0]); j++) {
			struct nginx_route route;

			nginx_route_find(&model->servers[i], base, uris[j],
			    &route);
			nginx_route_done(&route);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char none[] = "/nonexistent/";
	const struct nginx_tree_source source = { .conf_dir = none,
		.root = none };
	struct nginx_build build = { .prefix = NULL };
	struct nginx_needs needs = { .build = &build,
		.base = { .prefix = none, .conf_dir = none } };
	struct nginx_tree *tree = nginx_tree_create(&source);
	struct nginx_model *model;

	nginx_tree_read_text(tree, "fuzz", (const char *)data, size);
	model = nginx_model_create(tree);
	needs.tree = tree;
	needs.model = model;
	nginx_needs_collect(&needs);
	route_some(model, &needs.base);
	nginx_needs_done(&needs);
	nginx_model_free(model);
	nginx_tree_free(tree);
	return 0;
}
