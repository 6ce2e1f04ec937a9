// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"
#include "verify.h"

/* What the comparison comes to. */
enum conclusion {
	AGREES,
	RELAXED,     /* agrees, with a relaxation in force */
	NOT_RELAXED, /* a relaxation was asked for and isn't in force */
	OTHER_TABLE, /* the table given isn't the one in use */
	OTHER_RULES, /* another rule set agrees */
	DIFFERS,
	OTHER_GROUPS, /* agrees, but the groups can't be worked out from configuration space */
};

static const char *const names[] = {
	[AGREES] = "agrees",
	[RELAXED] = "relaxed",
	[NOT_RELAXED] = "not-relaxed",
	[OTHER_TABLE] = "other-table",
	[OTHER_RULES] = "other-rules",
	[DIFFERS] = "differs",
	[OTHER_GROUPS] = "other-groups",
};

struct verification {
	const struct source *source;
	const char *relax;    /* predicted with */
	const char *override; /* "none", "active", "rejected", or NULL */
	const char *override_reason;
	enum conclusion conclusion;
	uint32_t state;
	bool predicted;		      /* groups */
	char found[256];	      /* the relaxation or the rule set that agrees */
	struct comparison comparison; /* of the prediction */
	struct comparison grouping;
	bool grouped; /* the grouping was compared */
};

/* Compares one more prediction. Returns the number of differences; keeps the comparison if @keep. */
static size_t try(struct verification *v, ivrs_table *table, const ivrs_kernel *kernel,
		  const char *relax, bool keep)
{
	struct comparison comparison;
	ivrs_sim *sim;
	size_t count;

	if (ivrs_simulate(table, v->source->topology, kernel, relax, 0, &sim))
		need(NULL);
	comparison_make(&comparison, v->source, sim);
	count = comparison.count;
	if (keep) {
		v->comparison = comparison;
		v->state = ivrs_sim_state(sim);
		v->predicted = ivrs_sim_groups_predicted(sim);
	} else {
		comparison_free(&comparison);
	}
	ivrs_sim_unref(sim);
	return count;
}

static bool try_relax(struct verification *v, const char *relax)
{
	if (!strcmp(relax, v->relax) || ivrs_relax_check(relax) ||
	    try(v, v->source->table, v->source->kernel, relax, false))
		return false;
	snprintf(v->found, sizeof(v->found), "%s", relax);
	v->conclusion = strcmp(relax, "none") ? RELAXED : NOT_RELAXED;
	return true;
}

/* A patched kernel whose image wasn't found: its options are on the command line all the same. */
static bool try_command_line(struct verification *v, const char *rule, bool blanket)
{
	const ivrs_kernel *running = v->source->kernel;
	ivrs_kernel *kernel;
	bool found = false;

	if (ivrs_kernel_new(ivrs_kernel_release(running), &kernel))
		return false;
	if (!ivrs_kernel_set_cmdline(kernel, ivrs_kernel_cmdline(running)) &&
	    !ivrs_kernel_set_rule(kernel, rule, true) &&
	    !ivrs_kernel_set_rule(kernel, "relax-blanket", blanket))
		found = try_relax(v, ivrs_kernel_relax(kernel));
	ivrs_kernel_free(kernel);
	return found;
}

/* --table named a file: is it the table that the kernel uses? */
static bool try_own_table(struct verification *v)
{
	const struct source *source = v->source;
	size_t size, own_size;
	const void *own = source->api->table(source->host, &own_size), *bytes;
	ivrs_table *table;
	bool found = false;

	if (!source->options->table || !own)
		return false;
	bytes = ivrs_table_bytes(source->table, &size);
	if (size == own_size && !memcmp(bytes, own, size))
		return false;
	if (ivrs_table_parse(own, own_size, IVRS_PARSE_LENIENT, NULL, &table))
		return false;
	found = !try(v, table, source->kernel, v->relax, false);
	ivrs_table_unref(table);
	if (found)
		v->conclusion = OTHER_TABLE;
	return found;
}

static bool try_rules(struct verification *v)
{
	for (size_t i = 0; i < ivrs_ruleset_count(); i++) {
		ivrs_kernel *kernel;
		bool found;

		if (i == ivrs_kernel_ruleset(v->source->kernel) ||
		    ivrs_kernel_new(ivrs_ruleset_since(i), &kernel))
			continue;
		found = !ivrs_kernel_set_cmdline(kernel, ivrs_kernel_cmdline(v->source->kernel)) &&
			!try(v, v->source->table, kernel, v->relax, false);
		ivrs_kernel_free(kernel);
		if (!found)
			continue;
		snprintf(v->found, sizeof(v->found), "%s", ivrs_ruleset_name(i));
		v->conclusion = OTHER_RULES;
		return true;
	}
	return false;
}

/*
 * sysfs gave the groups, so that they agree means nothing yet: are they what configuration space says? Only if all of that
 * could be read, and the kernel has groups.
 */
static void compare_grouping(struct verification *v)
{
	const struct source *source = v->source;
	const struct host_api *api = source->api;
	ivrs_host *host;
	ivrs_sim *sim;

	if (v->state != IVRS_STATE_READY || !api->group_count(source->host) ||
	    api->note_count(source->host) ||
	    api->open(source->options->sysroot, source->options->lspci, IVRS_HOST_NO_GROUPS, &host,
		      NULL))
		return;
	if (!ivrs_simulate(source->table, api->topology(host), source->kernel, v->relax, 0, &sim)) {
		if (ivrs_sim_state(sim) == IVRS_STATE_READY) {
			comparison_make_grouping(&v->grouping, source, sim);
			v->grouped = true;
		}
		ivrs_sim_unref(sim);
	}
	api->free(host);
}

static void conclude(struct verification *v)
{
	const struct options *options = v->source->options;
	bool given = options->relax_given;

	v->relax = given ? options->relax[0] : ivrs_kernel_relax(v->source->kernel);
	if (!try(v, v->source->table, v->source->kernel, v->relax, true)) {
		v->conclusion = strcmp(v->relax, "none") ? RELAXED : AGREES;
		snprintf(v->found, sizeof(v->found), "%s", v->relax);
		return;
	}
	if (try_command_line(v, "relax-unity-option", false) ||
	    try_command_line(v, "relax-devices-option", false) ||
	    try_command_line(v, "relax-devices-option", true) || try_relax(v, "none") ||
	    try_relax(v, "blanket") || try_relax(v, "unity") || try_own_table(v) || try_rules(v))
		return;
	v->conclusion = DIFFERS;
}

static void conclude_grouping(struct verification *v)
{
	compare_grouping(v);
	if (v->grouping.count && (v->conclusion == AGREES || v->conclusion == RELAXED))
		v->conclusion = OTHER_GROUPS;
}

static void describe_conclusion(const struct verification *v, char *text, size_t size)
{
	switch (v->conclusion) {
	case AGREES:
		snprintf(text, size, "The prediction agrees with the kernel.");
		break;
	case RELAXED:
		snprintf(text, size,
			 "The relaxation %s is in force; with it the prediction agrees.", v->found);
		break;
	case NOT_RELAXED:
		snprintf(text, size,
			 "The relaxation %s is not in force: the kernel enforces every unity map.",
			 v->relax);
		break;
	case OTHER_TABLE:
		snprintf(text, size, "%s is not the table in use: the host's own agrees.",
			 v->source->table_name);
		break;
	case OTHER_GROUPS:
		snprintf(text, size,
			 "Regions and types agree, but the kernel groups the devices in another "
			 "way than their "
			 "configuration space says. Unless pcie_acs_override does that, please "
			 "report it with "
			 "the file that `ivrsctl capture` makes.");
		break;
	case OTHER_RULES:
		snprintf(text, size, "The kernel behaves by the rules %s and not by %s.", v->found,
			 ivrs_ruleset_name(ivrs_kernel_ruleset(v->source->kernel)));
		break;
	case DIFFERS:
		snprintf(
			text, size,
			"The kernel differs from every rule set and relaxation that is known: %s"
			"the table is not the one that it booted with, or this is a bug of libivrs."
			" Please report it with the file that `ivrsctl capture` makes.",
			v->source->api->note_count(v->source->host)
				? "something could not be read (see the notes), "
				: "");
		break;
	}
}

static void put_differences(struct json_out *out, const char *key,
			    const struct comparison *comparison)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < comparison->count; i++) {
		const struct difference *difference = &comparison->differences[i];
		struct json_object *object = json_new_object();

		json_add(object, "group",
			 difference->group == IVRS_NONE ? NULL : json_number(difference->group));
		json_add(object, "what", json_text(difference->what));
		json_add(object, "predicted", json_text(difference->predicted));
		json_add(object, "kernel", json_text(difference->kernel));
		json_put(out, NULL, object);
	}
	json_close(out, ']');
}

static int print_json(const struct verification *v, const char *words)
{
	struct json_out out;

	json_begin(&out, "verify");
	json_put(&out, "kernel", json_kernel(v->source));
	json_put(&out, "conclusion", json_text(names[v->conclusion]));
	json_put(&out, "text", json_text(words));
	json_put(&out, "relax", json_text(v->relax));
	json_put(&out, "found", *v->found ? json_text(v->found) : NULL);
	json_put(&out, "state", json_text(ivrs_state_name(v->state)));
	json_put(&out, "override", json_text(v->override));
	json_put(&out, "override_reason", json_text(v->override_reason));
	json_put(&out, "groups", json_number(v->comparison.groups));
	json_put(&out, "lines", json_number(v->comparison.lines));
	put_differences(&out, "differences", &v->comparison);
	json_put(&out, "grouping_compared", json_truth(v->grouped));
	put_differences(&out, "grouping_differences", &v->grouping);
	json_put(&out, "notes", json_notes(v->source));
	return json_end(&out);
}

static void fill(struct text_table *table, const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const struct difference *difference = &comparison->differences[i];

		text_row(table);
		if (difference->group != IVRS_NONE)
			text_cellf(table, 0, "%u", difference->group);
		text_cell(table, 1, difference->what, TONE_PLAIN);
		text_cell(table, 2, difference->predicted ? difference->predicted : "-",
			  TONE_PLAIN);
		text_cell(table, 3, difference->kernel ? difference->kernel : "-", TONE_PLAIN);
	}
}

static int print_text(const struct verification *v, const char *words)
{
	static const struct text_column columns[] = {{"GROUP", COLUMN_RIGHT},
						     {"WHAT", 0},
						     {"PREDICTED", COLUMN_WRAP},
						     {"KERNEL", COLUMN_WRAP}};
	struct text_table *table = text_table_new(v->source->options, columns, ARRAY_SIZE(columns));
	char kernel[256];

	fill(table, &v->comparison);
	fill(table, &v->grouping);
	text_table_print(table);
	describe_kernel(v->source, kernel, sizeof(kernel));
	text_paragraph("", "%zu groups, %zu lines compared with %s: %zu differ%s.",
		       v->comparison.groups, v->comparison.lines, kernel, v->comparison.count,
		       v->comparison.count == 1 ? "s" : "");
	if (v->grouped && !v->grouping.count)
		text_paragraph("",
			       "Worked out from configuration space, the %zu groups are the same.",
			       v->grouping.groups);
	if (v->state != IVRS_STATE_READY)
		text_paragraph("", "The predicted state of the IOMMU is: %s.",
			       ivrs_state_name(v->state));
	text_paragraph("", "%s", words);
	if (v->override && !strcmp(v->override, "active"))
		text_paragraph("", "An IVRS from the initrd is active in place of the firmware's.");
	if (v->override && !strcmp(v->override, "rejected"))
		text_paragraph("", "An IVRS in the initrd was rejected: %s.", v->override_reason);
	text_paragraph("", "Evidence for the kernel's rules: %s.", v->source->evidence);
	source_print_notes(v->source);
	return 0;
}

static int verify(const struct source *source)
{
	struct verification v = {.source = source};
	char words[512];
	int status;

	conclude(&v);
	conclude_grouping(&v);
	if (!source->options->sysroot || !strcmp(source->options->sysroot, "/"))
		v.override = verify_override(&v.override_reason);
	describe_conclusion(&v, words, sizeof(words));
	status = source->options->json ? print_json(&v, words) : print_text(&v, words);
	comparison_free(&v.comparison);
	comparison_free(&v.grouping);
	if (status)
		return status;
	return v.conclusion == AGREES || v.conclusion == RELAXED ? CLI_FINE : CLI_NO;
}

int cmd_verify(const struct options *options)
{
	struct source source;
	int status;

	if (options->relax_count > 1) {
		complain("verify: one --relax at a time");
		return CLI_USAGE;
	}
	if (options->table && !options->sysroot && !options->lspci) {
		complain("verify: a table alone has no kernel to compare with; give --sysroot too "
			 "(-s / is this host)");
		return CLI_USAGE;
	}
	status = source_open(&source, options,
			     SOURCE_DEVICES | SOURCE_KERNEL | SOURCE_MAY_LACK_IVRS);
	if (!status)
		status = source_finish(&source, verify(&source));
	source_close(&source);
	return status;
}
