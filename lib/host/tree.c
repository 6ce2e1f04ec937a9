/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

void tree_free_node(struct node *node)
{
	free(node->path);
	free(node->link);
	free(node->data);
}

void tree_free(struct tree *tree)
{
	size_t i;

	if (!tree)
		return;
	for (i = 0; i < tree->count; i++)
		tree_free_node(&tree->nodes[i]);
	free(tree->nodes);
	free(tree);
}

/* Index of the first member whose path isn't before path. */
static size_t lower_bound(const struct tree *tree, const char *path)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(tree->nodes[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct node *find(const struct tree *tree, const char *path)
{
	size_t at = lower_bound(tree, path);

	return at < tree->count && !strcmp(tree->nodes[at].path, path) ? &tree->nodes[at] : NULL;
}

/* First member below a directory; false when there is none. The root is above all. */
static bool first_below(const struct tree *tree, const char *path, size_t *at)
{
	char prefix[HOST_PATH + 2];
	size_t length = strlen(path);

	if (!length) {
		*at = 0;
		return tree->count > 0;
	}
	if (length >= HOST_PATH)
		return false;
	memcpy(prefix, path, length);
	prefix[length++] = '/';
	prefix[length] = 0;
	*at = lower_bound(tree, prefix);
	return *at < tree->count && !strncmp(tree->nodes[*at].path, prefix, length);
}

int tree_read(const struct tree *tree, const char *path, const uint8_t **bytes, size_t *size)
{
	const struct node *node = find(tree, path);
	size_t at;

	if (!node)
		return first_below(tree, path, &at) ? EISDIR : ENOENT;
	if (node->kind != NODE_FILE)
		return node->kind == NODE_DIRECTORY ? EISDIR : ENODEV;
	*bytes = node->data;
	*size = node->size;
	return 0;
}

int tree_link(const struct tree *tree, const char *path, char *target, size_t size)
{
	const struct node *node = find(tree, path);
	size_t at;

	if (!node)
		return !*path || first_below(tree, path, &at) ? EINVAL : ENOENT;
	if (node->kind != NODE_LINK)
		return EINVAL;
	if (!node->link[0])
		return ENOENT;
	if (strlen(node->link) >= size)
		return ENAMETOOLONG;
	strcpy(target, node->link);
	return 0;
}

int tree_list(const struct tree *tree, const char *path, size_t *left, struct fs_names *names)
{
	size_t at, skip = *path ? strlen(path) + 1 : 0, room = 0;
	const char *last = NULL;
	size_t last_length = 0;
	int code = 0;

	if (!first_below(tree, path, &at)) {
		const struct node *node = find(tree, path);

		return !node ? ENOENT : node->kind == NODE_DIRECTORY ? 0 : ENOTDIR;
	}
	for (; !code && at < tree->count; at++) {
		const char *member = tree->nodes[at].path;
		size_t length;

		if (skip && (strncmp(member, path, skip - 1) || member[skip - 1] != '/'))
			break;
		if (!*left) {
			code = EFBIG;
			break;
		}
		--*left;
		length = strcspn(member + skip, "/");
		/* "a", "a/b" and "a/c" are one entry; another one may sort between them, see below. */
		if (!length ||
		    (last && length == last_length && !memcmp(last, member + skip, length)))
			continue;
		last = member + skip;
		last_length = length;
		code = fs_names_add(names, &room, last, length);
	}
	if (!code) {
		size_t i, kept = 0;

		/* "a-b" sorts between "a" and "a/b", so an entry may have been met twice. */
		fs_names_sort(names);
		for (i = 0; i < names->count; i++) {
			if (kept && !strcmp(names->names[kept - 1], names->names[i]))
				free(names->names[i]);
			else
				names->names[kept++] = names->names[i];
		}
		names->count = kept;
	} else {
		fs_names_free(names);
	}
	return code;
}
