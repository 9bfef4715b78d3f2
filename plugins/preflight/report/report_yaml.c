/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/xmalloc.h"

#include "preflight/report/report_json.h"
#include "preflight/report/report_yaml.h"

/*
 * The JSON tree written as YAML, so that the two can never differ in content.
 * Text is always double-quoted: a path may look like anything.
 */

struct writer {
	yaml_emitter_t emitter;
	bool failed;
};

static void
emit(struct writer *writer, yaml_event_t *event)
{
	if (!yaml_emitter_emit(&writer->emitter, event))
		writer->failed = true;
}

static void
emit_scalar(struct writer *writer, const char *value, bool is_text)
{
	yaml_event_t event;

	if (!yaml_scalar_event_initialize(&event, NULL, NULL,
		(const yaml_char_t *)value, -1, !is_text, is_text,
		is_text ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
			: YAML_PLAIN_SCALAR_STYLE)) {
		writer->failed = true;
		return;
	}
	emit(writer, &event);
}

static void
emit_integer(struct writer *writer, json_int_t value)
{
	char *digits = xasprintf("%lld", (long long)value);

	emit_scalar(writer, digits, false);
	free(digits);
}

static void emit_value(struct writer *, const json_t *);

static void
emit_object(struct writer *writer, const json_t *json)
{
	yaml_event_t event;
	const char *key;
	json_t *value;

	yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
	    YAML_BLOCK_MAPPING_STYLE);
	emit(writer, &event);
	json_object_foreach((json_t *)json, key, value)
	{
		emit_scalar(writer, key, false);
		emit_value(writer, value);
	}
	yaml_mapping_end_event_initialize(&event);
	emit(writer, &event);
}

static void
emit_array(struct writer *writer, const json_t *json)
{
	yaml_event_t event;

	yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
	    json_array_size(json) == 0 ? YAML_FLOW_SEQUENCE_STYLE
				       : YAML_BLOCK_SEQUENCE_STYLE);
	emit(writer, &event);
	for (size_t i = 0; i < json_array_size(json); i++)
		emit_value(writer, json_array_get(json, i));
	yaml_sequence_end_event_initialize(&event);
	emit(writer, &event);
}

static void
emit_value(struct writer *writer, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		emit_object(writer, json);
		break;
	case JSON_ARRAY:
		emit_array(writer, json);
		break;
	case JSON_STRING:
		emit_scalar(writer, json_string_value(json), true);
		break;
	case JSON_INTEGER:
		emit_integer(writer, json_integer_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		emit_scalar(writer, json_is_true(json) ? "true" : "false",
		    false);
		break;
	case JSON_REAL: /* the tree has none */
	case JSON_NULL:
		emit_scalar(writer, "null", false);
		break;
	}
}

static int
append_output(void *arg, unsigned char *bytes, size_t len)
{
	strbuf_add(arg, bytes, len);
	return 1;
}

static void
emit_document(struct writer *writer, const json_t *tree)
{
	yaml_event_t event;

	yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
	emit(writer, &event);
	yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 0);
	emit(writer, &event);
	emit_value(writer, tree);
	yaml_document_end_event_initialize(&event, 1);
	emit(writer, &event);
	yaml_stream_end_event_initialize(&event);
	emit(writer, &event);
}

int
report_yaml_write(const struct report *report, struct strbuf *out, char **cause)
{
	struct writer writer = { .failed = false };
	json_t *tree = report_json_tree(report);

	if (!yaml_emitter_initialize(&writer.emitter)) {
		json_decref(tree);
		return cause_set(cause, "cannot start the YAML writer");
	}
	yaml_emitter_set_output(&writer.emitter, append_output, out);
	yaml_emitter_set_unicode(&writer.emitter, 1);
	yaml_emitter_set_width(&writer.emitter, -1);
	emit_document(&writer, tree);
	json_decref(tree);
	if (writer.failed)
		cause_set(cause, "cannot write YAML: %s",
		    writer.emitter.problem == NULL ? "unknown reason"
						   : writer.emitter.problem);
	yaml_emitter_delete(&writer.emitter);
	return writer.failed ? -1 : 0;
}
