# SPDX-License-Identifier: ISC
"""Lines made by chance, read by Python's RawConfigParser and by us.

Sections of plugins are shown by --dump-config as they were written, so that
nothing but the dialect stands between file and output.  SUPD_INI_CASES sets
how many files (300), SUPD_INI_SEED which ones.
"""

import configparser
import json
import os
import random
import sys

import pytest

import supd

PIECES = ["a", "b", "=", ":", " = ", ";", "#", " ;", " #", "\t;", "x;y", " ",
          "  ", "\t", "[", "]", "[plugin:b]", "[plugin:a]", "[DEFAULT]",
          "\u00a0", "\u2028", "\x0b", "\x0c", "\x1c", "\x85", "\u3000",
          "\u00e9", "\U0001f600", "'", '"', "\\", "%", "%(here)", "KEY",
          "value", "k1", "k2", "k3=", "\ufeff", "-", "+", "*"]
STARTS = ["", "", "", " ", "  ", "\t", "k=", "a = ", "b:", "[plugin:a]", ";",
          "#", " ;", "\u00a0k=", "long_" * 30 + "key=", "k=" + "v;" * 200]
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", " \n", "\n \n"]


def noise(rng):
    text = "[plugin:a]\nfirst=1\n"
    for _ in range(rng.randrange(1, 30)):
        text += rng.choice(STARTS)
        for _ in range(rng.randrange(0, 6)):
            text += rng.choice(PIECES)
        # Most lines have a value, or few files would be without an error.
        if rng.random() < 0.85 and "=" not in text.splitlines()[-1]:
            text += "="
        text += rng.choice(ENDS)
    return text


def read_by_python(path):
    parser = configparser.RawConfigParser(
        inline_comment_prefixes=(";", "#"), strict=False)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except configparser.MissingSectionHeaderError as error:
        return {"error": str(error)}
    except configparser.ParsingError as error:
        return {"error": str(error)}
    return {section: dict(parser.items(section))
            for section in parser.sections()
            if section.startswith("plugin:")}


def read_by_us(helper, path):
    done = supd.run([helper, "--dump", "supervisord", "-c", path])
    shown = json.loads(done.stdout)
    return shown if "error" in shown else shown["plugins"]


BROKEN = [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3(", b"\x80",
          b"\xe2(\xa1", b"\xe2\x82(", b"\xf0\x9f\x98(", b"\xed\xa0\x80",
          b"\xc0\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xe2\xff\xff"]
CHUNK = 8192


def words_of_python(path):
    with pytest.raises(UnicodeDecodeError) as error:
        with open(path, encoding="utf-8") as file:
            for _ in file:
                pass
    return str(error.value)


def test_same_words_for_what_is_no_text(tmp_path):
    """Python decodes in chunks, and its positions are those of a chunk."""
    helper = supd.built("supervisord-c-config")
    if helper is None:
        pytest.skip("supervisord-c-config is not built")
    path = tmp_path / "s.conf"
    for broken in BROKEN:
        for start in [30, *range(CHUNK - 4, CHUNK + 1), 2 * CHUNK - 2]:
            for tail in b"", b"\n", b"x" * CHUNK + b"\n":
                text = b"[supervisord]\n;".ljust(start, b"x")
                path.write_bytes(text + broken + tail)
                shown = read_by_us(helper, str(path))["error"]
                assert words_of_python(path) in shown, (broken, start, tail)


@pytest.mark.skipif(sys.version_info >= (3, 13),
                    reason="newer parsers word and read some lines otherwise")
def test_same_sections_and_values(tmp_path):
    helper = supd.built("supervisord-c-config")
    if helper is None:
        pytest.skip("supervisord-c-config is not built")
    seed = os.environ.get("SUPD_INI_SEED", "1")
    path = str(tmp_path / "s.conf")
    read = 0
    for number in range(int(os.environ.get("SUPD_INI_CASES", "300"))):
        text = noise(random.Random("%s/%d" % (seed, number)))
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text + "\n[supervisord]\n")
        expected = read_by_python(path)
        read += "error" not in expected
        assert read_by_us(helper, path) == expected, text
    assert read > 20
