/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/judge/fix_matter.h"

struct fix_matter *
fix_matters_add(struct fix_matters *matters, struct finding *finding,
    const char *path)
{
	struct fix_matter *matter = xmalloc(sizeof(*matter));

	*matter = (struct fix_matter){
		.finding = finding,
		.path = xstrdup(path),
		.secrets.paths = STRVEC_INIT,
	};
	matters->items = xreallocarray(matters->items, matters->count + 1,
	    sizeof(struct fix_matter *));
	matters->items[matters->count++] = matter;
	return matter;
}

struct fix_matter *
fix_matters_find(const struct fix_matters *matters,
    const struct finding *finding, const char *path)
{
	for (size_t i = 0; i < matters->count; i++) {
		struct fix_matter *matter = matters->items[i];

		if (matter->finding == finding &&
		    (path == NULL || strcmp(matter->path, path) == 0))
			return matter;
	}
	return NULL;
}

void
fix_matter_obstacle(struct fix_matter *matter, const struct answer *answer)
{
	matter->obstacles = xreallocarray(matter->obstacles, matter->count + 1,
	    sizeof(*matter->obstacles));
	answer_copy(&matter->obstacles[matter->count++], answer);
}

static void
matter_free(struct fix_matter *matter)
{
	for (size_t i = 0; i < matter->count; i++)
		answer_done(&matter->obstacles[i]);
	free(matter->obstacles);
	tree_secrets_done(&matter->secrets);
	free(matter->move_text);
	free(matter->move_diff);
	free(matter->path);
	free(matter);
}

void
fix_matters_done(struct fix_matters *matters)
{
	for (size_t i = 0; i < matters->count; i++)
		matter_free(matters->items[i]);
	free(matters->items);
	*matters = (struct fix_matters){ .count = 0 };
}
