/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path_below.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/app/pairing.h"
#include "preflight/nginx/nginx_location.h"
#include "preflight/nginx/nginx_pass.h"
#include "preflight/witness/witness.h"

/*
 * A socket is the only proof that a program and an nginx belong together; with
 * it comes everything its server block serves.  Without one, a served tree
 * that lies in the program's places is taken for its own.
 */

static const char *const reason_names[] = {
#define X(id, name) name,
	PAIR_REASONS(X)
#undef X
};

const char *
pair_reason_name(enum pair_reason reason)
{
	return reason_names[reason];
}

/* "//", "." and ".." taken out; the caller frees. */
static char *
lexical(const char *path)
{
	struct strbuf out = STRBUF_INIT;
	size_t len;

	while (*path != '\0') {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 2 && strncmp(path, "..", 2) == 0) {
			while (out.len > 0 && out.data[out.len - 1] != '/')
				strbuf_truncate(&out, out.len - 1);
			if (out.len > 0)
				strbuf_truncate(&out, out.len - 1);
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			strbuf_addch(&out, '/');
			strbuf_add(&out, path, len);
		}
		path += len;
	}
	return strbuf_steal(&out);
}

/* The path with the links of its directory resolved; a directory that is not
 * there is left as it is, but /var/run is /run even then. */
static char *
real_place(const char *path)
{
	char *clean = lexical(path), *slash = strrchr(clean, '/'), *real;

	if (slash == NULL || slash == clean)
		return clean;
	*slash = '\0';
	witness_path(0, clean);
	real = realpath(clean, NULL);
	if (real == NULL && strncmp(clean, "/var/run", 8) == 0 &&
	    (clean[8] == '/' || clean[8] == '\0'))
		real = xstrdup(clean + 4);
	if (real == NULL)
		real = xstrdup(clean);
	path =
	    xasprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real, slash + 1);
	free(real);
	free(clean);
	return (char *)path;
}

bool
pairing_same_socket(const char *a, const char *b)
{
	char *one, *two;
	bool same;

	if (strcmp(a, b) == 0)
		return true;
	if (*a != '/' || *b != '/')
		return false;
	one = real_place(a);
	two = real_place(b);
	same = strcmp(one, two) == 0;
	free(one);
	free(two);
	return same;
}

static const struct planned_socket *
find_planned(const struct program_view *view, const struct need *need)
{
	for (size_t i = 0; i < view->plan.socket_count; i++) {
		if (pairing_same_socket(view->plan.sockets[i].path, need->path))
			return &view->plan.sockets[i];
	}
	return NULL;
}

static bool
claimed_by_anybody(const struct program_views *views, const struct need *need)
{
	for (size_t i = 0; i < views->count; i++) {
		if (find_planned(&views->items[i], need) != NULL)
			return true;
	}
	return false;
}

static void
add_need(struct pairing *pairing, const struct need *need,
    const struct planned_socket *planned, bool likely)
{
	for (size_t i = 0; i < pairing->need_count; i++) {
		if (pairing->needs[i].need == need)
			return;
	}
	pairing->needs = xreallocarray(pairing->needs, pairing->need_count + 1,
	    sizeof(*pairing->needs));
	pairing->needs[pairing->need_count++] = (struct paired_need){
		.need = need,
		.planned = planned,
		.likely = likely,
	};
}

static void
raise_reason(struct pairing *pairing, enum pair_reason by)
{
	if (by > pairing->by)
		pairing->by = by;
}

/* Whether preflight_server leaves the need in. */
static bool
is_considered(const struct program_view *view, const struct need *need)
{
	const struct strvec *wanted = &view->keys.servers;

	if (wanted->len == 0 || need->server == NULL)
		return true;
	for (size_t i = 0; i < need->server->names.len; i++) {
		for (size_t j = 0; j < wanted->len; j++) {
			if (strcasecmp(need->server->names.items[i],
				wanted->items[j]) == 0)
				return true;
		}
	}
	return false;
}

static bool
same_base(const char *a, const char *b)
{
	const char *one = strrchr(a, '/'), *two = strrchr(b, '/');

	return strcmp(one == NULL ? a : one + 1, two == NULL ? b : two + 1) ==
	    0;
}

static bool
same_part(const char *a, const char *b, bool base)
{
	const char *one = strrchr(a, '/'), *two = strrchr(b, '/');

	if (one == NULL || two == NULL)
		return false;
	if (base)
		return strcmp(one, two) == 0;
	return one - a == two - b && one != a &&
	    strncmp(a, b, (size_t)(one - a)) == 0;
}

/* Places where sockets of many programs lie: being there together says
 * nothing. */
static bool
is_common_place(const char *path)
{
	static const char *const places[] = { "/run", "/var/run", "/tmp",
		"/var/tmp", "/dev/shm", NULL };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; slash != NULL && places[i] != NULL; i++) {
		if ((size_t)(slash - path) == strlen(places[i]) &&
		    strncmp(path, places[i], (size_t)(slash - path)) == 0)
			return true;
	}
	return false;
}

/* Whether a socket that nginx only names in part, by a constant prefix or
 * relative to somewhere, can be the planned one. */
static bool
may_be(const struct need *need, const struct planned_socket *planned)
{
	size_t len = strlen(need->path);

	if (need->variable != NULL)
		return len > 1 && !is_common_place(need->path) &&
		    strncmp(planned->path, need->path, len) == 0;
	if (*need->path == '/' || planned->path[0] != '/')
		return false;
	return same_base(need->path, planned->path);
}

static bool
may_be_any(const struct program_view *view, const struct need *need)
{
	for (size_t i = 0; i < view->plan.socket_count; i++) {
		if (may_be(need, &view->plan.sockets[i]))
			return true;
	}
	return false;
}

static void
pair_sockets(struct pairing *pairing, const struct program_view *view,
    const struct nginx_site *site)
{
	for (size_t i = 0; i < site->need_count; i++) {
		const struct need *need = &site->needs[i];
		const struct planned_socket *planned;

		if (need->kind != NEED_SOCKET || !is_considered(view, need))
			continue;
		planned = find_planned(view, need);
		if (planned == NULL && !may_be_any(view, need))
			continue;
		raise_reason(pairing, PAIR_SOCKET);
		add_need(pairing, need, planned,
		    planned == NULL || planned->likely);
	}
}

bool
pairing_is_served(const struct need *need)
{
	return need->kind == NEED_STATIC_TREE ||
	    need->kind == NEED_STATIC_FILE || need->kind == NEED_INTERNAL_TREE;
}

/* A home of "/" or "/nonexistent" says nothing. */
bool
pairing_is_likely(const struct program_view *view, const struct need *need)
{
	return pairing_is_served(need) &&
	    (path_is_inside(need->path, view->directory) ||
		(view->cred.uid != 0 &&
		    (path_is_inside(need->path, view->home) ||
			(need->owned && need->owner == view->cred.uid))));
}

static bool
shares_server(const struct pairing *pairing, const struct need *need)
{
	for (size_t i = 0; i < pairing->need_count; i++) {
		const struct need *ours = pairing->needs[i].need;

		if (ours->kind == NEED_SOCKET && need->server != NULL &&
		    ours->server == need->server)
			return true;
	}
	return false;
}

static bool
shares_upstream(const struct pairing *pairing, const struct need *need)
{
	for (size_t i = 0; i < pairing->need_count; i++) {
		const struct need *ours = pairing->needs[i].need;

		if (ours->upstream != NULL && need->upstream != NULL &&
		    strcmp(ours->upstream, need->upstream) == 0)
			return true;
	}
	return false;
}

/* What comes along with a pair: the rest of its server blocks, what holds for
 * all servers, the other members of its upstreams. */
static void
add_company(struct pairing *pairing, const struct program_views *views,
    const struct program_view *view, const struct nginx_site *site)
{
	for (size_t i = 0; i < site->need_count; i++) {
		const struct need *need = &site->needs[i];

		if (!is_considered(view, need))
			continue;
		if (need->kind == NEED_SOCKET) {
			if (shares_upstream(pairing, need) &&
			    !claimed_by_anybody(views, need))
				add_need(pairing, need, NULL, false);
		} else if (need->server == NULL || shares_server(pairing, need))
			add_need(pairing, need, NULL, false);
	}
}

static void
pair_static(struct pairing *pairing, const struct program_view *view,
    const struct nginx_site *site)
{
	for (size_t i = 0; i < site->need_count; i++) {
		const struct need *need = &site->needs[i];

		if (!is_considered(view, need) ||
		    !pairing_is_likely(view, need))
			continue;
		raise_reason(pairing, PAIR_STATIC);
		add_need(pairing, need, NULL, true);
	}
}

/* Whether an address of nginx's is that of a program on this machine. */
static bool
is_bind(const char *address, const char *bind)
{
	const char *port = strrchr(bind, ':');
	size_t len = strcspn(address, "/"), port_len;

	if (port == NULL)
		return false;
	port_len = strlen(port);
	if (len < port_len ||
	    strncmp(address + len - port_len, port, port_len) != 0)
		return false;
	return strncmp(address, "127.", 4) == 0 ||
	    strncmp(address, "localhost:", 10) == 0 ||
	    strncmp(address, "[::1]:", 6) == 0 ||
	    (len == strlen(bind) && strncmp(address, bind, len) == 0);
}

static bool
is_any_bind(const char *address, const void *arg)
{
	const struct strvec *binds = arg;

	for (size_t i = 0; i < binds->len; i++)
		if (is_bind(address, binds->items[i]))
			return true;
	return false;
}

/* Only the static needs of a server can be checked for a TCP upstream. */
static void
pair_tcp(struct pairing *pairing, const struct program_view *view,
    const struct nginx_site *site)
{
	if (view->plan.tcp.len == 0 || site->model == NULL)
		return;
	for (size_t i = 0; i < site->model->server_count; i++) {
		const struct nginx_server *server = &site->model->servers[i];

		if (!nginx_passes_to(server->node, is_any_bind,
			&view->plan.tcp))
			continue;
		for (size_t j = 0; j < site->need_count; j++) {
			const struct need *need = &site->needs[j];

			if (need->server != server ||
			    need->kind == NEED_SOCKET ||
			    !is_considered(view, need))
				continue;
			raise_reason(pairing, PAIR_TCP);
			add_need(pairing, need, NULL, false);
		}
	}
}

static void
pair_keys(struct pairing *pairing, const struct program_view *view)
{
	size_t count = view->keys.served_count;

	if (count == 0)
		return;
	pairing->own = xcalloc(count, sizeof(*pairing->own));
	pairing->own_count = count;
	for (size_t i = 0; i < count; i++) {
		pairing->own[i] = (struct need){
			.kind = NEED_STATIC_TREE,
			.path = view->keys.served[i].path,
			.url = view->keys.served[i].url,
			.directive = (char *)"preflight_static",
			.buffer_bytes = -1,
		};
		raise_reason(pairing, PAIR_KEY);
		add_need(pairing, &pairing->own[i], NULL, false);
	}
}

static bool
is_near(const char *wanted, const char *planned)
{
	return same_part(wanted, planned, true) ||
	    (same_part(wanted, planned, false) && !is_common_place(wanted));
}

/* Sockets of the program that no need asks for, against needs that no program
 * answers. */
static void
find_misses(struct pairing *pairing, const struct program_views *views,
    const struct program_view *view, const struct nginx_site *site)
{
	for (size_t i = 0; i < site->need_count; i++) {
		const struct need *need = &site->needs[i];

		if (need->kind != NEED_SOCKET || need->variable != NULL ||
		    !is_considered(view, need) ||
		    claimed_by_anybody(views, need))
			continue;
		for (size_t j = 0; j < view->plan.socket_count; j++) {
			const struct planned_socket *planned =
			    &view->plan.sockets[j];

			if (!is_near(need->path, planned->path))
				continue;
			pairing->misses = xreallocarray(pairing->misses,
			    pairing->miss_count + 1, sizeof(*pairing->misses));
			pairing->misses[pairing->miss_count++] =
			    (struct near_miss){ need, planned };
			break;
		}
	}
}

void
pairing_make(const struct program_views *views, const struct program_view *view,
    const struct nginx_site *site, struct pairing *pairing)
{
	*pairing = (struct pairing){ .by = PAIR_NONE };
	pair_keys(pairing, view);
	pair_sockets(pairing, view, site);
	pair_tcp(pairing, view, site);
	pair_static(pairing, view, site);
	if (pairing->by == PAIR_SOCKET || pairing->by == PAIR_TCP)
		add_company(pairing, views, view, site);
	if (pairing->by != PAIR_SOCKET)
		find_misses(pairing, views, view, site);
}

void
pairing_done(struct pairing *pairing)
{
	free(pairing->needs);
	free(pairing->misses);
	free(pairing->own);
	*pairing = (struct pairing){ .by = PAIR_NONE };
}
