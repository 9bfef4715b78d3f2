/* SPDX-License-Identifier: ISC */
#include "nginx_text.h"

#include <string.h>

struct nginx_tree *
tree_of_text(const char *text)
{
	const struct nginx_tree_source source = { .conf_dir = "/none/" };
	struct nginx_tree *tree = nginx_tree_create(&source);

	nginx_tree_read_text(tree, "t", text, strlen(text));
	return tree;
}
