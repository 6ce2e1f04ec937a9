/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static void arguments(void **state)
{
	struct build b;
	ivrs_table *table = (ivrs_table *)&b;

	(void)state;
	build_everything(&b);
	assert_int_equal(ivrs_table_parse(b.bytes, b.size, 0, NULL, NULL), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_table_parse(NULL, 1, 0, NULL, &table), -IVRS_E_ARGUMENT);
	assert_null(table);
	table = (ivrs_table *)&b;
	assert_int_equal(ivrs_table_parse(b.bytes, b.size, 2, NULL, &table), -IVRS_E_ARGUMENT);
	assert_null(table);
	assert_int_equal(ivrs_table_parse(b.bytes, b.size, 0x80000001, NULL, &table),
			 -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_table_parse(NULL, 0, 0, NULL, &table), -IVRS_E_TRUNCATED);
	ivrs_table_unref(NULL);
}

static void header_fields(void **state)
{
	struct build b;
	ivrs_table *table;
	size_t size = 0;

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_true(ivrs_table_well_formed(table));
	assert_int_equal(ivrs_table_length(table), b.size);
	assert_int_equal(ivrs_table_revision(table), 2);
	assert_int_equal(ivrs_table_checksum(table), b.bytes[9]);
	assert_true(ivrs_table_checksum_valid(table));
	assert_string_equal(ivrs_table_oem_id(table), "TESTER");
	assert_string_equal(ivrs_table_oem_table_id(table), "VECTOR");
	assert_int_equal(ivrs_table_oem_revision(table), 0x01020304);
	assert_string_equal(ivrs_table_creator_id(table), "MAKE");
	assert_int_equal(ivrs_table_creator_revision(table), 0x05060708);
	assert_int_equal(ivrs_table_ivinfo(table), 0x00203043);
	assert_memory_equal(ivrs_table_bytes(table, &size), b.bytes, b.size);
	assert_int_equal(size, b.size);
	assert_non_null(ivrs_table_bytes(table, NULL));
	ivrs_table_unref(table);
}

static void ids_are_made_printable(void **state)
{
	struct build b;
	ivrs_table *table;

	(void)state;
	build_everything(&b);
	memcpy(b.bytes + 10, "A\x1b[m  \0\xffX\n    MAKE", 14);
	memcpy(b.bytes + 28, "    ", 4);
	build_checksum(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_string_equal(ivrs_table_oem_id(table), "A?[m");
	assert_string_equal(ivrs_table_oem_table_id(table), "");
	assert_string_equal(ivrs_table_creator_id(table), "");
	ivrs_table_unref(table);
}

static void blocks_of_every_type(void **state)
{
	static const uint8_t types[] = {0x10, 0x11, 0x40, 0x20, 0x21, 0x22, 0x50, 0x51, 0x55};
	static const uint8_t flags[] = {0xb0, 0xb0, 0xb0, 0x07, 0x08, 0x08, 0x07, 0x08, 0x99};
	struct build b;
	ivrs_table *table;
	uint32_t offset = 48;

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_int_equal(ivrs_table_block_count(table), ARRAY_SIZE(types));
	assert_int_equal(ivrs_table_ivhd_count(table), 3);
	assert_int_equal(ivrs_table_ivmd_count(table), 5);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		assert_int_equal(ivrs_table_block_offset(table, i), offset);
		assert_int_equal(ivrs_table_block_type(table, i), types[i]);
		assert_int_equal(ivrs_table_block_flags(table, i), flags[i]);
		offset += ivrs_table_block_length(table, i);
	}
	assert_int_equal(offset, b.size);
	assert_int_equal(ivrs_table_block_offset(table, ARRAY_SIZE(types)), 0);
	assert_int_equal(ivrs_table_block_type(table, SIZE_MAX), 0);
	assert_int_equal(ivrs_table_block_flags(table, 9), 0);
	assert_int_equal(ivrs_table_block_length(table, 9), 0);
	ivrs_table_unref(table);
	for (unsigned int type = 0; type < 256; type++) {
		const char *expected = type == 0x10 || type == 0x11 || type == 0x40 ? "IVHD"
				       : (type >= 0x20 && type <= 0x22) || type == 0x50 ||
						       type == 0x51
					       ? "IVMD"
					       : "unknown";

		assert_string_equal(ivrs_block_type_name((uint8_t)type), expected);
	}
}

static void too_large(void **state)
{
	uint8_t byte = 0;
	ivrs_report *report;
	ivrs_table *table;

	(void)state;
	assert_int_equal(ivrs_report_new(&report), 0);
	/* The size alone decides, no byte is looked at. */
	assert_int_equal(ivrs_table_parse(&byte, 100u << 20, 0, report, &table), -IVRS_E_TOO_LARGE);
	assert_null(table);
	assert_int_equal(ivrs_report_code(report, 0), FINDING_TOO_LARGE);
	assert_int_equal(ivrs_table_parse(&byte, IVRS_TABLE_LIMIT + 1, IVRS_PARSE_LENIENT, NULL,
					  &table),
			 -IVRS_E_TOO_LARGE);
	ivrs_report_free(report);
}

static void as_large_as_allowed(void **state)
{
	uint8_t *bytes = calloc(1, IVRS_TABLE_LIMIT);
	ivrs_table *table;

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(ivrs_table_parse(bytes, IVRS_TABLE_LIMIT, 0, NULL, &table),
			 -IVRS_E_SIGNATURE);
	memcpy(bytes, "IVRS\0\0\0\4", 8);
	assert_int_equal(ivrs_table_parse(bytes, IVRS_TABLE_LIMIT, IVRS_PARSE_LENIENT, NULL,
					  &table),
			 0);
	assert_int_equal(ivrs_table_block_count(table), 1);
	ivrs_table_unref(table);
	free(bytes);
}

static void references_in_every_order(void **state)
{
	struct build b;
	ivrs_table *table;
	ivrs_ivhd *ivhd, *again;
	ivrs_ivmd *memory;

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_ptr_equal(ivrs_table_ref(table), table);
	ivrs_table_unref(table);
	assert_int_equal(ivrs_table_ivhd(table, 2, &ivhd), 0);
	assert_int_equal(ivrs_table_ivmd(table, 1, &memory), 0);
	again = ivrs_ivhd_ref(ivhd);
	assert_ptr_equal(again, ivhd);
	assert_ptr_equal(ivrs_ivmd_ref(memory), memory);
	ivrs_table_unref(table);
	ivrs_ivmd_unref(memory);
	assert_int_equal(ivrs_ivmd_start(memory), 0xfed00000);
	ivrs_ivmd_unref(memory);
	ivrs_ivhd_unref(ivhd);
	assert_int_equal(ivrs_ivhd_entry_devid(again, 1), 8);
	ivrs_ivhd_unref(again);
	ivrs_ivhd_unref(NULL);
	ivrs_ivmd_unref(NULL);
}

static void many_blocks(void **state)
{
	const size_t count = 100000;
	size_t size = 48 + 32 * count;
	uint8_t *bytes = calloc(1, size);
	ivrs_table *table;
	ivrs_ivmd *memory;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "IVRS", 4);
	for (int i = 0; i < 4; i++)
		bytes[4 + i] = (uint8_t)(size >> (8 * i));
	for (size_t i = 0; i < count; i++) {
		bytes[48 + 32 * i] = 0x21;
		bytes[48 + 32 * i + 2] = 32;
		bytes[48 + 32 * i + 4] = (uint8_t)i;
		bytes[48 + 32 * i + 5] = (uint8_t)(i >> 8);
	}
	assert_int_equal(parse_bytes(bytes, size, 0, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivmd_count(table), count);
	assert_int_equal(ivrs_table_ivmd(table, 65537, &memory), 0);
	assert_int_equal(ivrs_ivmd_devid(memory), 1);
	assert_int_equal(ivrs_ivmd_block_index(memory), 65537);
	assert_int_equal(ivrs_ivmd_offset(memory), 48 + 32 * 65537);
	ivrs_ivmd_unref(memory);
	ivrs_table_unref(table);
	free(bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(ids_are_made_printable),
		cmocka_unit_test(blocks_of_every_type),
		cmocka_unit_test(too_large),
		cmocka_unit_test(as_large_as_allowed),
		cmocka_unit_test(references_in_every_order),
		cmocka_unit_test(many_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
