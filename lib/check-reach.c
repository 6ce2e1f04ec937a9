/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a range of device ids reaches: the devices that an IOMMU translates, in an order that can be searched. */
#include "check.h"

static int reach_compare(const void *a, const void *b)
{
	const struct reach *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int key_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* What the kernel would do to any device, when there is no simulation that knows. */
static bool always_direct(const struct check *check)
{
	return check->kernel->rules[RULE_REQUIRE_DIRECT] && !check->relaxed;
}

static void add_device(struct check *check, const struct device *device)
{
	struct reach *reach = &check->reach[check->reach_count];
	ivrs_sbdf_t sbdf = device->sbdf;
	size_t index;

	*reach = (struct reach){.group = IVRS_NONE, .direct = always_direct(check)};
	if (device->is_acpi) {
		const struct acpi_device *acpi = &check->topology->acpi[device->text];

		if (!iommu_map_acpi_device(&check->map, check->table, check->kernel, acpi->hid,
					   acpi->uid, &sbdf))
			return;
	} else {
		check->keys[check->key_count++] = map_key(&check->map, sbdf);
		/* Where the IOMMU comes up the simulation knows better, say of relaxations. */
		if (!ivrs_sim_find(check->sim, sbdf, &index)) {
			reach->group = ivrs_sim_device_group(check->sim, index);
			if (ivrs_sim_state(check->sim) == IVRS_STATE_READY)
				reach->direct = ivrs_sim_device_require_direct(check->sim, index);
		}
	}
	if (!iommu_map_find(&check->map, sbdf))
		return;
	reach->first = reach->last = map_key(&check->map, sbdf);
	check->reach_count++;
}

static void add_cover(struct check *check)
{
	for (size_t i = 0; i < check->map.cover.count; i++) {
		const struct span *span = &check->map.cover.at[i];
		struct reach *reach = &check->reach[check->reach_count];
		const struct segment *segment = iommu_map_segment(&check->map, span->first);

		/* Alias targets beyond last_bdf are written and never looked up (SPEC A3.3). */
		if (!segment || sbdf_devid(span->first) > segment->last_bdf)
			continue;
		*reach = (struct reach){
			.first = span->first,
			.last = span->last,
			.group = IVRS_NONE,
			.direct = always_direct(check),
		};
		if (sbdf_devid(reach->last) > segment->last_bdf)
			reach->last = sbdf_make(segment->id, segment->last_bdf);
		check->reach_count++;
	}
}

static int find_borrowed(struct check *check)
{
	size_t devices = check->topology ? check->topology->count : 0;

	check->borrowed = calloc(check->map.alias.count + devices + 1, sizeof(*check->borrowed));
	if (!check->borrowed)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < check->map.alias.count; i++) {
		const struct span *span = &check->map.alias.at[i];

		check->borrowed[check->borrowed_count++] = sbdf_make(sbdf_segment(span->first),
								     span->value);
	}
	for (size_t i = 0; i < devices; i++) {
		const struct device *device = &check->topology->devices[i];

		if (device->is_pcie && PCIE_TYPE(device->pcie) == PCIE_TO_PCI && device->secondary)
			check->borrowed[check->borrowed_count++] =
				map_key(&check->map, sbdf_make(sbdf_segment(device->sbdf),
							       (uint32_t)device->secondary << 8));
	}
	qsort(check->borrowed, check->borrowed_count, sizeof(*check->borrowed), key_compare);
	return 0;
}

bool reach_borrowed(const struct check *check, uint32_t key)
{
	return check->borrowed_count && bsearch(&key, check->borrowed, check->borrowed_count,
						sizeof(*check->borrowed), key_compare);
}

/* What the driver takes from IVinfo and the table's copies of the feature registers (SPEC A1.7, A8.6). */
static void find_width(struct check *check)
{
	uint64_t efr, efr2;

	features_early(check->table, &check->map, check->kernel, &efr, &efr2);
	check->width = features_width(check->table, check->kernel, efr);
	if (!check->width)
		check->width = 64;
	check->ht_ignored = check->kernel->rules[RULE_HT_IGNORE] && efr2 & EFR2_HT_RANGE_IGNORE;
}

int reach_build(struct check *check)
{
	size_t room = check->topology ? check->topology->count : check->map.cover.count;

	check->relaxed = !strcmp(ivrs_kernel_relax(check->kernel), "unity");
	find_width(check);
	if (find_borrowed(check))
		return -IVRS_E_NOMEM;
	if (!room)
		return 0;
	check->reach = calloc(room, sizeof(*check->reach));
	check->keys = calloc(room, sizeof(*check->keys));
	if (!check->reach || !check->keys)
		return -IVRS_E_NOMEM;
	if (check->topology)
		for (size_t i = 0; i < check->topology->count; i++)
			add_device(check, &check->topology->devices[i]);
	else
		add_cover(check);
	qsort(check->keys, check->key_count, sizeof(*check->keys), key_compare);
	qsort(check->reach, check->reach_count, sizeof(*check->reach), reach_compare);
	for (size_t i = 0; i < check->reach_count; i++) {
		struct reach *reach = &check->reach[i];
		uint32_t width = reach->last - reach->first + 1;
		uint32_t direct = reach->direct ? width : 0;

		reach->before = check->device_total;
		reach->direct = check->direct_total;
		check->device_total += width;
		check->direct_total += direct;
	}
	return 0;
}

/* First range that ends at or after a key. */
static size_t reach_from(const struct check *check, uint32_t key)
{
	size_t low = 0, high = check->reach_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (check->reach[middle].last < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* First range that begins after a key. */
static size_t reach_to(const struct check *check, uint32_t key)
{
	size_t low = 0, high = check->reach_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (check->reach[middle].first <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void reach_find(const struct check *check, uint32_t first, uint32_t last, struct reached *reached)
{
	const struct reach *low, *high;
	bool more;

	*reached = (struct reached){.first = IVRS_NO_DEVICE};
	if (first > last)
		return;
	reached->from = reach_from(check, first);
	reached->to = reach_to(check, last);
	if (reached->from >= reached->to)
		return;
	low = &check->reach[reached->from];
	high = &check->reach[reached->to - 1];
	more = reached->to < check->reach_count;
	reached->first = low->first > first ? low->first : first;
	reached->count = (more ? check->reach[reached->to].before : check->device_total) -
			 low->before;
	reached->direct = (more ? check->reach[reached->to].direct : check->direct_total) -
			  low->direct;
	/* Ranges of more than one key only exist without a topology, where all are direct or none is. */
	if (low->first < first)
		reached->count -= first - low->first;
	if (high->last > last)
		reached->count -= high->last - last;
	if (reached->direct > reached->count)
		reached->direct = reached->count;
}

size_t reach_present(const struct check *check, uint32_t first, uint32_t last)
{
	size_t bounds[2];

	if (first > last)
		return 0;
	for (int i = 0; i < 2; i++) {
		uint32_t key = i ? last : first;
		size_t low = 0, high = check->key_count;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (i ? check->keys[middle] <= key : check->keys[middle] < key)
				low = middle + 1;
			else
				high = middle;
		}
		bounds[i] = low;
	}
	return bounds[1] - bounds[0];
}
