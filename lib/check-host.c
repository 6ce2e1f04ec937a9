/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only shows with the devices of a host and its command line: groups, bridges, aliases, and what is tried in vain. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

#define CLASS_HOST_BRIDGE 0x0600u
#define CLASS_IOMMU 0x0806u
#define ACS_ISOLATES 0x1du /* SV, RR, CR, UF (SPEC A9.1) */

static ivrs_sbdf_t sim_sbdf(const struct check *check, size_t device)
{
	return ivrs_sim_device_sbdf(check->sim, device);
}

/* Functions that the kernel's tables don't reach, and those that no IVHD covers (SPEC A3.3, A4.4). */
static void check_coverage(struct check *check)
{
	const struct ivrs_topology *topology = check->topology;
	uint32_t beyond = 0, uncovered = 0, worst = IVRS_NO_DEVICE, first = IVRS_NO_DEVICE;
	char text[IVRS_SBDF_TEXT];

	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];
		uint32_t key = map_key(&check->map, device->sbdf);
		const struct segment *segment = iommu_map_segment(&check->map, key);
		uint32_t class_code = device->class_code >> 8;

		if (device->is_acpi)
			continue;
		if (segment && sbdf_devid(key) >= iommu_map_lookup_limit(segment, check->kernel)) {
			beyond++;
			if (device->sbdf < worst)
				worst = device->sbdf;
		} else if (class_code != CLASS_HOST_BRIDGE && class_code != CLASS_IOMMU &&
			   !ivrs_topology_is_bridge(topology, i) &&
			   !iommu_map_find(&check->map, device->sbdf)) {
			uncovered++;
			if (device->sbdf < first)
				first = device->sbdf;
		}
	}
	if (beyond) {
		ivrs_sbdf_format(worst, text);
		check_add(check, FINDING_DEVICE_BEYOND_TABLE, IVRS_NO_OFFSET, worst,
			  "%" PRIu32
			  " PCI functions, first %s, lie above the highest device id of the IVHDs: "
			  "Linux looks them up past the end of its table",
			  beyond, text);
	}
	if (uncovered) {
		ivrs_sbdf_format(first, text);
		check_add(
			check, FINDING_DEVICE_NOT_COVERED, IVRS_NO_OFFSET, first,
			"%" PRIu32
			" PCI functions, first %s, aren't covered by any IVHD in use: they have no "
			"IOMMU group and can't be given to a guest",
			uncovered, text);
	}
}

static void check_iommu_functions(struct check *check)
{
	char text[IVRS_SBDF_TEXT];

	for (size_t i = 0; check->topology->complete && i < check->map.iommu_count; i++) {
		const struct iommu *iommu = &check->map.iommus[i];
		ivrs_sbdf_t sbdf = sbdf_make(iommu->segment, iommu->devid);

		if (topology_index(check->topology, sbdf) != NO_INDEX)
			continue;
		ivrs_sbdf_format(sbdf, text);
		check_add(
			check, FINDING_IOMMU_ABSENT, (uint64_t)iommu->block + 4, sbdf,
			"the IOMMU should be PCI function %s, and that isn't there: Linux gives up",
			text);
	}
}

/* Functions that borrow the id of a real one on their bus (SPEC A9.2). */
static void check_aliases(struct check *check)
{
	for (size_t i = 0; i < check->topology->count; i++) {
		const struct device *device = &check->topology->devices[i];
		char one[IVRS_SBDF_TEXT], two[IVRS_SBDF_TEXT];
		const struct span *span;
		uint32_t key = map_key(&check->map, device->sbdf), alias;

		if (device->is_acpi)
			continue;
		span = spans_find(&check->map.alias, key);
		if (!span || span->value == sbdf_devid(key) || span->value >> 8 != sbdf_bus(key))
			continue;
		alias = sbdf_make(sbdf_segment(key), span->value);
		if (!reach_present(check, alias, alias))
			continue;
		ivrs_sbdf_format(device->sbdf, one);
		ivrs_sbdf_format(alias, two);
		check_add(check, FINDING_ALIAS_MERGES, IVRS_NO_OFFSET, device->sbdf,
			  "%s has the requester id of %s: both are in one group", one, two);
	}
}

/* What the require_direct flags of one group come from. */
static void check_group(struct check *check, size_t group)
{
	size_t count = ivrs_sim_group_device_count(check->sim, group);
	uint32_t bridge = IVRS_NONE, endpoint = IVRS_NONE;
	char one[IVRS_SBDF_TEXT], two[IVRS_SBDF_TEXT];

	if (ivrs_sim_group_reason(check->sim, group) != IVRS_REASON_REQUIRE_DIRECT)
		return;
	for (size_t i = 0; i < count; i++) {
		uint32_t device = ivrs_sim_group_device(check->sim, group, i);
		bool direct = ivrs_sim_device_require_direct(check->sim, device);

		if (!ivrs_sim_device_is_bridge(check->sim, device)) {
			if (direct)
				return;
			if (endpoint == IVRS_NONE)
				endpoint = device;
		} else if (direct && bridge == IVRS_NONE) {
			bridge = device;
		}
	}
	if (bridge == IVRS_NONE || endpoint == IVRS_NONE)
		return;
	ivrs_sbdf_format(sim_sbdf(check, bridge), one);
	ivrs_sbdf_format(sim_sbdf(check, endpoint), two);
	check_add(check, FINDING_BRIDGE_BLOCKS, IVRS_NO_OFFSET, sim_sbdf(check, bridge),
		  "group %" PRIu32
		  ": an IVMD reaches the bridge %s, which blocks %s and every other function "
		  "of the group",
		  ivrs_sim_group_id(check->sim, group), one, two);
}

/* Errors that say something else than the cause (SPEC D12). */
static int check_errors(struct check *check)
{
	size_t groups = ivrs_sim_group_count(check->sim), refused = 0, busy = 0, first = 0;
	ivrs_sim *bound = NULL;
	int err;

	for (size_t i = 0; i < groups; i++)
		refused += ivrs_sim_group_reason(check->sim, i) == IVRS_REASON_REQUIRE_DIRECT;
	if (!refused)
		return 0;
	check_add(
		check, FINDING_VIABLE_MISLEADS, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
		"%zu of %zu groups are refused though VFIO_GROUP_GET_STATUS will call them viable",
		refused, groups);
	err = ivrs_simulate(ivrs_sim_table(check->sim), check->topology, check->kernel,
			    ivrs_sim_relax(check->sim), IVRS_SIM_AS_BOUND, &bound);
	if (err)
		return err;
	for (size_t i = groups; i-- > 0;)
		if (ivrs_sim_group_reason(bound, i) == IVRS_REASON_BUSY &&
		    ivrs_sim_group_reason(check->sim, i) == IVRS_REASON_REQUIRE_DIRECT) {
			busy++;
			first = i;
		}
	if (busy)
		check_add(check, FINDING_BUSY_HIDES, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
			  "%zu groups, first group %" PRIu32
			  ", fail with EPERM while the host uses a function, and with EINVAL once "
			  "it doesn't",
			  busy, ivrs_sim_group_id(check->sim, first));
	ivrs_sim_unref(bound);
	return 0;
}

/* Farthest last key among the unity maps that begin at or before each one, in the order of the list. */
static uint32_t *unity_extent(const struct check *check)
{
	uint32_t *extent = calloc(check->unity.order_count + 1, sizeof(*extent));

	for (size_t i = 0; extent && i < check->unity.order_count; i++) {
		extent[i] = unity_last(&check->unity.at[check->unity.order[i]]);
		if (i && extent[i - 1] > extent[i])
			extent[i] = extent[i - 1];
	}
	return extent;
}

static bool unity_touches(const struct check *check, const uint32_t *extent, uint32_t first,
			  uint32_t last)
{
	size_t low = 0, high = check->unity.order_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unity_first(&check->unity.at[check->unity.order[middle]]) <= last)
			low = middle + 1;
		else
			high = middle;
	}
	return low && extent[low - 1] >= first;
}

/* Slots whose card would join a group that a guest may have (SPEC D26, D29). */
static int check_slots(struct check *check)
{
	uint32_t *extent = unity_extent(check);
	char text[IVRS_SBDF_TEXT];

	if (!extent)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < check->topology->count; i++) {
		const struct device *device = &check->topology->devices[i];
		uint32_t base = map_key(&check->map, sbdf_make(sbdf_segment(device->sbdf), 0));
		uint32_t group;
		size_t index;

		if (!device->is_pcie || !(device->pcie & PCIE_SLOT) || !device->secondary ||
		    (device->has_acs && (device->acs_control & ACS_ISOLATES) == ACS_ISOLATES) ||
		    ivrs_sim_find(check->sim, device->sbdf, &index))
			continue;
		group = ivrs_sim_device_group(check->sim, index);
		if (group == IVRS_NONE ||
		    ivrs_sim_group_claim(check->sim, group) != IVRS_CLAIM_OK ||
		    !unity_touches(check, extent, base | (uint32_t)device->secondary << 8,
				   base | (uint32_t)device->subordinate << 8 | 0xff))
			continue;
		ivrs_sbdf_format(device->sbdf, text);
		check_add(check, FINDING_HOT_PLUG, IVRS_NO_OFFSET, device->sbdf,
			  "a function plugged in behind %s would join group %" PRIu32
			  ", and an IVMD asks for a mapping that it may not get",
			  text, ivrs_sim_group_id(check->sim, group));
	}
	free(extent);
	return 0;
}

/* Functions that a removal and a rescan would take out of their blocked group (SPEC A12.1b). */
static void check_rescan(struct check *check)
{
	char text[IVRS_SBDF_TEXT];

	for (size_t i = 0; i < check->topology->count; i++) {
		const struct device *device = &check->topology->devices[i];
		size_t index, first;
		uint32_t zero, group;

		if (device->is_acpi || !(device->sbdf & 7) ||
		    device->header_type & HEADER_MULTIFUNCTION)
			continue;
		zero = topology_index(check->topology, device->sbdf & ~7u);
		if (zero == NO_INDEX ||
		    !(check->topology->devices[zero].header_type & HEADER_MULTIFUNCTION) ||
		    ivrs_sim_find(check->sim, device->sbdf, &index) ||
		    ivrs_sim_find(check->sim, device->sbdf & ~7u, &first))
			continue;
		group = ivrs_sim_device_group(check->sim, index);
		if (group == IVRS_NONE || group != ivrs_sim_device_group(check->sim, first) ||
		    ivrs_sim_group_reason(check->sim, group) != IVRS_REASON_REQUIRE_DIRECT ||
		    ivrs_sim_device_require_direct(check->sim, index))
			continue;
		ivrs_sbdf_format(device->sbdf, text);
		check_add(
			check, FINDING_RESCAN_SPLITS, IVRS_NO_OFFSET, device->sbdf,
			"removed and found again by a rescan, %s would leave blocked group %" PRIu32
			" though nothing isolates it from its other functions",
			text, ivrs_sim_group_id(check->sim, group));
	}
}

/* Options that are tried against the refusal, as they begin on the command line. */
static const char *const useless_options[] = {
	"iommu=pt",
	"iommu.passthrough=",
	"iommu.strict=",
	"amd_iommu=pgtbl_v2",
	"amd_iommu=force_isolation",
	"vfio_iommu_type1.allow_unsafe_interrupts=",
	"iommufd.allow_unsafe_interrupts=",
	"vfio.enable_unsafe_noiommu_mode=",
};

/* The option that the word begins with, NULL for none. */
static const char *useless_option(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(useless_options); i++) {
		size_t size = strlen(useless_options[i]);

		if (length >= size && !strncmp(word, useless_options[i], size))
			return useless_options[i];
	}
	return NULL;
}

static void check_cmdline(struct check *check)
{
	const char *word = ivrs_kernel_cmdline(check->kernel);

	while (word && *word) {
		size_t length = strcspn(word, " \t\n");

		if (check->blocks && useless_option(word, length))
			check_add(check, FINDING_OPTION_USELESS, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
				  "%.*s on the command line doesn't lift the refusal: the demand "
				  "is the "
				  "device's, whatever the domain",
				  (int)(length < 80 ? length : 80), word);
		if (check->lost && !strncmp(word, "vfio.enable_unsafe_noiommu_mode=", 32) &&
		    length > 32 && strchr("1yY", word[32]))
			check_add(check, FINDING_NOIOMMU_BLOCKED, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
				  "VFIO's no-IOMMU mode is on, but the lost IOMMU still blocks all "
				  "DMA: the "
				  "devices bind and can't reach memory");
		word += length;
		word += strspn(word, " \t\n");
	}
}

int check_host(struct check *check)
{
	int err;

	check_cmdline(check);
	if (!check->topology || !check->usable)
		return 0;
	check_coverage(check);
	check_iommu_functions(check);
	check_aliases(check);
	for (size_t i = 0; i < ivrs_sim_group_count(check->sim); i++)
		check_group(check, i);
	check_rescan(check);
	err = check_errors(check);
	return err ? err : check_slots(check);
}
