/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SOCKET_MAKER_H
#define PREFLIGHT_SOCKET_MAKER_H

#include "base/cred.h"

#include "preflight/app/server_plan.h"
#include "preflight/probe/predict.h"

struct judge;

/*
 * Who makes a program's socket and what is done to it then (contract P1.3,
 * P4.6): the manager for an fcgi-program, the program's user, or root, which
 * gives it away, or becomes somebody else first.
 */
struct socket_maker {
	struct creation creation; /* its creator is who, or the view's */
	struct cred who;
};

/* Fills the maker, which must stay where it is while creation is in use; to be
 * freed with socket_maker_done. */
void socket_maker_find(struct judge *, const struct planned_socket *,
    struct socket_maker *);
void socket_maker_done(struct socket_maker *);

#endif
