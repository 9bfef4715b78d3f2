/* SPDX-License-Identifier: ISC */
/*
 * The arithmetic against the kernel: objects with random owners, modes and
 * ACLs, random identities, and what faccessat(2) says in their place.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/probe/facts.h"
#include "preflight/scene.h"

#define OBJECTS	   64
#define IDENTITIES 40
#define FIRST_ID   61000
#define ID_RANGE   5

static unsigned seed = 20261123;

static unsigned
any(unsigned below)
{
	return (unsigned)rand_r(&seed) / 7 % below;
}

static uint32_t
any_id(void)
{
	return FIRST_ID + any(ID_RANGE);
}

static const char *
any_acl(void)
{
	static char text[200];
	size_t len = 0;

	/* The kernel wants each id once, in ascending order. */
	for (uint32_t id = FIRST_ID; id < FIRST_ID + ID_RANGE; id++) {
		if (any(3) == 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "u:%u:%s,", id, access_bits_text(any(8)));
		if (any(3) == 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "g:%u:%s,", id, access_bits_text(any(8)));
	}
	if (any(2) == 0)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "m::%s,", access_bits_text(any(8)));
	if (len == 0)
		len = (size_t)snprintf(text, sizeof(text), "m::r");
	else
		text[len - 1] = '\0';
	return text;
}

static const char *
object_name(int i)
{
	static char name[16];

	snprintf(name, sizeof(name), "o%d", i);
	return name;
}

static void
make_objects(struct scene *scene)
{
	for (int i = 0; i < OBJECTS; i++) {
		mode_t mode = (mode_t)any(01000);

		if (i % 2 == 0)
			scene_dir(scene, object_name(i), mode, any_id(),
			    any_id());
		else
			scene_file(scene, object_name(i), mode, any_id(),
			    any_id());
		if (any(3) != 0)
			scene_acl(scene, object_name(i), any_acl(), 0);
		/* A later chmod moves the mask, as deploy scripts do. */
		if (any(4) == 0)
			scene_chmod(scene, object_name(i), (mode_t)any(01000));
	}
}

/* In the child: the answers of the kernel, a bit a need. */
static void
ask_kernel(const struct scene *scene, const struct cred *cred, int out)
{
	unsigned char granted;

	if (cred_impersonate(cred) == -1)
		_exit(2);
	for (int i = 0; i < OBJECTS; i++) {
		granted = 0;
		for (int need = 1; need < 8; need++) {
			if (faccessat(AT_FDCWD,
				scene_path(scene, object_name(i)), need,
				0) == 0)
				granted |= (unsigned char)(1u << need);
		}
		if (write(out, &granted, 1) != 1)
			_exit(3);
	}
	_exit(0);
}

static void
any_cred(struct cred *cred, gid_t groups[3])
{
	cred->uid = any_id();
	cred->gid = any_id();
	cred->group_count = any(4);
	cred->groups = groups;
	for (size_t i = 0; i < cred->group_count; i++)
		groups[i] = any_id();
}

static size_t
compare(const struct scene *scene, const struct facts *facts)
{
	unsigned char kernel[OBJECTS];
	struct access_explained ex;
	struct cred cred;
	gid_t groups[3];
	int ends[2], status;
	size_t count = 0;
	pid_t pid;

	any_cred(&cred, groups);
	cr_assert(pipe(ends) == 0);
	pid = fork();
	if (pid == 0)
		ask_kernel(scene, &cred, ends[1]);
	cr_assert(waitpid(pid, &status, 0) == pid && status == 0);
	cr_assert(read(ends[0], kernel, OBJECTS) == OBJECTS);
	close(ends[0]);
	close(ends[1]);
	for (int i = 0; i < OBJECTS; i++) {
		for (unsigned need = 1; need < 8; need++, count++) {
			access_explain(&cred, &facts[i], need, &ex);
			cr_assert_eq(ex.granted, kernel[i] >> need & 1,
			    "uid %u gid %u mode %o of %u:%u need %s: %s says "
			    "%d",
			    cred.uid, cred.gid, facts[i].mode, facts[i].uid,
			    facts[i].gid, access_bits_text(need),
			    access_class_name(ex.class), ex.granted);
		}
	}
	return count;
}

Test(access_kernel, agrees)
{
	static struct facts facts[OBJECTS];
	struct scene scene;
	size_t count = 0;
	int fd;

	scene_begin(&scene);
	make_objects(&scene);
	cr_assert(chdir("/proc/self/fd") == 0);
	for (int i = 0; i < OBJECTS; i++) {
		fd = open(scene_path(&scene, object_name(i)), O_PATH);
		cr_assert(facts_read(fd, true, &facts[i]) == 0);
		close(fd);
	}
	for (int i = 0; i < IDENTITIES; i++)
		count += compare(&scene, facts);
	cr_assert_geq(count, 10000);
	scene_end(&scene);
}
