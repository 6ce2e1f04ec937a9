/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library's answers as the text of VECTORS.md. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run-vectors.h"

static char out[ANSWER_SIZE];
static size_t out_size;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(out + out_size, sizeof(out) - out_size, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= sizeof(out) - out_size)
		fail("an answer is longer than %zu bytes", sizeof(out));
	out_size += (size_t)n;
}

static void say_bool(bool value)
{
	say("%s", value ? "yes" : "no");
}

static void say_sbdf(ivrs_sbdf_t sbdf)
{
	char text[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(sbdf, text);
	say("%s", text);
}

static void say_offset(uint64_t offset)
{
	if (offset == IVRS_NO_OFFSET)
		say("-");
	else
		say("0x%" PRIx64, offset);
}

static void say_device(const struct scene *s, uint32_t device)
{
	if (device == IVRS_NONE)
		say("-");
	else if (ivrs_sim_device_acpi_name(s->sim, device))
		say("%s", ivrs_sim_device_acpi_name(s->sim, device));
	else
		say_sbdf(ivrs_sim_device_sbdf(s->sim, device));
}

static void say_regions(ivrs_regions *regions, char what)
{
	static const char *const prots[] = {"-", "r", "w", "rw"};

	for (size_t i = 0; i < ivrs_regions_count(regions); i++) {
		say("%s0x%" PRIx64 "-0x%" PRIx64, i ? " " : "", ivrs_regions_start(regions, i),
		    ivrs_regions_end(regions, i));
		if (what == 'u')
			say(":%s:%" PRIu32, prots[ivrs_regions_prot(regions, i) & 3],
			    ivrs_regions_ivmd(regions, i));
		if (what != 'i')
			say(":%s", ivrs_region_kind_name(ivrs_regions_kind(regions, i)));
	}
	ivrs_regions_unref(regions);
}

static void answer_parse(const struct scene *s, const char *how)
{
	uint32_t flags = strcmp(how, "lenient") == 0 ? IVRS_PARSE_LENIENT : 0;
	ivrs_report *report;
	ivrs_table *table = NULL;
	int status = ivrs_report_new(&report);

	if (!status)
		status = ivrs_table_parse(s->bytes, s->size, flags, report, &table);
	say("%s", status ? ivrs_status_name(status) : "ok");
	if (status && ivrs_report_count(report)) {
		/* A parse stops at what makes it fail: the last finding. */
		size_t last = ivrs_report_count(report) - 1;

		say(" %" PRIu32 " ", ivrs_report_code(report, last));
		say_offset(ivrs_report_offset(report, last));
	}
	ivrs_table_unref(table);
	ivrs_report_free(report);
}

static void answer_kernel(const struct scene *s, char **words)
{
	if (!strcmp(words[0], "ruleset"))
		say("%s", ivrs_ruleset_name(ivrs_kernel_ruleset(s->kernel)));
	else if (!strcmp(words[0], "exact"))
		say_bool(ivrs_kernel_exact(s->kernel));
	else if (!strcmp(words[0], "off"))
		say_bool(ivrs_kernel_iommu_off(s->kernel));
	else if (!strcmp(words[0], "asks"))
		say("%s", ivrs_kernel_relax(s->kernel));
	else
		say_bool(ivrs_kernel_has_rule(s->kernel, words[1]));
}

static void answer_state(const struct scene *s, const char *what)
{
	if (!strcmp(what, "state"))
		say("%s", ivrs_state_name(ivrs_sim_state(s->sim)));
	else if (!strcmp(what, "offset"))
		say_offset(ivrs_sim_offset(s->sim));
	else if (!strcmp(what, "ivhd-type"))
		say("0x%x", ivrs_sim_ivhd_type(s->sim));
	else if (!strcmp(what, "interrupts"))
		say_bool(ivrs_sim_interrupt_remapping(s->sim));
	else if (!strcmp(what, "ranges"))
		say_bool(ivrs_sim_has_ranges(s->sim));
	else if (!strcmp(what, "predicted"))
		say_bool(ivrs_sim_groups_predicted(s->sim));
	else if (!strcmp(what, "groups"))
		say("%zu", ivrs_sim_group_count(s->sim));
	else
		say("%zu", ivrs_sim_device_count(s->sim));
}

static void answer_claim(const struct scene *s, size_t group)
{
	uint32_t claim = ivrs_sim_group_claim(s->sim, group);

	say("%s", ivrs_claim_name(claim));
	if (claim != IVRS_CLAIM_REFUSED)
		return;
	say(" %s %s ", ivrs_reason_name(ivrs_sim_group_reason(s->sim, group)),
	    ivrs_errno_name(ivrs_sim_group_errno(s->sim, group)));
	say_device(s, ivrs_sim_group_culprit(s->sim, group));
	say(" %s", ivrs_sim_group_step(s->sim, group));
}

static void answer_group(const struct scene *s, char **words)
{
	uint32_t id = (uint32_t)strtoul(words[1], NULL, 0);
	size_t group = 0, count = ivrs_sim_group_count(s->sim);
	ivrs_regions *regions;

	while (group < count && ivrs_sim_group_id(s->sim, group) != id)
		group++;
	if (group == count) {
		say("none");
	} else if (!strcmp(words[0], "group")) {
		answer_claim(s, group);
	} else if (!strcmp(words[0], "log")) {
		char text[1024];

		say("%s",
		    ivrs_sim_group_kernel_message(s->sim, group, text, sizeof(text)) ? text : "-");
	} else if (!strcmp(words[0], "members")) {
		for (size_t i = 0; i < ivrs_sim_group_device_count(s->sim, group); i++) {
			say("%s", i ? " " : "");
			say_device(s, ivrs_sim_group_device(s->sim, group, i));
		}
	} else if (!strcmp(words[0], "domain")) {
		const char *domain = ivrs_sim_group_domain(s->sim, group);

		say("%s", domain ? domain : "-");
	} else if (!strcmp(words[0], "reserved")) {
		if (ivrs_sim_group_regions(s->sim, group, &regions))
			fail("no memory");
		say_regions(regions, 'r');
	} else {
		if (ivrs_sim_group_iova(s->sim, group, &regions))
			fail("no memory");
		say_regions(regions, 'i');
	}
}

static void answer_explanation(const struct scene *s, size_t device, char **words)
{
	ivrs_explanation *e;

	if (ivrs_explain(s->sim, device, s->topology, s->kernel, NULL, false, &e))
		fail("can't explain");
	if (!strcmp(words[0], "causes")) {
		for (size_t i = 0; i < ivrs_explanation_cause_count(e); i++) {
			uint32_t class = ivrs_explanation_cause_class(e, i);

			say("%s%" PRIu32 ":%s:", i ? " " : "", ivrs_explanation_cause_ivmd(e, i),
			    ivrs_ivmd_class_name(class));
			say_sbdf(ivrs_explanation_cause_device(e, i));
		}
	} else if (!strcmp(words[0], "affected")) {
		for (size_t i = 0; i < ivrs_explanation_affected_count(e); i++)
			say("%s%" PRIu32, i ? " " : "",
			    ivrs_sim_group_id(s->sim, ivrs_explanation_affected(e, i)));
	} else {
		size_t i = 0;

		while (i < ivrs_explanation_remedy_count(e) &&
		       strcmp(ivrs_explanation_remedy_name(e, i), words[2]) != 0)
			i++;
		say_bool(i < ivrs_explanation_remedy_count(e));
	}
	ivrs_explanation_free(e);
}

static void answer_device(const struct scene *s, char **words)
{
	ivrs_regions *regions;
	ivrs_sbdf_t sbdf;
	size_t device;

	if (ivrs_sbdf_parse(words[1], &sbdf))
		fail("no device: '%s'", words[1]);
	if (ivrs_sim_find(s->sim, sbdf, &device)) {
		say("none");
	} else if (!strcmp(words[0], "device")) {
		uint32_t group = ivrs_sim_device_group(s->sim, device);
		ivrs_sbdf_t own = ivrs_sim_device_sbdf(s->sim, device);

		if (group == IVRS_NONE)
			say("- ");
		else
			say("%" PRIu32 " ", ivrs_sim_group_id(s->sim, group));
		if (ivrs_sim_device_translated(s->sim, device))
			say_sbdf(ivrs_sim_device_iommu(s->sim, device));
		else
			say("-");
		say(" ");
		if (ivrs_sim_device_alias(s->sim, device) == own)
			say("-");
		else
			say_sbdf(ivrs_sim_device_alias(s->sim, device));
		say(" %s", ivrs_sim_device_require_direct(s->sim, device) ? "direct" : "free");
	} else if (!strcmp(words[0], "range")) {
		say_sbdf(ivrs_sim_device_sbdf(s->sim, device));
		say(" ");
		say_sbdf(ivrs_sim_device_last(s->sim, device));
	} else if (!strcmp(words[0], "unity")) {
		if (ivrs_sim_device_unity(s->sim, device, &regions))
			fail("no memory");
		say_regions(regions, 'u');
	} else {
		answer_explanation(s, device, words);
	}
}

static void say_finding(const ivrs_report *report, size_t i)
{
	uint32_t device = ivrs_report_device(report, i);

	say("%" PRIu32 " %s ", ivrs_report_code(report, i),
	    ivrs_severity_name(ivrs_report_severity(report, i)));
	say_offset(ivrs_report_offset(report, i));
	say(" ");
	if (device == IVRS_NO_DEVICE)
		say("-");
	else
		say_sbdf(device);
}

/* The finding that is asked for when it is there; else all, so that the failure tells what is. */
static void answer_finding(struct scene *s, char **words, int count)
{
	char wanted[512] = "", all[ANSWER_SIZE];
	size_t n = 0;
	bool none = strcmp(words[0], "no-finding") == 0, any = false;

	if (!s->report) {
		if (ivrs_report_new(&s->report) ||
		    ivrs_table_check(s->table, s->topology, s->kernel, s->report))
			fail("can't check");
	}
	for (int i = 1; i < count; i++)
		n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s%s", i > 1 ? " " : "",
				      words[i]);
	all[0] = '\0';
	for (size_t i = 0; i < ivrs_report_count(s->report); i++) {
		out_size = 0;
		say_finding(s->report, i);
		if (none && ivrs_report_code(s->report, i) == strtoul(words[1], NULL, 0))
			return;
		if (!none && strcmp(out, wanted) == 0)
			return;
		any = true;
		if (strlen(all) + out_size + 2 < sizeof(all))
			strcat(strcat(all, out), ";");
	}
	out_size = 0;
	if (none)
		say("%s", wanted);
	else
		say("%s", any ? all : "no finding");
}

const char *answer(struct scene *s, char **words, int count, int *used)
{
	static const struct {
		const char *name;
		int question; /* words of the question, the first one included */
		char kind;
	} kinds[] = {{"parse", 2, 'p'},	    {"error", 1, 'e'},	    {"ruleset", 1, 'k'},
		     {"exact", 1, 'k'},	    {"off", 1, 'k'},	    {"asks", 1, 'k'},
		     {"has", 2, 'k'},	    {"state", 1, 's'},	    {"offset", 1, 's'},
		     {"ivhd-type", 1, 's'}, {"interrupts", 1, 's'}, {"ranges", 1, 's'},
		     {"predicted", 1, 's'}, {"groups", 1, 's'},	    {"devices", 1, 's'},
		     {"group", 2, 'g'},	    {"log", 2, 'g'},	    {"members", 2, 'g'},
		     {"domain", 2, 'g'},    {"reserved", 2, 'g'},   {"iova", 2, 'g'},
		     {"device", 2, 'd'},    {"range", 2, 'd'},	    {"unity", 2, 'd'},
		     {"causes", 2, 'd'},    {"affected", 2, 'd'},   {"remedy", 3, 'd'},
		     {"finding", 1, 'f'},   {"no-finding", 1, 'f'}};
	size_t k = 0;

	while (k < sizeof(kinds) / sizeof(kinds[0]) && strcmp(words[0], kinds[k].name) != 0)
		k++;
	if (k == sizeof(kinds) / sizeof(kinds[0]))
		return NULL;
	if (count < kinds[k].question)
		fail("'%s' needs %d words", words[0], kinds[k].question);
	*used = kinds[k].question;
	out_size = 0;
	out[0] = '\0';
	if (kinds[k].kind == 'p') {
		answer_parse(s, words[1]);
		return out;
	}
	scene_make(s);
	if (kinds[k].kind == 'e')
		say("%s", s->error ? ivrs_status_name(s->error) : "none");
	else if (s->error)
		fail("%s: %s", s->name, ivrs_status_text(s->error));
	else if (kinds[k].kind == 'k')
		answer_kernel(s, words);
	else if (kinds[k].kind == 's')
		answer_state(s, words[0]);
	else if (kinds[k].kind == 'g')
		answer_group(s, words);
	else if (kinds[k].kind == 'd')
		answer_device(s, words);
	else
		answer_finding(s, words, count);
	return out;
}
