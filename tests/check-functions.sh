#!/bin/sh
# SPDX-License-Identifier: ISC
# No function of 80 lines or more, no file above 600.
cd "$(dirname "$0")/.." || exit 99
bad=0
find supervisord-c plugins -name '*.[ch]' | xargs wc -l |
awk '$2 != "total" && $1 > 600 { print "too long: " $2 ", " $1 " lines"; bad = 1 }
END { exit bad }' || bad=1
command -v ctags >/dev/null || { echo "universal-ctags is missing"; exit 1; }
ctags -R --languages=C --kinds-C=f --fields=+ne -f - supervisord-c plugins |
awk -F'\t' '{
	match($0, /\tline:[0-9]+/); first = substr($0, RSTART + 6, RLENGTH - 6)
	match($0, /\tend:[0-9]+/); last = substr($0, RSTART + 5, RLENGTH - 5)
	if (last - first >= 80) {
		print "too long: " $1 " in " $2 ":" first ", " last - first + 1 " lines"
		bad = 1
	}
}
END { exit bad }' || bad=1
exit $bad
