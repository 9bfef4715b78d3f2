#!/bin/sh
# SPDX-License-Identifier: ISC
# Calls and habits that this tree does without, each with where it may occur.
cd "$(dirname "$0")/.." || exit 99
bad=0

# refuse PATTERN EXCEPT-PATHS WHY
refuse() {
	found=$(grep -rnE "$1" --include='*.[ch]' supervisord-c plugins |
	    grep -vE "^($2):")
	[ -z "$found" ] && return
	printf '%s:\n%s\n' "$3" "$found"
	bad=1
}

refuse '(^|[^a-z_])(strcpy|strcat|sprintf|strncpy|strncat|atoi|strtok|alloca|gets)\(' \
    'none' 'banned call'
refuse '(^|[^a-z_>.])(setuid|setresuid|setgroups)\(' \
    'supervisord-c/base/cred\.c' 'identities are taken in base/cred.c only'
refuse '(^|[^a-z_>.])(v?fork|clone)\(' \
    'supervisord-c/(spawn/[a-z_]+|supervisor/daemonize|helpers/pidproxy)\.c|plugins/preflight/(probe/child|app/app_file|fix/fix_apply)\.c' \
    'processes are made in spawn/ only'
refuse '#include <event2/' \
    'supervisord-c/(loop/[a-z_]+|logs/log_pipe|http/[a-z_]+)\.[ch]' \
    'libevent is known in three places'
refuse '^#if 0' 'none' 'dead code'
exit $bad
