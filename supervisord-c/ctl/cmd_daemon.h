/* SPDX-License-Identifier: ISC */
#ifndef CTL_CMD_DAEMON_H
#define CTL_CMD_DAEMON_H

#include "ctl/command.h"

/* version, shutdown, reload, open URL, quit (contract C6.7, C6.10) */
void cmd_version(struct ctl *, const struct command *, const struct strvec *);
void cmd_shutdown(struct ctl *, const struct command *, const struct strvec *);
void cmd_reload(struct ctl *, const struct command *, const struct strvec *);
void cmd_open(struct ctl *, const struct command *, const struct strvec *);
void cmd_quit(struct ctl *, const struct command *, const struct strvec *);

#endif
