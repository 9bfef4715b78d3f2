/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_PATTERN_H
#define CTL_CMD_PATTERN_H

#include "ctl/command.h"

/*
 * mstart, mstop, mrestart, msignal SIGNAL, mstatus: PATTERN ...  Patterns of
 * fnmatch(3) over names; words of their own, because in Supervisor's commands
 * a * only ever follows a colon.
 */
void cmd_mstart(struct ctl *, const struct command *, const struct strvec *);
void cmd_mstop(struct ctl *, const struct command *, const struct strvec *);
void cmd_mrestart(struct ctl *, const struct command *, const struct strvec *);
void cmd_msignal(struct ctl *, const struct command *, const struct strvec *);
void cmd_mstatus(struct ctl *, const struct command *, const struct strvec *);

#endif
