/* SPDX-License-Identifier: ISC */
#include <math.h>

#include "base/parse.h"
#include "rpc/params.h"

int
param_string(const struct value *params, size_t index, const char **text)
{
	const struct value *param = value_item(params, index);

	if (param == NULL || value_type(param) != VALUE_STRING)
		return -1;
	*text = value_as_string(param, NULL);
	return 0;
}

int
param_int(const struct value *params, size_t index, int64_t *number)
{
	const struct value *param = value_item(params, index);
	long long parsed;

	if (param == NULL)
		return -1;
	switch (value_type(param)) {
	case VALUE_DOUBLE:
		if (isnan(value_as_double(param)))
			return -1;
		/* FALLTHROUGH */
	case VALUE_INT:
	case VALUE_BOOL:
		*number = value_as_int(param);
		return 0;
	case VALUE_STRING:
		if (parse_int(value_as_string(param, NULL), &parsed, NULL) ==
		    -1)
			return -1;
		*number = parsed;
		return 0;
	case VALUE_NIL:
	case VALUE_BASE64:
	case VALUE_DATETIME:
	case VALUE_ARRAY:
	case VALUE_STRUCT:
		break;
	}
	return -1;
}

bool
param_wait(const struct value *params, size_t index)
{
	const struct value *param = value_item(params, index);
	size_t len = 0;

	if (param == NULL)
		return true;
	switch (value_type(param)) {
	case VALUE_NIL:
		return false;
	case VALUE_INT:
	case VALUE_BOOL:
		return value_as_int(param) != 0;
	case VALUE_DOUBLE:
		return value_as_double(param) != 0;
	case VALUE_STRING:
	case VALUE_BASE64:
	case VALUE_DATETIME:
		value_as_string(param, &len);
		return len > 0;
	case VALUE_ARRAY:
	case VALUE_STRUCT:
		return value_count(param) > 0;
	}
	return true;
}
