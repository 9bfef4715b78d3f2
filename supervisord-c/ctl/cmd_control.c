/* SPDX-License-Identifier: ISC */
/*
 * The commands that act on processes by name.
 */
#include "ctl/cmd_control.h"
#include "ctl/control.h"

static bool
has_names(struct ctl *ctl, const struct command *self,
    const struct strvec *words, int status)
{
	if (words->len > 0)
		return true;
	ctl_fail(ctl, status, "Error: %s requires a process name", self->name);
	command_print_help(self);
	return false;
}

void
cmd_start(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	if (has_names(ctl, self, words, CTL_USAGE))
		control_run(ctl, &control_start, NULL, words);
}

void
cmd_stop(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	if (has_names(ctl, self, words, CTL_ERROR))
		control_run(ctl, &control_stop, NULL, words);
}

void
cmd_restart(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	if (has_names(ctl, self, words, CTL_ERROR) &&
	    control_run(ctl, &control_stop, NULL, words) == 0)
		control_run(ctl, &control_start, NULL, words);
}

void
cmd_clear(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	if (has_names(ctl, self, words, CTL_ERROR))
		control_run(ctl, &control_clear, NULL, words);
}

void
cmd_signal(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct strvec names = STRVEC_INIT;

	if (words->len < 2) {
		ctl_fail(ctl, CTL_ERROR,
		    "Error: signal requires a signal name and a process name");
		command_print_help(self);
		return;
	}
	strvec_copy(&names, words);
	strvec_remove(&names, 0);
	control_run(ctl, &control_signal, words->items[0], &names);
	strvec_done(&names);
}
