# SPDX-License-Identifier: ISC
"""The lexer of the nginx reader against nginx itself.

Random text is put behind a directive that takes one word.  nginx -t says what
it did not understand, with its line; what it accepts is asked for over HTTP.
"""

import random
import re
import subprocess

import pytest

import private_nginx
import supd

READER = supd.built("nginx_reader")
SEED = 20260817
CASES = 400
MANY = 8000

pytestmark = pytest.mark.skipif(
    READER is None or private_nginx.NGINX is None,
    reason="needs nginx and the test program nginx_reader")

PIECES = ["a", "b", "cd", " ", " ", "\t", "\r", "\n", ";", "{", "}", '"',
          "'", "\\", "\\t", "\\n", "\\\\", '\\"', "#", "$", "${", "$a", "(",
          ")", '"x y"', "'}{;'", "default_type z;"]
QUOTED = ['"%s"', "'%s'"]


def random_text(rng):
    text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 9)))
    if rng.random() < 0.4:
        text = rng.choice(QUOTED) % text
    return text


def config(folder, port, text):
    return (private_nginx.HEAD.format(folder) + "http {\n" +
            private_nginx.HTTP_HEAD.format(folder) +
            "server { listen 127.0.0.1:%d;\n" % port +
            "location /x {\ndefault_type %s;\n}\n}\n}\n" % text)


def our_words(*paths):
    """For each: [(end, line, [word, ...]), ...] and the error or None."""
    done = subprocess.run([READER, "words", *map(str, paths)], check=True,
                          stdout=subprocess.PIPE, env=supd.environment(),
                          timeout=60)
    directives = []
    for line in done.stdout.splitlines():
        if line.startswith(b"error "):
            _, number, cause = line.split(b" ", 2)
            yield directives, (int(number), bytes.fromhex(cause.decode()))
            directives = []
            continue
        end, _, last, *words = line.split()
        directives.append((end.decode(), int(last),
                           [bytes.fromhex(w.decode().rstrip("."))
                            for w in words]))
        if end == b"file":
            yield directives, None
            directives = []


KNOWN = {b"daemon", b"master_process", b"pid", b"error_log", b"events",
         b"worker_connections", b"http", b"access_log", b"server", b"listen",
         b"location", b"client_body_temp_path", b"proxy_temp_path",
         b"fastcgi_temp_path", b"uwsgi_temp_path", b"scgi_temp_path"}


def expected(directives, error):
    """What nginx must say: (line, sentence) or None, and the word it keeps."""
    depth, kept = 0, []
    for end, line, words in directives:
        if end == "close":
            depth -= 1
            if depth < 0:
                return (line, b'unexpected "}"'), None
            continue
        if end == "file":
            if depth > 0:
                return (line, b'unexpected end of file, expecting "}"'), None
            break
        name = words[0]
        if name == b"default_type":
            if depth != 3:
                continue
            if end == "open":
                return (line, b'directive "default_type" is not terminated '
                              b'by ";"'), None
            if len(words) != 2:
                return (line, b"invalid number of arguments in "
                              b'"default_type" directive'), None
            if kept:
                return (line, b'"default_type" directive is duplicate'), None
            kept.append(words[1])
        elif name not in KNOWN:
            return (line, b'unknown directive "' + name + b'"'), None
        if end == "open":
            depth += 1
    return error, kept[0] if kept else None


def compare_refusal(folder, port, text):
    """Compares what is refused; the accepted word, or None."""
    conf = folder / "n.conf"
    conf.write_text(config(folder, port, text), newline="")
    said = private_nginx.test_config(folder, conf)
    [(directives, error)] = our_words(conf)
    wanted, word = expected(directives, error)
    if said is None:
        assert wanted is None, text
        return word
    said = said.encode("utf-8", "surrogateescape")
    assert wanted is not None, (text, said)
    assert said.startswith(b"%s in %s:%d\n" % (
        wanted[1], str(conf).encode(), wanted[0])), (text, said, wanted)
    return None


def test_random_text_is_cut_alike(tmp_path):
    rng = random.Random(SEED)
    port = private_nginx.free_port()
    accepted = []
    for _ in range(CASES):
        text = random_text(rng)
        word = compare_refusal(tmp_path, port, text)
        if word is not None:
            accepted.append((text, word))
    assert len(accepted) > CASES // 20


def words_of(folder, port, texts):
    """[(text, word), ...] of those that nginx has to accept."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / str(number))
        paths[-1].write_text(config(folder, port, text), newline="")
    accepted = []
    for text, (directives, error) in zip(texts, our_words(*paths)):
        wanted, word = expected(directives, error)
        if wanted is None:
            accepted.append((text, word))
    return accepted


def test_thousands_of_words_are_kept_alike(tmp_path):
    """All that we accept in one configuration, each asked for over HTTP."""
    rng = random.Random(SEED + 1)
    port = private_nginx.free_port()
    accepted = words_of(tmp_path, port,
                        [random_text(rng) for _ in range(MANY)])
    assert len(accepted) > 1000
    conf = tmp_path / "n.conf"
    conf.write_text(
        private_nginx.HEAD.format(tmp_path) + "http {\n" +
        private_nginx.HTTP_HEAD.format(tmp_path) +
        "server { listen 127.0.0.1:%d;\n" % port + "".join(
            'location = /%d { return 200 ""; default_type %s;\n}\n' %
            (number, text) for number, (text, _) in enumerate(accepted)) +
        "} }\n", newline="")
    with private_nginx.Nginx(tmp_path, conf, port) as nginx:
        for number, (text, word) in enumerate(accepted):
            answer = nginx.get("x", "/%d" % number)
            shown = re.search(rb"\r\nContent-Type: (.*?)\r\nContent-Length:",
                              answer, re.DOTALL)
            got = shown.group(1) if shown else b""
            assert got == word, (text, got, word)


@pytest.mark.parametrize("text", [
    "a" * 4095, "a" * 4096, "'%s'" % ("a" * 4095), "'%s'" % ("a" * 4096),
    "x #" + "c" * 4096 + "\n", "x #" + "c" * 5000 + "\n", '"' + "b" * 5000,
    "x" + " " * 5000, "\\\n" * 2048, "\\\n" * 2047 + "a", "\xe9\xff",
    "x;\n\xef\xbb\xbfdefault_type", "a\x00b", "'a'b", "a'b'", '"a");',
    "x;}\n}\n}", "x; default_type y", "x {}", "",
], ids=range(20))
def test_edges_are_cut_alike(tmp_path, text):
    compare_refusal(tmp_path, private_nginx.free_port(), text)
