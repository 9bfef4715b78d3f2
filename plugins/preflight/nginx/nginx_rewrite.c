/* SPDX-License-Identifier: ISC */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "base/xmalloc.h"

#include "preflight/nginx/nginx_rewrite.h"
#include "preflight/nginx/nginx_tree.h"
#include "preflight/nginx/nginx_vars.h"

/*
 * Of all regexes only those are followed backwards that keep the end of the
 * URI: "^/old/(.*)$" to "/new/$1".  That is what people write to serve a
 * folder under another name.
 */

/* A regex that needs more steps than this is not decided. */
#define MATCH_LIMIT 100000

/* Matches; rest as in nginx_rewrite_of. */
static bool
matches(const struct nginx_rewrite *rewrite, const char *uri, long *rest)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data =
	    pcre2_match_data_create_from_pattern(rewrite->regex, NULL);
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
	int count;

	pcre2_set_match_limit(context, MATCH_LIMIT);
	count = pcre2_match(rewrite->regex, (PCRE2_SPTR)uri,
	    PCRE2_ZERO_TERMINATED, 0, 0, data, context);
	*rest = -1;
	if (count > 1 && ends[2] != PCRE2_UNSET && ends[3] == strlen(uri))
		*rest = (long)ends[2];
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return count > 0;
}

static const struct nginx_rewrite *
first_of(const struct nginx_rewrites *rewrites, const char *uri, long *rest)
{
	for (size_t i = 0; i < rewrites->count; i++)
		if (rewrites->items[i].regex != NULL &&
		    matches(&rewrites->items[i], uri, rest))
			return &rewrites->items[i];
	return NULL;
}

const struct nginx_rewrite *
nginx_rewrite_of(const struct nginx_location *location, const char *uri,
    long *rest)
{
	return location == NULL ? NULL
				: first_of(&location->rewrites, uri, rest);
}

/* Whether the block has a rewrite that may make this URI. */
static bool
makes(const struct nginx_node *block, const char *uri)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		const char *to = nginx_node_arg(node, 2);
		size_t constant = strcspn(to, "$?");

		if (node->block && makes(node, uri))
			return true;
		if (nginx_node_is(node, "rewrite") &&
		    strncmp(to, uri, constant) == 0 &&
		    (to[constant] == '$' || uri[constant] == '\0'))
			return true;
	}
	return false;
}

bool
nginx_rewrite_hides(const struct nginx_server *server, const char *uri)
{
	long rest;

	return first_of(&server->rewrites, uri, &rest) != NULL &&
	    !makes(server->node, uri);
}

/*
 * Conditions
 */

#define CONDITION_WORDS 3

/* The words between the parentheses; false if they are not variable, operator
 * and value.  To be freed in either case. */
static bool
read_condition(const struct nginx_node *node, struct strvec *words)
{
	for (size_t i = 1; i < node->arg_count; i++) {
		const char *word = node->args[i];
		size_t len;

		if (i == 1 && *word == '(')
			word++;
		len = strlen(word);
		if (i + 1 == node->arg_count && len > 0 && word[len - 1] == ')')
			len--;
		if (len > 0)
			strvec_push_taken(words, xstrndup(word, len));
	}
	return words->len == CONDITION_WORDS &&
	    (strcmp(words->items[0], "$uri") == 0 ||
		strcmp(words->items[0], "$document_uri") == 0);
}

static bool
pattern_takes(const char *pattern, bool caseless, const char *uri)
{
	PCRE2_SIZE offset;
	int error;
	long rest;
	const struct nginx_rewrite rewrite = {
		.regex =
		    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			caseless ? PCRE2_CASELESS : 0, &error, &offset, NULL),
	};
	bool taken = rewrite.regex != NULL && matches(&rewrite, uri, &rest);

	pcre2_code_free(rewrite.regex);
	return taken;
}

/* Only what says yes to a URI: that something is not so is not looked at. */
static bool
takes(const struct nginx_node *node, const char *uri)
{
	struct strvec words = STRVEC_INIT;
	const char *operator, * value;
	bool taken = false;

	if (read_condition(node, &words)) {
		operator= words.items[1];
		value = words.items[2];
		if (strcmp(operator, "=") == 0)
			taken = strcmp(value, uri) == 0;
		else if (strcmp(operator, "~") == 0)
			taken = pattern_takes(value, false, uri);
		else if (strcmp(operator, "~*") == 0)
			taken = pattern_takes(value, true, uri);
	}
	strvec_done(&words);
	return taken;
}

const struct nginx_node *
nginx_rewrite_return(const struct nginx_node *block, const char *uri)
{
	const struct nginx_node *node, *first;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (nginx_node_is(node, "break") ||
		    nginx_node_is(node, "rewrite"))
			return NULL;
		if (!node->block || !nginx_node_is(node, "if") ||
		    !takes(node, uri))
			continue;
		first = TAILQ_FIRST(&node->children);
		if (first != NULL && nginx_node_is(first, "return"))
			return first;
	}
	return NULL;
}

bool
nginx_rewrite_stays(const struct nginx_rewrite *rewrite)
{
	return nginx_node_arg(rewrite->node, 2)[0] == '/' &&
	    strcmp(nginx_node_arg(rewrite->node, 3), "break") == 0;
}

/* Whether the regex ends with a group of anything. */
static const char *
last_group(const char *regex)
{
	static const char *const groups[] = { "(.*)", "(.*)$", "(.+)",
		"(.+)$" };
	size_t len = strlen(regex);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		size_t end = strlen(groups[i]);

		if (len >= end && strcmp(regex + len - end, groups[i]) == 0)
			return regex + len - end;
	}
	return NULL;
}

/* The text that "^/a\.b/" stands for up to end; NULL if it is no plain text. */
static char *
plain_start(const char *regex, const char *end)
{
	struct strbuf text;

	if (*regex != '^')
		return NULL;
	strbuf_init(&text);
	for (regex++; regex < end; regex++) {
		if (*regex == '\\' && regex + 1 < end &&
		    strchr("./-_", regex[1]) != NULL)
			regex++;
		else if (strchr("\\.[]()*+?|{}^$", *regex) != NULL) {
			strbuf_done(&text);
			return NULL;
		}
		strbuf_addch(&text, *regex);
	}
	return strbuf_steal(&text);
}

/* Everything up to the last slash before the variable. */
static char *
folder_before(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] != '/')
		len--;
	return xstrndup(text, len);
}

void
nginx_rewrite_read(const struct nginx_rewrite *rewrite,
    struct nginx_rewritten *found)
{
	const char *regex = nginx_node_arg(rewrite->node, 1);
	const char *to = nginx_node_arg(rewrite->node, 2);
	size_t constant = strcspn(to, "$?");
	const char *group = last_group(regex);

	memset(found, 0, sizeof(*found));
	if (to[constant] != '$') {
		found->to = xstrndup(to, constant);
		found->whole = true;
		return;
	}
	/* The one group that there is, and it is the end of both. */
	if (group != NULL &&
	    memchr(regex, '(', (size_t)(group - regex)) == NULL &&
	    strcmp(to + constant, "$1") == 0) {
		found->to = xstrndup(to, constant);
		found->from = plain_start(regex, group);
		return;
	}
	found->to = folder_before(to, constant);
	if (nginx_vars_reference(to + constant, &found->variable) == 0)
		found->variable = xstrdup("");
}

void
nginx_rewritten_done(struct nginx_rewritten *found)
{
	free(found->from);
	free(found->to);
	free(found->variable);
}
