/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the text form of a table (FORMAT.md): numbers, devices, bytes, KEY=VALUE. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mktable.h"

const char *text_name;
unsigned int text_line;

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "mktable: %s:%u: ", text_name, text_line);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

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

/* Read digits; *text is moved behind them. False: there was none, or the value doesn't fit into 64 bits. */
static bool digits(const char **text, unsigned int base, uint64_t *value)
{
	const char *p = *text;

	*value = 0;
	for (; hex_digit(*p) >= 0 && (unsigned int)hex_digit(*p) < base; p++) {
		uint64_t digit = (uint64_t)hex_digit(*p);

		if (*value > (UINT64_MAX - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	if (p == *text)
		return false;
	*text = p;
	return true;
}

static uint64_t bounded(uint64_t value, unsigned int bytes, const char *text)
{
	if (bytes < 8 && value >> (8 * bytes))
		fail("'%s' doesn't fit into %u bytes", text, bytes);
	return value;
}

/* 12, 0x1f, 4K, 2M, 1G, 1T. */
uint64_t number(const char *text, unsigned int bytes)
{
	static const char units[] = "KMGT";
	const char *p = text, *unit;
	uint64_t value;

	if (p[0] == '0' && p[1] == 'x') {
		p += 2;
		if (!digits(&p, 16, &value))
			fail("'%s' isn't a number", text);
	} else if (!digits(&p, 10, &value)) {
		fail("'%s' isn't a number", text);
	}
	if (*p && (unit = strchr(units, *p))) {
		unsigned int shift = 10 * (unsigned int)(unit - units + 1);

		if (value > UINT64_MAX >> shift)
			fail("'%s' doesn't fit into 8 bytes", text);
		value <<= shift;
		p++;
	}
	if (*p)
		fail("'%s' isn't a number", text);
	return bounded(value, bytes, text);
}

/* Device id: BUS:DEV.FN in hexadecimal, or a number. */
uint64_t device(const char *text)
{
	const char *p = text;
	uint64_t bus, dev, fn;

	if (!strchr(text, ':'))
		return number(text, 2);
	if (!digits(&p, 16, &bus) || *p++ != ':' || !digits(&p, 16, &dev) || *p++ != '.' ||
	    !digits(&p, 16, &fn) || *p || bus > 0xff || dev > 0x1f || fn > 7)
		fail("'%s' isn't a device (BUS:DEV.FN)", text);
	return bus << 8 | dev << 3 | fn;
}

/* A-B, or A alone; false when there is only one. */
bool device_range(char *text, uint64_t *first, uint64_t *last)
{
	char *dash = strchr(text, '-');

	*last = 0;
	if (dash) {
		*dash = '\0';
		*last = device(dash + 1);
	}
	*first = device(text);
	return dash != NULL;
}

/* Type of a block or entry: hexadecimal with an h, as the specification writes it. */
uint8_t type_number(const char *text)
{
	const char *p = text;
	uint64_t value;

	if (!digits(&p, 16, &value) || strcmp(p, "h") != 0 || value > 0xff)
		fail("'%s' isn't a type (10h)", text);
	return (uint8_t)value;
}

/* Text of a fixed width: cut is an error, the rest is filled. Escapes: \xNN. Returns the number of bytes written when width is a limit (fill < 0). */
size_t fixed_text(const char *text, uint8_t *at, size_t width, int fill)
{
	size_t count = 0;

	for (const char *p = text; *p; count++) {
		if (count == width)
			fail("'%s' is longer than %zu bytes", text, width);
		if (p[0] == '\\' && p[1] == 'x' && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
			at[count] = (uint8_t)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
			p += 4;
		} else {
			at[count] = (uint8_t)*p++;
		}
	}
	if (fill >= 0)
		memset(at + count, fill, width - count);
	return count;
}

/* One hexadecimal byte after the other, with or without blanks between them. */
size_t hex_bytes(char **words, int count, uint8_t *at)
{
	size_t size = 0;

	for (int i = 0; i < count; i++) {
		for (const char *p = words[i]; *p; p += 2) {
			if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0)
				fail("'%s' isn't hexadecimal bytes", words[i]);
			at[size++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
		}
	}
	return size;
}

void options(char **words, int count, struct option *known)
{
	for (int i = 0; i < count; i++) {
		char *equal = strchr(words[i], '=');
		struct option *o = known;

		if (!equal)
			fail("'%s' isn't KEY=VALUE", words[i]);
		*equal = '\0';
		while (o->key && strcmp(o->key, words[i]) != 0)
			o++;
		if (!o->key)
			fail("unknown key '%s'", words[i]);
		if (o->text)
			fail("'%s' is given twice", words[i]);
		o->text = equal + 1;
		if (o->bytes)
			o->value = number(o->text, o->bytes);
	}
}

void need(int count, int least, int most, const char *usage)
{
	if (count < least || count > most)
		fail("usage: %s", usage);
}

void set_le(uint8_t *at, uint64_t value, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Cut a line into words; blanks inside double quotes belong to the word, the quotes don't. */
int split(char *text, char **words)
{
	int count = 0;
	char *p = text;

	for (;;) {
		bool quoted = false;
		char *to;

		while (*p == ' ' || *p == '\t')
			p++;
		if (!*p || *p == '#')
			return count;
		if (count == WORD_LIMIT)
			fail("more than %d words", WORD_LIMIT);
		words[count++] = to = p;
		for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
			if (*p == '"')
				quoted = !quoted;
			else
				*to++ = *p;
		}
		if (quoted)
			fail("a quotation mark is missing");
		if (*p)
			p++;
		*to = '\0';
	}
}
