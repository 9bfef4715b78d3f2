# SPDX-License-Identifier: ISC
"""Lets every test import the helpers of tests/lib, and be alike under any
umask: many make files that another user is to read."""

import os
import sys

os.umask(0o022)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
