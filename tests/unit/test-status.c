/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "unit.h"

static void every_status_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (int status = IVRS_OK; status <= IVRS_E_ARCHIVE; status++) {
		const char *name = ivrs_status_name(status), *text = ivrs_status_text(status);

		assert_int_equal(strncmp(name, "IVRS_", 5), 0);
		assert_string_not_equal(name, "IVRS_E_UNKNOWN");
		assert_true(strlen(text) > 4);
		assert_int_not_equal(text[strlen(text) - 1], '.');
		assert_ptr_equal(name, ivrs_status_name(-status));
		assert_ptr_equal(text, ivrs_status_text(-status));
		for (int other = IVRS_OK; other < status; other++) {
			assert_string_not_equal(name, ivrs_status_name(other));
			assert_string_not_equal(text, ivrs_status_text(other));
		}
	}
	assert_string_equal(ivrs_status_name(0), "IVRS_OK");
	assert_string_equal(ivrs_status_name(-1), "IVRS_E_NOMEM");
	assert_string_equal(ivrs_status_name(-IVRS_E_SIGNATURE), "IVRS_E_SIGNATURE");
}

static void numbers_that_are_no_status(void **state)
{
	static const int numbers[] = {IVRS_E_ARCHIVE + 1, -IVRS_E_ARCHIVE - 1, 4711, INT_MAX,
				      INT_MIN};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_string_equal(ivrs_status_name(numbers[i]), "IVRS_E_UNKNOWN");
		assert_string_equal(ivrs_status_text(numbers[i]), "unknown status");
	}
}

static void version_of_library_and_headers_agree(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(ivrs_version_string(), IVRS_VERSION_STRING);
	assert_int_equal(ivrs_version_number(), IVRS_VERSION_NUMBER);
	snprintf(text, sizeof(text), "%d.%d.%d", IVRS_VERSION_MAJOR, IVRS_VERSION_MINOR,
		 IVRS_VERSION_PATCH);
	assert_string_equal(text, IVRS_VERSION_STRING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_a_name_and_a_text),
		cmocka_unit_test(numbers_that_are_no_status),
		cmocka_unit_test(version_of_library_and_headers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
