/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the table alone says of the IOMMUs' features: SPEC A1.7, A8.6. */
#include "model.h"

void features_early(const struct ivrs_table *table, const struct iommu_map *map,
		    const struct ivrs_kernel *kernel, uint64_t *efr, uint64_t *efr2)
{
	bool copied = ivrs_table_ivinfo(table) & IVRS_IVINFO_EFRSUP;

	*efr = *efr2 = map->iommu_count ? UINT64_MAX : 0;
	for (size_t i = 0; i < map->iommu_count; i++) {
		const struct iommu *iommu = &map->iommus[i];
		bool counts = copied && (iommu->efr & EFR_GASUP || kernel->rules[RULE_COPY_ALONE]);

		*efr &= counts ? iommu->efr : 0;
		*efr2 &= counts ? iommu->efr2 : 0;
	}
}

uint32_t features_width(const struct ivrs_table *table, const struct ivrs_kernel *kernel,
			uint64_t efr)
{
	uint32_t vasize = ivrs_table_ivinfo(table) >> 15 & 0x7f;
	/* 0: 4 levels, 1: 5 levels, 2: 6 levels; a table without the copy reads as 0. */
	uint32_t bits = 48 + 9 * EFR_HATS(efr);

	if (!kernel->rules[RULE_APERTURE])
		return 64;
	if (!kernel->rules[RULE_VASIZE] || !vasize)
		return bits < 64 ? bits : 64;
	if (vasize < bits)
		bits = vasize;
	/* Below 14 bits no page size is left, above 64 there is no such table. */
	return bits < 14 || bits > 64 ? 0 : bits;
}
