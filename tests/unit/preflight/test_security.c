/* SPDX-License-Identifier: ISC */
/*
 * The security scan (contract P4.8): names, contents, and what the worker can
 * do with what was found.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "preflight/probe/security.h"
#include "preflight/scene.h"

static struct scene scene;
static struct cred app = { APP, APP, NULL, 0 };
static struct identity worker;

static void
begin(void)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };

	scene_begin(&scene);
	scene_dir(&scene, "site", 0755, APP, APP);
	identity_computed(&cred, &worker);
}

static void
end(void)
{
	identity_done(&worker);
	scene_end(&scene);
}

TestSuite(security, .init = begin, .fini = end);

static void
put(const char *name, mode_t mode, const char *content)
{
	int fd;

	scene_file(&scene, name, mode, APP, APP);
	fd = open(scene_path(&scene, name), O_WRONLY | O_TRUNC | O_CLOEXEC);
	cr_assert(
	    write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
}

static struct security_result
scan(bool served, bool home)
{
	struct security_root root = { .path = scene_path(&scene, "site"),
		.served = served,
		.home = home };
	char *expected[] = { (
	    char *)(uintptr_t)scene_path(&scene, "site/expected.key") };
	struct security_options options = { .worker = &worker,
		.app = &app,
		.roots = &root,
		.root_count = 1,
		.expected = expected,
		.expected_count = 1,
		.budget = tree_budget_start };
	struct security_result result;
	char *cause = NULL;

	cr_assert(security_scan(&options, &result, &cause) == 0, "%s", cause);
	return result;
}

static const struct sighting *
find(const struct security_result *result, const char *name)
{
	for (size_t i = 0; i < result->count; i++) {
		if (strcmp(result->items[i].path, scene_path(&scene, name)) ==
		    0)
			return &result->items[i];
	}
	return NULL;
}

#define RSA "-----BEGIN RSA PRIVATE KEY-----\n"
#define CERT                                                                   \
	"-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUZzzzzzzzzzzzz\n"     \
	"-----END CERTIFICATE-----\n"

Test(security, t110_env_is_readable)
{
	struct security_result result;
	const struct sighting *env;

	put("site/.env", 0640, "SECRET=1\n");
	put("site/.env.example", 0644, "SECRET=\n");
	result = scan(false, false);
	env = find(&result, "site/.env");
	cr_assert_not_null(env);
	cr_assert_eq(env->readable, ANSWER_NO);
	cr_assert_eq(env->facts.mode & 0777, 0640);
	cr_assert_str_eq(secret_code(env->kind), "PF502");
	cr_assert_eq(result.count, 1);
	security_result_done(&result);
	/* The seed's fix: nginx joins the app's group. */
	free(worker.cred.groups);
	worker.cred.groups = xcalloc(1, sizeof(gid_t));
	worker.cred.groups[0] = APP;
	worker.cred.group_count = 1;
	result = scan(false, false);
	cr_assert_eq(find(&result, "site/.env")->readable, ANSWER_YES);
	security_result_done(&result);
}

Test(security, keys_by_content)
{
	struct security_result result;

	put("site/a.pem", 0644, RSA "MIIEow\n-----END RSA PRIVATE KEY-----\n");
	put("site/b.pem", 0644, RSA "Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n");
	put("site/c.pem", 0644, CERT);
	put("site/d.pem", 0644, CERT RSA "x\n-----END RSA PRIVATE KEY-----\n");
	put("site/words.key", 0644,
	    "translation of words and so on, plain, "
	    "and longer than what is looked at in the first piece of it\n");
	put("site/e.key", 0644, "\x30\x82\x01\x02 binary");
	put("site/id_rsa", 0600, RSA);
	put("site/id_rsa.pub", 0644, "ssh-rsa AAAA");
	put("site/expected.key", 0644, RSA);
	result = scan(false, false);
	cr_assert_not_null(find(&result, "site/a.pem"));
	cr_assert_not(find(&result, "site/a.pem")->weaker);
	cr_assert(find(&result, "site/b.pem")->weaker);
	cr_assert_null(find(&result, "site/c.pem"));
	cr_assert_not_null(find(&result, "site/d.pem"));
	cr_assert_null(find(&result, "site/words.key"));
	cr_assert_not_null(find(&result, "site/e.key"));
	cr_assert_eq(find(&result, "site/id_rsa")->readable, ANSWER_NO);
	cr_assert_null(find(&result, "site/id_rsa.pub"));
	cr_assert_null(find(&result, "site/expected.key"));
	cr_assert_eq(result.count, 5);
	security_result_done(&result);
}

Test(security, repositories_and_databases)
{
	struct security_result result;

	scene_dir(&scene, "site/.git", 0755, APP, APP);
	put("site/.git/config.bak", 0644, "x");
	scene_dir(&scene, "site/wt", 0755, APP, APP);
	put("site/wt/.git", 0644, "gitdir: ../.git/worktrees/wt\n");
	put("site/a.db", 0644, "SQLite format 3");
	put("site/b.db", 0644, "something else");
	put("site/dump.sql.gz", 0600, "x");
	put("site/settings.py", 0644, "x = 1\n");
	result = scan(false, false);
	cr_assert(find(&result, "site/.git")->is_dir);
	cr_assert_eq(find(&result, "site/.git")->readable, ANSWER_YES);
	cr_assert_null(find(&result, "site/.git/config.bak"));
	cr_assert(find(&result, "site/wt/.git")->weaker);
	cr_assert_not_null(find(&result, "site/a.db"));
	cr_assert_null(find(&result, "site/b.db"));
	cr_assert_eq(find(&result, "site/dump.sql.gz")->readable, ANSWER_NO);
	cr_assert_null(find(&result, "site/settings.py"));
	security_result_done(&result);
	result = scan(true, false);
	cr_assert_eq(find(&result, "site/settings.py")->kind, SECRET_SOURCE);
	security_result_done(&result);
}

Test(security, t111_links_that_leave)
{
	struct security_result result;

	scene_link(&scene, "site/x", "/etc/passwd");
	result = scan(true, false);
	cr_assert_eq(result.leaving_count, 1);
	cr_assert_str_eq(result.leaving[0].target, "/etc/passwd");
	security_result_done(&result);
	result = scan(false, false);
	cr_assert_eq(result.leaving_count, 0);
	security_result_done(&result);
}

Test(security, t115_writable_code)
{
	struct security_result result;

	scene_dir(&scene, "site/app", 0775, APP, WORKER);
	put("site/app/views.py", 0644, "x");
	put("site/wide.py", 0666, "x");
	result = scan(false, false);
	cr_assert_eq(result.writable_count, 2);
	cr_assert_str_eq(result.writable[0].path,
	    scene_path(&scene, "site/app"));
	cr_assert(result.writable[0].is_dir);
	cr_assert_str_eq(result.writable[1].path,
	    scene_path(&scene, "site/wide.py"));
	security_result_done(&result);
}

Test(security, homes_are_not_searched_deeply)
{
	struct security_result result;

	scene_dir(&scene, "site/1", 0755, APP, APP);
	scene_dir(&scene, "site/1/2", 0755, APP, APP);
	scene_dir(&scene, "site/1/2/3", 0755, APP, APP);
	scene_dir(&scene, "site/1/2/3/4", 0755, APP, APP);
	scene_dir(&scene, "site/1/2/3/.aws", 0755, APP, APP);
	put("site/1/2/3/.env", 0644, "x");
	put("site/1/2/3/4/.env", 0644, "x");
	put("site/1/2/3/.aws/credentials", 0644, "x");
	put("site/.bash_history", 0600, "x");
	result = scan(false, true);
	cr_assert_not_null(find(&result, "site/1/2/3/.env"));
	cr_assert_null(find(&result, "site/1/2/3/4/.env"));
	cr_assert_not_null(find(&result, "site/1/2/3/.aws/credentials"));
	cr_assert_str_eq(secret_code(find(&result, "site/.bash_history")->kind),
	    "PF515");
	cr_assert(result.complete);
	security_result_done(&result);
}

Test(security, authorized_keys_only_if_writable)
{
	struct security_result result;

	scene_dir(&scene, "site/.ssh", 0755, APP, APP);
	put("site/.ssh/authorized_keys", 0644, "ssh-rsa AAAA");
	result = scan(false, true);
	cr_assert_eq(result.count, 0);
	security_result_done(&result);
	scene_chmod(&scene, "site/.ssh/authorized_keys", 0666);
	result = scan(false, true);
	cr_assert_eq(result.count, 1);
	cr_assert(result.items[0].writable);
	security_result_done(&result);
}

Test(secret_name, false_positives)
{
	bool weaker;

	cr_assert_eq(secret_by_name("certifi/cacert.pem", false).kind,
	    SECRET_NONE);
	cr_assert_eq(secret_settle(secret_by_name("x/.well-known/a.key", false),
			 "x/.well-known/a.key", CONTENT_PRIVATE_KEY, &weaker),
	    SECRET_NONE);
	cr_assert_eq(secret_settle(
			 secret_by_name("l/site-packages/m/tests/k.pem", false),
			 "l/site-packages/m/tests/k.pem", CONTENT_PRIVATE_KEY,
			 &weaker),
	    SECRET_NONE);
	cr_assert_eq(secret_by_name("x/notes.txt", false).kind, SECRET_NONE);
	cr_assert_eq(secret_by_name("backup.tar.gz", true).kind, SECRET_NONE);
}

Test(secret_name, openssh_ciphers)
{
	static const char head[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
	enum content_more more;
	enum content content = content_of_head(head, CONTENT_HEAD, &more);

	cr_assert_eq(content, CONTENT_PRIVATE_KEY);
	cr_assert_eq(more, MORE_NEXT);
	cr_assert_eq(content_of_more(content, more,
			 "b3BlbnNzaC1rZXktdjEAAAAABG5v", 28),
	    CONTENT_PRIVATE_KEY);
	cr_assert_eq(content_of_more(content, more,
			 "b3BlbnNzaC1rZXktdjEAAAAACmFl", 28),
	    CONTENT_ENCRYPTED_KEY);
	cr_assert_eq(content_of_head("", 0, &more), CONTENT_EMPTY);
}
