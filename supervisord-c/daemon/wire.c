/* SPDX-License-Identifier: ISC */
/*
 * Start-up, run, restart and end, in the order of contract D3.1 with its
 * improvements: limits before the user is changed, servers before anything on
 * disk is touched.  Everything that can fail for what a person wrote fails
 * before the daemon leaves the terminal.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/log.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "config/search.h"
#include "daemon/wire.h"
#include "http/http_server.h"
#include "logs/close_later.h"
#include "plugin/loader.h"
#include "rpc/method.h"
#include "supervisor/daemonize.h"
#include "supervisor/init_notify.h"
#include "supervisor/limits.h"
#include "supervisor/pidfile.h"
#include "supervisor/supervisor.h"
#include "web/routes.h"

/* What lives for the whole process. */
struct daemon {
	const struct config_overrides *overrides;
	struct loop *loop;
	struct bus *bus; /* its serials go on over a restart */
	struct gate *gate;
	bool restarted;
	struct config *next; /* of a restart, validated; NULL: to be read */
};

/* What lives from a start or restart to the next. */
struct generation {
	struct main_log *main_log;
	struct supervisor *supervisor;
	struct rpc *rpc;
	struct http_server *http;
	struct web *web;
	struct host_parts host_parts;
	struct plugins *plugins;
	struct pidfile *pidfile;
};

int
usage_error(const char *cause)
{
	const char *program = (const char *)getauxval(AT_EXECFN);

	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", cause,
	    program == NULL ? "supervisord-c" : program);
	return 2;
}

/* Contract D3.2; an info for the log is appended. */
static int
change_user(const struct config *config, struct strvec *infos, char **cause)
{
	struct cred cred;
	const char *refusal;

	if (config->user == NULL)
		return 0;
	if (cred_resolve(config->uid, &cred, cause) == -1)
		return -1;
	refusal = cred_become(&cred);
	cred_done(&cred);
	if (refusal != NULL)
		return cause_set(cause, "%s", refusal);
	strvec_pushf(infos, "Set uid to user %lu succeeded",
	    (unsigned long)config->uid);
	return 0;
}

/* A restart does not raise limits again (contract D3.8). */
static int
take_limits_and_user(const struct daemon *daemon, const struct config *config,
    struct strvec *infos, char **cause)
{
	struct strvec raised = STRVEC_INIT;
	int result;

	if (!daemon->restarted &&
	    limits_raise(config->minfds, config->minprocs, &raised, cause) ==
		-1) {
		strvec_done(&raised);
		return -1;
	}
	result = change_user(config, infos, cause);
	strvec_copy(infos, &raised);
	strvec_done(&raised);
	return result;
}

static int
open_main_log(struct generation *now, const struct config *config, char **cause)
{
	struct main_log_options options = {
		.path = config->logfile,
		.maxbytes = config->logfile_maxbytes,
		.backups = config->logfile_backups,
		.syslog = config->log_to_syslog,
		.echo = config->nodaemon && !config->silent,
	};

	log_set_level(config->loglevel);
	now->main_log = main_log_open(&options, cause);
	return now->main_log == NULL ? -1 : 0;
}

/* What was to be said before there was a log. */
static void
log_beginning(const struct config *config, const struct strvec *infos)
{
	if (config->user == NULL && getuid() == 0)
		log_criticalx(
		    "Supervisor is running as root.  Privileges were "
		    "not dropped because no user is specified in the config "
		    "file.  If you intend to run as root, you can set "
		    "user=root in the config file to avoid this message.");
	for (size_t i = 0; i < config->message_count; i++)
		log_text(config->messages[i].level, config->messages[i].text);
	for (size_t i = 0; i < infos->len; i++)
		log_info("%s", infos->items[i]);
}

static struct http_listen
listen_of(const struct http_server_config *server)
{
	return (struct http_listen){
		.section = server->section,
		.path = server->path,
		.host = server->host,
		.port = server->port,
		.mode = server->mode,
		.uid = server->uid,
		.gid = server->gid,
		.username = server->username,
		.password = server->password,
	};
}

/* The only factory that there is takes no options (contract D2.13). */
static int
check_interfaces(const struct config *config, char **cause)
{
	for (size_t i = 0; i < config->rpcinterface_count; i++) {
		const struct rpcinterface_config *made =
		    &config->rpcinterfaces[i];

		if (made->extra.count == 0)
			continue;
		log_warnx("make_main_rpcinterface() got an unexpected keyword "
			  "argument '%s'",
		    made->extra.items[0].key);
		return cause_set(cause, "Could not make %s rpc interface",
		    made->name);
	}
	return 0;
}

static void
log_server(const struct config *config, const struct http_server_config *server)
{
	char *shown;

	for (size_t i = 0; i < config->rpcinterface_count; i++) {
		shown = repr(config->rpcinterfaces[i].name);
		log_info("RPC interface %s initialized", shown);
		free(shown);
	}
	if (server->username != NULL)
		return;
	shown = repr(server->section);
	log_criticalx("Server %s running without any HTTP authentication "
		      "checking",
	    shown);
	free(shown);
}

static int
open_servers(struct generation *now, char **cause)
{
	const struct config *config = supervisor_config(now->supervisor);

	now->rpc = rpc_create(now->supervisor);
	now->http = http_server_create(supervisor_loop(now->supervisor));
	now->web = web_create(now->http, now->supervisor, now->rpc);
	for (size_t i = 0; i < config->server_count; i++) {
		struct http_listen listen = listen_of(&config->servers[i]);

		if (http_server_listen(now->http, &listen, cause) == -1 ||
		    check_interfaces(config, cause) == -1)
			return -1;
		log_server(config, &config->servers[i]);
	}
	return 0;
}

/* Before a restart stops anything: what would end it half-way. */
static int
try_config(const struct config *config, char **cause, void *arg)
{
	const struct generation *now = arg;
	const char *refusal =
	    config->user == NULL ? NULL : cred_refusal(config->uid);

	if (refusal != NULL)
		return cause_set(cause, "%s", refusal);
	for (size_t i = 0; i < config->server_count; i++) {
		struct http_listen listen = listen_of(&config->servers[i]);

		if (http_server_try(now->http, &listen, cause) == -1 ||
		    check_interfaces(config, cause) == -1)
			return -1;
	}
	return main_log_try(config->logfile, cause);
}

/* The servers keep daemons of one configuration apart.  Without any, it is the
 * pid file that does, before the first one's logs and sockets are touched. */
static int
keep_apart(const struct generation *now, char **cause)
{
	const struct config *config = supervisor_config(now->supervisor);

	if (config->server_count > 0 || !pidfile_is_held(now->pidfile))
		return 0;
	return cause_set(cause, "another daemon is running with the pidfile %s",
	    config->pidfile);
}

/* Takes the config. */
static int
assemble(struct daemon *daemon, struct generation *now, struct config *config,
    char **cause)
{
	struct supervisor_parts parts = {
		.loop = daemon->loop,
		.bus = daemon->bus,
		.gate = daemon->gate,
		.main_log = now->main_log,
		.overrides = daemon->overrides,
		.try_config = try_config,
		.arg = now,
		.restarted = daemon->restarted,
	};

	now->supervisor = supervisor_create(&parts, config);
	now->pidfile = pidfile_take(config->pidfile);
	if (open_servers(now, cause) == -1 || keep_apart(now, cause) == -1 ||
	    supervisor_add_groups(now->supervisor, cause) == -1)
		return -1;
	now->host_parts = (struct host_parts){
		.supervisor = now->supervisor,
		.rpc = now->rpc,
		.gate = daemon->gate,
	};
	now->plugins = plugins_load(&now->host_parts);
	return 0;
}

/* Takes the config. */
static int
begin(struct daemon *daemon, struct generation *now, struct config *config,
    char **cause)
{
	struct strvec infos = STRVEC_INIT;
	int result = -1;

	if (take_limits_and_user(daemon, config, &infos, cause) == -1 ||
	    open_main_log(now, config, cause) == -1) {
		config_free(config);
	} else {
		log_beginning(config, &infos);
		result = assemble(daemon, now, config, cause);
	}
	strvec_done(&infos);
	return result;
}

static void
take_apart(struct generation *now)
{
	plugins_unload(now->plugins);
	web_free(now->web);
	http_server_free(now->http);
	rpc_free(now->rpc);
	pidfile_remove(now->pidfile);
	supervisor_free(now->supervisor);
	main_log_free(now->main_log);
}

static void
on_all_over(void *arg)
{
	loop_stop(arg);
}

/* Its servers listen and its signals are handled. */
static void
tell_ready(void)
{
	char *state = xasprintf("READY=1\nMAINPID=%ld", (long)getpid());

	init_notify(state);
	free(state);
}

static void
run(struct daemon *daemon, struct generation *now)
{
	const struct config *config = supervisor_config(now->supervisor);

	if (!config->nodaemon && !daemon->restarted &&
	    daemonize(daemon->loop, config->directory, config->umask) == -1)
		log_error("can't fork, staying in the foreground");
	pidfile_write(now->pidfile);
	supervisor_run(now->supervisor, on_all_over, daemon->loop);
	tell_ready();
	loop_run(daemon->loop);
}

/* One life of the configuration: true if another is to follow. */
static bool
live(struct daemon *daemon, int *status)
{
	struct generation now = { .plugins = NULL };
	struct config *config = daemon->next;
	char *cause = NULL;
	bool again = false;

	daemon->next = NULL;
	if (config == NULL)
		config = config_load(daemon->overrides, NULL, &cause);
	if (config == NULL || begin(daemon, &now, config, &cause) == -1) {
		if (daemon->restarted)
			log_criticalx("can't start again: %s", cause);
		*status = usage_error(cause);
	} else {
		run(daemon, &now);
		again = supervisor_mood(now.supervisor) == MOOD_RESTARTING;
	}
	if (again)
		daemon->next = supervisor_take_next(now.supervisor);
	take_apart(&now);
	free(cause);
	daemon->restarted = true;
	return again;
}

/* Root may be made to run what others put where files are looked for. */
static void
warn_of_search(const struct config_overrides *overrides)
{
	const char *warning = config_search_warning();

	if (overrides->path == NULL && warning != NULL)
		fprintf(stderr, "%s: UserWarning: %s\n", overrides->program,
		    warning);
}

int
daemon_run(const struct config_overrides *overrides)
{
	struct daemon daemon = { .overrides = overrides };
	int status = 0;

	/* A child, a client or a reader of the log that goes away, and a log
	 * that may not grow, must not take the daemon along. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	warn_of_search(overrides);
	init_notify_take();
	daemon.loop = loop_create();
	if (daemon.loop == NULL)
		return usage_error("the kernel gives no event queue");
	daemon.bus = bus_create();
	daemon.gate = gate_create();
	while (live(&daemon, &status))
		continue;
	gate_free(daemon.gate);
	bus_free(daemon.bus);
	loop_free(daemon.loop);
	close_later_finish();
	return status;
}
