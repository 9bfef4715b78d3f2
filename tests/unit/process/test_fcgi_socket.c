/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "process/fcgi_socket.h"
#include "tests/unit/swapped_bind.h"

Test(fcgi_socket, touches_no_file_that_a_link_leads_to, .init = enter_folder,
    .fini = leave_folder)
{
	const struct fcgi_socket_config config = { .url = (char *)"unix://sock",
		.path = (char *)"sock",
		.mode = 0766,
		.uid = 65534,
		.gid = 65534,
		.has_owner = getuid() == 0 };
	struct fcgi_socket *sock = fcgi_socket_create(&config);
	int victim = open("victim", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	char *cause = NULL;
	struct stat st;

	bind_leaves_link_to = "victim";
	cr_expect_eq(fcgi_socket_take(sock, &cause), -1);
	cr_expect_not_null(cause);
	cr_expect_eq(fstat(victim, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect_eq(st.st_uid, getuid());
	fcgi_socket_free(sock);
	fd_close(&victim);
	free(cause);
}
