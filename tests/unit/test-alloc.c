/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every allocation of the reading rooms fails once: the status says so, nothing leaks, nothing else happens. */
#include "unit.h"
#include "alloc.h"

/* Everything that allocates while a table is read; true when all of it worked. */
static bool read_all(const void *bytes, size_t size, uint32_t flags)
{
	ivrs_table *table = NULL;
	ivrs_ivhd *ivhd = NULL;
	ivrs_ivmd *memory = NULL;
	int status = ivrs_table_parse(bytes, size, flags, NULL, &table);

	if (!status)
		status = ivrs_table_ivhd(table, 2, &ivhd);
	if (!status)
		status = ivrs_table_ivmd(table, 2, &memory);
	countdown = -1;
	if (status) {
		assert_int_equal(status, -IVRS_E_NOMEM);
		assert_null(memory);
	} else {
		assert_int_equal(ivrs_ivhd_entry_count(ivhd), 15);
		assert_int_equal(ivrs_ivmd_aux(memory), 0x0fff);
	}
	ivrs_ivmd_unref(memory);
	ivrs_ivhd_unref(ivhd);
	ivrs_table_unref(table);
	return !status;
}

static void every_allocation_of_a_table(void **state)
{
	static char text[20000];
	struct build b;

	(void)state;
	build_everything(&b);
	build_dump(b.bytes, b.size, "IVRS", text);
	for (int dump = 0; dump < 2; dump++)
		for (uint32_t flags = 0; flags <= IVRS_PARSE_LENIENT; flags++) {
			long n = 0;

			for (bool worked = false; !worked; n++) {
				countdown = n;
				worked = dump ? read_all(text, strlen(text), flags)
					      : read_all(b.bytes, b.size, flags);
				assert_true(n < 20);
			}
			/* Struct, bytes, lists and the two children: five that fail, then it works. */
			assert_int_equal(n, 6);
		}
}

static void every_allocation_of_a_report(void **state)
{
	struct build b;
	size_t full = 0;

	(void)state;
	build_everything(&b);
	b.bytes[9]++;
	put(&b, 0, 40);
	for (long n = 0; n < 20; n++) {
		ivrs_report *report = NULL;
		ivrs_table *table = NULL;
		int status;

		countdown = n;
		status = ivrs_report_new(&report);
		if (!status)
			status = ivrs_table_parse(b.bytes, b.size, IVRS_PARSE_LENIENT, report,
						  &table);
		countdown = -1;
		if (!report) {
			assert_int_equal(status, -IVRS_E_NOMEM);
			continue;
		}
		/* Findings get lost, and are counted; a parse doesn't fail for them. */
		assert_int_equal(ivrs_report_count(report) + ivrs_report_dropped(report), 2);
		assert_int_equal(ivrs_report_worst(report), IVRS_SEVERITY_IOMMU_LOST);
		assert_true(status == 0 || status == -IVRS_E_NOMEM);
		full += ivrs_report_dropped(report) == 0 && !status;
		ivrs_table_unref(table);
		ivrs_report_free(report);
	}
	assert_true(full > 10);
}

static void memory_is_less_than_twice_the_table(void **state)
{
	const size_t count = 100000, size = 48 + 32 * count;
	uint8_t *bytes = calloc(1, size);
	ivrs_table *table;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "IVRS", 4);
	for (int i = 0; i < 4; i++)
		bytes[4 + i] = (uint8_t)(size >> (8 * i));
	for (size_t i = 0; i < count; i++) {
		bytes[48 + 32 * i] = 0x22;
		bytes[48 + 32 * i + 2] = 32;
	}
	asked = 0;
	assert_int_equal(ivrs_table_parse(bytes, size, 0, NULL, &table), 0);
	/* The bytes and two numbers per block, which a realloc'd list would double. */
	assert_in_range(asked, size, size + 8 * count + 1024);
	ivrs_table_unref(table);
	free(bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_of_a_table),
		cmocka_unit_test(every_allocation_of_a_report),
		cmocka_unit_test(memory_is_less_than_twice_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
