/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_FOLDER_H
#define PREFLIGHT_NGINX_FOLDER_H

/*
 * A temporary folder with configuration files, for tests.
 */
struct folder {
	char path[64];
};

void folder_make(struct folder *);
void folder_remove(struct folder *);
void folder_dir(struct folder *, const char *name);
void folder_file(struct folder *, const char *name, const char *text);
void folder_link(struct folder *, const char *name, const char *target);

#endif
