/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/xmalloc.h"

#include "preflight/judge/confirm_where.h"

/*
 * nginx chooses by the address first, then by Host: a name before a wildcard
 * before a regular expression, and the default of the address if none fits.
 */

static bool
is_among(const char *const *words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* Whether the server's listen with this address has one of the parameters. */
static bool
has_parameter(const struct nginx_server *server, const char *listen,
    const char *const *parameters)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &server->node->children, entry) {
		if (!nginx_node_is(node, "listen") ||
		    strcmp(nginx_node_arg(node, 1), listen) != 0)
			continue;
		for (size_t i = 2; i < node->arg_count; i++) {
			if (is_among(parameters, node->args[i]))
				return true;
		}
	}
	return false;
}

static bool
is_plain(const struct nginx_server *server, const char *listen)
{
	static const char *const others[] = { "ssl", "quic", "proxy_protocol",
		NULL };

	return !has_parameter(server, listen, others);
}

#define HTTP_PORT 80

/* Splits "8080", "HOST" and "HOST:8080", in which HOST may be "[::1]"; an empty
 * host is any.  The caller frees it; NULL if the port is none. */
static char *
split_listen(const char *listen, uint16_t *port)
{
	const char *bracket = strchr(listen, ']');
	const char *colon = strchr(bracket == NULL ? listen : bracket, ':');
	long long number = HTTP_PORT;
	char *host;

	if (colon != NULL)
		host = xstrndup(listen, (size_t)(colon - listen));
	else if (parse_int(listen, &number, NULL) == 0)
		host = xstrdup("");
	else
		host = xstrdup(listen);
	if ((colon != NULL && parse_int(colon + 1, &number, NULL) == -1) ||
	    number <= 0 || number > UINT16_MAX) {
		free(host);
		return NULL;
	}
	*port = (uint16_t)number;
	return host;
}

/* Whoever listens everywhere listens on loopback; false if nobody does. */
static bool
loopback(const char *listen, union loopback *address)
{
	static const char *const everywhere[] = { "", "*", "0.0.0.0",
		"localhost", NULL };
	uint16_t port = 0;
	char *host = split_listen(listen, &port);
	bool good = false;

	*address = (union loopback){ .any.sa_family = AF_INET };
	address->four.sin_port = htons(port);
	if (host != NULL && is_among(everywhere, host)) {
		address->four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		good = true;
	}
	if (host != NULL && strncmp(host, "127.", 4) == 0) {
		good = inet_pton(AF_INET, host, &address->four.sin_addr) == 1;
	} else if (host != NULL &&
	    (strcmp(host, "[::]") == 0 || strcmp(host, "[::1]") == 0)) {
		*address = (union loopback){ .any.sa_family = AF_INET6 };
		address->six.sin6_port = htons(port);
		address->six.sin6_addr = in6addr_loopback;
		good = true;
	}
	free(host);
	return good;
}

static bool
same_address(const union loopback *a, const union loopback *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	return a->any.sa_family == AF_INET
	    ? a->four.sin_port == b->four.sin_port &&
		a->four.sin_addr.s_addr == b->four.sin_addr.s_addr
	    : a->six.sin6_port == b->six.sin6_port;
}

/* Whether the listen is for the address alone: it is before any. */
static bool
is_exact(const char *listen)
{
	return strncmp(listen, "127.", 4) == 0 ||
	    strncmp(listen, "localhost", 9) == 0 ||
	    strncmp(listen, "[::1]", 5) == 0;
}

/* The server's listen that answers at the address; NULL if none does. */
static const char *
listen_at(const struct nginx_server *server, const union loopback *address,
    bool exact)
{
	union loopback one;

	for (size_t i = 0; i < server->listens.len; i++) {
		const char *listen = server->listens.items[i];

		if (is_exact(listen) == exact && loopback(listen, &one) &&
		    same_address(&one, address))
			return listen;
	}
	return server->listens.len == 0 && !exact && loopback("80", &one) &&
		same_address(&one, address)
	    ? "80"
	    : NULL;
}

/* Where its first usable listen is asked. */
static const char *
find_address(const struct nginx_server *server, union loopback *address)
{
	for (size_t i = 0; i < server->listens.len; i++) {
		const char *listen = server->listens.items[i];

		if (is_plain(server, listen) && loopback(listen, address))
			return listen;
	}
	return server->listens.len == 0 && loopback("80", address) ? "80"
								   : NULL;
}

/* The servers at one address. */
struct neighbours {
	const struct nginx_model *model;
	const union loopback *address;
	bool exact;
};

/* The next server there from *index on; NULL behind the last. */
static const struct nginx_server *
next_server(const struct neighbours *at, size_t *index)
{
	while (*index < at->model->server_count) {
		const struct nginx_server *one =
		    &at->model->servers[(*index)++];

		if (listen_at(one, at->address, at->exact) != NULL)
			return one;
	}
	return NULL;
}

/* Who answers a Host that nobody has. */
static const struct nginx_server *
default_server(const struct neighbours *at)
{
	static const char *const defaults[] = { "default_server", "default",
		NULL };
	const struct nginx_server *first = NULL, *one;

	for (size_t i = 0; (one = next_server(at, &i)) != NULL;) {
		if (has_parameter(one, listen_at(one, at->address, at->exact),
			defaults))
			return one;
		if (first == NULL)
			first = one;
	}
	return first;
}

static bool
is_plain_name(const char *name)
{
	return *name != '\0' && strpbrk(name, "~*$_") == NULL && *name != '.';
}

/* The first server that has the name. */
static const struct nginx_server *
named_server(const struct neighbours *at, const char *name)
{
	const struct nginx_server *one;

	for (size_t i = 0; (one = next_server(at, &i)) != NULL;)
		for (size_t j = 0; j < one->names.len; j++)
			if (strcasecmp(one->names.items[j], name) == 0)
				return one;
	return NULL;
}

/* A name that belongs to the wildcard, or NULL: "*.site" and ".site". */
static char *
name_for(const char *wildcard)
{
	const char *rest = *wildcard == '*' ? wildcard + 1 : wildcard;

	return *rest == '.' && is_plain_name(rest + 1)
	    ? xasprintf("preflight%s", rest)
	    : NULL;
}

/* Whether another server has names that are not plain, so that it may take
 * what is meant for the default. */
static bool
others_match(const struct neighbours *at, const struct nginx_server *server)
{
	const struct nginx_server *one;

	for (size_t i = 0; (one = next_server(at, &i)) != NULL;)
		for (size_t j = 0; j < one->names.len && one != server; j++)
			if (strpbrk(one->names.items[j], "~*$") != NULL)
				return true;
	return false;
}

static char *
find_host(const struct neighbours *at, const struct nginx_server *server)
{
	char *host;

	for (size_t i = 0; i < server->names.len; i++) {
		const char *name = server->names.items[i];

		if (is_plain_name(name) && named_server(at, name) == server)
			return xstrdup(name);
	}
	for (size_t i = 0; i < server->names.len; i++) {
		host = name_for(server->names.items[i]);
		if (host != NULL && named_server(at, host) == NULL &&
		    named_server(at, server->names.items[i]) == server)
			return host;
		free(host);
	}
	if (default_server(at) != server || others_match(at, server))
		return NULL;
	return xstrdup(
	    named_server(at, "localhost") == NULL ? "localhost" : "preflight");
}

bool
confirm_where_find(const struct nginx_model *model,
    const struct nginx_server *server, struct confirm_where *where)
{
	struct neighbours at = { .model = model, .address = &where->address };
	const char *listen;
	size_t first = 0;

	where->host = NULL;
	listen = server == NULL || model == NULL
	    ? NULL
	    : find_address(server, &where->address);
	if (listen == NULL)
		return false;
	/* Whoever listens at this very address is before those everywhere. */
	at.exact = true;
	if (!is_exact(listen) && next_server(&at, &first) == NULL)
		at.exact = false;
	if (listen_at(server, &where->address, at.exact) == NULL)
		return false;
	where->host = find_host(&at, server);
	return where->host != NULL;
}
