/* SPDX-License-Identifier: ISC */
/*
 * Which plugins there are, and their life: found in the configuration, opened,
 * checked, started, stopped in reverse.  A group that is added later may be the
 * first that asks for preflight; the others are loaded at start only.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/helper_path.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "plugin/loader.h"

struct loaded {
	void *handle;
	const struct supd_plugin *plugin;
	struct host *host;
	void *data;
	SLIST_ENTRY(loaded) next;
};

struct plugins {
	const struct host_parts *parts;
	SLIST_HEAD(, loaded) list; /* the last one loaded is first */
	struct bus_subscription *groups;
	bool has_preflight; /* or it was tried */
};

/* A bare name is looked for among the package's modules. */
static char *
module_path(const char *module)
{
	char *file, *path;

	if (strchr(module, '/') != NULL)
		return xstrdup(module);
	file = xasprintf("%s.so", module);
	path = helper_path(HELPER_MODULE, file);
	free(file);
	return path;
}

/* Whether the object is a plugin that we understand; *cause says why not. */
static const struct supd_plugin *
find_plugin(void *handle, char **cause)
{
	const struct supd_plugin *plugin = dlsym(handle, "supd_plugin");

	if (plugin == NULL) {
		cause_set(cause, "it exports no supd_plugin");
		return NULL;
	}
	if (plugin->abi != SUPD_PLUGIN_ABI ||
	    plugin->size < sizeof(struct supd_plugin)) {
		cause_set(cause, "it was built for interface %u, this is %d",
		    plugin->abi, SUPD_PLUGIN_ABI);
		return NULL;
	}
	return plugin;
}

static int
start(struct plugins *plugins, void *handle, char **cause)
{
	const struct supd_plugin *plugin = find_plugin(handle, cause);
	struct loaded *loaded;
	struct host *host;
	void *data;

	if (plugin == NULL)
		return -1;
	host = host_create(plugins->parts);
	data = plugin->start(host_table(host));
	if (data == NULL) {
		host_free(host);
		return cause_set(cause, "it did not start");
	}
	loaded = xcalloc(1, sizeof(*loaded));
	loaded->handle = handle;
	loaded->plugin = plugin;
	loaded->host = host;
	loaded->data = data;
	SLIST_INSERT_HEAD(&plugins->list, loaded, next);
	log_debug("plugin '%s' started", plugin->name);
	return 0;
}

static void
load(struct plugins *plugins, const char *module)
{
	char *path = module_path(module);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	char *cause = NULL;

	if (handle == NULL) {
		log_errorx("can't load plugin '%s': %s", module, dlerror());
	} else if (start(plugins, handle, &cause) == -1) {
		log_errorx("can't use plugin '%s': %s", path, cause);
		dlclose(handle);
	}
	free(cause);
	free(path);
}

static bool
is_preflight_key(const struct setting *setting)
{
	return strcmp(setting->key, "preflight") == 0 ||
	    strncmp(setting->key, "preflight_", 10) == 0;
}

static bool
settings_ask_for_preflight(const struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		if (is_preflight_key(&settings->items[i]))
			return true;
	}
	return false;
}

static bool
group_asks_for_preflight(const struct group_config *group)
{
	for (size_t i = 0; i < group->process_count; i++) {
		if (settings_ask_for_preflight(&group->processes[i].extra))
			return true;
	}
	return false;
}

static bool
is_preflight_section(const char *name)
{
	return strcmp(name, "preflight") == 0 ||
	    strncmp(name, "preflight:", 10) == 0;
}

static bool
config_asks_for_preflight(const struct config *config)
{
	for (size_t i = 0; i < config->plugin_section_count; i++) {
		if (is_preflight_section(config->plugin_sections[i].name))
			return true;
	}
	for (size_t i = 0; i < config->group_count; i++) {
		if (group_asks_for_preflight(&config->groups[i]))
			return true;
	}
	return false;
}

static void
load_preflight_if_asked(struct plugins *plugins)
{
	if (plugins->has_preflight ||
	    !config_asks_for_preflight(
		supervisor_config(plugins->parts->supervisor)))
		return;
	plugins->has_preflight = true;
	load(plugins, "preflight");
}

static void
on_group_added(const struct event *event, void *arg)
{
	(void)event;
	load_preflight_if_asked(arg);
}

static void
load_named(struct plugins *plugins, const struct plugin_section *section)
{
	const char *module = settings_get(&section->settings, "module");

	if (module == NULL)
		module = section->name + strlen("plugin:");
	if (strcmp(module, "preflight") == 0)
		plugins->has_preflight = true;
	load(plugins, module);
}

struct plugins *
plugins_load(const struct host_parts *parts)
{
	const struct config *config = supervisor_config(parts->supervisor);
	struct plugins *plugins = xcalloc(1, sizeof(*plugins));

	plugins->parts = parts;
	SLIST_INIT(&plugins->list);
	for (size_t i = 0; i < config->plugin_section_count; i++) {
		if (strncmp(config->plugin_sections[i].name,
			"plugin:", strlen("plugin:")) == 0)
			load_named(plugins, &config->plugin_sections[i]);
	}
	load_preflight_if_asked(plugins);
	plugins->groups = bus_subscribe(supervisor_bus(parts->supervisor),
	    EV_PROCESS_GROUP_ADDED, on_group_added, plugins);
	return plugins;
}

void
plugins_unload(struct plugins *plugins)
{
	struct loaded *loaded;

	if (plugins == NULL)
		return;
	bus_unsubscribe(plugins->groups);
	while ((loaded = SLIST_FIRST(&plugins->list)) != NULL) {
		SLIST_REMOVE_HEAD(&plugins->list, next);
		loaded->plugin->stop(loaded->data);
		host_free(loaded->host);
		dlclose(loaded->handle);
		free(loaded);
	}
	free(plugins);
}
