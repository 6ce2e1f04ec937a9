// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "cli.h"

/* Devices come by address, so the first one at or after @sbdf is found by halving. ACPI devices stand behind all PCI functions. */
static size_t lower_bound(const ivrs_sim *sim, ivrs_sbdf_t sbdf)
{
	size_t low = 0, high = ivrs_sim_device_count(sim);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (!ivrs_sim_device_acpi_name(sim, middle) &&
		    ivrs_sim_device_last(sim, middle) < sbdf)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool select_range(struct selection *selection, const ivrs_sim *sim,
			 const struct device_range *range)
{
	size_t count = ivrs_sim_device_count(sim);
	bool found = false;

	for (size_t i = lower_bound(sim, range->first); i < count; i++) {
		uint32_t group = ivrs_sim_device_group(sim, i);

		if (ivrs_sim_device_acpi_name(sim, i) || ivrs_sim_device_sbdf(sim, i) > range->last)
			break;
		found = true;
		selection->devices[i] = true;
		if (group != IVRS_NONE)
			selection->groups[group] = true;
	}
	return found;
}

int selection_make(struct selection *selection, const struct source *source, const ivrs_sim *sim)
{
	selection->all = !source->range_count;
	selection->devices = calloc(ivrs_sim_device_count(sim) + 1, sizeof(bool));
	selection->groups = calloc(ivrs_sim_group_count(sim) + 1, sizeof(bool));
	if (!selection->devices || !selection->groups)
		return source_failed(-IVRS_E_NOMEM);
	if (selection->all) {
		for (size_t i = 0; i < ivrs_sim_device_count(sim); i++)
			selection->devices[i] = true;
		for (size_t i = 0; i < ivrs_sim_group_count(sim); i++)
			selection->groups[i] = true;
	}
	for (size_t i = 0; i < source->range_count; i++) {
		if (!select_range(selection, sim, &source->ranges[i])) {
			complain("%s: no such device here", source->ranges[i].text);
			return CLI_USAGE;
		}
	}
	return 0;
}

void selection_free(struct selection *selection)
{
	free(selection->devices);
	free(selection->groups);
}
