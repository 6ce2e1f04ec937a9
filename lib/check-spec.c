/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the specification asks of a table and Linux mostly doesn't mind: reserved bits, and blocks that describe one thing twice. */

#include <inttypes.h>

#include "check.h"
#include "cursor.h"

#define IVINFO_RESERVED 0xff80001cu
#define INFO_RESERVED 0xe0e0u
#define ATTRIBUTES_RESERVED 0xf0001fffu

static void check_header(struct check *check)
{
	const struct ivrs_table *table = check->table;
	uint32_t ivinfo = ivrs_table_ivinfo(table);
	uint8_t revision = ivrs_table_revision(table);
	uint8_t reserved = 0;
	bool newer = false, newest = false;

	for (size_t i = 0; i < table->ivhd_count; i++) {
		uint8_t type = ivrs_table_block_type(table, table->ivhds[i]);

		newer |= type != IVRS_BLOCK_IVHD_10;
		newest |= type == IVRS_BLOCK_IVHD_40;
	}
	if (revision != 1 && revision != 2)
		check_add(check, FINDING_REVISION_UNKNOWN, 8, IVRS_NO_DEVICE,
			  "revision %u is neither 1 nor 2; Linux doesn't look at it", revision);
	else if (revision == 1 && newest)
		check_add(check, FINDING_REVISION_TOO_LOW, 8, IVRS_NO_DEVICE,
			  "revision 1 with an IVHD of type 40h, which belongs to revision 2; "
			  "Linux doesn't look at the revision");
	if (newer && !(ivinfo & IVRS_IVINFO_EFRSUP))
		check_add(check, FINDING_EFRSUP_MISSING, 36, IVRS_NO_DEVICE,
			  "IVinfo 0x%08" PRIx32 " lacks EFRSup (bit 0) though IVHD blocks of type "
			  "11h or 40h carry feature registers",
			  ivinfo);
	if (ivinfo & IVINFO_RESERVED)
		check_add(check, FINDING_IVINFO_RESERVED, 36, IVRS_NO_DEVICE,
			  "IVinfo 0x%08" PRIx32 " has reserved bits 0x%08" PRIx32 " set", ivinfo,
			  ivinfo & IVINFO_RESERVED);
	for (uint32_t i = 0; i < 8; i++)
		reserved = (uint8_t)(reserved | cursor_u8(table_cursor(table), 40 + i));
	if (reserved)
		check_add(check, FINDING_HEADER_RESERVED, 40, IVRS_NO_DEVICE,
			  "reserved header bytes 40 to 47 aren't zero");
}

static void check_entry_types(struct check *check, uint32_t at)
{
	struct entry_fields entry;
	uint32_t next = 0;

	while (check_next_entry(check->table, at, &next, &entry)) {
		switch (entry.type) {
		case IVRS_ENTRY_PAD:
		case IVRS_ENTRY_ALL:
		case IVRS_ENTRY_SELECT:
		case IVRS_ENTRY_START:
		case IVRS_ENTRY_END:
		case IVRS_ENTRY_ALIAS:
		case IVRS_ENTRY_ALIAS_START:
		case IVRS_ENTRY_EXT_SELECT:
		case IVRS_ENTRY_EXT_START:
		case IVRS_ENTRY_SPECIAL:
		case IVRS_ENTRY_ACPI_HID:
			break;
		default:
			/* Without a length Linux never leaves the entry: that is a finding of its own. */
			if (entry.length)
				check_add(check, FINDING_ENTRY_TYPE_UNKNOWN, entry.offset,
					  IVRS_NO_DEVICE,
					  "device entry of unknown type %02xh; Linux skips it",
					  entry.type);
			break;
		}
	}
}

static void check_ivhd_bits(struct check *check, uint32_t at)
{
	struct ivhd_fields ivhd;

	ivhd_decode(check->table, at, &ivhd);
	if (ivhd.info & INFO_RESERVED)
		check_add(check, FINDING_IVHD_INFO_RESERVED, at + 18, IVRS_NO_DEVICE,
			  "IVHD info 0x%04x has reserved bits 0x%04x set", ivhd.info,
			  ivhd.info & INFO_RESERVED);
	if (ivhd.block_type == IVRS_BLOCK_IVHD_10)
		return;
	if (ivhd.flags & 0xc0)
		check_add(check, FINDING_IVHD_FLAGS_RESERVED, at + 1, IVRS_NO_DEVICE,
			  "IVHD %02xh flags 0x%02x: bits 7 and 6 are reserved in this type",
			  ivhd.block_type, ivhd.flags);
	if (ivhd.attributes & ATTRIBUTES_RESERVED)
		check_add(check, FINDING_IVHD_ATTRIBUTES_RESERVED, at + 20, IVRS_NO_DEVICE,
			  "IVHD attributes 0x%08" PRIx32 " have reserved bits 0x%08" PRIx32 " set",
			  ivhd.attributes, ivhd.attributes & ATTRIBUTES_RESERVED);
}

/* An IVHD and whose IOMMU it describes. */
struct twin {
	uint32_t key, at;
};

static int twin_compare(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The next entry that both kinds of block can hold: no padding, and no F0h, which only a 40h may have. */
static bool next_common(const struct ivrs_table *table, uint32_t ivhd, uint32_t *at,
			struct entry_fields *entry)
{
	while (check_next_entry(table, ivhd, at, entry))
		if (entry->type != IVRS_ENTRY_PAD && entry->type != IVRS_ENTRY_ACPI_HID)
			return true;
	return false;
}

static bool same_entry(const struct entry_fields *a, const struct entry_fields *b)
{
	return a->type == b->type && a->flags == b->flags && a->devid == b->devid &&
	       a->alias == b->alias && a->handle == b->handle && a->variety == b->variety;
}

/* Offset of what differs in the second block, 0 when they are alike; *what names it. */
static uint32_t twin_difference(const struct ivrs_table *table, uint32_t first, uint32_t second,
				const char **what)
{
	struct entry_fields a, b;
	struct ivhd_fields x, y;
	uint32_t next_a = 0, next_b = 0;

	ivhd_decode(table, first, &x);
	ivhd_decode(table, second, &y);
	*what = "base address";
	if (x.base != y.base)
		return second + 8;
	*what = "capability offset";
	if (x.capability != y.capability)
		return second + 6;
	*what = "device entry";
	for (;;) {
		bool more_a = next_common(table, first, &next_a, &a);
		bool more_b = next_common(table, second, &next_b, &b);

		if (!more_a && !more_b)
			return 0;
		if (more_a != more_b || !same_entry(&a, &b))
			return more_b ? b.offset : second;
	}
}

static int check_ivhd_twins(struct check *check)
{
	const struct ivrs_table *table = check->table;
	struct twin *twins;
	size_t first = 0;

	if (table->ivhd_count < 2)
		return 0;
	twins = calloc(table->ivhd_count, sizeof(*twins));
	if (!twins)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < table->ivhd_count; i++) {
		struct ivhd_fields ivhd;

		twins[i].at = table->blocks[table->ivhds[i]];
		ivhd_decode(table, twins[i].at, &ivhd);
		twins[i].key = sbdf_make(ivhd.segment, ivhd.devid);
	}
	qsort(twins, table->ivhd_count, sizeof(*twins), twin_compare);
	for (size_t i = 1; i < table->ivhd_count; i++) {
		const char *what;
		uint32_t where;

		if (twins[i].key != twins[first].key) {
			first = i;
			continue;
		}
		where = twin_difference(table, twins[first].at, twins[i].at, &what);
		if (where)
			check_add(check, FINDING_IVHD_TWINS_DIFFER, where, twins[i].key,
				  "IVHD at 0x%" PRIx32 " describes its IOMMU otherwise than the "
				  "IVHD at 0x%" PRIx32 ": another %s",
				  twins[i].at, twins[first].at, what);
	}
	free(twins);
	return 0;
}

/* An IVMD that Linux reads (20h-22h), for finding the twin of a relative one. */
struct request {
	uint64_t start, length;
	uint32_t low, high;
	uint32_t reach; /* largest high among the requests of the same start up to here */
	uint8_t flags;
};

static int request_compare(const void *a, const void *b)
{
	const struct request *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return x->flags - y->flags;
}

/* How well the blocks that Linux reads repeat a relative one. */
enum match { MATCH_NONE, MATCH_OTHER, MATCH_SAME };

static enum match request_match(const struct request *requests, size_t count, uint64_t start,
				uint64_t length, uint8_t flags, uint32_t devid, bool all)
{
	size_t low = 0, high = count, budget = 64;

	/* The first request past the ones that could hold this device. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (requests[middle].start < start ||
		    (requests[middle].start == start && (all || requests[middle].low <= devid)))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || requests[low - 1].start != start || (!all && requests[low - 1].reach < devid))
		return MATCH_NONE;
	/* Same start, so a handful at the most in a sane table; a hostile one isn't worth more than the budget. */
	for (; low && budget && requests[low - 1].start == start; low--, budget--) {
		const struct request *request = &requests[low - 1];

		if ((all || request->high >= devid) && request->length == length &&
		    request->flags == flags)
			return MATCH_SAME;
	}
	return budget ? MATCH_OTHER : MATCH_SAME;
}

static size_t collect_requests(const struct ivrs_table *table, struct request *requests)
{
	size_t count = 0;

	for (size_t i = 0; i < table->ivmd_count; i++) {
		struct ivmd_fields ivmd;
		struct request *request = &requests[count];

		ivmd_decode(table, table->blocks[table->ivmds[i]], &ivmd);
		if (ivmd.block_type > IVRS_BLOCK_IVMD_RANGE)
			continue;
		request->start = ivmd.start;
		request->length = ivmd.memory_length;
		request->flags = ivmd.flags;
		request->low = ivmd.block_type == IVRS_BLOCK_IVMD_ALL ? 0 : ivmd.devid;
		request->high = ivmd.block_type == IVRS_BLOCK_IVMD_ALL	 ? 0xffff
				: ivmd.block_type == IVRS_BLOCK_IVMD_ONE ? ivmd.devid
									 : ivmd.aux;
		if (request->low <= request->high)
			count++;
	}
	qsort(requests, count, sizeof(*requests), request_compare);
	for (size_t i = 0; i < count; i++) {
		requests[i].reach = requests[i].high;
		if (i && requests[i - 1].start == requests[i].start &&
		    requests[i - 1].reach > requests[i].reach)
			requests[i].reach = requests[i - 1].reach;
	}
	return count;
}

static int check_ivmd_twins(struct check *check)
{
	const struct ivrs_table *table = check->table;
	struct request *requests = NULL;
	size_t count = 0;

	for (size_t i = 0; i < table->ivmd_count; i++) {
		uint32_t at = table->blocks[table->ivmds[i]];
		struct ivmd_fields ivmd;
		enum match match;
		bool all;

		ivmd_decode(table, at, &ivmd);
		if (ivmd.block_type <= IVRS_BLOCK_IVMD_RANGE)
			continue;
		if (!requests) {
			requests = calloc(table->ivmd_count, sizeof(*requests));
			if (!requests)
				return -IVRS_E_NOMEM;
			count = collect_requests(table, requests);
		}
		all = ivmd.block_type == IVRS_BLOCK_IVMD_REL_ALL;
		match = request_match(requests, count, ivmd.start, ivmd.memory_length, ivmd.flags,
				      ivmd.devid, all);
		if (match == MATCH_NONE)
			check_add(check, FINDING_RELATIVE_IVMD_ALONE, at, IVRS_NO_DEVICE,
				  "IVMD %zu has type %02xh, which Linux ignores, and no block of "
				  "type 20h to 22h repeats it: its memory isn't mapped",
				  i, ivmd.block_type);
		else if (match == MATCH_OTHER)
			check_add(check, FINDING_IVMD_TWINS_DIFFER, at, IVRS_NO_DEVICE,
				  "IVMD %zu of type %02xh differs in length or flags from the "
				  "block of type 20h to 22h for the same start; Linux follows "
				  "the latter",
				  i, ivmd.block_type);
	}
	free(requests);
	return 0;
}

static void check_ivmd_bits(struct check *check, size_t index, uint32_t at)
{
	const struct ivrs_table *table = check->table;
	struct ivmd_fields ivmd;
	bool reserved = false;

	ivmd_decode(table, at, &ivmd);
	if (ivmd.flags & 0xf0)
		check_add(check, FINDING_IVMD_FLAGS_RESERVED, at + 1, IVRS_NO_DEVICE,
			  "IVMD %zu flags 0x%02x: bits 7 to 4 are reserved; Linux ignores them",
			  index, ivmd.flags);
	for (uint32_t i = 10; i < 16; i++)
		reserved |= cursor_u8(table_cursor(table), (size_t)at + i) != 0;
	if (reserved)
		check_add(check, FINDING_IVMD_RESERVED, at + 10, IVRS_NO_DEVICE,
			  "IVMD %zu: reserved bytes 10 to 15 aren't zero; Linux ignores them",
			  index);
	if (!ivmd.memory_length)
		check_add(check, FINDING_IVMD_LENGTH_ZERO, at + 24, IVRS_NO_DEVICE,
			  "IVMD %zu describes no memory: its length is 0", index);
	else if (ivmd.memory_length & 0xfff)
		check_add(check, FINDING_IVMD_LENGTH_UNALIGNED, at + 24, IVRS_NO_DEVICE,
			  "IVMD %zu: length 0x%" PRIx64 " isn't a multiple of 4 KiB; Linux rounds "
			  "it up",
			  index, ivmd.memory_length);
}

int check_spec(struct check *check)
{
	const struct ivrs_table *table = check->table;
	int err;

	check_header(check);
	for (size_t i = 0; i < table->block_count; i++)
		if (ivrs_table_block_type(table, i) == 0x23)
			check_add(check, FINDING_IVMD_TYPE_23, table->blocks[i], IVRS_NO_DEVICE,
				  "block type 23h is no type of IVMD; Linux ignores the block");
	for (size_t i = 0; i < table->ivhd_count; i++) {
		check_ivhd_bits(check, table->blocks[table->ivhds[i]]);
		check_entry_types(check, table->blocks[table->ivhds[i]]);
	}
	for (size_t i = 0; i < table->ivmd_count; i++)
		check_ivmd_bits(check, i, table->blocks[table->ivmds[i]]);
	err = check_ivhd_twins(check);
	return err ? err : check_ivmd_twins(check);
}
