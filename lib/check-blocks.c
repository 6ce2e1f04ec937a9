/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the IVHDs: which ones Linux reads, and what in them ends the initialisation or goes astray. */
#include <inttypes.h>

#include "check.h"
#include "cursor.h"
#include "format.h"

/* A type that Linux takes for an IVHD and that is none (SPEC A2.2 to A2.4): the driver ends. */
static void check_target(struct check *check)
{
	const struct ivrs_table *table = check->table;
	uint8_t target = check->map.target;
	struct ivhd_fields first, block;
	size_t decides = 0;

	if (!table->block_count || table->endless || ivhd_header_size(target))
		return;
	ivhd_decode(table, table->blocks[0], &first);
	for (size_t i = 0; i < table->block_count; i++) {
		ivhd_decode(table, table->blocks[i], &block);
		if (block.block_type > IVRS_BLOCK_IVHD_40)
			break;
		if (block.devid == first.devid)
			decides = i;
	}
	if (!decides)
		check_add(check, FINDING_FIRST_BLOCK, table->blocks[0], IVRS_NO_DEVICE,
			  "the first block has type %02xh: Linux takes that for the type of IVHD "
			  "to use "
			  "and has no IOMMU",
			  target);
	else if (block_is_ivmd(target))
		check_add(check, FINDING_IVMD_TAKES_TYPE, table->blocks[decides],
			  sbdf_make(0, first.devid),
			  "this block of type %02xh carries device id %04x, as the first IVHD "
			  "does: Linux "
			  "takes %02xh for the type of IVHD to use and has no IOMMU",
			  target, first.devid, target);
	else
		check_add(check, FINDING_TYPE_UNSUPPORTED, table->blocks[decides],
			  sbdf_make(0, first.devid),
			  "this block of unknown type %02xh carries device id %04x, as the first "
			  "IVHD "
			  "does: Linux takes it for an IVHD and has no IOMMU",
			  target, first.devid);
}

/* What the entries of one IVHD add up to. */
struct tally {
	uint32_t open; /* offset of the range start that isn't closed, 0 none */
	uint16_t start, alias;
	bool has_devices, has_alias, seen_start;
};

static void open_range(struct check *check, struct tally *tally, const struct entry_fields *entry,
		       uint32_t severity)
{
	if (tally->open)
		check_add_as(
			check, severity, FINDING_RANGE_OPEN, tally->open, IVRS_NO_DEVICE,
			"the range that starts at %04x isn't closed before the next one: none of "
			"its devices is covered",
			tally->start);
	tally->open = entry->offset;
	tally->start = entry->devid;
	tally->seen_start = true;
	tally->has_alias = entry->type == IVRS_ENTRY_ALIAS_START;
	tally->alias = tally->has_alias ? entry->alias : 0;
}

static void close_range(struct check *check, struct tally *tally, const struct entry_fields *entry,
			uint32_t severity)
{
	if (!tally->open)
		check_add_as(
			check, severity, FINDING_RANGE_END_ALONE, entry->offset, IVRS_NO_DEVICE,
			"a range ends at %04x and none is open: everything from %04x on is covered",
			entry->devid, tally->seen_start ? tally->start : 0);
	else if (entry->devid < tally->start)
		check_add_as(check, severity, FINDING_RANGE_INVERTED, entry->offset, IVRS_NO_DEVICE,
			     "the range %04x to %04x ends before it starts: nothing is covered",
			     tally->start, entry->devid);
	tally->open = 0;
}

/* Tables are sized by the highest device id that counts (SPEC A3.3). */
static void check_write(struct check *check, const struct ivhd_fields *ivhd,
			const struct entry_fields *entry, uint16_t devid)
{
	const struct iommu_map *map = &check->map;
	const struct segment *segment =
		iommu_map_segment(map, map_key(map, sbdf_make(ivhd->segment, devid)));

	if (!segment || devid < iommu_map_lookup_entries(segment, check->kernel))
		return;
	check_add(
		check, FINDING_WRITE_BEYOND_TABLE, entry->offset, sbdf_make(ivhd->segment, devid),
		"entry of type %02xh for device id %04x: the highest one that counts is %04" PRIx32
		", and Linux writes past the end of its table",
		entry->type, devid, segment->last_bdf);
}

static void check_special(struct check *check, const struct ivhd_fields *ivhd,
			  const struct entry_fields *entry, bool target)
{
	if (entry->variety != 1 && entry->variety != 2)
		check_add_as(check, target ? IVRS_SEVERITY_IOMMU_LOST : IVRS_SEVERITY_INFO,
			     FINDING_SPECIAL_VARIETY, entry->offset, IVRS_NO_DEVICE,
			     "special entry of variety %u, neither IOAPIC nor HPET%s",
			     entry->variety,
			     target ? ": the driver gives up" : "; Linux doesn't read this IVHD");
	else if (target)
		check_write(check, ivhd, entry, entry->devid);
}

static void check_hid(struct check *check, const struct ivhd_fields *ivhd,
		      const struct entry_fields *entry, bool target)
{
	char hid[9], cid[9], uid[256];

	entry_decode_names(check->table, entry->offset, hid, cid, uid);
	if (ivhd->block_type != IVRS_BLOCK_IVHD_40)
		check_add(
			check, FINDING_HID_IGNORED, entry->offset, IVRS_NO_DEVICE,
			"ACPI device %s in an IVHD of type %02xh: Linux reads such entries in type "
			"40h only",
			hid, ivhd->block_type);
	else if (!hid[0])
		check_add(check, FINDING_HID_IGNORED, entry->offset, IVRS_NO_DEVICE,
			  "ACPI device without a hardware id: Linux skips it");
	else if (target)
		check_write(check, ivhd, entry, entry->devid);
}

static void check_entries(struct check *check, uint32_t at)
{
	struct tally tally = {0};
	struct ivhd_fields ivhd;
	struct entry_fields entry;
	uint32_t next = 0, severity;
	bool target;

	ivhd_decode(check->table, at, &ivhd);
	target = ivhd.block_type == check->map.target;
	severity = target ? IVRS_SEVERITY_WRONG_MAPPING : IVRS_SEVERITY_INFO;
	while (check_next_entry(check->table, at, &next, &entry)) {
		switch (entry.type) {
		case IVRS_ENTRY_ALIAS:
			if (target)
				check_write(check, &ivhd, &entry, entry.alias);
			tally.has_devices = true;
			break;
		case IVRS_ENTRY_ALL:
		case IVRS_ENTRY_SELECT:
		case IVRS_ENTRY_EXT_SELECT:
			tally.has_devices = true;
			break;
		case IVRS_ENTRY_START:
		case IVRS_ENTRY_ALIAS_START:
		case IVRS_ENTRY_EXT_START:
			open_range(check, &tally, &entry, severity);
			break;
		case IVRS_ENTRY_END:
			if (target && tally.open && tally.has_alias && entry.devid >= tally.start)
				check_write(check, &ivhd, &entry, tally.alias);
			close_range(check, &tally, &entry, severity);
			tally.has_devices = true;
			break;
		case IVRS_ENTRY_SPECIAL:
			check_special(check, &ivhd, &entry, target);
			break;
		case IVRS_ENTRY_ACPI_HID:
			check_hid(check, &ivhd, &entry, target);
			break;
		}
	}
	if (tally.open)
		check_add_as(
			check, severity, FINDING_RANGE_OPEN, tally.open, IVRS_NO_DEVICE,
			"the range that starts at %04x isn't closed before its IVHD ends: none of "
			"its devices is covered",
			tally.start);
	if (!tally.has_devices)
		check_add_as(check, target ? IVRS_SEVERITY_IOMMU_LOST : IVRS_SEVERITY_INFO,
			     FINDING_IVHD_WITHOUT_DEVICES, at, sbdf_make(ivhd.segment, ivhd.devid),
			     "this IVHD names no device%s",
			     target ? ": the driver gives up" : "; Linux doesn't read it");
}

/* An IVHD, for sorting by IOMMU or by register base. */
struct block {
	uint64_t key;
	uint32_t at;
	bool target;
};

static int block_compare(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* IOMMUs that no block of the chosen type describes (SPEC A2.5). */
static void check_ignored(struct check *check, const struct block *blocks, size_t count)
{
	for (size_t from = 0, to; from < count; from = to) {
		bool found = false;

		for (to = from; to < count && blocks[to].key == blocks[from].key; to++)
			found |= blocks[to].target;
		if (!found)
			check_add(check, FINDING_IOMMU_TYPE_MISSING, blocks[from].at,
				  (uint32_t)blocks[from].key,
				  "Linux reads IVHDs of type %02xh only, and this IOMMU has none: "
				  "it is "
				  "ignored with all its devices",
				  check->map.target);
	}
}

static void check_bases(struct check *check, const struct block *blocks, size_t count)
{
	for (size_t i = 1; i < count; i++)
		/* The smaller of the two sizes that the register region can have (SPEC A4.3). */
		if (blocks[i].key - blocks[i - 1].key < 0x4000)
			check_add(check, FINDING_BASE_SHARED, (uint64_t)blocks[i].at + IVHD_BASE,
				  IVRS_NO_DEVICE,
				  "register base 0x%" PRIx64
				  " overlaps that of the IVHD at 0x%" PRIx32
				  ": the driver gives up",
				  blocks[i].key, blocks[i - 1].at);
}

static int check_iommus(struct check *check)
{
	const struct ivrs_table *table = check->table;
	struct block *blocks = calloc(table->ivhd_count, sizeof(*blocks));
	struct ivhd_fields ivhd;
	size_t targets = 0;

	if (!blocks)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < table->ivhd_count; i++) {
		uint32_t at = table->blocks[table->ivhds[i]];

		ivhd_decode(table, at, &ivhd);
		blocks[i] = (struct block){sbdf_make(ivhd.segment, ivhd.devid), at,
					   ivhd.block_type == check->map.target};
	}
	qsort(blocks, table->ivhd_count, sizeof(*blocks), block_compare);
	if (ivhd_header_size(check->map.target))
		check_ignored(check, blocks, table->ivhd_count);
	for (size_t i = 0; i < table->ivhd_count; i++) {
		uint32_t at = table->blocks[table->ivhds[i]];

		ivhd_decode(table, at, &ivhd);
		if (ivhd.block_type == check->map.target)
			blocks[targets++] = (struct block){ivhd.base, at, true};
	}
	qsort(blocks, targets, sizeof(*blocks), block_compare);
	check_bases(check, blocks, targets);
	if (targets > 32)
		check_add(check, FINDING_TOO_MANY_IOMMUS, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
			  "%zu IOMMUs, the driver knows 32 at the most and gives up", targets);
	free(blocks);
	return 0;
}

/* The walk over IVMDs looks at the flags first and at the type last (SPEC A6.2). */
static void check_flags_walk(struct check *check, uint32_t at)
{
	struct ivhd_fields ivhd;
	uint16_t segment;

	ivhd_decode(check->table, at, &ivhd);
	segment = (uint16_t)ivhd.base;
	if (!(ivhd.flags & 9) || !check->map.segmented || !check->usable ||
	    iommu_map_segment(&check->map, sbdf_make(segment, 0)))
		return;
	check_add(check, FINDING_BOGUS_SEGMENT, (uint64_t)at + 1, IVRS_NO_DEVICE,
		  "IVHD flags 0x%02x make Linux take 0x%04x of the register base for a PCI "
		  "segment: an "
		  "empty one appears",
		  ivhd.flags, segment);
}

static void check_ivinfo(struct check *check)
{
	uint32_t ivinfo = ivrs_table_ivinfo(check->table);
	bool heard = false;

	for (size_t i = 0; i < check->map.iommu_count; i++)
		heard |= check->map.target != IVRS_BLOCK_IVHD_10 &&
			 check->map.iommus[i].efr & EFR_GASUP;
	if (!heard && check->usable && ivinfo & (IVRS_IVINFO_EFRSUP | IVRS_IVINFO_DMA_REMAP))
		check_add(check, FINDING_IVINFO_UNUSED, IVRS_IVINFO, IVRS_NO_DEVICE,
			  "IVinfo 0x%08" PRIx32
			  ": Linux reads its bits 0 and 1 only with an IVHD of type "
			  "11h or 40h whose feature register has GASup",
			  ivinfo);
	if (ivinfo & IVRS_IVINFO_DMA_REMAP && check->table->ivmd_count)
		check_add(check, FINDING_PREBOOT_PROTECTION, IVRS_IVINFO, IVRS_NO_DEVICE,
			  "pre-boot DMA protection was on and the table has %zu IVMDs: a switch in "
			  "the "
			  "BIOS setup may remove them",
			  check->table->ivmd_count);
}

int check_blocks(struct check *check)
{
	const struct ivrs_table *table = check->table;

	check_target(check);
	if (!table->ivhd_count && !table->endless)
		check_add(check, FINDING_NO_IOMMU, IVRS_HEADER_SIZE, IVRS_NO_DEVICE,
			  "the table describes no IOMMU");
	for (size_t i = 0; i < table->ivhd_count; i++) {
		check_entries(check, table->blocks[table->ivhds[i]]);
		check_flags_walk(check, table->blocks[table->ivhds[i]]);
	}
	check_ivinfo(check);
	if (check->usable && !check->kernel->cmdline.no_intremap &&
	    !iommu_map_remaps_interrupts(&check->map, check->kernel, check->topology))
		check_add(check, FINDING_IOAPIC_MISSING, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
			  "no usable IOAPIC entry for %s: Linux switches interrupt remapping off, "
			  "and "
			  "VFIO refuses every device (EPERM)",
			  check->topology && check->topology->ioapic_count ? "every IOAPIC"
									   : "the southbridge");
	return table->ivhd_count ? check_iommus(check) : 0;
}
