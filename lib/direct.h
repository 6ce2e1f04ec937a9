/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct mappings of a group in its default domain. */
#ifndef LIBIVRS_DIRECT_H
#define LIBIVRS_DIRECT_H

#include "model.h"

enum direct_outcome { DIRECT_DONE, DIRECT_FAILS, DIRECT_NEVER_ENDS };

/* What may go wrong at all, found once for a table so that harmless groups cost one look-up a device. */
struct direct {
	const struct ivrs_table *table;
	const struct unity_list *unity;
	const struct ivrs_kernel *kernel;
	uint64_t last; /* last address that the domain can map (A8.6) */
	struct spans suspects;
	size_t budget; /* steps left, so that no table can make this quadratic */
};

int direct_init(struct direct *direct, const struct ivrs_table *table,
		const struct unity_list *unity, const struct ivrs_kernel *kernel, uint64_t last);
void direct_free(struct direct *direct);
/*
 * Maps what the members of one group ask for, in group order (A8.2, A8.3). keys are the span keys of the members.
 * On DIRECT_FAILS and DIRECT_NEVER_ENDS *culprit is the unity entry that did it. Errors: -IVRS_E_NOMEM.
 */
int direct_map(struct direct *direct, const uint32_t *keys, size_t count,
	       enum direct_outcome *outcome, uint32_t *culprit);

#endif
