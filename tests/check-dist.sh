#!/bin/sh
# SPDX-License-Identifier: ISC
# Every header is listed in a Makefile fragment: what is not listed is not in
# the release, which then does not build.
set -eu
cd "$(dirname "$0")/.."

listed=$(mktemp)
trap 'rm -f "$listed"' EXIT
find supervisord-c plugins tests -name '*.am' -exec cat {} + >"$listed"
status=0
for header in $(find supervisord-c plugins tests -name '*.h'); do
	grep -qF "$header" "$listed" || {
		echo "$header: in no Makefile fragment"
		status=1
	}
done
exit $status
