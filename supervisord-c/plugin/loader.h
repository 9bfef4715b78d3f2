/* SPDX-License-Identifier: ISC */
#ifndef PLUGIN_LOADER_H
#define PLUGIN_LOADER_H

#include "plugin/host.h"

/*
 * Loads what the configuration asks for: each [plugin:NAME] with module=, and
 * preflight by itself as soon as a preflight key or section asks for it.
 */
struct plugins;

/*
 * A plugin that cannot be loaded is logged and left out: the programs matter
 * more.  The parts are borrowed and outlive the plugins.  Never NULL.
 */
struct plugins *plugins_load(const struct host_parts *);
/* Stops them in reverse order.  Takes NULL. */
void plugins_unload(struct plugins *);

#endif
