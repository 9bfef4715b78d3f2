/* SPDX-License-Identifier: ISC */
/*
 * XML-RPC documents to values, on expat.  Each open element is a frame that
 * collects its text up to the first child, and of its children what its row in
 * the table says; when it closes, the row makes its value, which the frame
 * below keeps or drops.  Whatever the document says, memory stays within the
 * limits of the header: nothing here recurses but value_free, whose depth is
 * the document's.
 */
#include <assert.h>
#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "xmlrpc/reader.h"
#include "xmlrpc/scalar.h"

struct frame {
	const struct element *element;
	struct strbuf text; /* up to the first child; memory kept for reuse */
	size_t children;
	struct value *first, *second; /* children; only of KEEP_FIRST, _PAIR */
	struct value
	    *whole; /* the array of KEEP_ALL, the struct of KEEP_PAIRS */
};

struct reader {
	XML_Parser parser;
	struct frame frames[XMLRPC_DEPTH_MAX];
	size_t depth;
	size_t values, values_max;
	bool stopped;
	char *cause; /* why it stopped */
	char *method;
	struct value *params;
	struct value *fault;
};

enum keep {
	KEEP_NONE,
	KEEP_FIRST,
	KEEP_PAIR,  /* the first two; more are an error */
	KEEP_ALL,   /* as items of an array */
	KEEP_PAIRS, /* members only, into a struct */
};

/* One known element.  close makes the value (may be NULL for those that are
 * not values) or returns -1 with *cause. */
struct element {
	const char *name;
	enum keep keep;
	struct value *(*scalar)(const struct strbuf *, char **cause);
	int (*close)(struct reader *, struct frame *, struct value **, char **);
};

static struct value *
take(struct value **slot)
{
	struct value *value = *slot;

	*slot = NULL;
	return value;
}

static int
close_value(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)reader;
	if (frame->children > 0)
		*value = take(&frame->first);
	else
		*value = scalar_string(&frame->text, cause);
	return 0;
}

static int
close_param(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)reader;
	if (frame->children == 0)
		return cause_set(cause, "param without a value");
	*value = take(&frame->first);
	return 0;
}

static int
close_array(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)reader;
	if (frame->first == NULL || value_type(frame->first) != VALUE_ARRAY)
		return cause_set(cause, "array without data");
	*value = take(&frame->first);
	return 0;
}

static int
close_whole(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)reader;
	(void)cause;
	*value = take(&frame->whole);
	return 0;
}

/* The pair is left in the frame, for the struct around it. */
static int
close_member(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)reader;
	if (frame->children != 2)
		return cause_set(cause,
		    "member without exactly name and value");
	if (frame->first == NULL || value_type(frame->first) != VALUE_STRING)
		return cause_set(cause, "member whose name is not text");
	*value = NULL;
	return 0;
}

static int
close_method_name(struct reader *reader, struct frame *frame,
    struct value **value, char **cause)
{
	(void)cause;
	free(reader->method);
	reader->method = xstrndup(frame->text.data, frame->text.len);
	*value = NULL;
	return 0;
}

static int
close_params(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	(void)cause;
	value_free(reader->params);
	reader->params = take(&frame->whole);
	*value = NULL;
	return 0;
}

static int
close_fault(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	if (frame->first == NULL || value_type(frame->first) != VALUE_STRUCT)
		return cause_set(cause, "fault without a struct");
	value_free(reader->fault);
	reader->fault = take(&frame->first);
	*value = NULL;
	return 0;
}

/* The most frequent first. */
static const struct element elements[] = {
	/* clang-format off */
	{ "value",            KEEP_FIRST, NULL,            close_value },
	{ "member",           KEEP_PAIR,  NULL,            close_member },
	{ "name",             KEEP_NONE,  scalar_string,   NULL },
	{ "string",           KEEP_NONE,  scalar_string,   NULL },
	{ "int",              KEEP_NONE,  scalar_int,      NULL },
	{ "struct",           KEEP_PAIRS, NULL,            close_whole },
	{ "array",            KEEP_FIRST, NULL,            close_array },
	{ "data",             KEEP_ALL,   NULL,            close_whole },
	{ "boolean",          KEEP_NONE,  scalar_bool,     NULL },
	{ "i4",               KEEP_NONE,  scalar_int,      NULL },
	{ "double",           KEEP_NONE,  scalar_double,   NULL },
	{ "dateTime.iso8601", KEEP_NONE,  scalar_datetime, NULL },
	{ "base64",           KEEP_NONE,  scalar_base64,   NULL },
	{ "nil",              KEEP_NONE,  scalar_nil,      NULL },
	{ "param",            KEEP_FIRST, NULL,            close_param },
	{ "params",           KEEP_ALL,   NULL,            close_params },
	{ "methodName",       KEEP_NONE,  NULL,            close_method_name },
	{ "fault",            KEEP_FIRST, NULL,            close_fault },
	/* clang-format on */
};

/* i8 and every other unknown element is its raw text, as a string. */
static const struct element unknown_element = {
	.keep = KEEP_NONE,
	.scalar = scalar_string,
};

static const struct element *
find_element(const char *name)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	}
	return &unknown_element;
}

/* Takes the cause; the first one counts. */
static void
stop(struct reader *reader, char *cause)
{
	if (reader->stopped) {
		free(cause);
		return;
	}
	reader->stopped = true;
	reader->cause = cause;
	XML_StopParser(reader->parser, XML_FALSE);
}

static void
on_open(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = arg;
	struct frame *frame;

	(void)attributes;
	if (reader->stopped)
		return;
	if (reader->depth == XMLRPC_DEPTH_MAX) {
		stop(reader, xstrdup("nested too deeply"));
		return;
	}
	frame = &reader->frames[reader->depth++];
	frame->element = find_element(name);
	frame->children = 0;
	strbuf_clear(&frame->text);
	if (frame->element->keep == KEEP_ALL)
		frame->whole = value_array();
	else if (frame->element->keep == KEEP_PAIRS)
		frame->whole = value_struct();
}

static void
on_text(void *arg, const XML_Char *text, int len)
{
	struct reader *reader = arg;
	struct frame *frame;

	if (reader->stopped || reader->depth == 0)
		return;
	frame = &reader->frames[reader->depth - 1];
	if (frame->children == 0)
		strbuf_add(&frame->text, text, (size_t)len);
}

/* Moves a closed member's pair into the struct. */
static int
keep_pair(struct frame *parent, struct frame *child, char **cause)
{
	if (child->element->keep != KEEP_PAIR)
		return cause_set(cause,
		    "struct with something else than members");
	if (value_count(parent->whole) == XMLRPC_MEMBERS_MAX)
		return cause_set(cause, "struct with too many members");
	if (child->second == NULL)
		return cause_set(cause, "member without a value");
	value_set(parent->whole, value_as_string(child->first, NULL),
	    take(&child->second));
	return 0;
}

/* Where the child that just closed is kept, NULL if it is not. */
static struct value **
slot_of(struct frame *parent)
{
	enum keep keep = parent->element->keep;

	if (parent->children == 1 && (keep == KEEP_FIRST || keep == KEEP_PAIR))
		return &parent->first;
	if (parent->children == 2 && keep == KEEP_PAIR)
		return &parent->second;
	return NULL;
}

/* Hands a closed element's value (which may be NULL) to the one around it. */
static int
keep_child(struct frame *parent, struct frame *child, struct value *value,
    char **cause)
{
	struct value **slot;

	parent->children++;
	if (parent->element->keep == KEEP_PAIRS) {
		value_free(value);
		return keep_pair(parent, child, cause);
	}
	if (parent->element->keep == KEEP_ALL) {
		value_push(parent->whole, value == NULL ? value_nil() : value);
		return 0;
	}
	slot = slot_of(parent);
	if (slot == NULL)
		value_free(value);
	else
		*slot = value == NULL ? value_nil() : value;
	return 0;
}

static void
drop_children(struct frame *frame)
{
	value_free(take(&frame->first));
	value_free(take(&frame->second));
	value_free(take(&frame->whole));
}

static int
make_value(struct reader *reader, struct frame *frame, struct value **value,
    char **cause)
{
	if (++reader->values > reader->values_max)
		return cause_set(cause, "too many values");
	if (frame->element->scalar == NULL)
		return frame->element->close(reader, frame, value, cause);
	*value = frame->element->scalar(&frame->text, cause);
	return *value == NULL ? -1 : 0;
}

static void
on_close(void *arg, const XML_Char *name)
{
	struct reader *reader = arg;
	struct frame *frame;
	struct value *value = NULL;
	char *cause = NULL;
	int result;

	(void)name;
	if (reader->stopped)
		return;
	frame = &reader->frames[--reader->depth];
	result = make_value(reader, frame, &value, &cause);
	if (result == 0 && reader->depth > 0)
		result = keep_child(frame - 1, frame, value, &cause);
	else
		value_free(value);
	drop_children(frame);
	if (result == -1)
		stop(reader, cause);
}

/* Entities expand without bound, and no client needs them. */
static void
on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(arg, xstrdup("a document type declaration is not accepted"));
}

/*
 * The bytes are UTF-8 whatever the declaration says.  Blanks and a byte order
 * mark before the declaration are forgiven; a NUL would make expat think of
 * UTF-16.
 */
static int
check_bytes(const char **text, size_t *len, char **cause)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (*len > INT_MAX)
		return cause_set(cause, "too large");
	if (!utf8_valid(*text, *len) || memchr(*text, '\0', *len) != NULL)
		return cause_set(cause, "not UTF-8 text");
	if (*len >= 3 && memcmp(*text, bom, 3) == 0) {
		*text += 3;
		*len -= 3;
	}
	while (*len > 0 && strchr(" \t\r\n", **text) != NULL) {
		++*text;
		--*len;
	}
	return 0;
}

static void
reader_free(struct reader *reader)
{
	for (size_t i = 0; i < XMLRPC_DEPTH_MAX; i++) {
		drop_children(&reader->frames[i]);
		strbuf_done(&reader->frames[i].text);
	}
	XML_ParserFree(reader->parser);
	value_free(reader->params);
	value_free(reader->fault);
	free(reader->method);
	free(reader->cause);
	free(reader);
}

static struct reader *
reader_create(size_t values_max)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	reader->values_max = values_max;
	for (size_t i = 0; i < XMLRPC_DEPTH_MAX; i++)
		strbuf_init(&reader->frames[i].text);
	reader->parser = XML_ParserCreateNS("UTF-8", ' ');
	if (reader->parser == NULL)
		abort();
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_open, on_close);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	return reader;
}

/* NULL with *cause, which begins with the place. */
static struct reader *
read_document(const char *text, size_t len, size_t values_max, char **cause)
{
	struct reader *reader;
	const char *why;

	if (check_bytes(&text, &len, cause) == -1)
		return NULL;
	reader = reader_create(values_max);
	if (XML_Parse(reader->parser, text, (int)len, XML_TRUE) ==
		XML_STATUS_OK &&
	    !reader->stopped)
		return reader;
	why = reader->cause;
	if (why == NULL)
		why = XML_ErrorString(XML_GetErrorCode(reader->parser));
	cause_set(cause, "line %lu: %s",
	    (unsigned long)XML_GetCurrentLineNumber(reader->parser), why);
	reader_free(reader);
	return NULL;
}

int
xmlrpc_read_call(const char *text, size_t len, struct xmlrpc_call *call,
    char **cause)
{
	struct reader *reader =
	    read_document(text, len, XMLRPC_CALL_VALUES_MAX, cause);

	if (reader == NULL)
		return -1;
	call->method = reader->method != NULL ? reader->method : xstrdup("");
	call->params = reader->params != NULL ? reader->params : value_array();
	reader->method = NULL;
	reader->params = NULL;
	reader_free(reader);
	return 0;
}

void
xmlrpc_call_done(struct xmlrpc_call *call)
{
	free(call->method);
	value_free(call->params);
	call->method = NULL;
	call->params = NULL;
}

static int
fill_fault(const struct value *fault, struct xmlrpc_response *response,
    char **cause)
{
	const struct value *code = value_member(fault, "faultCode");
	const struct value *text = value_member(fault, "faultString");

	if (code == NULL || text == NULL || value_type(code) != VALUE_INT ||
	    value_type(text) != VALUE_STRING)
		return cause_set(cause, "fault without its code and string");
	response->result = NULL;
	response->fault_code = (int)value_as_int(code);
	response->fault_string = xstrdup(value_as_string(text, NULL));
	return 0;
}

/* The first parameter, taken out of the array. */
static int
fill_result(struct reader *reader, struct xmlrpc_response *response,
    char **cause)
{
	if (reader->params == NULL)
		return cause_set(cause, "neither a result nor a fault");
	response->result = value_take_item(reader->params, 0);
	if (response->result == NULL)
		return cause_set(cause, "an answer without a value");
	response->fault_code = 0;
	response->fault_string = NULL;
	return 0;
}

int
xmlrpc_read_response(const char *text, size_t len,
    struct xmlrpc_response *response, char **cause)
{
	struct reader *reader =
	    read_document(text, len, XMLRPC_VALUES_MAX, cause);
	int result;

	if (reader == NULL)
		return -1;
	if (reader->fault != NULL)
		result = fill_fault(reader->fault, response, cause);
	else
		result = fill_result(reader, response, cause);
	reader_free(reader);
	return result;
}

void
xmlrpc_response_done(struct xmlrpc_response *response)
{
	value_free(response->result);
	free(response->fault_string);
	response->result = NULL;
	response->fault_string = NULL;
}
