/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_LOG_H
#define CTL_CMD_LOG_H

#include "ctl/command.h"

/* tail [-f | -N] NAME [stdout|stderr] and maintail [-f | -N] (contract C6.9) */
void cmd_tail(struct ctl *, const struct command *, const struct strvec *);
void cmd_maintail(struct ctl *, const struct command *, const struct strvec *);

#endif
