/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "preflight/app/pairing.h"

Test(pairing, socket_paths_are_compared_by_place)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "/run/x/a.sock", "/run/x/a.sock", true },
		{ "/run//x/./a.sock", "/run/x/a.sock", true },
		{ "/run/x/../x/a.sock", "/run/x/a.sock", true },
		{ "/var/run/nowhere/a.sock", "/run/nowhere/a.sock", true },
		{ "/run/x/a.sock", "/run/x/b.sock", false },
		{ "a.sock", "a.sock", true },
		{ "a.sock", "/run/a.sock", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(pairing_same_socket(cases[i].a, cases[i].b),
		    cases[i].same, "%s and %s", cases[i].a, cases[i].b);
}

/* Two programs and a site by hand. */
static struct program_view items[2];
static struct program_views views = { items, 2 };
static struct need needs[4];
static struct nginx_site site = { .needs = needs, .need_count = 4 };

static void
set_up(void)
{
	items[0] = (struct program_view){ .name = (char *)"web",
		.directory = (char *)"/srv/web",
		.cred.uid = 1000 };
	items[1] = (struct program_view){ .name = (char *)"api",
		.directory = (char *)"/srv/api",
		.cred.uid = 1001 };
	server_plan_add_socket(&items[0].plan, "/run/pf-web/s");
	server_plan_add_socket(&items[1].plan, "/run/pf-api/s");
	needs[0] = (struct need){ .kind = NEED_SOCKET,
		.path = (char *)"/run/pf-web/s" };
	needs[1] = (struct need){ .kind = NEED_SOCKET,
		.path = (char *)"/run/pf-api/t" };
	needs[2] = (struct need){ .kind = NEED_STATIC_TREE,
		.path = (char *)"/srv/web/static/" };
	needs[3] = (struct need){ .kind = NEED_STATIC_TREE,
		.path = (char *)"/srv/webster/" };
}

static void
tear_down(void)
{
	server_plan_done(&items[0].plan);
	server_plan_done(&items[1].plan);
}

Test(pairing, a_socket_pairs_for_certain, .init = set_up, .fini = tear_down)
{
	struct pairing pairing;

	pairing_make(&views, &items[0], &site, &pairing);
	cr_expect_eq(pairing.by, PAIR_SOCKET);
	cr_assert_geq(pairing.need_count, 2);
	cr_expect_eq(pairing.needs[0].need, &needs[0]);
	cr_expect_not_null(pairing.needs[0].planned);
	cr_expect_eq(pairing.miss_count, 0);
	pairing_done(&pairing);
}

Test(pairing, a_path_that_is_nearly_the_same_is_told, .init = set_up,
    .fini = tear_down)
{
	struct pairing pairing;

	pairing_make(&views, &items[1], &site, &pairing);
	cr_expect_eq(pairing.by, PAIR_NONE);
	cr_assert_eq(pairing.miss_count, 1);
	cr_expect_eq(pairing.misses[0].need, &needs[1]);
	pairing_done(&pairing);
}

Test(pairing, a_tree_below_the_directory_is_likely, .init = set_up,
    .fini = tear_down)
{
	cr_expect(pairing_is_likely(&items[0], &needs[2]));
	cr_expect_not(pairing_is_likely(&items[0], &needs[3]));
	cr_expect_not(pairing_is_likely(&items[1], &needs[2]));
}

Test(pairing, a_key_adds_a_tree, .init = set_up, .fini = tear_down)
{
	struct served_path served = { .path = (char *)"/srv/x" };
	struct pairing pairing;

	items[1].keys.served = &served;
	items[1].keys.served_count = 1;
	pairing_make(&views, &items[1], &site, &pairing);
	cr_expect_eq(pairing.by, PAIR_KEY);
	cr_expect_str_eq(pairing.needs[0].need->path, "/srv/x");
	pairing_done(&pairing);
}
