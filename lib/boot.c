/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One boot: what becomes of the IOMMU. SPEC A1, A3.3, A4.3, A8. */
#include <stdarg.h>
#include <stdio.h>

#include "format.h"
#include "sim.h"

void sim_stop(struct ivrs_sim *sim, uint32_t state, uint64_t offset, const char *format, ...)
{
	va_list args;

	sim->state = state;
	sim->offset = offset;
	va_start(args, format);
	vsnprintf(sim->message, sizeof(sim->message), format, args);
	va_end(args);
}

/* A1.2, A1.3: is the table looked at? */
bool boot_enabled(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	const struct cmdline *c = &sim->kernel.cmdline;

	if (c->no_iommu) {
		sim_stop(sim, IVRS_STATE_DISABLED, IVRS_NO_OFFSET,
			 "iommu=off on the kernel command line");
	} else if (!sim->table) {
		sim_stop(sim, IVRS_STATE_ABSENT, IVRS_NO_OFFSET, "the host has no IVRS table");
	} else if (c->amd_off) {
		sim_stop(sim, IVRS_STATE_DISABLED, IVRS_NO_OFFSET,
			 "amd_iommu=off on the kernel command line");
	} else {
		for (uint32_t slot = 0; t && !c->force_enable && slot < 32; slot++) {
			uint32_t i = topology_index(t, slot << 3);

			if (i != NO_INDEX && t->devices[i].vendor == 0x1002 &&
			    t->devices[i].device == 0x98e4) {
				sim_stop(sim, IVRS_STATE_FAILED, IVRS_NO_OFFSET,
					 "AMD-Vi: Disable IOMMU on Stoney Ridge");
				return false;
			}
		}
		return true;
	}
	return false;
}

/*
 * The feature registers: early on the driver knows only the table's copies, under the conditions of A1.7; what one IOMMU
 * lacks is used nowhere. Only when that leaves nothing, the first IOMMU whose registers are known is asked.
 */
void boot_features(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	features_early(sim->table, &sim->map, &sim->kernel, &sim->early_efr, &sim->efr2);
	sim->efr = sim->early_efr;
	sim->strict = sim->kernel.cmdline.strict || sim->kernel.cmdline.fullflush;
	for (size_t i = 0; t && i < sim->map.iommu_count; i++) {
		const struct iommu *iommu = &sim->map.iommus[i];
		const struct iommu_hardware *hw =
			topology_iommu(t, sbdf_make(iommu->segment, iommu->devid));

		if (hw && hw->header & IOMMU_CAP_NPCACHE)
			sim->strict = true;
		if (hw && hw->has_features && !sim->efr) {
			sim->efr = hw->efr;
			sim->efr2 = hw->efr2;
		}
	}
}

/* A8.6: host page tables are switched off, by the feature register or by an IVHD's attribute. */
static bool no_host_tables(const struct ivrs_sim *sim)
{
	if (!sim->kernel.rules[RULE_APERTURE])
		return false;
	for (size_t i = 0; i < sim->map.iommu_count; i++)
		if (sim->map.iommus[i].no_host_tables &&
		    (sim->map.iommus[i].efr & EFR_GASUP || sim->kernel.rules[RULE_HATDIS_ALONE]))
			return true;
	return EFR_HATS(sim->early_efr) == 3;
}

/* A8.6 */
void boot_aperture(struct ivrs_sim *sim)
{
	const struct cmdline *c = &sim->kernel.cmdline;
	const bool *rules = sim->kernel.rules;
	bool none = no_host_tables(sim);
	uint64_t efr = rules[RULE_EARLY_EFR] ? sim->early_efr : sim->efr;
	bool wanted = c->pgtbl_v2 && (rules[RULE_GUEST_HALF] || !c->passthrough);
	uint32_t bits;

	sim->guest_tables = efr & EFR_GT && efr & EFR_GIOSUP && (wanted || none);
	if (sim->guest_tables)
		bits = rules[RULE_GUEST_HALF] ? 47 : 48;
	else
		bits = features_width(sim->table, &sim->kernel, sim->early_efr);
	if (none && !sim->guest_tables)
		sim_stop(sim, IVRS_STATE_FAILED, IVRS_NO_OFFSET,
			 "the IOMMU has no host page tables (EFR HATS is 3, or IVHD attribute "
			 "HATDIS) and no guest ones: no device gets a group");
	else if (!bits && !c->passthrough)
		sim_stop(sim, IVRS_STATE_LOST, IVRS_IVINFO,
			 "no page table is as wide as IVinfo.VAsize says: no DMA domain can be "
			 "made");
	sim->aperture = last_address(bits ? bits : 64);
}

/* A4.3, A3.3: failures that need to know which functions there are. */
void boot_presence(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	for (size_t i = 0; t->complete && i < sim->map.iommu_count; i++) {
		const struct iommu *iommu = &sim->map.iommus[i];

		if (topology_index(t, sbdf_make(iommu->segment, iommu->devid)) == NO_INDEX) {
			sim_stop(sim, IVRS_STATE_FAILED, iommu->block,
				 "AMD-Vi: IOMMU%zu: Failed to initialize IOMMU Hardware "
				 "(error=-19)!",
				 i);
			return;
		}
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct device *d = &t->devices[i];
		const struct segment *s =
			d->is_acpi ? NULL
				   : iommu_map_segment(&sim->map, map_key(&sim->map, d->sbdf));
		char text[IVRS_SBDF_TEXT];

		if (!s || sbdf_devid(d->sbdf) < iommu_map_lookup_limit(s, &sim->kernel))
			continue;
		ivrs_sbdf_format(d->sbdf, text);
		sim_stop(sim, IVRS_STATE_PANICS, IVRS_NO_OFFSET,
			 "%s lies above the last device id that the table lists (%02x:%02x.%x): "
			 "the kernel reads past its table "
			 "in amd_iommu_probe_device and may panic",
			 text, s->last_bdf >> 8, s->last_bdf >> 3 & 0x1f, s->last_bdf & 7);
		return;
	}
}

/* A8.1: default domain of each group. False when the kernel refuses to choose. */
static bool choose_domain(struct ivrs_sim *sim, const struct ivrs_topology *t, struct sim_group *g)
{
	uint64_t needed = EFR_GT | EFR_PPR |
			  (sim->kernel.rules[RULE_PASID_EPHSUP] ? EFR_EPHSUP : 0) |
			  (sim->kernel.rules[RULE_PASID_GIOSUP] ? EFR_GIOSUP : 0);
	bool pasid = (sim->efr & needed) == needed &&
		     (sim->kernel.cmdline.passthrough || !sim->kernel.cmdline.force_isolation);
	bool untrusted = false, identity = false;

	for (uint32_t i = 0; t && i < g->count; i++) {
		const struct sim_device *s = &sim->devices[sim->members[g->first + i]];
		uint32_t index = s->is_acpi ? NO_INDEX : topology_index(t, s->sbdf);

		if (index == NO_INDEX)
			continue;
		untrusted |= t->devices[index].untrusted;
		identity |= pasid && t->devices[index].pasid && !t->devices[index].untrusted &&
			    (sim->kernel.rules[RULE_PASID_ALONE] ||
			     t->devices[index].page_requests);
	}
	if (untrusted)
		g->domain = DOMAIN_DMA;
	else if (identity || sim->kernel.cmdline.passthrough)
		g->domain = DOMAIN_IDENTITY;
	else
		g->domain = sim->strict ? DOMAIN_DMA : DOMAIN_DMA_FQ;
	/* Before, the configured default was taken without a word. */
	return !(untrusted && identity && sim->kernel.rules[RULE_DIRECT_FATAL]);
}

/* A8.3: a direct mapping failed for good. */
static void lose(struct ivrs_sim *sim, const struct sim_group *g, uint32_t culprit)
{
	const struct sim_device *s = &sim->devices[sim->members[g->first]];
	uint64_t offset = IVRS_NO_OFFSET;

	if (culprit != IVRS_NONE)
		offset = sim->table->blocks[sim->table->ivmds[sim->unity.at[culprit].ivmd]];
	sim_stop(sim, IVRS_STATE_LOST, offset,
		 "iommu ivhd%u: IOMMU driver was not able to establish FW requested direct "
		 "mapping. (group %u; the IOMMU is "
		 "unregistered)",
		 s->iommu, g->id);
}

/* A8.1, A8.2 for every group, in the order of their numbers. */
int boot_domains(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	uint32_t *keys = malloc((sim->device_count + 1) * sizeof(*keys)), culprit;
	enum direct_outcome outcome;
	struct direct direct;
	int err = keys ? 0 : -IVRS_E_NOMEM;

	if (!err)
		err = direct_init(&direct, sim->table, &sim->unity, &sim->kernel,
				  direct_bounds(&sim->kernel, sim->guest_tables, sim->aperture));
	if (err) {
		free(keys);
		return err;
	}
	for (size_t i = 0; i < sim->group_count && !err && sim->state == IVRS_STATE_READY; i++) {
		struct sim_group *g = &sim->groups[i];

		if (!choose_domain(sim, t, g)) {
			lose(sim, g, IVRS_NONE);
			break;
		}
		if (g->domain == DOMAIN_IDENTITY || sim->ranges)
			continue;
		for (uint32_t k = 0; k < g->count; k++)
			keys[k] = sim_key(sim, &sim->devices[sim->members[g->first + k]]);
		err = direct_map(&direct, keys, g->count, &outcome, &culprit);
		if (!err && outcome == DIRECT_FAILS && sim->kernel.rules[RULE_DIRECT_FATAL])
			lose(sim, g, culprit);
		else if (!err && outcome == DIRECT_NEVER_ENDS)
			sim_stop(sim, IVRS_STATE_HANGS,
				 sim->table->blocks[sim->table->ivmds[sim->unity.at[culprit].ivmd]],
				 "mapping IVMD %u page by page never ends",
				 sim->unity.at[culprit].ivmd);
	}
	direct_free(&direct);
	free(keys);
	return err;
}

/*
 * A4.3: an IVHD may name a function that is there and is no IOMMU: the driver only asks it for MSI, last of all and unless the
 * table promises interrupts of the x2APIC kind. Then the domain ids and unity maps are freed under groups that exist.
 */
void boot_interrupts(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	const uint64_t x2apic = EFR_GASUP | EFR_XTSUP;

	for (size_t i = 0; i < sim->map.iommu_count; i++)
		if ((sim->map.iommus[i].efr & x2apic) == x2apic)
			return;
	for (size_t i = 0; i < sim->map.iommu_count; i++) {
		const struct iommu *iommu = &sim->map.iommus[i];
		ivrs_sbdf_t sbdf = sbdf_make(iommu->segment, iommu->devid);
		uint32_t index = topology_index(t, sbdf);
		char text[IVRS_SBDF_TEXT];

		if (index == NO_INDEX || !t->devices[index].no_msi)
			continue;
		ivrs_sbdf_format(sbdf, text);
		sim_stop(sim, IVRS_STATE_FAILED, iommu->block,
			 "%s, which the table calls an IOMMU, has no MSI capability: the driver "
			 "gives "
			 "up after it made groups, and a claim may crash the kernel",
			 text);
		return;
	}
}
