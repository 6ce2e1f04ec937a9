/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cursor.h"

uint64_t cursor_number(struct cursor cursor, size_t offset, size_t length)
{
	uint64_t number = 0;

	for (size_t i = 0; i < length; i++)
		number |= (uint64_t)cursor_u8(cursor, offset + i) << (8 * i);
	return number;
}

uint8_t cursor_sum(struct cursor cursor, size_t length)
{
	uint8_t sum = 0;

	if (length > cursor.size)
		length = cursor.size;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + cursor.bytes[i]);
	return sum;
}

size_t cursor_text(struct cursor cursor, size_t offset, size_t length, char *text)
{
	size_t i;

	for (i = 0; i < length; i++) {
		uint8_t byte = cursor_u8(cursor, offset + i);

		if (!byte)
			break;
		text[i] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
	}
	text[i] = '\0';
	return i;
}
