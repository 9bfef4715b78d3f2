/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SEALED_MOUNTS_H
#define PREFLIGHT_SEALED_MOUNTS_H

#include "preflight/probe/sealed.h"

/* For the child of a sealed run, in a mount namespace of its own: closes every
 * file system and puts memory where the plan wants to write.  NULL, or what
 * could not be done, and errno.  It ends with the child: nothing is freed. */
const char *sealed_mounts_make(const struct sealed_plan *);

#endif
