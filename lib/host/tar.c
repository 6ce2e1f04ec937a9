/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A captured host in a tar, read into memory once: nothing is unpacked to disk. What a hostile tar can cost is bounded by the
 * limits of internal.h: members, bytes of each, and bytes of all contents and names together.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lazy-archive.h"
#include "tree.h"

struct loader {
	struct archive_api api;
	struct archive *archive;
	struct archive_entry *entry;
	const char *name; /* of the tar */
	struct tree *tree;
	char *error;
};

static bool spend(struct tree *tree, size_t bytes)
{
	if (bytes > tree->budget)
		return false;
	tree->budget -= bytes;
	return true;
}

static int too_large(struct loader *l)
{
	return host_fail(l->error, IVRS_E_ARCHIVE, "%s: more than %u MiB unpacked", l->name,
			 HOST_TABLE >> 20);
}

/* "./sys//kernel/" -> "sys/kernel"; NULL with errno ENOMEM, or EINVAL for a path that leads out. */
static char *canonical(const char *path)
{
	char *out = malloc(strlen(path) + 1), *end = out;

	if (!out) {
		errno = ENOMEM;
		return NULL;
	}
	if (*path == '/')
		goto leads_out;
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !memcmp(path, "..", 2))
			goto leads_out;
		if (length && !(length == 1 && *path == '.')) {
			if (end != out)
				*end++ = '/';
			memcpy(end, path, length);
			end += length;
		}
		path += length;
		path += strspn(path, "/");
	}
	*end = 0;
	return out;
leads_out:
	free(out);
	errno = EINVAL;
	return NULL;
}

static int load_data(struct loader *l, struct node *node)
{
	bool table = !strncmp(node->path, HOST_TABLES "/", sizeof(HOST_TABLES));
	int64_t size = l->api.archive_entry_size(l->entry);
	size_t limit = table ? HOST_TABLE : HOST_ATTRIBUTE;

	if (size < 0 || (uint64_t)size > limit)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: member %s: more than %zu bytes",
				 l->name, node->path, limit);
	if (!spend(l->tree, (size_t)size))
		return too_large(l);
	node->data = malloc((size_t)size + 1);
	if (!node->data)
		return host_fail(l->error, IVRS_E_NOMEM, "%s: out of memory", l->name);
	while (node->size < (size_t)size) {
		la_ssize_t n = l->api.archive_read_data(l->archive, node->data + node->size,
							(size_t)size - node->size);

		if (n < 0)
			return host_fail(l->error, IVRS_E_ARCHIVE, "%s: member %s: %s", l->name,
					 node->path, archive_problem(&l->api, l->archive));
		if (!n)
			break;
		node->size += (size_t)n;
	}
	return 0;
}

/* A hard link names a member from the tar's root, so it becomes a symbolic link to there. */
static int load_link(struct loader *l, struct node *node, const char *target, bool hard)
{
	char *path;

	if (!spend(l->tree, strlen(target) + 2))
		return too_large(l);
	node->kind = NODE_LINK;
	if (!hard) {
		node->link = strdup(target);
	} else {
		path = canonical(target);
		if (!path && errno == EINVAL)
			return host_fail(l->error, IVRS_E_ARCHIVE,
					 "%s: member %s: unsafe hard link to %s", l->name,
					 node->path, target);
		node->link = path ? malloc(strlen(path) + 2) : NULL;
		if (node->link) {
			node->link[0] = '/';
			strcpy(node->link + 1, path);
		}
		free(path);
	}
	if (!node->link)
		return host_fail(l->error, IVRS_E_NOMEM, "%s: out of memory", l->name);
	return 0;
}

static int load_member(struct loader *l)
{
	const char *path = l->api.archive_entry_pathname(l->entry), *hard, *soft;
	struct tree *tree = l->tree;
	struct node *node;

	if (!path)
		path = l->api.archive_entry_pathname_utf8(l->entry);
	if (!path)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: a member has no readable name",
				 l->name);
	if (tree->count >= HOST_MEMBERS)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: more than %u members", l->name,
				 HOST_MEMBERS);
	if (strlen(path) >= HOST_PATH)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: a member's path is too long",
				 l->name);
	if (!spend(tree, strlen(path) + 1))
		return too_large(l);
	if (tree->count == tree->room) {
		size_t room = tree->room ? tree->room * 2 : 256;
		struct node *nodes = realloc(tree->nodes, room * sizeof(*nodes));

		if (!nodes)
			return host_fail(l->error, IVRS_E_NOMEM, "%s: out of memory", l->name);
		tree->nodes = nodes;
		tree->room = room;
	}
	node = &tree->nodes[tree->count];
	memset(node, 0, sizeof(*node));
	node->order = tree->count;
	node->path = canonical(path);
	if (!node->path && errno == EINVAL)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: member %s: unsafe path", l->name,
				 path);
	if (!node->path)
		return host_fail(l->error, IVRS_E_NOMEM, "%s: out of memory", l->name);
	tree->count++;

	hard = l->api.archive_entry_hardlink(l->entry);
	if (!hard)
		hard = l->api.archive_entry_hardlink_utf8(l->entry);
	if (hard)
		return load_link(l, node, hard, true);
	switch (l->api.archive_entry_filetype(l->entry)) {
	case AE_IFREG:
		node->kind = NODE_FILE;
		return load_data(l, node);
	case AE_IFDIR:
		node->kind = NODE_DIRECTORY;
		return 0;
	case AE_IFLNK:
		soft = l->api.archive_entry_symlink(l->entry);
		if (!soft)
			soft = l->api.archive_entry_symlink_utf8(l->entry);
		return load_link(l, node, soft ? soft : "", false);
	default:
		node->kind = NODE_OTHER;
		return 0;
	}
}

static int by_path(const void *a, const void *b)
{
	const struct node *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Of members with the same path the last one counts, as when tar unpacks them. */
static void sort(struct tree *tree)
{
	size_t i, kept = 0;

	qsort(tree->nodes, tree->count, sizeof(*tree->nodes), by_path);
	for (i = 0; i < tree->count; i++) {
		if (i + 1 < tree->count && !strcmp(tree->nodes[i].path, tree->nodes[i + 1].path))
			tree_free_node(&tree->nodes[i]);
		else
			tree->nodes[kept++] = tree->nodes[i];
	}
	tree->count = kept;
}

static int load(struct loader *l)
{
	int status;

	for (;;) {
		int code = l->api.archive_read_next_header(l->archive, &l->entry);

		if (code == ARCHIVE_EOF)
			break;
		if (code == ARCHIVE_RETRY)
			continue;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return host_fail(l->error, IVRS_E_ARCHIVE, "%s: not a readable tar: %s",
					 l->name, archive_problem(&l->api, l->archive));
		status = load_member(l);
		if (status)
			return status;
	}
	if (!l->tree->count)
		return host_fail(l->error, IVRS_E_ARCHIVE, "%s: not a tar, or an empty one",
				 l->name);
	sort(l->tree);
	return 0;
}

int tree_load(int fd, const char *name, struct tree **tree, char *error)
{
	struct loader l = {.name = name, .error = error};
	int status = archive_load(&l.api, name, error);

	*tree = NULL;
	if (status)
		return status;
	l.tree = calloc(1, sizeof(*l.tree));
	l.archive = archive_reader(&l.api);
	if (!l.tree || !l.archive) {
		status = host_fail(error, IVRS_E_NOMEM, "%s: out of memory", name);
	} else {
		l.tree->budget = HOST_TABLE;
		l.api.archive_read_support_format_tar(l.archive);
		if (l.api.archive_read_open_fd(l.archive, fd, 65536) != ARCHIVE_OK)
			status = host_fail(error, IVRS_E_ARCHIVE, "%s: not a readable tar: %s",
					   name, archive_problem(&l.api, l.archive));
		else
			status = load(&l);
	}
	if (l.archive)
		l.api.archive_read_free(l.archive);
	if (status)
		tree_free(l.tree);
	else
		*tree = l.tree;
	return status;
}
