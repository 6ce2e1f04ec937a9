// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts that several JSON documents have in common; CLI.md and cli/schema say what they look like. */
#include "json.h"

struct json_object *json_kernel(const struct source *source)
{
	size_t rules = ivrs_kernel_ruleset(source->kernel);
	struct json_object *kernel = json_new_object();

	json_add(kernel, "release", json_text(ivrs_kernel_release(source->kernel)));
	json_add(kernel, "rules", json_text(ivrs_ruleset_name(rules)));
	json_add(kernel, "cmdline", json_text(ivrs_kernel_cmdline(source->kernel)));
	json_add(kernel, "measured", json_truth(ivrs_ruleset_measured(rules)));
	json_add(kernel, "exact", json_truth(ivrs_kernel_exact(source->kernel)));
	json_add(kernel, "evidence", json_text(source->evidence));
	return kernel;
}

struct json_object *json_iommu(const ivrs_sim *sim)
{
	uint8_t type = ivrs_sim_ivhd_type(sim);
	struct json_object *iommu = json_new_object();

	json_add(iommu, "state", json_text(ivrs_state_name(ivrs_sim_state(sim))));
	json_add(iommu, "ivhd_type", type ? json_hex(type, 2) : NULL);
	json_add(iommu, "message", json_text(ivrs_sim_message(sim)));
	json_add(iommu, "offset", json_offset(ivrs_sim_offset(sim)));
	json_add(iommu, "interrupt_remapping", json_truth(ivrs_sim_interrupt_remapping(sim)));
	return iommu;
}

struct json_object *json_notes(const struct source *source)
{
	size_t count = source->host ? source->api->note_count(source->host) : 0;
	struct json_object *notes = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(notes, json_text(source->api->note(source->host, i)));
	return notes;
}

struct json_object *json_device_name(const ivrs_sim *sim, size_t device)
{
	const char *name = ivrs_sim_device_acpi_name(sim, device);
	ivrs_sbdf_t first = ivrs_sim_device_sbdf(sim, device),
		    last = ivrs_sim_device_last(sim, device);
	char text[2 * IVRS_SBDF_TEXT];

	if (name)
		return json_text(name);
	ivrs_sbdf_format(first, text);
	if (first != last) {
		text[IVRS_SBDF_TEXT - 1] = '-';
		ivrs_sbdf_format(last, text + IVRS_SBDF_TEXT);
	}
	return json_text(text);
}

static struct json_object *prot_text(uint32_t prot)
{
	static const char *const names[] = {"none", "r", "w", "rw"};

	return json_text(names[prot & 3]);
}

static struct json_object *unity_maps(const ivrs_sim *sim, size_t device, struct json_out *out)
{
	struct json_object *maps;
	ivrs_regions *regions;

	if (out->maps > DESCRIBE_LIMIT)
		return NULL;
	maps = json_new_array();
	if (ivrs_sim_device_unity(sim, device, &regions)) {
		out->failed = true;
		return maps;
	}
	out->maps += ivrs_regions_count(regions);
	for (size_t i = 0; i < ivrs_regions_count(regions); i++) {
		struct json_object *map = json_new_object();

		json_add(map, "start", json_address(ivrs_regions_start(regions, i)));
		json_add(map, "end", json_address(ivrs_regions_end(regions, i)));
		json_add(map, "prot", prot_text(ivrs_regions_prot(regions, i)));
		json_add(map, "ivmd", json_number(ivrs_regions_ivmd(regions, i)));
		json_add(map, "type",
			 json_text(ivrs_region_kind_name(ivrs_regions_kind(regions, i))));
		json_append(maps, map);
	}
	ivrs_regions_unref(regions);
	return maps;
}

struct json_object *json_device(const ivrs_sim *sim, size_t device, struct json_out *out)
{
	struct json_object *object = json_new_object();
	bool acpi = ivrs_sim_device_acpi_name(sim, device) != NULL;
	ivrs_sbdf_t sbdf = ivrs_sim_device_sbdf(sim, device);
	ivrs_sbdf_t alias = ivrs_sim_device_alias(sim, device);
	uint32_t group = ivrs_sim_device_group(sim, device);

	json_add(object, "device", acpi ? json_device_name(sim, device) : json_sbdf(sbdf));
	if (ivrs_sim_has_ranges(sim))
		json_add(object, "last", json_sbdf(ivrs_sim_device_last(sim, device)));
	json_add(object, "group",
		 group == IVRS_NONE ? NULL : json_number(ivrs_sim_group_id(sim, group)));
	json_add(object, "iommu",
		 ivrs_sim_device_translated(sim, device)
			 ? json_sbdf(ivrs_sim_device_iommu(sim, device))
			 : NULL);
	json_add(object, "alias", acpi || alias == sbdf ? NULL : json_sbdf(alias));
	json_add(object, "require_direct", json_truth(ivrs_sim_device_require_direct(sim, device)));
	json_add(object, "unity_maps", unity_maps(sim, device, out));
	return object;
}

/* The IVMDs that make the culprit need a 1:1 mapping. */
static struct json_object *claim_ivmds(const ivrs_sim *sim, size_t group, struct json_out *out)
{
	uint32_t culprit = ivrs_sim_group_culprit(sim, group);
	struct json_object *ivmds;
	ivrs_regions *regions;

	if (out->maps > DESCRIBE_LIMIT)
		return NULL;
	ivmds = json_new_array();
	if (ivrs_sim_group_reason(sim, group) != IVRS_REASON_REQUIRE_DIRECT || culprit == IVRS_NONE)
		return ivmds;
	if (ivrs_sim_device_unity(sim, culprit, &regions)) {
		out->failed = true;
		return ivmds;
	}
	out->maps += ivrs_regions_count(regions);
	for (size_t i = 0; i < ivrs_regions_count(regions); i++)
		if (ivrs_regions_kind(regions, i) == IVRS_REGION_DIRECT)
			json_append(ivmds, json_number(ivrs_regions_ivmd(regions, i)));
	ivrs_regions_unref(regions);
	return ivmds;
}

struct json_object *json_claim(const ivrs_sim *sim, size_t group, struct json_out *out)
{
	struct json_object *claim = json_new_object();
	uint32_t number = ivrs_sim_group_errno(sim, group);
	uint32_t reason = ivrs_sim_group_reason(sim, group);
	uint32_t culprit = ivrs_sim_group_culprit(sim, group);
	char message[512];

	json_add(claim, "result", json_text(ivrs_claim_name(ivrs_sim_group_claim(sim, group))));
	json_add(claim, "errno", number ? json_text(ivrs_errno_name(number)) : NULL);
	json_add(claim, "step", json_text(ivrs_sim_group_step(sim, group)));
	json_add(claim, "reason", reason ? json_text(ivrs_reason_name(reason)) : NULL);
	json_add(claim, "culprit", culprit == IVRS_NONE ? NULL : json_device_name(sim, culprit));
	json_add(claim, "ivmd", claim_ivmds(sim, group, out));
	json_add(claim, "kernel_message",
		 ivrs_sim_group_kernel_message(sim, group, message, sizeof(message))
			 ? json_text(message)
			 : NULL);
	return claim;
}
