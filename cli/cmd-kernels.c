// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "json.h"
#include "text.h"

static int print_json(void)
{
	struct json_out out;

	json_begin(&out, "kernels");
	json_open(&out, "rules", '[');
	for (size_t rule = 0; rule < ivrs_rule_count(); rule++) {
		struct json_object *object = json_new_object();

		json_add(object, "name", json_text(ivrs_rule_name(rule)));
		json_add(object, "text", json_text(ivrs_rule_text(rule)));
		json_put(&out, NULL, object);
	}
	json_close(&out, ']');
	json_open(&out, "rulesets", '[');
	for (size_t set = 0; set < ivrs_ruleset_count(); set++) {
		struct json_object *object = json_new_object(), *rules = json_new_array();

		for (size_t rule = 0; rule < ivrs_rule_count(); rule++)
			if (ivrs_ruleset_has(set, rule))
				json_append(rules, json_text(ivrs_rule_name(rule)));
		json_add(object, "name", json_text(ivrs_ruleset_name(set)));
		json_add(object, "since", json_text(ivrs_ruleset_since(set)));
		json_add(object, "measured", json_truth(ivrs_ruleset_measured(set)));
		json_add(object, "basis", json_text(ivrs_ruleset_basis(set)));
		json_add(object, "rules", rules);
		json_put(&out, NULL, object);
	}
	json_close(&out, ']');
	return json_end(&out);
}

static void print_sets(const struct options *options)
{
	static const struct text_column columns[] = {{"RULES", 0},
						     {"SINCE", 0},
						     {"KNOWN BY", 0},
						     {"BASIS", COLUMN_WRAP}};
	struct text_table *table = text_table_new(options, columns, ARRAY_SIZE(columns));

	for (size_t set = 0; set < ivrs_ruleset_count(); set++) {
		bool measured = ivrs_ruleset_measured(set);

		text_row(table);
		text_cell(table, 0, ivrs_ruleset_name(set), TONE_PLAIN);
		text_cell(table, 1, ivrs_ruleset_since(set), TONE_PLAIN);
		text_cell(table, 2, measured ? "measured" : "read",
			  measured ? TONE_GOOD : TONE_PLAIN);
		text_cell(table, 3, ivrs_ruleset_basis(set), TONE_PLAIN);
	}
	text_table_print(table);
}

static int print_rules(const struct options *options)
{
	size_t sets = ivrs_ruleset_count();
	struct text_column *columns = calloc(sets + 1, sizeof(*columns));
	struct text_table *table;

	if (!columns)
		return source_failed(-IVRS_E_NOMEM);
	columns[0].name = "RULE";
	for (size_t set = 0; set < sets; set++)
		columns[set + 1].name = ivrs_ruleset_since(set);
	table = text_table_new(options, columns, sets + 1);
	for (size_t rule = 0; rule < ivrs_rule_count(); rule++) {
		text_row(table);
		text_cell(table, 0, ivrs_rule_name(rule), TONE_PLAIN);
		for (size_t set = 0; set < sets; set++)
			text_cell(table, set + 1, ivrs_ruleset_has(set, rule) ? "yes" : "-",
				  TONE_PLAIN);
	}
	text_table_print(table);
	free(columns);
	putchar('\n');
	for (size_t rule = 0; rule < ivrs_rule_count(); rule++) {
		char first[32];

		snprintf(first, sizeof(first), "%-22s ", ivrs_rule_name(rule));
		text_paragraph(first, "%s", ivrs_rule_text(rule));
	}
	return 0;
}

int cmd_kernels(const struct options *options)
{
	if (options->json)
		return print_json();
	print_sets(options);
	putchar('\n');
	return print_rules(options);
}
