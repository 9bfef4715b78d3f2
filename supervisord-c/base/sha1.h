/* SPDX-License-Identifier: ISC */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>

#define SHA1_LEN 20

/* FIPS 180-4.  For the {SHA} passwords of old configurations and for nothing
 * new. */
void sha1(const void *, size_t len, unsigned char digest[SHA1_LEN]);

#endif
