/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of remedies.def: filling its braces, and the lists of blocks, functions and addresses that go there. */
#include <inttypes.h>
#include <stdio.h>

#include "explain.h"

#define LIST_LIMIT 8 /* items of a list that a person still reads */

static const char *switch_name(const struct explain *explain)
{
	static const struct {
		const char *vendor, *text;
	} switches[] = {
#define REMEDY(symbol, name, text, price)
#define USELESS(symbol, text)
#define SWITCH(vendor, text) {vendor, text},
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
	};
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(switches) &&
	       strncmp(explain->vendor, switches[i].vendor, strlen(switches[i].vendor)))
		i++;
	return switches[i].text;
}

/* The word for "{name}"; NULL for a name that is none. */
static const char *fill_word(const struct explain *explain, const struct fill *fill,
			     const char *name, size_t length, char number[16])
{
	const struct ivrs_table *table = explain->table;
	const struct {
		const char *name, *word;
	} words[] = {
		{"device", explain->name},
		{"switch", switch_name(explain)},
		{"likely",
		 explain->classes[IVRS_IVMD_NAMED] || explain->classes[IVRS_IVMD_BUS]
			 ? "It may remove the IVMD blocks; those for single devices may stay."
			 : "This removed such IVMD blocks on Gigabyte and MSI boards."},
		{"oem_id", table ? ivrs_table_oem_id(table) : ""},
		{"oem_table_id", table ? ivrs_table_oem_table_id(table) : ""},
		{"oem_revision", number},
		{"list", fill->list ? fill->list : ""},
		{"build", fill->build ? fill->build : ""},
	};

	snprintf(number, 16, "0x%" PRIx32, table ? ivrs_table_oem_revision(table) : 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].name) == length && !strncmp(words[i].name, name, length))
			return words[i].word;
	return NULL;
}

/* Fills the braces of a text. */
static char *fill_text(struct explain *explain, const struct fill *fill, const char *text)
{
	char *filled = explain_text(explain, "%s", "");

	while (filled && *text) {
		size_t plain = strcspn(text, "{"), name = 0;
		const char *word = "";
		char number[16], *longer;

		if (text[plain] == '{') {
			name = strcspn(text + plain, "}");
			word = fill_word(explain, fill, text + plain + 1, name - 1, number);
		}
		longer = explain_text(explain, "%s%.*s%s", filled, (int)plain, text,
				      word ? word : "");
		free(filled);
		filled = longer;
		text += plain + name;
		text += *text == '}';
	}
	return filled;
}

void words_add_remedy(struct explain *explain, enum remedy_number number, struct fill *fill)
{
	static const struct {
		const char *name, *text, *price;
	} remedies[] = {
#define REMEDY(symbol, name, text, price) {name, text, price},
#define USELESS(symbol, text)
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
	};
	struct remedy *remedy = &explain->out->remedies[explain->out->remedy_count];

	remedy->name = remedies[number].name;
	remedy->text = fill_text(explain, fill, remedies[number].text);
	remedy->price = fill_text(explain, fill, remedies[number].price);
	explain->out->remedy_count++;
	free(fill->list);
	*fill = (struct fill){0};
}

void words_options(struct explain *explain, struct fill *fill, const char *const *options,
		   size_t count)
{
	const char *word = ivrs_kernel_cmdline(explain->kernel);

	while (*word) {
		size_t length = strcspn(word, " \t\n");
		char text[80];

		snprintf(text, sizeof(text), "%.*s", (int)length, word);
		for (size_t i = 0; i < count; i++)
			if (!strncmp(word, options[i], strlen(options[i])))
				explain_list(explain, &fill->list, false, text);
		word += length;
		word += strspn(word, " \t\n");
	}
}

void words_complaint(struct explain *explain, struct fill *fill)
{
	static const char wide[] =
		"Such a block means every device on several buses: ask for a BIOS that names "
		"only the devices that need a mapping.";
	static const char narrow[] = "Ask what the memory is for, and for a BIOS that doesn't need "
				     "the mapping once Linux runs.";
	bool blanket = !explain->classes[IVRS_IVMD_NAMED] && !explain->classes[IVRS_IVMD_BUS];
	uint32_t deciding = explain_deciding_ivmd(explain);
	const char *message = ivrs_sim_message(explain->sim);
	size_t shown = 0, total = explain->out->cause_count - explain->classes[IVRS_IVMD_IDLE];
	char *list = NULL, item[24];

	for (size_t i = 0; i < explain->out->cause_count && shown < LIST_LIMIT; i++) {
		if (explain->out->causes[i].ivmd_class == IVRS_IVMD_IDLE)
			continue;
		shown++;
		snprintf(item, sizeof(item), "%" PRIu32, explain->out->causes[i].ivmd);
		explain_list(explain, &list, shown == total, item);
	}
	if (explain->demands)
		fill->list = explain_text(explain, "IVMD %s%s. %s", list ? list : "",
					  total > shown ? " and more" : "",
					  blanket ? wide : narrow);
	else if (ivrs_sim_state(explain->sim) == IVRS_STATE_LOST && deciding != IVRS_NONE)
		fill->list = explain_text(explain,
					  "IVMD %" PRIu32
					  " asks for a 1:1 mapping that can't be made, and "
					  "Linux gives the IOMMU up over it.",
					  deciding);
	else if (message)
		fill->list = explain_text(explain, "%s.", message);
	else
		fill->list = explain_text(explain, "no IVHD covers %s.", explain->name);
	free(list);
}

void words_bound(struct explain *explain, struct fill *fill)
{
	size_t count = ivrs_sim_group_device_count(explain->sim, explain->group), shown = 0;

	for (size_t i = 0; explain->topology && i < count && shown < LIST_LIMIT; i++) {
		uint32_t device = ivrs_sim_group_device(explain->sim, explain->group, i);
		ivrs_sbdf_t sbdf = ivrs_sim_device_sbdf(explain->sim, device);
		char name[IVRS_SBDF_TEXT], item[80];
		const char *driver;
		size_t index;

		if (ivrs_topology_find(explain->topology, sbdf, &index))
			continue;
		driver = ivrs_topology_driver(explain->topology, index);
		if (!driver || !strncmp(driver, "vfio", 4) || !strcmp(driver, "pci-stub") ||
		    !strcmp(driver, "pcieport"))
			continue;
		ivrs_sbdf_format(sbdf, name);
		snprintf(item, sizeof(item), "%s (%s)", name, driver);
		explain_list(explain, &fill->list, false, item);
		shown++;
	}
	if (!shown)
		explain_list(explain, &fill->list, true, "see the drivers in /sys/bus/pci/devices");
}

bool words_members(struct explain *explain, char **list)
{
	size_t count = 0;

	*list = NULL;
	for (size_t i = 0; i < explain->member_count; i++) {
		char name[IVRS_SBDF_TEXT], *longer;

		if (!ivrs_sim_device_require_direct(explain->sim, explain->members[i].device))
			continue;
		if (count++ == LIST_LIMIT)
			break;
		ivrs_sbdf_format(ivrs_sim_device_sbdf(explain->sim, explain->members[i].device),
				 name);
		longer = explain_text(explain, "%s%s%s", *list ? *list : "", *list ? "," : "",
				      name);
		free(*list);
		*list = longer;
	}
	if (*list && count <= LIST_LIMIT && !ivrs_sim_has_ranges(explain->sim))
		return true;
	free(*list);
	*list = NULL;
	return false;
}

void words_culprits(struct explain *explain, struct fill *fill)
{
	size_t shown = 0;

	for (size_t i = 0; i < explain->member_count && shown < LIST_LIMIT; i++) {
		char name[IVRS_SBDF_TEXT];

		if (!ivrs_sim_device_require_direct(explain->sim, explain->members[i].device))
			continue;
		ivrs_sbdf_format(ivrs_sim_device_sbdf(explain->sim, explain->members[i].device),
				 name);
		explain_list(explain, &fill->list, false, name);
		shown++;
	}
}

void words_holes(struct explain *explain, struct fill *fill)
{
	ivrs_regions *regions;
	size_t shown = 0;
	char item[48];
	int err = ivrs_sim_group_regions(explain->sim, explain->group, &regions);

	if (err) {
		explain->err = err;
		return;
	}
	for (size_t i = 0; i < ivrs_regions_count(regions); i++) {
		if (ivrs_regions_kind(regions, i) != IVRS_REGION_DIRECT)
			continue;
		if (shown++ < LIST_LIMIT) {
			snprintf(item, sizeof(item), "0x%" PRIx64 "-0x%" PRIx64,
				 ivrs_regions_start(regions, i), ivrs_regions_end(regions, i));
			explain_list(explain, &fill->list, false, item);
		}
	}
	if (shown > LIST_LIMIT)
		explain_list(explain, &fill->list, false, "and more");
	ivrs_regions_unref(regions);
}
