/* SPDX-License-Identifier: ISC */
/*
 * Identities as a set: which workers are alike, in which order they are shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/nginx/identity.h"

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
has_all_groups(const struct cred *a, const struct cred *b)
{
	size_t k;

	for (size_t i = 0; i < a->group_count; i++) {
		for (k = 0; k < b->group_count; k++) {
			if (a->groups[i] == b->groups[k])
				break;
		}
		if (k == b->group_count && a->groups[i] != b->gid)
			return false;
	}
	return true;
}

bool
identity_same_cred(const struct cred *a, const struct cred *b)
{
	return a->uid == b->uid && a->gid == b->gid && has_all_groups(a, b) &&
	    has_all_groups(b, a);
}

static bool
is_alike(const struct identity *a, const struct identity *b)
{
	return identity_same_cred(&a->cred, &b->cred) &&
	    a->draining == b->draining && a->master == b->master &&
	    a->other_namespace == b->other_namespace &&
	    a->other_root == b->other_root && same_text(a->root, b->root) &&
	    a->confinement.seccomp == b->confinement.seccomp &&
	    a->confinement.no_new_privs == b->confinement.no_new_privs &&
	    same_text(a->confinement.label, b->confinement.label);
}

/* Adds the worker to the identity it shares, or as a new one; takes it. */
void
identities_add(struct identities *found, struct identity *worker)
{
	struct identity *same;

	for (size_t i = 0; i < found->count; i++) {
		same = &found->items[i];
		if (!is_alike(same, worker))
			continue;
		same->pids = xreallocarray(same->pids, same->pid_count + 1,
		    sizeof(*same->pids));
		same->pids[same->pid_count++] = worker->pids[0];
		if (worker->started < same->started)
			same->started = worker->started;
		identity_done(worker);
		return;
	}
	found->items = xreallocarray(found->items, found->count + 1,
	    sizeof(*found->items));
	found->items[found->count++] = *worker;
}

static int
compare_pids(const void *a, const void *b)
{
	pid_t one = *(const pid_t *)a, other = *(const pid_t *)b;

	return one < other ? -1 : one > other;
}

/* Current ones first, then by user, then by age. */
static int
compare_identities(const void *a, const void *b)
{
	const struct identity *one = a, *other = b;

	if (one->draining != other->draining)
		return one->draining ? 1 : -1;
	if (one->cred.uid != other->cred.uid)
		return one->cred.uid < other->cred.uid ? -1 : 1;
	return compare_pids(&one->pids[0], &other->pids[0]);
}

void
identities_sort(struct identities *found)
{
	for (size_t i = 0; i < found->count; i++)
		qsort(found->items[i].pids, found->items[i].pid_count,
		    sizeof(pid_t), compare_pids);
	if (found->count > 1)
		qsort(found->items, found->count, sizeof(*found->items),
		    compare_identities);
}

pid_t
identity_view(const struct identity *identity)
{
	return identity->other_namespace || identity->other_root
	    ? identity->pids[0]
	    : 0;
}

void
identity_computed(const struct cred *cred, struct identity *identity)
{
	*identity = (struct identity){ .cred = *cred, .proc_fd = -1 };
	identity->cred.groups =
	    xmemdup(cred->groups, cred->group_count * sizeof(*cred->groups));
}

void
identity_done(struct identity *identity)
{
	cred_done(&identity->cred);
	free(identity->pids);
	free(identity->root);
	free(identity->confinement.label);
	fd_close(&identity->proc_fd);
	*identity = (struct identity){ .proc_fd = -1 };
}

void
identities_done(struct identities *found)
{
	for (size_t i = 0; i < found->count; i++)
		identity_done(&found->items[i]);
	for (size_t i = 0; i < found->master_count; i++)
		free(found->masters[i].command);
	free(found->items);
	free(found->masters);
	*found = (struct identities){ .count = 0 };
}
