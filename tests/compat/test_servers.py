# SPDX-License-Identifier: ISC
"""What is understood of gunicorn and uwsgi, against gunicorn and uwsgi.

Python runs random configuration files of gunicorn, uwsgi shows what it made of
random ones of its own (--show-config), and both make real sockets.
"""

import grp
import json
import os
import pwd
import random
import signal
import stat
import subprocess

import pytest

import nginx_site
import supd

READER = supd.built("server_reader")
UWSGI = supd.installed("/usr/bin/uwsgi-core")
SEED = 611

pytestmark = pytest.mark.skipif(READER is None,
                                reason="needs the program server_reader")
needs_uwsgi = pytest.mark.skipif(UWSGI is None, reason="needs uwsgi-core")
needs_gunicorn = pytest.mark.skipif(nginx_site.GUNICORN is None,
                                    reason="needs gunicorn")


def ask(*arguments):
    done = subprocess.run([READER, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE, env=supd.environment(),
                          timeout=60)
    return done.stdout.splitlines()


def plan(directory, command, *variables):
    """[[word, ...], ...]: socket, tcp, undecided, fd."""
    return [line.split(" ") for line in ask(
        "plan", str(directory), command, *variables)]


# gunicorn's configuration file, which is Python

VALUES = ["'unix:/a'", '"unix:/b"', "['unix:/a', \"h:1\"]", "('unix:/c',)",
          "'unix:' + '/d'", "f'unix:{1}'", "r'unix:/e'", "7", "0o27", "0x1f",
          "'0o7'", "[\n  'unix:/a',  # x\n  'unix:/b',\n]", "None",
          "'''unix:/t'''", "'a;b'", "('unix:' '/g')", "str(1)",
          "1 if 1 else 2", "'unix:/h' # 'x'"]
NAMES = ["bind", "umask", "user", "group", "chdir", "other", "binding"]
STATEMENTS = ["%(name)s = %(value)s", "%(name)s=%(value)s", "# bind = 'no'",
              '"""\nbind = \'no\'\n"""', 'x = """\numask = 1\n"""',
              "if 1:\n    %(name)s = %(value)s",
              "if 0:\n    %(name)s = %(value)s",
              "def f():\n    %(name)s = %(value)s",
              "bind = ['unix:/i']; bind += ['unix:/j']",
              "bind = ['unix:/k']\nbind.append('unix:/l')",
              "%(name)s: object = %(value)s", "y = {'bind': 1,\n'umask': 2}",
              "%(name)s = %(value)s; umask = 3", "q = 'bind = 1'",
              "z = (1,\n2)", "bind == 1 if 0 else 2", "bind, umask = 'm', 4",
              "from os.path import *", "w = 'a\\\nbind = 5'"]
COUNT = 3000


def as_shown(space):
    """What gunicorn takes, the way server_reader prints it."""
    bind = space.get("bind")
    shown = ["bind %s" % one for one in (
        bind if isinstance(bind, (list, tuple)) else
        [] if bind is None else [bind])]
    for name in ("user", "group", "chdir"):
        if space.get(name) is not None:
            shown.append("%s %s" % (name, space[name]))
    if space.get("umask") is not None:
        shown.append("umask %d" % int(str(space["umask"]), 0))
    return shown


def random_python(rng):
    text = "".join(rng.choice(STATEMENTS) % {
        "name": rng.choice(NAMES), "value": rng.choice(VALUES)} + "\n"
        for _ in range(rng.randint(1, 5)))
    space = {}
    try:
        exec(text, space)  # pylint: disable=exec-used
        return text, as_shown(space)
    except (NameError, TypeError, AttributeError, ValueError):
        return None, None


def plain(lines, name):
    """The lines of one setting, numbers as numbers."""
    values = [line[len(name) + 1:] for line in lines
              if line.startswith(name + " ")]
    return [int(v, 0) if v[:1].isdigit() else v for v in values]


def compare_python(text, shown, ours):
    """How many settings were decided; those must be Python's."""
    decided = 0
    unknown = {line.split(" ")[1] for line in ours
               if line.startswith("undecided ")}
    for name in ("bind", "umask", "user", "group", "chdir"):
        if name in unknown or not unknown <= set(NAMES):
            continue
        decided += 1
        assert plain(ours, name) == plain(shown, name), (text, ours)
    return decided


def test_gunicorn_files_are_read_as_python_runs_them(tmp_path):
    rng, cases, decided = random.Random(SEED), [], 0
    while len(cases) < COUNT:
        text, shown = random_python(rng)
        if text is not None:
            (tmp_path / str(len(cases))).write_text(text)
            cases.append((text, shown))
    lines = ask("gunicorn", *(str(tmp_path / str(i)) for i in range(COUNT)))
    for text, shown in cases:
        end = lines.index("end")
        decided += compare_python(text, shown, lines[:end])
        lines = lines[end + 1:]
    assert decided > COUNT


# command lines of gunicorn

GUNICORN_LINES = [
    "", "-b unix:/a", "--bind=unix:/a -b unix:/b", "-m 022 -b unix:/a",
    "-m 22 -b unix:/a", "-m 0o22 -bunix:/a", "-c c.py", "-c c.py -m 7",
    "-c file:c.py -b unix:/z", "-c python:c", "-c python:pack.d",
    "--chdir pack", "--chdir pack -c c.py", "--config=c.py --chdir pack",
    "-c pack/d.py", "-b 127.0.0.1:99 -b unix:/a",
]
GUNICORN_ENV = [[], ["GUNICORN_CMD_ARGS=-b unix:/env -m 3"],
                ["GUNICORN_CMD_ARGS=-c c.py"], ["PORT=5001"]]


def compare_gunicorn(folder, line, variables, text):
    shown = dict(row.partition("=")[::2] for row in text.split("\n"))
    shown = {key.strip(): value.strip() for key, value in shown.items()}
    binds = json.loads(shown["bind"].replace("'", '"'))
    got = plan(folder, "gunicorn %s app:app" % line, *variables)
    paths = sorted(os.path.join(shown["chdir"], b[5:]) for b in binds
                   if b.startswith("unix:"))
    assert sorted(g[1] for g in got if g[0] == "socket") == paths, line
    assert sorted(g[1] for g in got if g[0] == "tcp") == sorted(
        b for b in binds if not b.startswith("unix:")), line
    assert all(row[0] != "undecided" for row in got), (line, got)
    assert all(row[3] == shown["umask"] for row in got
               if row[0] == "socket"), (line, got)


@needs_gunicorn
@pytest.mark.parametrize("variables", GUNICORN_ENV,
                         ids=lambda v: v[0] if v else "plain")
def test_gunicorn_lines(tmp_path, variables):
    (tmp_path / "pack").mkdir()
    (tmp_path / "app.py").write_text("def app(e, s): pass\n")
    (tmp_path / "pack" / "app.py").write_text("def app(e, s): pass\n")
    (tmp_path / "pack" / "d.py").write_text("bind = 'unix:rel'\n")
    (tmp_path / "c.py").write_text("bind = ['unix:/c', 'h:1']\numask = 9\n")
    (tmp_path / "gunicorn.conf.py").write_text("umask = 0o11\n")
    environment = supd.environment(
        **dict(v.split("=", 1) for v in variables))
    running = [(line, subprocess.Popen(
        [nginx_site.GUNICORN, "--print-config", *line.split(), "app:app"],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment))
        for line in GUNICORN_LINES]
    texts = [(line, process.communicate(timeout=60)[0])
             for line, process in running]
    for line, text in texts:
        compare_gunicorn(tmp_path, line, variables, text)


# uwsgi

SOCKET = ["/a", "/%n.sock", "%(base)/x", "rel", "h:1", ":8000", "%(name)",
          "/$(WHERE)/y", "%d%(name)", "/%c-%s-%e-%x"]
UWSGI_VALUES = {
    "socket": SOCKET, "http-socket": SOCKET, "http": SOCKET,
    "chmod-socket": ["660", "1", "700"],
    "chown-socket": ["root:root", "root"],
    "umask": ["022", "007"], "uid": ["0", "root"], "gid": ["0"],
    "vacuum": ["1"], "base": ["/base", "/b/%n"],
    "name": ["nom", "%(base)x"], "chdir": ["/", "%d"],
}
UWSGI_RUNS = 200


def as_ini(options, section):
    return "[%s]\n%s" % (section, "".join("%s = %s\n" % o for o in options))


def as_xml(options, section):
    return "<uwsgi id='%s'>%s</uwsgi>" % (
        section, "".join("<%s>%s</%s>" % (n, v, n) for n, v in options))


def as_lists(options):
    """Names that come again must come together in a mapping."""
    lists = {}
    for name, value in options:
        lists.setdefault(name, []).append(value)
    return lists


def as_json(options, section):
    return json.dumps({section: as_lists(options)})


def as_yaml(options, section):
    return "%s:\n%s" % (section, "".join(
        "  %s: [%s]\n" % (name, ", ".join('"%s"' % v for v in values))
        for name, values in as_lists(options).items()))


LANGUAGES = [("ini", as_ini), ("xml", as_xml), ("json", as_json),
             ("yaml", as_yaml)]


def random_options(rng):
    return [(name, rng.choice(UWSGI_VALUES[name])) for name in (
        rng.choice(sorted(UWSGI_VALUES)) for _ in range(rng.randint(1, 7)))]


def shown_by_uwsgi(folder, line):
    done = subprocess.run(
        [UWSGI, "--show-config", "--no-server", *line], cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        env=supd.environment(WHERE="here"), timeout=60, check=False)
    assert "[uwsgi]\n" in done.stdout, done.stdout
    text = done.stdout.partition("[uwsgi]\n")[2].partition(";end of")[0]
    return [tuple(row.split(" = ", 1)) for row in text.splitlines()
            if " = " in row]


def last(shown, name):
    values = [value for key, value in shown if key == name]
    return values[-1] if values else None


def octal(text):
    return -1 if text is None else 0o666 if text == "1" else int(text, 8)


def compare_uwsgi(folder, shown, got, line):
    everything = (got, line, shown,
                  [(f.name, f.read_text()) for f in folder.iterdir()])
    if any(row[0] == "undecided" for row in got):
        # Names that lead nowhere, or to names further down.
        assert any("%(" in f.read_text() for f in folder.iterdir())
        return
    base = os.path.join(str(folder), last(shown, "chdir") or "")
    binds = [value for key, value in shown
             if key in ("socket", "http-socket", "http")]
    assert [row[1] for row in got if row[0] == "socket"] == [
        os.path.join(base, b) for b in binds if ":" not in b], everything
    assert [row[1] for row in got if row[0] == "tcp"] == [
        b for b in binds if ":" in b], everything
    for row in got:
        if row[0] == "socket":
            assert int(row[2]) == octal(last(shown, "chmod-socket")), \
                everything
            assert int(row[3]) == octal(last(shown, "umask")), everything


@needs_uwsgi
def test_uwsgi_files(tmp_path):
    """Each language in turn, sometimes an ini file that names the file."""
    rng, sockets = random.Random(SEED), 0
    for _ in range(UWSGI_RUNS):
        language, write = rng.choice(LANGUAGES)
        section = rng.choice(["uwsgi", "more"])
        name = "s." + language
        (tmp_path / name).write_text(write(random_options(rng), section))
        inner = name if section == "uwsgi" else name + ":more"
        (tmp_path / "top.ini").write_text(as_ini(
            random_options(rng) + [(language, inner)] + random_options(rng),
            "uwsgi"))
        line = rng.choice([["--" + language, inner], ["--ini", "top.ini"],
                           ["top.ini"]]) + rng.choice([[], ["-s", "/line"]])
        shown = shown_by_uwsgi(tmp_path, line)
        got = plan(tmp_path, "uwsgi " + " ".join(line), "WHERE=here")
        compare_uwsgi(tmp_path, shown, got, line)
        sockets += sum(row[0] == "socket" for row in got)
    assert sockets > UWSGI_RUNS // 2


# Sockets that are really made

CONF = {"app.py": "def app(e, s): pass\n"}
REAL = [
    ("gunicorn -b unix:{} -c /dev/null app:app", CONF),
    ("gunicorn -b unix:{} -c /dev/null -m 007 app:app", CONF),
    ("gunicorn -b unix:{} -c /dev/null -m 22 app:app", CONF),
    ("gunicorn -b unix:{} -c /dev/null -u {user} -g {group} app:app", CONF),
    ("gunicorn -b unix:{} -c /dev/null -u {user} -m 027 app:app", CONF),
    ("gunicorn -c conf.py app:app", dict(
        CONF, **{"conf.py": "bind = 'unix:{}'; umask = 0o17"})),
    ("uwsgi -s {}", {}),
    ("uwsgi -s {} --chmod-socket", {}),
    ("uwsgi -s {} --chmod-socket=640 --umask 077", {}),
    ("uwsgi -s {} --umask 027", {}),
    ("uwsgi -s {} --uid {user} --gid {group}", {}),
    ("uwsgi -s {} --uid {user}", {}),
    ("uwsgi -s {} --chown-socket {user}:{group}", {}),
    ("uwsgi -s {} --uid {user} --gid {group} --chown-socket {user}", {}),
    ("uwsgi -s {} --uid {user} --chown-socket :{group}", {}),
    ("uwsgi --plugin http --http {}", {}),
    ("uwsgi --plugin http --http {} --chmod-socket=640", {}),
    ("uwsgi --plugin http --http {} --uid {user} --gid {group}", {}),
    ("uwsgi --json u.json", {"u.json": '{{"uwsgi": {{"http-socket": "{}", '
                             '"chmod-socket": "600"}}}}'}),
    ("uwsgi --yaml u.yaml", {"u.yaml": "uwsgi:\n  socket: {}\n"
                             "  umask: '007'\n"}),
    ("uwsgi u.xml", {"u.xml": "<uwsgi><socket>{}</socket><chmod-socket/>"
                     "</uwsgi>"}),
]
PROGRAMS = {"gunicorn": nginx_site.GUNICORN, "uwsgi": UWSGI}
USER, GROUP = "games", "nogroup"


def start(command, folder):
    """Until it has bound; what the socket then is."""
    said = os.path.join(folder, "log")
    program, *rest = command.split()
    with open(said, "w") as log:
        process = subprocess.Popen(
            [PROGRAMS[program], *rest], cwd=folder, stdout=log, stderr=log,
            stdin=subprocess.DEVNULL, start_new_session=True,
            env=supd.environment(), umask=0o022)
    try:
        supd.wait_until(lambda: "Listening at" in open(said).read() or
                        "spawned uWSGI" in open(said).read(), "a server",
                        show=lambda: open(said).read())
        return os.lstat(os.path.join(folder, "x.sock"))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("command,files", REAL, ids=[
    row[0].replace(" {}", "").replace(" ", "_") for row in REAL])
def test_real_sockets(command, files):
    if PROGRAMS[command.split()[0]] is None:
        pytest.skip("not installed: " + command.split()[0])
    folder = supd.short_dir("sv-")
    os.chmod(folder, 0o777)
    path = os.path.join(folder, "x.sock")
    command = command.format(path, user=USER, group=GROUP)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w") as out:
            out.write(text.format(path))
    [row] = [r for r in plan(folder, command) if r[0] == "socket"]
    real = start(command, folder)
    _, where, mode, umask, user, group = row
    assert where == path
    assert stat.S_IMODE(real.st_mode) == (
        int(mode) if mode != "-1" else
        0o777 & ~(int(umask) if umask != "-1" else 0o022)), row
    assert real.st_uid == (0 if user == "-" else
                           pwd.getpwnam(user).pw_uid), row
    assert real.st_gid == (0 if group == "-" else
                           grp.getgrnam(group).gr_gid), row
