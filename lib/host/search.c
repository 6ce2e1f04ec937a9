/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "search.h"

#define BANNER "Linux version "

struct pattern {
	const char *text;
	size_t length;
	bool word; /* not the end of a longer word */
};

/* sizeof() counts the NUL: what ends with it is a whole string of the kernel, an option's name and not a sentence. */
#define PART(text)                            \
	{                                     \
		text, sizeof(text) - 1, false \
	}
#define WHOLE(text)                      \
	{                                \
		text, sizeof(text), true \
	}

static const struct pattern patterns[SEARCH_STRINGS] = {
	[SEARCH_DRIVER] = PART("AMD-Vi"),
	[SEARCH_DIRECT] = PART("rejecting configuring the device without a 1:1 mapping"),
	[SEARCH_UNITY] = WHOLE("relax_unity"),
	[SEARCH_DEVICES] = WHOLE("amd_iommu_relax_unity="),
	[SEARCH_BLANKET] = PART("covers several buses, device is in a slot"),
};

void search_init(struct search *search)
{
	memset(search, 0, offsetof(struct search, buffer));
}

void *search_room(struct search *search)
{
	return search->buffer + search->kept;
}

bool search_is_elf(const struct search *search)
{
	return search->total >= SEARCH_PREFIX && !memcmp(search->first, "\177ELF", SEARCH_PREFIX);
}

static bool contains(const uint8_t *bytes, size_t size, const struct pattern *pattern)
{
	const uint8_t *at = bytes, *end = bytes + size;

	while ((at = memmem(at, (size_t)(end - at), pattern->text, pattern->length))) {
		if (!pattern->word || (at > bytes && !isalnum(at[-1]) && at[-1] != '_'))
			return true;
		at++;
	}
	return false;
}

/* "Linux version 6.12.117+deb12-amd64 (...": a format string has '%' where the number is. */
static void take_release(struct search *search, const uint8_t *bytes, size_t size)
{
	const uint8_t *at = bytes, *end = bytes + size;

	while ((at = memmem(at, (size_t)(end - at), BANNER, sizeof(BANNER) - 1))) {
		size_t length = 0;

		at += sizeof(BANNER) - 1;
		while (at + length < end && isgraph(at[length]) && length < SEARCH_RELEASE)
			length++;
		if (!length || !isdigit(at[0]) || at + length == end || at[length] != ' ' ||
		    length >= SEARCH_RELEASE)
			continue;
		memcpy(search->release, at, length);
		search->release[length] = 0;
		return;
	}
}

void search_piece(struct search *search, size_t length)
{
	size_t size = search->kept + length, keep, i;

	for (i = 0; i < length && search->total + i < SEARCH_PREFIX; i++)
		search->first[search->total + i] = search->buffer[search->kept + i];
	search->total += length;
	for (i = 0; i < SEARCH_STRINGS; i++)
		if (!search->found[i])
			search->found[i] = contains(search->buffer, size, &patterns[i]);
	if (!search->release[0])
		take_release(search, search->buffer, size);
	keep = size < SEARCH_KEEP ? size : SEARCH_KEEP;
	memmove(search->buffer, search->buffer + size - keep, keep);
	search->kept = keep;
}
