/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tar in memory: members sorted by path, so a lookup is a binary search and a directory is one run of members. */
#ifndef LIBIVRS_HOST_TREE_H
#define LIBIVRS_HOST_TREE_H

#include "internal.h"

enum node_kind { NODE_FILE, NODE_LINK, NODE_DIRECTORY, NODE_OTHER };

struct node {
	char *path; /* canonical: no leading or trailing slash, no "." */
	char *link;
	uint8_t *data;
	size_t size, order;
	enum node_kind kind;
};

struct tree {
	struct node *nodes;
	size_t count, room;
	size_t budget; /* bytes that names and contents may still take */
};

void tree_free_node(struct node *node);

#endif
