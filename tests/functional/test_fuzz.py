# SPDX-License-Identifier: ISC
"""A short run of every fuzz target; "make fuzz" is for long ones."""

import os
import re
import shutil
import subprocess

import pytest

import supd
import variant

CORPUS = os.path.join(supd.SRCDIR, "tests", "fuzz", "corpus")
NAMES = sorted(name[5:-2] for name in os.listdir(os.path.dirname(CORPUS))
               if re.fullmatch(r"fuzz_\w+\.c", name))
SECONDS = 4


@pytest.fixture(name="programs", scope="module")
def fuzz_programs():
    if supd.built("fuzz_" + NAMES[0]) is not None:
        return os.environ["SUPD_BUILDDIR"]
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    return variant.build(
        "fuzz", ["--enable-fuzzer", "--enable-werror",
                 "CC=" + variant.compiler("clang")],
        ["bin/fuzz_" + name for name in NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_target(name, programs, tmp_path):
    done = subprocess.run(
        [os.path.join(programs, "fuzz_" + name),
         "-max_total_time=%d" % SECONDS, "-print_final_stats=1",
         str(tmp_path), os.path.join(CORPUS, name)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    units = re.search(r"number_of_executed_units: (\d+)", done.stdout)
    assert units and int(units.group(1)) > len(
        os.listdir(os.path.join(CORPUS, name)))
