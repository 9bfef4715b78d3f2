# SPDX-License-Identifier: ISC
"""The manuals name every option that the code knows, and are well formed."""

import os
import re
import shutil

import pytest

import supd

MAN = os.path.join(supd.SRCDIR, "packaging", "man")
PAGES = sorted(os.listdir(MAN))
CONF = "supervisord-c.conf.5"
KEYWORD = r"[a-z][a-z0-9_.]+"

# Where the tables of options lie, and what a row of them looks like.
TABLES = (
    ("supervisord-c/config/server.c", r'\.name = "(%s)"' % KEYWORD, 17, ""),
    ("supervisord-c/config/program.c", r'\.name = "(%s)"' % KEYWORD, 30, ""),
    ("supervisord-c/config/listener.c", r"\{ ROW\((%s)," % KEYWORD, 4, ""),
    ("supervisord-c/config/fcgi.c", r'\{ "(%s)", read_' % KEYWORD, 4, ""),
    ("plugins/preflight/app/preflight_keys.c", r'\{ "(%s)",\s+read_' % KEYWORD,
     13, "preflight_"),
)


def source(path):
    with open(os.path.join(supd.SRCDIR, path), encoding="utf-8") as file:
        return file.read()


def page(name):
    return source(os.path.join("packaging", "man", name))


def described(name):
    """The keys that head an entry of the page of the configuration."""
    return set(re.findall(r"^\.It Ic (\S+) ", page(name), re.M))


@pytest.mark.parametrize("path,row,least,prefix", TABLES)
def test_every_key_of_the_tables(path, row, least, prefix):
    names = set(re.findall(row, source(path)))
    assert len(names) >= least, names
    keys = {"preflight" if prefix and name == "mode" else prefix + name
            for name in names}
    assert keys <= described(CONF)


def test_every_key_that_hints_know():
    lists = re.findall(r"const char \*const (\w+_keys)\[\] = \{([^}]*)\}",
                       source("supervisord-c/config/hints.c"))
    keys = {key for _, text in lists
            for key in re.findall(r'"(\w+)"', text)}
    assert {"programs", "files", "history_file", "chown"} <= keys
    assert keys <= described(CONF)


@pytest.mark.parametrize("program,name", (
    ("supervisord-c", "supervisord-c.8"),
    ("supervisorctl-c", "supervisorctl-c.1"),
    ("supervisord-c-preflight", "supervisord-c-preflight.8")))
def test_every_option(program, name):
    path = supd.built(program)
    if path is None:
        pytest.skip("%s is not built" % program)
    shown = supd.run([path, "--help"]).stdout
    known = set(re.findall(r"(?:^|/|\s)--([a-z][a-z_-]+)", shown, re.M))
    assert "help" in known and len(known) > 6
    heads = "\n".join(re.findall(r"^\.It Fl .*", page(name), re.M))
    assert known <= set(re.findall(r"(?:Fl|,) -([a-z][a-z_-]+)", heads))
    letters = set(re.findall(r"(?:^|\s)-([a-zA-Z])\b(?=[/,])", shown, re.M))
    assert letters <= set(re.findall(r"Fl ([a-zA-Z])\b", heads))


@pytest.mark.parametrize("name", PAGES)
def test_well_formed(name):
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("man or groff is not installed")
    shown = supd.run(["man", "--warnings", "-l", os.path.join(MAN, name)])
    assert shown.status == 0, shown
    assert shown.stderr == ""


def test_all_are_installed():
    listed = source("packaging/packaging.am")
    assert [name for name in PAGES if "packaging/man/" + name not in listed] \
        == []
