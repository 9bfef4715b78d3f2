/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as an Authorization header and, behind a line end, as a stored
 * password; and as a form whose parameters are asked for.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "http/http_auth.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
use_form(const char *text, size_t size)
{
	char *first = url_param_first(text, size, "a");
	char *last = url_param_last(text, size, "a");
	size_t len;

	/* One exists if and only if the other does. */
	if ((first == NULL) != (last == NULL))
		abort();
	free(first);
	free(last);
	free(url_decode(text, size, true, &len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup(data, size);
	char *password;

	use_form(text, size);
	password = strchr(text, '\n');
	if (password != NULL)
		*password++ = '\0';
	/* A crypt that is slow on purpose would only slow this down. */
	if (password == NULL || strncmp(password, "{CRYPT}", 7) == 0)
		password = (char *)"pw";
	http_auth_check(text, "user", password);
	free(text);
	return 0;
}
