/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NEED_H
#define PREFLIGHT_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A need is one thing that an nginx worker must be able to do, and the place
 * of the configuration that makes it so (contract P2.3).  The nginx reader
 * makes them, the prober tries them, the judge speaks about them.
 *
 * Enumerator and name; the names are the "kind" of the JSON report.
 */
/* clang-format off */
#define NEED_KINDS(X)							\
	X(STATIC_TREE, "static-tree")	/* read what is below a directory */ \
	X(STATIC_FILE, "static-file")	/* read one file */		\
	X(INTERNAL_TREE, "internal-tree") /* read, no URL leads there */ \
	X(ERROR_PAGE, "error-page")	/* read the body of an error */	\
	X(HTPASSWD, "htpasswd")		/* read, at every request */	\
	X(SOCKET, "socket")		/* connect */			\
	X(TEMP_DIR, "temp-dir")		/* create files; the master made it */ \
	X(STORE_DIR, "store-dir")	/* create files */		\
	X(LOG_REOPEN, "log-reopen")	/* open by path, after USR1 */	\
	X(LOG_VARIABLE, "log-variable")	/* create and append */		\
	X(TLS_KEY, "tls-key")		/* read, named by variables */
/* clang-format on */

enum need_kind {
#define X(name, text) NEED_##name,
	NEED_KINDS(X)
#undef X
	    NEED_KIND_COUNT
};

struct nginx_location;
struct nginx_rewrite;
struct nginx_server;

/*
 * All strings are owned by the site that the need came from; NULL where there
 * is nothing to say.
 */
struct need {
	enum need_kind kind;
	/*
	 * Absolute and without variables, "." components or doubled slashes;
	 * a slash at the end stands as nginx would put it.  Of a socket it is
	 * the text as written, which may be relative or begin with "@".
	 *
	 * What nginx opens for a URI below url is path with the rest of the
	 * URI put behind it, whatever that rest is.
	 */
	char *path;
	/*
	 * Not NULL: path is only the constant part in front (up to the last
	 * "/"; "" if there is none), and this is the first variable in the way
	 * without its "$" -- or, if by_code, the directive whose embedded code
	 * decides.
	 */
	char *variable;
	bool by_code;
	bool deeper;   /* a slash follows the variable: path is not the folder
			of the file but one above it */
	bool one_of;   /* one of several candidates, from a map */
	char *written; /* the argument as it stands in the file */

	/* Where it was written. */
	char *directive;
	char *file;
	unsigned line;
	/* The location that uses it; server and http context have none. */
	char *location_file;
	unsigned location_line;

	/* How it is asked for. */
	const struct nginx_server *server; /* borrowed; NULL outside of one */
	/* Borrowed; NULL: the server answers for itself. */
	const struct nginx_location *location;
	char *server_name; /* the first one */
	char *url;	   /* see path; NULL if no request leads there */
	char *regex;	   /* that the whole URI must match, or NULL */
	bool regex_caseless;
	/* Borrowed; not NULL: only URIs that this rewrite takes lead there. */
	const struct nginx_rewrite *rewrite;
	/* Not NULL: the URI is without this end of the path, which every file
	 * has (try_files $uri.html). */
	char *suffix;
	int status; /* ERROR_PAGE: the first code it stands for */

	/* Static content. */
	bool owned; /* by this user; not known when the site is read */
	uid_t owner;
	bool optional;	 /* no fault if it is missing */
	bool is_file;	 /* INTERNAL_TREE: it is a single file */
	bool only_found; /* nginx looks whether the file is there; another
			    need is about reading it */
	char **index;	 /* names to look for in a directory, in order */
	size_t index_count;
	bool index_elsewhere;	 /* the last ones are other requests */
	bool autoindex;		 /* or random_index: the directory is listed */
	bool try_files;		 /* a denial shows as 404 or falls through */
	bool try_files_upstream; /* ... to an application */
	bool gzip_static;
	bool writable;	     /* dav_methods change files in it */
	bool symlinks_off;   /* disable_symlinks on */
	bool symlinks_owner; /* disable_symlinks if_not_owner */
	char *symlinks_from; /* its from=, variables folded */
	bool cached;	     /* open_file_cache */
	bool cached_errors;  /* open_file_cache_errors */
	long cached_valid_s; /* open_file_cache_valid */
	/*
	 * Location and alias do not agree about the last slash (contract
	 * P2.7): location /s/ with alias /x asks for /xa; location /s with
	 * alias /x/ opens what lies beside /x as /s../; with neither, siblings
	 * that begin with the same name.
	 */
	bool slash_missing;
	bool slash_escape;
	bool slash_sibling;

	/* Sockets. */
	char *upstream; /* the block it is a server of */
	bool backup;

	/* TEMP_DIR: bodies above this are written; -1 if it holds none. */
	long long buffer_bytes;
	/* LOG_VARIABLE: nginx opens it only if this exists (contract P1.4). */
	char *document_root;
};

/* "static-tree" */
const char *need_kind_name(enum need_kind);
/* The URI of a file that is the need's path or below it; the caller frees.
 * NULL if the file is elsewhere or no request leads there. */
char *need_uri(const struct need *, const char *file);

#endif
