/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>

#include "seeds.h"

static void build_header_only(struct build *b)
{
	build_begin(b);
	build_end(b);
}

/* A desktop board: ranges, special devices, and one wide IVMD as on the affected AM5 boards. */
static void build_desktop(struct build *b)
{
	size_t at;

	build_begin(b);
	for (int i = 0; i < 2; i++) {
		at = ivhd_begin(b, i ? 0x11 : 0x10, 2);
		entry4(b, 3, 0x0003, 0);
		entry4(b, 4, 0xfffe, 0);
		entry8(b, 0x43, 0xff00, 0, 0x0000a500);
		entry4(b, 4, 0xffff, 0);
		entry8(b, 0x48, 0, 0xd7, 0x0100a021);
		ivhd_end(b, at);
	}
	for (unsigned int i = 0; i < 4; i++)
		ivmd(b, 0x22, 0x08, 0x0000, 0x0fff, 0x9f000000 + 0x1000 * i, i ? 0x1000 : 1);
	build_end(b);
}

/* Two IOMMUs, two segments, memory at the ends of the address space. */
static void build_server(struct build *b)
{
	size_t at;

	build_begin(b);
	for (unsigned int i = 0; i < 2; i++) {
		at = ivhd_begin(b, 0x40, (uint16_t)(2 + 0x4000 * i));
		set(b, at + 16, i, 2);
		entry4(b, 1, 0, 0);
		entry_hid(b, 0x60, "MSFT0201", "", 1, 8, "\1\0\0\0\0\0\0\0");
		ivhd_end(b, at);
	}
	ivmd(b, 0x20, 0x01, 0, 0, UINT64_MAX - 10, 100);
	ivmd(b, 0x21, 0x0f, 0x0100, 0, 0x3c000800, UINT64_MAX);
	ivmd(b, 0x22, 0x05, 0x0200, 0x0100, 0xfee00000, 0x100000);
	build_end(b);
}

bool make_seed(unsigned int index, struct seed *seed)
{
	static void (*const builders[])(struct build *) = {
		build_everything,
		build_desktop,
		build_server,
		build_header_only,
	};
	const unsigned int count = sizeof(builders) / sizeof(builders[0]);
	struct build b;

	if (index >= 2 * count)
		return false;
	builders[index / 2](&b);
	if (index % 2) {
		seed->size = build_dump(b.bytes, b.size, "IVRS", (char *)seed->bytes);
		return true;
	}
	memcpy(seed->bytes, b.bytes, b.size);
	seed->size = b.size;
	return true;
}
