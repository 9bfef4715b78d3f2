/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "http/http_socket.h"
#include "tests/unit/swapped_bind.h"

Test(http_socket, touches_no_file_that_a_link_leads_to, .init = enter_folder,
    .fini = leave_folder)
{
	const struct http_listen listen = { .path = "sock",
		.mode = 0766,
		.uid = getuid() == 0 ? 65534 : (uid_t)-1,
		.gid = (gid_t)-1 };
	struct http_socket_file file;
	int victim = open("victim", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	char *cause = NULL;
	struct stat st;

	bind_leaves_link_to = "victim";
	cr_expect_eq(http_socket_open(&listen, &file, &cause), -1);
	cr_expect_not_null(cause);
	cr_expect_eq(fstat(victim, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect_eq(st.st_uid, getuid());
	fd_close(&victim);
	free(cause);
}
