/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "web/asset_bytes.h"
#include "web/assets.h"

static const struct {
	const char *path;
	const char *content_type;
	const unsigned char *bytes;
	size_t len;
} assets[] = {
#define ASSET(path, type, name)                                                \
	{                                                                      \
		path, type, name, sizeof(name)                                 \
	}
	ASSET("stylesheets/supervisor.css", "text/css;charset=utf-8",
	    asset_style_css),
	ASSET("scripts/status.js", "text/javascript;charset=utf-8",
	    asset_status_js),
	ASSET("scripts/tail.js", "text/javascript;charset=utf-8",
	    asset_tail_js),
	ASSET("images/icon.svg", "image/svg+xml", asset_icon_svg),
	/* Supervisor's addresses, our pictures: assets/draw.py. */
	ASSET("images/icon.png", "image/png", asset_icon_png),
	ASSET("images/supervisor.gif", "image/gif", asset_supervisor_gif),
	ASSET("images/rule.gif", "image/gif", asset_rule_gif),
	ASSET("images/state0.gif", "image/gif", asset_state0_gif),
	ASSET("images/state1.gif", "image/gif", asset_state1_gif),
	ASSET("images/state2.gif", "image/gif", asset_state2_gif),
	ASSET("images/state3.gif", "image/gif", asset_state3_gif),
#undef ASSET
};

/* The files are as old as this process, as far as a browser has to know. */
static time_t
modified(void)
{
	static time_t first_asked;

	if (first_asked == 0)
		first_asked = clock_wall().tv_sec;
	return first_asked;
}

static bool
is_fresh(const struct http_request *request)
{
	const char *header = http_request_header(request, "If-Modified-Since");
	struct tm tm = { .tm_mday = 1 };

	return header != NULL &&
	    strptime(header, "%a, %d %b %Y %H:%M:%S GMT", &tm) != NULL &&
	    timegm(&tm) >= modified();
}

static void
serve(struct http_request *request, size_t index)
{
	time_t when = modified();
	char text[40];
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	http_reply_header(request, "Last-Modified", text);
	http_reply_header(request, "X-Content-Type-Options", "nosniff");
	if (is_fresh(request))
		http_reply(request, 304, NULL, "", 0);
	else
		http_reply(request, 200, assets[index].content_type,
		    assets[index].bytes, assets[index].len);
}

bool
assets_serve(struct http_request *request, const char *path)
{
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (strcmp(assets[i].path, path) == 0) {
			serve(request, i);
			return true;
		}
	}
	return false;
}
