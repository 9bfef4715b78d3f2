# SPDX-License-Identifier: ISC
"""Lets every test import the helpers of tests/lib."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
