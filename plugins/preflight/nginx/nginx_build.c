/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_build.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shell_words.h"
#include "base/strvec.h"
#include "base/xmalloc.h"
#include "preflight/nginx/image.h"

/*
 * configure's arguments are kept in the executable for -V; the default user
 * is not among them unless it was given, but the message that complains about
 * it is a constant of its own (contract P2.4).
 */

#define BINARY_MAX_BYTES (256L * 1024 * 1024)
#define TEXT_MAX_BYTES	 65536

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* configure's options, and what holds if they are not given: the defaults of
 * the build, and those of distributions if there is no executable. */
static const struct build_row {
	const char *option;
	size_t offset;
	const char *otherwise;
	const char *packaged;
} rows[] = {
	{ "--prefix=", offsetof(struct nginx_build, prefix), "/usr/local/nginx",
	    "/usr/share/nginx" },
	{ "--conf-path=", offsetof(struct nginx_build, conf_path),
	    "conf/nginx.conf", "/etc/nginx/nginx.conf" },
	{ "--user=", offsetof(struct nginx_build, user), NULL, NULL },
	{ "--group=", offsetof(struct nginx_build, group), NULL, NULL },
	{ "--error-log-path=", offsetof(struct nginx_build, error_log),
	    "logs/error.log", "/var/log/nginx/error.log" },
	{ "--http-log-path=", offsetof(struct nginx_build, access_log),
	    "logs/access.log", "/var/log/nginx/access.log" },
	{ "--pid-path=", offsetof(struct nginx_build, pid), "logs/nginx.pid",
	    "/run/nginx.pid" },
	{ "--lock-path=", offsetof(struct nginx_build, lock), "logs/nginx.lock",
	    "/var/lock/nginx.lock" },
	{ "--http-client-body-temp-path=",
	    offsetof(struct nginx_build, body_temp), "client_body_temp", NULL },
	{ "--http-proxy-temp-path=", offsetof(struct nginx_build, proxy_temp),
	    "proxy_temp", NULL },
	{ "--http-fastcgi-temp-path=",
	    offsetof(struct nginx_build, fastcgi_temp), "fastcgi_temp", NULL },
	{ "--http-uwsgi-temp-path=", offsetof(struct nginx_build, uwsgi_temp),
	    "uwsgi_temp", NULL },
	{ "--http-scgi-temp-path=", offsetof(struct nginx_build, scgi_temp),
	    "scgi_temp", NULL },
};

static char **
member(struct nginx_build *build, const struct build_row *row)
{
	return (char **)((char *)build + row->offset);
}

static void
set_member(char **place, const char *value)
{
	free(*place);
	*place = value == NULL ? NULL : xstrdup(value);
}

void
nginx_build_done(struct nginx_build *build)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		free(*member(build, &rows[i]));
	free(build->binary);
	memset(build, 0, sizeof(*build));
}

/* The text behind the mark up to one of the ends, or NULL. */
static char *
text_after(const char *data, size_t len, const char *mark, const char *ends)
{
	const char *found = memmem(data, len, mark, strlen(mark));
	size_t left, n = 0;

	if (found == NULL)
		return NULL;
	found += strlen(mark);
	left = len - (size_t)(found - data);
	while (n < left && n < TEXT_MAX_BYTES && found[n] != '\0' &&
	    strchr(ends, found[n]) == NULL)
		n++;
	return xstrndup(found, n);
}

static void
take_options(struct nginx_build *build, const char *line)
{
	struct strvec words = STRVEC_INIT;

	if (shell_words_split(line, &words, NULL) == -1)
		return;
	for (size_t i = 0; i < words.len; i++)
		for (size_t j = 0; j < COUNT(rows); j++) {
			size_t len = strlen(rows[j].option);

			if (strncmp(words.items[i], rows[j].option, len) == 0)
				set_member(member(build, &rows[j]),
				    words.items[i] + len);
		}
	strvec_done(&words);
}

/* A name out of the message "getpwnam("nobody") failed"; the same with "%s"
 * stands beside it. */
static char *
complained_name(const char *data, size_t len, const char *mark)
{
	const char *end = data + len;
	char *name = NULL;

	while (data < end) {
		name = text_after(data, (size_t)(end - data), mark, "\"");
		if (name == NULL || name[0] != '%')
			return name;
		free(name);
		data = memmem(data, (size_t)(end - data), mark, strlen(mark));
		data += strlen(mark);
	}
	return NULL;
}

void
nginx_build_scan(const char *data, size_t len, struct nginx_build *build)
{
	char *line = text_after(data, len, "configure arguments:", "\r\n");

	for (size_t i = 0; i < COUNT(rows); i++)
		set_member(member(build, &rows[i]), rows[i].otherwise);
	if (line != NULL)
		take_options(build, line);
	free(line);
	if (build->user == NULL)
		build->user = complained_name(data, len, "getpwnam(\"");
	if (build->group == NULL)
		build->group = complained_name(data, len, "getgrnam(\"");
}

/* Whether the path is an executable that could be scanned. */
static bool
scan_file(const char *root, const char *path, struct nginx_build *build)
{
	int fd = image_open(root, path);
	struct stat st;
	void *data = MAP_FAILED;

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    st.st_size <= BINARY_MAX_BYTES)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		    fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return false;
	nginx_build_scan(data, (size_t)st.st_size, build);
	munmap(data, (size_t)st.st_size);
	set_member(&build->binary, path);
	return true;
}

void
nginx_build_read(const char *root, const char *binary,
    struct nginx_build *build)
{
	static const char *const usual[] = { "/usr/sbin/nginx",
		"/usr/bin/nginx", "/usr/local/sbin/nginx",
		"/usr/local/nginx/sbin/nginx",
		"/usr/local/openresty/nginx/sbin/nginx", "/usr/sbin/angie" };

	memset(build, 0, sizeof(*build));
	if (binary != NULL && scan_file(NULL, binary, build))
		return;
	for (size_t i = 0; binary == NULL && i < COUNT(usual); i++)
		if (scan_file(root, usual[i], build))
			return;
	for (size_t i = 0; i < COUNT(rows); i++)
		set_member(member(build, &rows[i]), rows[i].packaged);
}
