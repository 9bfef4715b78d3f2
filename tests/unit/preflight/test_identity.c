/* SPDX-License-Identifier: ISC */
/*
 * Workers from a made-up /proc, and from a real nginx.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/nginx/identity.h"
#include "preflight/witness/proc_status.h"

static char proc[64];

static int
remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
put(const char *name, const char *text, size_t len)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	cr_assert(fd != -1, "%s", path);
	cr_assert(write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static void
begin(void)
{
	char path[128];

	snprintf(proc, sizeof(proc), "/tmp/pf-proc-XXXXXX");
	cr_assert(mkdtemp(proc) != NULL);
	snprintf(path, sizeof(path), "%s/self", proc);
	cr_assert(mkdir(path, 0755) == 0);
	put("stat", "cpu 1 2\nbtime 1000000\n", 22);
	put("self/uid_map", "         0          0 4294967295\n", 33);
}

static void
end(void)
{
	nftw(proc, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(identity, .init = begin, .fini = end);

/* Clock ticks after boot. */
static long long
ticks_now(void)
{
	struct timespec now;

	cr_assert(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
	return (now.tv_sec * 1000LL + now.tv_nsec / 1000000) *
	    sysconf(_SC_CLK_TCK) / 1000;
}

static void
process_since(int pid, const char *title, int parent, const char *ids,
    long long ticks)
{
	char name[128], text[512];

	snprintf(name, sizeof(name), "%s/%d", proc, pid);
	mkdir(name, 0755);
	snprintf(name, sizeof(name), "%d/cmdline", pid);
	put(name, title, strlen(title) + 1);
	snprintf(name, sizeof(name), "%d/status", pid);
	snprintf(text, sizeof(text),
	    "Name:\tnginx\nPPid:\t%d\n%sNoNewPrivs:\t0\nSeccomp:\t0\n", parent,
	    ids);
	put(name, text, strlen(text));
	snprintf(name, sizeof(name), "%d/stat", pid);
	snprintf(text, sizeof(text),
	    "%d (ng) inx) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
	    "%lld 20\n",
	    pid, ticks);
	put(name, text, strlen(text));
}

static void
process(int pid, const char *title, int parent, const char *ids)
{
	process_since(pid, title, parent, ids, pid * 10);
}

#define WWW  "Uid:\t33\t33\t33\t33\nGid:\t33\t33\t33\t33\nGroups:\t33 70 \n"
#define OLD  "Uid:\t33\t33\t33\t33\nGid:\t33\t33\t33\t33\nGroups:\t33 \n"
#define ROOT "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t \n"

static void
scan(struct identities *found, bool expect_root)
{
	struct identity_options options = { .proc = proc,
		.expect_root = expect_root };
	char *cause = NULL;

	cr_assert(identity_running(&options, found, &cause) == 0, "%s", cause);
}

Test(identity, none_running)
{
	struct identities found;

	process(50, "nginx: worker process", 1, WWW);
	process(51, "bash", 1, ROOT);
	scan(&found, false);
	cr_assert_eq(found.count, 0);
	cr_assert_eq(found.master_count, 0);
	identities_done(&found);
}

Test(identity, workers_of_a_master)
{
	struct identities found;
	struct identity *it;

	process(100, "nginx: master process /usr/sbin/nginx -g daemon on;", 1,
	    ROOT);
	process(102, "nginx: worker process", 100, WWW);
	process(101, "nginx: worker process", 100, WWW);
	process(103, "nginx: cache manager process", 100, WWW);
	process(104, "nginx: worker process", 1, OLD);
	scan(&found, false);
	cr_assert_eq(found.master_count, 1);
	cr_assert_str_eq(found.masters[0].command,
	    "/usr/sbin/nginx -g daemon on;");
	cr_assert_eq(found.count, 1);
	it = &found.items[0];
	cr_assert_eq(it->pid_count, 2);
	cr_assert_eq(it->pids[0], 101);
	cr_assert_eq(it->cred.uid, 33);
	cr_assert_eq(it->cred.group_count, 2);
	cr_assert_eq(it->cred.groups[1], 70);
	cr_assert_eq(it->started, 1000000 + 101 * 10 / sysconf(_SC_CLK_TCK));
	cr_assert(it->running && !it->draining);
	identities_done(&found);
}

Test(identity, t14_generations_differ)
{
	struct identities found;

	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process is shutting down", 100, OLD);
	process(102, "nginx: worker process", 100, WWW);
	scan(&found, false);
	cr_assert_eq(found.count, 2);
	cr_assert(!found.items[0].draining && found.items[1].draining);
	cr_assert_not(
	    identity_same_cred(&found.items[0].cred, &found.items[1].cred));
	identities_done(&found);
}

Test(identity, t57_respawned_with_other_groups)
{
	struct identities found;

	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process", 100, OLD);
	process(102, "nginx: worker process", 100, WWW);
	scan(&found, false);
	cr_assert_eq(found.count, 2);
	identities_done(&found);
}

Test(identity, t59_fresh_worker_shows_root)
{
	struct identities found;
	int64_t before = clock_mono_ms();

	process(100, "nginx: master process nginx", 1, ROOT);
	process_since(101, "nginx: worker process", 100, ROOT, ticks_now());
	scan(&found, false);
	cr_assert_eq(found.count, 0);
	cr_assert_eq(found.undecidable, 1);
	cr_assert_geq(clock_mono_ms() - before, 180);
	identities_done(&found);
	scan(&found, true);
	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.items[0].cred.uid, 0);
	identities_done(&found);
}

Test(identity, t59_nobody_waits_for_an_old_one)
{
	struct identities found;
	int64_t before = clock_mono_ms();

	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process", 100, ROOT);
	scan(&found, true);
	cr_assert_eq(found.count, 1);
	identities_done(&found);
	scan(&found, false);
	cr_assert_eq(found.undecidable, 1);
	identities_done(&found);
	cr_assert_lt(clock_mono_ms() - before, 150);
}

Test(identity, unmapped_ids)
{
	struct identities found;

	put("self/uid_map", "0 100000 65536\n", 15);
	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process", 100,
	    "Uid:\t1\t1\t1\t65534\nGid:\t1\t1\t1\t1\nGroups:\t\n");
	scan(&found, false);
	cr_assert_eq(found.undecidable, 1);
	identities_done(&found);
}

Test(identity, other_families)
{
	struct identities found;

	process(100, "angie: master process v1.5 #1 [angie]", 1, ROOT);
	process(101, "angie: worker process   ", 100, WWW);
	scan(&found, false);
	cr_assert_eq(found.count, 1);
	identities_done(&found);
}

Test(identity, one_master_of_two)
{
	struct identity_options options = { .proc = proc, .master = 200 };
	struct identities found;

	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process", 100, WWW);
	process(200, "nginx: master process nginx -c x", 1, ROOT);
	process(201, "nginx: worker process", 200, OLD);
	cr_assert(identity_running(&options, &found, NULL) == 0);
	cr_assert_eq(found.master_count, 1);
	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.items[0].pids[0], 201);
	identities_done(&found);
}

Test(identity, sees_confinement)
{
	struct identities found;

	process(100, "nginx: master process nginx", 1, ROOT);
	process(101, "nginx: worker process", 100, WWW);
	put("self/status", "PPid:\t1\n" ROOT "Seccomp:\t0\n",
	    strlen("PPid:\t1\n" ROOT "Seccomp:\t0\n"));
	put("101/status", "PPid:\t100\n" WWW "NoNewPrivs:\t1\nSeccomp:\t2\n",
	    strlen("PPid:\t100\n" WWW "NoNewPrivs:\t1\nSeccomp:\t2\n"));
	scan(&found, false);
	cr_assert_eq(found.items[0].confinement.seccomp, 2);
	cr_assert(found.items[0].confinement.no_new_privs);
	cr_assert(found.items[0].confinement.differs);
	identities_done(&found);
}

Test(identity, refuses_odd_status)
{
	struct proc_status status;

	cr_assert_eq(proc_status_parse("", &status), -1);
	cr_assert_eq(proc_status_parse("PPid:\t1\nUid:\t1\t2\n", &status), -1);
	cr_assert_eq(proc_status_parse("PPid:\t1\nUid:\t1\t2\t3\tx\n"
				       "Gid:\t1\t1\t1\t1\nGroups:\t\n",
			 &status),
	    -1);
	cr_assert_eq(proc_stat_start("1 (x) S 1"), -1);
	cr_assert_eq(proc_stat_start(""), -1);
}

/* A real one, as long as this test lives. */
static pid_t
start_nginx(const char *dir)
{
	char path[128], text[512];
	FILE *file;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/nginx.conf", dir);
	file = fopen(path, "w");
	fprintf(file,
	    "user www-data; daemon off; worker_processes 2;\n"
	    "pid %s/pid; error_log %s/log; events {}\n",
	    dir, dir);
	fclose(file);
	snprintf(text, sizeof(text), "%s", path);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("nginx", "nginx", "-p", dir, "-e", "stderr", "-c", text,
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

Test(identity, real_nginx)
{
	struct identity_options options = { .master = 0 };
	struct identities found = { .count = 0 };
	int64_t until = clock_mono_ms() + 10000;
	struct passwd *pw = getpwnam("www-data");
	struct group *gr = getgrnam("www-data");

	if (geteuid() != 0 || access("/usr/sbin/nginx", X_OK) == -1 ||
	    pw == NULL || gr == NULL)
		cr_skip_test("needs root, nginx and www-data");
	options.master = start_nginx(proc);
	while (clock_mono_ms() < until &&
	    (found.count != 1 || found.items[0].pid_count != 2)) {
		identities_done(&found);
		cr_assert(identity_running(&options, &found, NULL) == 0);
		poll(NULL, 0, 20);
	}
	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.items[0].cred.uid, pw->pw_uid);
	cr_assert_eq(found.items[0].cred.gid, gr->gr_gid);
	cr_assert_eq(found.items[0].pid_count, 2);
	cr_assert_not(found.items[0].other_namespace);
	cr_assert_not(found.items[0].other_root);
	cr_assert_str_eq(found.items[0].root, "/");
	cr_assert_not(found.items[0].confinement.differs);
	identities_done(&found);
	kill(options.master, SIGTERM);
	cr_assert(waitpid(options.master, NULL, 0) == options.master);
}
