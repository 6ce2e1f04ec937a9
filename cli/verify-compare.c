// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "verify.h"

static char *copy(const char *text, size_t length)
{
	return text ? need(strndup(text, length)) : NULL;
}

/* @length: of the kernel's line; it may be one of several. */
static void compare(struct comparison *comparison, uint32_t group, const char *what,
		    const char *predicted, const char *kernel, size_t length)
{
	struct difference *difference;

	comparison->lines++;
	if (predicted && kernel && strlen(predicted) == length &&
	    !memcmp(predicted, kernel, length))
		return;
	/* Powers of two are where there is no room left. */
	if (!(comparison->count & (comparison->count - 1)))
		comparison->differences =
			need(realloc(comparison->differences,
				     (2 * comparison->count + 1) * sizeof(*difference)));
	difference = &comparison->differences[comparison->count++];
	*difference = (struct difference){group, what, copy(predicted, SIZE_MAX >> 1),
					  copy(kernel, length)};
}

static void compare_regions(struct comparison *comparison, const struct source *source,
			    const ivrs_sim *sim, size_t group, uint32_t id)
{
	const char *text = source->api->reserved_regions(source->host, id);
	ivrs_regions *regions;
	size_t count;

	if (!text)
		return;
	if (ivrs_sim_group_regions(sim, group, &regions))
		need(NULL);
	count = ivrs_regions_count(regions);
	for (size_t i = 0; i < count || *text; i++) {
		size_t length = strcspn(text, "\n");
		char line[96];

		if (i < count)
			snprintf(line, sizeof(line), "0x%016llx 0x%016llx %s",
				 (unsigned long long)ivrs_regions_start(regions, i),
				 (unsigned long long)ivrs_regions_end(regions, i),
				 ivrs_region_kind_name(ivrs_regions_kind(regions, i)));
		compare(comparison, id, "reserved_regions", i < count ? line : NULL,
			*text ? text : NULL, length);
		text += length + (text[length] == '\n');
	}
	ivrs_regions_unref(regions);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names, sorted and joined by blanks: the order of sysfs isn't the order in which the kernel added them. */
static char *join(char **names, size_t count)
{
	size_t size = 1;
	char *text, *end;

	qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count; i++)
		size += strlen(names[i]) + 1;
	text = end = need(malloc(size));
	*text = '\0';
	for (size_t i = 0; i < count; i++) {
		end += sprintf(end, i ? " %s" : "%s", names[i]);
		free(names[i]);
	}
	free(names);
	return text;
}

static char *predicted_members(const ivrs_sim *sim, size_t group)
{
	size_t count = ivrs_sim_group_device_count(sim, group);
	char **names = need(calloc(count + 1, sizeof(*names))), text[DESCRIBE_TEXT];

	for (size_t i = 0; i < count; i++) {
		describe_device(sim, ivrs_sim_group_device(sim, group, i), text);
		names[i] = need(strdup(text));
	}
	return join(names, count);
}

/* Devices of the topology in the order of their groups, so that each group's members are found at once. */
struct member {
	uint32_t group;
	size_t index;
};

static int by_group(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return x->group < y->group ? -1 : x->group > y->group;
}

static struct member *sort_members(const ivrs_topology *topology, size_t *count)
{
	struct member *members;

	*count = topology ? ivrs_topology_count(topology) : 0;
	members = need(calloc(*count + 1, sizeof(*members)));
	for (size_t i = 0; i < *count; i++)
		members[i] = (struct member){ivrs_topology_group(topology, i), i};
	qsort(members, *count, sizeof(*members), by_group);
	return members;
}

static char *kernel_members(const ivrs_topology *topology, const struct member *members,
			    size_t count, uint32_t group)
{
	size_t low = 0, high = count, last;
	char **names, text[IVRS_SBDF_TEXT];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (members[middle].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	for (last = low; last < count && members[last].group == group; last++)
		;
	names = need(calloc(last - low + 1, sizeof(*names)));
	for (size_t i = low; i < last; i++) {
		const char *name = ivrs_topology_acpi_name(topology, members[i].index);

		if (!name) {
			ivrs_sbdf_format(ivrs_topology_sbdf(topology, members[i].index), text);
			name = text;
		}
		names[i - low] = need(strdup(name));
	}
	return join(names, last - low);
}

static void compare_group(struct comparison *comparison, const struct source *source,
			  const ivrs_sim *sim, size_t group, const struct member *members,
			  size_t count)
{
	uint32_t id = ivrs_sim_group_id(sim, group);
	const char *type = source->api->group_type(source->host, id);
	const char *domain = ivrs_sim_group_domain(sim, group);
	char *predicted = predicted_members(sim, group);
	char *kernel = kernel_members(source->topology, members, count, id);

	comparison->groups++;
	compare(comparison, id, "devices", predicted, kernel, strlen(kernel));
	free(predicted);
	free(kernel);
	if (type)
		compare(comparison, id, "type", domain ? domain : "unknown", type, strlen(type));
	compare_regions(comparison, source, sim, group, id);
}

void comparison_make(struct comparison *comparison, const struct source *source,
		     const ivrs_sim *sim)
{
	size_t kernel_count = source->api->group_count(source->host), group = 0, count;
	size_t sim_count = ivrs_sim_state(sim) == IVRS_STATE_READY ? ivrs_sim_group_count(sim) : 0;
	struct member *members = sort_members(source->topology, &count);

	*comparison = (struct comparison){0};
	/* Both lists come by id. */
	for (size_t i = 0; i < kernel_count || group < sim_count;) {
		uint32_t id = i < kernel_count ? source->api->group_id(source->host, i) : IVRS_NONE;
		uint32_t predicted = group < sim_count ? ivrs_sim_group_id(sim, group) : IVRS_NONE;

		if (id == predicted) {
			compare_group(comparison, source, sim, group, members, count);
			i++;
			group++;
		} else if (id < predicted) {
			compare(comparison, id, "group", NULL, "there", 5);
			i++;
		} else {
			compare(comparison, predicted, "group", "there", NULL, 0);
			group++;
		}
	}
	free(members);
}

/* The members of all groups of the kernel that have any, sorted. */
static char **kernel_groups(const struct source *source, size_t *used)
{
	size_t total = source->api->group_count(source->host), count;
	struct member *members = sort_members(source->topology, &count);
	char **groups = need(calloc(total + 1, sizeof(*groups)));

	*used = 0;
	for (size_t i = 0; i < total; i++) {
		char *text = kernel_members(source->topology, members, count,
					    source->api->group_id(source->host, i));

		if (*text)
			groups[(*used)++] = text;
		else
			free(text);
	}
	free(members);
	qsort(groups, *used, sizeof(*groups), by_name);
	return groups;
}

void comparison_make_grouping(struct comparison *comparison, const struct source *source,
			      const ivrs_sim *predicted)
{
	size_t count = ivrs_sim_group_count(predicted), kernel_count, k = 0, p = 0;
	char **kernel = kernel_groups(source, &kernel_count);
	char **ours = need(calloc(count + 1, sizeof(*ours)));

	*comparison = (struct comparison){.groups = kernel_count};
	for (size_t i = 0; i < count; i++)
		ours[i] = predicted_members(predicted, i);
	qsort(ours, count, sizeof(*ours), by_name);
	while (k < kernel_count || p < count) {
		int order = k == kernel_count ? 1 : p == count ? -1 : strcmp(kernel[k], ours[p]);

		if (order < 0)
			compare(comparison, IVRS_NONE, "members", NULL, kernel[k],
				strlen(kernel[k]));
		else if (order > 0)
			compare(comparison, IVRS_NONE, "members", ours[p], NULL, 0);
		k += order <= 0;
		p += order >= 0;
	}
	for (size_t i = 0; i < kernel_count; i++)
		free(kernel[i]);
	for (size_t i = 0; i < count; i++)
		free(ours[i]);
	free(kernel);
	free(ours);
}

void comparison_free(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++) {
		free(comparison->differences[i].predicted);
		free(comparison->differences[i].kernel);
	}
	free(comparison->differences);
}
