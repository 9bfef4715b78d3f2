/* SPDX-License-Identifier: ISC */
/*
 * Predictions against what the kernel makes, and what follows for a socket
 * (docs/preflight-cases.md, T82 to T84).
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/probe/app_check.h"
#include "preflight/probe/facts.h"
#include "preflight/probe/socket_plan.h"
#include "preflight/scene.h"
#include "preflight/witness/mountinfo.h"

#define DIRECTORIES 40

static struct scene scene;
static unsigned seed = 82;

static void
begin(void)
{
	scene_begin(&scene);
}

static void
end(void)
{
	scene_end(&scene);
}

TestSuite(predict, .init = begin, .fini = end);

static unsigned
any(unsigned below)
{
	return (unsigned)rand_r(&seed) / 7 % below;
}

static struct facts
facts_at(const char *name)
{
	struct facts facts;
	int fd = open(scene_path(&scene, name), O_PATH | O_CLOEXEC);

	cr_assert(fd != -1);
	cr_assert(chdir("/proc/self/fd") == 0);
	cr_assert(facts_read(fd, true, &facts) == 0);
	close(fd);
	return facts;
}

static void
make_directory(const char *name)
{
	static const char *const acls[] = { NULL, "u:61002:rwx",
		"u:61002:rw,g:61010:r,m::rw", "g:61010:rwx,m::x", "m::r" };
	unsigned which = any(5);

	scene_dir(&scene, name, 02777 & (mode_t) ~(any(2) * 02000u), APP,
	    SHARED_GROUP);
	if (acls[which] != NULL)
		scene_acl(&scene, name, acls[which], 1);
}

/* As APP: one socket and one file, maybe a chmod after that. */
static void
make_both(const char *socket_name, const char *file, mode_t mask, long mode)
{
	struct cred app = { APP, APP, NULL, 0 };
	int status, fd;
	pid_t pid = fork();

	if (pid == 0) {
		if (cred_impersonate(&app) == -1)
			_exit(1);
		umask(mask);
		scene_socket(&scene, socket_name, SOCK_STREAM, 1);
		fd = open(scene_path(&scene, file), O_CREAT | O_WRONLY, 0666);
		if (mode != PREDICT_KEEP &&
		    (chmod(scene_path(&scene, socket_name), (mode_t)mode) ||
			fchmod(fd, (mode_t)mode)))
			_exit(2);
		_exit(0);
	}
	cr_assert(waitpid(pid, &status, 0) == pid && status == 0);
}

Test(predict, agrees_with_the_kernel)
{
	struct cred app = { APP, APP, NULL, 0 };
	struct creation how = { .creator = &app,
		.chown_uid = PREDICT_KEEP,
		.chown_gid = PREDICT_KEEP };
	char dir[32], sock[32], file[32];
	struct prediction wanted;
	struct facts in, real;

	for (int i = 0; i < DIRECTORIES; i++) {
		snprintf(dir, sizeof(dir), "d%d", i);
		snprintf(sock, sizeof(sock), "d%d/s", i);
		snprintf(file, sizeof(file), "d%d/f", i);
		make_directory(dir);
		how.umask = any(01000);
		how.chmod = any(3) == 0 ? (long)any(01000) : PREDICT_KEEP;
		in = facts_at(dir);
		make_both(sock, file, how.umask, how.chmod);
		real = facts_at(sock);
		how.mode = 0777;
		predict_socket(&in, &how, &wanted);
		cr_assert(predict_matches(&wanted, &real),
		    "socket %d: %o, real %o", i, wanted.inode.mode, real.mode);
		real = facts_at(file);
		how.mode = 0666;
		predict_file(&in, &how, &wanted);
		cr_assert(predict_matches(&wanted, &real),
		    "file %d: %o, real %o", i, wanted.inode.mode, real.mode);
	}
}

static struct socket_verdict
plan(mode_t umask_, long chown_gid)
{
	static struct cred app = { APP, APP, NULL, 0 };
	static gid_t none[1];
	struct cred worker_cred = { WORKER, WORKER, none, 0 };
	struct identity worker;
	struct socket_verdict verdict;
	struct socket_plan wanted = {
		.path = scene_path(&scene, "run/s"),
		.creation = { .creator = &app,
		    .mode = 0777,
		    .umask = umask_,
		    .chown_uid = PREDICT_KEEP,
		    .chown_gid = chown_gid,
		    .chmod = PREDICT_KEEP },
		.worker = &worker,
	};

	identity_computed(&worker_cred, &worker);
	cr_assert(socket_plan_check(&wanted, &verdict, NULL) == 0);
	identity_done(&worker);
	return verdict;
}

Test(predict, t80_open_to_all)
{
	struct socket_verdict v;

	scene_dir(&scene, "run", 0755, APP, APP);
	v = plan(0, PREDICT_KEEP);
	cr_assert(v.predictable && !v.refused && v.open_to_all);
	cr_assert_eq(v.bind.verdict, ANSWER_YES);
	cr_assert_eq(v.enter.verdict, ANSWER_YES);
	cr_assert_eq(v.now.why, WHY_MISSING);
	socket_verdict_done(&v);
	scene_chmod(&scene, "run", 0750);
	v = plan(0, PREDICT_KEEP);
	cr_assert(!v.refused && !v.open_to_all);
	cr_assert_eq(v.enter.why, WHY_SEARCH);
	socket_verdict_done(&v);
}

Test(predict, t81_no_common_group)
{
	struct socket_verdict v;

	scene_dir(&scene, "run", 0755, APP, APP);
	v = plan(007, PREDICT_KEEP);
	cr_assert(v.refused && v.predicted.mask_lost == 0);
	cr_assert_eq(v.connect.class, ACCESS_CLASS_OTHER);
	socket_verdict_done(&v);
	v = plan(007, WORKER);
	cr_assert_not(v.refused);
	socket_verdict_done(&v);
}

Test(predict, t82_t83_default_acl)
{
	struct socket_verdict v;

	scene_dir(&scene, "run", 0755, APP, APP);
	scene_acl(&scene, "run", "u:61002:rw,m::rwx", 1);
	v = plan(022, PREDICT_KEEP);
	cr_assert(v.refused && v.predicted.from_default_acl);
	cr_assert(v.predicted.mask_lost & ACCESS_WRITE, "PF214");
	cr_assert(v.connect.cut_by_mask);
	socket_verdict_done(&v);
	v = plan(007, PREDICT_KEEP);
	cr_assert_not(v.refused);
	cr_assert_eq(v.predicted.mask_lost & ACCESS_WRITE, 0);
	socket_verdict_done(&v);
}

Test(predict, t84_setgid_directory)
{
	struct socket_verdict v;

	scene_dir(&scene, "run", 02710, APP, WORKER);
	v = plan(007, PREDICT_KEEP);
	cr_assert(!v.refused && !v.open_to_all);
	cr_assert_eq(v.predicted.inode.gid, WORKER);
	cr_assert_eq(v.enter.verdict, ANSWER_YES);
	socket_verdict_done(&v);
}

Test(predict, directory_missing)
{
	struct socket_verdict v = plan(007, PREDICT_KEEP);

	cr_assert_not(v.predictable);
	cr_assert_eq(v.bind.why, WHY_MISSING);
	cr_assert_not(v.bind.on_target);
	cr_assert_str_eq(v.bind.blocker, scene_path(&scene, "run"));
	socket_verdict_done(&v);
}

Test(predict, app_items)
{
	struct cred app = { APP, APP, NULL, 0 };
	struct app_view view = { .cred = &app,
		.directory = scene.root,
		.umask = -1 };
	struct app_item items[] = {
		{ .kind = APP_DIRECTORY, .path = scene.root },
		{ .kind = APP_COMMAND, .path = "run.sh" },
		{ .kind = APP_LOG, .path = "closed/log" },
		{ .kind = APP_UPLOAD, .path = "closed" },
		{ .kind = APP_PIDFILE, .path = "new.pid" },
	};
	static const enum why expected[] = { WHY_NONE, WHY_EXECUTE_DENIED,
		WHY_WRITE, WHY_WRITE, WHY_NONE };

	scene_file(&scene, "run.sh", 0644, APP, APP);
	scene_dir(&scene, "closed", 0755, 0, 0);
	cr_assert(app_check(&view, items, 5, NULL, NULL) == 0);
	for (int i = 0; i < 5; i++) {
		cr_expect_eq(items[i].answer.why, expected[i], "%d: %s", i,
		    why_name(items[i].answer.why));
		answer_done(&items[i].answer);
	}
	cr_assert_str_eq(app_item_code(APP_UPLOAD), "PF304");
}

Test(mountinfo, server)
{
	static const char info[] =
	    "21 1 254:0 / / rw - ext4 /dev/vda rw\n"
	    "30 21 0:45 / /mnt/m rw,nosuid shared:3 - fuse.sshfs app@x:/ "
	    "rw,user_id=1000,group_id=1000\n"
	    "31 21 0:46 / /mnt/all rw - fuse.x x rw,user_id=0,allow_other\n"
	    "32 21 0:47 / /mnt/n rw - nfs4 srv:/ rw,vers=4\n";
	char *hint = mountinfo_server(info, makedev(0, 45), NULL);

	cr_assert_str_eq(hint,
	    "fuse.sshfs mount of uid 1000 without allow_other");
	free(hint);
	hint = mountinfo_server(info, 0, "/mnt/m");
	cr_assert_str_eq(hint,
	    "fuse.sshfs mount of uid 1000 without allow_other");
	free(hint);
	hint = mountinfo_server(info, makedev(0, 47), NULL);
	cr_assert_str_eq(hint, "nfs4 mount: the server decides");
	free(hint);
	cr_assert_null(mountinfo_server(info, makedev(254, 0), NULL));
	cr_assert_null(mountinfo_server(info, 0, "/mnt"));
	cr_assert_null(mountinfo_server("garbage\n\n - \n", 0, "/mnt"));
}

Test(mountinfo, served)
{
	static const char info[] =
	    "21 1 254:0 / / rw - ext4 /dev/vda rw\n"
	    "garbage\n"
	    "30 21 0:45 / /mnt/my\\040files rw,nosuid shared:3 - fuse.sshfs "
	    "app@x:/ rw,user_id=1000,group_id=1000\n"
	    "31 21 0:46 / /proc rw - proc proc rw\n"
	    "32 21 0:47 / /mnt/n rw - nfs4 srv:/ rw,vers=4\n";
	struct strvec points = STRVEC_INIT;

	mountinfo_served(info, &points);
	cr_assert_eq(points.len, 2);
	cr_assert_str_eq(points.items[0], "/mnt/my files");
	cr_assert_str_eq(points.items[1], "/mnt/n");
	strvec_done(&points);
	mountinfo_points(info, &points);
	cr_assert_eq(points.len, 4);
	cr_assert_str_eq(points.items[0], "/");
	cr_assert_str_eq(points.items[2], "/proc");
	strvec_done(&points);
}
