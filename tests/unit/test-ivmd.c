/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static void fields_of_every_type(void **state)
{
	static const struct {
		uint8_t type, flags;
		uint16_t devid, aux;
		uint64_t start, length;
	} blocks[] = {
		{0x20, 0x07, 0x0000, 0x0000, 0x1000, 0x2000},
		{0x21, 0x08, 0x0060, 0x0000, 0xfed00000, 0x1000},
		{0x22, 0x08, 0x0000, 0x0fff, 0x0123456789abc000, 1},
		{0x50, 0x07, 0x0000, 0x0000, 0x1000, 0x2000},
		{0x51, 0x08, 0x0060, 0x0000, 0xfed00000, 0x1000},
	};
	struct build b;
	ivrs_table *table;

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivmd_count(table), ARRAY_SIZE(blocks));
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		ivrs_ivmd *memory;

		assert_int_equal(ivrs_table_ivmd(table, i, &memory), 0);
		assert_int_equal(ivrs_ivmd_block_index(memory), 3 + i);
		assert_int_equal(ivrs_ivmd_offset(memory), ivrs_table_block_offset(table, 3 + i));
		assert_int_equal(ivrs_ivmd_block_type(memory), blocks[i].type);
		assert_int_equal(ivrs_ivmd_flags(memory), blocks[i].flags);
		assert_int_equal(ivrs_ivmd_length(memory), 32);
		assert_int_equal(ivrs_ivmd_devid(memory), blocks[i].devid);
		assert_int_equal(ivrs_ivmd_aux(memory), blocks[i].aux);
		assert_int_equal(ivrs_ivmd_segment(memory), 0);
		assert_int_equal(ivrs_ivmd_reserved(memory), 0);
		assert_true(ivrs_ivmd_start(memory) == blocks[i].start);
		assert_true(ivrs_ivmd_memory_length(memory) == blocks[i].length);
		ivrs_ivmd_unref(memory);
	}
	ivrs_table_unref(table);
}

static void segment_and_reserved_bytes(void **state)
{
	struct build b;
	ivrs_table *table;
	ivrs_ivmd *memory;
	size_t at;

	(void)state;
	build_begin(&b);
	at = ivmd(&b, 0x22, 0xff, 0x1234, 0x5678, UINT64_MAX, UINT64_MAX - 1);
	set(&b, at + 8, 0xa1a2a3a4a5a6beef, 8);
	build_end(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivmd(table, 0, &memory), 0);
	assert_int_equal(ivrs_ivmd_segment(memory), 0xbeef);
	assert_true(ivrs_ivmd_reserved(memory) == 0xa1a2a3a4a5a6);
	assert_int_equal(ivrs_ivmd_flags(memory), 0xff);
	assert_true(ivrs_ivmd_start(memory) == UINT64_MAX);
	assert_true(ivrs_ivmd_memory_length(memory) == UINT64_MAX - 1);
	ivrs_ivmd_unref(memory);
	ivrs_table_unref(table);
}

static void what_is_cut_reads_as_zero(void **state)
{
	struct build b;
	ivrs_table *table;
	ivrs_ivmd *memory;

	(void)state;
	build_begin(&b);
	ivmd(&b, 0x21, 0x07, 0x0100, 0x0200, 0x1122334455667788, 0x2000);
	b.size -= 12;
	build_end(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, IVRS_PARSE_LENIENT, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivmd(table, 0, &memory), 0);
	assert_true(ivrs_ivmd_start(memory) == 0x55667788);
	assert_int_equal(ivrs_ivmd_memory_length(memory), 0);
	ivrs_ivmd_unref(memory);
	ivrs_table_unref(table);
}

static void indices_and_arguments(void **state)
{
	struct build b;
	ivrs_table *table;
	ivrs_ivmd *memory = NULL;

	(void)state;
	build_everything(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	memory = (ivrs_ivmd *)table;
	assert_int_equal(ivrs_table_ivmd(table, 5, &memory), -IVRS_E_NOT_FOUND);
	assert_null(memory);
	assert_int_equal(ivrs_table_ivmd(table, SIZE_MAX, &memory), -IVRS_E_NOT_FOUND);
	assert_int_equal(ivrs_table_ivmd(NULL, 0, &memory), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_table_ivmd(table, 0, NULL), -IVRS_E_ARGUMENT);
	ivrs_table_unref(table);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_every_type),
		cmocka_unit_test(segment_and_reserved_bytes),
		cmocka_unit_test(what_is_cut_reads_as_zero),
		cmocka_unit_test(indices_and_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
