#!/bin/sh
# Makes ./configure and the Makefile.in files from what is in the tree.
set -e
cd "$(dirname "$0")"
exec autoreconf --force --install
