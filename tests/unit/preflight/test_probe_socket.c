/* SPDX-License-Identifier: ISC */
/*
 * Sockets that exist: the knock, and whether an old one can be replaced
 * (docs/preflight-cases.md, T70 to T79, T85 to T87, T92).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "preflight/scene.h"

static struct scene scene;

static void
begin(void)
{
	scene_begin(&scene);
	scene_dir(&scene, "run", 0755, APP, APP);
}

static void
end(void)
{
	scene_end(&scene);
}

TestSuite(probe_socket, .init = begin, .fini = end);

static void
says_as(uid_t uid, enum ask what, const char *name, const char *expected)
{
	struct answer answer = scene_ask(uid, 0, what, &scene, name);

	cr_expect_str_eq(scene_said(&scene, &answer), expected, "%s: %s", name,
	    scene_said(&scene, &answer));
	answer_done(&answer);
}

static void
says(const char *name, const char *expected)
{
	says_as(WORKER, ASK_SOCKET, name, expected);
}

static int
stream(const char *name, mode_t mode)
{
	int fd = scene_socket(&scene, name, SOCK_STREAM, 1);

	scene_chown(&scene, name, APP, APP);
	scene_chmod(&scene, name, mode);
	return fd;
}

Test(probe_socket, t70_0755)
{
	struct answer answer;

	stream("run/s", 0755);
	says("run/s", "NO SOCKET_WRITE /run/s");
	answer = scene_ask(WORKER, 0, ASK_SOCKET, &scene, "run/s");
	cr_assert_eq(answer.error, EACCES);
	cr_assert_eq(answer.explained.need, ACCESS_WRITE);
	cr_assert_eq(answer.explained.have, ACCESS_READ | ACCESS_SEARCH);
	answer_done(&answer);
}

Test(probe_socket, t71_write_alone_is_enough)
{
	stream("run/s", 0722);
	says("run/s", "YES");
}

Test(probe_socket, t72_closed_directory)
{
	stream("run/s", 0777);
	scene_chmod(&scene, "run", 0700);
	says("run/s", "NO SEARCH /run");
}

Test(probe_socket, t73_t78_missing)
{
	struct answer answer;

	says("run/s", "NO MISSING /run/s");
	says("none/s", "NO MISSING /none");
	answer = scene_ask(WORKER, 0, ASK_SOCKET, &scene, "run/s");
	cr_assert(answer.on_target);
	answer_done(&answer);
	answer = scene_ask(WORKER, 0, ASK_SOCKET, &scene, "none/s");
	cr_assert_not(answer.on_target);
	answer_done(&answer);
	scene_link(&scene, "run/link", "gone");
	says("run/link", "NO DANGLING /run/link");
	stream("run/s", 0777);
	scene_link(&scene, "run/good", "s");
	says("run/good", "YES");
}

Test(probe_socket, t74_stale)
{
	int fd = stream("run/s", 0777);

	close(fd);
	says("run/s", "NO NOBODY_BOUND /run/s");
}

Test(probe_socket, t75_other_things)
{
	scene_file(&scene, "run/file", 0666, APP, APP);
	scene_dir(&scene, "run/dir", 0777, APP, APP);
	says("run/file", "NO NOT_SOCKET /run/file");
	says("run/dir", "NO NOT_SOCKET /run/dir");
}

Test(probe_socket, t76_other_types)
{
	scene_socket(&scene, "run/d", SOCK_DGRAM, 0);
	scene_socket(&scene, "run/q", SOCK_SEQPACKET, 1);
	scene_chmod(&scene, "run/d", 0777);
	scene_chmod(&scene, "run/q", 0777);
	says("run/d", "NO SOCKET_TYPE /run/d");
	says("run/q", "NO SOCKET_TYPE /run/q");
}

/* Connects until the backlog is full. */
static void
fill(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    scene_path(&scene, name));
	do {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	} while (
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	cr_assert_eq(errno, EAGAIN);
}

Test(probe_socket, t77_backlog_full)
{
	struct question question = { .what = ASK_SOCKET, .confirm = true };
	struct answer answer;

	stream("run/s", 0777);
	fill("run/s");
	says("run/s", "YES");
	question.path = scene_path(&scene, "run/s");
	answer = scene_ask_question(WORKER, 0, &question);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO BACKLOG_FULL /run/s");
	answer_done(&answer);
}

Test(probe_socket, t79_read_only_mount)
{
	const char *run = scene_path(&scene, "run");

	stream("run/s", 0777);
	if (unshare(CLONE_NEWNS) == -1)
		cr_skip_test("no mount namespace: %s", strerror(errno));
	cr_assert(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	cr_assert(mount(run, run, NULL, MS_BIND, NULL) == 0);
	cr_assert(mount(NULL, run, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY,
		      NULL) == 0);
	says("run/s", "YES");
	says_as(APP, ASK_BIND_SOCKET, "run/new", "NO READ_ONLY /run");
	cr_assert(umount(run) == 0);
}

Test(probe_socket, t85_stale_in_a_sticky_directory)
{
	int fd;

	scene_chmod(&scene, "run", 01777);
	scene_chown(&scene, "run", 0, 0);
	fd = scene_socket(&scene, "run/s", SOCK_STREAM, 1);
	close(fd);
	says_as(APP, ASK_BIND_SOCKET, "run/s", "NO NOT_REMOVABLE /run/s");
	scene_chown(&scene, "run/s", APP, APP);
	says_as(APP, ASK_BIND_SOCKET, "run/s", "YES");
}

Test(probe_socket, t86_app_cannot_create)
{
	scene_chown(&scene, "run", 0, 0);
	says_as(APP, ASK_BIND_SOCKET, "run/s", "NO WRITE /run");
	scene_chown(&scene, "run", APP, APP);
	says_as(APP, ASK_BIND_SOCKET, "run/s", "YES");
	scene_file(&scene, "run/s", 0644, APP, APP);
	says_as(APP, ASK_BIND_SOCKET, "run/s", "NO NOT_SOCKET /run/s");
	says_as(APP, ASK_BIND_SOCKET, "none/s", "NO MISSING /none");
}

Test(probe_socket, t87_107_bytes)
{
	char name[120];
	size_t room = 107 - strlen(scene.root) - 1;

	memset(name, 'n', sizeof(name));
	name[room] = '\0';
	stream(name, 0777);
	says(name, "YES");
	name[room] = 'n';
	name[room + 1] = '\0';
	says(name, "NO TOO_LONG");
}

Test(probe_socket, t91_relative)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct question question = { .what = ASK_SOCKET, .path = "run/s" };
	struct answer answer;

	stream("run/s", 0777);
	cr_assert(probe_ask(&as, &question, 1, &answer, NULL, NULL) == 0);
	cr_assert_eq(answer.why, WHY_MISSING);
	answer_done(&answer);
	as.cwd = scene.root;
	cr_assert(probe_ask(&as, &question, 1, &answer, NULL, NULL) == 0);
	cr_assert_str_eq(scene_said(&scene, &answer), "YES");
	answer_done(&answer);
	scene_chmod(&scene, "run", 0700);
	cr_assert(probe_ask(&as, &question, 1, &answer, NULL, NULL) == 0);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH run");
	answer_done(&answer);
}

Test(probe_socket, t92_the_listener_accepts_nothing)
{
	int fd = scene_socket(&scene, "run/n", SOCK_STREAM | SOCK_NONBLOCK, 1);

	scene_chmod(&scene, "run/n", 0777);
	says("run/n", "YES");
	cr_assert_eq(accept(fd, NULL, NULL), -1);
	cr_assert_eq(errno, EAGAIN);
}
