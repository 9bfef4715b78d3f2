/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_STATUS_H
#define CTL_CMD_STATUS_H

#include "ctl/command.h"

/* status [NAME ...] and pid [NAME ...] (contract C6.5, C6.7) */
void cmd_status(struct ctl *, const struct command *, const struct strvec *);
void cmd_pid(struct ctl *, const struct command *, const struct strvec *);

#endif
