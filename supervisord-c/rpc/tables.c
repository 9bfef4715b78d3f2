/* SPDX-License-Identifier: ISC */
#include "rpc/tables.h"

/*
 * Signatures are what system.methodSignature returns: the result's type, then
 * those of the parameters.  Of the parameters the first "required" have no
 * default.
 */
#define NAME	 "@param string name        the process, group:process or group:*\n"
#define GROUP	 "@param string name        the group\n"
#define WAIT	 "@param boolean wait       answer when it is done\n"
#define OFFSET	 "@param int offset         where to begin\n"
#define LENGTH	 "@param int length         how many bytes, 0 for all\n"
#define STATUSES "@return array result      a status struct for each process"

/* clang-format off */
const struct rpc_method rpc_supervisor_methods[] = {
	{ "getAPIVersion", "string", 0,
	    "The version of this interface\n\n"
	    "@return string result     the version", rpc_get_api_version, false },
	{ "getVersion", "string", 0,
	    "Another name of getAPIVersion\n\n"
	    "@return string result     the version", rpc_get_api_version, false },
	{ "getSupervisorVersion", "string", 0,
	    "The version of the daemon\n\n"
	    "@return string result     the version", rpc_get_supervisor_version, false },
	{ "getIdentification", "string", 0,
	    "The identifier that the configuration gives the daemon\n\n"
	    "@return string result     the identifier", rpc_get_identification, false },
	{ "getState", "struct", 0,
	    "The state of the daemon\n\n"
	    "@return struct result     statecode and statename", rpc_get_state, false },
	{ "getPID", "int", 0,
	    "The pid of the daemon\n\n"
	    "@return int result        the pid", rpc_get_pid, false },
	{ "readLog", "string,int,int", 2,
	    "Bytes of the main log\n\n" OFFSET LENGTH
	    "@return string result     the bytes", rpc_read_log, false },
	{ "readMainLog", "string,int,int", 2,
	    "Another name of readLog\n\n" OFFSET LENGTH
	    "@return string result     the bytes", rpc_read_log, false },
	{ "clearLog", "boolean", 0,
	    "Empty the main log\n\n"
	    "@return boolean result    always true", rpc_clear_log, false },
	{ "shutdown", "boolean", 0,
	    "Stop all processes and end the daemon\n\n"
	    "@return boolean result    always true", rpc_shutdown, false },
	{ "restart", "boolean", 0,
	    "Stop all processes and begin again with the configuration read anew\n\n"
	    "@return boolean result    always true", rpc_restart, false },
	{ "reloadConfig", "array", 0,
	    "Read the configuration; nothing is started or stopped\n\n"
	    "@return array result      [[added, changed, removed]], names of groups",
	    rpc_reload_config, false },
	{ "addProcessGroup", "boolean,string", 1,
	    "Make a group of the configuration active\n\n" GROUP
	    "@return boolean result    always true", rpc_add_process_group, false },
	{ "removeProcessGroup", "boolean,string", 1,
	    "Make a group inactive whose processes are all stopped\n\n" GROUP
	    "@return boolean result    always true", rpc_remove_process_group, false },
	{ "startProcess", "boolean,string,boolean", 1,
	    "Start a process\n\n" NAME WAIT
	    "@return boolean result    always true", rpc_start_process, false },
	{ "startProcessGroup", "array,string,boolean", 1,
	    "Start all processes of a group\n\n" GROUP WAIT STATUSES,
	    rpc_start_process_group, false },
	{ "startAllProcesses", "array,boolean", 0,
	    "Start all processes\n\n" WAIT STATUSES, rpc_start_all_processes, false },
	{ "stopProcess", "boolean,string,boolean", 1,
	    "Stop a process\n\n" NAME WAIT
	    "@return boolean result    always true", rpc_stop_process, false },
	{ "stopProcessGroup", "array,string,boolean", 1,
	    "Stop all processes of a group\n\n" GROUP WAIT STATUSES,
	    rpc_stop_process_group, false },
	{ "stopAllProcesses", "array,boolean", 0,
	    "Stop all processes\n\n" WAIT STATUSES, rpc_stop_all_processes, false },
	{ "signalProcess", "boolean,string,string", 2,
	    "Send a signal to a process\n\n" NAME
	    "@param string signal      its name or number\n"
	    "@return boolean result    always true", rpc_signal_process, false },
	{ "signalProcessGroup", "array,string,string", 2,
	    "Send a signal to all processes of a group\n\n" GROUP
	    "@param string signal      its name or number\n" STATUSES,
	    rpc_signal_process_group, false },
	{ "signalAllProcesses", "array,string", 1,
	    "Send a signal to all processes\n\n"
	    "@param string signal      its name or number\n" STATUSES,
	    rpc_signal_all_processes, false },
	{ "getAllConfigInfo", "array", 0,
	    "The configuration of every process, as last read\n\n"
	    "@return array result      a struct for each", rpc_get_all_config_info, false },
	{ "getProcessInfo", "struct,string", 1,
	    "What there is to know about a process\n\n" NAME
	    "@return struct result     name, group, state, times, logs, pid ...",
	    rpc_get_process_info, false },
	{ "getAllProcessInfo", "array", 0,
	    "What there is to know about every process\n\n"
	    "@return array result      a struct for each", rpc_get_all_process_info, false },
	{ "readProcessStdoutLog", "string,string,int,int", 3,
	    "Bytes of a process's stdout log\n\n" NAME OFFSET LENGTH
	    "@return string result     the bytes", rpc_read_process_stdout_log, false },
	{ "readProcessLog", "string,string,int,int", 3,
	    "Another name of readProcessStdoutLog\n\n" NAME OFFSET LENGTH
	    "@return string result     the bytes", rpc_read_process_stdout_log, false },
	{ "readProcessStderrLog", "string,string,int,int", 3,
	    "Bytes of a process's stderr log\n\n" NAME OFFSET LENGTH
	    "@return string result     the bytes", rpc_read_process_stderr_log, false },
	{ "tailProcessStdoutLog", "array,string,int,int", 3,
	    "The end of a process's stdout log\n\n" NAME OFFSET LENGTH
	    "@return array result      bytes, new offset, whether more was there",
	    rpc_tail_process_stdout_log, false },
	{ "tailProcessLog", "array,string,int,int", 3,
	    "Another name of tailProcessStdoutLog\n\n" NAME OFFSET LENGTH
	    "@return array result      bytes, new offset, whether more was there",
	    rpc_tail_process_stdout_log, false },
	{ "tailProcessStderrLog", "array,string,int,int", 3,
	    "The end of a process's stderr log\n\n" NAME OFFSET LENGTH
	    "@return array result      bytes, new offset, whether more was there",
	    rpc_tail_process_stderr_log, false },
	{ "clearProcessLogs", "boolean,string", 1,
	    "Empty a process's logs\n\n" NAME
	    "@return boolean result    always true", rpc_clear_process_logs, false },
	{ "clearProcessLog", "boolean,string", 1,
	    "Another name of clearProcessLogs\n\n" NAME
	    "@return boolean result    always true", rpc_clear_process_logs, false },
	{ "clearAllProcessLogs", "array", 0,
	    "Empty the logs of all processes\n\n" STATUSES,
	    rpc_clear_all_process_logs, false },
	{ "sendProcessStdin", "boolean,string,string", 2,
	    "Write to a process's standard input\n\n" NAME
	    "@param string chars       what to write\n"
	    "@return boolean result    always true", rpc_send_process_stdin, false },
	{ "sendRemoteCommEvent", "boolean,string,string", 2,
	    "Publish an event for the listeners of REMOTE_COMMUNICATION\n\n"
	    "@param string type        its kind\n"
	    "@param string data        its body\n"
	    "@return boolean result    always true", rpc_send_remote_comm_event, true },
};

const size_t rpc_supervisor_method_count =
    sizeof(rpc_supervisor_methods) / sizeof(rpc_supervisor_methods[0]);

const struct rpc_method rpc_system_methods[] = {
	{ "listMethods", "array", 0,
	    "The names of all methods\n\n"
	    "@return array result      names", rpc_list_methods, true },
	{ "methodHelp", "string,string", 1,
	    "What a method does\n\n"
	    "@param string name        namespace.method\n"
	    "@return string result     its description", rpc_method_help, true },
	{ "methodSignature", "array,string", 1,
	    "The types of a method\n\n"
	    "@param string name        namespace.method\n"
	    "@return array result      the result's type, then the parameters'",
	    rpc_method_signature, true },
	{ "multicall", "array,array", 1,
	    "Several calls in one, one after the other\n\n"
	    "@param array calls        structs of methodName and params\n"
	    "@return array result      results, or structs of faults", rpc_multicall, true },
};

const size_t rpc_system_method_count =
    sizeof(rpc_system_methods) / sizeof(rpc_system_methods[0]);
/* clang-format on */
