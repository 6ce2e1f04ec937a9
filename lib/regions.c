/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of address ranges, handed to the caller. */
#include "model.h"

int regions_new(struct ivrs_regions **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -IVRS_E_NOMEM;
	atomic_init(&(*out)->refs, 1);
	return 0;
}

int regions_add(struct ivrs_regions *regions, const struct region *region)
{
	if (regions->count == regions->room) {
		size_t room = regions->room ? 2 * regions->room : 8;
		struct region *at = realloc(regions->at, room * sizeof(*at));

		if (!at)
			return -IVRS_E_NOMEM;
		regions->at = at;
		regions->room = room;
	}
	regions->at[regions->count++] = *region;
	return 0;
}

ivrs_regions *ivrs_regions_ref(ivrs_regions *regions)
{
	if (regions)
		atomic_fetch_add_explicit(&regions->refs, 1, memory_order_relaxed);
	return regions;
}

void ivrs_regions_unref(ivrs_regions *regions)
{
	if (regions && atomic_fetch_sub_explicit(&regions->refs, 1, memory_order_acq_rel) == 1) {
		free(regions->at);
		free(regions);
	}
}

static const struct region *at(const struct ivrs_regions *regions, size_t index)
{
	static const struct region none = {.ivmd = IVRS_NONE, .length = 1};

	return regions && index < regions->count ? &regions->at[index] : &none;
}

size_t ivrs_regions_count(const ivrs_regions *regions)
{
	return regions ? regions->count : 0;
}

uint64_t ivrs_regions_start(const ivrs_regions *regions, size_t index)
{
	return at(regions, index)->start;
}

uint64_t ivrs_regions_length(const ivrs_regions *regions, size_t index)
{
	return regions && index < regions->count ? regions->at[index].length : 0;
}

uint64_t ivrs_regions_end(const ivrs_regions *regions, size_t index)
{
	return region_end(at(regions, index));
}

uint32_t ivrs_regions_kind(const ivrs_regions *regions, size_t index)
{
	return at(regions, index)->kind;
}

uint32_t ivrs_regions_prot(const ivrs_regions *regions, size_t index)
{
	return at(regions, index)->prot;
}

uint32_t ivrs_regions_ivmd(const ivrs_regions *regions, size_t index)
{
	return at(regions, index)->ivmd;
}
