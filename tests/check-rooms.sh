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
{
	split($0, place, ":")
	split(place[1], path, "/")
	from = path[1]
	match($0, /"[^"]*"/)
	include = substr($0, RSTART + 1, RLENGTH - 2)
	if (split(include, target, "/") < 2) {
		print "no room named: " $0
		bad = 1
	} else if (from != target[1] && !((from, target[1]) in ok)) {
		print "not allowed: " $0
		bad = 1
	}
}
END { exit bad }'
