/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static ivrs_ivhd *get_ivhd(const struct build *b, size_t index)
{
	ivrs_table *table;
	ivrs_ivhd *ivhd;

	assert_int_equal(parse_bytes(b->bytes, b->size, IVRS_PARSE_LENIENT, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivhd(table, index, &ivhd), 0);
	ivrs_table_unref(table);
	return ivhd;
}

static void header_fields(void **state)
{
	static const uint8_t types[] = {0x10, 0x11, 0x40};
	struct build b;

	(void)state;
	build_everything(&b);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		ivrs_ivhd *ivhd = get_ivhd(&b, i);

		assert_int_equal(ivrs_ivhd_block_index(ivhd), i);
		assert_int_equal(ivrs_ivhd_block_type(ivhd), types[i]);
		assert_int_equal(b.bytes[ivrs_ivhd_offset(ivhd)], types[i]);
		assert_int_equal(ivrs_ivhd_flags(ivhd), 0xb0);
		assert_int_equal(ivrs_ivhd_devid(ivhd), 2);
		assert_int_equal(ivrs_ivhd_capability(ivhd), 0x40);
		assert_int_equal(ivrs_ivhd_base(ivhd), 0xfd500000);
		assert_int_equal(ivrs_ivhd_segment(ivhd), 1);
		assert_int_equal(ivrs_ivhd_info(ivhd), 0x1305);
		assert_int_equal(ivrs_ivhd_attributes(ivhd), 0x80048f6e);
		assert_true(ivrs_ivhd_efr(ivhd) == (i ? 0x0123456789abcdef : 0));
		assert_true(ivrs_ivhd_efr2(ivhd) == (i ? 0xfedcba9876543210 : 0));
		assert_int_equal(ivrs_ivhd_length(ivhd), i == 0 ? 32 : i == 1 ? 44 : 195);
		ivrs_ivhd_unref(ivhd);
	}
}

static void entries_of_every_type(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t length;
		uint16_t devid;
		uint8_t flags;
		uint16_t alias;
		uint32_t extended;
		uint8_t handle, variety;
		const char *name;
	} entries[] = {
		{0x00, 4, 0x0000, 0x00, 0, 0, 0, 0, "pad"},
		{0x02, 4, 0x0008, 0x11, 0, 0, 0, 0, "select"},
		{0x03, 4, 0x0010, 0x22, 0, 0, 0, 0, "range-start"},
		{0x04, 4, 0x00ff, 0x00, 0, 0, 0, 0, "range-end"},
		{0x42, 8, 0x0100, 0x33, 0x4567, 0, 0, 0, "alias"},
		{0x43, 8, 0x0200, 0x44, 0xa500, 0, 0, 0, "alias-range-start"},
		{0x04, 4, 0x02ff, 0x00, 0, 0, 0, 0, "range-end"},
		{0x46, 8, 0x0300, 0x55, 0, 0x80000001, 0, 0, "ext-select"},
		{0x47, 8, 0x0400, 0x66, 0, 0x12345678, 0, 0, "ext-range-start"},
		{0x04, 4, 0x04ff, 0x00, 0, 0, 0, 0, "range-end"},
		{0x48, 8, 0x00a0, 0xd7, 0, 0, 0x21, 1, "special"},
		{0x48, 8, 0x00a0, 0x00, 0, 0, 0x00, 2, "special"},
		{0xf0, 30, 0x0060, 0xd7, 0, 0, 0, 0, "acpi-hid"},
		{0xf0, 31, 0x0098, 0xd7, 0, 0, 0, 0, "acpi-hid"},
		{0xf0, 22, 0x00a0, 0xd7, 0, 0, 0, 0, "acpi-hid"},
	};
	struct build b;
	ivrs_ivhd *ivhd;
	uint32_t offset;

	(void)state;
	build_everything(&b);
	ivhd = get_ivhd(&b, 2);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), ARRAY_SIZE(entries));
	offset = ivrs_ivhd_offset(ivhd) + 40;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		assert_int_equal(ivrs_ivhd_entry_offset(ivhd, i), offset);
		assert_int_equal(ivrs_ivhd_entry_type(ivhd, i), entries[i].type);
		assert_int_equal(ivrs_ivhd_entry_length(ivhd, i), entries[i].length);
		assert_int_equal(ivrs_ivhd_entry_devid(ivhd, i), entries[i].devid);
		assert_int_equal(ivrs_ivhd_entry_flags(ivhd, i), entries[i].flags);
		assert_int_equal(ivrs_ivhd_entry_alias(ivhd, i), entries[i].alias);
		assert_int_equal(ivrs_ivhd_entry_extended(ivhd, i), entries[i].extended);
		assert_int_equal(ivrs_ivhd_entry_handle(ivhd, i), entries[i].handle);
		assert_int_equal(ivrs_ivhd_entry_variety(ivhd, i), entries[i].variety);
		assert_string_equal(ivrs_entry_type_name(entries[i].type), entries[i].name);
		offset += entries[i].length;
	}
	ivrs_ivhd_unref(ivhd);
	assert_string_equal(ivrs_entry_type_name(0x01), "all");
	assert_string_equal(ivrs_entry_type_name(0x05), "unknown");
	assert_string_equal(ivrs_entry_type_name(0xff), "unknown");
}

static void indices_past_the_end(void **state)
{
	struct build b;
	ivrs_ivhd *ivhd, *none = NULL;
	ivrs_table *table;
	char id[9] = "x", uid[4] = "x";

	(void)state;
	build_everything(&b);
	ivhd = get_ivhd(&b, 2);
	for (size_t i = 15; i >= 15; i = i == 15 ? SIZE_MAX : 0) {
		assert_int_equal(ivrs_ivhd_entry_offset(ivhd, i), 0);
		assert_int_equal(ivrs_ivhd_entry_type(ivhd, i), 0);
		assert_int_equal(ivrs_ivhd_entry_length(ivhd, i), 0);
		assert_int_equal(ivrs_ivhd_entry_devid(ivhd, i), 0);
		assert_int_equal(ivrs_ivhd_entry_extended(ivhd, i), 0);
		assert_int_equal(ivrs_ivhd_entry_uid_format(ivhd, i), 0);
		ivrs_ivhd_entry_hid(ivhd, i, id);
		assert_string_equal(id, "");
		ivrs_ivhd_entry_cid(ivhd, i, id);
		assert_string_equal(id, "");
		assert_int_equal(ivrs_ivhd_entry_uid(ivhd, i, uid, sizeof(uid)), 0);
		assert_string_equal(uid, "");
	}
	ivrs_ivhd_unref(ivhd);

	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	assert_int_equal(ivrs_table_ivhd(table, 3, &none), -IVRS_E_NOT_FOUND);
	assert_null(none);
	assert_int_equal(ivrs_table_ivhd(NULL, 0, &none), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_table_ivhd(table, 0, NULL), -IVRS_E_ARGUMENT);
	ivrs_table_unref(table);
}

static void names(void **state)
{
	struct build b;
	ivrs_ivhd *ivhd;
	char id[9], uid[256];

	(void)state;
	build_everything(&b);
	ivhd = get_ivhd(&b, 2);
	ivrs_ivhd_entry_hid(ivhd, 12, id);
	assert_string_equal(id, "MSFT0201");
	ivrs_ivhd_entry_cid(ivhd, 12, id);
	assert_string_equal(id, "");
	ivrs_ivhd_entry_cid(ivhd, 13, id);
	assert_string_equal(id, "PNP0501");
	ivrs_ivhd_entry_hid(ivhd, 11, id);
	assert_string_equal(id, "");
	assert_int_equal(ivrs_ivhd_entry_uid_format(ivhd, 12), 1);
	assert_int_equal(ivrs_ivhd_entry_uid_format(ivhd, 13), 2);
	assert_int_equal(ivrs_ivhd_entry_uid_format(ivhd, 14), 0);
	assert_int_equal(ivrs_ivhd_entry_uid_format(ivhd, 11), 0);
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 12, uid, sizeof(uid)), 3);
	assert_string_equal(uid, "298");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 13, uid, sizeof(uid)), 9);
	assert_string_equal(uid, "\\_SB.FUR0");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 14, uid, sizeof(uid)), 0);
	assert_string_equal(uid, "");
	/* A buffer that is too small gets what fits, and the length tells. */
	memset(uid, 'x', sizeof(uid));
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 13, uid, 5), 9);
	assert_string_equal(uid, "\\_SB");
	assert_int_equal(uid[5], 'x');
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 13, uid, 1), 9);
	assert_string_equal(uid, "");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 13, uid, 0), 9);
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 13, NULL, 0), 9);
	ivrs_ivhd_unref(ivhd);
}

static void names_that_are_odd(void **state)
{
	struct build b;
	ivrs_ivhd *ivhd;
	char id[9], uid[256], whole[255];
	size_t at;

	(void)state;
	memset(whole, 'u', sizeof(whole));
	build_begin(&b);
	at = ivhd_begin(&b, 0x40, 2);
	entry_hid(&b, 8, "A\x1b\n\xff\x7f", "ABCDEFGH", 2, 255, whole);
	entry_hid(&b, 8, "X", "", 2, 4, "a\0bc");
	entry_hid(&b, 8, "X", "", 1, 10, "\xff\xff\xff\xff\xff\xff\xff\xff\1\1");
	entry_hid(&b, 8, "X", "", 1, 2, "\x01\x02");
	entry_hid(&b, 8, "X", "", 1, 0, "");
	entry_hid(&b, 8, "X", "", 3, 2, "zz");
	ivhd_end(&b, at);
	build_end(&b);
	ivhd = get_ivhd(&b, 0);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), 6);
	ivrs_ivhd_entry_hid(ivhd, 0, id);
	assert_string_equal(id, "A????");
	ivrs_ivhd_entry_cid(ivhd, 0, id);
	assert_string_equal(id, "ABCDEFGH");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 0, uid, sizeof(uid)), 255);
	assert_int_equal(strlen(uid), 255);
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 1, uid, sizeof(uid)), 1);
	assert_string_equal(uid, "a");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 2, uid, sizeof(uid)), 20);
	assert_string_equal(uid, "18446744073709551615");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 3, uid, sizeof(uid)), 3);
	assert_string_equal(uid, "513");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 4, uid, sizeof(uid)), 1);
	assert_string_equal(uid, "0");
	assert_int_equal(ivrs_ivhd_entry_uid(ivhd, 5, uid, sizeof(uid)), 0);
	ivrs_ivhd_unref(ivhd);
}

/* Linux looks at one byte of an integer, even when its length says there is none. */
static void names_as_linux_uses_them(void **state)
{
	struct build b;
	ivrs_table *table;
	char hid[9], cid[9], uid[256];
	size_t at, big, empty, text;

	(void)state;
	build_begin(&b);
	at = ivhd_begin(&b, 0x40, 2);
	big = b.size;
	entry_hid(&b, 8, "MSFT0201", "PNP0C31", 1, 8, "\x2a\x01\0\0\0\0\0\0");
	empty = b.size;
	entry_hid(&b, 8, "AMDI0020", "", 1, 0, "");
	text = b.size;
	entry_hid(&b, 8, "AMDI0020", "", 2, 3, "abc");
	ivhd_end(&b, at);
	build_end(&b);
	assert_int_equal(parse_bytes(b.bytes, b.size, 0, NULL, &table), 0);
	entry_decode_names(table, (uint32_t)big, hid, cid, uid);
	assert_string_equal(hid, "MSFT0201");
	assert_string_equal(cid, "PNP0C31");
	assert_string_equal(uid, "42");
	entry_decode_names(table, (uint32_t)empty, hid, cid, uid);
	assert_string_equal(uid, "240");
	entry_decode_names(table, (uint32_t)text, hid, cid, uid);
	assert_string_equal(uid, "abc");
	entry_decode_names(table, (uint32_t)at, hid, cid, uid);
	assert_string_equal(hid, "");
	assert_string_equal(cid, "");
	assert_string_equal(uid, "");
	ivrs_table_unref(table);
}

static void entry_lengths(void **state)
{
	(void)state;
	for (unsigned int type = 0; type < 256; type++) {
		struct build b;
		ivrs_table *table;
		struct entry_fields entry;

		build_begin(&b);
		put(&b, type, 1);
		put(&b, 0, 20);
		put(&b, 7, 1);
		put(&b, 0, 10);
		build_end(&b);
		assert_int_equal(parse_bytes(b.bytes, b.size, IVRS_PARSE_LENIENT, NULL, &table), 0);
		entry_decode(table, 48, &entry);
		assert_int_equal(entry.type, type);
		assert_int_equal(entry.offset, 48);
		assert_int_equal(entry.length, type < 0x40    ? 4
					       : type < 0x80  ? 8
					       : type == 0xf0 ? 29
							      : 0);
		ivrs_table_unref(table);
	}
}

static void the_last_entry_may_be_wrong(void **state)
{
	struct build b;
	ivrs_ivhd *ivhd;
	size_t at, entry;

	(void)state;
	/* One without length: the kernel stays there, and so does the list. */
	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	entry4(&b, 2, 8, 0);
	entry = b.size;
	entry4(&b, 0x99, 0x1234, 0x56);
	entry4(&b, 2, 16, 0);
	ivhd_end(&b, at);
	build_end(&b);
	ivhd = get_ivhd(&b, 0);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), 2);
	assert_int_equal(ivrs_ivhd_entry_offset(ivhd, 1), entry);
	assert_int_equal(ivrs_ivhd_entry_type(ivhd, 1), 0x99);
	assert_int_equal(ivrs_ivhd_entry_length(ivhd, 1), 0);
	assert_int_equal(ivrs_ivhd_entry_devid(ivhd, 1), 0x1234);
	ivrs_ivhd_unref(ivhd);

	/* One that reaches into the next block is misread as the kernel misreads it. */
	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	entry4(&b, 2, 8, 0);
	entry4(&b, 0x42, 0x0100, 0);
	ivhd_end(&b, at);
	ivmd(&b, 0x21, 0x08, 0, 0, 0, 0);
	build_end(&b);
	ivhd = get_ivhd(&b, 0);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), 2);
	assert_int_equal(ivrs_ivhd_entry_length(ivhd, 1), 8);
	assert_int_equal(ivrs_ivhd_entry_alias(ivhd, 1), 0x2008);
	ivrs_ivhd_unref(ivhd);

	/* One that reaches behind the last byte reads as 0 there. */
	build_begin(&b);
	at = ivhd_begin(&b, 0x10, 2);
	entry4(&b, 0x48, 0x0100, 0xd7);
	put(&b, 0x21, 1);
	set(&b, at + 2, 1000, 2);
	build_end(&b);
	ivhd = get_ivhd(&b, 0);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), 1);
	assert_int_equal(ivrs_ivhd_entry_handle(ivhd, 0), 0x21);
	assert_int_equal(ivrs_ivhd_entry_devid(ivhd, 0), 0);
	ivrs_ivhd_unref(ivhd);
}

static void a_block_too_short_for_entries(void **state)
{
	struct build b;
	ivrs_ivhd *ivhd;
	size_t at;

	(void)state;
	build_begin(&b);
	at = ivhd_begin(&b, 0x40, 2);
	set(&b, at + 2, 6, 2);
	build_end(&b);
	ivhd = get_ivhd(&b, 0);
	assert_int_equal(ivrs_ivhd_entry_count(ivhd), 0);
	/* The fields are read all the same, as Linux does. */
	assert_int_equal(ivrs_ivhd_base(ivhd), 0xfd500000);
	ivrs_ivhd_unref(ivhd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields),
		cmocka_unit_test(entries_of_every_type),
		cmocka_unit_test(indices_past_the_end),
		cmocka_unit_test(names),
		cmocka_unit_test(names_that_are_odd),
		cmocka_unit_test(names_as_linux_uses_them),
		cmocka_unit_test(entry_lengths),
		cmocka_unit_test(the_last_entry_may_be_wrong),
		cmocka_unit_test(a_block_too_short_for_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
