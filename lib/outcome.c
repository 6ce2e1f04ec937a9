/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a simulation answers. */
#include <stdio.h>

#include "sim.h"

uint32_t ivrs_sim_state(const ivrs_sim *sim)
{
	return sim ? sim->state : 0;
}

const char *ivrs_sim_message(const ivrs_sim *sim)
{
	return sim && sim->state != IVRS_STATE_READY ? sim->message : NULL;
}

uint64_t ivrs_sim_offset(const ivrs_sim *sim)
{
	return sim ? sim->offset : IVRS_NO_OFFSET;
}

uint8_t ivrs_sim_ivhd_type(const ivrs_sim *sim)
{
	return sim ? sim->map.target : 0;
}

bool ivrs_sim_interrupt_remapping(const ivrs_sim *sim)
{
	return sim && sim->state == IVRS_STATE_READY && sim->interrupts;
}

const char *ivrs_sim_relax(const ivrs_sim *sim)
{
	return sim ? sim->relax_text : NULL;
}

bool ivrs_sim_has_ranges(const ivrs_sim *sim)
{
	return sim && sim->ranges;
}

bool ivrs_sim_groups_predicted(const ivrs_sim *sim)
{
	return sim && sim->predicted;
}

ivrs_table *ivrs_sim_table(const ivrs_sim *sim)
{
	return sim ? sim->table : NULL;
}

size_t ivrs_sim_group_count(const ivrs_sim *sim)
{
	return sim ? sim->group_count : 0;
}

static const struct sim_group *group_at(const struct ivrs_sim *sim, size_t group)
{
	static const struct sim_group none = {.id = IVRS_NONE, .culprit = IVRS_NONE};

	return sim && group < sim->group_count ? &sim->groups[group] : &none;
}

static const struct sim_device *device_at(const struct ivrs_sim *sim, size_t device)
{
	static const struct sim_device none = {.group = IVRS_NONE,
					       .iommu = IVRS_NONE,
					       .direct = IVRS_NONE};

	return sim && device < sim->device_count ? &sim->devices[device] : &none;
}

uint32_t ivrs_sim_group_id(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->id;
}

size_t ivrs_sim_group_device_count(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->count;
}

uint32_t ivrs_sim_group_device(const ivrs_sim *sim, size_t group, size_t member)
{
	const struct sim_group *g = group_at(sim, group);

	return member < g->count ? sim->members[g->first + member] : IVRS_NONE;
}

const char *ivrs_sim_group_domain(const ivrs_sim *sim, size_t group)
{
	static const char *const names[] = {NULL, "identity", "DMA", "DMA-FQ"};

	return sim && sim->state == IVRS_STATE_READY ? names[group_at(sim, group)->domain] : NULL;
}

uint32_t ivrs_sim_group_claim(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->claim;
}

uint32_t ivrs_sim_group_reason(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->reason;
}

uint32_t ivrs_sim_group_errno(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->error;
}

const char *ivrs_sim_group_step(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->step;
}

uint32_t ivrs_sim_group_culprit(const ivrs_sim *sim, size_t group)
{
	return group_at(sim, group)->culprit;
}

/* The driver that the kernel names: what is bound, or what a VMM would have bound (A10.4). */
static const char *driver_name(const struct ivrs_sim *sim, const struct sim_device *s)
{
	const char *bound = s->text ? sim->texts + s->text : NULL;

	if (!(sim->flags & IVRS_SIM_AS_BOUND) && !s->is_bridge)
		return "vfio-pci";
	if (!bound && !sim->drivers_known && s->is_port)
		return "pcieport";
	return bound ? bound : "pci";
}

size_t ivrs_sim_group_kernel_message(const ivrs_sim *sim, size_t group, char *text, size_t size)
{
	const struct sim_group *g = group_at(sim, group);
	char device[IVRS_SBDF_TEXT];
	int length = 0;

	if (size)
		text[0] = '\0';
	if (g->reason == IVRS_REASON_REQUIRE_DIRECT) {
		ivrs_sbdf_format(sim->devices[g->culprit].sbdf, device);
		length = snprintf(text, size,
				  "%s %s: Firmware has requested this device have a 1:1 IOMMU "
				  "mapping, rejecting configuring "
				  "the device without a 1:1 mapping. Contact your platform vendor.",
				  driver_name(sim, &sim->devices[g->culprit]), device);
	} else if (g->reason == IVRS_REASON_INTERRUPTS &&
		   !(sim->flags & (IVRS_SIM_IOMMUFD | IVRS_SIM_COMPAT))) {
		length = snprintf(text, size,
				  "vfio_iommu_type1_attach_group: No interrupt remapping support.  "
				  "Use the module param "
				  "\"allow_unsafe_interrupts\" to enable VFIO IOMMU support on "
				  "this platform");
	}
	return length > 0 ? (size_t)length : 0;
}

int ivrs_sim_group_regions(const ivrs_sim *sim, size_t group, ivrs_regions **regions)
{
	int err;

	if (!regions)
		return -IVRS_E_ARGUMENT;
	*regions = NULL;
	if (!sim)
		return -IVRS_E_ARGUMENT;
	if (group >= sim->group_count)
		return -IVRS_E_NOT_FOUND;
	if (sim->state != IVRS_STATE_READY)
		return regions_new(regions);
	err = sim_group_reserved(sim, &sim->groups[group], regions);
	if (!err)
		resv_bound(*regions);
	return err;
}

int ivrs_sim_group_iova(const ivrs_sim *sim, size_t group, ivrs_regions **regions)
{
	struct ivrs_regions *reserved;
	int err;

	if (!regions)
		return -IVRS_E_ARGUMENT;
	*regions = NULL;
	if (!sim)
		return -IVRS_E_ARGUMENT;
	if (group >= sim->group_count)
		return -IVRS_E_NOT_FOUND;
	if (sim->groups[group].claim != IVRS_CLAIM_OK)
		return regions_new(regions);
	err = sim_group_reserved(sim, &sim->groups[group], &reserved);
	if (err)
		return err;
	err = iova_exclude(sim->aperture, reserved, regions);
	ivrs_regions_unref(reserved);
	return err;
}

size_t ivrs_sim_device_count(const ivrs_sim *sim)
{
	return sim ? sim->device_count : 0;
}

ivrs_sbdf_t ivrs_sim_device_sbdf(const ivrs_sim *sim, size_t device)
{
	return device_at(sim, device)->is_acpi ? 0 : device_at(sim, device)->sbdf;
}

ivrs_sbdf_t ivrs_sim_device_last(const ivrs_sim *sim, size_t device)
{
	return device_at(sim, device)->is_acpi ? 0 : device_at(sim, device)->last;
}

const char *ivrs_sim_device_acpi_name(const ivrs_sim *sim, size_t device)
{
	const struct sim_device *s = device_at(sim, device);

	return s->is_acpi ? sim->acpi[s->text].name : NULL;
}

int ivrs_sim_find(const ivrs_sim *sim, ivrs_sbdf_t sbdf, size_t *device)
{
	const struct sim_device *at;
	size_t count, half;

	if (!sim || !device)
		return -IVRS_E_ARGUMENT;
	*device = 0;
	/* The last one that begins at or before sbdf; asked for every device id, so each step counts. */
	at = sim->devices;
	for (count = sim->pci_count; count > 1; count -= half) {
		half = count / 2;
		if (at[half].sbdf <= sbdf)
			at += half;
	}
	if (!count || at->sbdf > sbdf || at->last < sbdf)
		return -IVRS_E_NOT_FOUND;
	*device = (size_t)(at - sim->devices);
	return 0;
}

uint32_t ivrs_sim_device_group(const ivrs_sim *sim, size_t device)
{
	return device_at(sim, device)->group;
}

bool ivrs_sim_device_translated(const ivrs_sim *sim, size_t device)
{
	return sim && sim->state == IVRS_STATE_READY && device_at(sim, device)->iommu != IVRS_NONE;
}

ivrs_sbdf_t ivrs_sim_device_iommu(const ivrs_sim *sim, size_t device)
{
	const struct iommu *iommu;

	if (!ivrs_sim_device_translated(sim, device))
		return 0;
	iommu = &sim->map.iommus[device_at(sim, device)->iommu];
	return sbdf_make(iommu->segment, iommu->devid);
}

ivrs_sbdf_t ivrs_sim_device_alias(const ivrs_sim *sim, size_t device)
{
	const struct sim_device *s = device_at(sim, device);
	const struct span *alias;

	if (!ivrs_sim_device_translated(sim, device))
		return s->sbdf;
	alias = spans_find(&sim->map.alias, sim_key(sim, s));
	return alias ? sbdf_make(sbdf_segment(s->sbdf), alias->value) : s->sbdf;
}

bool ivrs_sim_device_require_direct(const ivrs_sim *sim, size_t device)
{
	return ivrs_sim_device_translated(sim, device) && sim->kernel.rules[RULE_REQUIRE_DIRECT] &&
	       device_at(sim, device)->direct != IVRS_NONE;
}

bool ivrs_sim_device_is_bridge(const ivrs_sim *sim, size_t device)
{
	return device_at(sim, device)->is_bridge;
}

int ivrs_sim_device_unity(const ivrs_sim *sim, size_t device, ivrs_regions **regions)
{
	const struct sim_device *s = device_at(sim, device);
	size_t count = 0;
	uint32_t *found;
	int err;

	if (!regions)
		return -IVRS_E_ARGUMENT;
	*regions = NULL;
	if (!sim)
		return -IVRS_E_ARGUMENT;
	if (device >= sim->device_count)
		return -IVRS_E_NOT_FOUND;
	err = regions_new(regions);
	if (err || !ivrs_sim_device_translated(sim, device))
		return err;
	err = unity_find(&sim->unity, sim_key(sim, s), &found, &count);
	for (size_t i = 0; i < count && !err; i++) {
		const struct unity *u = &sim->unity.at[found[i]];
		struct region r = {.prot = u->prot, .ivmd = u->ivmd};

		r.kind = sim_relaxed(s, u) ? IVRS_REGION_RELAXABLE : IVRS_REGION_DIRECT;
		unity_range(sim->table, u, &r.start, &r.length);
		err = regions_add(*regions, &r);
	}
	free(found);
	if (err) {
		ivrs_regions_unref(*regions);
		*regions = NULL;
	}
	return err;
}
