/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "preflight/probe/answer.h"

void
answer_done(struct answer *answer)
{
	for (size_t i = 0; i < answer->step_count; i++)
		free(answer->steps[i].path);
	free(answer->steps);
	free(answer->blocker);
	*answer = (struct answer){ .verdict = ANSWER_UNDECIDED };
}

void
answer_copy(struct answer *copy, const struct answer *answer)
{
	*copy = *answer;
	if (answer->blocker != NULL)
		copy->blocker = xstrdup(answer->blocker);
	copy->steps = xcalloc(answer->step_count + 1, sizeof(*copy->steps));
	for (size_t i = 0; i < answer->step_count; i++)
		copy->steps[i] = (struct step){
			.path = xstrdup(answer->steps[i].path),
			.facts = answer->steps[i].facts,
		};
}

const char *
ask_name(enum ask what)
{
	static const char *const names[] = {
#define X(id, name) [ASK_##id] = name,
		ASKS(X)
#undef X
	};

	return names[what];
}

const char *
why_name(enum why why)
{
	static const char *const names[] = {
#define X(id, code) [WHY_##id] = #id,
		WHYS(X)
#undef X
	};

	return names[why];
}

const char *
why_code(enum why why)
{
	static const char *const codes[] = {
#define X(id, code) [WHY_##id] = code,
		WHYS(X)
#undef X
	};

	return codes[why];
}
