/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only way to the bytes of a table or a dump: every access is checked, and bytes that aren't there read as 0. */
#ifndef LIBIVRS_CURSOR_H
#define LIBIVRS_CURSOR_H

#include "internal.h"

struct cursor {
	const uint8_t *bytes;
	size_t size;
};

static inline struct cursor table_cursor(const struct ivrs_table *table)
{
	return (struct cursor){table->bytes, table->size};
}

/* The @length bytes at @offset, or NULL unless all of them are there. */
static inline const uint8_t *cursor_at(struct cursor cursor, size_t offset, size_t length)
{
	/* Never offset + length > size: that sum may wrap. */
	if (offset > cursor.size || length > cursor.size - offset)
		return NULL;
	return cursor.bytes + offset;
}

static inline uint8_t cursor_u8(struct cursor cursor, size_t offset)
{
	return offset < cursor.size ? cursor.bytes[offset] : 0;
}

/* Little endian number of @length bytes, 8 at the most. */
uint64_t cursor_number(struct cursor cursor, size_t offset, size_t length);

static inline uint16_t cursor_u16(struct cursor cursor, size_t offset)
{
	return (uint16_t)(cursor_u8(cursor, offset) | cursor_u8(cursor, offset + 1) << 8);
}

static inline uint32_t cursor_u32(struct cursor cursor, size_t offset)
{
	return (uint32_t)cursor_number(cursor, offset, 4);
}

static inline uint64_t cursor_u64(struct cursor cursor, size_t offset)
{
	return cursor_number(cursor, offset, 8);
}

/* Sum of the first @length bytes modulo 256. */
uint8_t cursor_sum(struct cursor cursor, size_t length);

/* Text of up to @length bytes that ends at the first NUL; unprintable bytes become '?'. Returns its length; @text has room for length + 1. */
size_t cursor_text(struct cursor cursor, size_t offset, size_t length, char *text);

#endif
