/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merged reserved regions and what is left for a guest, against slow references that are written from SPEC A9.5 and A10.6
 * with linked lists and nothing shared.
 */
#include "unit.h"
#include "random.h"
#include "model.h"

struct node {
	uint64_t start, length;
	int kind;
	struct node *next;
};

static struct node *node_new(uint64_t start, uint64_t length, int kind, struct node *next)
{
	struct node *n = malloc(sizeof(*n));

	assert_non_null(n);
	*n = (struct node){start, length, kind, next};
	return n;
}

static void nodes_free(struct node *n)
{
	while (n) {
		struct node *next = n->next;

		free(n);
		n = next;
	}
}

/* A9.5: insert before the first that isn't smaller, then rebuild the list, joining what is of the new one's kind. */
static struct node *reference_insert(struct node *list, const struct region *new)
{
	struct node **at = &list, *stack = NULL, **tail = &stack;

	while (*at && !(new->start < (*at)->start ||
			(new->start == (*at)->start &&new->kind <= (*at)->kind)))
		at = &(*at)->next;
	*at = node_new(new->start, new->length, new->kind, *at);
	while (list) {
		struct node *e = list, *top = NULL;
		uint64_t end = e->start + e->length - 1;

		list = e->next;
		e->next = NULL;
		if (e->kind == new->kind)
			for (struct node *s = stack; s; s = s->next)
				if (s->kind == e->kind)
					top = s;
		if (!top || e->start > top->start + top->length - 1 + 1) {
			*tail = e;
			tail = &e->next;
		} else {
			uint64_t top_end = top->start + top->length - 1;

			top->length = (top_end > end ? top_end : end) - top->start + 1;
			free(e);
		}
	}
	return stack;
}

static uint64_t random_start(void)
{
	static const uint64_t odd[] = {0, 0x1000, UINT64_MAX - 0xfff, 0xfee00000, 0xfd00000000};

	return random_below(5) ? (uint64_t)random_below(24) << 12 : odd[random_below(5)];
}

static uint64_t random_length(bool tame)
{
	if (!tame && !random_below(5))
		return random_below(2) ? 0 : UINT64_MAX - 0xfff - ((uint64_t)random_below(3) << 12);
	return (uint64_t)(1 + random_below(4)) << 12;
}

static void random_region(struct region *r, bool tame)
{
	*r = (struct region){.start = tame ? (uint64_t)random_below(24) << 12 : random_start(),
			     .length = random_length(tame),
			     .kind = (uint8_t)(1 + random_below(4))};
}

static void merging(void **state)
{
	struct region in[24];

	(void)state;
	for (int round = 0; round < 6000; round++) {
		size_t count = random_below(24), i = 0;
		struct ivrs_regions *merged;
		struct node *list = NULL;

		for (size_t k = 0; k < count; k++) {
			random_region(&in[k], round % 2);
			list = reference_insert(list, &in[k]);
		}
		assert_int_equal(resv_merge(in, count, &merged), 0);
		for (struct node *n = list; n; n = n->next, i++) {
			assert_true(i < merged->count);
			assert_int_equal(merged->at[i].start, n->start);
			assert_int_equal(merged->at[i].length, n->length);
			assert_int_equal(merged->at[i].kind, n->kind);
		}
		assert_int_equal(i, merged->count);
		ivrs_regions_unref(merged);
		nodes_free(list);
	}
}

/* A10.6, node by node. */
static struct node *reference_exclude(uint64_t last, const struct ivrs_regions *reserved)
{
	struct node *list = node_new(0, last + 1, 0, NULL);

	for (size_t i = 0; i < reserved->count; i++) {
		uint64_t start = reserved->at[i].start, end = start + reserved->at[i].length - 1;
		struct node **at = &list;

		if (reserved->at[i].kind == IVRS_REGION_RELAXABLE)
			continue;
		while (*at) {
			struct node *n = *at;
			uint64_t a = n->start, b = n->start + n->length - 1;

			if (start > b || end < a) {
				at = &n->next;
				continue;
			}
			*at = n->next;
			free(n);
			if (start > a) {
				*at = node_new(a, start - a, 0, *at);
				at = &(*at)->next;
			}
			if (end < b) {
				*at = node_new(end + 1, b - end, 0, *at);
				at = &(*at)->next;
			}
		}
	}
	return list;
}

static void excluding(void **state)
{
	struct region in[16];

	(void)state;
	for (int round = 0; round < 6000; round++) {
		uint64_t last = round % 3 ? UINT64_MAX : (1ull << (13 + random_below(10))) - 1;
		size_t count = random_below(16), i = 0;
		struct ivrs_regions *merged, *left;
		struct node *list;

		for (size_t k = 0; k < count; k++)
			random_region(&in[k], round % 2);
		assert_int_equal(resv_merge(in, count, &merged), 0);
		assert_int_equal(iova_exclude(last, merged, &left), 0);
		list = reference_exclude(last, merged);
		for (struct node *n = list; n; n = n->next, i++) {
			assert_true(i < left->count);
			assert_int_equal(left->at[i].start, n->start);
			assert_int_equal(left->at[i].length, n->length);
		}
		assert_int_equal(i, left->count);
		nodes_free(list);
		ivrs_regions_unref(left);
		ivrs_regions_unref(merged);
	}
}

/* What sysfs prints into one page and loses behind it. */
static void one_page(void **state)
{
	struct region in[200];
	struct ivrs_regions *r;

	(void)state;
	for (size_t i = 0; i < 200; i++)
		in[i] = (struct region){.start = (uint64_t)i << 13,
					.length = 0x1000,
					.kind = IVRS_REGION_DIRECT};
	assert_int_equal(resv_merge(in, 200, &r), 0);
	assert_int_equal(r->count, 200);
	resv_bound(r);
	/* 45 characters a line: 91 of them and 4095 bytes. */
	assert_int_equal(r->count, 91);
	ivrs_regions_unref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging),
		cmocka_unit_test(excluding),
		cmocka_unit_test(one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
