/* SPDX-License-Identifier: ISC */
/*
 * Links that change state are plain GET links, as Supervisor has them, so a
 * page anywhere could hold one.  Today's browsers tell where a request comes
 * from: Sec-Fetch-Site (Fetch Metadata), older ones Origin.
 */
#include <string.h>
#include <strings.h>

#include "web/origin.h"

/* Host and port of "scheme://host:port", compared with a Host header, behind
 * which people put a path for their proxy. */
static bool
is_host_of(const char *origin, const char *host)
{
	const char *start = strstr(origin, "://");
	size_t len = strcspn(host, "/");

	return start != NULL && strlen(start + 3) == len &&
	    strncasecmp(start + 3, host, len) == 0;
}

bool
origin_of_headers_is_foreign(const char *fetch_site, const char *origin,
    const char *host)
{
	if (fetch_site != NULL)
		return strcasecmp(fetch_site, "same-origin") != 0 &&
		    strcasecmp(fetch_site, "none") != 0;
	if (origin == NULL)
		return false;
	return host == NULL || !is_host_of(origin, host);
}

bool
origin_is_foreign(const struct http_request *request)
{
	const char *origin = http_request_header(request, "Origin");

	/* A proxy before a unix socket often sends a Host of its own. */
	if (http_request_is_local(request))
		origin = NULL;
	return origin_of_headers_is_foreign(http_request_header(request,
						"Sec-Fetch-Site"),
	    origin, http_request_header(request, "Host"));
}

void
origin_refuse(struct http_request *request)
{
	static const char text[] =
	    "This request comes from a page of another site and was not "
	    "carried out.\n";

	http_reply(request, 403, "text/plain;charset=utf-8", text,
	    sizeof(text) - 1);
}
