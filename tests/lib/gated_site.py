# SPDX-License-Identifier: ISC
"""A daemon that keeps the program of a site, by preflight keys."""

import contextlib
import grp
import os

import pytest

import nginx_site
import supd
from nginx_site import users

PROGRAM = """
[program:web]
command=%(command)s
directory=%(home)s/site
user=%(app)s
autostart=false
startsecs=1
preflight_nginx=%(conf)s
%(keys)s
"""


def share_run(site):
    """The socket's directory for the program and the worker alone."""
    os.chown(site.path("run"), -1, grp.getgrnam(site.users.worker).gr_gid)
    site.chmod("run", 0o2710)


@pytest.fixture
def serve(users):
    """serve(keys, ...) gives a site and a daemon; both end with the test."""
    with contextlib.ExitStack() as stack:
        def make(keys, options="-m 007", more="", nginx=False, command=None,
                 **arguments):
            site = nginx_site.Site(users, options=options, **arguments)
            stack.callback(site.close)
            share_run(site)
            if nginx:
                site.start_nginx()
            daemon = supd.Daemon(programs=PROGRAM % dict(
                site.names, command=command or site.command, conf=site.conf,
                keys=keys % site.names) + more % site.names)
            stack.enter_context(daemon)
            return site, daemon
        yield make
