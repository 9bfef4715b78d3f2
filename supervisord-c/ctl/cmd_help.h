/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_HELP_H
#define CTL_CMD_HELP_H

#include "ctl/command.h"

/* help [COMMAND] */
void cmd_help(struct ctl *, const struct command *, const struct strvec *);

#endif
