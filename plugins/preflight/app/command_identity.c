/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/command_identity.h"

void
command_identity_user(struct command_identity *who, const char *user)
{
	free(who->user);
	who->user = xstrdup(user);
}

/* The last one is the group, and all are groups. */
void
command_identity_group(struct command_identity *who, const char *group)
{
	free(who->group);
	who->group = xstrdup(group);
	strvec_push(&who->named, group);
}

static void
push_parts(struct strvec *parts, const char *text, char separator)
{
	const char stop[] = { separator, '\0' };
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == separator)) {
		len = strcspn(text, stop);
		if (len > 0)
			strvec_push_taken(parts, xstrndup(text, len));
	}
}

void
command_identity_groups(struct command_identity *who, const char *list)
{
	push_parts(&who->named, list, ',');
}

/* ":1000:1000" of chpst are numbers. */
void
command_identity_account(struct command_identity *who,
    const struct identity_rule *rule, const char *account)
{
	struct strvec parts = STRVEC_INIT;

	if (rule->splits)
		push_parts(&parts, account, ':');
	else
		strvec_push(&parts, account);
	if (parts.len > 0)
		command_identity_user(who, parts.items[0]);
	if (parts.len > 1)
		command_identity_group(who, parts.items[1]);
	for (size_t i = 2; i < parts.len; i++)
		strvec_push(&who->named, parts.items[i]);
	strvec_done(&parts);
}

void
command_identity_settle(struct command_identity *who,
    const struct identity_rule *rule, bool said)
{
	if (who->user == NULL && rule->usual_user != NULL)
		command_identity_user(who, rule->usual_user);
	if (who->group == NULL && rule->first_is_group && who->named.len > 0)
		who->group = xstrdup(who->named.items[0]);
	if (!said)
		who->groups = who->group == NULL ? rule->alone : rule->paired;
	if (who->group == NULL && who->user != NULL &&
	    rule->usual_group != NULL)
		who->group = xstrdup(rule->usual_group);
}

bool
command_identity_is_set(const struct command_identity *who)
{
	return who->user != NULL || who->group != NULL;
}

void
command_identity_copy(struct command_identity *to,
    const struct command_identity *from)
{
	*to = (struct command_identity){
		.user = from->user == NULL ? NULL : xstrdup(from->user),
		.group = from->group == NULL ? NULL : xstrdup(from->group),
		.groups = from->groups,
	};
	strvec_copy(&to->named, &from->named);
}

void
command_identity_done(struct command_identity *who)
{
	free(who->user);
	free(who->group);
	strvec_done(&who->named);
	*who = (struct command_identity){ .user = NULL };
}
