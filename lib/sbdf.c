/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to @most hexadecimal digits; NULL when there are none. A digit too many is left for the caller to stumble over. */
static const char *parse_hex(const char *text, unsigned int most, uint32_t *value)
{
	unsigned int digits = 0;

	for (*value = 0; digits < most && hex_digit(*text) >= 0; digits++)
		*value = *value << 4 | (uint32_t)hex_digit(*text++);
	return digits ? text : NULL;
}

/* Reads one device and leaves @text behind it; @segment is what counts when none is written. */
static bool parse_device(const char **text, uint32_t segment, ivrs_sbdf_t *sbdf)
{
	const char *start = *text, *p;
	uint32_t first, bus, device, function;

	p = parse_hex(start, 4, &first);
	if (!p || *p != ':')
		return false;
	p = parse_hex(p + 1, 2, &device);
	if (!p)
		return false;
	if (*p == ':') {
		segment = first;
		bus = device;
		p = parse_hex(p + 1, 2, &device);
	} else {
		/* Only two fields, so the first one was the bus: it may have two digits, not four. */
		if (*parse_hex(start, 2, &bus) != ':')
			return false;
	}
	if (!p || *p != '.')
		return false;
	p = parse_hex(p + 1, 1, &function);
	if (!p || device > 0x1f || function > 7)
		return false;
	*sbdf = sbdf_make(segment, bus << 8 | device << 3 | function);
	*text = p;
	return true;
}

int ivrs_sbdf_parse(const char *text, ivrs_sbdf_t *sbdf)
{
	if (!sbdf)
		return -IVRS_E_ARGUMENT;
	*sbdf = 0;
	if (!text)
		return -IVRS_E_ARGUMENT;
	if (!parse_device(&text, 0, sbdf) || *text) {
		*sbdf = 0;
		return -IVRS_E_SYNTAX;
	}
	return 0;
}

int ivrs_sbdf_parse_range(const char *text, ivrs_sbdf_t *first, ivrs_sbdf_t *last)
{
	ivrs_sbdf_t a, b;

	if (!first || !last)
		return -IVRS_E_ARGUMENT;
	*first = *last = 0;
	if (!text)
		return -IVRS_E_ARGUMENT;
	if (!parse_device(&text, 0, &a))
		return -IVRS_E_SYNTAX;
	b = a;
	if (*text == '-') {
		text++;
		if (!parse_device(&text, sbdf_segment(a), &b))
			return -IVRS_E_SYNTAX;
	}
	if (*text || sbdf_segment(a) != sbdf_segment(b) || b < a)
		return -IVRS_E_SYNTAX;
	*first = a;
	*last = b;
	return 0;
}

void ivrs_sbdf_format(ivrs_sbdf_t sbdf, char text[IVRS_SBDF_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 4; i++)
		text[i] = digits[sbdf >> (28 - 4 * i) & 0xf];
	text[4] = ':';
	text[5] = digits[sbdf >> 12 & 0xf];
	text[6] = digits[sbdf >> 8 & 0xf];
	text[7] = ':';
	text[8] = digits[sbdf >> 7 & 0x1];
	text[9] = digits[sbdf >> 3 & 0xf];
	text[10] = '.';
	text[11] = digits[sbdf & 0x7];
	text[12] = '\0';
}
