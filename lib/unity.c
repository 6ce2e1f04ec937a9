/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From IVMD blocks to unity maps: SPEC A6. */
#include "model.h"

/* Round up to 4096 modulo 2^64. */
static uint64_t page_align(uint64_t x)
{
	return (x + 4095) & ~4095ull;
}

void unity_range(const struct ivrs_table *table, const struct unity *unity, uint64_t *start,
		 uint64_t *length)
{
	struct ivmd_fields ivmd;

	ivmd_decode(table, table->blocks[table->ivmds[unity->ivmd]], &ivmd);
	*start = page_align(ivmd.start);
	*length = page_align(ivmd.memory_length);
}

/* A6.2, A6.4, A6.6. False for a block that the kernel drops. */
static bool read_unity(const struct iommu_map *map, const struct ivmd_fields *ivmd, struct unity *u)
{
	const struct segment *segment;

	if (!(ivmd->flags & (IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION)))
		return false;
	u->segment = map->segmented ? ivmd->segment : 0;
	u->wide = 0;
	switch (ivmd->block_type) {
	case IVRS_BLOCK_IVMD_ALL:
		segment = iommu_map_segment(map, (uint32_t)u->segment << 16);
		u->first = 0;
		u->last = segment ? (uint16_t)segment->last_bdf : 0;
		u->wide = 1;
		break;
	case IVRS_BLOCK_IVMD_ONE:
		u->first = u->last = ivmd->devid;
		break;
	case IVRS_BLOCK_IVMD_RANGE:
		u->first = ivmd->devid;
		u->last = ivmd->aux;
		u->wide = ivmd->devid >> 8 != ivmd->aux >> 8;
		break;
	default:
		return false;
	}
	u->prot = ivmd->flags & IVRS_IVMD_EXCLUSION ? 3 : ivmd->flags >> 1 & 3;
	return true;
}

static uint32_t first_key(const struct unity *u)
{
	return sbdf_make(u->segment, u->first);
}

static uint32_t last_key(const struct unity *u)
{
	return sbdf_make(u->segment, u->last);
}

/*
 * Entries by first key, and by table order where that is the same. Merge sort of keys that carry their index: n log n on any input, and
 * the memory is read in order.
 */
static int sort_order(const struct unity *at, uint32_t *order, size_t count)
{
	uint64_t *block = malloc(2 * (count + 1) * sizeof(*block)), *from = block, *to;

	if (!block)
		return -IVRS_E_NOMEM;
	to = from + count;
	for (size_t i = 0; i < count; i++)
		from[i] = (uint64_t)first_key(&at[order[i]]) << 32 | order[i];
	for (size_t width = 1; width < count; width *= 2) {
		uint64_t *swap = from;

		for (size_t low = 0; low < count; low += 2 * width) {
			size_t mid = low + width < count ? low + width : count;
			size_t high = low + 2 * width < count ? low + 2 * width : count;
			size_t a = low, b = mid;

			for (size_t k = low; k < high; k++)
				to[k] = b >= high || (a < mid && from[a] < from[b]) ? from[a++]
										    : from[b++];
		}
		from = to;
		to = swap;
	}
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)from[i];
	free(block);
	return 0;
}

/* The tree answers "which entries reach this key": leaf i is order[i], a node knows the farthest last key below it. */
static int index_entries(struct unity_list *list)
{
	int err;

	list->leaves = 1;
	while (list->leaves < list->count)
		list->leaves *= 2;
	list->order = malloc(list->count * sizeof(*list->order));
	if (!list->order)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].first <= list->at[i].last)
			list->order[list->order_count++] = (uint32_t)i;
	err = sort_order(list->at, list->order, list->order_count);
	if (err)
		return err;
	list->reach = calloc(2 * list->leaves, sizeof(*list->reach));
	if (!list->reach)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < list->order_count; i++)
		list->reach[list->leaves + i] = last_key(&list->at[list->order[i]]);
	for (size_t i = list->leaves; i-- > 1;)
		list->reach[i] = list->reach[2 * i] > list->reach[2 * i + 1]
					 ? list->reach[2 * i]
					 : list->reach[2 * i + 1];
	return 0;
}

int unity_build(const struct ivrs_table *table, const struct iommu_map *map,
		struct unity_list *list)
{
	struct ivmd_fields ivmd;
	int err;

	memset(list, 0, sizeof(*list));
	if (!table->ivmd_count)
		return 0;
	list->at = malloc(table->ivmd_count * sizeof(*list->at));
	if (!list->at)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < table->ivmd_count; i++) {
		ivmd_decode(table, table->blocks[table->ivmds[i]], &ivmd);
		if (read_unity(map, &ivmd, &list->at[list->count]))
			list->at[list->count++].ivmd = (uint32_t)i;
	}
	err = list->count ? index_entries(list) : 0;
	if (err)
		unity_free(list);
	return err;
}

void unity_free(struct unity_list *list)
{
	free(list->at);
	free(list->order);
	free(list->reach);
	memset(list, 0, sizeof(*list));
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int unity_find(const struct unity_list *list, uint32_t key, uint32_t **found, size_t *count)
{
	size_t stack[64], depth = 0, room = 0, limit = 0, high = list->order_count;

	*found = NULL;
	*count = 0;
	while (limit < high) { /* entries that begin at or before the key */
		size_t mid = limit + (high - limit) / 2;

		if (first_key(&list->at[list->order[mid]]) <= key)
			limit = mid + 1;
		else
			high = mid;
	}
	if (!limit)
		return 0;
	stack[depth++] = 1;
	while (depth) {
		size_t node = stack[--depth], low = node, leaf;

		while (low < list->leaves)
			low *= 2;
		if (low - list->leaves >= limit || list->reach[node] < key)
			continue;
		if (node < list->leaves) {
			stack[depth++] = 2 * node + 1;
			stack[depth++] = 2 * node;
			continue;
		}
		leaf = node - list->leaves;
		if (*count == room) {
			uint32_t *grown = realloc(*found, (room ? 2 * room : 8) * sizeof(*grown));

			if (!grown) {
				free(*found);
				*found = NULL;
				*count = 0;
				return -IVRS_E_NOMEM;
			}
			room = room ? 2 * room : 8;
			*found = grown;
		}
		(*found)[(*count)++] = list->order[leaf];
	}
	if (*count)
		qsort(*found, *count, sizeof(**found), compare);
	return 0;
}
