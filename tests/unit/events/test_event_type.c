/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "events/event_type.h"

Test(event_type, names_lead_back_to_their_types)
{
	for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++)
		cr_assert_eq(event_type_parse(event_type_name(type)), type);
	cr_assert_str_eq(event_type_name(EV_TICK_3600), "TICK_3600");
	cr_assert_eq(event_type_parse("TICK_6"), EVENT_TYPE_COUNT);
	cr_assert_eq(event_type_parse("tick"), EVENT_TYPE_COUNT);
}

Test(event_type, a_type_descends_from_itself_and_its_parents)
{
	cr_assert(event_type_is_a(EV_TICK_5, EV_TICK_5));
	cr_assert(event_type_is_a(EV_TICK_5, EV_TICK));
	cr_assert(event_type_is_a(EV_TICK_5, EV_EVENT));
	cr_assert(event_type_is_a(EV_PROCESS_COMMUNICATION_STDERR,
	    EV_PROCESS_COMMUNICATION));
	cr_assert_not(event_type_is_a(EV_TICK, EV_TICK_5));
	cr_assert_not(event_type_is_a(EV_PROCESS_LOG_STDOUT, EV_PROCESS_STATE));
}

Test(event_type, preflight_is_no_event_of_supervisor)
{
	cr_assert_not(event_type_is_a(EV_PREFLIGHT_FAIL, EV_EVENT));
	cr_assert(event_type_is_a(EV_PREFLIGHT_FAIL, EV_PREFLIGHT));
}
