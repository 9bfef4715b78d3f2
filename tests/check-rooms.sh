#!/bin/sh
# SPDX-License-Identifier: ISC
# Every include names its room, so the direction between rooms is one table:
# an arrow that tests/rooms.allow does not list is printed and fails.
cd "$(dirname "$0")/.." || exit 99
{
	grep -rn '^#include "' --include='*.[ch]' supervisord-c | sed 's,^supervisord-c/,,'
	grep -rn '^#include "' --include='*.[ch]' plugins | sed 's,^plugins/,,'
} | awk -v allow=tests/rooms.allow '
BEGIN {
	while ((getline line < allow) > 0) {
		n = split(line, word, /[: ]+/)
		for (i = 2; i <= n; i++)
			ok[word[1], word[i]] = 1
	}
}
# A room is all folders of a path.
function room(path) {
	return sub(/\/[^\/]*$/, "", path) ? path : ""
}
{
	split($0, place, ":")
	from = room(place[1])
	match($0, /"[^"]*"/)
	target = room(substr($0, RSTART + 1, RLENGTH - 2))
	if (target == "") {
		print "no room named: " $0
		bad = 1
	} else if (from != target && !((from, target) in ok)) {
		print "not allowed: " $0
		bad = 1
	}
}
END { exit bad }'
