/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_EFFECT_H
#define PREFLIGHT_EFFECT_H

#include <stdbool.h>

#include "preflight/nginx/need.h"
#include "preflight/nginx/nginx_location.h"
#include "preflight/report/finding.h"

/*
 * Sets what a visitor and nginx's error log would see if the need is refused
 * with this errno; file is the path nginx would try to open.  What cannot be
 * told is left out.  (contract P1.2, P1.3)
 */
void effect_set(struct finding *, const struct need *, int error,
    const char *file);

/* Whether nginx opens a file to see if it is there, as it does where it looks
 * out for links (disable_symlinks); else it finds what it cannot read. */
bool effect_opens_to_find(const struct need *);
/* The need as it is once a file was found: try_files hides no refusal that
 * comes later. */
struct need effect_found(const struct need *);

/* Adds how to see the answer, for a file that is there below the need's path,
 * or (NULL) for what is handed to its socket.  The need's server is one of the
 * model. */
void effect_see(const struct nginx_model *, struct finding *,
    const struct need *, const char *file);

#endif
