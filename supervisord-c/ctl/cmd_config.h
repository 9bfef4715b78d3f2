/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_CONFIG_H
#define CTL_CMD_CONFIG_H

#include "ctl/command.h"

/* reread, add and remove GROUP ..., avail (contract C6.7, C6.8) */
void cmd_reread(struct ctl *, const struct command *, const struct strvec *);
void cmd_add(struct ctl *, const struct command *, const struct strvec *);
void cmd_remove(struct ctl *, const struct command *, const struct strvec *);
void cmd_avail(struct ctl *, const struct command *, const struct strvec *);

#endif
