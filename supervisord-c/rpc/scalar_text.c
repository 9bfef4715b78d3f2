/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/xmalloc.h"
#include "rpc/scalar_text.h"

char *
scalar_text(const struct value *param, size_t *len)
{
	char *text = NULL;

	switch (value_type(param)) {
	case VALUE_INT:
		text = xasprintf("%lld", (long long)value_as_int(param));
		break;
	case VALUE_BOOL:
		text = xstrdup(value_as_bool(param) ? "True" : "False");
		break;
	case VALUE_DOUBLE:
		text = xasprintf("%g", value_as_double(param));
		break;
	case VALUE_NIL:
		text = xstrdup("None");
		break;
	case VALUE_STRING:
	case VALUE_BASE64:
	case VALUE_DATETIME:
		return xmemdup(value_as_string(param, len), *len);
	case VALUE_ARRAY:
	case VALUE_STRUCT:
		return NULL;
	}
	*len = text == NULL ? 0 : strlen(text);
	return text;
}
