/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/errname.h"

const char *
errname(int error)
{
	static char digits[12];
	const char *name = strerrorname_np(error);
	char *p = digits + sizeof(digits) - 1;

	if (name != NULL)
		return name;
	/* By hand: snprintf is not safe after fork. */
	for (unsigned int n = (unsigned int)error; p > digits; n /= 10) {
		*--p = (char)('0' + n % 10);
		if (n < 10)
			break;
	}
	return p;
}
