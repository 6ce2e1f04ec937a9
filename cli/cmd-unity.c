// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"
#include "text.h"

static bool wanted(const ivrs_sim *sim, const struct selection *selection, size_t device)
{
	return selection->devices[device] &&
	       (!selection->all || ivrs_sim_device_translated(sim, device));
}

static int print_json(const struct source *source, const ivrs_sim *sim,
		      const struct selection *selection)
{
	struct json_out out;

	json_begin(&out, "unity");
	json_put(&out, "kernel", json_kernel(source));
	json_put(&out, "relax", json_text(ivrs_sim_relax(sim)));
	json_put(&out, "iommu", json_iommu(sim));
	json_open(&out, "devices", '[');
	for (size_t i = 0; i < ivrs_sim_device_count(sim); i++)
		if (selection->devices[i])
			json_put(&out, NULL, json_device(sim, i, &out));
	json_close(&out, ']');
	json_put(&out, "notes", json_notes(source));
	return json_end(&out);
}

/* Returns the number of maps, or -1. */
static long fill_device(struct text_table *table, const struct source *source, const ivrs_sim *sim,
			size_t device)
{
	static const char *const prots[] = {"none", "r", "w", "rw"};
	char text[DESCRIBE_TEXT];
	ivrs_regions *regions;
	size_t count;

	if (ivrs_sim_device_unity(sim, device, &regions))
		return -1;
	count = ivrs_regions_count(regions);
	for (size_t i = 0; i < count; i++) {
		text_row(table);
		if (!i) {
			describe_device(sim, device, text);
			text_cell(table, 0, text, TONE_PLAIN);
			describe_name(source, ivrs_sim_device_sbdf(sim, device), text,
				      sizeof(text));
			text_cell(table, 1, text, TONE_PLAIN);
		}
		text_cellf(table, 2, "%u", ivrs_regions_ivmd(regions, i));
		text_cellf(table, 3, "0x%llx-0x%llx",
			   (unsigned long long)ivrs_regions_start(regions, i),
			   (unsigned long long)ivrs_regions_end(regions, i));
		text_cell(table, 4, prots[ivrs_regions_prot(regions, i) & 3], TONE_PLAIN);
		text_cell(table, 5, ivrs_region_kind_name(ivrs_regions_kind(regions, i)),
			  TONE_PLAIN);
	}
	ivrs_regions_unref(regions);
	return (long)count;
}

static int print_text(const struct source *source, const ivrs_sim *sim,
		      const struct selection *selection)
{
	struct text_column columns[] = {{"DEVICE", 0}, {"NAME", COLUMN_CUT}, {"IVMD", COLUMN_RIGHT},
					{"RANGE", 0},  {"PROT", 0},	     {"TYPE", 0}};
	const char *what = ivrs_sim_has_ranges(sim) ? "ranges of device ids" : "devices";
	size_t devices = 0, mapped = 0, maps = 0;
	struct text_table *table;
	char kernel[256];

	if (!source->host)
		columns[1].flags |= COLUMN_ABSENT;
	table = text_table_new(source->options, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < ivrs_sim_device_count(sim); i++) {
		long count;

		if (!wanted(sim, selection, i))
			continue;
		if (maps > DESCRIBE_ROWS) {
			complain("more than %u maps: the rest is not listed; name the DEVICEs",
				 DESCRIBE_ROWS);
			break;
		}
		count = fill_device(table, source, sim, i);
		if (count < 0)
			return source_failed(-IVRS_E_NOMEM);
		devices++;
		maps += (size_t)count;
		mapped += count > 0;
	}
	text_table_print(table);
	describe_kernel(source, kernel, sizeof(kernel));
	if (ivrs_sim_state(sim) != IVRS_STATE_READY)
		text_paragraph("IOMMU: ", "%s: %s", ivrs_state_name(ivrs_sim_state(sim)),
			       ivrs_sim_message(sim) ? ivrs_sim_message(sim) : "");
	text_paragraph("", "%zu of %zu %s behind an IOMMU have 1:1 mappings under %s.", mapped,
		       devices, what, kernel);
	source_print_notes(source);
	return 0;
}

int cmd_unity(const struct options *options)
{
	struct selection selection = {0};
	struct source source;
	ivrs_sim *sim = NULL;
	int status;

	if (options->relax_count > 1) {
		complain("unity: one --relax at a time");
		return CLI_USAGE;
	}
	status = source_open(&source, options, SOURCE_DEVICES | SOURCE_KERNEL | SOURCE_OPERANDS);
	if (!status) {
		status = ivrs_simulate(source.table, source.topology, source.kernel,
				       options->relax[0], 0, &sim);
		if (status)
			status = source_failed(status);
	}
	if (!status)
		status = selection_make(&selection, &source, sim);
	if (!status)
		status = source_finish(&source, options->json
							? print_json(&source, sim, &selection)
							: print_text(&source, sim, &selection));
	selection_free(&selection);
	ivrs_sim_unref(sim);
	source_close(&source);
	return status;
}
