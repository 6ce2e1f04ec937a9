/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which IVMDs reach a device or its group, which ones only name it, and whom else they reach. */
#include <inttypes.h>
#include <stdio.h>

#include "explain.h"

bool explain_kept(const struct ivmd_fields *ivmd)
{
	return ivmd->block_type <= IVRS_BLOCK_IVMD_RANGE &&
	       ivmd->flags & (IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION);
}

void explain_range(const struct explain *explain, const struct ivmd_fields *ivmd, uint32_t *first,
		   uint32_t *last)
{
	uint32_t segment = explain->segmented ? ivmd->segment : 0;
	bool all = ivmd->block_type == IVRS_BLOCK_IVMD_ALL ||
		   ivmd->block_type == IVRS_BLOCK_IVMD_REL_ALL;

	*first = sbdf_make(segment, all ? 0 : ivmd->devid);
	*last = sbdf_make(segment, all					       ? 0xffff
				   : ivmd->block_type == IVRS_BLOCK_IVMD_RANGE ? ivmd->aux
									       : ivmd->devid);
}

uint32_t explain_class(const struct ivmd_fields *ivmd)
{
	if (ivmd->block_type == IVRS_BLOCK_IVMD_ALL)
		return IVRS_IVMD_BLANKET;
	if (ivmd->block_type == IVRS_BLOCK_IVMD_ONE || ivmd->devid == ivmd->aux)
		return IVRS_IVMD_NAMED;
	return ivmd->devid >> 8 == ivmd->aux >> 8 ? IVRS_IVMD_BUS : IVRS_IVMD_BLANKET;
}

/* A translated member that is wanted and lies in the range. */
static const struct member *wanted_member(const struct member *member, uint32_t first,
					  uint32_t last)
{
	return member && member->key >= first && member->key <= last ? member : NULL;
}

/* The member that a block reaches: the device itself, else the one that the refusal is about, else the lowest. */
static const struct member *reached_member(const struct explain *explain, uint32_t first,
					   uint32_t last)
{
	const struct member *found = wanted_member(explain->itself, first, last);
	size_t low = 0, high = explain->member_count;

	if (!found)
		found = wanted_member(explain->culprit, first, last);
	if (found)
		return found;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (explain->members[middle].key < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < explain->member_count ? wanted_member(&explain->members[low], first, last)
					   : NULL;
}

const char *explain_prot(uint8_t flags)
{
	static const char *const names[] = {"without any access", "read only", "write only",
					    "read and write"};

	return flags & IVRS_IVMD_EXCLUSION ? names[3] : names[flags >> 1 & 3];
}

void explain_region_text(const struct ivmd_fields *ivmd, char text[48])
{
	uint64_t start = (ivmd->start + 4095) & ~4095ull;
	uint64_t length = (ivmd->memory_length + 4095) & ~4095ull;

	if (length)
		snprintf(text, 48, "0x%" PRIx64 " to 0x%" PRIx64, start, start + length - 1);
	else
		snprintf(text, 48, "0x%" PRIx64 ", length 0", start);
}

void explain_range_text(const struct explain *explain, const struct ivmd_fields *ivmd,
			char text[40])
{
	char low[IVRS_SBDF_TEXT], high[IVRS_SBDF_TEXT];
	uint32_t first, last;

	explain_range(explain, ivmd, &first, &last);
	ivrs_sbdf_format(first, low);
	ivrs_sbdf_format(last, high);
	if (first == last)
		snprintf(text, 40, "%s", low);
	else
		snprintf(text, 40, "%s to %s", low, high);
}

static void add_cause(struct explain *explain, uint32_t ivmd, const struct ivmd_fields *fields,
		      uint32_t ivmd_class, ivrs_sbdf_t device, const char *idle)
{
	struct ivrs_explanation *out = explain->out;
	char range[40], region[48];
	struct cause *cause;

	explain_range_text(explain, fields, range);
	explain_region_text(fields, region);
	if (!(out->cause_count & (out->cause_count - 1))) {
		size_t room = out->cause_count ? 2 * out->cause_count : 1;

		cause = realloc(out->causes, room * sizeof(*cause));
		if (!cause) {
			explain->err = -IVRS_E_NOMEM;
			return;
		}
		out->causes = cause;
	}
	cause = &out->causes[out->cause_count];
	*cause = (struct cause){.ivmd = ivmd, .ivmd_class = ivmd_class, .device = device};
	if (idle)
		cause->text = explain_text(explain,
					   "IVMD %" PRIu32
					   " (%02xh, flags 0x%02x) names %s, without effect: %s.",
					   ivmd, fields->block_type, fields->flags, range, idle);
	else
		cause->text = explain_text(
			explain,
			"IVMD %" PRIu32
			" (%02xh, flags 0x%02x) asks for %s to be mapped 1:1, %s, for %s.",
			ivmd, fields->block_type, fields->flags, region,
			explain_prot(fields->flags), range);
	if (!cause->text)
		return;
	explain->out->cause_count++;
	explain->classes[ivmd_class]++;
	/* A unity map for one device is meant for it, whatever else the firmware does before the boot. */
	if (!idle && ivrs_table_ivinfo(explain->table) & IVRS_IVINFO_DMA_REMAP &&
	    (ivmd_class != IVRS_IVMD_NAMED || fields->flags & IVRS_IVMD_EXCLUSION))
		explain->protection = true;
}

/* Why a block that names the device doesn't reach it; NULL when it doesn't name it. */
static const char *idle_reason(const struct explain *explain, const struct ivmd_fields *ivmd,
			       uint32_t first, uint32_t last)
{
	bool relative = ivmd->block_type > IVRS_BLOCK_IVMD_RANGE;

	if (ivrs_sim_device_acpi_name(explain->sim, explain->device))
		return NULL;
	if (sbdf_devid(explain->key) < sbdf_devid(first) ||
	    sbdf_devid(explain->key) > sbdf_devid(last))
		return NULL;
	if (relative)
		return "Linux ignores blocks of this type";
	if (!(ivmd->flags & (IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION)))
		return "it has neither the unity nor the exclusion flag";
	if (sbdf_segment(first) != sbdf_segment(explain->key))
		return "it names another PCI segment";
	if (ivrs_sim_state(explain->sim) == IVRS_STATE_READY &&
	    !ivrs_sim_device_translated(explain->sim, explain->device))
		return "no IOMMU translates for the device";
	return NULL;
}

/* The IVMDs of an ACPI device: only the simulation knows its device id. */
static void acpi_causes(struct explain *explain)
{
	struct ivrs_regions *regions;
	int err = ivrs_sim_device_unity(explain->sim, explain->device, &regions);

	if (err) {
		explain->err = err;
		return;
	}
	for (size_t i = 0; i < ivrs_regions_count(regions) && !explain->err; i++) {
		uint32_t ivmd = ivrs_regions_ivmd(regions, i);
		struct ivmd_fields fields;

		if (ivmd >= explain->table->ivmd_count)
			continue;
		ivmd_decode(explain->table, explain->table->blocks[explain->table->ivmds[ivmd]],
			    &fields);
		add_cause(explain, ivmd, &fields, explain_class(&fields), 0, NULL);
		explain->self = true;
	}
	ivrs_regions_unref(regions);
}

uint32_t explain_deciding_ivmd(const struct explain *explain)
{
	const struct ivrs_table *table = explain->table;
	uint64_t offset = ivrs_sim_offset(explain->sim);

	for (size_t i = 0; table && i < table->ivmd_count; i++)
		if (table->blocks[table->ivmds[i]] == offset)
			return (uint32_t)i;
	return IVRS_NONE;
}

void explain_causes(struct explain *explain)
{
	const struct ivrs_table *table = explain->table;

	if (explain->err || !table)
		return;
	if (ivrs_sim_device_acpi_name(explain->sim, explain->device)) {
		acpi_causes(explain);
		return;
	}
	for (size_t i = 0; i < table->ivmd_count && !explain->err; i++) {
		const struct member *member = NULL;
		struct ivmd_fields ivmd;
		uint32_t first, last;
		const char *idle;

		ivmd_decode(table, table->blocks[table->ivmds[i]], &ivmd);
		explain_range(explain, &ivmd, &first, &last);
		if (explain_kept(&ivmd))
			member = reached_member(explain, first, last);
		if (member) {
			explain->self |= member->device == explain->device;
			add_cause(explain, (uint32_t)i, &ivmd, explain_class(&ivmd),
				  ivrs_sim_device_sbdf(explain->sim, member->device), NULL);
			continue;
		}
		idle = idle_reason(explain, &ivmd, first, last);
		if (idle)
			add_cause(explain, (uint32_t)i, &ivmd, IVRS_IVMD_IDLE,
				  ivrs_sim_device_sbdf(explain->sim, explain->device), idle);
	}
}

/* Ranges of keys that the causes reach, sorted and joined. */
struct range {
	uint32_t first, last;
};

static int range_compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static size_t join_causes(const struct explain *explain, struct range *ranges)
{
	const struct ivrs_table *table = explain->table;
	size_t count = 0, joined = 0;

	for (size_t i = 0; i < explain->out->cause_count; i++) {
		const struct cause *cause = &explain->out->causes[i];
		struct ivmd_fields ivmd;

		if (cause->ivmd_class == IVRS_IVMD_IDLE)
			continue;
		ivmd_decode(table, table->blocks[table->ivmds[cause->ivmd]], &ivmd);
		explain_range(explain, &ivmd, &ranges[count].first, &ranges[count].last);
		count++;
	}
	qsort(ranges, count, sizeof(*ranges), range_compare);
	for (size_t i = 0; i < count; i++) {
		if (joined && ranges[i].first <= ranges[joined - 1].last) {
			if (ranges[i].last > ranges[joined - 1].last)
				ranges[joined - 1].last = ranges[i].last;
		} else {
			ranges[joined++] = ranges[i];
		}
	}
	return joined;
}

static bool ranges_hold(const struct range *ranges, size_t count, uint32_t key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].last < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ranges[low].first <= key;
}

static bool group_reached(const struct explain *explain, size_t group, const struct range *ranges,
			  size_t count)
{
	for (size_t i = 0; i < ivrs_sim_group_device_count(explain->sim, group); i++) {
		uint32_t device = ivrs_sim_group_device(explain->sim, group, i);
		ivrs_sbdf_t sbdf = ivrs_sim_device_sbdf(explain->sim, device);

		if (!ivrs_sim_device_acpi_name(explain->sim, device) &&
		    ivrs_sim_device_translated(explain->sim, device) &&
		    ranges_hold(ranges, count, explain->segmented ? sbdf : sbdf_devid(sbdf)))
			return true;
	}
	return false;
}

void explain_affected(struct explain *explain)
{
	struct ivrs_explanation *out = explain->out;
	size_t groups = ivrs_sim_group_count(explain->sim), count;
	struct range *ranges;

	if (explain->err || !out->cause_count)
		return;
	ranges = calloc(out->cause_count, sizeof(*ranges));
	out->affected = calloc(groups + 1, sizeof(*out->affected));
	if (!ranges || !out->affected) {
		free(ranges);
		explain->err = -IVRS_E_NOMEM;
		return;
	}
	count = join_causes(explain, ranges);
	for (size_t i = 0; i < groups && count; i++)
		if (i != explain->group && group_reached(explain, i, ranges, count))
			out->affected[out->affected_count++] = (uint32_t)i;
	free(ranges);
}
