/* SPDX-License-Identifier: ISC */
/*
 * What all pages have in common.  They are well-formed XML but for the
 * document type, as Supervisor's are, and load nothing from elsewhere.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "web/html.h"

static const char *
escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
	case '\n':
	case '\r':
		return NULL;
	default:
		return c < 0x20 || c == 0x7f ? UTF8_REPLACEMENT : NULL;
	}
}

void
html_text_len(struct strbuf *out, const char *text, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n = utf8_decode(text, len, &code);
		const char *escape = escape_of((unsigned char)*text);

		if (n == 0 || code == 0xfffe || code == 0xffff)
			escape = UTF8_REPLACEMENT;
		n = n == 0 ? 1 : n;
		if (escape != NULL)
			strbuf_addstr(out, escape);
		else
			strbuf_add(out, text, n);
		text += n;
		len -= n;
	}
}

void
html_text(struct strbuf *out, const char *text)
{
	html_text_len(out, text, strlen(text));
}

void
html_begin(struct strbuf *out, const char *title, const char *head)
{
	strbuf_addstr(out,
	    "<!DOCTYPE html>\n"
	    "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\" />\n<title>");
	html_text(out, title);
	strbuf_addstr(out,
	    "</title>\n"
	    "<link href=\"stylesheets/supervisor.css\" rel=\"stylesheet\" "
	    "type=\"text/css\" />\n"
	    "<link href=\"images/icon.svg\" rel=\"icon\" "
	    "type=\"image/svg+xml\" />\n");
	strbuf_addstr(out, head == NULL ? "" : head);
	strbuf_addstr(out, "</head>\n<body>\n");
}

void
html_end(struct strbuf *out)
{
	strbuf_addstr(out,
	    "<div id=\"footer\" class=\"clr\">\n"
	    "<div class=\"left\"><a href=\"http://supervisord.org\">"
	    "Supervisor</a> <span>" PACKAGE_VERSION "</span></div>\n"
	    "<div class=\"right\">" PACKAGE_NAME "</div>\n"
	    "</div>\n</body>\n</html>\n");
}

void
html_no_cache(struct http_request *request)
{
	http_reply_header(request, "Pragma", "no-cache");
	http_reply_header(request, "Cache-Control", "no-cache");
	http_reply_header(request, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
}

void
html_reply(struct http_request *request, struct strbuf *page)
{
	html_no_cache(request);
	/* Names and log lines are other people's text. */
	http_reply_header(request, "Content-Security-Policy",
	    "default-src 'self'; base-uri 'none'; frame-ancestors 'self'");
	http_reply_header(request, "X-Content-Type-Options", "nosniff");
	http_reply_strbuf(request, 200, "text/html;charset=utf-8", page);
}
