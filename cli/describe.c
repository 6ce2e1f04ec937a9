// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "text.h"

static void short_sbdf(ivrs_sbdf_t sbdf, char *text)
{
	char full[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(sbdf, full);
	strcpy(text, sbdf >> 16 ? full : full + 5);
}

void describe_range(ivrs_sbdf_t first, ivrs_sbdf_t last, char *text)
{
	short_sbdf(first, text);
	if (first == last)
		return;
	strcat(text, "-");
	short_sbdf(last & 0xffff, text + strlen(text));
}

void describe_ivmd_flags(uint8_t flags, char *text)
{
	*text = '\0';
	if (flags & IVRS_IVMD_EXCLUSION)
		strcat(text, ", exclusion");
	if (flags & IVRS_IVMD_UNITY)
		strcat(text, ", unity");
	if (flags & IVRS_IVMD_READ)
		strcat(text, ", read");
	if (flags & IVRS_IVMD_WRITE)
		strcat(text, ", write");
	if (*text)
		memmove(text, text + 2, strlen(text + 2) + 1);
	else
		strcpy(text, "nothing");
}

void describe_ivmd(const ivrs_ivmd *ivmd, char *text)
{
	ivrs_sbdf_t segment = (uint32_t)ivrs_ivmd_segment(ivmd) << 16;
	uint8_t type = ivrs_ivmd_block_type(ivmd);
	char range[2 * IVRS_SBDF_TEXT] = "all", flags[64];

	if (type == IVRS_BLOCK_IVMD_ONE || type == IVRS_BLOCK_IVMD_REL_ONE)
		describe_range(segment | ivrs_ivmd_devid(ivmd), segment | ivrs_ivmd_devid(ivmd),
			       range);
	else if (type == IVRS_BLOCK_IVMD_RANGE)
		describe_range(segment | ivrs_ivmd_devid(ivmd), segment | ivrs_ivmd_aux(ivmd),
			       range);
	describe_ivmd_flags(ivrs_ivmd_flags(ivmd), flags);
	snprintf(text, DESCRIBE_TEXT, "%02xh %s, %s", type, range, flags);
}

void describe_device(const ivrs_sim *sim, size_t device, char *text)
{
	const char *name = ivrs_sim_device_acpi_name(sim, device);
	ivrs_sbdf_t first = ivrs_sim_device_sbdf(sim, device),
		    last = ivrs_sim_device_last(sim, device);
	char end[IVRS_SBDF_TEXT];

	if (name) {
		snprintf(text, DESCRIBE_TEXT, "%s", name);
		return;
	}
	ivrs_sbdf_format(first, text);
	if (first == last)
		return;
	ivrs_sbdf_format(last, end);
	strcat(text, "-");
	strcat(text, end + 5);
}

void describe_name(const struct source *source, ivrs_sbdf_t sbdf, char *text, size_t size)
{
	static const char *const forms[] = {"Advanced Micro Devices, Inc. ", " Corporation",
					    ", Inc.", " Co., Ltd.", " Inc."};

	source_device_name(source, sbdf, text, size);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char *at = strstr(text, forms[i]);

		if (at)
			memmove(at, at + strlen(forms[i]), strlen(at + strlen(forms[i])) + 1);
	}
}

void describe_list(const uint32_t *numbers, size_t count, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0, last; i < count; i = last + 1) {
		for (last = i; last + 1 < count && numbers[last + 1] == numbers[last] + 1;)
			last++;
		if (size - used < 32) {
			snprintf(text + used, size - used, ", ...");
			return;
		}
		used += (size_t)snprintf(text + used, size - used, i ? ", %u" : "%u", numbers[i]);
		if (last > i)
			used += (size_t)snprintf(text + used, size - used, "-%u", numbers[last]);
	}
}

void describe_kernel(const struct source *source, char *text, size_t size)
{
	size_t rules = ivrs_kernel_ruleset(source->kernel);

	snprintf(text, size, "Linux %s (rules %s, %s%s)", ivrs_kernel_release(source->kernel),
		 ivrs_ruleset_name(rules),
		 ivrs_ruleset_measured(rules) ? "measured" : "read, not measured",
		 ivrs_kernel_exact(source->kernel) ? ""
						   : "; the release lies outside the known ones");
}

/* Quotes for a shell where it is needed. */
static void add_option(char *text, size_t size, const char *option, const char *value)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+-";
	size_t used = strlen(text);
	bool quote;

	if (!value || used >= size)
		return;
	quote = !*value || strspn(value, plain) != strlen(value);
	if (strchr(value, '\''))
		return;
	snprintf(text + used, size - used, " %s %s%s%s", option, quote ? "'" : "", value,
		 quote ? "'" : "");
}

void describe_source_options(const struct options *options, char *text, size_t size)
{
	*text = '\0';
	add_option(text, size, "-s", options->sysroot);
	add_option(text, size, "-t", options->table);
	add_option(text, size, "-p", options->lspci);
	add_option(text, size, "-k", options->kernel);
	add_option(text, size, "-c", options->cmdline);
}
