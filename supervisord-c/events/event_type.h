/* SPDX-License-Identifier: ISC */
#ifndef EVENTS_EVENT_TYPE_H
#define EVENTS_EVENT_TYPE_H

#include <stdbool.h>

/* clang-format off */
/* X(type, parent): the tree of event types (contract C7.1), parents first. */
#define EVENT_TYPES(X)                                                \
	X(EVENT, EVENT)                                               \
	X(PROCESS_STATE, EVENT)                                       \
	X(PROCESS_STATE_STOPPED, PROCESS_STATE)                       \
	X(PROCESS_STATE_EXITED, PROCESS_STATE)                        \
	X(PROCESS_STATE_STARTING, PROCESS_STATE)                      \
	X(PROCESS_STATE_STOPPING, PROCESS_STATE)                      \
	X(PROCESS_STATE_BACKOFF, PROCESS_STATE)                       \
	X(PROCESS_STATE_FATAL, PROCESS_STATE)                         \
	X(PROCESS_STATE_RUNNING, PROCESS_STATE)                       \
	X(PROCESS_STATE_UNKNOWN, PROCESS_STATE)                       \
	X(PROCESS_COMMUNICATION, EVENT)                               \
	X(PROCESS_COMMUNICATION_STDOUT, PROCESS_COMMUNICATION)        \
	X(PROCESS_COMMUNICATION_STDERR, PROCESS_COMMUNICATION)        \
	X(PROCESS_LOG, EVENT)                                         \
	X(PROCESS_LOG_STDOUT, PROCESS_LOG)                            \
	X(PROCESS_LOG_STDERR, PROCESS_LOG)                            \
	X(REMOTE_COMMUNICATION, EVENT)                                \
	X(SUPERVISOR_STATE_CHANGE, EVENT)                             \
	X(SUPERVISOR_STATE_CHANGE_RUNNING, SUPERVISOR_STATE_CHANGE)   \
	X(SUPERVISOR_STATE_CHANGE_STOPPING, SUPERVISOR_STATE_CHANGE)  \
	X(TICK, EVENT)                                                \
	X(TICK_5, TICK)                                               \
	X(TICK_60, TICK)                                              \
	X(TICK_3600, TICK)                                            \
	X(PROCESS_GROUP, EVENT)                                       \
	X(PROCESS_GROUP_ADDED, PROCESS_GROUP)                         \
	X(PROCESS_GROUP_REMOVED, PROCESS_GROUP)                       \
	X(PREFLIGHT, PREFLIGHT)                                       \
	X(PREFLIGHT_OK, PREFLIGHT)                                    \
	X(PREFLIGHT_WARN, PREFLIGHT)                                  \
	X(PREFLIGHT_FAIL, PREFLIGHT)

enum event_type {
#define X(type, parent) EV_##type,
	EVENT_TYPES(X)
#undef X
	EVENT_TYPE_COUNT
};
/* clang-format on */

const char *event_type_name(enum event_type);
/* By name in upper case; EVENT_TYPE_COUNT if there is none. */
enum event_type event_type_parse(const char *name);
/* Whether a type is, or descends from, another.  PREFLIGHT is a tree of its
 * own: who subscribes to EVENT does not get it. */
bool event_type_is_a(enum event_type, enum event_type ancestor);

#endif
