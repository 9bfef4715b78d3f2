/* SPDX-License-Identifier: ISC */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include <stdbool.h>

#include "http/http_server.h"

/*
 * The files of web/assets, which are part of the program (contract C5.5).
 */

/* Answers if there is such a file (path without the slash in front). */
bool assets_serve(struct http_request *, const char *path);

#endif
