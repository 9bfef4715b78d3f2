# SPDX-License-Identifier: ISC
"""Patterns of [include], which are those of Python's glob."""

import glob
import json
import os
import random

import pytest

import supd

NAMES = ["a", "b", "A", ".h", "^", "]", "[", "-", "!", "*", "?", "{a,b}",
         "\\a", "\u00e9", "\u20ac", "a[1]", "aa", "ab.c"]
FOLDERS = ["", "d", "d/e", ".f", "d[1]", "\u00fc"]
WHOLE = ["[^a]", "[!a]", "[[:alpha:]]", "[[.a.]]", "[[=a=]]", "[]]", "[!]]",
         "[]-a]", "[a-]", "[!-a]", "[--a]", "[a--]", "[b-a]", "[\u00e9-\uffff]",
         "?", "[?]", "[*]", "**", "**/a", "*/*", "*/../a", "./?", "*/", "a/",
         "d/", "*/.", ".*", "[.]h", ".[h]", ".f/*", ".?/*", "d//a", "d/*//a",
         "d[[]1]/a", "d\\[1\\]/a", "\\*", "\\[", "{a,b}", "{a,A}", "link",
         "li*", "none/*", "../*/a", "[", "[a", "a[", "[!", "[!]", "a*b*c",
         "*a", "*a*", "d/e/../*", "?[1]", "a[[]1]"]
PIECES = ["*", "?", "[", "]", "!", "^", "-", "a", "b", ".", "\u00e9", "d", "\\"]


@pytest.fixture(scope="module", name="tree")
def folders_with_files():
    """Each file has a program by its number."""
    base = supd.short_dir()
    for folder in FOLDERS:
        path = os.path.join(base, folder)
        os.makedirs(path, exist_ok=True)
        for name in NAMES:
            number = sum(len(found[2]) for found in os.walk(base))
            with open(os.path.join(path, name), "w", encoding="ascii") as file:
                file.write("[program:p%d]\ncommand=x\n" % number)
    os.symlink("/none", os.path.join(base, "link"))
    yield base
    supd.shutil.rmtree(base)


def patterns():
    rng = random.Random(42)
    return WHOLE + ["".join(rng.choice(PIECES) for _ in range(
        rng.randint(1, 5))) for _ in range(60)]


def program_of(path):
    with open(path, encoding="ascii") as file:
        return file.readline().strip("[]\n").partition(":")[2]


@pytest.mark.parametrize("pattern", patterns())
def test_same_files(tree, pattern):
    conf = os.path.join(tree, ".main")
    with open(conf, "w", encoding="utf-8") as file:
        file.write("[supervisord]\n[include]\nfiles=%s\n" % pattern)
    done = supd.run([supd.built("supervisord-c"), "--dump-config", "-c", conf])
    ours = {process["name"] for process in json.loads(done.stdout)["processes"]}
    theirs = {program_of(path) for path in glob.glob(
        os.path.join(tree, pattern)) if os.path.isfile(path) and path != conf}
    assert ours == theirs
