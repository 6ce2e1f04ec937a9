/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

/* What both ways of parsing make of one damage. */
static void expect(const struct build *b, int strict, int lenient, uint32_t code, uint64_t offset,
		   const char *message)
{
	struct finding_seen s = try_parse(b->bytes, b->size, 0);
	struct finding_seen l = try_parse(b->bytes, b->size, IVRS_PARSE_LENIENT);

	assert_int_equal(s.status, strict);
	assert_int_equal(l.status, lenient);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.code, code);
	assert_int_equal(s.offset, offset);
	assert_string_equal(s.message, message);
	assert_int_equal(s.severity, ivrs_finding_severity(code));
	/* A lenient parse begins with the very finding at which a strict one ends. */
	assert_int_equal(l.code, code);
	assert_int_equal(l.offset, offset);
	assert_string_equal(l.message, message);
	if (!lenient)
		assert_false(l.well_formed);
}

static void not_a_table(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		int status;
		uint32_t code;
		uint64_t offset;
		const char *message;
	} wrong[] = {
		{"", 0, -IVRS_E_TRUNCATED, 1, 0, "empty: no bytes at all"},
		{"\0\0\0\0", 4, -IVRS_E_SIGNATURE, 2, 0,
		 "neither an ACPI table nor the text of acpidump"},
		{"\x7f"
		 "ELF\2\1\1",
		 7, -IVRS_E_SIGNATURE, 2, 0, "neither an ACPI table nor the text of acpidump"},
		{"DMAR\x58\0\0\0\1", 9, -IVRS_E_SIGNATURE, 2, 0,
		 "the signature is DMAR, Intel's table, not IVRS: this host has no AMD IOMMU"},
		{"APIC\x58\0\0\0\1", 9, -IVRS_E_SIGNATURE, 2, 0, "the signature is APIC, not IVRS"},
		{"IVRS", 4, -IVRS_E_TRUNCATED, 3, 4, "the bytes end at 4, the header takes 48"},
		{"IVRS\x40\0", 6, -IVRS_E_TRUNCATED, 3, 6,
		 "the bytes end at 6, the header takes 48"},
		{"hello, world\n", 13, -IVRS_E_SIGNATURE, 2, 0,
		 "a text without any table as acpidump prints it"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct build b = {.size = wrong[i].size};

		memcpy(b.bytes, wrong[i].bytes, wrong[i].size);
		expect(&b, wrong[i].status, wrong[i].status, wrong[i].code, wrong[i].offset,
		       wrong[i].message);
	}
}

static void every_truncation_is_told(void **state)
{
	struct build b;

	(void)state;
	build_everything(&b);
	for (size_t size = 0; size < b.size; size++)
		for (uint32_t flags = 0; flags <= IVRS_PARSE_LENIENT; flags++) {
			struct finding_seen seen = try_parse(b.bytes, size, flags);

			assert_int_equal(seen.status, -IVRS_E_TRUNCATED);
			assert_int_equal(seen.count, 1);
			assert_int_equal(seen.code, size == 0	? FINDING_TABLE_EMPTY
						    : size < 48 ? FINDING_HEADER_CUT
								: FINDING_LENGTH_BEYOND_BYTES);
		}
}

/* The same, with a length field that agrees: now the last block is what is cut. */
static void every_cut_block_is_told(void **state)
{
	struct build b, cut;
	ivrs_table *table;
	bool at_end[sizeof(b.bytes) + 1] = {false};

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	for (size_t i = 0; i < ivrs_table_block_count(table); i++)
		at_end[ivrs_table_block_offset(table, i)] = true;
	ivrs_table_unref(table);
	for (size_t size = 48; size < b.size; size++) {
		struct finding_seen strict, lenient;

		cut = b;
		cut.size = size;
		build_end(&cut);
		strict = try_parse(cut.bytes, size, 0);
		lenient = try_parse(cut.bytes, size, IVRS_PARSE_LENIENT);
		assert_int_equal(lenient.status, 0);
		if (at_end[size]) {
			assert_int_equal(strict.status, 0);
			assert_int_equal(strict.count, 0);
			assert_true(lenient.well_formed);
		} else {
			assert_int_equal(strict.status, -IVRS_E_MALFORMED);
			assert_false(lenient.well_formed);
			assert_true(strict.code == FINDING_BLOCK_PAST_END ||
				    strict.code == FINDING_BLOCK_HEADER_CUT);
		}
	}
}

static void length_field(void **state)
{
	struct build b;
	struct finding_seen seen;

	(void)state;
	build_everything(&b);
	set(&b, 4, b.size + 1, 4);
	build_checksum(&b);
	seen = try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT);
	assert_int_equal(seen.status, -IVRS_E_TRUNCATED);
	assert_int_equal(seen.offset, 4);
	set(&b, 4, UINT32_MAX, 4);
	assert_int_equal(try_parse(b.bytes, b.size, 0).status, -IVRS_E_TRUNCATED);

	set(&b, 4, 47, 4);
	build_checksum(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_LENGTH_BELOW_HEADER, 4,
	       "the length field says 47, the header takes 48");
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).blocks, 0);
	set(&b, 4, 36, 4);
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).status, 0);
	set(&b, 4, 35, 4);
	build_checksum(&b);
	expect(&b, -IVRS_E_MALFORMED, -IVRS_E_MALFORMED, FINDING_LENGTH_BELOW_HEADER, 4,
	       "the length field says 35, the header takes 48");
	set(&b, 4, 0, 4);
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).status, -IVRS_E_MALFORMED);

	/* A header alone is a table without IOMMUs. */
	set(&b, 4, 48, 4);
	build_checksum(&b);
	b.size = 48;
	seen = try_parse(b.bytes, b.size, 0);
	assert_int_equal(seen.status, 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seen.blocks, 0);
}

static void trailing_bytes_are_kept(void **state)
{
	struct build b;
	ivrs_table *table;
	size_t size;
	uint32_t length;

	(void)state;
	build_everything(&b);
	length = (uint32_t)b.size;
	put(&b, 0x1122334455667788, 8);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_TRAILING_BYTES, length,
	       "8 bytes behind the 487 that the length field says");
	assert_int_equal(parse_bytes(b.bytes, b.size, IVRS_PARSE_LENIENT, NULL, &table), 0);
	assert_int_equal(ivrs_table_length(table), length);
	assert_memory_equal(ivrs_table_bytes(table, &size), b.bytes, b.size);
	assert_int_equal(size, b.size);
	assert_true(ivrs_table_checksum_valid(table));
	assert_int_equal(ivrs_table_block_count(table), 9);
	ivrs_table_unref(table);
}

static void a_block_is_read_from_behind_the_length(void **state)
{
	struct build b;
	ivrs_table *table;
	ivrs_ivmd *memory;

	(void)state;
	build_begin(&b);
	ivmd(&b, 0x21, 0x07, 0x0100, 0, 0x3c000000, 0x2000);
	set(&b, 4, 48 + 16, 4);
	build_checksum(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, IVRS_PARSE_LENIENT, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivmd(table, 0, &memory), 0);
	assert_int_equal(ivrs_ivmd_start(memory), 0x3c000000);
	ivrs_ivmd_unref(memory);
	ivrs_table_unref(table);
}

static void the_checksum_is_only_reported(void **state)
{
	struct build b;
	struct finding_seen seen;
	ivrs_table *table;
	char expected[64];

	(void)state;
	build_everything(&b);
	snprintf(expected, sizeof(expected), "the checksum is %02xh, %02xh would be right",
		 (uint8_t)(b.bytes[9] + 5), b.bytes[9]);
	b.bytes[9] = (uint8_t)(b.bytes[9] + 5);
	for (uint32_t flags = 0; flags <= IVRS_PARSE_LENIENT; flags++) {
		seen = try_parse(b.bytes, b.size, flags);
		assert_int_equal(seen.status, 0);
		assert_true(seen.well_formed);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.code, FINDING_CHECKSUM);
		assert_int_equal(seen.offset, 9);
		assert_string_equal(seen.message, expected);
	}
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_false(ivrs_table_checksum_valid(table));
	ivrs_table_unref(table);
}

static void block_of_length_zero(void **state)
{
	struct build b;
	struct finding_seen seen;
	size_t at;

	(void)state;
	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	entry4(&b, 1, 0, 0);
	ivhd_end(&b, at);
	at = ivmd(&b, 0x22, 8, 0, 0xfff, 0x1000, 0x1000);
	ivmd(&b, 0x22, 8, 0, 0xfff, 0x2000, 0x1000);
	set(&b, at + 2, 0, 2);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_LENGTH_ZERO, at,
	       "IVMD of type 22h has length 0, Linux never gets past it");
	seen = try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT);
	assert_int_equal(seen.blocks, 2);
	assert_int_equal(seen.ivmds, 1);
	assert_true(seen.endless);
	assert_int_equal(seen.severity, IVRS_SEVERITY_HANG);

	/* Zero padding inside the table is the same (A1.8b). */
	build_everything(&b);
	at = b.size;
	put(&b, 0, 16);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_LENGTH_ZERO, at,
	       "block of type 00h has length 0, Linux never gets past it");
}

static void block_header_that_is_cut(void **state)
{
	struct build b;

	(void)state;
	for (size_t left = 1; left < 4; left++) {
		struct finding_seen seen;
		char expected[64];

		build_everything(&b);
		put(&b, 0x22, left);
		build_end(&b);
		snprintf(expected, sizeof(expected), "the table ends %zu bytes into a block", left);
		expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_HEADER_CUT, b.size - left, expected);
		seen = try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT);
		assert_int_equal(seen.blocks, 10);
		assert_true(seen.endless);
	}
}

static void blocks_of_wrong_length(void **state)
{
	struct build b;
	size_t at;

	(void)state;
	/* An IVMD of 24 bytes: Linux goes on inside it (A6.3). */
	build_begin(&b);
	at = ivmd(&b, 0x21, 7, 0x100, 0, 0x3c000000, 0x0000002000080010);
	set(&b, at + 2, 24, 2);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_SHORT, at,
	       "IVMD of type 21h has length 24, its header takes 32");
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).blocks, 2);
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).ivhds, 1);

	build_begin(&b);
	at = ivmd(&b, 0x20, 7, 0, 0, 0x3c000000, 0x1000);
	put(&b, 0, 32);
	set(&b, at + 2, 64, 2);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_IVMD_LENGTH, at,
	       "IVMD of type 20h has length 64, not 32");
	assert_int_equal(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).blocks, 1);

	build_begin(&b);
	at = ivhd_begin(&b, 0x40, 2);
	set(&b, at + 2, 24, 2);
	b.size = at + 24;
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_SHORT, at,
	       "IVHD of type 40h has length 24, its header takes 40");

	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	set(&b, at + 2, 0xffff, 2);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_PAST_END, at,
	       "IVHD of type 10h has length 65535, the table has 24 bytes left");

	/* Blocks of unknown type need no more than type, flags and length. */
	build_begin(&b);
	at = b.size;
	put(&b, 0x00040023, 4);
	build_end(&b);
	assert_int_equal(try_parse(b.bytes, b.size, 0).status, 0);
	set(&b, at + 2, 3, 2);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_BLOCK_SHORT, at,
	       "block of type 23h has length 3, its header takes 4");
}

static void wrong_entries(void **state)
{
	struct build b;
	size_t at, entry;

	(void)state;
	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	entry4(&b, 1, 0, 0);
	entry = b.size;
	entry4(&b, 0x80, 0, 0);
	entry4(&b, 2, 8, 0);
	ivhd_end(&b, at);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_ENTRY_NO_LENGTH, entry,
	       "device entry of type 80h has no length, Linux never gets past it");
	/* The blocks end, only Linux's walk over the entries doesn't. */
	assert_false(try_parse(b.bytes, b.size, IVRS_PARSE_LENIENT).endless);

	b.bytes[entry] = 0x42;
	b.size -= 4;
	ivhd_end(&b, at);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_ENTRY_PAST_BLOCK, entry,
	       "device entry of type 42h takes 8 bytes, its IVHD has 4 left");

	build_begin(&b);
	at = ivhd_begin(&b, 0x40, 2);
	entry = b.size;
	entry_hid(&b, 0x60, "MSFT0201", "", 2, 10, "0123456789");
	b.bytes[entry + 21] = 11;
	ivhd_end(&b, at);
	build_end(&b);
	expect(&b, -IVRS_E_MALFORMED, 0, FINDING_ENTRY_PAST_BLOCK, entry,
	       "device entry of type f0h takes 33 bytes, its IVHD has 32 left");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_a_table),
		cmocka_unit_test(every_truncation_is_told),
		cmocka_unit_test(every_cut_block_is_told),
		cmocka_unit_test(length_field),
		cmocka_unit_test(trailing_bytes_are_kept),
		cmocka_unit_test(a_block_is_read_from_behind_the_length),
		cmocka_unit_test(the_checksum_is_only_reported),
		cmocka_unit_test(block_of_length_zero),
		cmocka_unit_test(block_header_that_is_cut),
		cmocka_unit_test(blocks_of_wrong_length),
		cmocka_unit_test(wrong_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
