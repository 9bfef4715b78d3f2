/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_DIGEST_H
#define PREFLIGHT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_INIT 14695981039346656037u

/* Sixty-four bits of FNV-1a: tells changes apart, keeps out nobody who means
 * harm.  Safe after fork. */
static inline uint64_t
digest_add(uint64_t digest, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		digest = (digest ^ p[i]) * 1099511628211u;
	return digest;
}

#endif
