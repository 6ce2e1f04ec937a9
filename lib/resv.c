/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reserved_regions of a group: SPEC A9.5. */
#include "model.h"

/* Lists up to this length are merged step by step as the kernel does; longer ones only occur in made-up tables. */
#define LITERAL_LIMIT 4096

/* The kernel's order of types at one address. */
static int rank(const struct region *r)
{
	return r->kind;
}

/*
 * Regions that wrap, are empty or reach the top of the address space make the kernel's merging depend on the order of
 * insertion. All others are merged the same way by sorting.
 */
static bool odd(const struct region *r)
{
	return !r->length || region_end(r) < r->start || region_end(r) == UINT64_MAX;
}

/* One insertion: by address, then one pass that merges the new element's type. */
static void insert(struct region *list, size_t *count, const struct region *new)
{
	size_t at = 0, kept = 0;
	struct region *top = NULL;

	while (at < *count && !(new->start < list[at].start ||
				(new->start == list[at].start &&rank(new) <= rank(&list[at]))))
		at++;
	memmove(&list[at + 1], &list[at], (*count - at) * sizeof(*list));
	list[at] = *new;
	++*count;
	for (size_t i = 0; i < *count; i++) {
		struct region r = list[i];

		if (r.kind != new->kind) {
			list[kept++] = r;
		} else if (!top || r.start > region_end(top) + 1) {
			list[kept] = r;
			top = &list[kept++];
		} else {
			uint64_t end = region_end(top) > region_end(&r) ? region_end(top)
									: region_end(&r);

			top->length = end - top->start + 1;
			top->ivmd = IVRS_NONE;
		}
	}
	*count = kept;
}

static int compare(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return rank(x) - rank(y);
}

/* The same outcome for regions that aren't odd, in n log n. */
static void merge_sorted(struct region *list, size_t *count)
{
	struct region *top[IVRS_REGION_IOVA + 1] = {NULL};
	size_t kept = 0;

	qsort(list, *count, sizeof(*list), compare);
	for (size_t i = 0; i < *count; i++) {
		struct region r = list[i], *t = top[r.kind];

		if (!t || r.start > region_end(t) + 1) {
			list[kept] = r;
			top[r.kind] = &list[kept++];
		} else {
			uint64_t end = region_end(t) > region_end(&r) ? region_end(t)
								      : region_end(&r);

			t->length = end - t->start + 1;
			t->ivmd = IVRS_NONE;
		}
	}
	*count = kept;
}

int resv_merge(const struct region *in, size_t count, struct ivrs_regions **out)
{
	struct ivrs_regions *regions;
	bool literal = false;
	int err = regions_new(out);

	if (err)
		return err;
	regions = *out;
	for (size_t i = 0; i < count; i++)
		literal |= odd(&in[i]);
	regions->at = malloc((count + 1) * sizeof(*regions->at));
	if (!regions->at) {
		ivrs_regions_unref(regions);
		*out = NULL;
		return -IVRS_E_NOMEM;
	}
	regions->room = count + 1;
	if (literal && count <= LITERAL_LIMIT) {
		for (size_t i = 0; i < count; i++)
			insert(regions->at, &regions->count, &in[i]);
	} else {
		memcpy(regions->at, in, count * sizeof(*in));
		regions->count = count;
		merge_sorted(regions->at, &regions->count);
	}
	/* Merged regions speak for several blocks, and prot isn't shown by sysfs. */
	for (size_t i = 0; i < regions->count; i++) {
		regions->at[i].ivmd = IVRS_NONE;
		regions->at[i].prot = 0;
	}
	return 0;
}

void resv_bound(struct ivrs_regions *regions)
{
	size_t room = 4096, i;

	/* "0x%016llx 0x%016llx TYPE\n"; the byte for a terminating NUL isn't available. */
	for (i = 0; i < regions->count; i++) {
		size_t line = 39 + strlen(ivrs_region_kind_name(regions->at[i].kind));

		if (line >= room)
			break;
		room -= line;
	}
	regions->count = i;
}
