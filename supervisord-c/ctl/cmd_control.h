/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_CONTROL_H
#define CTL_CMD_CONTROL_H

#include "ctl/command.h"

/* start, stop, restart, signal SIGNAL, clear: NAME ... (contract C6.6) */
void cmd_start(struct ctl *, const struct command *, const struct strvec *);
void cmd_stop(struct ctl *, const struct command *, const struct strvec *);
void cmd_restart(struct ctl *, const struct command *, const struct strvec *);
void cmd_signal(struct ctl *, const struct command *, const struct strvec *);
void cmd_clear(struct ctl *, const struct command *, const struct strvec *);

#endif
