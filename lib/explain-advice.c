/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to beware of before lifting a demand, and what many try in vain. */
#include <inttypes.h>
#include <stdio.h>

#include "explain.h"

/* Warnings of one kind; more of them tell nothing new. */
#define WARNINGS_PER_KIND 4
#define ENTRIES_LOOKED_AT 64 /* of known firmware devices; a machine has one */

#define CLASS_RAID 0x0104u
#define CLASS_IPMI 0x0c07u

static const char *firmware_device(const char *hid)
{
	static const struct {
		const char *hid, *text;
	} devices[] = {
#define REMEDY(symbol, name, text, price)
#define USELESS(symbol, text)
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text) {hid, text},
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
	};

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		if (!strcmp(devices[i].hid, hid))
			return devices[i].text;
	return NULL;
}

/* Blocks that mean a device, and not whatever sits in a range of buses. */
static void warn_of_names(struct explain *explain)
{
	size_t shown = 0;

	for (size_t i = 0; i < explain->out->cause_count && shown < WARNINGS_PER_KIND; i++) {
		const struct cause *cause = &explain->out->causes[i];
		char name[IVRS_SBDF_TEXT];

		ivrs_sbdf_format(cause->device, name);
		if (cause->ivmd_class == IVRS_IVMD_NAMED)
			texts_add(explain, &explain->out->warnings,
				  "IVMD %" PRIu32 " names %s%s: the firmware means this very "
				  "device, which may use the "
				  "memory at any time. Do not relax it.",
				  cause->ivmd,
				  ivrs_sim_device_acpi_name(explain->sim, explain->device)
					  ? explain->name
					  : name,
				  !ivrs_sim_device_acpi_name(explain->sim, explain->device) &&
						  cause->device !=
							  ivrs_sim_device_sbdf(explain->sim,
									       explain->device)
					  ? ", another member of the group"
					  : " itself");
		else if (cause->ivmd_class == IVRS_IVMD_BUS)
			texts_add(explain, &explain->out->warnings,
				  "IVMD %" PRIu32 " stays inside one bus: it may be meant for a "
				  "device there. Do not relax it "
				  "before the vendor says what it is for.",
				  cause->ivmd);
		else
			continue;
		shown++;
	}
}

static bool caused(const struct explain *explain, uint32_t key)
{
	const struct ivrs_table *table = explain->table;

	for (size_t i = 0; i < explain->out->cause_count; i++) {
		const struct cause *cause = &explain->out->causes[i];
		struct ivmd_fields ivmd;
		uint32_t first, last;

		if (cause->ivmd_class == IVRS_IVMD_IDLE)
			continue;
		ivmd_decode(table, table->blocks[table->ivmds[cause->ivmd]], &ivmd);
		explain_range(explain, &ivmd, &first, &last);
		if (key >= first && key <= last)
			return true;
	}
	return false;
}

static bool is_member(const struct explain *explain, uint32_t key)
{
	for (size_t i = 0; i < explain->member_count; i++)
		if (explain->members[i].key == key)
			return true;
	return false;
}

/* One ACPI entry of a known firmware device. */
static bool warn_of_entry(struct explain *explain, uint16_t segment,
			  const struct entry_fields *entry, size_t *looked_at)
{
	char hid[9], cid[9], uid[256], name[IVRS_SBDF_TEXT];
	uint32_t key = sbdf_make(explain->segmented ? segment : 0, entry->devid);
	const char *what;

	entry_decode_names(explain->table, entry->offset, hid, cid, uid);
	what = firmware_device(hid);
	if (!what || ++*looked_at > ENTRIES_LOOKED_AT)
		return false;
	ivrs_sbdf_format(key, name);
	if (is_member(explain, key))
		texts_add(explain, &explain->out->warnings,
			  "%s is %s (%s): the firmware needs its memory. Do not relax it, and do "
			  "not give it to a "
			  "guest.",
			  name, hid, what);
	else if (caused(explain, key))
		texts_add(explain, &explain->out->warnings,
			  "The same IVMD blocks reach %s (%s) at %s, which needs its memory: relax "
			  "single functions and "
			  "not all.",
			  hid, what, name);
	else
		return false;
	return true;
}

/* The kinds of IVHD repeat each other: one warning per device id is enough. */
static void warn_of_firmware(struct explain *explain)
{
	const struct ivrs_table *table = explain->table;
	size_t shown = 0, looked_at = 0;

	for (size_t i = 0; i < table->ivhd_count && shown < WARNINGS_PER_KIND; i++) {
		uint32_t block = table->blocks[table->ivhds[i]], at;
		struct entry_fields entry;
		struct ivhd_fields ivhd;

		ivhd_decode(table, block, &ivhd);
		if (ivhd.block_type != IVRS_BLOCK_IVHD_40)
			continue;
		at = block + ivhd_header_size(ivhd.block_type);
		while (at < block + ivhd.length && at < table->size && shown < WARNINGS_PER_KIND) {
			entry_decode(table, at, &entry);
			if (entry.type == IVRS_ENTRY_ACPI_HID)
				shown += warn_of_entry(explain, ivhd.segment, &entry, &looked_at);
			if (!entry.length)
				break;
			at += entry.length;
		}
	}
}

/* Kinds of devices whose firmware does share memory with the host. */
static void warn_of_class(struct explain *explain)
{
	ivrs_sbdf_t sbdf = ivrs_sim_device_sbdf(explain->sim, explain->device);
	uint32_t class_code;
	size_t index;

	if (!explain->topology || !explain->self ||
	    ivrs_topology_find(explain->topology, sbdf, &index))
		return;
	class_code = ivrs_topology_class(explain->topology, index) >> 8;
	if (class_code == CLASS_RAID || class_code == CLASS_IPMI)
		texts_add(explain, &explain->out->warnings,
			  "%s is a %s: such devices do share memory with the firmware. Do not "
			  "relax it before the vendor "
			  "says what the memory is for.",
			  explain->name,
			  class_code == CLASS_RAID ? "RAID controller" : "management controller");
}

void explain_warnings(struct explain *explain)
{
	if (explain->err)
		return;
	if (explain->table && ivrs_sim_state(explain->sim) == IVRS_STATE_READY) {
		warn_of_names(explain);
		warn_of_firmware(explain);
		warn_of_class(explain);
	}
	if (!ivrs_kernel_exact(explain->kernel))
		texts_add(explain, &explain->out->warnings,
			  "The rules of Linux %s aren't known: those of %s were used.",
			  ivrs_kernel_release(explain->kernel),
			  ivrs_ruleset_name(ivrs_kernel_ruleset(explain->kernel)));
}

enum useless_number {
#define REMEDY(symbol, name, text, price)
#define USELESS(symbol, text) USELESS_##symbol,
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
	USELESS_COUNT
};

static const char *const useless_texts[USELESS_COUNT] = {
#define REMEDY(symbol, name, text, price)
#define USELESS(symbol, text) [USELESS_##symbol] = text,
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
};

/* Members that VFIO would take. */
static size_t functions(const struct explain *explain)
{
	size_t count = 0;

	for (size_t i = 0; i < ivrs_sim_group_device_count(explain->sim, explain->group); i++)
		count += !ivrs_sim_device_is_bridge(explain->sim,
						    ivrs_sim_group_device(explain->sim,
									  explain->group, i));
	return count;
}

static bool applies(const struct explain *explain, enum useless_number number)
{
	bool acpi = ivrs_sim_device_acpi_name(explain->sim, explain->device) != NULL;
	const char *cmdline = ivrs_kernel_cmdline(explain->kernel);
	bool passthrough = strstr(cmdline, "iommu=pt") || strstr(cmdline, "iommu.passthrough=1");

	switch (number) {
	case USELESS_IOMMU_PT:
		return !passthrough;
	case USELESS_IOMMU_PT_ON:
		return passthrough;
	case USELESS_GROUP_TYPE:
		return !ivrs_sim_has_ranges(explain->sim);
	case USELESS_ACS:
		return explain->self && !acpi;
	/* What sits on bus 0 is soldered in. */
	case USELESS_OTHER_CARD:
	case USELESS_RESIZABLE_BAR:
		return explain->self && !acpi && (explain->key & 0xff00);
	case USELESS_ONE_FUNCTION:
		return functions(explain) > 1;
	case USELESS_LOCKDOWN:
		return explain->lockdown;
	default:
		return true;
	}
}

void explain_useless(struct explain *explain)
{
	if (explain->err || !explain->demands ||
	    ivrs_sim_group_claim(explain->sim, explain->group) != IVRS_CLAIM_REFUSED)
		return;
	for (int i = 0; i < USELESS_COUNT; i++) {
		const char *text = useless_texts[i], *brace = strstr(text, "{group}");

		if (!applies(explain, (enum useless_number)i))
			continue;
		if (brace)
			texts_add(explain, &explain->out->useless, "%.*s%" PRIu32 "%s",
				  (int)(brace - text), text,
				  ivrs_sim_group_id(explain->sim, explain->group),
				  brace + strlen("{group}"));
		else
			texts_add(explain, &explain->out->useless, "%s", text);
	}
}
