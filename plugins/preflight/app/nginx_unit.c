/* SPDX-License-Identifier: ISC */
#include "preflight/app/nginx_unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#include "preflight/app/nginx_program.h"
#include "preflight/app/unit_file.h"
#include "preflight/nginx/image.h"

#define FILE_MAX_BYTES (1024 * 1024)

/* The first one that has a file of a name is the one that counts. */
static const char *const folders[] = { "/etc/systemd/system",
	"/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The text; "" of what is no file, as a link to /dev/null, which masks, or is
 * too large for one; NULL if there is none. */
static char *
read_text(const char *root, const char *path)
{
	int fd = image_open(root, path);
	char *text = NULL;
	struct stat st;

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		text = fd_read_to_end(fd, FILE_MAX_BYTES, NULL);
	fd_close(&fd);
	return text == NULL ? xstrdup("") : text;
}

static char *
read_unit(const char *root)
{
	char *text = NULL;

	for (size_t i = 0; i < COUNT(folders) && text == NULL; i++) {
		char *path = xasprintf("%s/nginx.service", folders[i]);

		text = read_text(root, path);
		free(path);
	}
	return text;
}

static bool
is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 &&
	    strcmp(name + len - 5, ".conf") == 0;
}

static bool
is_among(const struct strvec *drop_ins, const char *name)
{
	for (size_t i = 0; i < drop_ins->len; i++) {
		const char *path = drop_ins->items[i];

		if (strcmp(strrchr(path, '/') + 1, name) == 0)
			return true;
	}
	return false;
}

/* Of each name the one in the first folder. */
static void
add_drop_ins(const char *root, const char *folder, struct strvec *drop_ins)
{
	char *path = xasprintf("%s/nginx.service.d", folder);
	int fd = image_open(root, path);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL && fd != -1)
		close(fd);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (is_drop_in(entry->d_name) &&
		    !is_among(drop_ins, entry->d_name))
			strvec_pushf(drop_ins, "%s/%s", path, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	free(path);
}

/* By the name, whichever folder it is in. */
static int
compare_names(const void *a, const void *b)
{
	const char *one = *(char *const *)a, *other = *(char *const *)b;

	return strcmp(strrchr(one, '/'), strrchr(other, '/'));
}

static void
read_drop_ins(const char *root, struct unit_service *service)
{
	struct strvec drop_ins = STRVEC_INIT;

	for (size_t i = 0; i < COUNT(folders); i++)
		add_drop_ins(root, folders[i], &drop_ins);
	if (drop_ins.len > 1)
		qsort(drop_ins.items, drop_ins.len, sizeof(*drop_ins.items),
		    compare_names);
	for (size_t i = 0; i < drop_ins.len; i++) {
		char *text = read_text(root, drop_ins.items[i]);

		if (text != NULL)
			unit_file_read(text, service);
		free(text);
	}
	strvec_done(&drop_ins);
}

/* They win over Environment=, the later ones over those before. */
static void
read_env_files(const char *root, struct unit_service *service)
{
	for (size_t i = 0; i < service->env_files.len; i++) {
		const char *path = service->env_files.items[i];
		char *text;

		path += *path == '-';
		text = *path == '/' ? read_text(root, path) : NULL;
		if (text != NULL)
			unit_env_read(text, &service->environment);
		free(text);
	}
}

/* More commands than one are refused by systemd, for such a service. */
static bool
read_start(const struct unit_service *service, struct nginx_args *args)
{
	struct strvec words = STRVEC_INIT;
	bool found = false;

	if (service->starts.len == 1) {
		unit_command_split(service->starts.items[0],
		    &service->environment, &words);
		found = nginx_program_args(&words, args);
	}
	strvec_done(&words);
	return found;
}

/* In the place of the primary group. */
static void
set_group(struct cred *cred, const char *name)
{
	gid_t gid;

	if (cred_parse_group(name, &gid, NULL) == -1)
		return;
	for (size_t i = 0; i < cred->group_count; i++)
		if (cred->groups[i] == cred->gid)
			cred->groups[i] = gid;
	cred->gid = gid;
}

static void
add_group(struct cred *cred, const char *name)
{
	gid_t gid;

	if (cred_parse_group(name, &gid, NULL) == -1)
		return;
	cred->groups = xreallocarray(cred->groups, cred->group_count + 1,
	    sizeof(*cred->groups));
	cred->groups[cred->group_count++] = gid;
}

/* False for root, and for one who is not there: systemd would not start it. */
static bool
read_starter(const struct unit_service *service, struct cred *starter)
{
	uid_t uid;

	if (service->user == NULL ||
	    cred_parse_user(service->user, &uid, NULL) == -1 || uid == 0 ||
	    cred_resolve(uid, starter, NULL) == -1)
		return false;
	if (service->group != NULL)
		set_group(starter, service->group);
	for (size_t i = 0; i < service->groups.len; i++)
		add_group(starter, service->groups.items[i]);
	return true;
}

bool
nginx_unit_find(const char *root, struct nginx_unit *unit)
{
	struct unit_service service = UNIT_SERVICE_INIT;
	char *text = read_unit(root);
	bool found = false;

	*unit = (struct nginx_unit){ .has_starter = false };
	if (text != NULL && *text != '\0') {
		unit_file_read(text, &service);
		read_drop_ins(root, &service);
		read_env_files(root, &service);
		found = read_start(&service, &unit->args);
		unit->has_starter = read_starter(&service, &unit->starter);
	}
	free(text);
	unit_service_done(&service);
	return found;
}

void
nginx_unit_done(struct nginx_unit *unit)
{
	nginx_args_done(&unit->args);
	cred_done(&unit->starter);
}
