/* SPDX-License-Identifier: ISC */
#ifndef TEST_CTL_INFOS_H
#define TEST_CTL_INFOS_H

#include "xmlrpc/value.h"

/* An answer of getAllProcessInfo about cat, grp:pa, grp:pb and num:num_0; the
 * second is EXITED, the others RUNNING. */
static inline struct value *
infos_make(void)
{
	static const char *const names[][3] = {
		{ "cat", "cat", "RUNNING" },
		{ "grp", "pa", "EXITED" },
		{ "grp", "pb", "RUNNING" },
		{ "num", "num_0", "RUNNING" },
	};
	struct value *infos = value_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct value *info = value_struct();

		value_set(info, "group", value_string(names[i][0]));
		value_set(info, "name", value_string(names[i][1]));
		value_set(info, "statename", value_string(names[i][2]));
		value_set(info, "description", value_string("pid 1"));
		value_push(infos, info);
	}
	return infos;
}

#endif
