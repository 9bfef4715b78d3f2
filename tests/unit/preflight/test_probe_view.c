/* SPDX-License-Identifier: ISC */
/*
 * Workers in other namespaces and roots, and the prober's own care for its
 * identity (docs/preflight-cases.md, T60 to T67 and T120 to T125).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/judge/hint.h"
#include "preflight/scene.h"

static struct scene scene;
static pid_t worker_pid;
static struct identity worker;

#define CSS "home/site/a.css"

static void
begin(void)
{
	scene_begin(&scene);
	scene_dir(&scene, "home", 0755, APP, APP);
	scene_dir(&scene, "home/site", 0755, APP, APP);
	scene_file(&scene, CSS, 0644, APP, APP);
	worker_pid = 0;
}

static void
end(void)
{
	if (worker_pid > 0) {
		kill(worker_pid, SIGKILL);
		waitpid(worker_pid, NULL, 0);
		identity_done(&worker);
	}
	scene_end(&scene);
}

TestSuite(probe_view, .init = begin, .fini = end);

/* A process that arranges its own view and then stays. */
static void
start_worker(int (*arrange)(void))
{
	gid_t none[1] = { 0 };
	struct cred cred = { WORKER, WORKER, none, 0 };
	char path[32], ok = 'n';
	int ends[2];

	cr_assert(pipe(ends) == 0);
	worker_pid = fork();
	if (worker_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		errno = 0;
		ok = arrange() == 0 ? 'y' : errno == EPERM ? 'p' : 'n';
		if (write(ends[1], &ok, 1) == 1 && ok == 'y')
			pause();
		_exit(0);
	}
	cr_assert(read(ends[0], &ok, 1) == 1);
	if (ok == 'p') {
		waitpid(worker_pid, NULL, 0);
		worker_pid = 0;
		cr_skip_test("namespaces are not permitted here");
	}
	cr_assert_eq(ok, 'y', "arranging the worker's view failed");
	close(ends[0]);
	close(ends[1]);
	snprintf(path, sizeof(path), "/proc/%d", worker_pid);
	identity_computed(&cred, &worker);
	worker.proc_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(worker.proc_fd != -1);
}

static struct answer
ask_worker(const struct question *question)
{
	struct answer answer;

	cr_assert(
	    probe_ask_worker(&worker, question, 1, &answer, NULL, NULL) == 0);
	return answer;
}

static void
says_path(enum ask what, const char *path, const char *expected)
{
	struct question question = { .what = what, .path = path };
	struct answer answer = ask_worker(&question);

	cr_expect_str_eq(scene_said(&scene, &answer), expected, "%s: %s", path,
	    scene_said(&scene, &answer));
	answer_done(&answer);
}

static void
says(enum ask what, const char *name, const char *expected)
{
	says_path(what, scene_path(&scene, name), expected);
}

static int
own_mounts(void)
{
	return unshare(CLONE_NEWNS) == -1 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1
	    ? -1
	    : 0;
}

static int
hide_with_tmpfs(void)
{
	return own_mounts() == -1 ||
		mount("tmpfs", scene_path(&scene, "home"), "tmpfs", 0,
		    "mode=0755") == -1
	    ? -1
	    : 0;
}

Test(probe_view, same_view)
{
	start_worker(own_mounts);
	says(ASK_READ_FILE, CSS, "YES");
}

Test(probe_view, t60_t62_hidden_by_tmpfs)
{
	start_worker(hide_with_tmpfs);
	says(ASK_READ_FILE, CSS, "NO MISSING /home/site");
}

static int
hide_with_closed(void)
{
	return own_mounts() == -1 ||
		mount("tmpfs", scene_path(&scene, "home"), "tmpfs", 0,
		    "mode=0000") == -1
	    ? -1
	    : 0;
}

Test(probe_view, t61_hidden_by_a_closed_directory)
{
	struct answer ours = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, CSS);

	cr_assert_eq(ours.verdict, ANSWER_YES);
	answer_done(&ours);
	start_worker(hide_with_closed);
	says(ASK_READ_FILE, CSS, "NO SEARCH /home");
}

static int
chroot_into_scene(void)
{
	return chroot(scene.root) == -1 || chdir("/home") == -1 ? -1 : 0;
}

Test(probe_view, t63_chroot)
{
	int fd;

	scene_link(&scene, "abs", "/home/site");
	fd = scene_socket(&scene, "home/s", SOCK_STREAM, 1);
	scene_chmod(&scene, "home/s", 0777);
	start_worker(chroot_into_scene);
	says_path(ASK_READ_FILE, "/" CSS, "YES");
	says_path(ASK_READ_FILE, "/abs/a.css", "YES");
	says_path(ASK_READ_FILE, "/../../" CSS, "YES");
	says(ASK_READ_FILE, CSS, "NO MISSING /tmp");
	/* Relative to the worker's own working directory. */
	says_path(ASK_SOCKET, "s", "YES");
	says_path(ASK_SOCKET, "/home/s", "YES");
	scene_chmod(&scene, "home", 0700);
	says_path(ASK_READ_FILE, "/" CSS, "NO SEARCH /home");
	close(fd);
}

Test(probe_view, acl_is_read_below_a_root_without_proc)
{
	struct question question = { .what = ASK_READ_FILE, .path = "/" CSS };
	struct answer answer;

	scene_acl(&scene, "home", "u:61002:---", 0);
	start_worker(chroot_into_scene);
	answer = ask_worker(&question);
	cr_assert_eq(answer.explained.class, ACCESS_CLASS_NAMED_USER);
	cr_assert(answer.explained.has_acl);
	answer_done(&answer);
}

static int
own_user_namespace(void)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNS);
}

Test(probe_view, t64_user_namespace)
{
	scene_chmod(&scene, "home", 0700);
	scene_acl(&scene, "home", "u:61002:x", 0);
	start_worker(own_user_namespace);
	says(ASK_READ_FILE, CSS, "YES");
	/* The id seen from here counts, not the one the name has. */
	worker.cred.uid = 200994;
	says(ASK_READ_FILE, CSS, "NO SEARCH /home");
}

Test(probe_view, t125_worker_gone)
{
	start_worker(own_mounts);
	kill(worker_pid, SIGKILL);
	waitpid(worker_pid, NULL, 0);
	worker_pid = -1;
	says(ASK_READ_FILE, CSS, "UNDECIDED VANISHED");
	identity_done(&worker);
}

static void
drop_capability(int capability)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2];

	cr_assert(syscall(SYS_capget, &head, sets) == 0);
	sets[capability / 32].effective &= ~(1u << capability % 32);
	sets[capability / 32].permitted &= ~(1u << capability % 32);
	cr_assert(syscall(SYS_capset, &head, sets) == 0);
}

Test(probe_view, t120_capabilities_survive)
{
	struct answer answer;

	scene_chmod(&scene, "home", 0700);
	cr_assert(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0);
	answer = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "UNDECIDED NOT_DROPPED");
	cr_assert_str_eq(why_code(answer.why), "PF902");
	answer_done(&answer);
}

Test(probe_view, t121_no_right_to_enter)
{
	/* Below /proc/PID/root the worker's view is still to be had. */
	start_worker(hide_with_tmpfs);
	drop_capability(CAP_SYS_ADMIN);
	drop_capability(CAP_SYS_CHROOT);
	says(ASK_READ_FILE, CSS, "NO MISSING /home/site");
	drop_capability(CAP_SYS_PTRACE);
	says(ASK_READ_FILE, CSS, "UNDECIDED NO_NAMESPACE");
}

Test(probe_view, beneath_another_root)
{
	scene_link(&scene, "abs", "/home/site");
	scene_socket(&scene, "home/s", SOCK_STREAM, 1);
	scene_chmod(&scene, "home/s", 0777);
	scene_chmod(&scene, "home/site", 0711);
	start_worker(chroot_into_scene);
	drop_capability(CAP_SYS_CHROOT);
	says_path(ASK_READ_FILE, "/" CSS, "YES");
	says_path(ASK_READ_FILE, "/abs/a.css", "YES");
	says_path(ASK_READ_FILE, "/../../" CSS, "YES");
	says_path(ASK_READ_FILE, "/etc/passwd", "NO MISSING /etc");
	says_path(ASK_SOCKET, "/home/s", "YES");
	says_path(ASK_SOCKET, "s", "YES");
	scene_link(&scene, "home/out", "/etc/passwd");
	says_path(ASK_READ_FILE, "out", "NO DANGLING out");
	says_path(ASK_READ_FILE, "../../etc/passwd", "NO MISSING etc");
	says_path(ASK_READ_FILE, "../abs/a.css", "YES");
	scene_chmod(&scene, "home", 0700);
	says_path(ASK_READ_FILE, "/abs/a.css", "NO SEARCH /home");
	says_path(ASK_READ_FILE, "/../abs/a.css", "NO SEARCH /home");
}

Test(probe_view, t122_not_root)
{
	gid_t none[1] = { 0 };
	struct cred worker_cred = { WORKER, WORKER, none, 0 };
	struct answer answer;

	scene_chmod(&scene, "home", 0750);
	scene_acl(&scene, "home", "u:61003:x", 0);
	scene_become(STRANGER);
	cr_assert_not(probe_can_become(&worker_cred));
	/* Ourselves: for real. */
	answer = scene_ask(STRANGER, 0, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "YES");
	cr_assert_not(answer.inferred);
	answer_done(&answer);
	/* Somebody else: by arithmetic, over what we may see. */
	answer = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	cr_assert(answer.inferred);
	answer_done(&answer);
	answer = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, "none");
	cr_assert_str_eq(scene_said(&scene, &answer), "NO MISSING /none");
	cr_assert(answer.inferred);
	answer_done(&answer);
}

Test(probe_view, no_right_to_become)
{
	struct answer answer;

	drop_capability(CAP_SETGID);
	answer = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, CSS);
	cr_assert(answer.inferred, "never as who we are");
	answer_done(&answer);
}

Test(probe_view, deadline_in_the_past)
{
	gid_t none[1] = { 0 };
	struct cred cred = { WORKER, WORKER, none, 0 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct question questions[2] = {
		{ .what = ASK_READ_FILE, .path = scene_path(&scene, CSS) },
		{ .what = ASK_READ_FILE, .path = scene_path(&scene, "none") },
	};
	struct probe_options options = {
		.timeout_ms = 1,
		.deadline_ms = clock_mono_ms() - 1,
	};
	struct answer answers[2];

	cr_assert(probe_ask(&as, questions, 2, answers, &options, NULL) == 0);
	for (int i = 0; i < 2; i++) {
		cr_assert_str_eq(scene_said(&scene, &answers[i]),
		    "UNDECIDED TIMED_OUT");
		answer_done(&answers[i]);
	}
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
}

/* A FUSE mount of APP whose server never answers anything. */
static int
mount_silent_fuse(const char *options)
{
	char data[128];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		cr_skip_test("no /dev/fuse");
	if (own_mounts() == -1)
		cr_skip_test("no mount namespace: %s", strerror(errno));
	snprintf(data, sizeof(data),
	    "fd=%d,rootmode=40000,user_id=%d,group_id=%d%s", fd, APP, APP,
	    options);
	cr_assert(
	    mount("silent", scene_path(&scene, "home"), "fuse", 0, data) == 0);
	return fd;
}

Test(probe_view, t66_fuse_of_somebody_else)
{
	struct answer answer;
	char *hint;
	int fd = mount_silent_fuse("");

	identity_computed(&(struct cred){ WORKER, WORKER, NULL, 0 }, &worker);
	answer = scene_ask(WORKER, 0, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	cr_assert(answer.unexplained);
	hint = hint_unexplained(&worker, &answer);
	cr_assert_str_eq(hint, "fuse mount of uid 61001 without allow_other");
	free(hint);
	answer_done(&answer);
	umount2(scene_path(&scene, "home"), MNT_DETACH);
	close(fd);
}

Test(probe_view, t67_fuse_without_an_answer)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct question questions[2] = {
		{ .what = ASK_READ_FILE, .path = scene_path(&scene, CSS) },
		{ .what = ASK_READ_FILE, .path = "/etc/passwd" },
	};
	struct probe_options options = { .timeout_ms = 200 };
	struct answer answers[2];
	int fd = mount_silent_fuse(",allow_other");

	cr_assert(probe_ask(&as, questions, 2, answers, &options, NULL) == 0);
	cr_assert_str_eq(scene_said(&scene, &answers[0]),
	    "UNDECIDED TIMED_OUT");
	cr_assert_str_eq(scene_said(&scene, &answers[1]), "YES");
	answer_done(&answers[0]);
	answer_done(&answers[1]);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
	umount2(scene_path(&scene, "home"), MNT_DETACH);
	close(fd);
}

/* The children of a process, as the kernel lists them. */
static pid_t
only_child_of(pid_t parent)
{
	char path[64], text[64] = "";
	FILE *file;
	pid_t child = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent,
	    parent);
	file = fopen(path, "r");
	if (file != NULL && fgets(text, sizeof(text), file) != NULL)
		child = (pid_t)strtol(text, NULL, 10);
	if (file != NULL)
		fclose(file);
	return child;
}

/* A checker that is killed in the middle of a probe leaves no child. */
Test(probe_view, p18_the_child_dies_with_its_parent)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct question question = { .what = ASK_READ_FILE,
		.path = scene_path(&scene, CSS) };
	struct probe_options options = { .timeout_ms = 60000 };
	struct answer answer;
	int64_t until = clock_mono_ms() + 20000;
	int fd = mount_silent_fuse(",allow_other");
	pid_t checker = fork(), child = 0;

	if (checker == 0) {
		probe_ask(&as, &question, 1, &answer, &options, NULL);
		_exit(0);
	}
	while (child == 0 && clock_mono_ms() < until) {
		child = only_child_of(checker);
		poll(NULL, 0, 5);
	}
	cr_assert_neq(child, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kill(checker, SIGKILL);
	waitpid(checker, NULL, 0);
	/* Reaped here once it is dead. */
	while (
	    waitpid(child, NULL, WNOHANG) != child && clock_mono_ms() < until)
		poll(NULL, 0, 5);
	cr_assert_eq(kill(child, 0), -1);
	umount2(scene_path(&scene, "home"), MNT_DETACH);
	close(fd);
}

/* The scene as an unpacked image: absolute links stay inside. */
Test(probe_view, image)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };
	struct probe_as as = { .cred = &cred,
		.proc_fd = -1,
		.umask = -1,
		.image = scene.root,
		.cwd = "/home" };
	struct question questions[4] = {
		{ .what = ASK_READ_FILE, .path = "/" CSS },
		{ .what = ASK_READ_FILE, .path = "/abs/a.css" },
		{ .what = ASK_READ_FILE, .path = "/etc/passwd" },
		{ .what = ASK_READ_FILE, .path = "site/a.css" },
	};
	static const char *const expected[] = { "YES", "YES", "NO MISSING /etc",
		"YES" };
	struct answer answers[4];

	scene_link(&scene, "abs", "/home/site");
	cr_assert(probe_ask(&as, questions, 4, answers, NULL, NULL) == 0);
	for (int i = 0; i < 4; i++) {
		cr_expect_str_eq(scene_said(&scene, &answers[i]), expected[i]);
		cr_expect(answers[i].inferred);
		answer_done(&answers[i]);
	}
}
