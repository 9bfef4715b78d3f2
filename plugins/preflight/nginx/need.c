/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/need.h"

#include <assert.h>

/*
 * The names of the kinds of needs.
 */

static const char *const kind_names[] = {
#define X(name, text) [NEED_##name] = text,
	NEED_KINDS(X)
#undef X
};

const char *
need_kind_name(enum need_kind kind)
{
	assert(kind >= 0 && kind < NEED_KIND_COUNT);
	return kind_names[kind];
}
