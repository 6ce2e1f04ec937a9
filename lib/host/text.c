/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error lines and the small texts of sysfs. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

void host_sanitize(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int host_fail(char *error, int status, const char *format, ...)
{
	va_list args;

	if (!error)
		return -status;
	va_start(args, format);
	vsnprintf(error, IVRS_HOST_ERROR, format, args);
	va_end(args);
	host_sanitize(error);
	return -status;
}

/* Up to digits hexadecimal digits, at least min; returns their number or 0. */
static size_t hex(const char *text, size_t min, size_t max, uint32_t *value)
{
	size_t n;

	*value = 0;
	for (n = 0; n < max && isxdigit((unsigned char)text[n]); n++) {
		int c = tolower((unsigned char)text[n]);

		*value = *value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return n < min ? 0 : n;
}

int host_parse_sbdf(const char *text, ivrs_sbdf_t *sbdf)
{
	uint32_t segment, bus, device, function;
	size_t n = hex(text, 4, 8, &segment);

	if (!n || text[n] != ':')
		return -1;
	text += n + 1;
	if (hex(text, 2, 2, &bus) != 2 || text[2] != ':' || hex(text + 3, 2, 2, &device) != 2 ||
	    text[5] != '.' || hex(text + 6, 1, 1, &function) != 1 || text[7])
		return -1;
	if (device > 31 || function > 7)
		return -1;
	if (segment > 0xffff)
		return 1;
	*sbdf = segment << 16 | bus << 8 | device << 3 | function;
	return 0;
}

bool host_parse_number(const char *text, uint32_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}
