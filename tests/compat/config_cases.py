# SPDX-License-Identifier: ISC
"""Configuration files made by chance, for compare_config.py.

case(seed, number, folder) writes one supervisord.conf, and at times some
included files, that mix everything the reader knows, right and wrong: it
returns the path of the main file.  The same seed and number give the same
files in every run.
"""

import os
import random

BOOLEANS = ["true", "false", "yes", "NO", "on", "Off", "1", "0"]
INTEGERS = ["0", "1", "5", "10", " 7 ", "+3", "-2", "1_000", "999"]
SIZES = ["0", "1", "1KB", "5 mb", "2Gb", "50MB", "1048576", "-1"]
BAD = {
    "bool": ["maybe", "", "2", "y", "tru e", "\u00e9"],
    "int": ["x", "", "1.5", "1__0", "0x10", "_1", "1 2", "ten"],
    "size": ["5TB", "1.5MB", "k", "", "MB", "1 K"],
    "octal": ["9", "", "0x7", "abc", "0o8"],
    "signal": ["FOO", "35", "-1", "", "SIG", "99"],
    "codes": ["0,", "256", "-1", "a", "1;2", ",0"],
    "restart": ["sometimes", "", "2", "Maybe"],
    "user": ["no-such-user", "987654", "", "-5"],
    "string": ["%(nope)s", "%", "%(here)", "%(here)d", "%(here", "%y",
               "%(here)Y", "%(here)*s", "%d", "%(host_node_name)q"],
    "logfile": ["/no/such/dir/x.log", "%(nope)s", "%%"],
    "list": ["nosuch", "a,,b"],
    "environment": ["A", "A=", "A=1 B=2", "=1", "A=b=c", "A='x", "A=\\",
                    "A=b,,C=d", "A=[x]", "%(nope)s"],
}
GOOD = {
    "bool": BOOLEANS,
    "int": INTEGERS,
    "size": SIZES,
    "octal": ["022", "0", "777", "0o27", " 077 ", "0_2"],
    "signal": ["TERM", "hup", "SIGUSR1", " int ", "9", "CLD", "64", "IO"],
    "codes": ["0", "0,2", "", "1, 2 ,3", "255"],
    "restart": ["true", "unexpected", "false", "UNEXPECTED", "on"],
    "user": ["root", "0", "nobody", "daemon", "65534"],
    "string": ["plain", "two words", "%(here)s/x", "a%%b", "%(ENV_HOME)s",
               "x;y", "x ;y", "x #y ; z", "a=x;y;z ; d # e", "",
               "'q ; r'", "\u00e9t\u00e9 \u2028 x", "%(here)10.3s|",
               "%(here)r", "a\tb", "a\\b", "%(ENV_HOME)-20s|"],
    "logfile": ["AUTO", "none", "OFF", "syslog", "auto", "x.log",
                "/tmp/a b.log", "%(here)s/out.log", "/tmp/%%%%x.log",
                "~/x.log", "/dev/stdout"],
    "environment": ["A=1", 'A="x@y",B=\'p,q\'', "A=1,B=2,", 'A=""', "",
                    'A="a\\"b"', 'A="C:\\\\d"', "A=x'y'z", "A=1;B=2",
                    "A=1,\n  B=2", "A=b#c,D=e", "A=$HOME", "A=~/x",
                    'A="x" y', "A=%(here)s", 'A="%(ENV_HOME)s",A=3',
                    "A=b*", "A=a/b.c+d-(e):f", "A=\u00e9",
                    "A=\u4e00", 'A="\\x"', "A=1 , B=2", "A=a\\ b"],
}

PROGRAM = [
    ("command", "string"), ("priority", "int"), ("autostart", "bool"),
    ("autorestart", "restart"), ("startsecs", "int"),
    ("startretries", "int"), ("stopsignal", "signal"),
    ("stopwaitsecs", "int"), ("stopasgroup", "bool"),
    ("killasgroup", "bool"), ("exitcodes", "codes"),
    ("redirect_stderr", "bool"), ("numprocs_start", "int"),
    ("stdout_capture_maxbytes", "size"), ("stdout_events_enabled", "bool"),
    ("stderr_capture_maxbytes", "size"), ("stderr_events_enabled", "bool"),
    ("serverurl", "string"), ("user", "user"), ("umask", "octal"),
    ("environment", "environment"), ("directory", "string"),
    ("stdout_logfile", "logfile"), ("stdout_logfile_backups", "int"),
    ("stdout_logfile_maxbytes", "size"), ("stdout_syslog", "bool"),
    ("stderr_logfile", "logfile"), ("stderr_logfile_backups", "int"),
    ("stderr_logfile_maxbytes", "size"), ("stderr_syslog", "bool"),
]
DAEMON = [
    ("minfds", "int"), ("minprocs", "int"), ("umask", "octal"),
    ("logfile_maxbytes", "size"), ("logfile_backups", "int"),
    ("identifier", "string"), ("nodaemon", "bool"), ("silent", "bool"),
    ("nocleanup", "bool"), ("strip_ansi", "bool"),
    ("environment", "environment"), ("user", "user"),
]
EVENTS = ["TICK_5", "process_state", "EVENT", "PROCESS_LOG_STDOUT",
          "TICK_60, tick_60", "PROCESS_COMMUNICATION,REMOTE_COMMUNICATION",
          "SUPERVISOR_STATE_CHANGE", "PROCESS_GROUP_ADDED"]


class Writer:
    """Puts lines together as people do: blanks, comments, continuations."""

    def __init__(self, rng):
        self.rng = rng
        self.lines = []

    def noise(self):
        if self.rng.random() < 0.1:
            self.lines.append(self.rng.choice(
                ["", "; comment", "# comment", "  ; indented", " \t",
                 "\u00a0", "  # x ; y", "\x0c"]))

    def section(self, name):
        self.noise()
        self.lines.append("[%s]%s" % (name, self.rng.choice(
            ["", "", "", " ", " ; comment", "  #c", " rest"])))

    def option(self, key, value):
        self.noise()
        rng = self.rng
        if rng.random() < 0.1:
            key = key.upper()
        sign = rng.choice(["=", "=", "=", " = ", ":", " :\t", "\u00a0= "])
        tail = rng.choice(["", "", "", " ; c", " # c ; d", "  ", "\t;"])
        if "\n" in value:
            value = value.replace("\n", "\n    ")
        elif rng.random() < 0.05 and " " in value:
            value = value.replace(" ", "\n\t", 1)
        elif rng.random() < 0.02 and key in ("command", "directory"):
            value = value + "\n\n   more"
        self.lines.append(key + sign + value + tail)

    def text(self):
        rng = self.rng
        if rng.random() < 0.02:
            self.lines.insert(rng.randrange(len(self.lines) + 1),
                              rng.choice(["no delimiter", "[", "=v", "[]",
                                          "key", "]x[", "[half", ": v"]))
        end = rng.choice(["\n", "\n", "\n", "\n", "\r\n", "\r"])
        last = end if rng.random() < 0.9 else ""
        return end.join(self.lines) + last


def pick(rng, wrong, good, bad):
    """One of the good, more rarely the more seldom wrong ones are."""
    return rng.choice(bad if rng.random() < wrong else good)


def conversion(rng):
    """A conversion of the % operator; most are good for some names."""
    name = rng.choice(["process_num", "numprocs", "process_num", "here",
                       "program_name", "ENV_HOME"])
    kind = rng.choice("ssssdddduioxXeEfFgGcra%y")
    if kind == "c" and name == "process_num":
        kind = "d"  # 0 would be a NUL byte
    return "%%(%s)%s%s%s%s%s" % (
        name, "".join(rng.sample("#0- +", rng.choice([0, 0, 1, 2, 3]))),
        rng.choice(["", "", "1", "7", "30"]),
        rng.choice(["", "", ".", ".0", ".3", ".12"]),
        rng.choice(["", "", "", "h", "l", "L"]),
        kind)


def value(rng, kind, wrong):
    if kind == "string" and rng.random() < 0.1:
        return "a %s|%s" % (conversion(rng), rng.choice(["", "%%", "%"])
                            if wrong else "")
    if rng.random() < wrong:
        return rng.choice(BAD[kind])
    return rng.choice(GOOD[kind])


def options(rng, out, table, share, wrong, skip=()):
    for key, kind in table:
        if key not in skip and rng.random() < share:
            out.option(key, value(rng, kind, wrong))


def program(rng, out, kind, name, wrong):
    out.section("%s:%s" % (kind, name))
    count = rng.choice([1, 1, 1, 2, 3, 0, 11])
    if rng.random() < 0.995:
        out.option("command", rng.choice(
            ["/bin/cat", "/bin/cat %(process_num)02d", "sleep 1 ; x",
             "%(program_name)s-%(group_name)s %(numprocs)d", "a\n b",
             "%(host_node_name)s %(ENV_HOME)s", "/bin/sh -c 'a; b'",
             "x %(process_num)s %(process_num)x%(process_num)+d"]))
    if count != 1:
        out.option("numprocs", str(count))
        if rng.random() < 0.995:
            out.option("process_name", rng.choice(
                ["%(program_name)s_%(process_num)02d", "p%(process_num)d",
                 "%(group_name)s-%(process_num)s"]))
    elif rng.random() < 0.2:
        out.option("process_name", pick(
            rng, wrong, ["x", "%(program_name)s_x", " y ", "%(process_num)d"],
            ["a b", "a:b", "%(nope)s"]))
    options(rng, out, PROGRAM, 0.12, wrong, skip=("command",))
    if kind == "fcgi-program":
        fcgi(rng, out, wrong)
    if kind == "eventlistener":
        listener(rng, out, wrong)
    if rng.random() < 0.1:
        out.option("unknown_key", "%(nope)s")


def fcgi(rng, out, wrong):
    if rng.random() > wrong:
        out.option("socket", rng.choice(
            ["unix:///tmp/x.sock", "unix:///tmp//y/../%(program_name)s.sock",
             "tcp://localhost:9000", "tcp://LOCALHOST:1", "unix:///a b"]))
    else:
        out.option("socket", rng.choice(
            ["", "unix://relative", "tcp://x:0", "tcp://x:99999", "tcp://:1",
             "http://x", "tcp://[::1]:80", "tcp://a:b"]))
    if rng.random() < 0.2:
        out.option("socket_mode", value(rng, "octal", wrong))
    if rng.random() < 0.2:
        out.option("socket_owner", pick(
            rng, wrong, ["root", "nobody:root", "nobody", "0:0"],
            ["nosuch", "root:nosuch", ":"]))
    if rng.random() < 0.2:
        out.option("socket_backlog", pick(
            rng, wrong, ["1", "128"],
            ["0", "65536", "x"]))


def listener(rng, out, wrong):
    if rng.random() > wrong:
        out.option("events", rng.choice(EVENTS))
    else:
        out.option("events", rng.choice(["", "NOPE", "TICK_5,", "tick 5"]))
    if rng.random() < 0.2:
        out.option("buffer_size", pick(
            rng, wrong, ["1", "100"],
            ["0", "-1", "x"]))


def server(rng, out, wrong):
    if rng.random() < 0.5:
        out.section(rng.choice(["unix_http_server", "unix_http_server:b"]))
        if rng.random() > wrong:
            out.option("file", rng.choice(
                ["/tmp/s.sock", "%(here)s/s.sock", "s.sock", "~/s.sock",
                 "//tmp//a/./b/../s.sock", " /tmp/%(ENV_HOME)s"]))
        if rng.random() < 0.3:
            out.option("chmod", value(rng, "octal", wrong))
        if rng.random() < 0.3:
            out.option("chown", pick(
            rng, wrong, ["root", "nobody:root"],
            ["nosuch", ""]))
    else:
        out.section(rng.choice(["inet_http_server", "inet_http_server:b",
                                "inet_http_serverX"]))
        if rng.random() > wrong:
            out.option("port", rng.choice(
                ["9001", "*:9001", "127.0.0.1:9001", "LocalHost:80", ":5",
                 "[::1]:9001"]))
        else:
            out.option("port", rng.choice(
                ["", "x", "host:", "host:0", "host:70000", "h:x", "70000"]))
    if rng.random() < 0.3:
        out.option("username", rng.choice(["u", "", "%(ENV_HOME)s"]))
        if rng.random() < 0.9:
            out.option("password", rng.choice(["p", "{SHA}abc", "p;q"]))


def sections(rng, out, wrong):
    """Programs, groups and servers; returns nothing."""
    names = ["web", "db", "cat", "b-2", "x.y", "Zed"]
    rng.shuffle(names)
    used = []
    for _ in range(rng.randint(0, 4)):
        kind = rng.choice(["program", "program", "program", "eventlistener",
                           "fcgi-program"])
        name = names.pop()
        if rng.random() < wrong:
            name = rng.choice(["a b", "a/b", "", " s ", "a:b", "\u00e9"])
        used.append((kind, name))
        program(rng, out, kind, name, wrong)
    plain = [name for kind, name in used if kind == "program"]
    if plain and rng.random() < 0.4:
        out.section("group:%s" % pick(
            rng, wrong, ["g", "all", plain[0]], ["a b", "a/b"]))
        members = rng.sample(plain, rng.randint(1, len(plain)))
        if rng.random() < wrong:
            members = [rng.choice(["nosuch", "", "x:y"])] + members
        out.option("programs", rng.choice([",", " , ", ",\n  "]).join(members))
        if rng.random() < 0.5:
            out.option("priority", value(rng, "int", wrong))
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        server(rng, out, wrong)
    if rng.random() < 0.2:
        out.section(rng.choice(["prgram:x", "program", "weird", "DEFAULT"]))
        out.option(rng.choice(["autostart", "startsecs", "weird"]), "1")
    if rng.random() < 0.3:
        out.section("rpcinterface:supervisor")
        out.option("supervisor.rpcinterface_factory",
                   "supervisor.rpcinterface:make_main_rpcinterface")


def include(rng, out, folder, wrong):
    out.section("include")
    names = ["conf.d/*.ini", "conf.d/a.ini", "conf.d/[ab].ini", "none/*.x",
             "%(here)s/conf.d/b*.ini", "conf.d/?.ini  conf.d/c.ini",
             "conf.d", "conf.d/*"]
    out.option("files", rng.choice(names))
    os.makedirs(os.path.join(folder, "conf.d"), exist_ok=True)
    for name in ("a.ini", "b.ini", "c.ini", ".hidden.ini"):
        if rng.random() < 0.7:
            part = Writer(rng)
            sections(rng, part, wrong)
            with open(os.path.join(folder, "conf.d", name), "w",
                      encoding="utf-8", newline="") as file:
                file.write(part.text())


def daemon(rng, out, wrong):
    out.section("supervisord")
    for key, kind in DAEMON:
        if rng.random() < 0.12:
            out.option(key, value(rng, kind, wrong))
    if rng.random() < 0.3:
        out.option("loglevel", pick(
            rng, wrong, ["info", "DEBUG", "blather"],
            ["warning", ""]))
    if rng.random() < 0.3:
        out.option("logfile", pick(
            rng, wrong, ["/tmp/s.log", "syslog", "x.log", "%(here)s/a.log", "NONE",
             "%(here)s/../x.log"],
            ["/no/such/x.log"]))
    if rng.random() < 0.3:
        out.option("pidfile", pick(
            rng, wrong, ["/tmp/s.pid", "s.pid"], ["a/../s.pid"]))
    if rng.random() < 0.2:
        out.option("childlogdir", pick(
            rng, wrong, ["/tmp", "%(here)s", "~"],
            ["/no/such"]))
    if rng.random() < 0.2:
        out.option("directory", pick(
            rng, wrong, ["/tmp", "%(here)s"],
            ["/no/such"]))


def spoil(rng, data):
    """A byte that is no UTF-8, or one that is removed or doubled."""
    at = rng.randrange(len(data) + 1)
    change = rng.choice([b"\xff", b"\xe2\x82", b"\xc3(", b"\xf0\x90", b""])
    return data[:at] + change + data[at + (1 if not change else 0):]


def case(seed, number, folder):
    rng = random.Random("%s/%s" % (seed, number))
    wrong = rng.choice([0, 0, 0, 0.01, 0.02, 0.1])
    out = Writer(rng)
    parts = [lambda: sections(rng, out, wrong)]
    if rng.random() < 0.98:
        parts.append(lambda: daemon(rng, out, wrong))
    if rng.random() < 0.25:
        parts.append(lambda: include(rng, out, folder, wrong))
    rng.shuffle(parts)
    for part in parts:
        part()
    data = out.text().encode("utf-8")
    if rng.random() < 0.02:
        data = spoil(rng, data)
    path = os.path.join(folder, "supervisord.conf")
    with open(path, "wb") as file:
        file.write(data)
    return path
