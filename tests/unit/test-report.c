/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

static int new_report(void **state)
{
	return ivrs_report_new((ivrs_report **)state);
}

static int free_report(void **state)
{
	ivrs_report_free(*state);
	return 0;
}

static void an_empty_report(void **state)
{
	ivrs_report *report = *state;

	assert_int_equal(ivrs_report_count(report), 0);
	assert_int_equal(ivrs_report_dropped(report), 0);
	assert_int_equal(ivrs_report_worst(report), 0);
	assert_int_equal(ivrs_report_code(report, 0), 0);
	assert_int_equal(ivrs_report_severity(report, 0), 0);
	assert_true(ivrs_report_offset(report, 0) == IVRS_NO_OFFSET);
	assert_int_equal(ivrs_report_device(report, 0), IVRS_NO_DEVICE);
	assert_null(ivrs_report_message(report, 0));
	assert_int_equal(ivrs_report_new(NULL), -IVRS_E_ARGUMENT);
	ivrs_report_free(NULL);
}

static void findings_keep_their_order(void **state)
{
	ivrs_report *report = *state;

	report_add(report, FINDING_CHECKSUM, 9, IVRS_NO_DEVICE, "sum %d", 3);
	report_add(report, FINDING_SECOND_TABLE, 0x100000000, 0x100, "second");
	report_add_as(report, IVRS_SEVERITY_HANG, FINDING_TRAILING_BYTES, IVRS_NO_OFFSET, 0x20001,
		      "worse than usual");
	report_add(NULL, FINDING_CHECKSUM, 9, IVRS_NO_DEVICE, "nobody listens");
	report_add_as(NULL, IVRS_SEVERITY_HANG, FINDING_CHECKSUM, 9, IVRS_NO_DEVICE, "nobody");
	assert_int_equal(ivrs_report_count(report), 3);
	assert_int_equal(ivrs_report_code(report, 0), 7);
	assert_int_equal(ivrs_report_severity(report, 0), IVRS_SEVERITY_IOMMU_LOST);
	assert_int_equal(ivrs_report_offset(report, 0), 9);
	assert_int_equal(ivrs_report_device(report, 0), IVRS_NO_DEVICE);
	assert_string_equal(ivrs_report_message(report, 0), "sum 3");
	assert_int_equal(ivrs_report_code(report, 1), 15);
	assert_int_equal(ivrs_report_severity(report, 1), IVRS_SEVERITY_INFO);
	assert_true(ivrs_report_offset(report, 1) == 0x100000000);
	assert_int_equal(ivrs_report_device(report, 1), 0x100);
	assert_int_equal(ivrs_report_severity(report, 2), IVRS_SEVERITY_HANG);
	assert_int_equal(ivrs_report_device(report, 2), 0x20001);
	assert_int_equal(ivrs_report_worst(report), IVRS_SEVERITY_HANG);
	assert_null(ivrs_report_message(report, 3));
	ivrs_report_clear(report);
	an_empty_report(state);
}

static void messages_are_bounded_lines(void **state)
{
	ivrs_report *report = *state;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	report_add(report, FINDING_CHECKSUM, 0, IVRS_NO_DEVICE, "%s", text);
	report_add(report, FINDING_CHECKSUM, 0, IVRS_NO_DEVICE, "a\nb\tc\x1b[31m\x7f");
	assert_int_equal(strlen(ivrs_report_message(report, 0)), 239);
	assert_string_equal(ivrs_report_message(report, 1), "a?b?c?[31m?");
}

static void the_limit_holds(void **state)
{
	ivrs_report *report = *state;

	for (size_t i = 0; i < IVRS_REPORT_LIMIT + 5; i++)
		report_add(report, FINDING_TRAILING_BYTES, i, IVRS_NO_DEVICE, "number %zu", i);
	report_add(report, FINDING_BLOCK_LENGTH_ZERO, 0, IVRS_NO_DEVICE, "one too many");
	assert_int_equal(ivrs_report_count(report), IVRS_REPORT_LIMIT);
	assert_int_equal(ivrs_report_dropped(report), 6);
	assert_string_equal(ivrs_report_message(report, IVRS_REPORT_LIMIT - 1), "number 9999");
	assert_null(ivrs_report_message(report, IVRS_REPORT_LIMIT));
	/* What didn't fit must not make the table look harmless. */
	assert_int_equal(ivrs_report_worst(report), IVRS_SEVERITY_HANG);
	ivrs_report_clear(report);
	assert_int_equal(ivrs_report_dropped(report), 0);
}

static void severities_have_names(void **state)
{
	static const char *const names[] = {"unknown",	  "info",  "wrong-mapping", "blocked",
					    "iommu-lost", "panic", "hang",	    "unknown"};

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(ivrs_severity_name(i), names[i]);
	assert_string_equal(ivrs_severity_name(UINT32_MAX), "unknown");
}

static void the_registry_is_sound(void **state)
{
	size_t count = ivrs_finding_count();

	(void)state;
	assert_true(count >= 17);
	for (size_t i = 0; i < count; i++) {
		uint32_t code = ivrs_finding_code(i);
		const char *name = ivrs_finding_name(code), *text = ivrs_finding_text(code);

		assert_in_range(code, 1, 119);
		if (i)
			assert_true(code > ivrs_finding_code(i - 1));
		assert_non_null(name);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				 strlen(name));
		assert_in_range(strlen(name), 4, 40);
		assert_non_null(text);
		assert_true(strlen(text) > 20);
		assert_int_equal(text[strlen(text) - 1], '.');
		assert_null(strchr(text, '\n'));
		assert_in_range(ivrs_finding_severity(code), IVRS_SEVERITY_INFO,
				IVRS_SEVERITY_HANG);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name, ivrs_finding_name(ivrs_finding_code(j)));
	}
	assert_int_equal(ivrs_finding_code(count), 0);
	assert_null(ivrs_finding_name(0));
	assert_null(ivrs_finding_text(4711));
	assert_int_equal(ivrs_finding_severity(4711), 0);
	assert_string_equal(ivrs_finding_name(9), "block-length-zero");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_report, new_report, free_report),
		cmocka_unit_test_setup_teardown(findings_keep_their_order, new_report, free_report),
		cmocka_unit_test_setup_teardown(messages_are_bounded_lines, new_report,
						free_report),
		cmocka_unit_test_setup_teardown(the_limit_holds, new_report, free_report),
		cmocka_unit_test(severities_have_names),
		cmocka_unit_test(the_registry_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
