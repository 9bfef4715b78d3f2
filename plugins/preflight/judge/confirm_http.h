/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CONFIRM_HTTP_H
#define PREFLIGHT_CONFIRM_HTTP_H

#include "base/strvec.h"

#include "preflight/nginx/need.h"
#include "preflight/nginx/nginx_location.h"

/*
 * Asks a running nginx itself, over loopback (contract P4.9): HEAD for the URI
 * to the need's server, one of the model.  Returns the status, or 0 if that
 * cannot be asked (confirm_where.h, no answer within timeout_ms).
 */
int confirm_http(const struct nginx_model *, const struct need *,
    const char *uri, int timeout_ms);
/* Appends the words of a command with which a person asks the same; nothing if
 * it cannot be asked. */
void confirm_http_command(const struct nginx_model *, const struct need *,
    const char *uri, struct strvec *words);

#endif
