/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_LIMITS_H
#define SUPERVISOR_LIMITS_H

#include "base/strvec.h"

/*
 * Raises the soft limits of descriptors and processes to these minimums
 * (contract D3.3), never lowers one.  Call it before privileges are dropped.
 * What was raised is appended to infos, to be logged once there is a log.  -1
 * with the text of the usage error in *cause.
 */
int limits_raise(int minfds, int minprocs, struct strvec *infos, char **cause);

#endif
