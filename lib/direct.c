/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct mappings of a group in its default domain: SPEC A8.2 to A8.4, iommu_create_device_direct_mappings(). */
#include "direct.h"

/* A8.4: one page-table walk a page; 2^38 of them don't end within a day. */
#define ENDLESS_PAGES (1ull << 38)
/* The loop over a region runs while address <= end: behind this end the address wraps to 0 and the loop never leaves. */
#define LAST_PAGE 0xfffffffffffff000ull
/* Entries looked at in all groups together. Only tables made for it have more that may fail. */
#define BUDGET 4000000u

struct piece {
	uint64_t first, end; /* pages; end exclusive */
	uint32_t unity;
	uint8_t prot;
	bool wraps; /* ends at the last page */
};

/* The pages of a domain: a segment tree over the boundaries of all pieces of the group, "all mapped" a node. */
struct pages {
	uint64_t *bounds;
	size_t count, leaves;
	bool *full;
	bool zero; /* page 0 is mapped, though the kernel's look-up can't see it */
};

static bool read_piece(const struct direct *d, uint32_t index, struct piece *p)
{
	uint64_t start, length;

	unity_range(d->table, &d->unity->at[index], &start, &length);
	p->first = start >> 12;
	p->end = (start + length) >> 12;
	p->unity = index;
	p->prot = d->unity->at[index].prot;
	p->wraps = start + length == LAST_PAGE;
	/* A wrapped or an empty range: the loop doesn't run, or has nothing to do. */
	return start < start + length || p->wraps;
}

struct direct_bounds direct_bounds(const struct ivrs_kernel *kernel, bool guest_tables,
				   uint64_t aperture)
{
	const bool *rules = kernel->rules;
	struct direct_bounds b = {UINT64_MAX, UINT64_MAX, UINT64_MAX};

	/* Before the generic page tables v2 ones dropped the upper bits of an address without an error. */
	if (rules[RULE_WIDTH_FAILS] && (!guest_tables || rules[RULE_VASIZE]))
		b.last = aperture;
	if (rules[RULE_VASIZE])
		b.start = (1ull << 52) - 1;
	if (rules[RULE_BEYOND_SKIPPED])
		b.skipped = guest_tables ? 1ull << 47 : 1ull << 39;
	return b;
}

static bool too_high(const struct direct *d, const struct piece *p)
{
	return (p->end << 12) - 1 > d->bounds.last || p->first > d->bounds.start >> 12;
}

/* Could this piece fail, or never end, whatever else is mapped? */
static bool suspicious(const struct direct *d, const struct piece *p)
{
	return !p->prot || p->wraps || p->end - p->first >= ENDLESS_PAGES || too_high(d, p) ||
	       (!p->first && d->kernel->rules[RULE_PAGE0_REMAP]);
}

int direct_init(struct direct *d, const struct ivrs_table *table, const struct unity_list *unity,
		const struct ivrs_kernel *kernel, struct direct_bounds bounds)
{
	struct span *items = NULL;
	size_t count = 0, room = 0;
	struct piece p;
	int err = 0;

	*d = (struct direct){.table = table,
			     .unity = unity,
			     .kernel = kernel,
			     .bounds = bounds,
			     .budget = BUDGET};
	for (size_t i = 0; i < unity->count; i++) {
		const struct unity *u = &unity->at[i];

		if (!read_piece(d, (uint32_t)i, &p) || !suspicious(d, &p))
			continue;
		if (count == room) {
			struct span *grown = realloc(items,
						     (room ? 2 * room : 16) * sizeof(*grown));

			if (!grown) {
				err = -IVRS_E_NOMEM;
				break;
			}
			items = grown;
			room = room ? 2 * room : 16;
		}
		items[count++] = (struct span){sbdf_make(u->segment, u->first),
					       sbdf_make(u->segment, u->last), 0};
	}
	if (!err)
		err = spans_paint(items, count, &d->suspects);
	free(items);
	return err;
}

void direct_free(struct direct *d)
{
	spans_free(&d->suspects);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t bound_index(const struct pages *pages, uint64_t page)
{
	size_t low = 0, high = pages->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pages->bounds[mid] < page)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int pages_init(struct pages *pages, const struct piece *pieces, size_t count,
		      uint64_t skipped)
{
	size_t kept = 0;

	*pages = (struct pages){.leaves = 1};
	pages->bounds = malloc((2 * count + 3) * sizeof(*pages->bounds));
	if (!pages->bounds)
		return -IVRS_E_NOMEM;
	pages->bounds[pages->count++] = 0;
	pages->bounds[pages->count++] = 1;
	pages->bounds[pages->count++] = skipped;
	for (size_t i = 0; i < count; i++) {
		pages->bounds[pages->count++] = pieces[i].first;
		pages->bounds[pages->count++] = pieces[i].end;
	}
	qsort(pages->bounds, pages->count, sizeof(*pages->bounds), compare);
	for (size_t i = 0; i < pages->count; i++)
		if (!i || pages->bounds[i] != pages->bounds[kept - 1])
			pages->bounds[kept++] = pages->bounds[i];
	pages->count = kept;
	while (pages->leaves < kept)
		pages->leaves *= 2;
	pages->full = calloc(2 * pages->leaves, sizeof(*pages->full));
	return pages->full ? 0 : -IVRS_E_NOMEM;
}

static void pages_free(struct pages *pages)
{
	free(pages->bounds);
	free(pages->full);
}

/* Depth is the height of the tree, 32 at the most. */
static bool tree_full(const struct pages *p, size_t node, size_t low, size_t high, size_t first,
		      size_t end)
{
	size_t mid = low + (high - low) / 2;

	if (end <= low || high <= first || p->full[node])
		return true;
	if (high - low == 1)
		return false;
	return tree_full(p, 2 * node, low, mid, first, end) &&
	       tree_full(p, 2 * node + 1, mid, high, first, end);
}

static void tree_fill(struct pages *p, size_t node, size_t low, size_t high, size_t first,
		      size_t end)
{
	size_t mid = low + (high - low) / 2;

	if (end <= low || high <= first || p->full[node])
		return;
	if (first <= low && high <= end) {
		p->full[node] = true;
		return;
	}
	tree_fill(p, 2 * node, low, mid, first, end);
	tree_fill(p, 2 * node + 1, mid, high, first, end);
	p->full[node] = p->full[2 * node] && p->full[2 * node + 1];
}

/* One region of one device. Before the rule page-0-seen, page 0 always looks unmapped, because physical address 0 means "nothing" (A8.2). */
static enum direct_outcome map_piece(const struct direct *d, struct pages *pages,
				     const struct piece *p)
{
	uint64_t skipped = d->bounds.skipped >> 12;
	size_t first = bound_index(pages, p->first),
	       end = bound_index(pages, p->end < skipped ? p->end : skipped);
	bool seen = d->kernel->rules[RULE_PAGE0_SEEN];

	if (p->end - p->first >= ENDLESS_PAGES)
		return DIRECT_NEVER_ENDS;
	if (p->first >= skipped)
		return p->wraps ? DIRECT_NEVER_ENDS : DIRECT_DONE;
	if ((p->first || seen) && tree_full(pages, 1, 0, pages->leaves, first, end))
		return p->wraps ? DIRECT_NEVER_ENDS : DIRECT_DONE;
	if (!p->prot || too_high(d, p) ||
	    (!p->first && pages->zero && d->kernel->rules[RULE_PAGE0_REMAP]))
		return DIRECT_FAILS;
	pages->zero |= !p->first;
	tree_fill(pages, 1, 0, pages->leaves, p->first || seen ? first : bound_index(pages, 1),
		  end);
	return p->wraps ? DIRECT_NEVER_ENDS : DIRECT_DONE;
}

/* The regions of one device, in table order, until one fails. */
static enum direct_outcome map_device(const struct direct *d, struct pages *pages,
				      const struct piece *pieces, size_t count, uint32_t *culprit)
{
	enum direct_outcome outcome = DIRECT_DONE;

	for (size_t i = 0; i < count && outcome == DIRECT_DONE; i++) {
		outcome = map_piece(d, pages, &pieces[i]);
		if (outcome != DIRECT_DONE)
			*culprit = pieces[i].unity;
	}
	return outcome;
}

/* A8.3: all devices once; if one failed, all again until one fails again. */
static enum direct_outcome map_group(const struct direct *d, struct pages *pages,
				     const struct piece *pieces, const size_t *starts, size_t count,
				     uint32_t *culprit)
{
	enum direct_outcome outcome;
	bool failed = false;

	for (size_t i = 0; i < count; i++) {
		outcome = map_device(d, pages, &pieces[starts[i]], starts[i + 1] - starts[i],
				     culprit);
		if (outcome == DIRECT_NEVER_ENDS)
			return outcome;
		failed |= outcome == DIRECT_FAILS;
	}
	if (!failed)
		return DIRECT_DONE;
	for (size_t i = 0; i < count; i++) {
		outcome = map_device(d, pages, &pieces[starts[i]], starts[i + 1] - starts[i],
				     culprit);
		if (outcome != DIRECT_DONE)
			return outcome;
	}
	return DIRECT_DONE;
}

/* All pieces of all members, one after the other. */
static int collect(struct direct *d, const uint32_t *keys, size_t count, struct piece **pieces,
		   size_t *starts)
{
	size_t used = 0, room = 0, found_count;
	uint32_t *found;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		starts[i] = used;
		err = unity_find(d->unity, keys[i], &found, &found_count);
		for (size_t k = 0; k < found_count && !err; k++) {
			if (used == room) {
				struct piece *grown =
					realloc(*pieces, (room ? 2 * room : 16) * sizeof(*grown));

				if (!grown) {
					err = -IVRS_E_NOMEM;
					break;
				}
				*pieces = grown;
				room = room ? 2 * room : 16;
			}
			used += read_piece(d, found[k], &(*pieces)[used]);
			d->budget -= d->budget != 0;
			if (!d->budget)
				break;
		}
		free(found);
	}
	starts[count] = used;
	return err;
}

int direct_map(struct direct *d, const uint32_t *keys, size_t count, enum direct_outcome *outcome,
	       uint32_t *culprit)
{
	struct pages pages = {0};
	struct piece *pieces = NULL;
	size_t *starts, i;
	int err;

	*outcome = DIRECT_DONE;
	*culprit = IVRS_NONE;
	for (i = 0; i < count && !spans_find(&d->suspects, keys[i]); i++)
		;
	if (i == count)
		return 0;
	starts = malloc((count + 1) * sizeof(*starts));
	if (!starts)
		return -IVRS_E_NOMEM;
	err = collect(d, keys, count, &pieces, starts);
	/* Beyond the budget the answer is the cautious one: what may fail counts as failing. */
	if (!err && !d->budget)
		*outcome = DIRECT_FAILS;
	else if (!err)
		err = pages_init(&pages, pieces, starts[count], d->bounds.skipped >> 12);
	if (!err && d->budget)
		*outcome = map_group(d, &pages, pieces, starts, count, culprit);
	pages_free(&pages);
	free(pieces);
	free(starts);
	return err;
}
