/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_PREFLIGHT_H
#define CTL_CMD_PREFLIGHT_H

#include "ctl/command.h"

void cmd_preflight(struct ctl *, const struct command *,
    const struct strvec *words);

#endif
