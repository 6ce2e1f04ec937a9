/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the IVMDs one by one: whom they reach, and what their addresses do to the boot. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

/* From here on one mapping takes seconds, and from there it never ends (SPEC D7). */
#define PAGES_SLOW (1ull << 28)
#define PAGES_ENDLESS (1ull << 38)

#define MSI_FIRST 0xfee00000ull
#define MSI_LAST 0xfeefffffull
#define HT_FIRST 0xfd00000000ull
#define HT_LAST 0xffffffffffull

/* One IVMD that Linux keeps. */
struct memory {
	struct ivmd_fields ivmd;
	const struct unity *unity;
	uint32_t at, index;
	uint64_t start, length; /* rounded as the kernel does it */
	uint8_t prot;
	bool wraps;
	struct reached reached;
};

/* "12 devices, first 0000:01:00.0" */
static const char *whom(const struct check *check, const struct reached *reached, uint32_t count,
			char text[64])
{
	char sbdf[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(reached->first, sbdf);
	if (count == 1)
		snprintf(text, 64, "%s", sbdf);
	else
		snprintf(text, 64, "%" PRIu32 " %s, first %s", count,
			 check->topology ? "devices" : "device ids", sbdf);
	return text;
}

static void check_blocked(struct check *check, const struct memory *memory)
{
	const struct reached *reached = &memory->reached;
	char text[64];

	if (!reached->count)
		return;
	check->blocks |= reached->direct != 0;
	if (reached->direct)
		check_add(check, FINDING_IVMD_BLOCKS, memory->at, reached->first,
			  "IVMD %" PRIu32 " (%02xh, flags 0x%02x) reaches %s: no group with such a "
			  "device can be given to a guest",
			  memory->index, memory->ivmd.block_type, memory->ivmd.flags,
			  whom(check, reached, reached->direct, text));
	else
		check_add_as(check, IVRS_SEVERITY_INFO, FINDING_IVMD_BLOCKS, memory->at,
			     reached->first,
			     "IVMD %" PRIu32 " (%02xh, flags 0x%02x) reaches %s; %s", memory->index,
			     memory->ivmd.block_type, memory->ivmd.flags,
			     whom(check, reached, reached->count, text),
			     check->kernel->rules[RULE_REQUIRE_DIRECT]
				     ? "this kernel's options relax it"
				     : "this kernel doesn't refuse them but keeps the range from "
				       "guests");
}

/*
 * The kernel loses the IOMMU over this block: the simulation knows. Without a host a device at either end of the range is
 * tried alone; another region of the same device may have mapped the pages before (SPEC A8.2).
 */
static int find_fatal(struct check *check, const struct memory *memory, bool *fatal)
{
	const uint32_t keys[] = {memory->reached.first, unity_last(memory->unity)};
	size_t count = memory->unity->first == memory->unity->last ? 1 : ARRAY_SIZE(keys);
	int err = 0;

	*fatal = check->sim && ivrs_sim_state(check->sim) == IVRS_STATE_LOST &&
		 ivrs_sim_offset(check->sim) == memory->at;
	for (size_t i = 0; !check->sim && i < count && !*fatal && !err; i++) {
		enum direct_outcome outcome;
		uint32_t culprit;

		err = direct_map(&check->direct, &keys[i], 1, &outcome, &culprit);
		*fatal = !err && outcome == DIRECT_FAILS &&
			 &check->unity.at[culprit] == memory->unity;
	}
	return err;
}

static bool maps(const struct check *check, const struct memory *memory)
{
	/* An identity domain holds no direct mappings (SPEC A8.2). */
	return memory->reached.count && memory->length && !memory->wraps &&
	       !check->kernel->cmdline.passthrough;
}

static int check_impossible(struct check *check, const struct memory *memory)
{
	char text[64];
	bool fatal;
	int err;

	if (memory->prot || !maps(check, memory))
		return 0;
	err = find_fatal(check, memory, &fatal);
	if (err)
		return err;
	whom(check, &memory->reached, memory->reached.count, text);
	if (!check->kernel->rules[RULE_DIRECT_FATAL])
		check_add_as(check, IVRS_SEVERITY_WRONG_MAPPING, FINDING_MAPPING_IMPOSSIBLE,
			     memory->at, memory->reached.first,
			     "IVMD %" PRIu32 " asks for a mapping without IR and IW for %s: it is "
			     "silently missing",
			     memory->index, text);
	else if (fatal)
		check_add(check, FINDING_MAPPING_IMPOSSIBLE, memory->at, memory->reached.first,
			  "IVMD %" PRIu32
			  " asks for a mapping without IR and IW for %s: Linux unregisters "
			  "the IOMMU, and all DMA stays blocked",
			  memory->index, text);
	else
		check_add_as(check, IVRS_SEVERITY_INFO, FINDING_MAPPING_IMPOSSIBLE, memory->at,
			     memory->reached.first,
			     "IVMD %" PRIu32 " asks for a mapping without IR and IW for %s; %s",
			     memory->index, text,
			     check->sim && ivrs_sim_state(check->sim) != IVRS_STATE_READY
				     ? "something else stops the IOMMU first"
				     : "another IVMD maps its pages first");
	check->lost |= fatal && check->kernel->rules[RULE_DIRECT_FATAL];
	return 0;
}

static void check_size(struct check *check, const struct memory *memory)
{
	uint64_t pages = memory->length >> 12;
	uint64_t total = pages;

	if (!memory->prot || !maps(check, memory))
		return;
	/* The walk is made again for each device, mapped or not; how many there are is known with a topology only. */
	if (check->topology)
		total = pages * memory->reached.count;
	if (total >= PAGES_ENDLESS)
		check_add(check, FINDING_BOOT_ENDLESS, memory->at + 24, memory->reached.first,
			  "IVMD %" PRIu32 " has 0x%" PRIx64 " pages for %" PRIu32
			  " devices: mapping them one by one never ends",
			  memory->index, pages, memory->reached.count);
	else if (total >= PAGES_SLOW)
		check_add(check, FINDING_BOOT_SLOW, memory->at + 24, memory->reached.first,
			  "IVMD %" PRIu32 " has 0x%" PRIx64
			  " pages: the boot takes seconds to minutes longer for each device",
			  memory->index, pages);
}

/*
 * Two devices of one group in the ranges [from, to): below[i] is the smallest index behind i that repeats the group of
 * some range at or after i.
 */
static int page_zero_index(const struct check *check, size_t **below)
{
	size_t groups = check->sim ? ivrs_sim_group_count(check->sim) : 0;
	size_t *next = calloc(groups + 1, sizeof(*next));

	*below = calloc(check->reach_count + 1, sizeof(**below));
	if (!next || !*below) {
		free(next);
		free(*below);
		*below = NULL;
		return -IVRS_E_NOMEM;
	}
	(*below)[check->reach_count] = SIZE_MAX;
	for (size_t i = check->reach_count; i-- > 0;) {
		uint32_t group = check->reach[i].group;

		(*below)[i] = (*below)[i + 1];
		if (group >= groups)
			continue;
		/* 0 is never a later index, so it stands for "none yet". */
		if (next[group] && next[group] < (*below)[i])
			(*below)[i] = next[group];
		next[group] = i;
	}
	free(next);
	return 0;
}

static void check_page_zero(struct check *check, const struct memory *memory, const size_t *below)
{
	const struct reached *reached = &memory->reached;

	if (!check->kernel->rules[RULE_PAGE0_REMAP] || memory->start || !memory->prot ||
	    !maps(check, memory))
		return;
	if (check->sim ? below[reached->from] < reached->to : reached->count > 1)
		check_add_as(check,
			     check->sim ? IVRS_SEVERITY_IOMMU_LOST : IVRS_SEVERITY_WRONG_MAPPING,
			     FINDING_PAGE_ZERO, memory->at + 16, reached->first,
			     "IVMD %" PRIu32
			     " begins at address 0, and two of its devices %s a group: this "
			     "kernel maps page 0 twice, fails and unregisters the IOMMU",
			     memory->index, check->sim ? "share" : "may share");
}

static void check_width(struct check *check, const struct memory *memory)
{
	struct direct_bounds bounds = direct_bounds(check->kernel, false,
						    last_address(check->width));
	uint64_t end = memory->start + memory->length - 1;

	if (!maps(check, memory))
		return;
	if (end > bounds.last || memory->start > bounds.start)
		check_add(check, FINDING_BEYOND_PAGE_TABLE, memory->at + 16, memory->reached.first,
			  "IVMD %" PRIu32
			  " lies beyond what page tables of %u address bits can map: this kernel "
			  "unregisters the IOMMU",
			  memory->index, end > bounds.last ? check->width : 52);
	else if (end >= bounds.skipped)
		check_add_as(check, IVRS_SEVERITY_WRONG_MAPPING, FINDING_BEYOND_PAGE_TABLE,
			     memory->at + 16, memory->reached.first,
			     "IVMD %" PRIu32 " lies beyond 0x%" PRIx64
			     ": this kernel takes that for mapped and leaves it out",
			     memory->index, bounds.skipped - 1);
}

static void check_rounding(struct check *check, const struct memory *memory)
{
	const struct ivmd_fields *ivmd = &memory->ivmd;

	if (ivmd->start + ivmd->memory_length < ivmd->start || memory->wraps ||
	    (ivmd->start && !memory->start) || (ivmd->memory_length && !memory->length))
		check_add(check, FINDING_ADDRESS_WRAPS, memory->at + 16, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32 ": start 0x%" PRIx64 " and length 0x%" PRIx64
			  " pass 2^64; Linux makes 0x%" PRIx64 " to 0x%" PRIx64 " of it",
			  memory->index, ivmd->start, ivmd->memory_length, memory->start,
			  memory->start + memory->length - 1);
	else if (ivmd->start & 0xfff)
		check_add(check, FINDING_START_UNALIGNED, memory->at + 16, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32 " starts at 0x%" PRIx64
			  ", not on a page: Linux maps 0x%" PRIx64 " to 0x%" PRIx64 " instead",
			  memory->index, ivmd->start, memory->start,
			  memory->start + memory->length - 1);
}

/* Addresses that every machine has other plans for. */
static void check_place(struct check *check, const struct memory *memory)
{
	uint64_t first = memory->start, last = memory->start + memory->length - 1;
	bool msi = first <= MSI_LAST && last >= MSI_FIRST;
	bool ht = first <= HT_LAST && last >= HT_FIRST && !check->ht_ignored;

	if (!memory->length || memory->wraps)
		return;
	if (msi || ht)
		check_add(check, FINDING_IVMD_IN_WINDOW, memory->at + 16, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32 " overlaps the %s window: DMA there doesn't reach memory",
			  memory->index, msi ? "MSI" : "HyperTransport");
	/* Below 512 KiB, and from 1 MiB up to the hole at 15 MiB: memory wherever Linux boots. */
	if ((first < 0x80000 && last >= 0x1000) || (first < 0xf00000 && last >= 0x100000))
		check_add(check, FINDING_IVMD_IN_RAM, memory->at + 16, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32 " covers ordinary memory (0x%" PRIx64 " to 0x%" PRIx64
			  "), and Linux doesn't mind: the device may reach the kernel",
			  memory->index, first, last);
}

/* Device ids that a block names and that aren't a device's own (SPEC A7.2). */
static void check_alias(struct check *check, const struct memory *memory)
{
	uint32_t key = sbdf_make(check->map.segmented ? memory->ivmd.segment : 0,
				 memory->ivmd.devid);
	char sbdf[IVRS_SBDF_TEXT];

	if (memory->ivmd.block_type != IVRS_BLOCK_IVMD_ONE || !reach_borrowed(check, key) ||
	    (check->topology && reach_present(check, key, key)))
		return;
	ivrs_sbdf_format(key, sbdf);
	check_add(check, FINDING_IVMD_ALIAS, memory->at + 4, key,
		  "IVMD %" PRIu32
		  " names %s, a requester id that other devices borrow: Linux looks only "
		  "at a device's own id and maps nothing",
		  memory->index, sbdf);
}

/* Does an IVHD in use cover a device id of the range? A device needn't be known there. */
static bool covered(const struct check *check, uint32_t first, uint32_t last)
{
	const struct spans *cover = &check->map.cover;
	size_t low = 0, high = cover->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cover->at[middle].last < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cover->count && cover->at[low].first <= last;
}

/* Blocks that reach nobody, and why. */
static void check_idle(struct check *check, const struct memory *memory, const struct unity *unity)
{
	const struct ivmd_fields *ivmd = &memory->ivmd;
	const struct segment *segment = iommu_map_segment(&check->map, unity_first(unity));
	char first[IVRS_SBDF_TEXT], last[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(unity_first(unity), first);
	ivrs_sbdf_format(unity_last(unity), last);
	if (unity->first > unity->last) {
		check_add(check, FINDING_IVMD_INVERTED, memory->at + 4, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32
			  ": the range %s to %s ends before it starts: Linux ignores it",
			  memory->index, first, last);
		return;
	}
	if (ivmd->segment && !check->map.segmented) {
		check_add_as(check, IVRS_SEVERITY_INFO, FINDING_IVMD_SEGMENT, memory->at + 8,
			     IVRS_NO_DEVICE,
			     "IVMD %" PRIu32
			     " names PCI segment 0x%04x, which this kernel doesn't read",
			     memory->index, ivmd->segment);
	} else if (!segment) {
		check_add(check, FINDING_IVMD_SEGMENT, memory->at + 8, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32
			  " names PCI segment 0x%04x, which has no IOMMU: it has no effect",
			  memory->index, ivmd->segment);
		return;
	}
	check_alias(check, memory);
	if (ivmd->block_type == IVRS_BLOCK_IVMD_ALL) {
		if (segment && segment->last_bdf < 0xffff)
			check_add(check, FINDING_IVMD_BOUNDED, memory->at, IVRS_NO_DEVICE,
				  "IVMD %" PRIu32
				  " means all devices; Linux applies it up to device id "
				  "%04" PRIx32,
				  memory->index, segment->last_bdf);
	} else if (check->topology && check->topology->complete &&
		   !reach_present(check, unity_first(unity), unity_last(unity))) {
		check_add(check, FINDING_IVMD_ABSENT, memory->at + 4, unity_first(unity),
			  "IVMD %" PRIu32
			  " is for %s%s%s, and no such device is here: it has no effect",
			  memory->index, first, unity->first == unity->last ? "" : " to ",
			  unity->first == unity->last ? "" : last);
	} else if (!memory->reached.count &&
		   !covered(check, unity_first(unity), unity_last(unity))) {
		check_add(check, FINDING_IVMD_NOT_COVERED, memory->at + 4, unity_first(unity),
			  "IVMD %" PRIu32
			  " is for %s%s%s, which no IVHD in use covers: it has no effect",
			  memory->index, first, unity->first == unity->last ? "" : " to ",
			  unity->first == unity->last ? "" : last);
	}
}

static int check_kept(struct check *check, const struct unity *unity, const size_t *below)
{
	struct memory memory = {
		.unity = unity,
		.at = ivmd_offset(check->table, unity->ivmd),
		.index = unity->ivmd,
		.prot = unity->prot,
	};

	ivmd_decode(check->table, memory.at, &memory.ivmd);
	unity_range(check->table, unity, &memory.start, &memory.length);
	memory.wraps = range_wraps(memory.start, memory.length);
	reach_find(check, unity_first(unity), unity_last(unity), &memory.reached);
	if (memory.ivmd.flags & IVRS_IVMD_EXCLUSION)
		check_add(check, FINDING_EXCLUSION, memory.at + 1, IVRS_NO_DEVICE,
			  "IVMD %" PRIu32
			  " asks for an exclusion range: Linux makes it a read and write "
			  "1:1 mapping",
			  memory.index);
	check_rounding(check, &memory);
	check_place(check, &memory);
	if (!check->usable)
		return 0;
	check_size(check, &memory);
	check_page_zero(check, &memory, below);
	check_width(check, &memory);
	check_blocked(check, &memory);
	check_idle(check, &memory, unity);
	return check_impossible(check, &memory);
}

int check_memory(struct check *check)
{
	const struct ivrs_table *table = check->table;
	size_t *below;
	size_t kept = 0;
	int err = page_zero_index(check, &below);

	if (err)
		return err;
	for (size_t i = 0; i < table->ivmd_count && !err; i++) {
		struct ivmd_fields ivmd;

		if (kept < check->unity.count && check->unity.at[kept].ivmd == i) {
			err = check_kept(check, &check->unity.at[kept++], below);
			continue;
		}
		ivmd_decode(table, ivmd_offset(table, i), &ivmd);
		if (ivmd.block_type <= IVRS_BLOCK_IVMD_RANGE)
			check_add(check, FINDING_IVMD_WITHOUT_FLAGS, ivmd_offset(table, i) + 1,
				  IVRS_NO_DEVICE,
				  "IVMD %zu has flags 0x%02x, neither unity nor exclusion: Linux "
				  "skips it",
				  i, ivmd.flags);
	}
	free(below);
	return err;
}
