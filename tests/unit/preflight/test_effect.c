/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>

#include "preflight/judge/effect.h"

struct sample {
	enum need_kind kind;
	bool try_files, upstream, backup;
	int error, status;
};

/* What a real nginx was seen to answer (contract P1). */
static const struct sample samples[] = {
	{ NEED_STATIC_TREE, false, false, false, EACCES, 403 },
	{ NEED_STATIC_TREE, false, false, false, ENOENT, 404 },
	{ NEED_STATIC_TREE, false, false, false, ELOOP, 403 },
	{ NEED_STATIC_TREE, true, false, false, EACCES, 404 },
	{ NEED_STATIC_TREE, true, true, false, EACCES, 0 },
	{ NEED_HTPASSWD, false, false, false, EACCES, 500 },
	{ NEED_HTPASSWD, false, false, false, ENOENT, 403 },
	{ NEED_SOCKET, false, false, false, EACCES, 502 },
	{ NEED_SOCKET, false, false, true, EACCES, 0 },
	{ NEED_LOG_REOPEN, false, false, false, EACCES, 0 },
};

Test(effect, is_what_nginx_answers)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *one = &samples[i];
		struct finding *finding = finding_create(PF101, "/x");
		struct need need = {
			.kind = one->kind,
			.path = (char *)"/x",
			.try_files = one->try_files,
			.try_files_upstream = one->upstream,
			.backup = one->backup,
		};

		effect_set(finding, &need, one->error, "/x/a");
		cr_expect_eq(finding->effect.status, one->status, "row %zu", i);
		finding_free(finding);
	}
}

Test(effect, has_the_line_of_the_error_log)
{
	struct finding *finding = finding_create(PF101, "/x");
	struct need need = { .kind = NEED_STATIC_TREE,
		.path = (char *)"/x",
		.url = (char *)"/s/" };

	effect_set(finding, &need, EACCES, "/x/a");
	cr_expect_str_eq(finding->effect.log,
	    "open() \"/x/a\" failed (13: Permission denied)");
	cr_expect_str_eq(finding->effect.url, "/s/");
	need.kind = NEED_SOCKET;
	effect_set(finding, &need, ENOENT, "/x");
	cr_expect_str_eq(finding->effect.log,
	    "connect() to unix:/x failed (2: No such file or directory) while "
	    "connecting to upstream");
	finding_free(finding);
}

Test(effect, of_a_file_that_was_found_is_not_hidden)
{
	struct finding *finding = finding_create(PF102, "/x/a");
	struct need need = { .kind = NEED_STATIC_TREE,
		.path = (char *)"/x",
		.try_files = true,
		.try_files_upstream = true };
	struct need found = effect_found(&need);

	effect_set(finding, &found, EACCES, "/x/a");
	cr_expect_eq(finding->effect.status, 403);
	cr_expect_str_eq(finding->effect.log,
	    "open() \"/x/a\" failed (13: Permission denied)");
	finding_free(finding);
}
