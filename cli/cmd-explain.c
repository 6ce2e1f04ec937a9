// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints what the library explains, in its order. */
#include <string.h>

#include "json.h"
#include "show.h"
#include "text.h"

struct story {
	const struct source *source;
	const ivrs_sim *sim;
	const ivrs_explanation *explanation;
	size_t device;
	uint32_t group; /* IVRS_NONE: it has none */
};

typedef const char *text_getter(const ivrs_explanation *explanation, size_t index);

static struct json_object *texts(const ivrs_explanation *explanation, size_t count,
				 text_getter *get)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(array, json_text(get(explanation, i)));
	return array;
}

static struct json_object *json_cause(const struct story *story, size_t index)
{
	const ivrs_explanation *explanation = story->explanation;
	uint32_t number = ivrs_explanation_cause_ivmd(explanation, index);
	struct json_object *object = json_new_object();
	const uint8_t *bytes;
	ivrs_ivmd *ivmd;
	size_t count;

	json_add(object, "ivmd", json_number(number));
	json_add(object, "class",
		 json_text(ivrs_ivmd_class_name(ivrs_explanation_cause_class(explanation, index))));
	json_add(object, "reaches", json_sbdf(ivrs_explanation_cause_device(explanation, index)));
	json_add(object, "text", json_text(ivrs_explanation_cause_text(explanation, index)));
	if (ivrs_table_ivmd(story->source->table, number, &ivmd))
		return object;
	bytes = show_bytes(story->source->table, ivrs_ivmd_offset(ivmd), ivrs_ivmd_length(ivmd),
			   &count);
	json_add(object, "block", json_number(ivrs_ivmd_block_index(ivmd)));
	json_add(object, "offset", json_number(ivrs_ivmd_offset(ivmd)));
	json_add(object, "bytes", json_bytes(bytes, count));
	json_add(object, "type", json_hex(ivrs_ivmd_block_type(ivmd), 2));
	json_add(object, "flags", json_hex(ivrs_ivmd_flags(ivmd), 2));
	json_add(object, "device_id", json_hex(ivrs_ivmd_devid(ivmd), 4));
	json_add(object, "auxiliary", json_hex(ivrs_ivmd_aux(ivmd), 4));
	json_add(object, "segment", json_number(ivrs_ivmd_segment(ivmd)));
	json_add(object, "start", json_address(ivrs_ivmd_start(ivmd)));
	json_add(object, "memory_length", json_address(ivrs_ivmd_memory_length(ivmd)));
	ivrs_ivmd_unref(ivmd);
	return object;
}

static struct json_object *json_affected(const struct story *story)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < ivrs_explanation_affected_count(story->explanation); i++) {
		uint32_t group = ivrs_explanation_affected(story->explanation, i);

		json_append(array, json_number(ivrs_sim_group_id(story->sim, group)));
	}
	return array;
}

static struct json_object *json_remedy(const struct story *story, size_t index)
{
	struct json_object *object = json_new_object();

	json_add(object, "name",
		 json_text(ivrs_explanation_remedy_name(story->explanation, index)));
	json_add(object, "text",
		 json_text(ivrs_explanation_remedy_text(story->explanation, index)));
	json_add(object, "price",
		 json_text(ivrs_explanation_remedy_price(story->explanation, index)));
	return object;
}

static int print_json(const struct story *story)
{
	const ivrs_explanation *explanation = story->explanation;
	const struct source *source = story->source;
	struct json_out out;
	char name[256];

	json_begin(&out, "explain");
	json_put(&out, "kernel", json_kernel(source));
	json_put(&out, "relax", json_text(ivrs_sim_relax(story->sim)));
	json_put(&out, "iommu", json_iommu(story->sim));
	json_put(&out, "device", json_device_name(story->sim, story->device));
	source_device_name(source, ivrs_sim_device_sbdf(story->sim, story->device), name,
			   sizeof(name));
	json_put(&out, "name", *name ? json_text(name) : NULL);
	json_put(&out, "group",
		 story->group == IVRS_NONE
			 ? NULL
			 : json_number(ivrs_sim_group_id(story->sim, story->group)));
	json_put(&out, "claim",
		 story->group == IVRS_NONE ? NULL : json_claim(story->sim, story->group, &out));
	json_put(&out, "summary", json_text(ivrs_explanation_summary(explanation)));
	json_put(&out, "pre_boot_dma_protection",
		 source->table
			 ? json_truth(ivrs_table_ivinfo(source->table) & IVRS_IVINFO_DMA_REMAP)
			 : NULL);
	json_put(&out, "steps",
		 texts(explanation, ivrs_explanation_step_count(explanation),
		       ivrs_explanation_step));
	json_open(&out, "causes", '[');
	for (size_t i = 0; i < ivrs_explanation_cause_count(explanation); i++)
		json_put(&out, NULL, json_cause(story, i));
	json_close(&out, ']');
	json_put(&out, "affected_groups", json_affected(story));
	json_put(&out, "warnings",
		 texts(explanation, ivrs_explanation_warning_count(explanation),
		       ivrs_explanation_warning));
	json_put(&out, "useless",
		 texts(explanation, ivrs_explanation_useless_count(explanation),
		       ivrs_explanation_useless));
	json_open(&out, "remedies", '[');
	for (size_t i = 0; i < ivrs_explanation_remedy_count(explanation); i++)
		json_put(&out, NULL, json_remedy(story, i));
	json_close(&out, ']');
	json_put(&out, "notes", json_notes(source));
	return json_end(&out);
}

static void print_texts(const char *heading, const ivrs_explanation *explanation, size_t count,
			text_getter *get, bool numbered)
{
	char first[32];

	if (!count)
		return;
	printf("\n%s\n", heading);
	for (size_t i = 0; i < count; i++) {
		if (numbered)
			snprintf(first, sizeof(first), "%3zu. ", i + 1);
		else
			strcpy(first, "  - ");
		text_paragraph(first, "%s", get(explanation, i));
	}
}

static void print_causes(const struct story *story)
{
	const ivrs_explanation *explanation = story->explanation;
	size_t count = ivrs_explanation_cause_count(explanation);
	size_t shown = story->source->options->verbose || count < 5 ? count : 4;
	char first[32];

	if (!count)
		return;
	printf("\nThe IVMD block%s that reach%s it or its group:\n", count == 1 ? "" : "s",
	       count == 1 ? "es" : "");
	for (size_t i = 0; i < shown; i++) {
		uint32_t ivmd_class = ivrs_explanation_cause_class(explanation, i);

		snprintf(first, sizeof(first), "  - %s: ", ivrs_ivmd_class_name(ivmd_class));
		text_paragraph(first, "%s", ivrs_explanation_cause_text(explanation, i));
	}
	if (shown < count)
		printf("  - and %zu more (-v lists them)\n", count - shown);
}

static void print_affected(const struct story *story)
{
	size_t count = ivrs_explanation_affected_count(story->explanation), used = 0;
	char list[1024] = "";

	if (!count)
		return;
	for (size_t i = 0; i < count && sizeof(list) - used > 24; i++) {
		uint32_t group = ivrs_explanation_affected(story->explanation, i);

		used += (size_t)snprintf(list + used, sizeof(list) - used, i ? ", %u" : "%u",
					 ivrs_sim_group_id(story->sim, group));
	}
	putchar('\n');
	if (ivrs_sim_has_ranges(story->sim))
		text_paragraph("", "The same blocks hit %zu other range%s of device ids.", count,
			       count == 1 ? "" : "s");
	else
		text_paragraph("", "The same blocks hit %zu other group%s: %s%s.", count,
			       count == 1 ? "" : "s", list,
			       sizeof(list) - used > 24 ? "" : ", ...");
}

static void print_remedies(const struct story *story)
{
	const ivrs_explanation *explanation = story->explanation;
	size_t count = ivrs_explanation_remedy_count(explanation);
	char first[32];

	if (!count)
		return;
	printf("\nWhat helps, cheapest first:\n");
	for (size_t i = 0; i < count; i++) {
		snprintf(first, sizeof(first), "%3zu. ", i + 1);
		text_paragraph(first, "%s", ivrs_explanation_remedy_text(explanation, i));
		text_paragraph("     Price: ", "%s", ivrs_explanation_remedy_price(explanation, i));
	}
}

static int print_text(const struct story *story)
{
	const ivrs_explanation *explanation = story->explanation;
	const struct source *source = story->source;
	char device[DESCRIBE_TEXT], name[256], kernel[256];

	describe_device(story->sim, story->device, device);
	source_device_name(source, ivrs_sim_device_sbdf(story->sim, story->device), name,
			   sizeof(name));
	describe_kernel(source, kernel, sizeof(kernel));
	text_paragraph("", "%s%s%s, %s", device, *name ? " " : "", name, kernel);
	text_paragraph("", "%s", ivrs_explanation_summary(explanation));
	print_texts("How it comes about:", explanation, ivrs_explanation_step_count(explanation),
		    ivrs_explanation_step, true);
	print_causes(story);
	print_affected(story);
	print_texts("Careful:", explanation, ivrs_explanation_warning_count(explanation),
		    ivrs_explanation_warning, false);
	print_texts("What does not help:", explanation, ivrs_explanation_useless_count(explanation),
		    ivrs_explanation_useless, false);
	print_remedies(story);
	if (source->options->verbose)
		text_paragraph("\nNote: ", "rules chosen by %s.", source->evidence);
	source_print_notes(source);
	return 0;
}

static int explain(const struct source *source, const ivrs_sim *sim)
{
	const struct device_range *asked = &source->ranges[0];
	const char *vendor = NULL, *lockdown = NULL;
	struct story story = {.source = source, .sim = sim};
	ivrs_explanation *explanation;
	int status;

	if (asked->first != asked->last) {
		complain("%s: one device at a time is explained", asked->text);
		return CLI_USAGE;
	}
	if (ivrs_sim_find(sim, asked->first, &story.device)) {
		complain("%s: no such device here", asked->text);
		return CLI_USAGE;
	}
	story.group = ivrs_sim_device_group(sim, story.device);
	if (source->host) {
		vendor = source->api->dmi(source->host, "board_vendor");
		lockdown = source->api->lockdown(source->host);
	}
	status = ivrs_explain(sim, story.device, source->topology, source->kernel, vendor,
			      lockdown && strcmp(lockdown, "none") != 0, &explanation);
	if (status)
		return source_failed(status);
	story.explanation = explanation;
	status = source->options->json ? print_json(&story) : print_text(&story);
	ivrs_explanation_free(explanation);
	if (status)
		return status;
	return story.group == IVRS_NONE ||
			       ivrs_sim_group_claim(sim, story.group) == IVRS_CLAIM_REFUSED
		       ? CLI_NO
		       : CLI_FINE;
}

int cmd_explain(const struct options *options)
{
	struct source source;
	ivrs_sim *sim = NULL;
	int status;

	if (options->relax_count > 1) {
		complain("explain: one --relax at a time");
		return CLI_USAGE;
	}
	status = source_open(&source, options, SOURCE_DEVICES | SOURCE_KERNEL | SOURCE_OPERANDS);
	if (!status) {
		status = ivrs_simulate(source.table, source.topology, source.kernel,
				       options->relax[0], options->sim_flags, &sim);
		if (status)
			status = source_failed(status);
	}
	if (!status)
		status = source_finish(&source, explain(&source, sim));
	ivrs_sim_unref(sim);
	source_close(&source);
	return status;
}
