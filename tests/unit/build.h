/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small tables, made byte by byte. Nothing is checked: the tests want wrong ones too. */
#ifndef TESTS_UNIT_BUILD_H
#define TESTS_UNIT_BUILD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct build {
	uint8_t bytes[4096];
	size_t size;
};

static inline void put(struct build *build, uint64_t number, size_t length)
{
	if (length > sizeof(build->bytes) - build->size)
		abort();
	for (size_t i = 0; i < length; i++)
		build->bytes[build->size++] = i < 8 ? (uint8_t)(number >> (8 * i)) : 0;
}

static inline void set(struct build *build, size_t offset, uint64_t number, size_t length)
{
	for (size_t i = 0; i < length; i++)
		build->bytes[offset + i] = (uint8_t)(number >> (8 * i));
}

static inline void put_text(struct build *build, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(build, (uint8_t)(i < strlen(text) ? text[i] : 0), 1);
}

/* A header without blocks; build_end() fills in length and checksum. */
static inline void build_begin(struct build *build)
{
	*build = (struct build){0};
	put_text(build, "IVRS", 4);
	put(build, 0, 4);
	put(build, 2, 1);
	put(build, 0, 1);
	put_text(build, "TESTER", 6);
	put_text(build, "VECTOR  ", 8);
	put(build, 0x01020304, 4);
	put_text(build, "MAKE", 4);
	put(build, 0x05060708, 4);
	put(build, 0x00203043, 4);
	put(build, 0, 8);
}

static inline void build_checksum(struct build *build)
{
	uint8_t sum = 0;
	size_t length = build->bytes[4] | (size_t)build->bytes[5] << 8;

	build->bytes[9] = 0;
	for (size_t i = 0; i < length && i < build->size; i++)
		sum = (uint8_t)(sum + build->bytes[i]);
	build->bytes[9] = (uint8_t)-sum;
}

static inline void build_end(struct build *build)
{
	set(build, 4, build->size, 4);
	build_checksum(build);
}

/* An IVHD of 10h, 11h or 40h; ivhd_end() fills in its length. Returns its offset. */
static inline size_t ivhd_begin(struct build *build, uint8_t type, uint16_t devid)
{
	size_t offset = build->size;

	put(build, type, 1);
	put(build, 0xb0, 1);
	put(build, 0, 2);
	put(build, devid, 2);
	put(build, 0x40, 2);
	put(build, 0xfd500000, 8);
	put(build, 0x0001, 2);
	put(build, 0x1305, 2);
	put(build, 0x80048f6e, 4);
	if (type != 0x10) {
		put(build, 0x0123456789abcdef, 8);
		put(build, 0xfedcba9876543210, 8);
	}
	return offset;
}

static inline void ivhd_end(struct build *build, size_t offset)
{
	set(build, offset + 2, build->size - offset, 2);
}

static inline void entry4(struct build *build, uint8_t type, uint16_t devid, uint8_t flags)
{
	put(build, type, 1);
	put(build, devid, 2);
	put(build, flags, 1);
}

static inline void entry8(struct build *build, uint8_t type, uint16_t devid, uint8_t flags,
			  uint32_t extended)
{
	entry4(build, type, devid, flags);
	put(build, extended, 4);
}

static inline void entry_hid(struct build *build, uint16_t devid, const char *hid, const char *cid,
			     uint8_t format, uint8_t length, const char *uid)
{
	entry4(build, 0xf0, devid, 0xd7);
	put_text(build, hid, 8);
	put_text(build, cid, 8);
	put(build, format, 1);
	put(build, length, 1);
	for (size_t i = 0; i < length; i++)
		put(build, (uint8_t)uid[i], 1);
}

static inline size_t ivmd(struct build *build, uint8_t type, uint8_t flags, uint16_t devid,
			  uint16_t aux, uint64_t start, uint64_t length)
{
	size_t offset = build->size;

	put(build, type, 1);
	put(build, flags, 1);
	put(build, 32, 2);
	put(build, devid, 2);
	put(build, aux, 2);
	put(build, 0, 8);
	put(build, start, 8);
	put(build, length, 8);
	return offset;
}

/* An IVHD 40h with one entry of every type and an IVMD of every type: every structure that is known. */
static inline void build_everything(struct build *build)
{
	size_t at;

	build_begin(build);
	at = ivhd_begin(build, 0x10, 0x0002);
	entry4(build, 0x03, 0x0008, 0);
	entry4(build, 0x04, 0xfffe, 0);
	ivhd_end(build, at);
	at = ivhd_begin(build, 0x11, 0x0002);
	entry4(build, 0x01, 0, 0);
	ivhd_end(build, at);
	at = ivhd_begin(build, 0x40, 0x0002);
	entry4(build, 0x00, 0, 0);
	entry4(build, 0x02, 0x0008, 0x11);
	entry4(build, 0x03, 0x0010, 0x22);
	entry4(build, 0x04, 0x00ff, 0);
	entry8(build, 0x42, 0x0100, 0x33, 0x00456700);
	entry8(build, 0x43, 0x0200, 0x44, 0x00a50000);
	entry4(build, 0x04, 0x02ff, 0);
	entry8(build, 0x46, 0x0300, 0x55, 0x80000001);
	entry8(build, 0x47, 0x0400, 0x66, 0x12345678);
	entry4(build, 0x04, 0x04ff, 0);
	entry8(build, 0x48, 0xabcd, 0xd7, 0x0100a021);
	entry8(build, 0x48, 0x0000, 0x00, 0x0200a000);
	entry_hid(build, 0x0060, "MSFT0201", "", 1, 8, "\x2a\x01\0\0\0\0\0\0");
	entry_hid(build, 0x0098, "AMDI0020", "PNP0501", 2, 9, "\\_SB.FUR0");
	entry_hid(build, 0x00a0, "AMDI0040", "", 0, 0, "");
	ivhd_end(build, at);
	ivmd(build, 0x20, 0x07, 0, 0, 0x1000, 0x2000);
	ivmd(build, 0x21, 0x08, 0x0060, 0, 0xfed00000, 0x1000);
	ivmd(build, 0x22, 0x08, 0x0000, 0x0fff, 0x0123456789abc000, 1);
	ivmd(build, 0x50, 0x07, 0, 0, 0x1000, 0x2000);
	ivmd(build, 0x51, 0x08, 0x0060, 0, 0xfed00000, 0x1000);
	put(build, 0x55, 1);
	put(build, 0x99, 1);
	put(build, 8, 2);
	put(build, 0xdeadbeef, 4);
	build_end(build);
}

/* The text that acpidump prints for the bytes. Returns its length; @text has room for 100 bytes per row and heading. */
static inline size_t build_dump(const uint8_t *bytes, size_t size, const char *name, char *text)
{
	size_t at = (size_t)sprintf(text, "%s @ 0x000000009F5E1000\n", name);

	for (size_t row = 0; row < size; row += 16) {
		at += (size_t)sprintf(text + at, "    %04zX:", row);
		for (size_t i = row; i < row + 16; i++)
			at += (size_t)(i < size ? sprintf(text + at, " %02X", bytes[i])
						: sprintf(text + at, "   "));
		at += (size_t)sprintf(text + at, "  ");
		for (size_t i = row; i < row + 16 && i < size; i++)
			text[at++] = bytes[i] > 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.';
		text[at++] = '\n';
	}
	text[at++] = '\n';
	text[at] = '\0';
	return at;
}

#endif
