/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "preflight/policy/policy.h"

/*
 * Any bytes as a policy.  A refusal has a sentence that begins with the name of
 * the file, and what was accepted keeps the promises of policy.h.
 */

/* 2026-01-01, so that a date in the corpus stays within a year. */
#define NOW 1767225600

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct policy *policy)
{
	for (size_t i = 0; i < policy->pair_count; i++)
		assert(
		    policy_pair_of(policy, policy->pairs[i].program) != NULL);
	for (size_t i = 0; i < policy->waiver_count; i++) {
		const struct waiver *waiver = &policy->waivers[i];

		assert(waiver->program != NULL && waiver->by != NULL);
		assert(strlen(waiver->reason) >= 10);
		assert(waiver->until <= NOW + (time_t)367 * 86400);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy;
	char *cause = NULL;

	if (policy_parse("fuzz", (const char *)data, size, NOW, &policy,
		&cause) == 0) {
		assert(cause == NULL);
		check(&policy);
	} else {
		assert(cause != NULL && strncmp(cause, "fuzz:", 5) == 0);
		free(cause);
	}
	policy_done(&policy);
	return 0;
}
