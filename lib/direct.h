/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct mappings of a group in its default domain. */
#ifndef LIBIVRS_DIRECT_H
#define LIBIVRS_DIRECT_H

#include "model.h"

enum direct_outcome { DIRECT_DONE, DIRECT_FAILS, DIRECT_NEVER_ENDS };

/* Addresses beyond last, and regions that start beyond start, can't be mapped; those from skipped on look mapped and aren't (A8.2). */
struct direct_bounds {
	uint64_t last, start, skipped;
};

/* What may go wrong at all, found once for a table so that harmless groups cost one look-up a device. */
struct direct {
	const struct ivrs_table *table;
	const struct unity_list *unity;
	const struct ivrs_kernel *kernel;
	struct direct_bounds bounds;
	struct spans suspects;
	size_t budget; /* steps left, so that no table can make this quadratic */
};

/* The last address of so many bits. */
static inline uint64_t last_address(uint32_t bits)
{
	return bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
}

/* Of the domains at boot, whose page tables reach up to aperture. */
struct direct_bounds direct_bounds(const struct ivrs_kernel *kernel, bool guest_tables,
				   uint64_t aperture);
int direct_init(struct direct *direct, const struct ivrs_table *table,
		const struct unity_list *unity, const struct ivrs_kernel *kernel,
		struct direct_bounds bounds);
void direct_free(struct direct *direct);
/*
 * Maps what the members of one group ask for, in group order (A8.2, A8.3). keys are the span keys of the members.
 * On DIRECT_FAILS and DIRECT_NEVER_ENDS *culprit is the unity entry that did it. Errors: -IVRS_E_NOMEM.
 */
int direct_map(struct direct *direct, const uint32_t *keys, size_t count,
	       enum direct_outcome *outcome, uint32_t *culprit);

#endif
