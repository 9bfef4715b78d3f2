/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "preflight/nginx/nginx_lex.h"
#include "preflight/nginx/nginx_route.h"

/*
 * Shows what the nginx reader made of a file, for comparison with nginx:
 *
 *	nginx_reader words FILE... one line a directive
 *	nginx_reader routes FILE   one line a "server URI" of standard input
 */

static void
print_hex(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", (unsigned char)data[i]);
}

/* "END FIRST-LINE LAST-LINE word word ..." in hex; "error LINE sentence". */
static int
show_words(const char *path)
{
	static const char *const names[] = { "error", "simple", "open", "close",
		"file" };
	struct nginx_lex lex;
	enum nginx_end end;
	char *cause = NULL;
	size_t len;
	char *text = fd_read_file(path, 1 << 20, &len);

	if (text == NULL)
		return 1;
	nginx_lex_init(&lex, text, len);
	do {
		end = nginx_lex_next(&lex, &cause);
		if (end == NGINX_END_ERROR) {
			printf("error %u ", lex.line);
			print_hex(cause, strlen(cause));
			putchar('\n');
			break;
		}
		printf("%s %u %u", names[end], lex.first_line, lex.line);
		for (size_t i = 0; i < lex.word_count; i++) {
			putchar(' ');
			print_hex(lex.words[i].text, lex.words[i].len);
			putchar('.');
		}
		putchar('\n');
	} while (end != NGINX_END_FILE);
	nginx_lex_done(&lex);
	free(cause);
	free(text);
	return 0;
}

/* "LINE STATUS FILE": of the location, 0 for none; the first file or "-". */
static void
show_route(const struct nginx_model *model, char *request)
{
	static const struct nginx_base base = { .prefix = "/prefix/",
		.conf_dir = "/conf/" };
	struct nginx_route route;
	char *uri = strchr(request, ' ');
	size_t server = strtoul(request, NULL, 10);

	if (uri == NULL || server >= model->server_count)
		return;
	uri[strcspn(uri, "\n")] = '\0';
	nginx_route_find(&model->servers[server], &base, uri + 1, &route);
	printf("%u %d %s\n",
	    route.location == NULL ? 0 : route.location->node->line,
	    route.status, route.files.len > 0 ? route.files.items[0] : "-");
	nginx_route_done(&route);
}

static int
show_routes(const char *path)
{
	const struct nginx_tree_source source = { .conf_path = path,
		.conf_dir = "/" };
	struct nginx_tree *tree = nginx_tree_create(&source);
	struct nginx_model *model;
	char *line = NULL;
	size_t room = 0;
	int result = nginx_tree_read(tree, &source, NULL);

	model = nginx_model_create(tree);
	while (result == 0 && getline(&line, &room, stdin) != -1)
		show_route(model, line);
	free(line);
	nginx_model_free(model);
	nginx_tree_free(tree);
	return result == 0 ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	int result = 0;

	if (argc >= 3 && strcmp(argv[1], "words") == 0) {
		for (int i = 2; i < argc && result == 0; i++)
			result = show_words(argv[i]);
		return result;
	}
	if (argc == 3 && strcmp(argv[1], "routes") == 0)
		return show_routes(argv[2]);
	fprintf(stderr, "usage: nginx_reader words|routes FILE ...\n");
	return 64;
}
