/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "logs/syslog_sink.h"

/* One socket a process, as syslog(3) has it. */
static const char *socket_path = "/dev/log";
static int socket_fd = -1;

static int
connect_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(socket_path);
	int fd;

	if (len >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, socket_path, len + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
		-1)
		fd_close(&fd);
	return fd;
}

/* A full socket loses the message.  Any other failure may mean that the syslog
 * daemon was started anew, so it is tried once with a new socket. */
static void
send_datagram(const struct strbuf *message)
{
	for (int tries = 0; tries < 2; tries++) {
		if (socket_fd == -1)
			socket_fd = connect_socket();
		if (socket_fd == -1)
			return;
		if (send(socket_fd, message->data, message->len,
			MSG_NOSIGNAL) != -1 ||
		    errno == EAGAIN)
			return;
		fd_close(&socket_fd);
	}
}

void
syslog_sink_send(const char *text, size_t len)
{
	struct strbuf message = STRBUF_INIT;
	struct timespec now = clock_wall();
	struct tm tm;
	char stamp[32];

	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	strbuf_addf(&message, "<%d>%s %s: ", LOG_USER | LOG_INFO, stamp,
	    program_invocation_short_name);
	strbuf_add(&message, text, len);
	send_datagram(&message);
	strbuf_done(&message);
}

/* Every byte that is not part of a character becomes a replacement. */
static void
add_clean(struct strbuf *out, const char *data, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = utf8_decode(data, len, &code);
		if (n > 0) {
			strbuf_add(out, data, n);
			continue;
		}
		strbuf_addstr(out, UTF8_REPLACEMENT);
		n = 1;
	}
}

static void
send_line(const char *name, const char *line, size_t len)
{
	struct strbuf text = STRBUF_INIT;

	if (name != NULL)
		strbuf_addf(&text, "%s ", name);
	add_clean(&text, line, len);
	syslog_sink_send(text.data, text.len);
	strbuf_done(&text);
}

void
syslog_sink_write(const char *name, const void *data, size_t len)
{
	const char *p = data, *end;

	while (len > 0 && p[len - 1] == '\n')
		len--;
	for (;;) {
		end = memchr(p, '\n', len);
		if (end == NULL)
			break;
		send_line(name, p, (size_t)(end - p));
		len -= (size_t)(end - p) + 1;
		p = end + 1;
	}
	send_line(name, p, len);
}

void
syslog_sink_use(const char *path)
{
	socket_path = path;
	fd_close(&socket_fd);
}
