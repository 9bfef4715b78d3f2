/* SPDX-License-Identifier: ISC */
#ifndef XMLRPC_FAULT_H
#define XMLRPC_FAULT_H

/* Supervisor's faults (contract C2.4); clients match code and name. */
#define FAULTS(X)                                                              \
	X(UNKNOWN_METHOD, 1)                                                   \
	X(INCORRECT_PARAMETERS, 2)                                             \
	X(BAD_ARGUMENTS, 3)                                                    \
	X(SIGNATURE_UNSUPPORTED, 4)                                            \
	X(SHUTDOWN_STATE, 6)                                                   \
	X(BAD_NAME, 10)                                                        \
	X(BAD_SIGNAL, 11)                                                      \
	X(NO_FILE, 20)                                                         \
	X(NOT_EXECUTABLE, 21)                                                  \
	X(FAILED, 30)                                                          \
	X(ABNORMAL_TERMINATION, 40)                                            \
	X(SPAWN_ERROR, 50)                                                     \
	X(ALREADY_STARTED, 60)                                                 \
	X(NOT_RUNNING, 70)                                                     \
	X(SUCCESS, 80)                                                         \
	X(ALREADY_ADDED, 90)                                                   \
	X(STILL_RUNNING, 91)                                                   \
	X(CANT_REREAD, 92)

enum fault {
#define X(name, code) FAULT_##name = code,
	FAULTS(X)
#undef X
};

/* "BAD_NAME" for 10, NULL for a code that is not in the list. */
const char *fault_name(int code);
/* "BAD_NAME", or "BAD_NAME: detail" if detail is not NULL; the caller frees. */
char *fault_text(enum fault, const char *detail);

#endif
