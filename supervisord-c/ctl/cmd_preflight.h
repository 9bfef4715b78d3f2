/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_PREFLIGHT_H
#define CTL_CMD_PREFLIGHT_H

#include "ctl/command.h"

/*
 * preflight: the last verdicts of the server's preflight plugin; preflight
 * NAME ...: new ones.  The exit status is CTL_ERROR if one is "fail", a name is
 * not known, or the server has no such plugin.
 */
void cmd_preflight(struct ctl *, const struct command *,
    const struct strvec *words);

#endif
