# SPDX-License-Identifier: ISC
"""configure tells at once which libraries are missing and what has them."""

import os
import shutil
import subprocess

import pytest

import supd

CONFIGURE = os.path.join(supd.SRCDIR, "configure")
PACKAGES = {
    "libevent_core": ("libevent-dev", "libevent-devel"),
    "inih": ("libinih-dev", "inih-devel"),
    "expat": ("libexpat1-dev", "expat-devel"),
    "yaml-0.1": ("libyaml-dev", "libyaml-devel"),
    "jansson": ("libjansson-dev", "jansson-devel"),
    "libedit": ("libedit-dev", "libedit-devel"),
    "libacl": ("libacl1-dev", "libacl-devel"),
    "libpcre2-8": ("libpcre2-dev", "pcre2-devel"),
    "libcrypt": ("libcrypt-dev", "libxcrypt-devel"),
}


def test_missing_libraries(tmp_path):
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    if not os.path.exists(CONFIGURE):
        pytest.skip("there is no configure; run autogen.sh")
    if os.path.exists(os.path.join(supd.SRCDIR, "config.status")):
        pytest.skip("the tree was configured in its own folder")
    env = supd.environment(PKG_CONFIG_LIBDIR=str(tmp_path))
    done = subprocess.run([CONFIGURE], cwd=tmp_path, env=env, text=True,
                          capture_output=True, check=False)
    assert done.returncode != 0
    for library, (debian, fedora) in PACKAGES.items():
        told = [line for line in done.stderr.splitlines()
                if line.strip().startswith(library)]
        assert len(told) == 1, done.stderr
        assert "Debian and Ubuntu %s, Fedora %s" % (debian, fedora) in told[0]
