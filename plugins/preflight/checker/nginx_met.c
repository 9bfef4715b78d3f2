/* SPDX-License-Identifier: ISC */
#include "preflight/checker/nginx_met.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/nginx_program.h"
#include "preflight/checker/claims.h"
#include "preflight/judge/judge_dump.h"
#include "preflight/judge/judge_nginx.h"
#include "preflight/witness/witness.h"

#define DUMP_MS 5000

/* Identities are reported in the order of the instances. */
const char *
nginx_met_identity(const struct nginx_met *met, const struct identity *identity)
{
	size_t number = 0;

	for (size_t i = 0; i < met->instances.count; i++) {
		const struct nginx_instance *one = met->instances.items[i];

		for (size_t j = 0; j < one->identity_count; j++, number++) {
			if (one->identities[j] == identity)
				return met->report->identities[number].id;
		}
	}
	return NULL;
}

/* The next instance to be announced. */
static void
announce(struct nginx_met *met)
{
	const struct probe_options probe = { .memory = met->memory };
	struct nginx_instance *one = met->instances.items[met->count];
	struct nginx_met_one *new;

	met->items =
	    xreallocarray(met->items, met->count + 1, sizeof(*met->items));
	new = &met->items[met->count++];
	*new = (struct nginx_met_one){ .matters = false };
	judge_nginx(met->report, one);
	if (one->site_problem == NULL) {
		claims_find(met->views, met->options->root, &probe, &one->site);
		tenants_find(met->views, &one->site, &new->tenants);
	}
	for (size_t i = 0; i < one->identity_count; i++) {
		judge_nginx_identity(met->report, one, one->identities[i]);
		/* Rules of a security module change unseen. */
		if (one->identities[i]->confinement.label != NULL)
			witness_give_up();
	}
}

/* A start has a deadline, before which other things have to be asked, too. */
static int
dump_ms(const struct options *options, long timeout_s)
{
	long half = timeout_s * 1000 / 2;

	return options->format == FORMAT_GATE && half < DUMP_MS ? (int)half
								: DUMP_MS;
}

/* What nginx tests rests on more than the files that were read here. */
static void
dump(struct nginx_met *met, const struct nginx_range *range, long timeout_s)
{
	for (size_t i = range->first; i < range->last; i++) {
		if (met->items[i].dumped)
			continue;
		met->items[i].dumped = true;
		witness_give_up();
		judge_dump(met->report, met->instances.items[i],
		    met->options->root, dump_ms(met->options, timeout_s));
	}
}

static const struct nginx_unit *
find_unit(struct nginx_met *met)
{
	if (!met->unit_is_read)
		met->has_unit = nginx_unit_find(met->options->root, &met->unit);
	met->unit_is_read = true;
	return met->has_unit ? &met->unit : NULL;
}

int
nginx_met_find(struct nginx_met *met, const char *key,
    const struct preflight_keys *keys, struct nginx_range *range, char **cause)
{
	const struct options *options = met->options;
	struct nginx_args args;
	const struct program_view *nginx =
	    nginx_program_find(met->views, &args);
	const struct nginx_unit *unit = find_unit(met);
	const struct nginx_instance_options finding = {
		.key = key,
		.assume = options->assume_user != NULL ? options->assume_user
						       : keys->nginx_user,
		.ignore_running = options->assume_user != NULL,
		.root = options->root,
		.args = nginx == NULL ? NULL : &args,
		.starter = nginx == NULL ? NULL : &nginx->cred,
		.unit = unit == NULL ? NULL : &unit->args,
		.unit_starter =
		    unit == NULL || !unit->has_starter ? NULL : &unit->starter,
	};
	int failed;

	failed = nginx_instances_find(&met->instances, &finding, range, cause);
	if (nginx != NULL)
		nginx_args_done(&args);
	if (failed)
		return -1;
	while (met->count < met->instances.count)
		announce(met);
	if (options->nginx_dump || keys->nginx_dump ||
	    strvec_find(&keys->dumped_nginx, key) != -1)
		dump(met, range, keys->timeout_s);
	return 0;
}

bool
nginx_met_reads_well(const struct nginx_instance *instance)
{
	return instance->site_problem == NULL && instance->site.complete &&
	    instance->site.problem_count == 0 && instance->user_code == NULL;
}

static void
lower(struct finding *finding)
{
	char *sentence = xstrdup(finding->message);

	finding->severity = SEVERITY_NOTICE;
	finding_say(finding, "%s (none of the programs depends on this nginx)",
	    sentence);
	free(sentence);
}

void
nginx_met_settle(const struct nginx_met *met)
{
	for (size_t i = 0; i < met->report->finding_count; i++) {
		struct finding *finding = met->report->findings[i];
		bool matters = false, known = false;

		for (size_t j = 0; j < met->count; j++) {
			if (!judge_nginx_is_broken_by(met->instances.items[j],
				finding))
				continue;
			known = true;
			matters |= met->items[j].matters;
		}
		if (known && !matters && finding->severity > SEVERITY_NOTICE)
			lower(finding);
	}
}

void
nginx_met_done(struct nginx_met *met)
{
	for (size_t i = 0; i < met->count; i++)
		tenants_done(&met->items[i].tenants);
	free(met->items);
	nginx_unit_done(&met->unit);
	nginx_instances_done(&met->instances);
}
