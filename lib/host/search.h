/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strings of a kernel that tell its rules, looked for while it is unpacked piece by piece. */
#ifndef LIBIVRS_HOST_SEARCH_H
#define LIBIVRS_HOST_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_KEEP 256u /* bytes of the piece before; longer than any string that is looked for */
#define SEARCH_PIECE 65536u /* bytes taken at once */
#define SEARCH_RELEASE 65u  /* bytes of a release with its NUL, as in struct utsname */
#define SEARCH_PREFIX 4u

enum search_string {
	SEARCH_DRIVER,	/* the AMD IOMMU driver is there */
	SEARCH_DIRECT,	/* require-direct */
	SEARCH_UNITY,	/* relax-unity-option */
	SEARCH_DEVICES, /* relax-devices-option */
	SEARCH_BLANKET, /* relax-blanket */
	SEARCH_STRINGS,
};

struct search {
	bool found[SEARCH_STRINGS];
	char release[SEARCH_RELEASE]; /* "" until "Linux version ..." was met */
	uint8_t first[SEARCH_PREFIX]; /* bytes the kernel begins with */
	uint64_t total;
	size_t kept;
	uint8_t buffer[SEARCH_KEEP + SEARCH_PIECE];
};

void search_init(struct search *search);
/* Where the next piece of at most SEARCH_PIECE bytes goes. */
void *search_room(struct search *search);
/* Looks through the piece of length bytes that was put there. */
void search_piece(struct search *search, size_t length);
bool search_is_elf(const struct search *search);

#endif
