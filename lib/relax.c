/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Relaxations: each one thing that somebody can really do. The kernel's side of them is in kernel-patch/. */
#include "model.h"

/* A[-B][,...]. A person's list must be right as a whole; what the kernel makes of a faulty option is kernel.c's. */
static int parse_devices(const char *list, struct relax *relax)
{
	size_t length = strlen(list), room = 1, count = 0;
	struct span *items;
	char word[64];
	int err = 0;

	for (const char *p = list; *p; p++)
		room += *p == ',';
	if (!length || length > 65536)
		return -IVRS_E_SYNTAX;
	items = malloc(room * sizeof(*items));
	if (!items)
		return -IVRS_E_NOMEM;
	while (!err) {
		size_t n = strcspn(list, ",");

		if (n >= sizeof(word)) {
			err = -IVRS_E_SYNTAX;
			break;
		}
		memcpy(word, list, n);
		word[n] = '\0';
		items[count].value = 0;
		err = ivrs_sbdf_parse_range(word, &items[count].first, &items[count].last);
		count++;
		if (!list[n])
			break;
		list += n + 1;
	}
	if (!err)
		err = spans_paint(items, count, &relax->devices);
	free(items);
	return err;
}

static int parse_one(const char *text, struct relax *relax)
{
	if (!strcmp(text, "unity"))
		relax->unity = true;
	else if (!strcmp(text, "blanket"))
		relax->blanket = true;
	else if (!strcmp(text, "unchecked"))
		relax->unchecked = true;
	else if (!strncmp(text, "devices=", 8) && !relax->devices.at)
		return parse_devices(text + 8, relax);
	else
		return -IVRS_E_SYNTAX;
	return 0;
}

int relax_parse(const char *text, struct relax *relax)
{
	char *copy, *next;
	int err = 0;

	memset(relax, 0, sizeof(*relax));
	if (!text || !strcmp(text, "none"))
		return 0;
	copy = strdup(text);
	if (!copy)
		return -IVRS_E_NOMEM;
	for (char *word = copy; word && !err; word = next) {
		next = strchr(word, '+');
		if (next)
			*next++ = '\0';
		err = parse_one(word, relax);
	}
	free(copy);
	if (err)
		relax_free(relax);
	return err;
}

void relax_free(struct relax *relax)
{
	spans_free(&relax->devices);
}

int ivrs_relax_check(const char *relax)
{
	struct relax parsed;
	int err;

	if (!relax)
		return -IVRS_E_ARGUMENT;
	err = relax_parse(relax, &parsed);
	if (!err)
		relax_free(&parsed);
	return err;
}
