/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What helps, cheapest first, as remedies.def lists it. What can be tried is tried: a remedy that works through the kernel or
 * the table is only named when a simulation with it comes out well.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cursor.h"
#include "explain.h"
#include "format.h"

/* A kernel like the one at hand with another release (then with that release's rules) or more options. */
static int other_kernel(const struct explain *explain, const char *release, const char *options,
			ivrs_kernel **kernel)
{
	const char *cmdline = ivrs_kernel_cmdline(explain->kernel);
	size_t size = strlen(cmdline) + strlen(options) + 2;
	char *text = malloc(size);
	int err = text ? ivrs_kernel_new(release ? release : ivrs_kernel_release(explain->kernel),
					 kernel)
		       : -IVRS_E_NOMEM;

	if (!err) {
		snprintf(text, size, "%s %s", cmdline, options);
		err = ivrs_kernel_set_cmdline(*kernel, text);
		for (size_t i = 0; i < ivrs_rule_count() && !release && !err; i++)
			err = ivrs_kernel_set_rule(*kernel, ivrs_rule_name(i),
						   ivrs_kernel_has_rule(explain->kernel,
									ivrs_rule_name(i)));
		if (err) {
			ivrs_kernel_free(*kernel);
			*kernel = NULL;
		}
	}
	free(text);
	return err;
}

/* The outcome with something changed: state of the IOMMU, and whether the device can be claimed then. */
struct trial {
	struct ivrs_table *table; /* NULL: as it is */
	const char *release, *options, *relax;
	bool ready, claimed;
};

static void try_it(struct explain *explain, struct trial *trial)
{
	struct ivrs_table *table = trial->table ? trial->table : ivrs_sim_table(explain->sim);
	ivrs_kernel *kernel = NULL;
	ivrs_sim *sim = NULL;
	uint32_t group;
	size_t device = explain->device;
	int err;

	if (explain->err)
		return;
	err = other_kernel(explain, trial->release, trial->options ? trial->options : "", &kernel);
	if (!err)
		err = ivrs_simulate(table, explain->topology, kernel, trial->relax, 0, &sim);
	ivrs_kernel_free(kernel);
	if (err == -IVRS_E_NOMEM)
		explain->err = err;
	if (err)
		return;
	trial->ready = ivrs_sim_state(sim) == IVRS_STATE_READY;
	if (!ivrs_sim_device_acpi_name(explain->sim, device) &&
	    ivrs_sim_find(sim, ivrs_sim_device_sbdf(explain->sim, device), &device))
		device = SIZE_MAX;
	if (device < ivrs_sim_device_count(sim)) {
		group = ivrs_sim_device_group(sim, device);
		trial->claimed = trial->ready && group != IVRS_NONE &&
				 ivrs_sim_group_claim(sim, group) == IVRS_CLAIM_OK;
	}
	ivrs_sim_unref(sim);
}

static bool relaxing_helps(struct explain *explain, const char *relax)
{
	struct trial trial = {.relax = relax};

	try_it(explain, &trial);
	return trial.claimed;
}

/*
 * The table as a corrected one would be: without the blocks that reach the group, or the one that loses the IOMMU.
 * Clearing their flags is what Linux sees of removing them, and moves nothing.
 */
static bool override_helps(struct explain *explain)
{
	size_t size;
	const uint8_t *bytes = ivrs_table_bytes(explain->table, &size);
	uint8_t *copy = malloc(size);
	struct trial trial = {0};
	int err;

	if (!copy) {
		explain->err = -IVRS_E_NOMEM;
		return false;
	}
	memcpy(copy, bytes, size);
	for (size_t i = 0; i < explain->table->ivmd_count; i++) {
		uint32_t at = explain->table->blocks[explain->table->ivmds[i]];

		if (at == ivrs_sim_offset(explain->sim) && (size_t)at + BLOCK_FLAGS < size)
			copy[at + BLOCK_FLAGS] &= (uint8_t) ~(IVRS_IVMD_UNITY |
							      IVRS_IVMD_EXCLUSION);
	}
	for (size_t i = 0; i < explain->out->cause_count; i++) {
		uint32_t ivmd = explain->out->causes[i].ivmd;
		size_t at = explain->table->blocks[explain->table->ivmds[ivmd]] +
			    (size_t)BLOCK_FLAGS;

		if (explain->out->causes[i].ivmd_class != IVRS_IVMD_IDLE && at < size)
			copy[at] &= (uint8_t) ~(IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION);
	}
	copy[ACPI_CHECKSUM] =
		(uint8_t)(copy[ACPI_CHECKSUM] -
			  cursor_sum((struct cursor){copy, size}, explain->table->length));
	err = ivrs_table_parse(copy, size, IVRS_PARSE_LENIENT, NULL, &trial.table);
	free(copy);
	if (err) {
		if (err == -IVRS_E_NOMEM)
			explain->err = err;
		return false;
	}
	try_it(explain, &trial);
	ivrs_table_unref(trial.table);
	return explain->demands ? trial.claimed : trial.ready;
}

/* Some block of the table names one device: what relaxes all would relax that too. */
static bool names_devices(const struct ivrs_table *table)
{
	for (size_t i = 0; i < table->ivmd_count; i++) {
		struct ivmd_fields ivmd;

		ivmd_decode(table, table->blocks[table->ivmds[i]], &ivmd);
		if (explain_kept(&ivmd) && explain_class(&ivmd) != IVRS_IVMD_BLANKET)
			return true;
	}
	return false;
}

/* Where the demand comes from blanket blocks alone, it isn't about this device and may be lifted. */
static void relaxing_remedies(struct explain *explain)
{
	struct fill fill = {0};
	char *members, *relax;

	if (relaxing_helps(explain, "blanket")) {
		if (!ivrs_kernel_has_rule(explain->kernel, "relax-blanket"))
			fill.build = "Build a kernel with kernel-patch 0003. ";
		words_add_remedy(explain, REMEDY_KERNEL_BLANKET, &fill);
	}
	if (words_members(explain, &members)) {
		relax = explain_text(explain, "devices=%s", members);
		if (relax && relaxing_helps(explain, relax)) {
			if (!ivrs_kernel_has_rule(explain->kernel, "relax-devices-option"))
				fill.build = "Build a kernel with kernel-patch 0002. ";
			fill.list = members;
			members = NULL;
			words_add_remedy(explain, REMEDY_KERNEL_DEVICES, &fill);
		}
		free(relax);
		free(members);
	}
	if (!names_devices(explain->table) && relaxing_helps(explain, "unity")) {
		if (!ivrs_kernel_has_rule(explain->kernel, "relax-unity-option"))
			fill.build = "Build a kernel with kernel-patch 0001. ";
		words_add_remedy(explain, REMEDY_KERNEL_UNITY, &fill);
	}
}

static void state_remedies(struct explain *explain)
{
	static const char *const off[] = {"amd_iommu=off", "iommu=off"};
	uint32_t state = ivrs_sim_state(explain->sim);
	struct trial passthrough = {.options = "iommu=pt"};
	struct fill fill = {0};

	if (state == IVRS_STATE_DISABLED) {
		words_options(explain, &fill, off, ARRAY_SIZE(off));
		/* Or within a list such as iommu=nopt,off. */
		if (!fill.list)
			fill.list = explain_text(explain, "iommu=off or amd_iommu=off");
		words_add_remedy(explain, REMEDY_IOMMU_ON, &fill);
		return;
	}
	if (state == IVRS_STATE_ABSENT) {
		words_add_remedy(explain, REMEDY_BIOS_IOMMU, &fill);
		return;
	}
	if (state == IVRS_STATE_LOST) {
		if (ivrs_table_ivinfo(explain->table) & IVRS_IVINFO_DMA_REMAP)
			words_add_remedy(explain, REMEDY_BIOS_SWITCH, &fill);
		try_it(explain, &passthrough);
		if (passthrough.ready)
			words_add_remedy(explain, REMEDY_PASSTHROUGH, &fill);
	}
	words_complaint(explain, &fill);
	words_add_remedy(explain, REMEDY_VENDOR, &fill);
	if (!explain->lockdown &&
	    (state == IVRS_STATE_LOST ? override_helps(explain)
				      : ivrs_sim_offset(explain->sim) != IVRS_NO_OFFSET))
		words_add_remedy(explain, REMEDY_OVERRIDE, &fill);
}

static void demand_remedies(struct explain *explain)
{
	bool blanket = !explain->classes[IVRS_IVMD_NAMED] && !explain->classes[IVRS_IVMD_BUS];
	struct trial older = {.release = "6.1"};
	struct fill fill = {0};

	if (explain->protection)
		words_add_remedy(explain, REMEDY_BIOS_SWITCH, &fill);
	if (!explain->self && explain->topology) {
		words_culprits(explain, &fill);
		words_add_remedy(explain, REMEDY_OTHER_SLOT, &fill);
	}
	words_complaint(explain, &fill);
	words_add_remedy(explain, REMEDY_VENDOR, &fill);
	if (!blanket)
		return;
	if (!explain->lockdown && override_helps(explain))
		words_add_remedy(explain, REMEDY_OVERRIDE, &fill);
	relaxing_remedies(explain);
	try_it(explain, &older);
	if (older.claimed) {
		words_holes(explain, &fill);
		words_add_remedy(explain, REMEDY_OLDER_KERNEL, &fill);
	}
}

static void interrupt_remedies(struct explain *explain)
{
	static const char *const off[] = {"nointremap", "intremap=off", "noapic"};
	struct trial unsafe = {.options = "vfio_iommu_type1.allow_unsafe_interrupts=1"};
	struct fill fill = {0};

	words_options(explain, &fill, off, ARRAY_SIZE(off));
	if (fill.list) {
		words_add_remedy(explain, REMEDY_INTREMAP_ON, &fill);
	} else {
		fill.list = explain_text(explain,
					 "Linux finds no usable IOAPIC entries in the IVRS and "
					 "switches interrupt remapping off.");
		words_add_remedy(explain, REMEDY_VENDOR, &fill);
	}
	try_it(explain, &unsafe);
	if (unsafe.claimed)
		words_add_remedy(explain, REMEDY_UNSAFE_INTERRUPTS, &fill);
}

void explain_remedies(struct explain *explain)
{
	struct fill fill = {0};
	uint32_t reason;

	if (explain->err)
		return;
	if (ivrs_sim_state(explain->sim) != IVRS_STATE_READY) {
		state_remedies(explain);
		return;
	}
	if (explain->group == IVRS_NONE) {
		words_complaint(explain, &fill);
		words_add_remedy(explain, REMEDY_VENDOR, &fill);
		return;
	}
	reason = ivrs_sim_group_reason(explain->sim, explain->group);
	if (reason == IVRS_REASON_BUSY) {
		words_bound(explain, &fill);
		words_add_remedy(explain, REMEDY_BIND, &fill);
	}
	if (reason == IVRS_REASON_NO_INTERFACE)
		words_add_remedy(explain, REMEDY_INTERFACE, &fill);
	if (explain->demands && explain->table &&
	    ivrs_sim_group_claim(explain->sim, explain->group) == IVRS_CLAIM_REFUSED)
		demand_remedies(explain);
	if (reason == IVRS_REASON_INTERRUPTS)
		interrupt_remedies(explain);
}
