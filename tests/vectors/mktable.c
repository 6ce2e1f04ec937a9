/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mktable [TEXT [TABLE]]: compile the text form of an IVRS table (FORMAT.md) into bytes.
 *
 * It shares no line with libivrs on purpose: tests hold the library against tables that something else has built.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mktable.h"

#define TABLE_LIMIT (16u << 20)
#define HEADER_SIZE 48

enum block { BLOCK_NONE, BLOCK_IVHD, BLOCK_OTHER };

static struct {
	bool seen; /* the header line, which may come only once and first */
	uint8_t *bytes;
	size_t size, room;
	enum block block;
	size_t start;	   /* of the open block */
	bool fixed_length; /* of the open block: the text has given it */
	bool has_length, has_checksum, add_checksum;
	uint64_t length, checksum;
	size_t cut;
	uint8_t tail[LINE_LIMIT];
	size_t tail_size;
} in;

static void put(const void *bytes, size_t count)
{
	if (count > TABLE_LIMIT - in.size)
		fail("the table grows beyond %u bytes", TABLE_LIMIT);
	if (count > in.room - in.size) {
		size_t room = 2 * (in.size + count) + 4096;
		uint8_t *grown = realloc(in.bytes, room);

		if (!grown)
			fail("out of memory");
		in.bytes = grown;
		in.room = room;
	}
	if (count)
		memcpy(in.bytes + in.size, bytes, count);
	in.size += count;
}

static void put_le(uint64_t value, unsigned int count)
{
	uint8_t bytes[8];

	set_le(bytes, value, count);
	put(bytes, count);
}

static void close_block(void)
{
	if (in.block == BLOCK_NONE)
		return;
	if (!in.fixed_length) {
		size_t length = in.size - in.start;

		if (length > UINT16_MAX)
			fail("the block is longer than 65535 bytes");
		set_le(in.bytes + in.start + 2, length, 2);
	}
	in.block = BLOCK_NONE;
}

/* The four bytes that every block begins with. */
static void open_block(enum block kind, uint8_t type, uint64_t flags, const struct option *length)
{
	in.block = kind;
	in.start = in.size;
	in.fixed_length = length->text != NULL;
	put_le(type, 1);
	put_le(flags, 1);
	put_le(length->value, 2);
}

static void line_ivrs(char **words, int count)
{
	struct option o[] = {{"revision", 1, 2, NULL},
			     {"ivinfo", 4, 0, NULL},
			     {"reserved", 8, 0, NULL},
			     {"signature", 0, 0, NULL},
			     {"oem", 0, 0, NULL},
			     {"oemtable", 0, 0, NULL},
			     {"oemrevision", 4, 2, NULL},
			     {"creator", 0, 0, NULL},
			     {"creatorrevision", 4, 1, NULL},
			     {"length", 4, 0, NULL},
			     {"checksum", 0, 0, NULL},
			     {NULL, 0, 0, NULL}};
	uint8_t *h = in.bytes;

	if (in.seen || in.size != HEADER_SIZE)
		fail("the line 'ivrs' comes once, before every block");
	in.seen = true;
	options(words, count, o);
	h[8] = (uint8_t)o[0].value;
	set_le(h + 36, o[1].value, 4);
	set_le(h + 40, o[2].value, 8);
	if (o[3].text)
		fixed_text(o[3].text, h, 4, ' ');
	if (o[4].text)
		fixed_text(o[4].text, h + 10, 6, ' ');
	if (o[5].text)
		fixed_text(o[5].text, h + 16, 8, ' ');
	set_le(h + 24, o[6].value, 4);
	if (o[7].text)
		fixed_text(o[7].text, h + 28, 4, ' ');
	set_le(h + 32, o[8].value, 4);
	in.has_length = o[9].text != NULL;
	in.length = o[9].value;
	in.has_checksum = o[10].text != NULL;
	in.add_checksum = in.has_checksum && o[10].text[0] == '+';
	if (in.has_checksum)
		in.checksum = number(o[10].text + in.add_checksum, 1);
}

static void line_ivhd(char **words, int count)
{
	struct option o[] = {{"flags", 1, 0, NULL},   {"length", 2, 0, NULL},
			     {"cap", 2, 0x40, NULL},  {"mmio", 8, 0xfed80000, NULL},
			     {"segment", 2, 0, NULL}, {"info", 2, 0, NULL},
			     {"feature", 4, 0, NULL}, {"efr", 8, 0, NULL},
			     {"efr2", 8, 0, NULL},    {"header", 2, 0, NULL},
			     {NULL, 0, 0, NULL}};
	uint64_t id;
	uint8_t type;

	need(count, 2, WORD_LIMIT, "ivhd TYPE IOMMU [KEY=VALUE]...");
	type = type_number(words[0]);
	id = device(words[1]);
	options(words + 2, count - 2, o);
	if (!o[9].text)
		o[9].value = type == 0x10 ? 24 : 40;
	if (o[9].value != 24 && o[9].value != 40)
		fail("the header of an IVHD has 24 or 40 bytes");
	if (o[9].value == 24 && (o[7].text || o[8].text))
		fail("an IVHD with 24 bytes of header has no efr, efr2");
	open_block(BLOCK_IVHD, type, o[0].value, &o[1]);
	put_le(id, 2);
	put_le(o[2].value, 2);
	put_le(o[3].value, 8);
	put_le(o[4].value, 2);
	put_le(o[5].value, 2);
	put_le(o[6].value, 4);
	if (o[9].value == 40) {
		put_le(o[7].value, 8);
		put_le(o[8].value, 8);
	}
}

static void line_ivmd(char **words, int count)
{
	struct option o[] = {{"flags", 1, 0, NULL},
			     {"length", 2, 32, NULL},
			     {"segment", 2, 0, NULL},
			     {"reserved", 6, 0, NULL},
			     {NULL, 0, 0, NULL}};
	static const char usage[] = "ivmd TYPE [DEVICE[-DEVICE]] START+LENGTH [KEY=VALUE]...";
	uint64_t first = 0, last = 0;
	uint8_t type;
	char *plus;
	int at = 1;

	need(count, 2, WORD_LIMIT, usage);
	type = type_number(words[0]);
	if (!strchr(words[at], '+'))
		device_range(words[at++], &first, &last);
	if (at == count || !(plus = strchr(words[at], '+')))
		fail("usage: %s", usage);
	*plus = '\0';
	options(words + at + 1, count - at - 1, o);
	open_block(BLOCK_OTHER, type, o[0].value, &o[1]);
	put_le(first, 2);
	put_le(last, 2);
	put_le(o[2].value, 2);
	put_le(o[3].value, 6);
	put_le(number(words[at], 8), 8);
	put_le(number(plus + 1, 8), 8);
}

static void line_block(char **words, int count)
{
	struct option o[] = {{"flags", 1, 0, NULL}, {"length", 2, 0, NULL}, {NULL, 0, 0, NULL}};

	need(count, 1, WORD_LIMIT, "block TYPE [flags=N] [length=N]");
	options(words + 1, count - 1, o);
	open_block(BLOCK_OTHER, type_number(words[0]), o[0].value, &o[1]);
}

/* Entries of an IVHD (SPEC A4): 4 bytes, 8 bytes, or as long as the UID of an ACPI device makes them. */
static void put_entry4(uint8_t type, uint64_t devid, uint64_t flags)
{
	put_le(type, 1);
	put_le(devid, 2);
	put_le(flags, 1);
}

static void put_entry8(uint8_t type, uint64_t devid, uint64_t flags, uint64_t target)
{
	put_entry4(type, devid, flags);
	put_le(0, 1);
	put_le(target, 2);
	put_le(0, 1);
}

static void put_hid(uint64_t devid, const char *hid, const struct option *o)
{
	uint8_t name[8], uid[255];
	size_t length = 0;
	uint64_t format = 0;
	const char *text = o[3].text;

	put_entry4(0xf0, devid, o[0].value);
	fixed_text(hid, name, sizeof(name), 0);
	put(name, sizeof(name));
	fixed_text(o[2].text ? o[2].text : "", name, sizeof(name), 0);
	put(name, sizeof(name));
	if (text && text[0] == '@') { /* an integer */
		set_le(uid, number(text + 1, 8), 8);
		length = 8;
		format = 1;
	} else if (text) {
		length = fixed_text(text, uid, sizeof(uid), -1);
		format = 2;
	}
	put_le(o[4].text ? o[4].value : format, 1);
	put_le(o[5].text ? o[5].value : length, 1);
	put(uid, length);
}

static void line_entry(char **words, int count)
{
	/* Name, type byte (a range begins with it and ends in an EOS), words before KEY=VALUE. */
	static const struct {
		const char *name, *usage;
		uint8_t type;
		int arguments;
		bool range;
	} kinds[] = {{"pad4", "pad4", 0x00, 0, false},
		     {"all", "all", 0x01, 0, false},
		     {"sel", "sel DEVICE", 0x02, 1, false},
		     {"sos", "sos DEVICE", 0x03, 1, false},
		     {"range", "range DEVICE-DEVICE", 0x03, 1, true},
		     {"eos", "eos DEVICE", 0x04, 1, false},
		     {"pad8", "pad8", 0x40, 0, false},
		     {"alias", "alias DEVICE TARGET", 0x42, 2, false},
		     {"aliassos", "aliassos DEVICE TARGET", 0x43, 2, false},
		     {"aliasrange", "aliasrange DEVICE-DEVICE TARGET", 0x43, 2, true},
		     {"extsel", "extsel DEVICE", 0x46, 1, false},
		     {"extsos", "extsos DEVICE", 0x47, 1, false},
		     {"extrange", "extrange DEVICE-DEVICE", 0x47, 1, true},
		     {"special", "special VARIETY ID DEVICE", 0x48, 3, false},
		     {"ioapic", "ioapic ID DEVICE", 0x48, 2, false},
		     {"hpet", "hpet ID DEVICE", 0x48, 2, false},
		     {"hid", "hid DEVICE HID", 0xf0, 2, false}};
	struct option o[] = {{"flags", 1, 0, NULL},	{"extended", 4, 0, NULL},
			     {"cid", 0, 0, NULL},	{"uid", 0, 0, NULL},
			     {"uidformat", 1, 0, NULL}, {"uidlength", 1, 0, NULL},
			     {NULL, 0, 0, NULL}};
	uint64_t first = 0, last = 0, variety;
	size_t k = 0;

	while (k < sizeof(kinds) / sizeof(kinds[0]) && strcmp(words[0], kinds[k].name) != 0)
		k++;
	if (k == sizeof(kinds) / sizeof(kinds[0]))
		fail("unknown entry '%s'", words[0]);
	words++;
	count -= 1 + kinds[k].arguments;
	if (count < 0)
		fail("usage: %s [KEY=VALUE]...", kinds[k].usage);
	options(words + kinds[k].arguments, count, o);
	if (kinds[k].range && !device_range(words[0], &first, &last))
		fail("usage: %s [KEY=VALUE]...", kinds[k].usage);
	if (kinds[k].arguments && !kinds[k].range && kinds[k].type != 0x48)
		first = device(words[0]);

	switch (kinds[k].type) {
	case 0x40:
		put_entry8(0x40, 0, o[0].value, 0);
		break;
	case 0x42:
	case 0x43:
		put_entry8(kinds[k].type, first, o[0].value, device(words[1]));
		break;
	case 0x46:
	case 0x47:
		put_entry4(kinds[k].type, first, o[0].value);
		put_le(o[1].value, 4);
		break;
	case 0x48:
		variety = kinds[k].name[0] == 'i' ? 1 : 2;
		if (kinds[k].arguments == 3)
			variety = number(*words++, 1);
		put_entry4(0x48, 0, o[0].value);
		put_le(number(words[0], 1), 1);
		put_le(device(words[1]), 2);
		put_le(variety, 1);
		break;
	case 0xf0:
		put_hid(first, words[1], o);
		break;
	default:
		put_entry4(kinds[k].type, first, o[0].value);
	}
	if (kinds[k].range)
		put_entry4(0x04, last, 0);
}

static void line(char **words, int count, bool indented)
{
	static const struct {
		const char *name;
		void (*make)(char **words, int count);
	} kinds[] = {{"ivrs", line_ivrs},
		     {"ivhd", line_ivhd},
		     {"ivmd", line_ivmd},
		     {"block", line_block}};
	uint8_t bytes[LINE_LIMIT];

	if (indented) {
		if (in.block == BLOCK_NONE)
			fail("an indented line belongs to a block, and there is none");
		if (strcmp(words[0], "raw") == 0)
			put(bytes, hex_bytes(words + 1, count - 1, bytes));
		else if (in.block == BLOCK_IVHD)
			line_entry(words, count);
		else
			fail("only 'raw' may stand in this block");
		return;
	}
	close_block();
	if (strcmp(words[0], "raw") == 0) {
		put(bytes, hex_bytes(words + 1, count - 1, bytes));
	} else if (strcmp(words[0], "tail") == 0) {
		in.tail_size = hex_bytes(words + 1, count - 1, in.tail);
	} else if (strcmp(words[0], "cut") == 0) {
		need(count, 2, 2, "cut BYTES");
		in.cut = (size_t)number(words[1], 4);
	} else {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (strcmp(words[0], kinds[i].name) == 0) {
				kinds[i].make(words + 1, count - 1);
				return;
			}
		}
		fail("unknown line '%s'", words[0]);
	}
}

static void finish(void)
{
	uint8_t sum = 0;
	size_t summed;

	close_block();
	if (in.cut > in.size - HEADER_SIZE)
		fail("can't cut %zu bytes of %zu", in.cut, in.size - HEADER_SIZE);
	in.size -= in.cut;
	if (!in.has_length)
		in.length = in.size;
	put(in.tail, in.tail_size);
	set_le(in.bytes + 4, in.length, 4);
	summed = in.length < in.size ? (size_t)in.length : in.size;
	in.bytes[9] = 0;
	for (size_t i = 0; i < summed; i++)
		sum = (uint8_t)(sum + in.bytes[i]);
	in.bytes[9] = (uint8_t)-sum;
	if (in.add_checksum)
		in.bytes[9] = (uint8_t)(in.bytes[9] + in.checksum);
	else if (in.has_checksum)
		in.bytes[9] = (uint8_t)in.checksum;
}

int main(int argc, char **argv)
{
	static const uint8_t header[HEADER_SIZE] = "IVRS\0\0\0\0\2\0BOCHS BXPC    \2\0\0\0BXPC\1";
	char text[LINE_LIMIT], *words[WORD_LIMIT];
	FILE *from = stdin, *to = stdout;

	if (argc > 3 || (argc > 1 && strcmp(argv[1], "--help") == 0)) {
		fputs("usage: mktable [TEXT [TABLE]]\n", argc > 3 ? stderr : stdout);
		return argc > 3 ? 2 : 0;
	}
	text_name = argc > 1 && strcmp(argv[1], "-") != 0 ? argv[1] : "-";
	if (strcmp(text_name, "-") != 0 && !(from = fopen(text_name, "r")))
		fail("%s", strerror(errno));
	put(header, HEADER_SIZE);
	while (fgets(text, sizeof(text), from)) {
		size_t length = strlen(text);
		int count;

		text_line++;
		if (length == sizeof(text) - 1 && text[length - 1] != '\n')
			fail("the line is longer than %d bytes", LINE_LIMIT - 2);
		text[strcspn(text, "\r\n")] = '\0';
		count = split(text, words);
		if (count)
			line(words, count, text[0] == ' ' || text[0] == '\t');
	}
	if (ferror(from))
		fail("%s", strerror(errno));
	finish();
	if (argc > 2 && !(to = fopen(argv[2], "wb")))
		fail("%s: %s", argv[2], strerror(errno));
	if (fwrite(in.bytes, 1, in.size, to) != in.size || fclose(to) != 0)
		fail("can't write: %s", strerror(errno));
	free(in.bytes);
	if (from != stdin)
		fclose(from);
	return 0;
}
