/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of the address space for a guest: SPEC A10.6. */
#include "model.h"

#define LITERAL_LIMIT 4096

static bool excluded(const struct region *r)
{
	return r->kind != IVRS_REGION_RELAXABLE;
}

static bool wraps(const struct region *r)
{
	return r->length && region_end(r) < r->start;
}

static int add(struct ivrs_regions *list, uint64_t start, uint64_t end)
{
	return regions_add(list, &(struct region){.start = start,
						  .length = end - start + 1,
						  .kind = IVRS_REGION_IOVA,
						  .ivmd = IVRS_NONE});
}

/* One region cut out of every node that it touches, exactly as the kernel cuts: an empty one splits, a wrapped one overlaps. */
static int cut(const struct ivrs_regions *from, const struct region *r, struct ivrs_regions *to)
{
	uint64_t start = r->start, end = region_end(r);
	int err = 0;

	for (size_t i = 0; i < from->count && !err; i++) {
		uint64_t a = from->at[i].start, b = region_end(&from->at[i]);

		if (start > b || end < a) {
			err = add(to, a, b);
			continue;
		}
		if (start > a)
			err = add(to, a, start - 1);
		if (!err && end < b)
			err = add(to, end + 1, b);
	}
	return err;
}

static int exclude_literally(uint64_t last, const struct ivrs_regions *reserved,
			     struct ivrs_regions **list)
{
	struct ivrs_regions *next;
	int err = add(*list, 0, last);

	for (size_t i = 0; i < reserved->count && !err; i++) {
		if (!excluded(&reserved->at[i]))
			continue;
		err = regions_new(&next);
		if (err)
			break;
		err = cut(*list, &reserved->at[i], next);
		ivrs_regions_unref(*list);
		*list = next;
	}
	return err;
}

/* The same for regions that ascend and don't wrap: one pass. */
static int exclude_sorted(uint64_t last, const struct ivrs_regions *reserved,
			  struct ivrs_regions *list)
{
	uint64_t from = 0;
	int err = 0;

	for (size_t i = 0; i < reserved->count && !err; i++) {
		const struct region *r = &reserved->at[i];
		uint64_t start = r->start, end = region_end(r);

		if (!excluded(r) || wraps(r) || start > last || (r->length && end < from) ||
		    (!r->length && start && start <= from))
			continue;
		if (start > from)
			err = add(list, from, start - 1);
		if (end >= last)
			return err;
		from = end + 1;
	}
	return err ? err : add(list, from, last);
}

int iova_exclude(uint64_t last, const struct ivrs_regions *reserved, struct ivrs_regions **out)
{
	bool literal = false;
	int err = regions_new(out);

	if (err)
		return err;
	for (size_t i = 0; i < reserved->count; i++)
		literal |= wraps(&reserved->at[i]);
	if (literal && reserved->count <= LITERAL_LIMIT)
		err = exclude_literally(last, reserved, out);
	else
		err = exclude_sorted(last, reserved, *out);
	if (err) {
		ivrs_regions_unref(*out);
		*out = NULL;
	}
	return err;
}
