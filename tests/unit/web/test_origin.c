/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "web/origin.h"

Test(origin, headers)
{
	static const struct {
		const char *fetch_site, *origin, *host;
		bool foreign;
	} rows[] = {
		{ NULL, NULL, NULL, false },
		{ NULL, NULL, "h:9001", false },
		{ "same-origin", NULL, "h", false },
		{ "none", NULL, "h", false },
		{ "same-origin", "http://other", "h", false },
		{ "same-site", NULL, "h", true },
		{ "cross-site", NULL, "h", true },
		{ "cross-site", "http://h", "h", true },
		{ "", NULL, "h", true },
		{ NULL, "http://h:9001", "h:9001", false },
		{ NULL, "https://H", "h", false },
		{ NULL, "https://h", "h/supervisor/index.html", false },
		{ NULL, "http://h", "h:9001", true },
		{ NULL, "http://h.evil", "h", true },
		{ NULL, "http://evil", "h", true },
		{ NULL, "null", "h", true },
		{ NULL, "http://h", NULL, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(origin_of_headers_is_foreign(rows[i].fetch_site,
				 rows[i].origin, rows[i].host),
		    rows[i].foreign, "row %zu", i);
}
