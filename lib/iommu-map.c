/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From IVHD blocks to "which IOMMU translates for this device": SPEC A1.5 to A5, in the order in which the kernel goes. */
#include <stdarg.h>
#include <stdio.h>

#include "format.h"
#include "model.h"

#define IOMMU_MAX 32 /* A4.3 */

/* Sizes of the register region that the driver reserves (A4.3). */
#define MMIO_SMALL 0x4000u
#define MMIO_LARGE 0x80000u

/* What find_last_devid_from_ivhd() says of one block of the target type. */
struct extent {
	uint32_t segment, order; /* order: index into the table's blocks */
	enum { EXTENT_OK, EXTENT_EMPTY, EXTENT_ENDLESS, EXTENT_UNSUPPORTED } status;
	uint32_t last; /* EXTENT_OK: the largest devid; else the offset of what is wrong */
};

struct builder {
	const struct ivrs_table *table;
	const struct ivrs_kernel *kernel;
	struct iommu_map *map;
	struct extent *extents; /* by segment, then table order */
	size_t extent_count;
	struct span *cover, *alias;
	size_t cover_count, cover_room, alias_count, alias_room;
	size_t ioapic_room, hid_room, iommu_room;
	uint64_t bases[IOMMU_MAX]; /* sorted */
};

static int __attribute__((format(printf, 4, 5)))
stop(struct iommu_map *map, uint32_t state, uint64_t offset, const char *format, ...)
{
	va_list args;

	map->state = state;
	map->offset = offset;
	va_start(args, format);
	vsnprintf(map->message, sizeof(map->message), format, args);
	va_end(args);
	return 1;
}

/* A2.1 to A2.3. Positive when the kernel never comes back. */
static int choose_target(const struct ivrs_table *table, struct iommu_map *map)
{
	struct ivhd_fields block;
	uint16_t devid;

	/* A1.8: without blocks the first type is read all the same, from behind the table. */
	ivhd_decode(table, IVRS_HEADER_SIZE, &block);
	map->target = block.block_type;
	devid = block.devid;
	for (size_t i = 0; i < table->block_count; i++) {
		ivhd_decode(table, table->blocks[i], &block);
		if (block.block_type > 0x40)
			return 0;
		if (block.devid == devid)
			map->target = block.block_type;
		if (!block.length)
			return stop(
				map, IVRS_STATE_HANGS, table->blocks[i],
				"a block of length 0: the kernel's walk over the table never ends");
	}
	return 0;
}

/* A3.1, A3.2 for one block. */
static void measure(const struct ivrs_table *table, uint32_t offset, const struct ivhd_fields *ivhd,
		    struct extent *e)
{
	uint32_t at = offset + ivhd_header_size(ivhd->block_type), end = offset + ivhd->length;
	struct entry_fields entry;
	int64_t last = -1;

	e->status = EXTENT_OK;
	if (!ivhd_header_size(ivhd->block_type)) {
		e->status = EXTENT_UNSUPPORTED;
		e->last = offset;
		return;
	}
	for (; at < end; at += entry.length) {
		entry_decode(table, at, &entry);
		if (entry.type == IVRS_ENTRY_ALL) {
			e->last = 0xffff;
			return;
		}
		if ((entry.type == IVRS_ENTRY_SELECT || entry.type == IVRS_ENTRY_END ||
		     entry.type == IVRS_ENTRY_ALIAS || entry.type == IVRS_ENTRY_EXT_SELECT) &&
		    entry.devid > last)
			last = entry.devid;
		if (!entry.length) {
			e->status = EXTENT_ENDLESS;
			e->last = at;
			return;
		}
	}
	e->last = last < 0 ? offset : (uint32_t)last;
	if (last < 0)
		e->status = EXTENT_EMPTY;
}

static int compare_extents(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int measure_all(struct builder *b)
{
	struct ivhd_fields ivhd;
	size_t count = 0;

	for (size_t i = 0; i < b->table->block_count; i++) {
		ivhd_decode(b->table, b->table->blocks[i], &ivhd);
		count += ivhd.block_type == b->map->target;
	}
	b->extents = malloc((count + 1) * sizeof(*b->extents));
	if (!b->extents)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < b->table->block_count; i++) {
		struct extent *e = &b->extents[b->extent_count];

		ivhd_decode(b->table, b->table->blocks[i], &ivhd);
		if (ivhd.block_type != b->map->target)
			continue;
		e->segment = b->map->segmented ? ivhd.segment : 0;
		e->order = (uint32_t)i;
		measure(b->table, b->table->blocks[i], &ivhd, e);
		b->extent_count++;
	}
	qsort(b->extents, b->extent_count, sizeof(*b->extents), compare_extents);
	return 0;
}

/* The walk over all blocks that the first IVHD of a segment sets off (alloc_pci_segment). */
static int open_segment(struct builder *b, uint16_t id)
{
	struct iommu_map *map = b->map;
	struct segment *s;
	size_t low = 0, high = b->extent_count, i;
	uint32_t last = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->extents[mid].segment < id)
			low = mid + 1;
		else
			high = mid;
	}
	for (i = low; i < b->extent_count && b->extents[i].segment == id; i++) {
		const struct extent *e = &b->extents[i];

		switch (e->status) {
		case EXTENT_OK:
			if (e->last > last)
				last = e->last;
			break;
		case EXTENT_EMPTY:
			return stop(
				map, IVRS_STATE_FAILED, e->last,
				"an IVHD names no device: the driver gives up without a message");
		case EXTENT_ENDLESS:
			return stop(map, IVRS_STATE_HANGS, e->last,
				    "a device entry without a length: the kernel's walk over the "
				    "IVHD never ends");
		case EXTENT_UNSUPPORTED:
			return stop(map, IVRS_STATE_FAILED, e->last,
				    "AMD-Vi: Unsupported IVHD type 0x%x", map->target);
		}
	}
	if (b->table->endless)
		return stop(map, IVRS_STATE_HANGS, b->table->blocks[b->table->block_count - 1],
			    "a block of length 0: the kernel's walk over the table never ends");
	/* Ordered insertion: few segments, and each only once. */
	s = realloc(map->segments, (map->segment_count + 1) * sizeof(*s));
	if (!s)
		return -IVRS_E_NOMEM;
	map->segments = s;
	for (i = map->segment_count; i && s[i - 1].id > id; i--)
		s[i] = s[i - 1];
	s[i] = (struct segment){.id = id, .last_bdf = last};
	map->segment_count++;
	return 0;
}

static int append(struct span **items, size_t *count, size_t *room, uint32_t first, uint32_t last,
		  uint32_t value)
{
	struct span *top = *count ? &(*items)[*count - 1] : NULL;

	if (first > last)
		return 0;
	/* Lists of neighbours and repeated ranges are the rule: the last item grows instead of a new one. */
	if (top && top->value == value && first >= top->first && first <= top->last + 1ull) {
		if (last > top->last)
			top->last = last;
		return 0;
	}
	if (*count == *room) {
		size_t more = *room ? 2 * *room : 64;
		struct span *grown = realloc(*items, more * sizeof(*grown));

		if (!grown)
			return -IVRS_E_NOMEM;
		*items = grown;
		*room = more;
	}
	(*items)[(*count)++] = (struct span){first, last, value};
	return 0;
}

/* cover(d) of A4. */
static int cover(struct builder *b, uint32_t base, uint32_t first, uint32_t last)
{
	return append(&b->cover, &b->cover_count, &b->cover_room, base | first, base | last,
		      (uint32_t)b->map->iommu_count - 1);
}

static int add_special(struct builder *b, uint32_t base, const struct entry_fields *e)
{
	struct iommu_map *map = b->map;
	const struct cmdline *c = &b->kernel->cmdline;
	uint32_t sbdf = base | e->devid;

	if (e->variety != 1 && e->variety != 2)
		return stop(map, IVRS_STATE_FAILED, e->offset,
			    "a special device of unknown variety %u: the driver gives up without a "
			    "message",
			    e->variety);
	if (e->variety == 1) {
		for (unsigned int i = 0; i < c->ioapic_count; i++)
			if (c->ioapics[i].id == e->handle)
				return cover(b, base, sbdf_devid(c->ioapics[i].sbdf),
					     sbdf_devid(c->ioapics[i].sbdf));
		if (map->ioapic_count == b->ioapic_room) {
			size_t room = b->ioapic_room ? 2 * b->ioapic_room : 8;
			struct ioapic *grown = realloc(map->ioapics, room * sizeof(*grown));

			if (!grown)
				return -IVRS_E_NOMEM;
			map->ioapics = grown;
			b->ioapic_room = room;
		}
		map->ioapics[map->ioapic_count++] = (struct ioapic){.id = e->handle, .sbdf = sbdf};
	}
	return cover(b, base, e->devid, e->devid);
}

static int add_hid(struct builder *b, uint32_t base, const struct entry_fields *e)
{
	struct iommu_map *map = b->map;
	char cid[9], uid[256];
	struct acpi_hid *hid;

	if (map->hid_count == b->hid_room) {
		size_t room = b->hid_room ? 2 * b->hid_room : 8;
		struct acpi_hid *grown = realloc(map->hids, room * sizeof(*grown));

		if (!grown)
			return -IVRS_E_NOMEM;
		map->hids = grown;
		b->hid_room = room;
	}
	hid = &map->hids[map->hid_count];
	entry_decode_names(b->table, e->offset, hid->hid, cid, uid);
	if (!hid->hid[0])
		return 0;
	hid->entry = e->offset;
	hid->sbdf = base | e->devid;
	map->hid_count++;
	return cover(b, base, e->devid, e->devid);
}

/* A4: the device entries of one IVHD. */
static int read_entries(struct builder *b, const struct ivhd_fields *ivhd, uint32_t offset,
			uint32_t base, uint32_t last_bdf)
{
	uint32_t at = offset + ivhd_header_size(ivhd->block_type), end = offset + ivhd->length;
	uint16_t start = 0, target = 0;
	struct entry_fields e;
	bool alias = false;
	int err = 0;

	for (; at < end && !err; at += e.length) {
		entry_decode(b->table, at, &e);
		switch (e.type) {
		case IVRS_ENTRY_ALL:
			err = cover(b, base, 0, last_bdf);
			break;
		case IVRS_ENTRY_SELECT:
		case IVRS_ENTRY_EXT_SELECT:
			err = cover(b, base, e.devid, e.devid);
			break;
		case IVRS_ENTRY_START:
		case IVRS_ENTRY_EXT_START:
		case IVRS_ENTRY_ALIAS_START:
			start = e.devid;
			alias = e.type == IVRS_ENTRY_ALIAS_START;
			if (alias)
				target = e.alias;
			break;
		case IVRS_ENTRY_ALIAS:
			err = cover(b, base, e.devid, e.devid);
			if (!err)
				err = cover(b, base, e.alias, e.alias);
			if (!err)
				err = append(&b->alias, &b->alias_count, &b->alias_room,
					     base | e.devid, base | e.devid, e.alias);
			break;
		case IVRS_ENTRY_END:
			if (alias && (start <= e.devid || b->kernel->rules[RULE_ENTRY_RANGES]))
				err = cover(b, base, target, target);
			if (start > e.devid)
				break;
			if (!err)
				err = cover(b, base, start, e.devid);
			if (!err && alias)
				err = append(&b->alias, &b->alias_count, &b->alias_room,
					     base | start, base | e.devid, target);
			break;
		case IVRS_ENTRY_SPECIAL:
			err = add_special(b, base, &e);
			break;
		case IVRS_ENTRY_ACPI_HID:
			if (ivhd->block_type == IVRS_BLOCK_IVHD_40)
				err = add_hid(b, base, &e);
			break;
		}
		/* Reached only behind an entry ALL, which ends the first walk early (A3.1). */
		if (!err && !e.length)
			return stop(b->map, IVRS_STATE_HANGS, at,
				    "a device entry without a length: the kernel's walk over the "
				    "IVHD never ends");
	}
	return err;
}

/* A4.3: the register region must be free. False when it overlaps one that an earlier IOMMU has. */
static bool reserve(struct builder *b, uint64_t base)
{
	size_t count = b->map->iommu_count - 1, low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->bases[mid] < base)
			low = mid + 1;
		else
			high = mid;
	}
	/* Bases are compared by the small size: the large one is only found out by reading the hardware's registers. */
	if ((low < count && b->bases[low] - base < MMIO_SMALL) ||
	    (low && base - b->bases[low - 1] < MMIO_SMALL))
		return false;
	memmove(&b->bases[low + 1], &b->bases[low], (count - low) * sizeof(*b->bases));
	b->bases[low] = base;
	return true;
}

/* init_iommu_one() and init_iommu_from_acpi() for one block. */
static int add_iommu(struct builder *b, uint32_t offset, const struct ivhd_fields *ivhd)
{
	struct iommu_map *map = b->map;
	uint16_t segment = map->segmented ? ivhd->segment : 0;
	uint32_t base = (uint32_t)segment << 16;
	uint64_t size = ivhd->efr & 1u << 9 ? MMIO_LARGE : MMIO_SMALL;
	int err;

	if (!iommu_map_segment(map, base)) {
		err = open_segment(b, segment);
		if (err)
			return err;
	}
	if (map->iommu_count == IOMMU_MAX)
		return stop(map, IVRS_STATE_FAILED, offset,
			    "more than %d IOMMUs: the driver gives up", IOMMU_MAX);
	if (map->iommu_count == b->iommu_room) {
		size_t room = b->iommu_room ? 2 * b->iommu_room : 4;
		struct iommu *grown = realloc(map->iommus, room * sizeof(*grown));

		if (!grown)
			return -IVRS_E_NOMEM;
		map->iommus = grown;
		b->iommu_room = room;
	}
	map->iommus[map->iommu_count++] =
		(struct iommu){.block = offset,
			       .segment = ivhd->segment,
			       .devid = ivhd->devid,
			       .base = ivhd->base,
			       .efr = ivhd->efr,
			       .efr2 = ivhd->efr2,
			       .no_host_tables = ivhd->block_type != IVRS_BLOCK_IVHD_10 &&
						 ivhd->attributes & 1};
	if (ivhd->block_type == IVRS_BLOCK_IVHD_10)
		size = ivhd->attributes & 0xfu << 13 && ivhd->attributes & 0x3fu << 17 ? MMIO_LARGE
										       : MMIO_SMALL;
	if (!reserve(b, ivhd->base))
		return stop(map, IVRS_STATE_FAILED, offset,
			    "AMD-Vi: Can not reserve memory region %llx-%llx for mmio",
			    (unsigned long long)ivhd->base,
			    (unsigned long long)(ivhd->base + size));
	return read_entries(b, ivhd, offset, base, iommu_map_segment(map, base)->last_bdf);
}

/* Phase 1 of init_iommu_all(): every block of the target type, in table order. */
static int add_iommus(struct builder *b)
{
	const struct ivrs_table *table = b->table;
	struct ivhd_fields ivhd;
	int err;

	for (size_t i = 0; i < table->block_count; i++) {
		ivhd_decode(table, table->blocks[i], &ivhd);
		if (ivhd.block_type == b->map->target) {
			err = add_iommu(b, table->blocks[i], &ivhd);
			if (err)
				return err;
		}
	}
	if (table->endless)
		return stop(b->map, IVRS_STATE_HANGS, table->blocks[table->block_count - 1],
			    "a block of length 0: the kernel's walk over the table never ends");
	if (!b->map->iommu_count)
		return stop(b->map, IVRS_STATE_FAILED, IVRS_NO_OFFSET,
			    "the table describes no IOMMU");
	return 0;
}

/* A4.1: an IOMMU doesn't translate itself, whatever the table says. */
static int uncover_iommus(struct builder *b)
{
	for (size_t i = 0; i < b->map->iommu_count; i++) {
		const struct iommu *iommu = &b->map->iommus[i];
		uint32_t key = map_key(b->map, sbdf_make(iommu->segment, iommu->devid));
		int err = append(&b->cover, &b->cover_count, &b->cover_room, key, key, SPAN_NONE);

		if (err)
			return err;
	}
	return 0;
}

static int build(struct builder *b)
{
	struct iommu_map *map = b->map;
	int err;

	if (!ivrs_table_checksum_valid(b->table))
		return stop(map, IVRS_STATE_FAILED, ACPI_CHECKSUM,
			    "AMD-Vi: [Firmware Bug]: IVRS invalid checksum");
	err = choose_target(b->table, map);
	if (!err)
		err = measure_all(b);
	if (!err)
		err = add_iommus(b);
	if (!err)
		err = uncover_iommus(b);
	return err;
}

int iommu_map_build(const struct ivrs_table *table, const struct ivrs_kernel *kernel,
		    struct iommu_map *map)
{
	struct builder *b = calloc(1, sizeof(*b));
	int err;

	memset(map, 0, sizeof(*map));
	if (!b)
		return -IVRS_E_NOMEM;
	map->state = IVRS_STATE_READY;
	map->offset = IVRS_NO_OFFSET;
	map->segmented = kernel->rules[RULE_PCI_SEGMENTS];
	b->table = table;
	b->kernel = kernel;
	b->map = map;
	err = build(b);
	if (err >= 0)
		err = spans_paint(b->cover, b->cover_count, &map->cover);
	if (err >= 0)
		err = spans_paint(b->alias, b->alias_count, &map->alias);
	free(b->extents);
	free(b->cover);
	free(b->alias);
	free(b);
	if (err < 0)
		iommu_map_free(map);
	return err < 0 ? err : 0;
}

void iommu_map_free(struct iommu_map *map)
{
	free(map->iommus);
	free(map->segments);
	free(map->ioapics);
	free(map->hids);
	spans_free(&map->cover);
	spans_free(&map->alias);
	memset(map, 0, sizeof(*map));
}
