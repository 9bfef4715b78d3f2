/* SPDX-License-Identifier: ISC */
#ifndef CTL_RELOAD_RESULT_H
#define CTL_RELOAD_RESULT_H

#include "base/strvec.h"
#include "ctl/ctl.h"

/* What reading the configuration again found: names of groups. */
struct reload_result {
	struct strvec added;
	struct strvec changed;
	struct strvec removed;
};

/*
 * Has the server read its configuration.  -1 if it could not, which is printed:
 * shutting_down is the text for a server that is about to end.  The caller
 * frees with reload_result_done.
 */
int reload_result_get(struct ctl *, const char *shutting_down,
    struct reload_result *);
void reload_result_done(struct reload_result *);
/* One JSON object; names gives the three members' names, in the order added,
 * changed, removed. */
void reload_result_print_json(const struct reload_result *,
    const char *const names[3]);

#endif
