/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_UPDATE_H
#define CTL_CMD_UPDATE_H

#include "ctl/command.h"

/* update [--dry-run] [all | GROUP ...] (contract C6.8) */
void cmd_update(struct ctl *, const struct command *, const struct strvec *);

#endif
