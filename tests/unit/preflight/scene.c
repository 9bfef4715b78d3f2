/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "preflight/scene.h"

#define MUST(call) cr_assert((call) != -1, #call ": %s", strerror(errno))

void
scene_begin(struct scene *scene)
{
	if (geteuid() != 0)
		cr_skip_test("needs root to make files of other users");
	snprintf(scene->root, sizeof(scene->root), "/tmp/pf-scene-XXXXXX");
	cr_assert(mkdtemp(scene->root) != NULL);
	MUST(chmod(scene->root, 0755));
	MUST(chown(scene->root, APP, APP));
	umask(0);
}

static int
remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void
scene_become(uid_t uid)
{
	/* The saved uid stays root, for the way back. */
	MUST(setgroups(0, NULL));
	MUST(setresgid((gid_t)uid, (gid_t)uid, 0));
	MUST(setresuid(uid, uid, 0));
}

void
scene_end(struct scene *scene)
{
	MUST(seteuid(0));
	nftw(scene->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
scene_path(const struct scene *scene, const char *name)
{
	static char paths[8][4200];
	static unsigned next;
	char *path = paths[next++ % 8];

	if (name[0] == '\0')
		snprintf(path, sizeof(paths[0]), "%s", scene->root);
	else
		snprintf(path, sizeof(paths[0]), "%s/%s", scene->root, name);
	return path;
}

void
scene_chmod(const struct scene *scene, const char *name, mode_t mode)
{
	MUST(chmod(scene_path(scene, name), mode));
}

void
scene_chown(const struct scene *scene, const char *name, uid_t uid, gid_t gid)
{
	MUST(lchown(scene_path(scene, name), uid, gid));
}

void
scene_dir(const struct scene *scene, const char *name, mode_t mode, uid_t uid,
    gid_t gid)
{
	MUST(mkdir(scene_path(scene, name), 0700));
	scene_chown(scene, name, uid, gid);
	scene_chmod(scene, name, mode);
}

void
scene_file(const struct scene *scene, const char *name, mode_t mode, uid_t uid,
    gid_t gid)
{
	int fd = open(scene_path(scene, name),
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	MUST(fd);
	cr_assert(write(fd, "text\n", 5) == 5);
	close(fd);
	scene_chown(scene, name, uid, gid);
	scene_chmod(scene, name, mode);
}

void
scene_link(const struct scene *scene, const char *name, const char *target)
{
	MUST(symlink(target, scene_path(scene, name)));
	scene_chown(scene, name, APP, APP);
}

int
scene_socket(const struct scene *scene, const char *name, int type, int listen_)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    scene_path(scene, name));
	MUST(fd);
	MUST(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	if (listen_)
		MUST(listen(fd, 1));
	return fd;
}

static unsigned char *
put_entry(unsigned char *p, unsigned tag, unsigned bits, uint32_t id)
{
	p[0] = (unsigned char)tag;
	p[1] = 0;
	p[2] = (unsigned char)bits;
	p[3] = 0;
	for (int i = 0; i < 4; i++)
		p[4 + i] = (unsigned char)(id >> (8 * i));
	return p + 8;
}

static unsigned
bits_of(const char *text)
{
	return (strchr(text, 'r') ? 4u : 0) | (strchr(text, 'w') ? 2u : 0) |
	    (strchr(text, 'x') ? 1u : 0);
}

/* Entries of one kind, in the text's order. */
static unsigned char *
put_named(unsigned char *p, const char *acl, char kind, unsigned tag,
    unsigned *sum)
{
	char copy[256], *save = NULL, *one, *bits;

	snprintf(copy, sizeof(copy), "%s", acl);
	for (one = strtok_r(copy, ",", &save); one != NULL;
	     one = strtok_r(NULL, ",", &save)) {
		if (one[0] != kind)
			continue;
		bits = strrchr(one, ':') + 1;
		*sum |= bits_of(bits);
		p = put_entry(p, tag, bits_of(bits),
		    kind == 'm' ? 0xffffffffu
				: (uint32_t)strtoul(one + 2, NULL, 10));
	}
	return p;
}

void
scene_acl(const struct scene *scene, const char *name, const char *acl,
    int is_default)
{
	unsigned char raw[1024] = { 2, 0, 0, 0 }, *p = raw + 4, *mask;
	const char *path = scene_path(scene, name);
	unsigned sum, ignored = 0;
	struct stat st;

	MUST(stat(path, &st));
	sum = st.st_mode >> 3 & 7;
	p = put_entry(p, 0x01, st.st_mode >> 6 & 7, 0xffffffffu);
	p = put_named(p, acl, 'u', 0x02, &sum);
	p = put_entry(p, 0x04, st.st_mode >> 3 & 7, 0xffffffffu);
	p = put_named(p, acl, 'g', 0x08, &sum);
	mask = p;
	p = put_named(p, acl, 'm', 0x10, &ignored);
	if (p == mask)
		p = put_entry(p, 0x10, sum, 0xffffffffu);
	p = put_entry(p, 0x20, st.st_mode & 7, 0xffffffffu);
	MUST(setxattr(path,
	    is_default ? "system.posix_acl_default" : "system.posix_acl_access",
	    raw, (size_t)(p - raw), 0));
}

struct answer
scene_ask_question(uid_t uid, gid_t group, const struct question *question)
{
	gid_t groups[1] = { group };
	struct cred cred = { uid, (gid_t)uid, groups, group == 0 ? 0 : 1 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct answer answer;

	cr_assert(probe_ask(&as, question, 1, &answer, NULL, NULL) == 0);
	return answer;
}

struct answer
scene_ask(uid_t uid, gid_t group, enum ask what, const struct scene *scene,
    const char *name)
{
	struct question question = {
		.what = what,
		.path = scene_path(scene, name),
	};

	return scene_ask_question(uid, group, &question);
}

const char *
scene_said(const struct scene *scene, const struct answer *answer)
{
	static const char *const verdicts[] = { "UNDECIDED", "YES", "NO" };
	static char text[4300];
	const char *path = answer->blocker;

	if (path != NULL &&
	    strncmp(path, scene->root, strlen(scene->root)) == 0)
		path += strlen(scene->root);
	if (path != NULL && path[0] == '\0')
		path = "/";
	snprintf(text, sizeof(text), "%s%s%s%s%s", verdicts[answer->verdict],
	    answer->why == WHY_NONE ? "" : " ",
	    answer->why == WHY_NONE ? "" : why_name(answer->why),
	    path == NULL ? "" : " ", path == NULL ? "" : path);
	return text;
}
