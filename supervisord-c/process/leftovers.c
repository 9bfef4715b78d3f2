/* SPDX-License-Identifier: ISC */
/*
 * A short list, as each entry is a program that went into the background and
 * was started again.
 */
#include <stddef.h>
#include <string.h>

#include "process/leftovers.h"

static int
count_of(const struct leftovers *leftovers)
{
	int count = 0;

	while (count < MAX_LEFTOVERS && leftovers->items[count] != NULL)
		count++;
	return count;
}

void
leftovers_keep(struct leftovers *leftovers, struct instance *instance)
{
	struct instance **items = leftovers->items;
	int count = count_of(leftovers);

	if (count == MAX_LEFTOVERS) {
		instance_free(items[0]);
		count--;
		memmove(items, items + 1, (size_t)count * sizeof(*items));
	}
	instance_end_protocol(instance);
	items[count] = instance;
}

void
leftovers_free_silent(struct leftovers *leftovers)
{
	struct leftovers before = *leftovers;
	int kept = 0;

	*leftovers = (struct leftovers){ .items = { NULL } };
	for (int i = 0; i < count_of(&before); i++) {
		if (instance_is_silent(before.items[i]))
			instance_free(before.items[i]);
		else
			leftovers->items[kept++] = before.items[i];
	}
}

void
leftovers_free_all(struct leftovers *leftovers)
{
	for (int i = 0; i < MAX_LEFTOVERS; i++) {
		instance_free(leftovers->items[i]);
		leftovers->items[i] = NULL;
	}
}

struct instance *
leftovers_newest(const struct leftovers *leftovers)
{
	int count = count_of(leftovers);

	return count == 0 ? NULL : leftovers->items[count - 1];
}

void
leftovers_reopen_logs(struct leftovers *leftovers)
{
	for (int i = 0; i < count_of(leftovers); i++)
		instance_reopen_logs(leftovers->items[i]);
}
