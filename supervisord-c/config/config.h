/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/strvec.h"

/*
 * A whole configuration as plain data: built once by config_load, const from
 * then on, and freed as a whole.  Every member is public; a pointer that may be
 * NULL says so.  Types, defaults and error texts: contract D2.
 */

/* One value with the place it was written at, for messages. */
struct setting {
	char *key;   /* lower case */
	char *value; /* as written, not expanded */
	char *file;
	unsigned int line;
};

/* Keys of a section that no field table knows, kept for plugins. */
struct settings {
	struct setting *items;
	size_t count;
};

enum logfile_kind {
	LOGFILE_NONE,
	LOGFILE_AUTO, /* path is made when the group is created */
	LOGFILE_PATH,
};

/* One output channel of a process. */
struct channel_config {
	enum logfile_kind kind;
	char *path;	  /* NULL unless LOGFILE_PATH */
	int64_t maxbytes; /* 0: no rotation */
	int backups;
	bool syslog;
	int64_t capture_maxbytes; /* 0: no capture mode */
	bool events;
};

enum autorestart {
	AUTORESTART_NEVER,
	AUTORESTART_UNEXPECTED,
	AUTORESTART_ALWAYS,
};

/* The listening socket that the members of an fcgi-program share. */
struct fcgi_socket_config {
	char *section; /* the fcgi-program that it belongs to */
	char *url;     /* canonical: unix:///path or tcp://host:port */
	char *path;    /* NULL for tcp */
	char *host;    /* NULL for unix */
	int port;
	int backlog;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: unchanged */
	gid_t gid;
	bool has_owner; /* socket_owner or user decides the owner */
};

enum process_kind {
	PROCESS_PROGRAM,
	PROCESS_LISTENER,
	PROCESS_FCGI,
};

/* One process: a program section makes numprocs of these. */
struct process_config {
	enum process_kind kind;
	char *name;
	char *program; /* the part of the section name behind the colon */
	char *section; /* "program:web" */
	char *file;    /* where the section first appeared */
	char *command;
	char *directory; /* NULL: the daemon's */
	bool has_user;
	uid_t uid; /* valid if has_user */
	int umask; /* -1: inherited */
	int priority;
	bool autostart;
	enum autorestart autorestart;
	int startsecs;
	int startretries;
	int stopsignal;
	int stopwaitsecs;
	bool stopasgroup;
	bool killasgroup;
	int *exitcodes;
	size_t exitcode_count;
	bool redirect_stderr;
	struct channel_config out;
	struct channel_config err;
	struct strvec environment; /* global overlaid with the process's own */
	char *serverurl; /* NULL: set none; the default is filled in already */
	bool serverurl_auto;		       /* it is the default */
	const struct fcgi_socket_config *fcgi; /* NULL, or one of the group's */
	struct settings extra;		       /* unknown keys of the section */
};

/* A set of event types by number, see events/event_type.h; kept as names here
 * because config knows no events. */
struct pool_config {
	int buffer_size;
	struct strvec events; /* upper case, no duplicates */
	char *result_handler;
};

struct group_config {
	char *name;
	int priority;
	struct process_config *processes; /* in the order that counts */
	size_t process_count;
	struct pool_config *pool; /* NULL unless an event listener pool */
	struct fcgi_socket_config *fcgi; /* one an fcgi-program of the group */
	size_t fcgi_count;
};

/* One [unix_http_server] or [inet_http_server]. */
struct http_server_config {
	char *section;
	char *path; /* unix socket; NULL for inet */
	char *host; /* "" is all interfaces; NULL for unix */
	int port;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: unchanged */
	gid_t gid;
	char *username; /* NULL: no authentication */
	char *password;
};

/* One [rpcinterface:x]: the name is the namespace of its methods. */
struct rpcinterface_config {
	char *name;
	struct settings extra; /* arguments that the factory does not take */
};

/* A section that belongs to a plugin: [plugin:x], [preflight], [preflight:x]. */
struct plugin_section {
	char *name;
	struct settings settings;
};

struct message {
	enum log_level level;
	char *text;
};

struct config {
	char *path; /* as given or found */
	char *here; /* absolute directory of the file */
	/* What [include] named: files that matched, and the patterns. */
	struct strvec files, patterns;

	/* [supervisord], command line already applied */
	int minfds;
	int minprocs;
	char *directory; /* NULL: none */
	char *user;	 /* NULL: none */
	uid_t uid;	 /* valid if user */
	mode_t umask;
	char *logfile; /* absolute; NULL if syslog */
	bool log_to_syslog;
	int64_t logfile_maxbytes;
	int logfile_backups;
	enum log_level loglevel;
	char *pidfile; /* absolute */
	char *identifier;
	bool nodaemon;
	bool silent;
	char *childlogdir; /* absolute */
	bool nocleanup;
	bool strip_ansi;
	struct strvec environment;

	struct http_server_config *servers; /* inet first, then unix */
	size_t server_count;
	char *serverurl; /* default of SUPERVISOR_SERVER_URL, or NULL */
	struct rpcinterface_config *rpcinterfaces;
	size_t rpcinterface_count;
	struct group_config *groups; /* sorted by priority, then name */
	size_t group_count;
	struct plugin_section *plugin_sections;
	size_t plugin_section_count;

	/* To be logged once the main log is open: warnings, then infos. */
	struct message *messages;
	size_t message_count;
	/* Only for --check-config: unknown keys and the like. */
	struct message *hints;
	size_t hint_count;
};

/* What the command line decided; members that are NULL, -1 or CONFIG_NOT_GIVEN
 * were not given. */
struct config_overrides {
	const char *path; /* -c; NULL: search (contract D1.4) */
	const char *base; /* absolute directory that relative paths start from;
			   * NULL: the current one */
	const char
	    *program; /* path the program was started by, for the search */
	bool nodaemon, silent, nocleanup, strip_ansi; /* can only switch on */
	const char *user, *directory, *logfile, *pidfile, *identifier,
	    *childlogdir;
	long long umask, logfile_maxbytes, logfile_backups, minfds, minprocs;
	int loglevel; /* an enum log_level, or -1 */
};

#define CONFIG_NOT_GIVEN LLONG_MIN

#define CONFIG_OVERRIDES_INIT                                                  \
	{                                                                      \
		.umask = CONFIG_NOT_GIVEN,                                     \
		.logfile_maxbytes = CONFIG_NOT_GIVEN,                          \
		.logfile_backups = CONFIG_NOT_GIVEN,                           \
		.minfds = CONFIG_NOT_GIVEN, .minprocs = CONFIG_NOT_GIVEN,      \
		.loglevel = -1,                                                \
	}

/*
 * Reads the file, its includes and everything they say.  Returns NULL with the
 * text of the usage error in *cause (without "Error: "); nothing else happens
 * then.  The caller frees with config_free.
 *
 * keep_env: names and values that [supervisord] environment= gave before, which
 * stay available as %(ENV_x)s over a reload; NULL at the start.  On a reload
 * messages do not list the names of the environment, as clients see them.
 */
struct config *config_load(const struct config_overrides *,
    const struct strvec *keep_env, char **cause);
void config_free(struct config *); /* takes NULL */

/*
 * On a reload the servers go on as they are: gives the new configuration the
 * old one's default of SUPERVISOR_SERVER_URL.
 */
void config_keep_serverurl(struct config *, const struct config *old);

/* NULL if there is none of that name; borrowed. */
const struct group_config *config_find_group(const struct config *,
    const char *name);
/* The value of an unknown key, as written, or NULL; key in lower case. */
const char *settings_get(const struct settings *, const char *key);

#endif
