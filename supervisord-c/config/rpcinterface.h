/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_RPCINTERFACE_H
#define CONFIG_RPCINTERFACE_H

#include "config/reader.h"

/* Reads the [rpcinterface:x] sections (contract D2.13).  -1 with the text of
 * the usage error. */
int rpcinterfaces_read(struct config_reader *, char **cause);

#endif
