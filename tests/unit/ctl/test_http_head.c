/* SPDX-License-Identifier: ISC */
#include <string.h>

#include <criterion/criterion.h>

#include "ctl/http_head.h"

Test(http_head, ends_at_the_empty_line)
{
	cr_assert_eq(http_head_size("HTTP/1.1 200 OK\r\n\r\nbody", 23), 19);
	cr_assert_eq(http_head_size("HTTP/1.1 200 OK\n\nbody", 21), 17);
	cr_assert_eq(http_head_size("HTTP/1.1 200 OK\r\n\r", 18), 0);
	cr_assert_eq(http_head_size("HTTP/1.1 200 OK\r\nA: b\r\n", 23), 0);
	cr_assert_eq(http_head_size("", 0), 0);
}

static const struct {
	const char *text;
	int result, status;
	const char *reason;
	int64_t length;
	bool chunked, keep_alive;
} heads[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 279\r\n\r\n", 0, 200, "OK", 279,
	    false, true },
	{ "HTTP/1.1 404 Not Found\r\ncontent-LENGTH:5  \r\n\r\n", 0, 404,
	    "Not Found", 5, false, true },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding:  chunked\n\n", 0, 200, "OK", -1,
	    true, true },
	{ "HTTP/1.1 401 Unauthorized\r\nConnection: Close\r\n\r\n", 0, 401,
	    "Unauthorized", -1, false, false },
	{ "HTTP/1.0 200 OK\r\n\r\n", 0, 200, "OK", -1, false, false },
	{ "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", 0, 200, "OK", -1,
	    false, true },
	{ "HTTP/1.1 200\r\nno colon\r\n\r\n", 0, 200, "", -1, false, true },
	{ "HTTP/2 200 OK\r\n\r\n", -1, 0, NULL, 0, false, false },
	{ "HTTP/1.1 2000 OK\r\n\r\n", -1, 0, NULL, 0, false, false },
	{ "HTTP/1.1 500 \033]0;title\007\r\n\r\n", -1, 0, NULL, 0, false,
	    false },
	{ "HTTP/1.\r\n\r\n", -1, 0, NULL, 0, false, false },
	{ "garbage\r\n\r\n", -1, 0, NULL, 0, false, false },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", -1, 0, NULL, 0,
	    false, false },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", -1, 0, NULL, 0,
	    false, false },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", -1, 0, NULL, 0,
	    false, false },
};

Test(http_head, reads_status_and_headers)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct http_head head;

		cr_assert_eq(http_head_parse(heads[i].text,
				 strlen(heads[i].text), &head),
		    heads[i].result, "%s", heads[i].text);
		if (heads[i].result == -1)
			continue;
		cr_assert_eq(head.status, heads[i].status);
		cr_assert_str_eq(head.reason, heads[i].reason);
		cr_assert_eq(head.length, heads[i].length);
		cr_assert_eq(head.chunked, heads[i].chunked);
		cr_assert_eq(head.keep_alive, heads[i].keep_alive);
		http_head_done(&head);
	}
}
