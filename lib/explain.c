/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An explanation: made here from its parts, and read here. */
#include <stdarg.h>
#include <stdio.h>

#include "explain.h"

static char *format_text(struct explain *explain, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static char *format_text(struct explain *explain, const char *format, va_list arguments)
{
	va_list again;
	char *text = NULL;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length >= 0)
		text = malloc((size_t)length + 1);
	if (!text) {
		explain->err = -IVRS_E_NOMEM;
		return NULL;
	}
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *explain_text(struct explain *explain, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (explain->err)
		return NULL;
	va_start(arguments, format);
	text = format_text(explain, format, arguments);
	va_end(arguments);
	return text;
}

void explain_list(struct explain *explain, char **list, bool last, const char *item)
{
	char *longer = *list ? explain_text(explain, "%s%s%s", *list, last ? " and " : ", ", item)
			     : explain_text(explain, "%s", item);

	if (!longer)
		return;
	free(*list);
	*list = longer;
}

void texts_add(struct explain *explain, struct texts *texts, const char *format, ...)
{
	va_list arguments;

	if (explain->err)
		return;
	if (texts->count == texts->room) {
		size_t room = texts->room ? 2 * texts->room : 8;
		char **at = realloc(texts->at, room * sizeof(*at));

		if (!at) {
			explain->err = -IVRS_E_NOMEM;
			return;
		}
		texts->at = at;
		texts->room = room;
	}
	va_start(arguments, format);
	texts->at[texts->count] = format_text(explain, format, arguments);
	va_end(arguments);
	if (texts->at[texts->count])
		texts->count++;
}

static void texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->at[i]);
	free(texts->at);
}

static int member_compare(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static uint32_t device_key(const struct explain *explain, size_t device)
{
	ivrs_sbdf_t sbdf = ivrs_sim_device_sbdf(explain->sim, device);

	return explain->segmented ? sbdf : sbdf_devid(sbdf);
}

static void collect_members(struct explain *explain)
{
	size_t count = explain->group == IVRS_NONE
			       ? 0
			       : ivrs_sim_group_device_count(explain->sim, explain->group);

	explain->members = calloc(count + 1, sizeof(*explain->members));
	if (!explain->members) {
		explain->err = -IVRS_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t device = ivrs_sim_group_device(explain->sim, explain->group, i);

		if (ivrs_sim_device_require_direct(explain->sim, device))
			explain->demands = true;
		if (!ivrs_sim_device_translated(explain->sim, device) ||
		    ivrs_sim_device_acpi_name(explain->sim, device))
			continue;
		explain->members[explain->member_count++] =
			(struct member){device_key(explain, device), device};
	}
	qsort(explain->members, explain->member_count, sizeof(*explain->members), member_compare);
	for (size_t i = 0; i < explain->member_count; i++) {
		const struct member *member = &explain->members[i];

		if (member->device == explain->device)
			explain->itself = member;
		if (member->device == ivrs_sim_group_culprit(explain->sim, explain->group))
			explain->culprit = member;
	}
}

static void name_device(struct explain *explain)
{
	const char *acpi = ivrs_sim_device_acpi_name(explain->sim, explain->device);
	char first[IVRS_SBDF_TEXT], last[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(ivrs_sim_device_sbdf(explain->sim, explain->device), first);
	ivrs_sbdf_format(ivrs_sim_device_last(explain->sim, explain->device), last);
	if (acpi)
		snprintf(explain->name, sizeof(explain->name), "%s", acpi);
	else if (strcmp(first, last))
		snprintf(explain->name, sizeof(explain->name), "%s to %s", first, last);
	else
		snprintf(explain->name, sizeof(explain->name), "%s", first);
}

int ivrs_explain(const ivrs_sim *sim, size_t device, const ivrs_topology *topology,
		 const ivrs_kernel *kernel, const char *board_vendor, bool lockdown,
		 ivrs_explanation **explanation)
{
	struct explain explain = {
		.sim = sim,
		.topology = topology,
		.kernel = kernel,
		.vendor = board_vendor ? board_vendor : "",
		.lockdown = lockdown,
		.device = device,
	};
	ivrs_kernel *newest = NULL;

	if (!explanation)
		return -IVRS_E_ARGUMENT;
	*explanation = NULL;
	if (!sim)
		return -IVRS_E_ARGUMENT;
	if (device >= ivrs_sim_device_count(sim))
		return -IVRS_E_NOT_FOUND;
	explain.out = calloc(1, sizeof(*explain.out));
	if (!explain.out)
		return -IVRS_E_NOMEM;
	if (!kernel)
		explain.err = ivrs_kernel_new(NULL, &newest);
	if (!explain.err) {
		explain.kernel = kernel ? kernel : newest;
		explain.segmented = ivrs_kernel_has_rule(explain.kernel, "pci-segments");
		explain.table = ivrs_sim_table(sim);
		explain.group = ivrs_sim_device_group(sim, device);
		explain.key = device_key(&explain, device);
		name_device(&explain);
		collect_members(&explain);
		explain_causes(&explain);
		explain_affected(&explain);
		explain_steps(&explain);
		explain_warnings(&explain);
		explain_useless(&explain);
		explain_remedies(&explain);
	}
	free(explain.members);
	ivrs_kernel_free(newest);
	if (explain.err)
		ivrs_explanation_free(explain.out);
	else
		*explanation = explain.out;
	return explain.err;
}

void ivrs_explanation_free(ivrs_explanation *explanation)
{
	if (!explanation)
		return;
	free(explanation->summary);
	texts_free(&explanation->steps);
	texts_free(&explanation->warnings);
	texts_free(&explanation->useless);
	for (size_t i = 0; i < explanation->cause_count; i++)
		free(explanation->causes[i].text);
	free(explanation->causes);
	free(explanation->affected);
	for (size_t i = 0; i < explanation->remedy_count; i++) {
		free(explanation->remedies[i].text);
		free(explanation->remedies[i].price);
	}
	free(explanation);
}

const char *ivrs_explanation_summary(const ivrs_explanation *explanation)
{
	return explanation->summary;
}

size_t ivrs_explanation_cause_count(const ivrs_explanation *explanation)
{
	return explanation->cause_count;
}

uint32_t ivrs_explanation_cause_ivmd(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->cause_count ? explanation->causes[index].ivmd : IVRS_NONE;
}

uint32_t ivrs_explanation_cause_class(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->cause_count ? explanation->causes[index].ivmd_class : 0;
}

ivrs_sbdf_t ivrs_explanation_cause_device(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->cause_count ? explanation->causes[index].device : 0;
}

const char *ivrs_explanation_cause_text(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->cause_count ? explanation->causes[index].text : NULL;
}

const char *ivrs_ivmd_class_name(uint32_t ivmd_class)
{
	switch (ivmd_class) {
	case IVRS_IVMD_BLANKET:
		return "blanket";
	case IVRS_IVMD_BUS:
		return "bus";
	case IVRS_IVMD_NAMED:
		return "named";
	case IVRS_IVMD_IDLE:
		return "idle";
	default:
		return "unknown";
	}
}

static const char *text_at(const struct texts *texts, size_t index)
{
	return index < texts->count ? texts->at[index] : NULL;
}

size_t ivrs_explanation_step_count(const ivrs_explanation *explanation)
{
	return explanation->steps.count;
}

const char *ivrs_explanation_step(const ivrs_explanation *explanation, size_t index)
{
	return text_at(&explanation->steps, index);
}

size_t ivrs_explanation_affected_count(const ivrs_explanation *explanation)
{
	return explanation->affected_count;
}

uint32_t ivrs_explanation_affected(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->affected_count ? explanation->affected[index] : IVRS_NONE;
}

size_t ivrs_explanation_warning_count(const ivrs_explanation *explanation)
{
	return explanation->warnings.count;
}

const char *ivrs_explanation_warning(const ivrs_explanation *explanation, size_t index)
{
	return text_at(&explanation->warnings, index);
}

size_t ivrs_explanation_useless_count(const ivrs_explanation *explanation)
{
	return explanation->useless.count;
}

const char *ivrs_explanation_useless(const ivrs_explanation *explanation, size_t index)
{
	return text_at(&explanation->useless, index);
}

size_t ivrs_explanation_remedy_count(const ivrs_explanation *explanation)
{
	return explanation->remedy_count;
}

const char *ivrs_explanation_remedy_name(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->remedy_count ? explanation->remedies[index].name : NULL;
}

const char *ivrs_explanation_remedy_text(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->remedy_count ? explanation->remedies[index].text : NULL;
}

const char *ivrs_explanation_remedy_price(const ivrs_explanation *explanation, size_t index)
{
	return index < explanation->remedy_count ? explanation->remedies[index].price : NULL;
}
