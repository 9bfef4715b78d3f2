# SPDX-License-Identifier: ISC
"""Configuration files read by Supervisor and by us, compared.

SUPD_CONFIG_CASES sets how many (2000), SUPD_CONFIG_SEED which ones.
"""

import os

import pytest

import compare_config
import supd


@pytest.mark.skipif(compare_config.oracle is None,
                    reason="python module supervisor is not installed")
def test_same_configuration(monkeypatch):
    helper = supd.built(compare_config.HELPER)
    if helper is None:
        pytest.skip("%s is not built" % compare_config.HELPER)
    monkeypatch.setenv("HOME", "/root")
    lines = []
    wrong = compare_config.run(
        helper, int(os.environ.get("SUPD_CONFIG_CASES", "2000")),
        os.environ.get("SUPD_CONFIG_SEED", "1"), report=lines.append)
    assert wrong == 0, "\n".join(lines)


def test_what_is_tolerated_is_documented():
    with open(os.path.join(supd.SRCDIR, "docs", "differences.md"),
              encoding="utf-8") as file:
        text = file.read()
    for function in compare_config.DIFFERENCES:
        assert "`%s`" % function.__name__ in text
