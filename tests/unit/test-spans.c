/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Painted spans against an array that is painted cell by cell. */
#include "unit.h"
#include "random.h"
#include "spans.h"

#define CELLS 256

static void check_against_array(const struct span *items, size_t count)
{
	uint32_t cells[CELLS];
	struct spans spans;

	for (size_t c = 0; c < CELLS; c++)
		cells[c] = SPAN_NONE;
	for (size_t i = 0; i < count; i++)
		for (uint64_t c = items[i].first; c <= items[i].last; c++)
			cells[c] = items[i].value;
	assert_int_equal(spans_paint(items, count, &spans), 0);
	for (uint32_t c = 0; c < CELLS; c++) {
		const struct span *s = spans_find(&spans, c);

		assert_int_equal(s ? s->value : SPAN_NONE, cells[c]);
	}
	/* Sorted, disjoint, and joined where neighbours are equal. */
	for (size_t i = 0; i < spans.count; i++) {
		assert_true(spans.at[i].first <= spans.at[i].last);
		if (i) {
			assert_true(spans.at[i].first > spans.at[i - 1].last);
			assert_false(spans.at[i].first == spans.at[i - 1].last + 1 &&
				     spans.at[i].value == spans.at[i - 1].value);
		}
	}
	spans_free(&spans);
}

static void random_pictures(void **state)
{
	struct span items[40];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t count = random_below(40);

		for (size_t i = 0; i < count; i++) {
			items[i].first = random_below(CELLS);
			items[i].last = random_below(8)
						? items[i].first +
							  random_below(CELLS - items[i].first)
						: random_below(CELLS);
			items[i].value = random_below(4) ? random_below(3) : SPAN_NONE;
		}
		check_against_array(items, count);
	}
}

static void ends_of_the_key_space(void **state)
{
	const struct span items[] = {{0, UINT32_MAX, 1}, {UINT32_MAX, UINT32_MAX, 2}, {0, 0, 3}};
	struct spans spans;

	(void)state;
	assert_int_equal(spans_paint(items, 3, &spans), 0);
	assert_int_equal(spans.count, 3);
	assert_int_equal(spans_find(&spans, 0)->value, 3);
	assert_int_equal(spans_find(&spans, 1)->value, 1);
	assert_int_equal(spans_find(&spans, UINT32_MAX)->value, 2);
	spans_free(&spans);
}

static void nothing_to_paint(void **state)
{
	const struct span inverted = {5, 4, 1};
	struct spans spans;

	(void)state;
	assert_int_equal(spans_paint(NULL, 0, &spans), 0);
	assert_null(spans_find(&spans, 0));
	assert_int_equal(spans_paint(&inverted, 1, &spans), 0);
	assert_int_equal(spans.count, 0);
	spans_free(&spans);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_pictures),
		cmocka_unit_test(ends_of_the_key_space),
		cmocka_unit_test(nothing_to_paint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
