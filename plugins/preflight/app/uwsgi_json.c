/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdlib.h>

#include "base/xmalloc.h"

#include "preflight/app/uwsgi_text.h"

/*
 * {"uwsgi": {"socket": ["/a", "/b"], "vacuum": true}}
 */

static void
give_number(const char *name, const json_t *value, uwsgi_option_fn *fn,
    void *arg)
{
	char *text = json_is_integer(value)
	    ? xasprintf("%lld", (long long)json_integer_value(value))
	    : xasprintf("%g", json_real_value(value));

	fn(arg, name, text, 0);
	free(text);
}

static void
give_value(const char *name, const json_t *value, uwsgi_option_fn *fn,
    void *arg)
{
	if (json_is_string(value))
		fn(arg, name, json_string_value(value), 0);
	else if (json_is_number(value))
		give_number(name, value, fn, arg);
	else if (json_is_true(value))
		fn(arg, name, "1", 0);
	else if (json_is_false(value) || json_is_null(value))
		fn(arg, name, "0", 0);
}

int
uwsgi_json_read(const char *text, const char *section, uwsgi_option_fn *fn,
    void *arg)
{
	json_t *root = json_loads(text, 0, NULL);
	json_t *options, *value, *item;
	const char *name;
	size_t index;

	if (root == NULL)
		return -1;
	options = json_object_get(root, section == NULL ? "uwsgi" : section);
	json_object_foreach(options, name, value)
	{
		if (!json_is_array(value))
			give_value(name, value, fn, arg);
		json_array_foreach(value, index, item)
		    give_value(name, item, fn, arg);
	}
	json_decref(root);
	return 0;
}
