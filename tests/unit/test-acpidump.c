/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static char text[20000];

static struct finding_seen try_text(uint32_t flags)
{
	return try_parse(text, strlen(text), flags);
}

/* Makes the dump of a table with everything, and returns the place of @needle in it. */
static char *dump_everything(struct build *b, const char *needle)
{
	build_everything(b);
	build_dump(b->bytes, b->size, "IVRS", text);
	return strstr(text, needle);
}

static void a_dump_is_the_table(void **state)
{
	static const char other[] =
		"SSDT @ 0x0000000000001000\n    0000: 53 53 44 54 01  SSDT.\n\n";
	struct build b;
	ivrs_table *table;
	size_t size;

	(void)state;
	for (int way = 0; way < 4; way++) {
		size_t at = 0;

		build_everything(&b);
		text[0] = '\0';
		if (way & 1)
			at = (size_t)sprintf(text, "%s", other);
		at += build_dump(b.bytes, b.size, "IVRS", text + at);
		if (way & 2)
			sprintf(text + at, "%s%s", other, other);
		assert_int_equal(parse_bytes(text, strlen(text), 0, NULL, &table), 0);
		assert_memory_equal(ivrs_table_bytes(table, &size), b.bytes, b.size);
		assert_int_equal(size, b.size);
		ivrs_table_unref(table);
	}
}

static void every_length_of_the_last_row(void **state)
{
	(void)state;
	for (size_t length = 48; length < 90; length++) {
		struct build b;
		ivrs_table *table;
		size_t size;

		build_begin(&b);
		put(&b, 0x60, 1);
		put(&b, 0, 1);
		put(&b, 1000, 2);
		put(&b, 0x4141414141414141, 60);
		b.size = length;
		build_end(&b);
		build_dump(b.bytes, b.size, "IVRS", text);
		assert_int_equal(parse_bytes(text, strlen(text), IVRS_PARSE_LENIENT, NULL, &table),
				 0);
		assert_memory_equal(ivrs_table_bytes(table, &size), b.bytes, b.size);
		assert_int_equal(size, length);
		ivrs_table_unref(table);
	}
}

static void dialects(void **state)
{
	/* 48 bytes: lower case, carriage returns, no characters, no empty line at the end, blanks at the end of a row. */
	static const char *const dialects[] = {
		"IVRS @ 0xbdf5b2f0\n"
		"  0000: 49 56 52 53 30 00 00 00 02 5c 54 45 53 54 45 52\n"
		"  0010: 56 45 43 54 4f 52 20 20 04 03 02 01 4d 41 4b 45\n"
		"  0020: 08 07 06 05 43 30 20 00 00 00 00 00 00 00 00 00",
		"IVRS @ 0x00000000BDF5B2F0\r\n"
		"    0000: 49 56 52 53 30 00 00 00 02 5C 54 45 53 54 45 52  IVRS0....\\TESTER\r\n"
		"    0010: 56 45 43 54 4F 52 20 20 04 03 02 01 4D 41 4B 45  VECTOR  ....MAKE\r\n"
		"    0020: 08 07 06 05 43 30 20 00 00 00 00 00 00 00 00 00  ....C0 "
		".........\r\n\r\n",
		"# what a user wrote above it\n\nIVRS @ 0x1\n"
		"0: 49 56 52 53 30 00 00 00 02 5c 54 45 53 54 45 52  \n"
		"10: 56 45 43 54 4f 52 20 20 04 03 02 01 4d 41 4b 45 \n"
		"20: 08 07 06 05 43 30 20 00 00 00 00 00 00 00 00 00\t\n"
		"DSDT @ 0x2\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
		ivrs_table *table;

		assert_int_equal(parse_bytes(dialects[i], strlen(dialects[i]), 0, NULL, &table), 0);
		assert_int_equal(ivrs_table_length(table), 48);
		assert_string_equal(ivrs_table_oem_id(table), "TESTER");
		ivrs_table_unref(table);
	}
}

static void damaged_rows(void **state)
{
	struct build b;
	struct finding_seen seen;
	char *row;

	(void)state;
	/* A character that is no digit. */
	row = dump_everything(&b, "    0040:");
	row[13] = 'G';
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_int_equal(seen.code, FINDING_DUMP_SYNTAX);
	assert_int_equal(seen.offset, row + 13 - text);
	assert_string_equal(seen.message, "line 6: not a hexadecimal byte");
	assert_int_equal(try_text(IVRS_PARSE_LENIENT).status, -IVRS_E_SYNTAX);

	/* A row is missing. */
	row = dump_everything(&b, "    0040:");
	memmove(row, strchr(row, '\n') + 1, strlen(strchr(row, '\n') + 1) + 1);
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_int_equal(seen.offset, row + 4 - text);
	assert_string_equal(seen.message,
			    "line 6: the row says offset 50, 40 follows the row before");

	/* A byte is missing in the middle. */
	row = dump_everything(&b, "    0040:");
	memmove(row + 9, row + 12, strlen(row + 12) + 1);
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);

	/* Rows twice, without an offset, without bytes, with something right behind the bytes. */
	row = dump_everything(&b, "    0040:");
	memcpy(row + 4, "0030", 4);
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);
	row = dump_everything(&b, "    0040:");
	row[8] = ' ';
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_string_equal(seen.message, "line 6: not a row of a table: no offset and colon");
	row = dump_everything(&b, "    0040:");
	memcpy(row + 9, "\n\n", 3);
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_string_equal(seen.message, "line 6: a row without bytes");
	row = dump_everything(&b, "    0040:");
	row[9 + 48] = 'x';
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_string_equal(seen.message, "line 6: no blank behind the bytes");
	row = dump_everything(&b, "    0040:");
	row[9] = '_';
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);

	/* The offset doesn't end. */
	row = dump_everything(&b, "    0040:");
	memcpy(row, "00000000000040", 14);
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);

	/* A NUL inside a row is damage, not the end of it. */
	row = dump_everything(&b, "    0040:");
	row[9 + 12] = '\0';
	seen = try_parse(text, (size_t)(row - text) + 200, 0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
}

static void a_dump_that_ends_early(void **state)
{
	struct build b;
	size_t whole, full;

	(void)state;
	build_everything(&b);
	whole = build_dump(b.bytes, b.size, "IVRS", text);
	/* From here on only the characters beside the last row are missing. */
	full = whole - 2 - (b.size % 16 ? b.size % 16 : 16) - 2 - 3 * (16 - b.size % 16) % 48;
	for (size_t size = 1; size < whole; size++) {
		struct finding_seen seen = try_parse(text, size, IVRS_PARSE_LENIENT);

		assert_int_equal(seen.count, size < full);
		if (size >= full)
			assert_int_equal(seen.status, 0);
		else
			assert_true(seen.status == -IVRS_E_TRUNCATED ||
				    seen.status == -IVRS_E_SYNTAX ||
				    (seen.status == -IVRS_E_SIGNATURE && size < 10));
	}
}

static void no_rows(void **state)
{
	struct finding_seen seen;

	(void)state;
	strcpy(text, "IVRS @ 0x1000\n\n");
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SYNTAX);
	assert_string_equal(seen.message, "line 2: no rows below the heading");
	strcpy(text, "IVRS @ 0x1000");
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);
	strcpy(text, "IVRS @ 0x1000\nDSDT @ 0x2000\n    0000: 44\n");
	assert_int_equal(try_text(0).status, -IVRS_E_SYNTAX);
}

static void two_tables_in_one_dump(void **state)
{
	struct build b;
	struct finding_seen seen;
	size_t first;

	(void)state;
	build_everything(&b);
	first = build_dump(b.bytes, b.size, "IVRS", text);
	build_begin(&b);
	build_end(&b);
	build_dump(b.bytes, b.size, "IVRS", text + first);
	seen = try_text(0);
	assert_int_equal(seen.status, 0);
	assert_int_equal(seen.blocks, 9);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.code, FINDING_SECOND_TABLE);
	assert_int_equal(seen.offset, first);
	assert_string_equal(seen.message, "line 34: another IVRS, Linux reads the first one only");
}

static void dumps_without_the_table(void **state)
{
	struct build b;
	struct finding_seen seen;
	size_t at;

	(void)state;
	build_begin(&b);
	build_end(&b);
	memcpy(b.bytes, "DMAR", 4);
	at = build_dump(b.bytes, b.size, "DMAR", text);
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SIGNATURE);
	assert_int_equal(seen.code, FINDING_SIGNATURE);
	assert_string_equal(
		seen.message,
		"no IVRS among the 1 tables of the dump, but a DMAR: Intel's table, this "
		"host has no AMD IOMMU");
	build_dump(b.bytes, b.size, "APIC", text + at);
	assert_int_equal(try_text(0).status, -IVRS_E_SIGNATURE);
	build_dump(b.bytes, b.size, "APIC", text);
	seen = try_text(0);
	assert_int_equal(seen.status, -IVRS_E_SIGNATURE);
	assert_string_equal(seen.message, "no IVRS among the 1 tables of the dump");
	/* The heading lies. */
	build_dump(b.bytes, b.size, "IVRS", text);
	assert_int_equal(try_text(0).status, -IVRS_E_SIGNATURE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_is_the_table),
		cmocka_unit_test(every_length_of_the_last_row),
		cmocka_unit_test(dialects),
		cmocka_unit_test(damaged_rows),
		cmocka_unit_test(a_dump_that_ends_early),
		cmocka_unit_test(no_rows),
		cmocka_unit_test(two_tables_in_one_dump),
		cmocka_unit_test(dumps_without_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
