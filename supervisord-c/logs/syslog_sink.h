/* SPDX-License-Identifier: ISC */
#ifndef LOGS_SYSLOG_SINK_H
#define LOGS_SYSLOG_SINK_H

#include <stddef.h>

/* Sends each line of the chunk as "name line", LOG_USER and LOG_INFO (contract
 * D5.4); name NULL: the line alone.  Bytes that are not UTF-8 are replaced. */
void syslog_sink_write(const char *name, const void *, size_t len);

#endif
