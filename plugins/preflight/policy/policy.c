/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/xmalloc.h"

#include "preflight/policy/policy.h"
#include "preflight/policy/policy_node.h"
#include "preflight/policy/policy_waiver.h"
#include "preflight/witness/witness.h"

/*
 * One table of keys for each mapping of the file.  The readers below fill the
 * struct that the table belongs to.
 */

#define POLICY_MAX_BYTES (1024 * 1024)

static const char *const action_words[] = { "default", "fail", "warn", "ignore",
	NULL };
static const char *const severity_words[] = { "info", "notice", "warning",
	"error", "critical", NULL };
static const char *const undecided_words[] = { "code", "pass", "warn", "fail",
	NULL };
static const char *const confirm_words[] = { "none", "http", NULL };

static int
read_version(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *text = policy_text(reader, node);

	(void)target;
	if (text == NULL)
		return -1;
	return strcmp(text, "1") == 0
	    ? 0
	    : policy_refuse(reader, node, "version %s is not known, 1 is",
		  text);
}

static int
read_fail_level(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct policy *policy = target;
	int choice;

	if (policy_choice(reader, node, severity_words, &choice) == -1)
		return -1;
	policy->has_fail_level = true;
	policy->fail_level = (enum severity)(SEVERITY_INFO + choice);
	return 0;
}

static int
read_undecided(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct policy *policy = target;
	int choice;

	if (policy_choice(reader, node, undecided_words, &choice) == -1)
		return -1;
	policy->has_undecided = true;
	policy->undecided = (enum undecided_rule)choice;
	return 0;
}

static int
read_confirm(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct policy *policy = target;
	int choice;

	if (policy_choice(reader, node, confirm_words, &choice) == -1)
		return -1;
	policy->confirm_http = choice == 1;
	return 0;
}

static int
read_defaults(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "fail_level", read_fail_level },
		{ "undecided", read_undecided },
		{ "confirm", read_confirm },
		{ NULL, NULL },
	};

	return policy_mapping(reader, node, keys, target);
}

/* One entry of the list. */
struct nginx_entry {
	struct strvec *nginx; /* the policy's */
	bool dump;
};

static int
read_nginx_conf(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *path = policy_path(reader, node);

	if (path == NULL)
		return -1;
	strvec_push(((struct nginx_entry *)target)->nginx, path);
	return 0;
}

static int
read_nginx_pid(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *path = policy_path(reader, node);

	if (path == NULL)
		return -1;
	strvec_pushf(((struct nginx_entry *)target)->nginx, "pid:%s", path);
	return 0;
}

/* The name of a container is for the reader of the policy only. */
static int
read_container(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	(void)target;
	return policy_text(reader, node) == NULL ? -1 : 0;
}

static int
read_nginx_dump(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_bool(reader, node, &((struct nginx_entry *)target)->dump);
}

static int
read_nginx_item(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct policy *policy = target;
	static const struct policy_key keys[] = {
		{ "conf", read_nginx_conf },
		{ "pid_file", read_nginx_pid },
		{ "container", read_container },
		{ "dump", read_nginx_dump },
		{ NULL, NULL },
	};
	struct nginx_entry entry = { .nginx = &policy->nginx };
	size_t before = policy->nginx.len;

	if (policy_mapping(reader, node, keys, &entry) == -1)
		return -1;
	if (policy->nginx.len != before + 1)
		return policy_refuse(reader, node,
		    "an nginx has either conf or pid_file");
	if (entry.dump)
		strvec_push(&policy->dumped_nginx, policy->nginx.items[before]);
	return 0;
}

static int
read_nginx(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_sequence(reader, node, read_nginx_item, target);
}

/* The key of the mapping is a code, so it has no table. */
static int
read_codes_into(struct policy_reader *reader, yaml_node_t *node,
    enum code_action *codes)
{
	bool seen[FINDING_CODE_COUNT] = { false };
	int code, choice;

	if (node->type != YAML_MAPPING_NODE)
		return policy_refuse(reader, node,
		    "codes with actions are expected here");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key =
		    yaml_document_get_node(reader->document, pair->key);
		yaml_node_t *value =
		    yaml_document_get_node(reader->document, pair->value);

		if (policy_code(reader, key, &code) == -1 ||
		    policy_choice(reader, value, action_words, &choice) == -1)
			return -1;
		if (seen[code])
			return policy_refuse(reader, key, "'%s' is there twice",
			    finding_code_id((enum finding_code)code));
		seen[code] = true;
		codes[code] = (enum code_action)choice;
	}
	return 0;
}

static int
read_codes(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct policy *policy = target;

	if (read_codes_into(reader, node, policy->codes) == -1)
		return -1;
	for (size_t i = 0; i < FINDING_CODE_COUNT; i++) {
		if (policy->codes[i] == CODE_IGNORE &&
		    policy_never_for_all((enum finding_code)i))
			return policy_refuse(reader, node,
			    "%s cannot be ignored for all programs",
			    finding_code_id((enum finding_code)i));
	}
	return 0;
}

static int
read_pair_codes(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return read_codes_into(reader, node,
	    ((struct policy_pair *)target)->codes);
}

static int
read_tree_path(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_read_text(reader, node,
	    &((struct policy_static *)target)->path);
}

static int
read_tree_url(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	char **url = &((struct policy_static *)target)->url;

	if (policy_read_text(reader, node, url) == -1)
		return -1;
	return **url == '/'
	    ? 0
	    : policy_refuse(reader, node, "'%s' does not begin with '/'", *url);
}

static int
read_tree_max(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *text = policy_text(reader, node);
	long long number;

	if (text == NULL)
		return -1;
	if (parse_int(text, &number, NULL) == -1 || number < 0)
		return policy_refuse(reader, node, "'%s' is no number", text);
	((struct policy_static *)target)->max_unreadable = (long)number;
	return 0;
}

static int
read_tree(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "path", read_tree_path },
		{ "url", read_tree_url },
		{ "max_unreadable", read_tree_max },
		{ NULL, NULL },
	};
	struct policy_pair *pair = target;
	struct policy_static *tree;

	pair->trees = xreallocarray(pair->trees, pair->tree_count + 1,
	    sizeof(*pair->trees));
	tree = &pair->trees[pair->tree_count++];
	*tree = (struct policy_static){ 0 };
	if (policy_mapping(reader, node, keys, tree) == -1)
		return -1;
	if (tree->path == NULL || *tree->path != '/')
		return policy_refuse(reader, node,
		    "static needs an absolute path");
	return 0;
}

static int
read_trees(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_sequence(reader, node, read_tree, target);
}

static int
read_program(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_read_text(reader, node,
	    &((struct policy_pair *)target)->program);
}

static int
read_servers(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_strings(reader, node,
	    &((struct policy_pair *)target)->servers);
}

static int
read_upload(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *path = policy_path(reader, node);

	if (path == NULL)
		return -1;
	strvec_push(&((struct policy_pair *)target)->uploads, path);
	return 0;
}

static int
read_uploads(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_sequence(reader, node, read_upload, target);
}

static int
read_socket_path(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	if (policy_path(reader, node) == NULL)
		return -1;
	return policy_read_text(reader, node,
	    &((struct policy_pair *)target)->socket);
}

static int
read_socket_mode(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *text = policy_text(reader, node);
	long long mode;

	if (text == NULL)
		return -1;
	if (parse_octal(text, &mode, NULL) == -1 || mode < 0 || mode > 0777)
		return policy_refuse(reader, node,
		    "'%s' is no mode of a socket", text);
	((struct policy_pair *)target)->socket_mode = (int)mode;
	return 0;
}

static int
read_exclusive(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_bool(reader, node,
	    &((struct policy_pair *)target)->exclusive);
}

static int
read_socket(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "path", read_socket_path },
		{ "mode", read_socket_mode },
		{ "exclusive", read_exclusive },
		{ NULL, NULL },
	};

	return policy_mapping(reader, node, keys, target);
}

static int
read_pair(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "program", read_program },
		{ "servers", read_servers },
		{ "static", read_trees },
		{ "uploads", read_uploads },
		{ "socket", read_socket },
		{ "codes", read_pair_codes },
		{ NULL, NULL },
	};
	struct policy *policy = target;
	struct policy_pair *pair;

	policy->pairs = xreallocarray(policy->pairs, policy->pair_count + 1,
	    sizeof(*policy->pairs));
	pair = &policy->pairs[policy->pair_count++];
	*pair = (struct policy_pair){ .socket_mode = -1 };
	if (policy_mapping(reader, node, keys, pair) == -1)
		return -1;
	if (pair->program == NULL || *pair->program == '\0')
		return policy_refuse(reader, node, "a pair needs a program");
	return policy_pair_of(policy, pair->program) == pair
	    ? 0
	    : policy_refuse(reader, node, "program '%s' is there twice",
		  pair->program);
}

static int
read_pairs(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_sequence(reader, node, read_pair, target);
}

static int
read_add(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_strings(reader, node,
	    &((struct policy *)target)->secrets_add);
}

static int
read_ignore(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_strings(reader, node,
	    &((struct policy *)target)->secrets_ignore);
}

static int
read_secrets(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "add", read_add },
		{ "ignore", read_ignore },
		{ NULL, NULL },
	};

	return policy_mapping(reader, node, keys, target);
}

static const struct policy_key top_keys[] = {
	{ "version", read_version },
	{ "defaults", read_defaults },
	{ "nginx", read_nginx },
	{ "pairs", read_pairs },
	{ "codes", read_codes },
	{ "secrets", read_secrets },
	{ "waivers", policy_waivers },
	{ NULL, NULL },
};

static int
read_document(yaml_document_t *document, struct policy *policy, time_t now,
    char **cause)
{
	struct policy_reader reader = {
		.file = policy->file,
		.document = document,
		.cause = cause,
		.now = now,
	};
	yaml_node_t *root = yaml_document_get_root_node(document);

	if (root == NULL)
		return cause_set(cause, "%s: the policy is empty",
		    policy->file);
	return policy_mapping(&reader, root, top_keys, policy);
}

/* Where the parser stopped; of bytes that are no text it only tells how many
 * it had read. */
static int
refuse_text(const yaml_parser_t *parser, const char *text,
    const struct policy *policy, char **cause)
{
	size_t line = parser->problem_mark.line;
	size_t column = parser->problem_mark.column;

	if (parser->error == YAML_READER_ERROR) {
		line = column = 0;
		for (size_t i = 0; i < parser->problem_offset; i++) {
			column = text[i] == '\n' ? 0 : column + 1;
			line += text[i] == '\n';
		}
	}
	return cause_set(cause, "%s:%zu:%zu: %s", policy->file, line + 1,
	    column + 1, parser->problem == NULL ? "not YAML" : parser->problem);
}

/* Nothing may follow: what is not read must not look as if it held. */
static int
expect_end(yaml_parser_t *parser, const char *text, const struct policy *policy,
    char **cause)
{
	yaml_document_t more;
	bool ended;

	if (!yaml_parser_load(parser, &more))
		return refuse_text(parser, text, policy, cause);
	ended = yaml_document_get_root_node(&more) == NULL;
	if (!ended)
		cause_set(cause, "%s:%zu:%zu: a policy is one document",
		    policy->file, more.start_mark.line + 1,
		    more.start_mark.column + 1);
	yaml_document_delete(&more);
	return ended ? 0 : -1;
}

static int
load(const char *text, size_t len, struct policy *policy, time_t now,
    char **cause)
{
	yaml_parser_t parser;
	yaml_document_t document;
	int failed;

	if (!yaml_parser_initialize(&parser))
		return cause_set(cause, "cannot start the YAML reader");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &document)) {
		refuse_text(&parser, text, policy, cause);
		yaml_parser_delete(&parser);
		return -1;
	}
	failed = read_document(&document, policy, now, cause);
	if (failed == 0)
		failed = expect_end(&parser, text, policy, cause);
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return failed;
}

int
policy_parse(const char *file, const char *text, size_t len, time_t now,
    struct policy *policy, char **cause)
{
	*policy = (struct policy){ .file = xstrdup(file) };
	return load(text, len, policy, now, cause);
}

int
policy_read(const char *path, time_t now, struct policy *policy, char **cause)
{
	size_t len;
	char *text;
	int failed;

	*policy = (struct policy){ .file = NULL };
	witness_file(path);
	text = fd_read_file(path, POLICY_MAX_BYTES, &len);
	if (text == NULL)
		return cause_set(cause, "cannot read the policy %s: %s", path,
		    strerror(errno));
	failed = policy_parse(path, text, len, now, policy, cause);
	free(text);
	return failed;
}

static void
pair_done(struct policy_pair *pair)
{
	free(pair->program);
	free(pair->socket);
	strvec_done(&pair->servers);
	strvec_done(&pair->uploads);
	for (size_t i = 0; i < pair->tree_count; i++) {
		free(pair->trees[i].path);
		free(pair->trees[i].url);
	}
	free(pair->trees);
}

void
policy_done(struct policy *policy)
{
	for (size_t i = 0; i < policy->pair_count; i++)
		pair_done(&policy->pairs[i]);
	free(policy->pairs);
	for (size_t i = 0; i < policy->waiver_count; i++)
		policy_waiver_done(&policy->waivers[i]);
	free(policy->waivers);
	strvec_done(&policy->nginx);
	strvec_done(&policy->dumped_nginx);
	strvec_done(&policy->secrets_add);
	strvec_done(&policy->secrets_ignore);
	free(policy->file);
	*policy = (struct policy){ 0 };
}

const struct policy_pair *
policy_pair_of(const struct policy *policy, const char *program)
{
	for (size_t i = 0; i < policy->pair_count; i++) {
		if (strcmp(policy->pairs[i].program, program) == 0)
			return &policy->pairs[i];
	}
	return NULL;
}
