/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_MET_H
#define PREFLIGHT_NGINX_MET_H

#include "preflight/app/nginx_unit.h"
#include "preflight/app/program_view.h"
#include "preflight/app/tenants.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/policy/options.h"
#include "preflight/probe/memory.h"
#include "preflight/report/report.h"

/*
 * The nginxes of a run, each found and announced in the report once, whichever
 * program asks first.
 */
struct nginx_met {
	const struct options *options;
	struct report *report;
	const struct program_views *views;
	struct probe_memory *memory;
	struct nginx_instances instances;
	struct nginx_met_one *items; /* of each instance */
	size_t count;
	/* What systemd will start; read once it is asked for. */
	struct nginx_unit unit;
	bool has_unit, unit_is_read;
};

struct nginx_met_one {
	struct tenants tenants;
	/* Some program's verdict depends on what its configuration says. */
	bool matters;
	bool dumped; /* nginx itself was asked about it */
};

/* What the key stands for, for the program with these keys; -1 with *cause. */
int nginx_met_find(struct nginx_met *, const char *key,
    const struct preflight_keys *, struct nginx_range *, char **cause);
void nginx_met_done(struct nginx_met *);

/* The id that the report gave it, borrowed. */
const char *nginx_met_identity(const struct nginx_met *,
    const struct identity *);
/* Whether all of the configuration could be read. */
bool nginx_met_reads_well(const struct nginx_instance *);
/* When all programs were looked at: a broken configuration that matters to none
 * of them is a notice. */
void nginx_met_settle(const struct nginx_met *);

#endif
