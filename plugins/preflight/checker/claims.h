/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CLAIMS_H
#define PREFLIGHT_CLAIMS_H

#include "preflight/app/program_view.h"
#include "preflight/nginx/nginx_site.h"
#include "preflight/probe/probe.h"

/*
 * Fills in which of the site's trees belong to users of programs that nothing
 * else pairs with it (contract P3.4).  Each of these users is asked once, by a
 * child that is him: nobody else has to be able to see his trees.  image as in
 * probe_as.
 */
void claims_find(const struct program_views *, const char *image,
    const struct probe_options *, struct nginx_site *);

#endif
