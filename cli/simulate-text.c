// SPDX-License-Identifier: GPL-2.0-or-later
/* The first screen answers "can I pass it through?", the last lines say why and what to do next. */
#include <stdlib.h>
#include <string.h>

#include "simulate-text.h"

static const char *verdict(const ivrs_sim *sim, size_t group, enum tone *tone)
{
	switch (ivrs_sim_group_claim(sim, group)) {
	case IVRS_CLAIM_OK:
		*tone = TONE_GOOD;
		return "ok";
	case IVRS_CLAIM_REFUSED:
		*tone = TONE_BAD;
		return "refused";
	default:
		*tone = TONE_DIM;
		return "bridges";
	}
}

/* Whom the last line offers to explain: a display if one is refused, else the first refused function that is no bridge. */
static void offer(struct summary *summary, size_t device)
{
	const ivrs_topology *topology = summary->source->topology;
	size_t none = ivrs_sim_device_count(summary->sim), index;
	uint32_t base = 0;

	if (summary->next_is_display || ivrs_sim_device_is_bridge(summary->sim, device) ||
	    ivrs_sim_device_acpi_name(summary->sim, device))
		return;
	if (topology &&
	    !ivrs_topology_find(topology, ivrs_sim_device_sbdf(summary->sim, device), &index))
		base = ivrs_topology_class(topology, index) >> 16;
	if (base == 0x06 || (base != 0x03 && summary->next != none))
		return;
	summary->next = device;
	summary->next_is_display = base == 0x03;
}

static void count_group(struct summary *summary, size_t group)
{
	uint32_t claim = ivrs_sim_group_claim(summary->sim, group);

	summary->groups++;
	summary->nothing += claim == IVRS_CLAIM_NOTHING;
	if (claim != IVRS_CLAIM_REFUSED)
		return;
	summary->refused++;
	summary->reasons[ivrs_sim_group_reason(summary->sim, group)]++;
	for (size_t i = 0; i < ivrs_sim_group_device_count(summary->sim, group); i++)
		offer(summary, ivrs_sim_group_device(summary->sim, group, i));
}

/* Columns: GROUP, DEVICE, NAME, then one verdict for each simulation, then WHY if there is one simulation. */
static void fill_device(struct text_table *table, const struct source *source, const ivrs_sim *sim,
			size_t device)
{
	char text[DESCRIBE_TEXT];

	describe_device(sim, device, text);
	text_cell(table, 1, text, TONE_PLAIN);
	if (!ivrs_sim_device_acpi_name(sim, device) && source->host) {
		describe_name(source, ivrs_sim_device_sbdf(sim, device), text, sizeof(text));
		text_cell(table, 2, text, TONE_PLAIN);
	}
}

static void fill_group(struct text_table *table, struct summary *summary,
		       const struct simulations *sims, size_t group)
{
	const ivrs_sim *sim = summary->sim;
	enum tone tone = TONE_BAD;
	char text[512];

	for (size_t i = 0; i < ivrs_sim_group_device_count(sim, group); i++) {
		text_row(table);
		fill_device(table, summary->source, sim, ivrs_sim_group_device(sim, group, i));
		if (i)
			continue;
		text_cellf(table, 0, "%u", ivrs_sim_group_id(sim, group));
		for (size_t s = 0; s < sims->count; s++) {
			const char *word = group < ivrs_sim_group_count(sims->sims[s])
						   ? verdict(sims->sims[s], group, &tone)
						   : "none";

			text_cell(table, 3 + s, word, tone);
		}
		if (sims->count == 1) {
			summary_why(summary, group, text, sizeof(text));
			text_cell(table, 4, text, TONE_PLAIN);
		}
	}
}

/* Devices that have no group were asked for by name, or there is nothing else to show. */
static size_t fill_groupless(struct text_table *table, const struct summary *summary,
			     const struct simulations *sims)
{
	size_t count = 0;

	for (size_t i = 0; i < ivrs_sim_device_count(summary->sim); i++) {
		if (!sims->selections[0].devices[i] ||
		    ivrs_sim_device_group(summary->sim, i) != IVRS_NONE || sims->selections[0].all)
			continue;
		count++;
		text_row(table);
		fill_device(table, summary->source, summary->sim, i);
		text_cell(table, 0, "-", TONE_PLAIN);
		text_cell(table, 3, "none", TONE_BAD);
		if (sims->count == 1)
			text_cell(table, 4, "no IOMMU translates for it, so it has no group",
				  TONE_PLAIN);
	}
	return count;
}

/* The list of devices would fill the line; it stands below the table. */
static const char *relax_heading(const ivrs_sim *sim)
{
	const char *relax = ivrs_sim_relax(sim);

	return strncmp(relax, "devices=", 8) ? relax : "devices";
}

static void print_table(struct summary *summary, const struct simulations *sims)
{
	struct text_column columns[5] = {{"GROUP", COLUMN_RIGHT},
					 {"DEVICE", 0},
					 {"NAME", COLUMN_CUT},
					 {"VERDICT", 0},
					 {"WHY", COLUMN_WRAP}};
	struct text_column *all = calloc(4 + sims->count, sizeof(*all));
	struct text_table *table;

	need(all);
	memcpy(all, columns, sizeof(columns));
	if (sims->count > 1)
		for (size_t i = 0; i < sims->count; i++)
			all[3 + i] = (struct text_column){relax_heading(sims->sims[i]), 0};
	if (!summary->source->host)
		all[2].flags |= COLUMN_ABSENT;
	if (ivrs_sim_has_ranges(summary->sim))
		all[0].flags |= COLUMN_ABSENT;
	table = text_table_new(summary->source->options, all,
			       sims->count == 1 ? 5 : 3 + sims->count);
	for (size_t i = 0; i < ivrs_sim_group_count(summary->sim); i++) {
		if (!sims->selections[0].groups[i])
			continue;
		count_group(summary, i);
		fill_group(table, summary, sims, i);
	}
	fill_groupless(table, summary, sims);
	text_table_print(table);
	free(all);
}

/* "for every function on buses 00-0f", when all blocks mean the same devices. */
static bool common_range(const struct summary *summary, char *text)
{
	uint16_t first = 0, last = 0;
	uint8_t type = 0;

	for (size_t i = 0; i < summary->ivmd_count; i++) {
		ivrs_ivmd *ivmd;
		bool same;

		if (!summary->ivmds[i])
			continue;
		if (ivrs_table_ivmd(summary->source->table, i, &ivmd))
			need(NULL);
		same = !type || (type == ivrs_ivmd_block_type(ivmd) &&
				 first == ivrs_ivmd_devid(ivmd) && last == ivrs_ivmd_aux(ivmd));
		type = ivrs_ivmd_block_type(ivmd);
		first = ivrs_ivmd_devid(ivmd);
		last = ivrs_ivmd_aux(ivmd);
		ivrs_ivmd_unref(ivmd);
		if (!same)
			return false;
	}
	if (type == IVRS_BLOCK_IVMD_ALL) {
		strcpy(text, "every function");
	} else if (type == IVRS_BLOCK_IVMD_RANGE && !(first & 0xff) && (last & 0xff) == 0xff) {
		sprintf(text,
			first >> 8 == last >> 8 ? "every function on bus %02x"
						: "every function on buses %02x-%02x",
			first >> 8, last >> 8);
	} else {
		strcpy(text, "functions ");
		describe_range(first, type == IVRS_BLOCK_IVMD_RANGE ? last : first, text + 10);
		if (type != IVRS_BLOCK_IVMD_RANGE)
			memmove(text + 8, text + 9, strlen(text + 9) + 1);
	}
	return true;
}

static void print_cause(const struct summary *summary)
{
	size_t blocks = 0;
	char range[DESCRIBE_TEXT];

	for (size_t i = 0; i < summary->ivmd_count; i++)
		blocks += summary->ivmds[i];
	if (blocks && common_range(summary, range))
		text_paragraph("Cause: ", "%zu IVMD block%s for 1:1 mappings for %s.", blocks,
			       blocks == 1 ? " asks" : "s ask", range);
	else if (blocks)
		text_paragraph("Cause: ",
			       "%zu IVMD blocks ask for 1:1 mappings for different devices.",
			       blocks);
	if (summary->reasons[IVRS_REASON_INTERRUPTS])
		text_paragraph("Cause: ", "%zu refused for want of interrupt remapping.",
			       summary->reasons[IVRS_REASON_INTERRUPTS]);
	if (summary->reasons[IVRS_REASON_BUSY])
		text_paragraph("Cause: ",
			       "%zu refused because a function is bound to a host driver.",
			       summary->reasons[IVRS_REASON_BUSY]);
	if (summary->reasons[IVRS_REASON_NO_IOVA])
		text_paragraph("Cause: ", "%zu refused because no address is left for the guest.",
			       summary->reasons[IVRS_REASON_NO_IOVA]);
	if (summary->reasons[IVRS_REASON_NO_INTERFACE])
		text_paragraph("Cause: ",
			       "%zu refused because this kernel lacks the VFIO interface.",
			       summary->reasons[IVRS_REASON_NO_INTERFACE]);
}

static void print_state(const ivrs_sim *sim)
{
	uint64_t offset = ivrs_sim_offset(sim);
	char where[48] = "";

	if (offset != IVRS_NO_OFFSET)
		snprintf(where, sizeof(where), " (offset 0x%llx)", (unsigned long long)offset);
	text_paragraph("IOMMU: ", "%s: %s%s", ivrs_state_name(ivrs_sim_state(sim)),
		       ivrs_sim_message(sim) ? ivrs_sim_message(sim) : "no reason known", where);
}

static void print_verdict(const struct summary *summary, const char *kernel)
{
	bool one = summary->groups == 1, ranges = ivrs_sim_has_ranges(summary->sim);
	const char *what = ranges ? (one ? "range of device ids" : "ranges of device ids")
				  : (one ? "group" : "groups");
	char bridges[64] = "";

	if (!summary->groups) {
		text_paragraph("", "There is no IOMMU group under %s.", kernel);
		return;
	}
	if (summary->nothing)
		snprintf(bridges, sizeof(bridges), " %zu hold%s only bridges.", summary->nothing,
			 summary->nothing == 1 ? "s" : "");
	if (summary->refused)
		text_paragraph("", "%zu of %zu %s can't be given to a guest by %s.%s",
			       summary->refused, summary->groups, what, kernel, bridges);
	else
		text_paragraph("", "None of %zu %s is refused by %s.%s", summary->groups, what,
			       kernel, bridges);
}

/* Groups that one relaxation opens and another one doesn't, and whether the guest must still do without the ranges. */
static void print_changes(const struct summary *summary, const struct simulations *sims)
{
	const ivrs_sim *base = sims->sims[0];

	for (size_t s = 1; s < sims->count; s++) {
		const ivrs_sim *sim = sims->sims[s];
		size_t opened = 0, closed = 0, cut = 0;

		for (size_t i = 0; i < ivrs_sim_group_count(base) && i < ivrs_sim_group_count(sim);
		     i++) {
			bool was = ivrs_sim_group_claim(base, i) == IVRS_CLAIM_REFUSED;
			bool is = ivrs_sim_group_claim(sim, i) == IVRS_CLAIM_REFUSED;
			ivrs_regions *regions = NULL;

			if (was == is || !sims->selections[0].groups[i])
				continue;
			opened += was;
			closed += is;
			if (is || ivrs_sim_group_regions(sim, i, &regions))
				continue;
			for (size_t r = 0; r < ivrs_regions_count(regions); r++) {
				if (ivrs_regions_kind(regions, r) == IVRS_REGION_DIRECT) {
					cut++;
					break;
				}
			}
			ivrs_regions_unref(regions);
		}
		printf("%s -> %s: ", ivrs_sim_relax(base), ivrs_sim_relax(sim));
		if (!opened && !closed)
			printf("no verdict changes");
		else
			printf("%zu more of %zu can be given to a guest", opened, summary->groups);
		if (closed)
			printf(", %zu fewer", closed);
		puts(".");
		if (cut)
			text_paragraph(
				"  ",
				"%zu of them keep the ranges cut out of the guest's addresses: "
				"a guest with memory there fails.",
				cut);
	}
}

int simulate_print_text(const struct source *source, const struct simulations *sims)
{
	struct summary summary = {.source = source, .sim = sims->sims[0]};
	char kernel[256], options[512], device[DESCRIBE_TEXT];

	summary.ivmd_count = source->table ? ivrs_table_ivmd_count(source->table) : 0;
	summary.ivmds = calloc(summary.ivmd_count + 1, sizeof(bool));
	need(summary.ivmds);
	summary.next = ivrs_sim_device_count(summary.sim);
	describe_kernel(source, kernel, sizeof(kernel));
	print_table(&summary, sims);
	for (size_t i = 0; i < sims->count; i++)
		if (ivrs_sim_state(sims->sims[i]) != IVRS_STATE_READY)
			print_state(sims->sims[i]);
	print_verdict(&summary, kernel);
	print_cause(&summary);
	if (sims->count > 1)
		print_changes(&summary, sims);
	if (ivrs_sim_groups_predicted(summary.sim))
		text_paragraph("Note: ", "the groups are predicted; sysfs lists none.");
	if (source->options->verbose)
		text_paragraph("Note: ", "rules chosen by %s.", source->evidence);
	source_print_notes(source);
	if (summary.next < ivrs_sim_device_count(summary.sim)) {
		ivrs_sbdf_format(ivrs_sim_device_sbdf(summary.sim, summary.next), device);
		describe_source_options(source->options, options, sizeof(options));
		printf("Next: ivrsctl explain%s %s\n", options, device);
	}
	free(summary.last_list);
	free(summary.ivmds);
	return 0;
}
