#!/bin/sh
# SPDX-License-Identifier: ISC
# Every header compiles alone; the public one in C++ too.
cd "$(dirname "$0")/.." || exit 99
bad=0
flags="-D_GNU_SOURCE -Isupervisord-c -Iplugins -Wall -Wextra -Werror"
for header in $(find supervisord-c plugins -name '*.h' | sort); do
	${CC:-cc} -std=gnu11 $flags -fsyntax-only -x c "$header" \
	    -Wno-unused-function || bad=1
done
if command -v c++ >/dev/null; then
	c++ $flags -fsyntax-only -x c++ supervisord-c/plugin/supd_plugin.h || bad=1
fi
exit $bad
