/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_FOREGROUND_H
#define CTL_CMD_FOREGROUND_H

#include "ctl/command.h"

/* fg NAME (contract C6.10) */
void cmd_fg(struct ctl *, const struct command *, const struct strvec *);

#endif
