#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Compares what Supervisor and supervisord-c make of configuration files.

    compare_config.py [--count N] [--seed N] [--first N] [--keep DIR]

Files made by chance (config_cases.py) are read by Supervisor's own classes
and by supervisord-c-config --dump; every option of every process, the groups,
servers and warnings, and the texts of errors must be equal.  What is meant to
differ is removed from both sides by the functions under "Differences": each of
them has a row in docs/differences.md.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import config_cases

try:
    from supervisor import datatypes
    from supervisor import options as oracle
except ImportError:
    oracle = None

HELPER = "supervisord-c-config"
PROGRAM = "/usr/bin/supervisord"


class Refused(Exception):
    """A usage error of the oracle."""


#
# The oracle.
#

def posix_pairs(text):
    """environment= as later versions read it (4.2.5 does not unquote)."""
    lexer = shlex.shlex(text, posix=True)
    lexer.wordchars += "/.+-():"
    tokens = list(lexer)
    pairs = {}
    for i in range(0, len(tokens), 4):
        if tokens[i + 1:i + 2] != ["="] or len(tokens) < i + 3:
            raise ValueError(
                "Unexpected end of key/value pairs in value '%s'" % text)
        pairs[tokens[i]] = tokens[i + 2]
    return pairs


def read_by_oracle(path):
    """The oracle's view in the form of our dump, or {"error": text}."""
    oracle.dict_of_key_value_pairs = posix_pairs
    server = oracle.ServerOptions()

    def usage(message):
        raise Refused(str(message))

    server.usage = usage
    try:
        server.realize(args=["-c", path], doc="", progname=PROGRAM)
    except Refused as refused:
        return {"error": str(refused)}
    except UnicodeDecodeError as error:
        return {"error": str(error)}
    except Exception as error:  # a traceback of the oracle
        return {"crash": "%s: %s" % (type(error).__name__, error)}
    return view(server)


def logfile(value):
    if value is datatypes.Automatic:
        return "AUTO"
    return value or None


def process_view(server, group, proc):
    uid = proc.uid
    return {
        "group": group.name, "group_priority": group.priority,
        "name": proc.name, "command": proc.command,
        "directory": proc.directory, "umask": proc.umask,
        "priority": proc.priority, "autostart": proc.autostart,
        "autorestart": {
            datatypes.RestartUnconditionally: True,
            datatypes.RestartWhenExitUnexpected: "unexpected",
        }.get(proc.autorestart, False),
        "startsecs": proc.startsecs, "startretries": proc.startretries,
        "user": uid, "stdout_logfile": logfile(proc.stdout_logfile),
        "stdout_capture_maxbytes": proc.stdout_capture_maxbytes,
        "stdout_events_enabled": proc.stdout_events_enabled,
        "stdout_logfile_backups": proc.stdout_logfile_backups,
        "stdout_logfile_maxbytes": proc.stdout_logfile_maxbytes,
        "stdout_syslog": proc.stdout_syslog,
        "stderr_logfile": logfile(proc.stderr_logfile),
        "stderr_capture_maxbytes": proc.stderr_capture_maxbytes,
        "stderr_events_enabled": proc.stderr_events_enabled,
        "stderr_logfile_backups": proc.stderr_logfile_backups,
        "stderr_logfile_maxbytes": proc.stderr_logfile_maxbytes,
        "stderr_syslog": proc.stderr_syslog,
        "stopsignal": int(proc.stopsignal),
        "stopwaitsecs": proc.stopwaitsecs, "stopasgroup": proc.stopasgroup,
        "killasgroup": proc.killasgroup, "exitcodes": list(proc.exitcodes),
        "redirect_stderr": proc.redirect_stderr,
        "environment": dict(proc.environment),
        # The oracle fills the default in when it spawns.
        "serverurl": (server.serverurl if proc.serverurl is None
                      else proc.serverurl or None),
    }


def groups_that_count(server):
    groups = {}
    for group in server.process_group_configs:
        groups.setdefault(group.name, group)
    return list(groups.values())


def members(group):
    """The last of a name counts, in the place of the first."""
    procs = {}
    for proc in group.process_configs:
        procs[proc.name] = proc
    return list(procs.values())


def owner(pair):
    return {"uid": None if pair[0] == -1 else pair[0],
            "gid": None if pair[1] == -1 else pair[1]}


def server_view(config):
    common = {"section": config["section"],
              "username": config["username"] or None,
              "password": "********" if config["username"] else None}
    if "file" in config:
        common.update(file=config["file"], chmod=config["chmod"],
                      chown=owner(config["chown"]))
    else:
        common.update(host=config["host"], port=config["port"])
    return common


def socket_view(group):
    config = group.socket_config
    shown = {"group": group.name, "socket": config.url,
             "socket_backlog": config.get_backlog() or 4096}
    if config.url.startswith("unix:"):
        shown["socket_mode"] = config.mode
        shown["socket_owner"] = owner(config.owner or (-1, -1))
    return shown


def view(server):
    groups = groups_that_count(server)
    processes = [process_view(server, group, proc)
                 for group in groups for proc in members(group)]
    processes.sort(key=lambda p: (p["group"], p["name"]))
    return {
        "processes": processes,
        "groups": [{"name": g.name, "priority": g.priority,
                    "processes": [p.name for p in members(g)]}
                   for g in groups],
        "eventlisteners": [
            {"name": g.name, "priority": g.priority,
             "buffer_size": g.buffer_size,
             "events": sorted(event_name(e) for e in g.pool_events)}
            for g in groups if hasattr(g, "pool_events")],
        "fcgi_sockets": [socket_view(g) for g in groups
                         if hasattr(g, "socket_config")],
        "servers": [server_view(c) for c in server.server_configs],
        "supervisord": {
            name: getattr(server, name) for name in
            ("minfds", "minprocs", "directory", "user", "umask", "logfile",
             "logfile_maxbytes", "logfile_backups", "loglevel", "pidfile",
             "identifier", "nodaemon", "silent", "childlogdir", "nocleanup",
             "strip_ansi", "serverurl")},
        "warnings": list(server.parse_warnings),
    }


def event_name(kind):
    from supervisor.events import EventTypes
    return [name for name, value in vars(EventTypes).items()
            if value is kind][0]


#
# Ours.
#

def read_by_us(helper, path):
    done = subprocess.run(
        [helper, "--dump", PROGRAM, "-c", path], capture_output=True,
        check=False, timeout=60)
    if done.stderr or done.returncode not in (0, 2):
        return {"crash": done.stderr.decode("utf-8", "replace")}
    return json.loads(done.stdout)


def only_known(ours, theirs):
    """Our view cut to what the oracle can be asked for."""
    if isinstance(theirs, dict):
        if not isinstance(ours, dict):
            return ours
        return {key: only_known(ours[key], value)
                for key, value in theirs.items() if key in ours}
    if isinstance(theirs, list) and isinstance(ours, list) \
            and len(ours) == len(theirs):
        return [only_known(o, t) for o, t in zip(ours, theirs)]
    return ours


#
# Differences.  Each function takes both views and removes one.
#

def own_warnings(ours, theirs):
    """We warn of values that are cut and of doubled names."""
    if "warnings" in ours:
        ours["warnings"] = [
            text for text in ours["warnings"]
            if not re.search(r"environment (has|cannot)|two processes named|"
                             r"two groups named|runs as a plain program|"
                             r"write to one log file|make the socket",
                             text)]


def variable_names(ours, theirs):
    """A variable whose name no program could be given is left out."""
    for proc in theirs.get("processes", ()):
        for name in list(proc["environment"]):
            if not name or "=" in name:
                del proc["environment"][name]


def doubled_warnings(ours, theirs):
    """Supervisor reads a program that is listed twice twice."""
    for side in (ours, theirs):
        if "warnings" in side:
            side["warnings"] = sorted(set(side["warnings"]))


def tuple_texts(ours, theirs):
    """Two errors of socket= are shown by Supervisor as Python tuples."""
    if "error" in theirs:
        match = re.fullmatch(r"\('(.*) %s(.*)', ['\"](.*)['\"]\)( in .*)",
                             theirs["error"])
        if match:
            theirs["error"] = "%s %s%s%s" % match.group(1, 3, 2, 4)


def named_group(ours, theirs):
    """Supervisor names the wrong section for an unknown second member."""
    for side in (ours, theirs):
        if "error" in side:
            side["error"] = re.sub(
                r"^\[[^]]*\] (names unknown|name \S+ is ambiguous)",
                r"[SECTION] \1", side["error"])


def crashes(ours, theirs):
    """Where Supervisor ends with a traceback we have a usage error."""
    if "crash" in theirs and "error" in ours:
        ours.clear()
        theirs.clear()


def position_of_here(ours, theirs):
    """Supervisor replaces %(here)s in the text before it is shown."""
    for side in (ours, theirs):
        if "error" in side and side["error"].startswith("Format string "):
            side["error"] = re.sub(r"^Format string .*? for ",
                                   "Format string VALUE for ", side["error"],
                                   flags=re.S)
            side["error"] = re.sub(r" at index \d+", " at index N",
                                   side["error"])


def unresolved(ours, theirs):
    """Only later versions tell why a factory cannot be had."""
    if "cannot be resolved" in ours.get("error", ""):
        ours["error"] = re.sub(r"(\[rpcinterface:.*?\]): .*", r"\1",
                               ours["error"], flags=re.S)


def environment_once(ours, theirs):
    """Supervisor 4.2.5 expands environment= of [supervisord] twice, the
    first time with fewer names."""
    for side in (ours, theirs):
        if re.search(r"for '(supervisord\.)?environment'",
                     side.get("error", "")):
            side["error"] = re.sub(r"supervisord\.|host_node_name|, ", "",
                                   side["error"])


DIFFERENCES = [unresolved, environment_once, own_warnings, variable_names, doubled_warnings, tuple_texts,
               named_group, crashes, position_of_here]


#
# The comparison.
#

def first_difference(ours, theirs, place=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            if key not in ours or key not in theirs:
                return "%s/%s: ours %r, theirs %r" % (
                    place, key, ours.get(key), theirs.get(key))
            found = first_difference(ours[key], theirs[key],
                                     "%s/%s" % (place, key))
            if found:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list):
        for i, (one, other) in enumerate(zip(ours, theirs)):
            found = first_difference(one, other, "%s[%d]" % (place, i))
            if found:
                return found
        if len(ours) != len(theirs):
            return "%s: ours %r, theirs %r" % (place, ours, theirs)
        return None
    if ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        return "%s: ours %r, theirs %r" % (place, ours, theirs)
    return None


def compare(helper, path):
    """What differs for one file, None if nothing does."""
    theirs = read_by_oracle(path)
    ours = read_by_us(helper, path)
    if "error" not in ours and "error" not in theirs:
        ours = only_known(ours, theirs)
    for remove in DIFFERENCES:
        remove(ours, theirs)
    return first_difference(ours, theirs), "error" in theirs


def run(helper, count, seed, first=0, keep=None, report=print):
    """Compares count files; returns how many differ."""
    base = tempfile.mkdtemp(prefix="supd-config-", dir="/tmp")
    wrong = errors = 0
    try:
        paths = []
        for number in range(first, first + count):
            folder = os.path.join(base, str(number))
            os.mkdir(folder)
            paths.append(config_cases.case(seed, number, folder))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            ours = pool.map(lambda path: (path, compare(helper, path)), paths)
            for path, (found, refused) in ours:
                errors += refused
                if found is None:
                    continue
                wrong += 1
                number = os.path.basename(os.path.dirname(path))
                report("case %s of seed %s: %s" % (number, seed, found))
                if keep is not None:
                    shutil.copytree(os.path.dirname(path),
                                    os.path.join(keep, number),
                                    dirs_exist_ok=True)
    finally:
        shutil.rmtree(base)
    report("%d files, %d of them refused by both: %d differ"
           % (count, errors, wrong))
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", help="copy files that differ to this folder")
    parser.add_argument("--helper", default=os.path.join(
        os.environ.get("SUPD_BUILDDIR", "."), HELPER))
    args = parser.parse_args()
    if oracle is None:
        sys.exit("python module supervisor is not installed")
    os.environ["HOME"] = "/root"
    return run(args.helper, args.count, args.seed, args.first, args.keep) != 0


if __name__ == "__main__":
    sys.exit(main())
