#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""usage: bench.py BUILDDIR [--quick] [--only NAME,...] [--growth N,...]

Measures what users of a supervisor notice, side by side with those peers that
are installed, and prints a table with ratios.  Everything measured is written
to BUILDDIR/bench.json, growth with the number of programs is drawn in
BUILDDIR/bench.svg.  Every value is the median of the repetitions; within one
the systems take turns, and no two run at once.
"""

import argparse
import functools
import json
import os
import platform
import resource
import statistics
import sys

import measure
import plot
import preflight
import systems

MEASURES = {
    "start": measure.measure_start,
    "idle": measure.measure_idle,
    "status": measure.measure_status,
    "restart": measure.measure_restart,
    "log": measure.measure_log,
    "gate": measure.measure_gate,
    "preflight": preflight.measure_preflight,
}
ROWS = dict(measure.ROWS, **preflight.ROWS)
OURS_ONLY = ("gate", "preflight")
# The peers' figures for more would take many minutes, or most of the memory.
PEER_GROWTH_MAX = 200


def our_class(builddir):
    class Ours(systems.SupervisorLike):
        name = "supervisord-c"
        daemon = os.path.join(builddir, "bin", "supervisord-c")
        client = os.path.join(builddir, "bin", "supervisorctl-c")
        needs = (daemon, client)

        def __init__(self, *args, keys="", **kwargs):
            self.keys = keys
            super().__init__(*args, **kwargs)
    return Ours


def say(words):
    print("bench: " + words, file=sys.stderr, flush=True)


def measured(name, function, system, *args):
    """The values, or none if it could not be measured."""
    try:
        return function(*args)
    except (RuntimeError, OSError, IndexError) as error:
        say("%s of %s: %s" % (name, system.name, error))
        return {}


def measure_rows(chosen, compared, child, rounds):
    """{row: {system: [value, ...]}}"""
    rows = {}
    for name in chosen:
        for number in range(rounds):
            for system in compared:
                if name in OURS_ONLY and system is not compared[0]:
                    continue
                say("%s of %s, %d of %d" % (
                    name, system.name, number + 1, rounds))
                values = measured(name, MEASURES[name], system,
                                  functools.partial(system, child))
                for row, value in values.items():
                    rows.setdefault(row, {}).setdefault(
                        system.name, []).append(value)
    return rows


def measure_growth(counts, compared, child):
    growth = {}
    for system in compared:
        for count in counts:
            if system is not compared[0] and count > PEER_GROWTH_MAX:
                continue
            say("%d programs under %s" % (count, system.name))
            point = measured("growth", measure.measure_growth, system,
                             functools.partial(system, child), count)
            if point:
                growth.setdefault(system.name, []).append(point)
    return growth


def ratio(ours, theirs, unit):
    """How many times better ours is."""
    if unit == "MB/s":
        ours, theirs = theirs, ours
    if ours == 0:
        return "-"
    return "%.1f" % (theirs / ours)


def table(rows, names):
    """Lines of a table in Markdown; in brackets, how many times ours it is."""
    head = ["", "unit"] + names
    lines = [head, ["---"] * 2 + ["---:"] * len(names)]
    for key, (title, unit, digits) in ROWS.items():
        values = {name: statistics.median(found)
                  for name, found in rows.get(key, {}).items()}
        if names[0] not in values:
            continue
        cells = ["%.*f" % (digits, values[names[0]])]
        for name in names[1:]:
            cells.append("" if name not in values else "%.*f (%s)" % (
                digits, values[name],
                ratio(values[names[0]], values[name], unit)))
        lines.append([title, unit] + cells)
    return ["| " + " | ".join(line) + " |" for line in lines]


def machine():
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return "%d x %s, Linux %s, load %.1f" % (
        os.cpu_count(), model, platform.release(), os.getloadavg()[0])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("builddir")
    parser.add_argument("--quick", action="store_true",
                        help="once each, growth up to 200 programs")
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--growth", help="numbers of programs")
    found = parser.parse_args()
    if found.growth is None:
        found.growth = "10,50,200" if found.quick else "10,50,200,1000,5000"
    return found


def main():
    found = arguments()
    resource.setrlimit(resource.RLIMIT_NOFILE, (
        resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    builddir = os.path.abspath(found.builddir)
    child = os.path.join(builddir, "bin", systems.CHILD)
    compared = [our_class(builddir)] + [
        peer for peer in systems.PEERS if peer.available()]
    names = [system.name for system in compared]
    about = machine()
    rows = measure_rows([name for name in found.only.split(",") if name],
                        compared, child, 1 if found.quick else 3)
    counts = [int(count) for count in found.growth.split(",") if count]
    growth = measure_growth(counts, compared, child)
    with open(os.path.join(builddir, "bench.json"), "w") as file:
        json.dump({"machine": about, "rows": rows, "growth": growth}, file,
                  indent=1)
    if growth:
        plot.write(os.path.join(builddir, "bench.svg"), growth)
    print("\n".join(table(rows, names)))
    print("\nIn brackets: how many times better supervisord-c is.  " + about)


if __name__ == "__main__":
    main()
