/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/log.h"
#include "supervisor/init_notify.h"

#define VARIABLE "NOTIFY_SOCKET"

/* One manager a process. */
static struct sockaddr_un address;
static socklen_t address_len; /* 0: nobody asked */

static void
set_address(const char *name)
{
	size_t len = strlen(name);

	address_len = 0;
	/* Others, such as vsock:, are for virtual machines. */
	if ((name[0] != '/' && name[0] != '@') ||
	    len >= sizeof(address.sun_path))
		return;
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address.sun_path, name, len);
	address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name */
	else
		address_len++;
}

void
init_notify_take(void)
{
	const char *name = getenv(VARIABLE);

	if (name == NULL)
		return;
	set_address(name);
	unsetenv(VARIABLE);
}

void
init_notify(const char *state)
{
	int fd;

	if (address_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 ||
	    sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(const struct sockaddr *)&address, address_len) == -1)
		log_warn("cannot tell the service manager %s", state);
	fd_close(&fd);
}
