/* SPDX-License-Identifier: ISC */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "rpc/scalar_text.h"

/* As Python's repr(): the shortest that reads back as the same number, and it
 * shows that it is no integer. */
static char *
double_text(double number)
{
	char *text = NULL;

	for (int digits = 1; digits <= 17; digits++) {
		free(text);
		text = xasprintf("%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	if (isfinite(number) && strpbrk(text, ".e") == NULL) {
		char *whole = text;

		text = xasprintf("%s.0", whole);
		free(whole);
	}
	return text;
}

char *
scalar_text(const struct value *param, size_t *len)
{
	const char *bytes;
	char *text = NULL;

	switch (value_type(param)) {
	case VALUE_INT:
		text = xasprintf("%lld", (long long)value_as_int(param));
		break;
	case VALUE_BOOL:
		text = xstrdup(value_as_bool(param) ? "True" : "False");
		break;
	case VALUE_DOUBLE:
		text = double_text(value_as_double(param));
		break;
	case VALUE_NIL:
		text = xstrdup("None");
		break;
	case VALUE_STRING:
	case VALUE_BASE64:
	case VALUE_DATETIME:
		bytes = value_as_string(param, len);
		return xmemdup(bytes, *len);
	case VALUE_ARRAY:
	case VALUE_STRUCT:
		return NULL;
	}
	*len = text == NULL ? 0 : strlen(text);
	return text;
}
