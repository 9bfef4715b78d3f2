/* SPDX-License-Identifier: ISC */
#include <stddef.h>

#include "base/xmalloc.h"
#include "xmlrpc/fault.h"

const char *
fault_name(int code)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
#define X(name, code) { code, #name },
		FAULTS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code)
			return names[i].name;
	}
	return NULL;
}

char *
fault_text(enum fault fault, const char *detail)
{
	const char *name = fault_name((int)fault);

	if (detail == NULL)
		return xstrdup(name);
	return xasprintf("%s: %s", name, detail);
}
