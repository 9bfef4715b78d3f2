/* SPDX-License-Identifier: ISC */
#ifndef LOGS_SYSLOG_SINK_H
#define LOGS_SYSLOG_SINK_H

#include <stddef.h>

/*
 * The local syslog, LOG_USER and LOG_INFO (contract D5.4).  syslog(3) waits
 * for a daemon that does not read; this never does, it drops.
 */

/* Each line of the chunk as a message of its own, "name line"; name NULL: the
 * line alone.  Newlines at the end of the chunk are no lines.  Bytes that are
 * not UTF-8 are replaced. */
void syslog_sink_write(const char *name, const void *, size_t len);

/* One message as it is. */
void syslog_sink_send(const char *text, size_t len);

/* Tests only: another socket than /dev/log. */
void syslog_sink_use(const char *path);

#endif
