// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "simulate-text.h"

/* IVMDs that make a device need 1:1 mappings, in table order; free the list. */
static size_t direct_ivmds(const ivrs_sim *sim, size_t device, uint32_t **list)
{
	ivrs_regions *regions = NULL;
	size_t count = 0;

	if (ivrs_sim_device_unity(sim, device, &regions))
		need(NULL);
	*list = calloc(ivrs_regions_count(regions) + 1, sizeof(**list));
	need(*list);
	for (size_t i = 0; i < ivrs_regions_count(regions); i++)
		if (ivrs_regions_kind(regions, i) == IVRS_REGION_DIRECT)
			(*list)[count++] = ivrs_regions_ivmd(regions, i);
	ivrs_regions_unref(regions);
	return count;
}

static void why_direct(struct summary *summary, size_t group, char *text, size_t size)
{
	uint32_t culprit = ivrs_sim_group_culprit(summary->sim, group), *list;
	size_t count, more = 0, used;
	char numbers[64], words[DESCRIBE_TEXT] = "";
	ivrs_ivmd *ivmd;

	if (summary->maps > DESCRIBE_LIMIT) {
		snprintf(text, size, "IVMD");
		return;
	}
	count = direct_ivmds(summary->sim, culprit, &list);
	summary->maps += count;
	for (size_t i = 0; i < count; i++)
		if (list[i] < summary->ivmd_count)
			summary->ivmds[list[i]] = true;
	for (size_t i = 0; i < ivrs_sim_group_device_count(summary->sim, group); i++) {
		uint32_t member = ivrs_sim_group_device(summary->sim, group, i);

		more += member != culprit && ivrs_sim_device_require_direct(summary->sim, member);
	}
	describe_list(list, count, numbers, sizeof(numbers));
	snprintf(text, size, "IVMD %s", numbers);
	used = strlen(text);
	if (count && (count != summary->last_count ||
		      memcmp(list, summary->last_list, count * sizeof(*list)) != 0)) {
		if (!ivrs_table_ivmd(summary->source->table, list[0], &ivmd)) {
			describe_ivmd(ivmd, words);
			ivrs_ivmd_unref(ivmd);
		}
		used += (size_t)snprintf(text + used, size - used, ": %s", words);
	}
	if (culprit != ivrs_sim_group_device(summary->sim, group, 0)) {
		describe_device(summary->sim, culprit, words);
		used += (size_t)snprintf(text + used, size - used, " on %s", words);
	}
	if (more)
		snprintf(text + used, size - used, " (also hit: %zu more in this group)", more);
	free(summary->last_list);
	summary->last_list = list;
	summary->last_count = count;
}

static void why_busy(const struct summary *summary, size_t group, char *text, size_t size)
{
	uint32_t culprit = ivrs_sim_group_culprit(summary->sim, group);
	const ivrs_topology *topology = summary->source->topology;
	char device[DESCRIBE_TEXT] = "a function";
	const char *driver = NULL;
	size_t index;

	if (culprit != IVRS_NONE) {
		describe_device(summary->sim, culprit, device);
		if (topology &&
		    !ivrs_topology_find(topology, ivrs_sim_device_sbdf(summary->sim, culprit),
					&index))
			driver = ivrs_topology_driver(topology, index);
	}
	snprintf(text, size, "%s is bound to %s", device, driver ? driver : "a host driver");
}

void summary_why(struct summary *summary, size_t group, char *text, size_t size)
{
	*text = '\0';
	switch (ivrs_sim_group_reason(summary->sim, group)) {
	case IVRS_REASON_REQUIRE_DIRECT:
		why_direct(summary, group, text, size);
		break;
	case IVRS_REASON_NO_IOMMU:
		snprintf(text, size, "no IOMMU");
		break;
	case IVRS_REASON_INTERRUPTS:
		snprintf(text, size, "no interrupt remapping");
		break;
	case IVRS_REASON_BUSY:
		why_busy(summary, group, text, size);
		break;
	case IVRS_REASON_NO_IOVA:
		snprintf(text, size, "no address is left for the guest");
		break;
	case IVRS_REASON_NO_INTERFACE:
		snprintf(text, size, "this kernel lacks the interface");
		break;
	}
}
