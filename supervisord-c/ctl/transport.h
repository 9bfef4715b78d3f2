/* SPDX-License-Identifier: ISC */
#ifndef CTL_TRANSPORT_H
#define CTL_TRANSPORT_H

#include "base/strbuf.h"
#include "ctl/connection.h"
#include "ctl/server_url.h"

/* An answer whose body is larger is refused; a whole log may come. */
#define TRANSPORT_BODY_MAX ((int64_t)1 << 30)

/* Whom to ask, and as whom. */
struct transport {
	struct server_url url;
	char *authorization; /* NULL: none */
	bool prefer_minimal; /* the next answers need no more than a status */
	struct connection connection;
};

struct http_answer {
	int status;
	char *reason;
	struct strbuf body;
};

/* Takes the URL, and the credentials in it if there are any.  The transport may
 * be moved to another place in memory. */
void transport_init(struct transport *, struct server_url);
void transport_done(struct transport *);
/* From the next request on; NULL for either means no credentials. */
void transport_set_credentials(struct transport *, const char *username,
    const char *password);

/*
 * POSTs an XML document to /RPC2 and reads the whole answer, of whatever
 * status.  The connection is kept for the next request if the server keeps it.
 * -1 with *error if there was no answer.  The caller frees with
 * http_answer_done.
 */
int transport_post(struct transport *, const struct strbuf *body,
    struct http_answer *, struct connection_error *);
void http_answer_done(struct http_answer *);

/*
 * A GET whose answer may never end, on a connection of its own.
 */
struct transport_stream;

/*
 * Sends the request and reads the head of the answer, whose status goes to
 * *status; anything but 200 has no data worth reading.  NULL with *error if
 * there was no answer.
 */
struct transport_stream *transport_stream_open(const struct transport *,
    const char *path, int *status, struct connection_error *);
/* To poll for reading, unless data is here already. */
int transport_stream_fd(const struct transport_stream *);
bool transport_stream_has_data(const struct transport_stream *);
/* Appends what comes next; 1, 0 at the end, -1 with *error (EINTR included). */
int transport_stream_read(struct transport_stream *, struct strbuf *out,
    struct connection_error *);
void transport_stream_free(struct transport_stream *); /* takes NULL */

#endif
