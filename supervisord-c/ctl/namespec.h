/* SPDX-License-Identifier: ISC */
#ifndef CTL_NAMESPEC_H
#define CTL_NAMESPEC_H

/* A process or a whole group as people name it (contract C2.5). */
struct namespec {
	char *group;
	char *process; /* NULL: the whole group, "g:" or "g:*" */
};

/* Split at the first colon; the caller frees with namespec_done. */
void namespec_split(const char *, struct namespec *);
void namespec_done(struct namespec *);
/* "g:p", or "p" if both parts are equal; the caller frees. */
char *namespec_join(const char *group, const char *process);

#endif
