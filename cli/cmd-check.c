// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"
#include "text.h"

static struct json_object *finding(const ivrs_report *report, size_t index)
{
	struct json_object *object = json_new_object();
	uint32_t code = ivrs_report_code(report, index), device = ivrs_report_device(report, index);
	char text[16];

	snprintf(text, sizeof(text), "IVRS-%03u", code);
	json_add(object, "code", json_text(text));
	json_add(object, "name", json_text(ivrs_finding_name(code)));
	json_add(object, "severity",
		 json_text(ivrs_severity_name(ivrs_report_severity(report, index))));
	json_add(object, "offset", json_offset(ivrs_report_offset(report, index)));
	json_add(object, "device", device == IVRS_NO_DEVICE ? NULL : json_sbdf(device));
	json_add(object, "message", json_text(ivrs_report_message(report, index)));
	json_add(object, "text", json_text(ivrs_finding_text(code)));
	return object;
}

static int print_json(const struct source *source, const ivrs_report *report)
{
	uint32_t worst = ivrs_report_worst(report);
	struct json_out out;

	json_begin(&out, "check");
	json_put(&out, "kernel", json_kernel(source));
	json_put(&out, "threshold", json_text(ivrs_severity_name(source->options->threshold)));
	json_put(&out, "worst", worst ? json_text(ivrs_severity_name(worst)) : NULL);
	json_put(&out, "dropped", json_number(ivrs_report_dropped(report)));
	json_open(&out, "findings", '[');
	for (size_t i = 0; i < ivrs_report_count(report); i++)
		json_put(&out, NULL, finding(report, i));
	json_close(&out, ']');
	json_put(&out, "notes", json_notes(source));
	return json_end(&out);
}

static void fill(struct text_table *table, const ivrs_report *report, size_t index)
{
	uint32_t severity = ivrs_report_severity(report, index);
	uint32_t device = ivrs_report_device(report, index);
	uint64_t offset = ivrs_report_offset(report, index);
	char text[IVRS_SBDF_TEXT];

	text_row(table);
	text_cell(table, 0, ivrs_severity_name(severity),
		  severity >= IVRS_SEVERITY_BLOCKED ? TONE_BAD : TONE_PLAIN);
	text_cellf(table, 1, "IVRS-%03u", ivrs_report_code(report, index));
	if (offset != IVRS_NO_OFFSET)
		text_cellf(table, 2, "0x%llx", (unsigned long long)offset);
	if (device != IVRS_NO_DEVICE) {
		ivrs_sbdf_format(device, text);
		text_cell(table, 3, text, TONE_PLAIN);
	}
	text_cell(table, 4, ivrs_report_message(report, index), TONE_PLAIN);
}

static int print_text(const struct source *source, const ivrs_report *report)
{
	static const struct text_column columns[] = {{"SEVERITY", 0},
						     {"CODE", 0},
						     {"OFFSET", COLUMN_RIGHT},
						     {"DEVICE", 0},
						     {"WHAT", COLUMN_WRAP}};
	size_t count = ivrs_report_count(report), at_threshold = 0;
	struct text_table *table = text_table_new(source->options, columns, ARRAY_SIZE(columns));
	char kernel[256];

	for (size_t i = 0; i < count; i++) {
		at_threshold += ivrs_report_severity(report, i) >= source->options->threshold;
		fill(table, report, i);
	}
	text_table_print(table);
	if (ivrs_report_dropped(report))
		printf("%zu more findings are not listed.\n", ivrs_report_dropped(report));
	describe_kernel(source, kernel, sizeof(kernel));
	text_paragraph("", "%zu finding%s under %s, %zu of severity %s or worse.%s", count,
		       count == 1 ? "" : "s", kernel, at_threshold,
		       ivrs_severity_name(source->options->threshold),
		       source->topology ? "" : " The host's devices were not known.");
	source_print_notes(source);
	return 0;
}

int cmd_check(const struct options *options)
{
	struct source source;
	ivrs_report *report = NULL;
	int status = source_open(&source, options, SOURCE_DEVICES | SOURCE_KERNEL);

	if (!status) {
		status = ivrs_report_new(&report);
		if (!status)
			status = ivrs_table_check(source.table, source.topology, source.kernel,
						  report);
		if (status)
			status = source_failed(status);
	}
	if (!status)
		status = options->json ? print_json(&source, report) : print_text(&source, report);
	if (!status && ivrs_report_worst(report) >= options->threshold)
		status = CLI_NO;
	ivrs_report_free(report);
	source_close(&source);
	return status;
}
