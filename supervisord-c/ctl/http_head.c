/* SPDX-License-Identifier: ISC */
/*
 * The head of an HTTP answer (RFC 9112), as much of it as a client of one
 * known kind of server needs.  Lines may end in LF alone; headers are found in
 * any case and with any white space around the value.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "ctl/http_head.h"

size_t
http_head_size(const char *data, size_t len)
{
	const char *p = data, *end = data + len;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		if (p < end && *p == '\n')
			return (size_t)(p + 1 - data);
		if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
			return (size_t)(p + 2 - data);
	}
	return 0;
}

/* A copy of the line at *p without its end and outer blanks; moves *p behind
 * it. */
static char *
take_line(const char **p, const char *end)
{
	const char *start = *p;
	const char *stop = memchr(start, '\n', (size_t)(end - start));

	*p = stop == NULL ? end : stop + 1;
	if (stop == NULL)
		stop = end;
	while (stop > start && strchr(" \t\r", stop[-1]) != NULL)
		stop--;
	return xstrndup(start, (size_t)(stop - start));
}

/* The words go to people's terminals. */
static bool
has_control_bytes(const char *text)
{
	for (; *text != '\0'; text++) {
		if (iscntrl((unsigned char)*text) && *text != '\t')
			return true;
	}
	return false;
}

/* "HTTP/1.1 200 OK" */
static int
parse_status_line(const char *line, struct http_head *head)
{
	char *end;

	if (strncmp(line, "HTTP/1.", 7) != 0 || line[7] == '\0' ||
	    line[8] != ' ')
		return -1;
	head->keep_alive = line[7] != '0';
	head->status = (int)strtol(line + 9, &end, 10);
	if (end != line + 12 || (*end != ' ' && *end != '\0') ||
	    has_control_bytes(end))
		return -1;
	head->reason = xstrdup(*end == ' ' ? end + 1 : end);
	return 0;
}

static int
take_length(struct http_head *head, const char *value)
{
	char *end;

	if (*value < '0' || *value > '9')
		return -1;
	head->length = strtoll(value, &end, 10);
	return *end == '\0' ? 0 : -1;
}

static int
take_encoding(struct http_head *head, const char *value)
{
	if (strcasecmp(value, "chunked") != 0)
		return -1;
	head->chunked = true;
	return 0;
}

static int
take_connection(struct http_head *head, const char *value)
{
	if (strcasecmp(value, "close") == 0)
		head->keep_alive = false;
	else if (strcasecmp(value, "keep-alive") == 0)
		head->keep_alive = true;
	return 0;
}

static const struct header {
	const char *name;
	int (*take)(struct http_head *, const char *value);
} headers[] = {
	{ "Content-Length", take_length },
	{ "Transfer-Encoding", take_encoding },
	{ "Connection", take_connection },
};

static int
parse_header(char *line, struct http_head *head)
{
	char *colon = strchr(line, ':');

	if (colon == NULL)
		return 0;
	*colon++ = '\0';
	colon += strspn(colon, " \t");
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		if (strcasecmp(line, headers[i].name) == 0)
			return headers[i].take(head, colon);
	}
	return 0;
}

int
http_head_parse(const char *data, size_t size, struct http_head *out)
{
	struct http_head head = { .length = -1 };
	const char *p = data, *end = data + size;
	char *line = take_line(&p, end);
	int result = parse_status_line(line, &head);

	while (result == 0 && p < end) {
		free(line);
		line = take_line(&p, end);
		result = parse_header(line, &head);
	}
	free(line);
	if (result == -1)
		http_head_done(&head);
	else
		*out = head;
	return result;
}

void
http_head_done(struct http_head *head)
{
	free(head->reason);
	*head = (struct http_head){ .length = -1 };
}
