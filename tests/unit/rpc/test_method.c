/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "rpc/method.h"
#include "supervisor/supervisor.h"

/*
 * Calls, without any process: a daemon of an empty configuration, and a
 * namespace whose methods answer as these tests want.
 */
static char folder[] = "/tmp/test-rpc-XXXXXX";
static struct loop *loop;
static struct bus *bus;
static struct gate *gate;
static struct supervisor *supervisor;
static struct rpc *rpc;
static struct rpc_call *held;
static char *answer;
static int calls;

static void
method_echo(struct rpc_call *call, const struct value *params)
{
	calls++;
	rpc_return(call,
	    value_string(value_as_string(value_item(params, 0), NULL)));
}

static void
method_hold(struct rpc_call *call, const struct value *params)
{
	(void)params;
	cr_expect_str_eq(rpc_call_method(call), "hold");
	cr_expect_str_eq(rpc_call_arg(call), "arg");
	held = call;
}

static const struct rpc_method methods[] = {
	{ "echo", "string,string,int", 1, "help", method_echo, false },
	{ "hold", "string", 0, "help", method_hold, false },
	{ "always", "string,string", 1, "help", method_echo, true },
};

static struct config *
empty_config(void)
{
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	struct config *config;
	char *cause = NULL;
	FILE *file;

	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	file = fopen("c", "w");
	fputs("[supervisord]\n", file);
	fclose(file);
	overrides.path = "c";
	config = config_load(&overrides, NULL, &cause);
	cr_assert_not_null(config, "%s", cause);
	return config;
}

static void
start(void)
{
	struct supervisor_parts parts;

	loop = loop_create();
	bus = bus_create();
	gate = gate_create();
	parts = (struct supervisor_parts){
		.loop = loop,
		.bus = bus,
		.gate = gate,
	};
	supervisor = supervisor_create(&parts, empty_config());
	rpc = rpc_create(supervisor);
	cr_assert_eq(rpc_add_namespace(rpc, "t", methods, 3, (char *)"arg"), 0);
}

static void
stop(void)
{
	rpc_free(rpc);
	supervisor_free(supervisor);
	gate_free(gate);
	bus_free(bus);
	loop_free(loop);
	free(answer);
	unlink("c");
	rmdir(folder);
}

TestSuite(method, .init = start, .fini = stop);

static void
on_done(struct strbuf *document, void *arg)
{
	cr_expect_eq(arg, &answer);
	free(answer);
	answer = xmemdup(document->data, document->len);
}

/* Takes the parameters. */
static struct rpc_call *
execute(const char *method, struct value *params)
{
	struct rpc_call *call;

	free(answer);
	answer = NULL;
	call = rpc_execute(&(struct rpc_execution){
	    .rpc = rpc,
	    .method = method,
	    .params = params,
	    .done = on_done,
	    .arg = &answer,
	});
	value_free(params);
	return call;
}

static struct value *
strings(int count)
{
	struct value *params = value_array();

	for (int i = 0; i < count; i++)
		value_push(params, value_string("x"));
	return params;
}

static void
expect_fault(const char *method, struct value *params, const char *text)
{
	char *expected = xasprintf("<string>%s</string>", text);

	cr_expect_null(execute(method, params));
	cr_assert_not_null(answer);
	cr_expect_not_null(strstr(answer, "<fault>"));
	cr_expect_not_null(strstr(answer, expected), "%s: %s", method, answer);
	free(expected);
}

#define ANSWER(value)                                                          \
	"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n" value   \
	"</param>\n</params>\n</methodResponse>\n"

Test(method, answers_at_once)
{
	cr_expect_null(execute("t.echo", strings(1)));
	cr_expect_str_eq(answer, ANSWER("<value><string>x</string></value>\n"));
}

Test(method, is_found_by_its_exact_name_only)
{
	const char *names[] = { "", ".", "t", "t.", ".echo", "echo", "t.ech",
		"t.echoo", "t.echo.x", " t.echo", "T.echo", "t..echo",
		"supervisor.getState" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_fault(names[i], strings(0), "UNKNOWN_METHOD");
}

Test(method, checks_the_number_of_parameters)
{
	expect_fault("t.echo", strings(0), "INCORRECT_PARAMETERS");
	expect_fault("t.echo", strings(3), "INCORRECT_PARAMETERS");
	expect_fault("t.hold", strings(1), "INCORRECT_PARAMETERS");
	cr_expect_eq(calls, 0);
	execute("t.echo", strings(2));
	cr_expect_eq(calls, 1);
}

Test(method, is_refused_in_shutdown)
{
	supervisor_shutdown(supervisor);
	expect_fault("t.echo", strings(0), "INCORRECT_PARAMETERS");
	expect_fault("t.echo", strings(1), "SHUTDOWN_STATE");
	execute("t.always", strings(1));
	cr_expect_not_null(strstr(answer, "<string>x</string>"));
	execute("system.listMethods", strings(0));
	cr_expect_not_null(strstr(answer, "t.always"));
}

Test(method, may_answer_later)
{
	struct rpc_call *call = execute("t.hold", strings(0));

	cr_assert_not_null(call);
	cr_expect_eq(call, held);
	cr_expect_null(answer);
	rpc_return(held, value_bool(true));
	cr_expect_str_eq(answer,
	    ANSWER("<value><boolean>1</boolean></value>\n"));
}

Test(method, answers_nobody_once_it_is_abandoned)
{
	struct rpc_call *call = execute("t.hold", strings(0));

	rpc_abandon(call);
	rpc_return_fault(held, FAULT_FAILED, "too late");
	cr_expect_null(answer);
}

static void
add_entry(struct value *entries, const char *method, struct value *params)
{
	struct value *entry = value_struct();

	value_set(entry, "methodName", value_string(method));
	value_set(entry, "params", params);
	value_push(entries, entry);
}

/* One parameter: echo, hold, echo. */
static struct value *
three_entries(void)
{
	struct value *params = value_array(), *entries = value_array();

	add_entry(entries, "t.echo", strings(1));
	add_entry(entries, "t.hold", strings(0));
	add_entry(entries, "t.echo", strings(1));
	value_push(params, entries);
	return params;
}

Test(multicall, waits_for_each_entry, .init = start, .fini = stop)
{
	struct rpc_call *call = execute("system.multicall", three_entries());

	cr_assert_not_null(call);
	cr_expect_eq(calls, 1);
	rpc_return_fault(held, FAULT_BAD_NAME, "n");
	cr_expect_eq(calls, 2);
	cr_expect_str_eq(answer,
	    ANSWER(
		"<value><array><data>\n"
		"<value><string>x</string></value>\n"
		"<value><struct>\n"
		"<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n"
		"</member>\n"
		"<member>\n<name>faultString</name>\n"
		"<value><string>BAD_NAME: n</string></value>\n</member>\n"
		"</struct></value>\n"
		"<value><string>x</string></value>\n"
		"</data></array></value>\n"));
}

Test(multicall, begins_nothing_more_once_it_is_abandoned, .init = start,
    .fini = stop)
{
	struct rpc_call *call = execute("system.multicall", three_entries());

	rpc_abandon(call);
	/* Whoever holds the entry still answers, into nothing. */
	rpc_return(held, value_string("late"));
	cr_expect_null(answer);
	cr_expect_eq(calls, 1);
}

Test(multicall, takes_many_entries, .init = start, .fini = stop)
{
	struct value *params = value_array(), *entries = value_array();

	for (int i = 0; i < 10000; i++)
		add_entry(entries, "t.echo", strings(1));
	value_push(params, entries);
	cr_expect_null(execute("system.multicall", params));
	cr_expect_eq(calls, 10000);
}

Test(method, namespaces_are_not_replaced)
{
	cr_expect_eq(rpc_add_namespace(rpc, "t", methods, 1, NULL), -1);
	cr_expect_eq(rpc_add_namespace(rpc, "system", methods, 1, NULL), -1);
}
