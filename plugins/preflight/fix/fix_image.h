/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_IMAGE_H
#define PREFLIGHT_FIX_IMAGE_H

struct report;

/* The plans are about an unpacked image: their commands run in it, where paths
 * and names are what they mean. */
void fix_in_image(struct report *, const char *root);

#endif
