// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"
#include "simulate.h"

static struct json_object *region_list(int status, ivrs_regions *regions, bool kinds,
				       struct json_out *out)
{
	struct json_object *list = json_new_array();

	if (status) {
		out->failed = true;
		return list;
	}
	for (size_t i = 0; i < ivrs_regions_count(regions); i++) {
		struct json_object *region = json_new_object();

		json_add(region, "start", json_address(ivrs_regions_start(regions, i)));
		json_add(region, "end", json_address(ivrs_regions_end(regions, i)));
		if (kinds)
			json_add(region, "type",
				 json_text(ivrs_region_kind_name(ivrs_regions_kind(regions, i))));
		json_append(list, region);
	}
	ivrs_regions_unref(regions);
	return list;
}

static struct json_object *json_group(const ivrs_sim *sim, size_t group, struct json_out *out)
{
	struct json_object *object = json_new_object(), *devices = json_new_array();
	ivrs_table *table = ivrs_sim_table(sim);
	uint64_t ivmds = table ? ivrs_table_ivmd_count(table) : 0;
	ivrs_regions *regions = NULL;
	bool affordable;
	int status = 0;

	for (size_t i = 0; i < ivrs_sim_group_device_count(sim, group); i++)
		json_append(devices, json_device_name(sim, ivrs_sim_group_device(sim, group, i)));
	json_add(object, "id", json_number(ivrs_sim_group_id(sim, group)));
	json_add(object, "devices", devices);
	json_add(object, "domain", json_text(ivrs_sim_group_domain(sim, group)));
	affordable = out->work < DESCRIBE_WORK;
	if (affordable) {
		out->work += ivmds * ivrs_sim_group_device_count(sim, group);
		status = ivrs_sim_group_regions(sim, group, &regions);
	}
	json_add(object, "reserved_regions",
		 affordable ? region_list(status, regions, true, out) : NULL);
	json_add(object, "claim", json_claim(sim, group, out));
	regions = NULL;
	if (affordable)
		status = ivrs_sim_group_iova(sim, group, &regions);
	json_add(object, "iova_ranges",
		 affordable ? region_list(status, regions, false, out) : NULL);
	return object;
}

static void put_result(const ivrs_sim *sim, const struct selection *selection, struct json_out *out)
{
	json_open(out, NULL, '{');
	json_put(out, "relax", json_text(ivrs_sim_relax(sim)));
	json_put(out, "iommu", json_iommu(sim));
	json_put(out, "groups_predicted", json_truth(ivrs_sim_groups_predicted(sim)));
	json_open(out, "groups", '[');
	for (size_t i = 0; i < ivrs_sim_group_count(sim); i++)
		if (selection->groups[i])
			json_put(out, NULL, json_group(sim, i, out));
	json_close(out, ']');
	json_open(out, "devices", '[');
	for (size_t i = 0; i < ivrs_sim_device_count(sim); i++) {
		uint32_t group = ivrs_sim_device_group(sim, i);

		if (selection->devices[i] || (group != IVRS_NONE && selection->groups[group]))
			json_put(out, NULL, json_device(sim, i, out));
	}
	json_close(out, ']');
	json_close(out, '}');
}

int simulate_print_json(const struct source *source, const struct simulations *sims)
{
	struct json_out out;

	json_begin(&out, "simulate");
	json_put(&out, "kernel", json_kernel(source));
	json_open(&out, "results", '[');
	for (size_t i = 0; i < sims->count; i++)
		put_result(sims->sims[i], &sims->selections[i], &out);
	json_close(&out, ']');
	json_put(&out, "notes", json_notes(source));
	return json_end(&out);
}
