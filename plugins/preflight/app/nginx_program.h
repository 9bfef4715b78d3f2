/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_PROGRAM_H
#define PREFLIGHT_NGINX_PROGRAM_H

#include "preflight/app/program_view.h"
#include "preflight/nginx/nginx_args.h"

/*
 * An nginx that is one of the programs, as in many containers: how it will be
 * started says more than the files alone (contract P2.4).
 */

/* The first program that starts an nginx, with its arguments, which the caller
 * frees with nginx_args_done; NULL if there is none. */
const struct program_view *nginx_program_find(const struct program_views *,
    struct nginx_args *);

/* Whether the words of a command start an nginx, behind whatever wraps it; then
 * its arguments, which the caller frees with nginx_args_done. */
bool nginx_program_args(const struct strvec *words, struct nginx_args *);

#endif
