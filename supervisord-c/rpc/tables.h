/* SPDX-License-Identifier: ISC */
#ifndef RPC_TABLES_H
#define RPC_TABLES_H

#include "rpc/method.h"

/*
 * All methods (contract C3, C2.9), each named once here: its function is
 * rpc_NAME.  Which file has it is said by the comment above.
 */
extern const struct rpc_method rpc_supervisor_methods[];
extern const size_t rpc_supervisor_method_count;
extern const struct rpc_method rpc_system_methods[];
extern const size_t rpc_system_method_count;

#define RPC_METHOD_FN(name)                                                    \
	void rpc_##name(struct rpc_call *, const struct value *params);

/* rpc_control.c */
RPC_METHOD_FN(get_api_version)
RPC_METHOD_FN(get_supervisor_version)
RPC_METHOD_FN(get_identification)
RPC_METHOD_FN(get_state)
RPC_METHOD_FN(get_pid)
RPC_METHOD_FN(shutdown)
RPC_METHOD_FN(restart)
RPC_METHOD_FN(reload_config)
RPC_METHOD_FN(add_process_group)
RPC_METHOD_FN(remove_process_group)
RPC_METHOD_FN(send_remote_comm_event)
/* rpc_info.c */
RPC_METHOD_FN(get_process_info)
RPC_METHOD_FN(get_all_process_info)
/* rpc_config_info.c */
RPC_METHOD_FN(get_all_config_info)
/* rpc_process.c */
RPC_METHOD_FN(start_process)
RPC_METHOD_FN(start_process_group)
RPC_METHOD_FN(start_all_processes)
RPC_METHOD_FN(stop_process)
RPC_METHOD_FN(stop_process_group)
RPC_METHOD_FN(stop_all_processes)
/* rpc_signal.c */
RPC_METHOD_FN(signal_process)
RPC_METHOD_FN(signal_process_group)
RPC_METHOD_FN(signal_all_processes)
RPC_METHOD_FN(send_process_stdin)
/* rpc_log.c */
RPC_METHOD_FN(read_log)
RPC_METHOD_FN(clear_log)
RPC_METHOD_FN(read_process_stdout_log)
RPC_METHOD_FN(read_process_stderr_log)
RPC_METHOD_FN(tail_process_stdout_log)
RPC_METHOD_FN(tail_process_stderr_log)
RPC_METHOD_FN(clear_process_logs)
RPC_METHOD_FN(clear_all_process_logs)
/* rpc_system.c */
RPC_METHOD_FN(list_methods)
RPC_METHOD_FN(method_help)
RPC_METHOD_FN(method_signature)
/* multicall.c */
RPC_METHOD_FN(multicall)

#undef RPC_METHOD_FN

#endif
