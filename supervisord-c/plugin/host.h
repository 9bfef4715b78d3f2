/* SPDX-License-Identifier: ISC */
#ifndef PLUGIN_HOST_H
#define PLUGIN_HOST_H

#include "events/gate.h"
#include "plugin/supd_plugin.h"
#include "rpc/method.h"
#include "supervisor/supervisor.h"

/*
 * The daemon's side of the plugin interface: the table of functions that one
 * plugin is given, over the rooms it may touch.
 */
struct host;

struct host_parts {
	struct supervisor *supervisor;
	struct rpc *rpc;
	struct gate *gate;
};

struct host *host_create(const struct host_parts *);
/* After the plugin was stopped: kills its children, frees its timers, lets its
 * questions pass, answers its open calls with SHUTDOWN_STATE. */
void host_free(struct host *); /* takes NULL */
const struct supd_host *host_table(const struct host *);

#endif
