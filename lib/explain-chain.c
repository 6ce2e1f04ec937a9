/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the bytes of the table to the outcome, step by step, and the verdict in one sentence. */
#include <inttypes.h>
#include <stdio.h>

#include "cursor.h"
#include "explain.h"
#include "format.h"

/* Blocks that the chain shows, the first one byte by byte; more of them tell nothing new. */
#define BLOCKS_SHOWN 5

static void block_steps(struct explain *explain, uint32_t index)
{
	const struct ivrs_table *table = explain->table;
	uint32_t at = table->blocks[table->ivmds[index]];
	char bytes[3 * IVMD_SIZE + 1] = "", range[40], region[48];
	struct texts *steps = &explain->out->steps;
	struct ivmd_fields ivmd;
	bool rounded;

	for (uint32_t i = 0; i < IVMD_SIZE; i++)
		snprintf(&bytes[3 * i], 4, " %02x", cursor_u8(table_cursor(table), (size_t)at + i));
	ivmd_decode(table, at, &ivmd);
	explain_range_text(explain, &ivmd, range);
	explain_region_text(&ivmd, region);
	rounded = (ivmd.start | ivmd.memory_length) & 0xfff;
	texts_add(explain, steps,
		  "IVMD %" PRIu32 " at offset 0x%" PRIx32
		  " holds%s: type %02xh, for %s, flags 0x%02x, start 0x%" PRIx64
		  ", length 0x%" PRIx64 ".",
		  index, at, bytes, ivmd.block_type, range, ivmd.flags, ivmd.start,
		  ivmd.memory_length);
	texts_add(explain, steps, "Linux makes it a direct region, %s: %s%s.%s",
		  explain_prot(ivmd.flags), region, rounded ? ", rounded up to whole pages" : "",
		  ivmd.flags & IVRS_IVMD_EXCLUSION ? " What the flag 0x08 calls an exclusion range "
						     "becomes a mapping like any other."
						   : "");
}

/* A further block, in short. */
static void short_step(struct explain *explain, uint32_t index)
{
	const struct ivrs_table *table = explain->table;
	uint32_t at = table->blocks[table->ivmds[index]];
	struct ivmd_fields ivmd;
	char range[40], region[48];

	ivmd_decode(table, at, &ivmd);
	explain_range_text(explain, &ivmd, range);
	explain_region_text(&ivmd, region);
	texts_add(explain, &explain->out->steps,
		  "IVMD %" PRIu32 " at offset 0x%" PRIx32
		  " (type %02xh, for %s, flags 0x%02x) makes another one, %s: %s.",
		  index, at, ivmd.block_type, range, ivmd.flags, explain_prot(ivmd.flags), region);
}

/* Where the causes lead: what kind of region, and what the claim does with it. */
static void region_steps(struct explain *explain)
{
	const char *relax = ivrs_sim_relax(explain->sim);
	struct texts *steps = &explain->out->steps;
	size_t reaching = explain->out->cause_count - explain->classes[IVRS_IVMD_IDLE], shown = 0;

	for (size_t i = 0; i < explain->out->cause_count && shown < BLOCKS_SHOWN; i++)
		if (explain->out->causes[i].ivmd_class != IVRS_IVMD_IDLE) {
			if (shown++)
				short_step(explain, explain->out->causes[i].ivmd);
			else
				block_steps(explain, explain->out->causes[i].ivmd);
		}
	if (reaching > shown)
		texts_add(explain, steps, "%zu more IVMD blocks reach %s in the same way.",
			  reaching - shown,
			  explain->group == IVRS_NONE ? "it" : "the device or its group");
	if (ivrs_sim_state(explain->sim) != IVRS_STATE_READY || !reaching)
		return;
	if (!ivrs_kernel_has_rule(explain->kernel, "require-direct"))
		texts_add(explain, steps,
			  "Linux %s doesn't refuse devices with a direct region (6.6 and later "
			  "do): it cuts the "
			  "addresses out of what a guest may use.",
			  ivrs_kernel_release(explain->kernel));
	else if (explain->demands)
		texts_add(explain, steps,
			  "A direct region marks its device: it must never be without the mapping "
			  "(require_direct, Linux 6.6 and later).%s",
			  ivrs_sim_group_claim(explain->sim, explain->group) == IVRS_CLAIM_OK
				  ? " With the check left out that isn't looked at, but the "
				    "addresses stay cut out of what "
				    "a guest may use."
				  : "");
	else
		texts_add(explain, steps,
			  "The relaxation \"%s\" lifts the demand: the device isn't marked "
			  "require_direct.",
			  relax ? relax : "none");
}

static void claim_steps(struct explain *explain)
{
	struct texts *steps = &explain->out->steps;
	uint32_t culprit = ivrs_sim_group_culprit(explain->sim, explain->group);
	const char *step = ivrs_sim_group_step(explain->sim, explain->group);
	char name[IVRS_SBDF_TEXT] = "", message[512];

	if (culprit != IVRS_NONE)
		ivrs_sbdf_format(ivrs_sim_device_sbdf(explain->sim, culprit), name);
	if (ivrs_sim_group_claim(explain->sim, explain->group) == IVRS_CLAIM_NOTHING) {
		texts_add(
			explain, steps,
			"The group holds only functions that VFIO doesn't take, such as bridges.");
		return;
	}
	if (ivrs_sim_group_claim(explain->sim, explain->group) == IVRS_CLAIM_OK) {
		texts_add(explain, steps,
			  "VFIO claims the group and moves its functions to the guest's domain.");
		return;
	}
	if (ivrs_sim_group_reason(explain->sim, explain->group) == IVRS_REASON_REQUIRE_DIRECT)
		texts_add(explain, steps,
			  "VFIO claims the whole group by moving it to a domain without mappings. "
			  "Linux refuses "
			  "that for %s: %s fails with %s.",
			  name[0] ? name : "a member", step ? step : "the claim",
			  ivrs_errno_name(ivrs_sim_group_errno(explain->sim, explain->group)));
	else
		texts_add(explain, steps, "%s fails with %s%s%s.", step ? step : "The claim",
			  ivrs_errno_name(ivrs_sim_group_errno(explain->sim, explain->group)),
			  name[0] ? " because of " : "", name);
	if (ivrs_sim_group_kernel_message(explain->sim, explain->group, message, sizeof(message)))
		texts_add(explain, steps, "The kernel logs: %s", message);
}

/* The verdict in one sentence. */
static void make_summary(struct explain *explain)
{
	const char *release = ivrs_kernel_release(explain->kernel), *name = explain->name;
	uint32_t state = ivrs_sim_state(explain->sim), group = explain->group;
	uint32_t reason = group == IVRS_NONE ? 0 : ivrs_sim_group_reason(explain->sim, group);
	size_t reaching = explain->out->cause_count - explain->classes[IVRS_IVMD_IDLE];
	char **summary = &explain->out->summary;

	if (state == IVRS_STATE_ABSENT)
		*summary = explain_text(explain,
					"%s can't be given to a guest: there is no IVRS, so Linux "
					"%s has no AMD IOMMU.",
					name, release);
	else if (state == IVRS_STATE_DISABLED)
		*summary = explain_text(
			explain,
			"%s can't be given to a guest: the command line switches the IOMMU off.",
			name);
	else if (state != IVRS_STATE_READY)
		*summary = explain_text(explain, "%s can't be given to a guest: %s.", name,
					state == IVRS_STATE_FAILED
						? "the IOMMU driver gives up on this table"
					: state == IVRS_STATE_LOST
						? "the IOMMU is unregistered during the boot"
					: state == IVRS_STATE_HANGS ? "the boot never ends"
								    : "the kernel panics at boot");
	else if (group == IVRS_NONE)
		*summary = explain_text(explain,
					"%s can't be given to a guest: it has no IOMMU group, "
					"because no IOMMU translates for it.",
					name);
	else if (ivrs_sim_group_claim(explain->sim, group) == IVRS_CLAIM_OK && !reaching)
		*summary = explain_text(
			explain,
			"%s can be given to a guest by Linux %s: no IVMD reaches its group.", name,
			release);
	else if (ivrs_sim_group_claim(explain->sim, group) == IVRS_CLAIM_OK)
		*summary = explain_text(explain,
					"%s can be given to a guest by Linux %s, though %zu IVMD "
					"block%s its group.",
					name, release, reaching,
					reaching == 1 ? " reaches" : "s reach");
	else if (ivrs_sim_group_claim(explain->sim, group) == IVRS_CLAIM_NOTHING)
		*summary = explain_text(explain,
					"There is nothing to give to a guest in the group of %s.",
					name);
	else if (reason == IVRS_REASON_REQUIRE_DIRECT)
		*summary = explain_text(explain,
					"%s can't be given to a guest by Linux %s: %zu IVMD "
					"block%s 1:1 mappings for %s.",
					name, release, reaching,
					reaching == 1 ? " demands" : "s demand",
					!explain->self	       ? "another member of its group"
					: strstr(name, " to ") ? "them"
							       : "it");
	else if (reason == IVRS_REASON_BUSY)
		*summary = explain_text(
			explain,
			"%s can't be given to a guest now: the host uses a function of its group.",
			name);
	else if (reason == IVRS_REASON_INTERRUPTS)
		*summary = explain_text(explain,
					"%s can't be given to a guest by Linux %s: interrupt "
					"remapping doesn't work.",
					name, release);
	else if (reason == IVRS_REASON_NO_INTERFACE)
		*summary = explain_text(explain,
					"%s can't be given to a guest this way: Linux %s doesn't "
					"have the VFIO interface asked for.",
					name, release);
	else if (reason == IVRS_REASON_NO_IOVA)
		*summary = explain_text(explain,
					"%s can't be given to a guest by Linux %s: its reserved "
					"regions leave no address.",
					name, release);
	else
		*summary = explain_text(explain, "%s can't be given to a guest by Linux %s.", name,
					release);
}

void explain_steps(struct explain *explain)
{
	struct texts *steps = &explain->out->steps;
	const struct ivrs_table *table = explain->table;
	uint32_t state = ivrs_sim_state(explain->sim);
	size_t reaching = explain->out->cause_count - explain->classes[IVRS_IVMD_IDLE];

	if (explain->err)
		return;
	make_summary(explain);
	if (table) {
		texts_add(explain, steps, "The IVRS has %zu IVMD block%s; %zu of them reach%s %s.",
			  table->ivmd_count, table->ivmd_count == 1 ? "" : "s", reaching,
			  reaching == 1 ? "es" : "",
			  explain->group == IVRS_NONE ? "the device" : "the device or its group");
		if (ivrs_table_ivinfo(table) & IVRS_IVINFO_DMA_REMAP && table->ivmd_count)
			texts_add(
				explain, steps,
				"IVinfo (offset 0x24) is 0x%08" PRIx32
				": bit 1 says that the firmware had pre-boot DMA protection on.%s",
				ivrs_table_ivinfo(table),
				explain->protection
					? " That is the likely source of such IVMD blocks."
					: "");
	}
	region_steps(explain);
	if (state != IVRS_STATE_READY) {
		uint32_t ivmd = explain_deciding_ivmd(explain);
		const char *message = ivrs_sim_message(explain->sim);
		uint64_t offset = ivrs_sim_offset(explain->sim);

		if (ivmd != IVRS_NONE && !reaching)
			block_steps(explain, ivmd);
		if (message && offset != IVRS_NO_OFFSET)
			texts_add(explain, steps, "At offset 0x%" PRIx64 " of the table: %s.",
				  offset, message);
		else if (message)
			texts_add(explain, steps, "%s.", message);
		texts_add(
			explain, steps,
			"Without a working IOMMU no device has a group, and VFIO can claim none.");
	} else if (explain->group == IVRS_NONE) {
		texts_add(explain, steps,
			  "No IVHD that Linux uses covers %s: it has no group, and vfio-pci "
			  "doesn't bind to it (EINVAL).",
			  explain->name);
	} else {
		claim_steps(explain);
	}
}
