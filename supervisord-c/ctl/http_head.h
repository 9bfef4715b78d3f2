/* SPDX-License-Identifier: ISC */
#ifndef CTL_HTTP_HEAD_H
#define CTL_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A head beyond this is refused. */
#define HTTP_HEAD_MAX 65536

/* What the client wants to know of an answer's status line and headers. */
struct http_head {
	int status;
	char *reason;	 /* "Not Found"; "" if there is none */
	int64_t length;	 /* Content-Length; -1: none */
	bool chunked;	 /* Transfer-Encoding: chunked */
	bool keep_alive; /* the connection can be used again */
};

/* Bytes up to and with the empty line, 0 if it has not come yet. */
size_t http_head_size(const char *, size_t len);
/*
 * Reads a complete head of that many bytes.  -1 if it is not HTTP/1.x.  The
 * caller frees with http_head_done.
 */
int http_head_parse(const char *, size_t size, struct http_head *);
void http_head_done(struct http_head *);

#endif
