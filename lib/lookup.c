/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to the IOMMU map: SPEC A3.3, A4.2, A4.4. */
#include "model.h"

static int compare_segments(const void *a, const void *b)
{
	return (int)((const struct segment *)a)->id - (int)((const struct segment *)b)->id;
}

const struct segment *iommu_map_segment(const struct iommu_map *map, uint32_t key)
{
	struct segment wanted = {.id = sbdf_segment(key)};

	return map->segment_count ? bsearch(&wanted, map->segments, map->segment_count,
					    sizeof(wanted), compare_segments)
				  : NULL;
}

const struct iommu *iommu_map_find(const struct iommu_map *map, ivrs_sbdf_t sbdf)
{
	uint32_t key = map_key(map, sbdf);
	const struct segment *segment = iommu_map_segment(map, key);
	const struct span *span;

	if (!segment || sbdf_devid(key) > segment->last_bdf)
		return NULL;
	span = spans_find(&map->cover, key);
	return span ? &map->iommus[span->value] : NULL;
}

uint32_t iommu_map_lookup_entries(const struct segment *segment, const struct ivrs_kernel *kernel)
{
	uint32_t need = (segment->last_bdf + 1) * 8,
		 size = kernel->rules[RULE_LOOKUP_EXACT] ? 8 : 4096;

	/* kmalloc() has these two sizes between the powers of two. */
	if (size == 8 && need > 64 && need <= 96)
		size = 96;
	else if (size == 8 && need > 128 && need <= 192)
		size = 192;
	while (size < need)
		size *= 2;
	return size / 8;
}

uint32_t iommu_map_lookup_limit(const struct segment *segment, const struct ivrs_kernel *kernel)
{
	return kernel->rules[RULE_LOOKUP_UNCHECKED] ? iommu_map_lookup_entries(segment, kernel)
						    : 0x10000;
}

bool iommu_map_acpi_device(const struct iommu_map *map, const struct ivrs_table *table,
			   const struct ivrs_kernel *kernel, const char *hid, const char *uid,
			   ivrs_sbdf_t *sbdf)
{
	char entry_hid[9], cid[9], entry_uid[256];
	size_t matches = 0;

	for (size_t i = 0; i < map->hid_count; i++) {
		if (strcmp(map->hids[i].hid, hid))
			continue;
		entry_decode_names(table, map->hids[i].entry, entry_hid, cid, entry_uid);
		if (!entry_uid[0] || !strcmp(entry_uid, uid)) {
			*sbdf = map->hids[i].sbdf;
			return true;
		}
		*sbdf = map->hids[i].sbdf;
		matches++;
	}
	return kernel->rules[RULE_HID_ONLY] && matches == 1;
}

/* The SBDF that an IOAPIC id has, from the command line or the table; false for none. */
static bool ioapic_find(const struct iommu_map *map, const struct cmdline *c, uint8_t id,
			uint32_t *sbdf)
{
	for (unsigned int i = 0; i < c->ioapic_count; i++)
		if (c->ioapics[i].id == id) {
			*sbdf = c->ioapics[i].sbdf;
			return true;
		}
	for (size_t i = 0; i < map->ioapic_count; i++)
		if (map->ioapics[i].id == id) {
			*sbdf = map->ioapics[i].sbdf;
			return true;
		}
	return false;
}

/* Is this where the southbridge's IOAPIC must be? By class only where the function is known. */
static bool is_southbridge(uint32_t sbdf, const struct ivrs_kernel *kernel,
			   const struct ivrs_topology *topology)
{
	uint32_t index = topology ? topology_index(topology, sbdf) : NO_INDEX;

	if (kernel->rules[RULE_IOAPIC_CLASS] && index == NO_INDEX && topology && topology->complete)
		return false;
	if (kernel->rules[RULE_IOAPIC_CLASS] && index != NO_INDEX)
		return topology->devices[index].class_code >> 8 == 0x0c05 ||
		       topology->devices[index].class_code >> 8 == 0x0601;
	return sbdf == 0x00a0;
}

/* A4.2, before 7.2: any IOAPIC at 00:14.0 will do, and makes up for those before it that are missing. */
static bool any_southbridge(const struct iommu_map *map, const struct ivrs_kernel *kernel,
			    const struct ivrs_topology *topology)
{
	bool remaps = false;
	uint32_t sbdf;

	for (size_t i = 0; i < topology->ioapic_count; i++) {
		if (!ioapic_find(map, &kernel->cmdline, topology->ioapics[i], &sbdf))
			remaps = false;
		else if (is_southbridge(sbdf, kernel, topology))
			remaps = true;
	}
	return remaps;
}

bool iommu_map_remaps_interrupts(const struct iommu_map *map, const struct ivrs_kernel *kernel,
				 const struct ivrs_topology *topology)
{
	const struct cmdline *c = &kernel->cmdline;
	uint32_t sbdf;

	if (c->no_intremap)
		return false;
	if (topology && topology->ioapic_count && kernel->rules[RULE_IOAPIC_ANY])
		return any_southbridge(map, kernel, topology);
	if (topology && topology->ioapic_count) {
		for (size_t i = 0; i < topology->ioapic_count; i++)
			if (!ioapic_find(map, c, topology->ioapics[i], &sbdf))
				return false;
		return ioapic_find(map, c, topology->ioapics[0], &sbdf) &&
		       is_southbridge(sbdf, kernel, topology);
	}
	for (unsigned int i = 0; i < c->ioapic_count; i++)
		if (is_southbridge(c->ioapics[i].sbdf, kernel, topology))
			return true;
	for (size_t i = 0; i < map->ioapic_count; i++)
		if (is_southbridge(map->ioapics[i].sbdf, kernel, topology))
			return true;
	return false;
}
