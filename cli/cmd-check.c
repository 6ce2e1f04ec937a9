// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "json.h"
#include "text.h"

/* The findings of the check, and before them those of the parser that the check can't know: a dump is gone once it is parsed. */
struct findings {
	const ivrs_report *parse, *check;
	size_t *extra; /* indices in parse */
	size_t extra_count, count;
};

static int by_code(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int findings_make(struct findings *findings, const struct source *source,
			 const ivrs_report *check)
{
	size_t checked = ivrs_report_count(check), parsed = ivrs_report_count(source->parse);
	uint32_t *codes = calloc(checked + 1, sizeof(*codes));

	*findings = (struct findings){.parse = source->parse, .check = check};
	findings->extra = calloc(parsed + 1, sizeof(*findings->extra));
	if (!codes || !findings->extra) {
		free(codes);
		return source_failed(-IVRS_E_NOMEM);
	}
	for (size_t i = 0; i < checked; i++)
		codes[i] = ivrs_report_code(check, i);
	qsort(codes, checked, sizeof(*codes), by_code);
	for (size_t i = 0; i < parsed; i++) {
		uint32_t code = ivrs_report_code(source->parse, i);

		if (!bsearch(&code, codes, checked, sizeof(code), by_code))
			findings->extra[findings->extra_count++] = i;
	}
	findings->count = findings->extra_count + checked;
	free(codes);
	return 0;
}

/* Report and index that finding @index is in. */
static const ivrs_report *find(const struct findings *findings, size_t *index)
{
	if (*index < findings->extra_count) {
		*index = findings->extra[*index];
		return findings->parse;
	}
	*index -= findings->extra_count;
	return findings->check;
}

static uint32_t worst(const struct findings *findings)
{
	uint32_t severity = ivrs_report_worst(findings->check);

	for (size_t i = 0; i < findings->extra_count; i++)
		if (ivrs_report_severity(findings->parse, findings->extra[i]) > severity)
			severity = ivrs_report_severity(findings->parse, findings->extra[i]);
	return severity;
}

static struct json_object *finding(const struct findings *findings, size_t index)
{
	const ivrs_report *report = find(findings, &index);
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

static int print_json(const struct source *source, const struct findings *findings)
{
	uint32_t severity = worst(findings);
	struct json_out out;

	json_begin(&out, "check");
	json_put(&out, "kernel", json_kernel(source));
	json_put(&out, "threshold", json_text(ivrs_severity_name(source->options->threshold)));
	json_put(&out, "worst", severity ? json_text(ivrs_severity_name(severity)) : NULL);
	json_put(&out, "dropped", json_number(ivrs_report_dropped(findings->check)));
	json_open(&out, "findings", '[');
	for (size_t i = 0; i < findings->count; i++)
		json_put(&out, NULL, finding(findings, i));
	json_close(&out, ']');
	json_put(&out, "notes", json_notes(source));
	return json_end(&out);
}

static uint32_t fill(struct text_table *table, const struct findings *findings, size_t index)
{
	const ivrs_report *report = find(findings, &index);
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
	return severity;
}

static int print_text(const struct source *source, const struct findings *findings)
{
	static const struct text_column columns[] = {{"SEVERITY", 0},
						     {"CODE", 0},
						     {"OFFSET", COLUMN_RIGHT},
						     {"DEVICE", 0},
						     {"WHAT", COLUMN_WRAP}};
	size_t count = findings->count, at_threshold = 0;
	struct text_table *table = text_table_new(source->options, columns, ARRAY_SIZE(columns));
	char kernel[256];

	for (size_t i = 0; i < count; i++)
		at_threshold += fill(table, findings, i) >= source->options->threshold;
	text_table_print(table);
	if (ivrs_report_dropped(findings->check))
		printf("%zu more findings are not listed.\n", ivrs_report_dropped(findings->check));
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
	struct findings findings = {0};
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
		status = findings_make(&findings, &source, report);
	if (!status)
		status = options->json ? print_json(&source, &findings)
				       : print_text(&source, &findings);
	if (!status && worst(&findings) >= options->threshold)
		status = CLI_NO;
	free(findings.extra);
	ivrs_report_free(report);
	source_close(&source);
	return status;
}
