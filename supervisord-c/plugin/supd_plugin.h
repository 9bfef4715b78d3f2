/* SPDX-License-Identifier: ISC */
#ifndef SUPD_PLUGIN_H
#define SUPD_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The interface between supervisord-c and its plugins.
 *
 * A plugin is a shared object that exports one symbol:
 *
 *	const struct supd_plugin supd_plugin = {
 *		.abi = SUPD_PLUGIN_ABI, .size = sizeof(struct supd_plugin),
 *		.name = "example", .start = start, .stop = stop,
 *	};
 *
 * Both sides put abi and size first and read no further than the other's size:
 * members are only ever added at the end and never change their meaning.  The
 * daemon exports no symbols; everything a plugin may do is in struct supd_host.
 *
 * One thread: every call, in both directions, comes from the event loop, and
 * none of them may block.  Text is lent for the call unless said otherwise.
 */
#define SUPD_PLUGIN_ABI 1

/* Levels of Supervisor's log. */
enum supd_level {
	SUPD_DEBUG = 10,
	SUPD_INFO = 20,
	SUPD_WARN = 30,
	SUPD_ERROR = 40,
	SUPD_CRITICAL = 50,
};

struct supd_question; /* "may this process start?", open until answered */
struct supd_call;     /* an RPC call, open until answered */
struct supd_child;    /* a helper process that runs */
struct supd_timer;

/* A process, by its names. */
struct supd_process {
	const char *group;
	const char *name;
	const char *program; /* NAME of its [program:NAME] section */
};

/* An RPC value as plain data. */
enum supd_type {
	SUPD_INT,
	SUPD_BOOL,
	SUPD_STRING,
	SUPD_ARRAY,  /* items, count */
	SUPD_STRUCT, /* items with name set, count */
};

struct supd_value {
	enum supd_type type;
	const char *name; /* as the member of a struct */
	int64_t number;	  /* SUPD_INT, SUPD_BOOL */
	const char *text; /* SUPD_STRING */
	const struct supd_value *items;
	size_t count;
};

/* One method of a namespace that a plugin adds. */
struct supd_method {
	const char *name;
	const char *signature; /* types, the result's first: "struct,string" */
	unsigned int required; /* parameters that a caller must give */
	const char *help;
	/* Ends in rpc_return or rpc_fault, now or later. */
	void (*fn)(struct supd_call *, void *arg);
};

/* How a helper process ended. */
struct supd_result {
	bool timed_out;	    /* it was killed at its deadline */
	int exit_status;    /* -1: by a signal, or it could not be started */
	const char *output; /* its stdout, NUL behind it, lent */
	size_t len;
};

/* What the daemon offers; every function takes the table itself first. */
struct supd_host {
	uint32_t abi;
	uint32_t size;

	void (*log)(const struct supd_host *, enum supd_level, const char *);

	/* A key of [SECTION], or NULL.  The value is as written. */
	const char *(*section_option)(const struct supd_host *,
	    const char *section, const char *key);
	/* A key of a program's section that the daemon does not know itself, or
	 * NULL. */
	const char *(*program_option)(const struct supd_host *,
	    const char *group, const char *process, const char *key);
	/* The configuration file, for helpers that read it themselves. */
	const char *(*config_path)(const struct supd_host *);
	/* Calls fn for every process of every active group. */
	void (*each_process)(const struct supd_host *,
	    void (*fn)(const struct supd_process *, void *arg), void *arg);

	/*
	 * The gate.  ask is called before each start and must end in
	 * gate_answer (refusal NULL: it may start), now or later, once.
	 * cancel: nobody waits any more, forget the question.
	 */
	void (*gate_keep)(const struct supd_host *,
	    void (*ask)(struct supd_question *, const struct supd_process *,
		void *arg),
	    void (*cancel)(struct supd_question *, void *arg), void *arg);
	void (*gate_answer)(const struct supd_host *, struct supd_question *,
	    const char *refusal);

	/* Adds methods as NAMESPACE.method; the table stays the plugin's and
	 * must live as long as it.  -1 if the namespace is taken. */
	int (*rpc_register)(const struct supd_host *, const char *name,
	    const struct supd_method *, size_t count, void *arg);
	/* The index-th parameter as text; NULL if it is missing.  Only before
	 * the method's function returns, and lent until then. */
	const char *(*rpc_param)(const struct supd_host *,
	    const struct supd_call *, unsigned int index);
	void (*rpc_return)(const struct supd_host *, struct supd_call *,
	    const struct supd_value *);
	/* code: one of Supervisor's fault codes, 10 is BAD_NAME. */
	void (*rpc_fault)(const struct supd_host *, struct supd_call *,
	    int code, const char *detail);

	/* Publishes an event of the PREFLIGHT family by its name. */
	void (*publish)(const struct supd_host *, const char *type,
	    const char *payload);

	/*
	 * Starts a helper: argv[0] is its path.  stdin is /dev/null, stdout is
	 * collected up to max_output bytes (beyond, it is killed), stderr is
	 * the daemon's.  Killed with its process group after deadline_ms.
	 * done is always called, once, from the loop.
	 */
	struct supd_child *(*run_child)(const struct supd_host *,
	    const char *const *argv, int64_t deadline_ms, size_t max_output,
	    void (*done)(const struct supd_result *, void *arg), void *arg);
	/* Kills it; done is not called any more. */
	void (*kill_child)(const struct supd_host *, struct supd_child *);

	struct supd_timer *(*timer_create)(const struct supd_host *,
	    void (*fn)(void *arg), void *arg);
	void (*timer_set)(const struct supd_host *, struct supd_timer *,
	    int64_t delay_ms);
	void (*timer_free)(const struct supd_host *, struct supd_timer *);

	/* The path of a helper program of this package; lent until the next
	 * call. */
	const char *(*helper_path)(const struct supd_host *, const char *name);

	/* run_child with a descriptor as stdin, which stays the caller's. */
	struct supd_child *(*run_child_with)(const struct supd_host *,
	    const char *const *argv, int input, int64_t deadline_ms,
	    size_t max_output,
	    void (*done)(const struct supd_result *, void *arg), void *arg);
	/* Calls fn whenever a process has become RUNNING; one watcher. */
	void (*watch_running)(const struct supd_host *,
	    void (*fn)(const struct supd_process *, void *arg), void *arg);
	/* Starts a process that is FATAL, as an operator would; false if it is
	 * not, or is not there. */
	bool (*start_fatal)(const struct supd_host *, const char *group,
	    const char *process);

	/* The sections that belong to plugins, in the order of the file; NULL
	 * behind the last. */
	const char *(*section_name)(const struct supd_host *, size_t index);
};

struct supd_plugin {
	uint32_t abi;
	uint32_t size;
	const char *name;
	/* Returns the plugin's own data, NULL if it cannot work (it said why
	 * in the log).  The host outlives the plugin. */
	void *(*start)(const struct supd_host *);
	/* Open questions and calls need no answer any more. */
	void (*stop)(void *data);
};

#ifdef __cplusplus
}
#endif

#endif
