# SPDX-License-Identifier: ISC
"""Namespaces and confinement, cases T60 to T69 of docs/preflight-cases.md."""

import contextlib
import ctypes
import os
import pwd
import re
import shutil
import socket
import struct
import subprocess

import pytest

import nginx_site
import supd
from preflight_case import (APP, LOGO, STATIC, expect, make_site, needs_nginx,
                            needs_unshare, users)

pytestmark = needs_nginx

LIBC = ctypes.CDLL(None, use_errno=True)


@pytest.fixture(autouse=True)
def namespaces():
    needs_unshare()


def inside(site, script, *paths):
    """nginx starts in a mount namespace of its own, after the script, to
    which the paths are $1 and so on."""
    site.master = ["unshare", "-m", "sh", "-c", script + '; shift %d; '
                   'exec "$@"' % len(paths), "sh", *paths]


def test_t60_private_tmp(make_site):
    """A fresh file system lies over a directory above the tree."""
    site = make_site()
    inside(site, 'mount -t tmpfs -o mode=755 none "$1"', site.home + "/site")
    site.start_nginx()
    assert site.status(LOGO) == 404
    expect(site.ask(), "PF104")


def test_t61_protect_home_yes(make_site):
    site = make_site()
    inside(site, 'mount -t tmpfs -o mode=0 none "$1"', site.home)
    site.start_nginx()
    assert site.status(LOGO) == 403
    assert subprocess.run(
        ["runuser", "-u", site.users.worker, "--", "cat",
         site.home + "/site/static/logo.png"], check=False,
        stdout=subprocess.DEVNULL).returncode == 0
    report = site.ask()
    expect(report, "PF101", "PF014")
    assert report.find("PF101")["path"] == site.home


def test_t62_protect_home_tmpfs(make_site):
    site = make_site()
    inside(site, 'mount -t tmpfs -o mode=755 none "$1"', site.home)
    site.start_nginx()
    assert site.status(LOGO) == 404
    expect(site.ask(), "PF104")


def copy_into(root, path):
    os.makedirs(root + os.path.dirname(path), exist_ok=True)
    shutil.copy(path, root + path)


def test_t63_chroot(make_site):
    """The worker's root is another one: the same names, other modes.  There
    is no mount namespace but ours."""
    site = make_site()
    root = site.path("root")
    libraries = subprocess.run(["ldd", nginx_site.NGINX], text=True,
                               stdout=subprocess.PIPE, check=True).stdout
    for path in [nginx_site.NGINX, site.conf, "/etc/passwd", "/etc/group",
                 *re.findall(r"(/\S+) \(0x", libraries)]:
        copy_into(root, path)
    shutil.copytree(site.home, root + site.home)
    os.chmod(root + site.home, 0o700)
    os.chmod(root, 0o755)
    os.makedirs(root + site.path("run"))
    refused = supd.run(["mount", "--bind", site.path("run"),
                        root + site.path("run")])
    if refused.status != 0:
        pytest.skip(refused.stderr.splitlines()[0])
    site.undo.callback(LIBC.umount2, (root + site.path("run")).encode(), 2)
    site.master = ["chroot", root]
    site.start_nginx()
    assert os.readlink("/proc/%d/ns/mnt" % site.nginx.pid) == \
        os.readlink("/proc/self/ns/mnt")
    assert site.status(LOGO) == 403
    with open(root + site.path("error.log")) as log:
        assert "(13: Permission denied)" in log.read()
    report = site.ask()
    expect(report, "PF101")
    os.chmod(root + site.home, 0o711)
    assert site.status(LOGO) == 200
    expect(site.ask())


def test_t64_user_namespace(make_site):
    """A rootless container: the worker's ids are others on the host."""
    site = make_site()
    site.acl("home", "u:%(worker)s:x")
    site.chmod("home", 0o710)
    base = 200000
    inside_run = base + pwd.getpwnam(site.users.worker).pw_uid
    site.acl("run", "u:%d:x,d:u:%d:rw" % (inside_run, inside_run))
    for name in ("", "nginx.conf"):
        os.chown(site.path(name), base, base)
    outer, inner = os.pipe(), os.pipe()

    def enter():
        if LIBC.unshare(0x10000000) != 0:
            os._exit(99)
        os.write(outer[1], b"x")
        os.read(inner[0], 1)
        os.setgroups([])
        os.setgid(0)
        os.setuid(0)

    pid = os.fork()
    if pid == 0:
        # Popen waits for exec, which waits for the maps: so by hand.
        try:
            enter()
            null = os.open("/dev/null", os.O_RDWR)
            for number in range(3):
                os.dup2(null, number)
            os.execv("/usr/sbin/nginx", [
                "nginx", "-p", site.dir, "-e", site.path("error.log"), "-c",
                site.conf])
        finally:
            os._exit(98)
    site.undo.callback(os.waitpid, pid, 0)
    site.undo.callback(os.kill, pid, 15)
    os.read(outer[0], 1)
    for name in ("uid_map", "gid_map"):
        with open("/proc/%d/%s" % (pid, name), "w") as out:
            out.write("0 %d 65536" % base)
    os.write(inner[1], b"x")
    for end in (*outer, *inner):
        os.close(end)
    site.start_nginx = None

    def answers():
        try:
            return site.status(LOGO)
        except ConnectionRefusedError:
            return 0
    assert supd.wait_until(answers, "an answer", show=site.log) == 403
    report = site.ask()
    expect(report, "PF101")
    assert report.tree["identities"][0]["uid"] > base


class MountAttributes(ctypes.Structure):
    """struct mount_attr of mount_setattr(2)."""
    _fields_ = [(name, ctypes.c_uint64) for name in (
        "set", "clear", "propagation", "userns_fd")]


OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
CLONE, AT_EMPTY_PATH, IDMAP, FROM_EMPTY_PATH = 1, 0x1000, 0x100000, 4


def user_namespace(inside, outside, users):
    """A namespace that maps two pairs of ids onto each other, kept by a
    process that waits for its input to end."""
    needs_unshare("-U")
    holder = subprocess.Popen(
        ["unshare", "-U", "sh", "-c", "echo; exec cat"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == "\n"
    for name in ("uid_map", "gid_map"):
        with open("/proc/%d/%s" % (holder.pid, name), "w") as out:
            out.write("%d %d 1\n" % (inside[name], outside[name]))
    users.callback(holder.wait, 20)
    users.callback(holder.stdin.close)
    return os.open("/proc/%d/ns/user" % holder.pid, os.O_RDONLY)


def idmapped(site, source, target):
    """Mounts source at target so that what is the app's appears to be the
    worker's (mount_setattr with MOUNT_ATTR_IDMAP)."""
    app = pwd.getpwnam(site.users.app)
    worker = pwd.getpwnam(site.users.worker)
    namespace = user_namespace(
        {"uid_map": app.pw_uid, "gid_map": app.pw_gid},
        {"uid_map": worker.pw_uid, "gid_map": worker.pw_gid}, site.undo)
    tree = LIBC.syscall(OPEN_TREE, -100, source.encode(),
                        CLONE | os.O_CLOEXEC)
    wanted = MountAttributes(set=IDMAP, userns_fd=namespace)
    failed = tree < 0 or LIBC.syscall(
        MOUNT_SETATTR, tree, b"", AT_EMPTY_PATH, ctypes.byref(wanted),
        ctypes.sizeof(wanted)) < 0 or LIBC.syscall(
            MOVE_MOUNT, tree, b"", -100, target.encode(), FROM_EMPTY_PATH) < 0
    error = os.strerror(ctypes.get_errno())
    os.close(namespace)
    if tree >= 0:
        os.close(tree)
    if failed:
        pytest.skip("this kernel makes no idmapped mount here: " + error)
    site.undo.callback(LIBC.umount2, target.encode(), 2)


def test_t65_idmapped_mount(make_site):
    """The app's private files appear as the worker's own."""
    site = make_site()
    site.make("home/shown", 0o711)
    site.edit(site.home + "/site/static/", site.home + "/shown/")
    site.chmod("home/site/static", 0o700)
    site.chmod("home/site/static/logo.png", 0o600)
    idmapped(site, site.home + "/site/static", site.home + "/shown")
    seen = os.stat(site.home + "/shown/logo.png")
    assert seen.st_uid == pwd.getpwnam(site.users.worker).pw_uid
    site.start_nginx()
    assert site.status(LOGO) == 200
    # What is its own it may also write, of which a served tree is told.
    expect(site.ask(), may=("PF506",))
    site.edit(site.home + "/shown/", site.home + "/site/static/")
    site.reload_all()
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF101", may=("PF506",))


def fuse(site, options, uid, mode=0o755):
    """A FUSE mount of the user's whose server never says a word."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse")
    os.mkdir(site.path("home/fuse"))
    device = os.open("/dev/fuse", os.O_RDWR)
    site.undo.callback(os.close, device)
    data = "fd=%d,rootmode=%o,user_id=%d,group_id=%d%s" % (
        device, 0o40000 | mode, uid, os.stat(site.home).st_gid, options)
    if LIBC.mount(b"preflight", site.path("home/fuse").encode(), b"fuse", 6,
                  data.encode()) != 0:
        error = os.strerror(ctypes.get_errno())
        os.rmdir(site.path("home/fuse"))
        pytest.skip("no FUSE mount: " + error)
    site.undo.callback(LIBC.umount2, site.path("home/fuse").encode(), 2)
    site.edit(site.home + "/site/static/", site.home + "/fuse/")
    return device


def test_t66_fuse_of_another_user(make_site):
    # Nobody at all is let in, so that nobody waits for the silent server.
    site = make_site()
    fuse(site, "", 54321)
    site.start_nginx()
    assert site.status(LOGO) == 403
    report = site.ask()
    expect(report, "PF111")


def waits_for_fuse(pid):
    with open("/proc/%d/stack" % pid) as stack:
        return "fuse" in stack.read()


def test_t67_hung_fuse_server(make_site):
    site = make_site(keys="preflight_timeout=3")
    fuse(site, ",allow_other", 0)
    site.start_nginx()
    # The only worker goes in and never comes out, without a word.
    with socket.create_connection(("127.0.0.1", site.port), 20) as lost, \
            socket.create_connection(("127.0.0.1", site.port), 20) as other:
        lost.sendall(b"GET %s HTTP/1.0\r\n\r\n" % LOGO.encode())
        supd.wait_until(lambda: waits_for_fuse(site.workers()[0]),
                        "a worker that hangs", show=site.log)
        other.sendall(b"GET /nothing HTTP/1.0\r\n\r\n")
        done = site.check("--format=gate", "--program", "web")
        for client in (lost, other):
            client.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.recv(1)
    assert "fuse" not in site.log()
    report = nginx_site.Report(
        nginx_site.json.loads(done.stdout.splitlines()[1]), done.returncode)
    expect(report, "PF123")
    assert report.code == 4
    assert report.tree["duration_ms"] < 10000


def confine(site, how):
    """A wrapper around nginx that confines itself first."""
    def limit():
        if how() != 0:
            os._exit(97)
    site.start_nginx(preexec_fn=limit)


ALLOW = (0x06, 0, 0, 0x7fff0000)


def filtered(site, code):
    """nginx under a filter of system calls."""
    rules = b"".join(struct.pack("HBBI", *one) for one in code)
    # The array has to outlive the call.
    text = ctypes.create_string_buffer(rules)
    program = ctypes.create_string_buffer(struct.pack(
        "HxxxxxxQ", len(code), ctypes.addressof(text)))
    confine(site, lambda: LIBC.prctl(22, 2, ctypes.byref(program), 0, 0))


def test_t68_seccomp_without_af_unix(make_site):
    """socket(AF_UNIX) answers EAFNOSUPPORT, which no probe can see."""
    if os.uname().machine != "x86_64":
        pytest.skip("the filter is for x86_64")
    site = make_site()
    site.serve(mode=0o770)
    site.give("run/app.sock", 0o770)
    filtered(site, [(0x20, 0, 0, 0), (0x15, 0, 3, 41), (0x20, 0, 0, 16),
                    (0x15, 0, 1, 1), (0x06, 0, 0, 0x00050000 | 97), ALLOW])
    assert site.status("/") == 500
    assert "(97: Address family not supported" in site.log()
    report = site.ask()
    expect(report, "PF013")
    assert {c["confidence"] for c in report.program["checks"]
            if c["identity"]} == {"likely"}
    # Only nginx itself can tell.
    report = site.ask("--confirm=http")
    expect(report, "PF013", "PF019")
    effect = report.find("PF019")["effect"]
    assert (effect["status"], effect["url"]) == (500, "/")


def test_what_nginx_confirms_is_settled(make_site):
    """A filter that forbids nothing: only nginx can say that it does not."""
    site = make_site(server="location = /one.png { alias "
                     "%(home)s/site/static/logo.png; }\n" + STATIC + APP)
    site.serve(mode=0o770)
    site.give("run/app.sock", 0o770)
    filtered(site, [ALLOW])
    assert [site.status(url) for url in (LOGO, "/", "/one.png")] == [200] * 3
    report = site.ask()
    assert report.code == 2
    assert report.find("PF013")["severity"] == "undecided"
    report = site.ask("--confirm=http")
    found = report.find("PF013")
    assert found["severity"] == "info" and "confirmed" in found["message"]
    sure = {c["kind"]: (c["confirmed"], c["confidence"])
            for c in report.program["checks"] if c["identity"]}
    for kind in ("static-tree", "static-file", "socket"):
        assert sure[kind] == (True, "probed"), kind
    # A log that is opened anew cannot be asked for.
    assert sure["log-reopen"] == (False, "likely")
    assert report.code == 0
    # One more that cannot be asked for leaves it open.
    site.edit("location = /one.png {", "location = /one.png { allow "
              "127.0.0.2; deny all;")
    site.reload_all()
    assert site.ask("--confirm=http").find("PF013")["severity"] == "undecided"


@pytest.mark.parametrize("listen", ["127.0.0.1:%(port)d", "[::1]:%(port)d",
                                    "[::]:%(port)d", "%(port)d",
                                    "localhost:%(port)d", "*:%(port)d"])
def test_wherever_nginx_listens(make_site, listen):
    site = make_site(edit=[("listen 127.0.0.1:", "listen 127.0.0.2:%(port)d; "
                            "listen 127.0.0.1:")])
    site.edit("listen 127.0.0.2:%d; " % site.port, "")
    site.edit("listen 127.0.0.1:%d;" % site.port,
              "listen %s;" % listen % {"port": site.port})
    host = "::1" if "::" in listen else "127.0.0.1"
    site.start_nginx(wait=False)

    def answers():
        assert site.nginx.poll() is None, site.log()
        with contextlib.suppress(OSError):
            socket.create_connection((host, site.port), 5).close()
            return site.workers() and not site.fresh()
        return False
    supd.wait_until(answers, "an answer of nginx", show=site.log)
    report = site.ask("--confirm=http")
    tree, = [c for c in report.program["checks"] if c["kind"] == "static-tree"]
    assert tree["confirmed"]


def test_t69_landlock(make_site):
    """Landlock hides the home; NoNewPrivs is its only trace."""
    version = LIBC.syscall(444, None, 0, 1)
    if version < 1:
        pytest.skip("the kernel has no Landlock")
    site = make_site()
    os.mkdir(site.path("pid"))
    site.edit(site.path("nginx.pid"), site.path("pid/nginx.pid"))
    attributes = ctypes.create_string_buffer(struct.pack("Q", 4))

    def limit():
        rules = LIBC.syscall(444, ctypes.byref(attributes), 8, 0)
        for name in os.listdir("/"):
            if name in ("tmp", "proc", "sys"):
                continue
            allow(rules, "/" + name)
        for name in os.listdir(site.dir):
            if name != "home":
                allow(rules, site.path(name))
        allow(rules, "/proc")
        LIBC.prctl(38, 1, 0, 0, 0)
        return LIBC.syscall(446, rules, 0)

    def allow(rules, path):
        fd = os.open(path, os.O_PATH)
        beneath = ctypes.create_string_buffer(struct.pack("=Qi", 4, fd))
        LIBC.syscall(445, rules, 1, ctypes.byref(beneath), 0)
        os.close(fd)

    confine(site, limit)
    assert site.status(LOGO) == 403
    expect(site.ask(), "PF013")
    report = site.ask("--confirm=http")
    expect(report, "PF013", "PF019")
    assert report.find("PF019")["effect"]["status"] == 403
