#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""usage: instructions.py BUILDDIR

Counts with callgrind how many instructions the daemon itself (not the kernel)
executes on its hottest paths, per call.  The numbers depend on compiler and
libraries but not on the machine or its load, so that a regression shows
anywhere.
"""

import os
import re
import subprocess
import sys

import bench
import measure
import systems

PROGRAMS = 10
# What is counted: the function in which a path begins.
PATHS = (
    ("start of one program", "instance_start", "idle", None),
    ("one chunk of output to its log", "on_readable", "write 10000000", None),
    ("getAllProcessInfo, %d programs" % PROGRAMS, "endpoint_serve", "idle",
     "supervisor.getAllProcessInfo"),
)


def under_callgrind(ours, function):
    class Counted(ours):
        def argv(self):
            return ["/usr/bin/valgrind", "--tool=callgrind",
                    "--collect-atstart=no", "--toggle-collect=" + function,
                    "--callgrind-out-file=%s/callgrind.%%p" % self.dir
                    ] + super().argv()
    return Counted


def end(system):
    """Ends the daemon, whose counts are written then."""
    system.process.terminate()
    system.process.wait(60)


def count(system, function):
    """(instructions, calls) of the function in the daemon."""
    path = "%s/callgrind.%d" % (system.dir, system.process.pid)
    shown = subprocess.run(
        ["callgrind_annotate", "--inclusive=yes", "--tree=caller",
         "--threshold=100", path], capture_output=True, text=True).stdout
    total = int(re.search(r"([\d,]+) .*PROGRAM TOTALS", shown)[1].replace(
        ",", ""))
    calls = 0
    for line in shown.splitlines():
        found = re.search(r"\* .*:(\S+)(?: |$)", line)
        if found and found[1] == function:
            break
        found = re.search(r"< .* \(([\d,]+)x\)", line)
        calls = int(found[1].replace(",", "")) if found else calls
    return total, calls


def main():
    builddir = os.path.abspath(sys.argv[1])
    child = os.path.join(builddir, "bin", systems.CHILD)
    ours = bench.our_class(builddir)
    for title, function, mode, method in PATHS:
        with under_callgrind(ours, function)(
                child, PROGRAMS, mode=mode, keys="startsecs=0") as system:
            if mode != "idle":
                systems.wait_until(
                    lambda: len(system.times("E")) == PROGRAMS, "output")
            connection = measure.Unix(system.socket)
            for _ in range(100 if method else 0):
                measure.call(connection, method)
            connection.close()
            end(system)
            total, calls = count(system, function)
            print("%-40s %9d instructions (%d calls)" % (
                title, total // max(calls, 1), calls))


if __name__ == "__main__":
    main()
