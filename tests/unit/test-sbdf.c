/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static void devices_that_parse(void **state)
{
	static const struct {
		const char *text;
		ivrs_sbdf_t sbdf;
	} good[] = {
		{"0000:01:00.0", 0x0100},
		{"01:00.0", 0x0100},
		{"1:0.0", 0x0100},
		{"00:14.3", 0x00a3},
		{"ff:1f.7", 0xffff},
		{"FF:1F.7", 0xffff},
		{"ffff:ff:1f.7", 0xffffffff},
		{"1:02:03.4", 0x1021c},
		{"0abc:0d:1e.5", 0x0abc0df5},
		{"12:1:2.3", 0x120113},
		{"10:00:00.0", 0x100000},
		{"001:00:00.0", 0x10000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ivrs_sbdf_t sbdf = 1, first = 1, last = 2;

		assert_int_equal(ivrs_sbdf_parse(good[i].text, &sbdf), 0);
		assert_int_equal(sbdf, good[i].sbdf);
		assert_int_equal(ivrs_sbdf_parse_range(good[i].text, &first, &last), 0);
		assert_int_equal(first, good[i].sbdf);
		assert_int_equal(last, good[i].sbdf);
	}
}

static void devices_that_do_not_parse(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"01",
		"01:00",
		"01:00.",
		"01:00.8",
		"01:20.0",
		"100:00.0",
		"0100:00.0",
		"1:00.0 ",
		" 1:00.0",
		"01:00.0x",
		"01:00.00",
		"01:000.0",
		":00.0",
		"0000::00.0",
		"0000:01:.0",
		"0000:01:00.",
		"00000:01:00.0",
		"0000:001:00.0",
		"0000:01:00:0",
		"0000:01.00.0",
		"g0:00.0",
		"0000:01:00.0-",
		"0x1:00.0",
		"-1:00.0",
		"+1:00.0",
		"01:0 0.0",
		"1:2:3:4.5",
		"0000:01:00.0:",
		"01:00.0-01:00.1",
		".0",
		"0000:01:00.g",
		"\xff\xff:00.0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ivrs_sbdf_t sbdf = 7;

		if (ivrs_sbdf_parse(bad[i], &sbdf) != -IVRS_E_SYNTAX)
			fail_msg("\"%s\" parses", bad[i]);
		assert_int_equal(sbdf, 0);
	}
}

static void ranges(void **state)
{
	static const struct {
		const char *text;
		ivrs_sbdf_t first, last;
	} good[] = {
		{"00:00.0-0f:1f.7", 0x0000, 0x0fff},
		{"0002:00:00.0-0f:1f.7", 0x20000, 0x20fff},
		{"0002:00:00.0-0002:0f:1f.7", 0x20000, 0x20fff},
		{"01:00.0-01:00.0", 0x100, 0x100},
		{"0:1:00.0-0000:01:00.1", 0x100, 0x101},
	};
	static const char *const bad[] = {
		"01:00.1-01:00.0",
		"0000:01:00.0-0001:01:00.1",
		"01:00.0--01:00.1",
		"01:00.0-",
		"-01:00.0",
		"01:00.0-01:00.1-01:00.2",
		"01:00.0 - 01:00.1",
		"0001:01:00.0-0000:02:00.0",
		"01:00.0-0001:01:00.1",
		"01:00.0-7",
		"01:00.0,01:00.1",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ivrs_sbdf_t first = 1, last = 2;

		assert_int_equal(ivrs_sbdf_parse_range(good[i].text, &first, &last), 0);
		assert_int_equal(first, good[i].first);
		assert_int_equal(last, good[i].last);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ivrs_sbdf_t first = 1, last = 2;

		if (ivrs_sbdf_parse_range(bad[i], &first, &last) != -IVRS_E_SYNTAX)
			fail_msg("\"%s\" parses", bad[i]);
		assert_int_equal(first, 0);
		assert_int_equal(last, 0);
	}
}

static void missing_arguments(void **state)
{
	ivrs_sbdf_t sbdf = 3, other = 4;

	(void)state;
	assert_int_equal(ivrs_sbdf_parse(NULL, &sbdf), -IVRS_E_ARGUMENT);
	assert_int_equal(sbdf, 0);
	assert_int_equal(ivrs_sbdf_parse("01:00.0", NULL), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_sbdf_parse_range(NULL, &sbdf, &other), -IVRS_E_ARGUMENT);
	assert_int_equal(other, 0);
	assert_int_equal(ivrs_sbdf_parse_range("01:00.0", NULL, &other), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_sbdf_parse_range("01:00.0", &other, NULL), -IVRS_E_ARGUMENT);
}

static void what_is_written_parses(void **state)
{
	(void)state;
	for (uint64_t sbdf = 0; sbdf <= UINT32_MAX; sbdf += 0x10003) {
		char text[IVRS_SBDF_TEXT], expected[32];
		ivrs_sbdf_t back;

		ivrs_sbdf_format((ivrs_sbdf_t)sbdf, text);
		snprintf(expected, sizeof(expected), "%04x:%02x:%02x.%x",
			 (unsigned int)(sbdf >> 16), (unsigned int)(sbdf >> 8 & 0xff),
			 (unsigned int)(sbdf >> 3 & 0x1f), (unsigned int)(sbdf & 7));
		assert_string_equal(text, expected);
		assert_int_equal(ivrs_sbdf_parse(text, &back), 0);
		assert_int_equal(back, sbdf);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_that_parse),
		cmocka_unit_test(devices_that_do_not_parse),
		cmocka_unit_test(ranges),
		cmocka_unit_test(missing_arguments),
		cmocka_unit_test(what_is_written_parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
