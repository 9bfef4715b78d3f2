/* SPDX-License-Identifier: ISC */
#include <stddef.h>

#include "preflight/fix/fix_image.h"
#include "preflight/report/report.h"

static void
put_into(struct strvec *words, const char *root)
{
	struct strvec whole = STRVEC_INIT;

	if (words->len == 0)
		return;
	strvec_push(&whole, "chroot");
	strvec_push(&whole, root);
	for (size_t i = 0; i < words->len; i++)
		strvec_push(&whole, words->items[i]);
	strvec_done(words);
	*words = whole;
}

static void
put_fixes_into(struct finding *finding, const char *root)
{
	for (size_t i = 0; i < finding->fix_count; i++) {
		struct fix *fix = &finding->fixes[i];

		for (size_t j = 0; j < fix->command_count; j++)
			put_into(&fix->commands[j].words, root);
		put_into(&fix->undo, root);
	}
}

void
fix_in_image(struct report *report, const char *root)
{
	for (size_t i = 0; i < report->program_count; i++) {
		const struct program_report *program = &report->programs[i];

		for (size_t j = 0; j < program->finding_count; j++)
			put_fixes_into(program->findings[j], root);
	}
}
